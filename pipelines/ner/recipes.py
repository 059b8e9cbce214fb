"""The recipes of the shipped presets: data, vocabulary, network, training."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Recipe:
    """How a preset is made: its data, its public vectors, its network and training.

    The words that its texts have twice or more begin with their public vectors, or the first
    dimensions of these, and learn. Beside these stand the vectors of many more words, which are
    kept as they are: `vectors` tells of how many, the most frequent, and in how many dimensions; of
    other words as many dimensions as `guessed` are guessed. Sets after the first may have other
    labels: `meanings` tells what each may be among those of the first. Where there is a `first`
    training, that is on all sets, and the training after it on the first set alone.
    """

    datasets: tuple[str, ...]
    training: dict[str, Any]
    first: dict[str, Any] = field(default_factory=dict)
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
FIRST: dict[str, Any] = {"batch_size": 32, "epochs": 6, "learning_rate": 3e-3}
ALIKE = {"PER": ("PER",), "LOC": ("LOC",), "ORG": ("ORG",), "O": ("O", "MISC")}
NAMES = {"PER": ("person",), "LOC": ("location",), "ORG": ("corporation", "group")}
OTHERS = ("O", "product", "creative-work")
RECIPES = {
    "conll2003": Recipe(
        datasets=("conll2003", "wikiann_en", "wikigold", "btc"),
        first=FIRST,
        training=TRAINING,
        network={**NETWORK, "embedding": 50},
        meanings={"wikiann_en": ALIKE, "btc": ALIKE},
    ),
    "open": Recipe(
        datasets=("wnut17", "btc", "wikigold"),
        training=TRAINING,
        network=NETWORK,
        meanings={"btc": {**NAMES, "O": OTHERS}, "wikigold": {**NAMES, "MISC": OTHERS}},
    ),
}
