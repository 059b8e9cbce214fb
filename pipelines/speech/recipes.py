"""The recipes of the shipped presets: data, hearing, network, training."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from rnnapps.pipelines.speech.hearing import RUNNING, WHOLE


@dataclass(frozen=True)
class Recipe:
    """How a preset is made: its data, how it hears, its network and training.

    `vary` is the share of all by which recordings are varied. With `phonemes` the network learns to
    tell English phonemes, too. Of a set of single words, `strings` recordings are put together for
    training, and what is said is the same in all its parts.
    """

    datasets: tuple[str, ...]
    training: dict[str, Any]
    batch_size: int = 24
    hearing: dict[str, Any] = field(default_factory=dict)
    network: dict[str, Any] = field(default_factory=dict)
    vary: float = 1.0
    phonemes: bool = False
    strings: int = 0
    seed: int = 1


CORPORA = ("librispeech", "common_voice_v1", "common_voice_delta", "kathleen")
ENGLISH = Recipe(
    datasets=CORPORA,
    training={"epochs": 34, "learning_rate": 3e-3, "warm_up": 0.1},
    batch_size=16,
    hearing={"centred": WHOLE},
    network={"units": 192},
    vary=0.5,
    phonemes=True,
)
RECIPES = {
    "english": ENGLISH,
    "english_streaming": replace(
        ENGLISH,
        hearing={"centred": RUNNING, "side_by_side": 23},
        network={"streaming": True, "units": 320},
    ),
    "digits": Recipe(
        datasets=("spoken_digits",),
        hearing={"rate": 8000, "mels": 40},  # as the set was recorded
        training={"epochs": 20, "learning_rate": 2e-3, "warm_up": 0.25},
        network={"front": 128, "units": 96, "layers": 2, "normalise": False},
        strings=4000,
    ),
}
