"""The recipes of the shipped presets: data, vocabulary, network, training."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Recipe:
    """How a preset is made: its data, its public vectors, its network and training.

    The words that its own texts have twice or more begin with their public vectors and learn.
    Beside these stand the vectors of many more words, which are kept as they are: `vectors` tells
    of how many, the most frequent, and in how many dimensions; of other words as many dimensions
    as `guessed` are guessed. Sets after the first may have other labels: `meanings` tells what each
    may be among those of the first.
    """

    datasets: tuple[str, ...]
    training: dict[str, Any]
    vectors: tuple[int, int] = (150_000, 100)
    guessed: int = 24
    meanings: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    network: dict[str, Any] = field(default_factory=dict)
    seed: int = 1


TRAINING: dict[str, Any] = {"batch_size": 32, "epochs": 20, "learning_rate": 3e-3}
NETWORK: dict[str, Any] = {
    "input_dropout": 0.5,
    "output_dropout": 0.5,
    "word_dropout": 0.2,
    "units": 256,
    "weight_drop": 0.3,
}
NAMES = {"PER": ("person",), "LOC": ("location",), "ORG": ("corporation", "group")}
OTHERS = ("O", "product", "creative-work")
RECIPES = {
    "conll2003": Recipe(datasets=("conll2003",), training=TRAINING, network=NETWORK),
    "open": Recipe(
        datasets=("wnut17", "btc", "wikigold"),
        training=TRAINING,
        network=NETWORK,
        meanings={"btc": {**NAMES, "O": OTHERS}, "wikigold": {**NAMES, "MISC": OTHERS}},
    ),
}
