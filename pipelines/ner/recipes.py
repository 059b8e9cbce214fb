"""The recipes of the shipped presets: data, vocabulary, network, training."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

#: How many of the most frequent words have a vector beside those of the training text.
WORDS = 35_000


@dataclass(frozen=True)
class Recipe:
    """How a preset is made: its data, its network, its training."""

    datasets: tuple[str, ...]
    training: dict[str, Any]
    network: dict[str, Any] = field(default_factory=dict)
    seed: int = 1


TRAINING: dict[str, Any] = {"batch_size": 16, "epochs": 30, "learning_rate": 3e-3}
RECIPES = {
    "conll2003": Recipe(datasets=("conll2003",), training=TRAINING),
    "open": Recipe(datasets=("wnut17", "btc", "wikigold"), training=TRAINING),
}
