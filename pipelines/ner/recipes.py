"""The recipes of the shipped presets: data, vocabulary, network, training."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Recipe:
    """How a preset is made: its data, the number of its public vectors, its network and training.

    The vectors are those of the most frequent words.
    """

    datasets: tuple[str, ...]
    training: dict[str, Any]
    vectors: int = 28_000
    network: dict[str, Any] = field(default_factory=dict)
    seed: int = 1


TRAINING: dict[str, Any] = {"batch_size": 16, "epochs": 30, "learning_rate": 3e-3}
RECIPES = {
    "conll2003": Recipe(datasets=("conll2003",), training=TRAINING),
    "open": Recipe(datasets=("wnut17", "btc", "wikigold"), training=TRAINING),
}
