"""Dropout that leaves the fused recurrent kernels in use: on weights, and held fixed over time."""

from __future__ import annotations

import contextlib

import keras
from keras import ops


@keras.saving.register_keras_serializable("rnnapps")
class VariationalDropout(keras.layers.Layer):
    """Drops the same features at every step of a sequence.

    Args:
        rate: share of the features dropped in training, from 0 to below 1.
        seed: seed of the random choice.

    Call arguments:
        x: tensor of shape `(batch, time, features)`.

    Returns:
        A tensor of the shape of `x`.

    Reference: Gal and Ghahramani 2016, "A Theoretically Grounded Application of Dropout in
    Recurrent Neural Networks", arXiv:1512.05287, section 4.

    Example:
    >>> from keras import ops
    >>> from rnnapps.nn.weight_drop import VariationalDropout
    >>> y = VariationalDropout(0.5, seed=1)(ops.ones((1, 3, 8)), training=True)
    >>> bool(ops.all(y[:, 0] == y[:, 2]))
    True
    """

    def __init__(self, rate: float, seed: int | None = None, **kwargs):
        super().__init__(**kwargs)
        if not 0 <= rate < 1:
            raise ValueError(f"Expected a dropout rate from 0 to below 1. Received: rate={rate}")
        self.rate = rate
        self.seed = seed
        self.generator = keras.random.SeedGenerator(seed)
        self.built = True

    def call(self, x, training=False):
        if not training or not self.rate:
            return x
        shape = ops.shape(x)
        keep = keras.random.dropout(
            ops.ones((shape[0], 1, shape[2]), x.dtype), self.rate, seed=self.generator
        )
        return x * keep

    def get_config(self):
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}


@contextlib.contextmanager
def dropped_recurrent_kernel(layer, rate: float, generator):
    """Lets a recurrent layer run with a part of its recurrent kernel dropped.

    The connections are dropped once for the whole sequence, outside of the recurrence, so the
    fused kernels stay in use.

    Args:
        layer: a built `keras.layers.LSTM`, `GRU` or `SimpleRNN`.
        rate: share of the connections dropped.
        generator: a `keras.random.SeedGenerator`.

    Reference: Merity, Keskar, Socher 2017, "Regularizing and Optimizing LSTM Language Models",
    arXiv:1708.02182, section 2 (weight-dropped LSTM).

    Example:
    >>> import keras
    >>> from rnnapps.nn.weight_drop import dropped_recurrent_kernel
    >>> lstm = keras.layers.LSTM(4)
    >>> lstm.build((None, None, 3))
    >>> with dropped_recurrent_kernel(lstm, 0.9, keras.random.SeedGenerator(0)):
    ...     dropped = int(keras.ops.sum(lstm.cell.recurrent_kernel == 0))
    >>> dropped > 32, int(keras.ops.sum(lstm.cell.recurrent_kernel == 0))
    (True, 0)
    """
    attributes = vars(layer.cell)
    kernel = attributes["recurrent_kernel"]
    # Written past Keras's attribute tracking, which would take the tensor for new state.
    attributes["recurrent_kernel"] = keras.random.dropout(
        ops.convert_to_tensor(kernel), rate, seed=generator
    )
    try:
        yield
    finally:
        attributes["recurrent_kernel"] = kernel
