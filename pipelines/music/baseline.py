"""A Markov chain over events: what a preset must beat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rnnapps.pipelines.music.data import counts_of, nats_per


def markov_nats(codec: Any, training: Sequence[Any], held_out: Sequence[Any]) -> dict[str, float]:
    """Measures a first-order Markov chain over the events of a representation.

    Transitions are counted on top of a Dirichlet prior of weight 10 around the frequencies of all
    events, which are counted with the add-one rule.

    Args:
        codec: The representation.
        training: Scores that are counted.
        held_out: Scores that are measured.

    Returns:
        Nats per event, note and step over all held-out scores.
    """
    pairs = np.zeros((codec.size, codec.size))
    for score in training:
        tokens = np.concatenate(([codec.start], codec.encode(score)))
        np.add.at(pairs, (tokens[:-1], tokens[1:]), 1)
    single = pairs.sum(axis=0) + 1
    single /= single.sum()
    total = pairs.sum(axis=1, keepdims=True)
    chances = (pairs + 10 * single) / (total + 10)
    pieces = [codec.encode(score) for score in held_out]
    nats = 0.0
    for piece in pieces:
        before = np.concatenate(([codec.start], piece[:-1]))
        nats -= float(np.log(chances[before, piece]).sum())
    return nats_per(nats, counts_of(codec, pieces))
