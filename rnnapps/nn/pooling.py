"""Pooling over time: from a right-padded sequence to one vector a row."""

from __future__ import annotations

import keras
from keras import ops

from rnnapps.nn.lengths import last_step, validity

MODES = ("last", "mean", "max")


@keras.saving.register_keras_serializable("rnnapps")
class Pooling(keras.layers.Layer):
    """Takes the last real step of each row, or the mean or maximum of its real steps.

    Args:
        mode: `"last"`, `"mean"` or `"max"`.

    Call arguments:
        x: tensor of shape `(batch, time, features)`.
        lengths: int tensor of shape `(batch,)`, each at least 1; None when every row is full.

    Returns:
        A tensor of shape `(batch, features)`; what stands in the padding does not matter.

    Reference: Howard and Ruder 2018, "Universal Language Model Fine-tuning for Text
    Classification", arXiv:1801.06146, section 3.3 (all three side by side).

    Example:
    >>> from keras import ops
    >>> from rnnapps.nn.pooling import Pooling
    >>> x, lengths = ops.array([[[1.0], [3.0], [9.0]]]), ops.array([2])
    >>> [float(Pooling(mode)(x, lengths)[0, 0]) for mode in ("last", "mean", "max")]
    [3.0, 2.0, 3.0]
    """

    def __init__(self, mode: str = "last", **kwargs):
        super().__init__(**kwargs)
        if mode not in MODES:
            raise ValueError(f"Expected mode to be one of {list(MODES)}. Received: mode={mode!r}")
        self.mode = mode
        self.built = True

    def call(self, x, lengths=None):
        if self.mode == "last":
            return last_step(x, lengths)
        if lengths is None:
            return ops.mean(x, axis=1) if self.mode == "mean" else ops.max(x, axis=1)
        valid = validity(lengths, ops.shape(x)[1])[:, :, None] > 0
        if self.mode == "max":
            return ops.max(ops.where(valid, x, -float("inf")), axis=1)
        total = ops.sum(ops.where(valid, x, 0.0), axis=1)
        return total / ops.cast(lengths, x.dtype)[:, None]

    def compute_output_shape(self, x_shape, *_):
        return x_shape[0], x_shape[2]

    def get_config(self):
        return {**super().get_config(), "mode": self.mode}
