"""What a word looks like: a convolution over its characters."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from rnnapps.pipelines.ner.features import LETTERS
from rnnapps.runtime.graph import Graph
from rnnapps.runtime.lower import LOWERINGS


@keras.saving.register_keras_serializable("rnnapps")
class CharacterConvolution(keras.layers.Layer):
    """Embeds characters, convolves over each word, and takes the maximum over its places.

    Args:
        size: number of characters; 0 is padding, and what it gives is zero.
        embedding: width of the embeddings.
        filters: number of filters.
        width: characters that a filter sees, an odd number.
        dropout: share of the features of the embeddings dropped.
        seed: seed of the dropout.

    Call arguments:
        characters: int tensor of shape `(batch, time, letters)`.

    Returns:
        A tensor of shape `(batch, time, filters)`, not below zero.

    Reference: Ma and Hovy 2016, "End-to-end Sequence Labeling via Bi-directional LSTM-CNNs-CRF",
    arXiv:1603.01354, section 2.1; with a rectifier.

    Example:
    >>> import numpy as np
    >>> from rnnapps.pipelines.ner.spelling import CharacterConvolution
    >>> tuple(CharacterConvolution(30, filters=5)(np.array([[[7, 9, 0], [0, 0, 0]]])).shape)
    (1, 2, 5)
    """

    def __init__(
        self,
        size: int,
        embedding: int = 30,
        filters: int = 30,
        width: int = 3,
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.size, self.embedding, self.filters, self.width = size, embedding, filters, width
        self.dropout = keras.layers.Dropout(dropout, seed=seed)

    def build(self, _):
        self.embeddings = self.add_weight(
            shape=(self.size, self.embedding), initializer="uniform", name="embeddings"
        )
        self.kernel = self.add_weight(
            shape=(self.width, self.embedding, self.filters), name="kernel"
        )
        self.bias = self.add_weight(shape=(self.filters,), initializer="zeros", name="bias")
        self.built = True

    def call(self, characters, training=False):
        valid = ops.cast(characters > 0, self.compute_dtype)[..., None]
        x = self.dropout(ops.take(self.embeddings, characters, axis=0) * valid, training=training)
        half, letters = self.width // 2, ops.shape(characters)[2]
        x = ops.pad(x, [(0, 0), (0, 0), (half, half), (0, 0)])
        y = sum(
            ops.matmul(x[:, :, place : place + letters], self.kernel[place])
            for place in range(self.width)
        )
        return ops.max(ops.relu(y + self.bias) * valid, axis=2)

    def compute_output_shape(self, characters_shape):
        return (*characters_shape[:2], self.filters)


def lowered(graph: Graph, layer: CharacterConvolution, characters: str) -> list[str]:
    """Writes the operators of a `CharacterConvolution`.

    What a filter sees of a character at a place is looked up: a table for each place of the filter.
    """
    table = ops.convert_to_numpy(layer.embeddings) * (np.arange(layer.size) > 0)[:, None]
    half, axis = layer.width // 2, graph.constant(np.array([2], np.int64))
    edges = graph.constant(np.array([0, 0, half, 0, 0, half], np.int64))
    padded = graph.node("Pad", [characters, edges])
    total = graph.constant(ops.convert_to_numpy(layer.bias))
    for place, kernel in enumerate(ops.convert_to_numpy(layer.kernel)):
        ends = [np.array([place], np.int64), np.array([place + LETTERS], np.int64)]
        cut = graph.node("Slice", [padded, *map(graph.constant, ends), axis])
        seen = graph.node("Gather", [graph.constant(table @ kernel), cut])
        total = graph.node("Add", [total, seen])
    zero, last = graph.constant(np.array(0, np.int32)), graph.constant(np.array([3], np.int64))
    valid = graph.node("Cast", [graph.node("Greater", [characters, zero])], to=1)
    valid = graph.node("Unsqueeze", [valid, last])
    y = graph.node("Mul", [graph.node("Relu", [total]), valid])
    return [graph.node("ReduceMax", [y], axes=[2], keepdims=0)]


LOWERINGS[CharacterConvolution] = lowered
