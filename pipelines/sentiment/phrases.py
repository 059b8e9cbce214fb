"""What phrases say by themselves: a linear model on counted phrases that goes on over windows."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from rnnapps.nn import lengths as steps_of_rows
from rnnapps.runtime.graph import Graph
from rnnapps.runtime.lower import LOWERINGS, validity

#: Names and widths of the states.
PHRASE_STATES = {"said": 1, "before": 2}
#: Largest number of tokens, so that sums of products with the factors stay below 2 ** 31.
MOST_TOKENS = 2**15
#: By which the tokens of two and of three are multiplied, the last one first, for the place of a
#: phrase and for its mark; primes.
PLACES = ((16381, 15731), (14759, 13477, 12289))
MARKS = ((11119, 9887), (8419, 7919, 6151))
#: Number of marks, which tell phrases of the same place apart.
KINDS = 251


def hashed(first: Any, second: Any, third: Any, size: int, buckets: int) -> list[tuple[Any, Any]]:
    """Tells where the phrases that end with each token stand in the table, and how they are marked.

    Single tokens come first, each with a place of its own and the mark 0; two and three share the
    places behind them.

    Args:
        first: Integers, the tokens that stand two before.
        second: The tokens before, of the same shape.
        third: The tokens.
        size: Number of tokens.
        buckets: Number of places of phrases of several tokens.

    Returns:
        Places and marks of one, two and three tokens, each of that shape.

    Reference: Weinberger et al. 2009, "Feature Hashing for Large Scale Multitask Learning",
    arXiv:0902.2206, section 2, with marks in place of signs.

    Example:
    >>> from rnnapps.pipelines.sentiment.phrases import hashed
    >>> hashed(3, 2, 1, size=10, buckets=100)
    [(1, 0), (53, 21), (90, 41)]
    """
    found = [(third, third * 0)]
    for factors in zip(PLACES, MARKS, strict=True):
        place, mark = (
            sum(word * by for word, by in zip((third, second, first), each, strict=False))
            for each in factors
        )
        found.append((place % buckets + size, mark % KINDS + 1))
    return found


@keras.saving.register_keras_serializable("rnnapps")
class CarriedPhrases(keras.layers.Layer):
    """Adds up the weights of phrases of up to three tokens, over the root of the number of tokens.

    Each place of the table belongs to one phrase, which its mark tells; another phrase that falls
    on it says nothing. A network's training leaves the table as it is: empty, until
    `rnnapps.pipelines.sentiment.phrase_weights.add_phrases` fills it.

    Args:
        size: Number of tokens.
        buckets: Number of places of phrases of several tokens.

    Call arguments:
        tokens: int tensor of shape `(batch, time)`.
        lengths: int tensor of shape `(batch,)`, each at least 1.
        count: number of all steps that were read, these among them, of shape `(batch, 1)`.
        said: sum over the steps before, of shape `(batch, 1)`.
        before: the last two tokens before, of shape `(batch, 2)`.

    Returns:
        What was said, of shape `(batch, 1)`; its sum and the last two tokens.

    Reference: Wang and Manning 2012, "Baselines and Bigrams", ACL, section 2 (the linear model);
    Cheng et al. 2016, "Wide & Deep Learning for Recommender Systems", arXiv:1606.07792, section 3
    (its place beside a network; there both are trained together).
    """

    def __init__(self, size: int, buckets: int, **kwargs: Any):
        super().__init__(**kwargs)
        if size > MOST_TOKENS:
            raise ValueError(f"Expected at most {MOST_TOKENS} tokens. Received: size={size}.")
        self.size, self.buckets = size, buckets
        shape = {"shape": (size + buckets,), "initializer": "zeros", "trainable": False}
        self.table = self.add_weight(name="table", **shape)
        self.marks = self.add_weight(name="marks", **shape)

    def call(self, tokens, lengths, count, said, before):
        context = ops.concatenate([ops.cast(before, tokens.dtype), tokens], axis=1)
        real = steps_of_rows.validity(lengths, ops.shape(tokens)[1])
        steps = (context[:, :-2], context[:, 1:-1], context[:, 2:])
        for place, mark in hashed(*steps, self.size, self.buckets):
            same = ops.equal(ops.take(self.marks, place), ops.cast(mark, self.marks.dtype))
            weights = ops.take(self.table, place) * ops.cast(same, real.dtype) * real
            said = said + ops.sum(weights, axis=1, keepdims=True)
        ends = ops.cast(lengths, "int32")[:, None] + ops.arange(2, dtype="int32")[None]
        before = ops.cast(ops.take_along_axis(context, ends, axis=1), before.dtype)
        return said / ops.sqrt(count), said, before

    def compute_output_shape(self, tokens_shape, *_, **__):
        batch = tokens_shape[0]
        return (batch, 1), (batch, 1), (batch, 2)

    def get_config(self):
        return {**super().get_config(), "size": self.size, "buckets": self.buckets}


def lowered(
    graph: Graph,
    layer: CarriedPhrases,
    tokens: str,
    lengths: str,
    count: str,
    said: str,
    before: str,
) -> list[str]:
    """Writes the operators of a `CarriedPhrases`."""

    def number(value: int) -> str:
        return graph.constant(np.array(value, np.int32))

    def numbers(*values: int) -> str:
        return graph.constant(np.array(values, np.int64))

    def hash_of(words: list[str], factors: tuple[int, ...], size: int, first: int) -> str:
        total, *others = (
            graph.node("Mul", [word, number(factor)])
            for word, factor in zip(words, factors, strict=False)
        )
        for other in others:
            total = graph.node("Add", [total, other])
        return graph.node("Add", [graph.node("Mod", [total, number(size)]), number(first)])

    context = graph.node("Concat", [graph.node("Cast", [before], to=6), tokens], axis=1)
    words = [
        graph.node("Slice", [context, numbers(begin), numbers(end), numbers(1)])
        for begin, end in ((2, 2**31), (1, -1), (0, -2))
    ]
    hashes = [(words[0], number(0))] + [
        (hash_of(words, place, layer.buckets, layer.size), hash_of(words, mark, KINDS, 1))
        for place, mark in zip(PLACES, MARKS, strict=True)
    ]
    table = graph.constant(ops.convert_to_numpy(layer.table))
    marks = graph.constant(ops.convert_to_numpy(layer.marks).astype(np.uint8))
    ends = graph.node("Unsqueeze", [graph.node("Cast", [lengths], to=7), numbers(1)])
    real = validity(graph, tokens, ends)
    for place, mark in hashes:
        found = graph.node("Cast", [graph.node("Gather", [marks, place])], to=6)
        counts = graph.node("And", [graph.node("Equal", [found, mark]), real])
        weights = graph.node("Gather", [table, place])
        weights = graph.node("Mul", [weights, graph.node("Cast", [counts], to=1)])
        said = graph.node("Add", [said, graph.node("ReduceSum", [weights, numbers(1)], keepdims=1)])
    last = graph.node("Add", [ends, numbers(0, 1)])
    before = graph.node("Cast", [graph.node("GatherElements", [context, last], axis=1)], to=1)
    return [graph.node("Div", [said, graph.node("Sqrt", [count])]), said, before]


LOWERINGS[CarriedPhrases] = lowered
