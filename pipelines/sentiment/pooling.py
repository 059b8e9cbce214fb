"""Pooling that goes on over the windows of a long text."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from rnnapps.nn.lengths import last_step
from rnnapps.runtime.graph import Graph
from rnnapps.runtime.lower import LOWERINGS

STATES = ("total", "peak", "count")


@keras.saving.register_keras_serializable("rnnapps")
class CarriedPooling(keras.layers.Layer):
    """Puts the last step of all that was read beside its mean and its maximum (or zero).

    Call arguments:
        x: tensor of shape `(batch, time, features)`, zero in the padding.
        lengths: int tensor of shape `(batch,)`, each at least 1.
        total: sum over the steps before, of shape `(batch, features)`.
        peak: maximum over the steps before and zero, of shape `(batch, features)`.
        count: number of the steps before, of shape `(batch, 1)`.

    Returns:
        The pooled features, of shape `(batch, 3 * features)`, and total, peak and count after the
        last step.

    Reference: Howard and Ruder 2018, "Universal Language Model Fine-tuning for Text
    Classification", arXiv:1801.06146, section 3.3 (concat pooling).
    """

    def call(self, x, lengths, total, peak, count):
        total = total + ops.sum(x, axis=1)
        peak = ops.maximum(peak, ops.max(x, axis=1))
        count = count + ops.cast(lengths, x.dtype)[:, None]
        return ops.concatenate([last_step(x, lengths), total / count, peak], axis=1), (
            total,
            peak,
            count,
        )

    def compute_output_shape(self, x_shape, *_, **__):
        batch, width = x_shape[0], x_shape[2]
        return (batch, 3 * width), ((batch, width), (batch, width), (batch, 1))


def lowered(
    graph: Graph, layer: CarriedPooling, x: str, lengths: str, total: str, peak: str, count: str
) -> list[str]:
    """Writes the operators of a `CarriedPooling`."""
    one = graph.constant(np.array([1], np.int64))
    ends = graph.node("Unsqueeze", [graph.node("Cast", [lengths], to=7), one])
    last = graph.node("GatherND", [x, graph.node("Sub", [ends, one])], batch_dims=1)
    total = graph.node("Add", [total, graph.node("ReduceSum", [x, one], keepdims=0)])
    peak = graph.node("Max", [peak, graph.node("ReduceMax", [x], axes=[1], keepdims=0)])
    count = graph.node("Add", [count, graph.node("Cast", [ends], to=1)])
    mean = graph.node("Div", [total, count])
    return [graph.node("Concat", [last, mean, peak], axis=1), total, peak, count]


LOWERINGS[CarriedPooling] = lowered
