"""LSTM on a CPU under PyTorch as one fused (oneDNN) call, which Keras runs step by step."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


def applies(layer: Any) -> bool:
    """Tells whether a recurrent layer is an LSTM on PyTorch without a GPU.

    Args:
        layer: A `keras.layers.LSTM`, `GRU` or `SimpleRNN` for which
            `rnnapps.nn.recurrent.fused` holds, or any other.

    Returns:
        True where `lstm` is the fast way.
    """
    if keras.backend.backend() != "torch" or not isinstance(layer, keras.layers.LSTM):
        return False
    return layer.cell.kernel.value.device.type == "cpu"


def lstm(layer: Any, x: Any, states: Any = None) -> tuple[Any, Any, Any]:
    """Runs an LSTM over whole rows; products are of bfloat16 where PyTorch may round them.

    That is so after `torch.set_float32_matmul_precision("medium")`, and about twice as fast on
    processors with such products.

    Args:
        layer: A built `keras.layers.LSTM` for which `rnnapps.nn.recurrent.fused` holds.
        x: Tensor of shape `(batch, time, features)`.
        states: `h` and `c`, of shape `(batch, units)`; None starts from zero.

    Returns:
        Outputs of shape `(batch, time, units)`, and the states after the last step.
    """
    import torch

    cell = layer.cell
    kernels = [
        ops.transpose(ops.convert_to_tensor(k)) for k in (cell.kernel, cell.recurrent_kernel)
    ]
    bias = ops.convert_to_tensor(cell.bias)
    x = ops.convert_to_tensor(x)
    if states is None:
        states = [torch.zeros((len(x), layer.units), dtype=x.dtype)] * 2
    rounded = torch.get_float32_matmul_precision() == "medium"
    kind = torch.bfloat16 if rounded else x.dtype
    given = [state[None].to(kind) for state in states]
    weights = [each.to(kind) for each in (*kernels, bias, torch.zeros_like(bias))]
    answer = torch.lstm(
        x.to(kind), given, weights, True, 1, 0.0, torch.is_grad_enabled(), False, True
    )
    outputs, h, c = (each.to(x.dtype) for each in answer)
    return outputs, h[0], c[0]
