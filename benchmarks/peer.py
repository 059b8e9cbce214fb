"""PyTorch beside ours: its layers with the weights of a Keras network, and one core for all."""

from __future__ import annotations

import os
from collections.abc import Mapping

import numpy as np
import torch


def torch_lstm(weights: Mapping[str, np.ndarray]) -> torch.nn.LSTM:
    """Builds the LSTM of a network with one `rnnapps.nn.recurrent.Recurrent`.

    Args:
        weights: arrays by path.
    """
    prefixes = sorted(
        path.rpartition("/")[0] for path in weights if path.endswith("/recurrent_kernel")
    )
    forward = [prefix for prefix in prefixes if "/backward_" not in prefix]
    width, units = weights[f"{forward[0]}/kernel"].shape[0], weights[f"{forward[0]}/bias"].size
    both = len(prefixes) > len(forward)
    lstm = torch.nn.LSTM(width, units // 4, len(forward), batch_first=True, bidirectional=both)
    for prefix in prefixes:
        bias = weights[f"{prefix}/bias"]
        kernel, recurrent = weights[f"{prefix}/kernel"], weights[f"{prefix}/recurrent_kernel"]
        arrays = (kernel.T, recurrent.T, bias, 0 * bias)  # gates: i f c o, as in Keras
        index = forward.index(prefix.replace("/backward_", "/forward_"))
        end = f"l{index}" if prefix in forward else f"l{index}_reverse"
        for name, array in zip(
            ("weight_ih", "weight_hh", "bias_ih", "bias_hh"), arrays, strict=True
        ):
            getattr(lstm, f"{name}_{end}").data = torch.tensor(array.copy())
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


def one_core() -> None:
    """Keeps this process, TensorFlow and PyTorch to one core, and takes for zero what is next."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
