"""Trains the shipped presets: `python -m rnnapps.pipelines.music.train bach_chorales`.

Needs the folder of public data in RNNAPPS_DATA. A killed training goes on where it was when the
same command is given again.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from rnnapps.data import datasets
from rnnapps.pipelines.music.data import Augmented, example, one_voice


@dataclass(frozen=True)
class Recipe:
    """How a preset is made: its data, its representation, its network, its training."""

    dataset: str
    codec: str
    network: dict[str, Any]
    epochs: int
    batch_size: int
    window: int
    learning_rate: float
    semitones: tuple[int, int]
    crop: bool = False
    settings: dict[str, Any] = field(default_factory=dict)


RECIPES = {
    "pop_piano": Recipe(
        dataset="pop909",
        codec="performance",
        network=dict(
            embedding=256,
            units=512,
            layers=2,
            input_dropout=0.1,
            dropout=0.2,
            output_dropout=0.1,
        ),
        epochs=8,
        batch_size=64,
        window=128,
        learning_rate=2e-3,
        semitones=(-6, 5),
        crop=True,
    ),
}


def scores(name: str, split: str) -> list[Any]:
    """Reads the pieces of a preset's data set as the scores of its representation.

    Args:
        name: Name of the preset.
        split: Name of the split.

    Returns:
        The scores.
    """
    pieces = datasets.load(RECIPES[name].dataset, split)
    return [one_voice(piece.read()) for piece in pieces]
