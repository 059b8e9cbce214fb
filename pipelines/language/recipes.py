"""The recipes of the shipped presets: data, vocabulary, network, training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Recipe:
    """How a preset is made: its data, its vocabulary, its network, its training."""

    datasets: tuple[str, ...]
    size: int
    network: dict[str, Any]
    sampling: dict[str, float]
    training: dict[str, Any]


RECIPES = {
    "english": Recipe(
        datasets=("english_novels", "wikitext_2"),
        size=8_000,
        network={
            "embedding": 192,
            "units": 640,
            "layers": 1,
            "input_dropout": 0.05,
            "output_dropout": 0.1,
            "tied": True,
        },
        sampling={"temperature": 0.8, "top_p": 0.9},
        training={
            "batch_size": 64,
            "window": 70,
            "samples": 2000,
            "epochs": 5,
            "learning_rate": 3e-3,
            "warm_up": 0.05,
            "seed": 1,
        },
    ),
}
