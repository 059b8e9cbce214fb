"""Recurrent layers of PyTorch with the weights of a Keras network, to set ours beside."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch


def torch_lstm(weights: Mapping[str, np.ndarray]) -> torch.nn.LSTM:
    """Builds the LSTM of a network with one `rnnapps.nn.recurrent.Recurrent` that reads forward.

    Args:
        weights: arrays by path.
    """
    prefixes = sorted(
        path.rpartition("/")[0] for path in weights if path.endswith("/recurrent_kernel")
    )
    width, units = weights[f"{prefixes[0]}/kernel"].shape[0], weights[f"{prefixes[0]}/bias"].size
    lstm = torch.nn.LSTM(width, units // 4, len(prefixes), batch_first=True)
    for index, prefix in enumerate(prefixes):
        bias = weights[f"{prefix}/bias"]
        kernel, recurrent = weights[f"{prefix}/kernel"], weights[f"{prefix}/recurrent_kernel"]
        arrays = (kernel.T, recurrent.T, bias, 0 * bias)  # gates: i f c o, as in Keras
        for name, array in zip(
            ("weight_ih", "weight_hh", "bias_ih", "bias_hh"), arrays, strict=True
        ):
            getattr(lstm, f"{name}_l{index}").data = torch.tensor(array.copy())
    return lstm


def torch_embedding(table: np.ndarray) -> torch.nn.Embedding:
    """Builds an embedding of the table, of shape `(size, width)`."""
    return torch.nn.Embedding.from_pretrained(torch.tensor(table))


def torch_dense(kernel: np.ndarray, bias: np.ndarray) -> torch.nn.Linear:
    """Builds a dense layer of a kernel of shape `(inputs, outputs)`."""
    dense = torch.nn.Linear(*kernel.shape)
    dense.weight.data = torch.tensor(kernel.T.copy())
    dense.bias.data = torch.tensor(bias)
    return dense
