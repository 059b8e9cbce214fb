"""A Markov chain over events: what a preset must beat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


def markov_nats(codec: Any, training: Sequence[Any], held_out: Sequence[Any]) -> dict[str, float]:
    """Measures a first-order Markov chain over the events of a representation.

    Transitions are counted with the add-one rule over the tokens seen in training, mixed with
    their frequencies in equal parts.

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
    nats = events = notes = steps = 0.0
    for score in held_out:
        encoded = codec.encode(score)
        tokens = np.concatenate(([codec.start], encoded))
        nats -= np.log(chances[tokens[:-1], tokens[1:]]).sum()
        events += len(encoded)
        notes += sum(codec.name(token).startswith("ON") for token in encoded)
        steps += codec.times(encoded)[-1]
    counts = {"event": events, "note": notes, "step": steps}
    return {f"nats_per_{name}": float(nats / count) for name, count in counts.items()}
