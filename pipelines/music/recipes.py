"""The recipes of the shipped presets: data, representation, network, training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rnnapps.data.performance import PerformanceCodec
from rnnapps.data.voices import VoicesCodec
from rnnapps.pipelines.music.usual import usual

CHORALE_VOICES = ((52, 90), (45, 82), (40, 77), (28, 74))  # in C
TUNE_VOICES = ((44, 100), *[(26, 88)] * 4)  # likewise
TUNE_METERS = ((2, 18), (4, 12), (2, 12), (3, 12))


@dataclass(frozen=True)
class Recipe:
    """How a preset is made: its data, its representation, its network, its training."""

    dataset: str
    codec: Any
    preprocessor: dict[str, Any]
    network: dict[str, Any]
    epochs: int
    batch_size: int
    window: int
    learning_rate: float = 2e-3
    semitones: tuple[int, int] = (-6, 5)
    crop: bool = False
    seed: int = 1


RECIPES = {
    "bach_chorales": Recipe(
        dataset="jsb_chorales",
        codec=VoicesCodec(CHORALE_VOICES, barred_parallels=(0, 7), tonic=True),
        preprocessor={
            "voices": [1, 1, 1, 1],
            "names": ["Soprano", "Alto", "Tenor", "Bass"],
            "programs": [19, 19, 19, 19],
            "tempo": 84,
            "sampling": {"temperature": 0.9, "top_p": 0.9},
        },
        network={
            "embedding": 128,
            "units": 256,
            "layers": 1,
            "input_dropout": 0.2,
            "output_dropout": 0.4,
            "weight_drop": 0.4,
        },
        epochs=16,
        batch_size=8,
        window=64,
        learning_rate=4e-3,
        semitones=(-2, 2),
    ),
    "folk_tunes": Recipe(
        dataset="nottingham",
        codec=VoicesCodec(
            TUNE_VOICES, steps_per_beat=12, max_shift=36, meters=TUNE_METERS, tonic=True
        ),
        preprocessor={
            "voices": [1, 4],
            "names": ["Melody", "Chords", "Chords", "Chords", "Chords"],
            "programs": [73, 24, 24, 24, 24],
            "tempo": 120,
            "sampling": {"top_p": 0.97},
        },
        network={
            "embedding": 160,
            "units": 256,
            "layers": 2,
            "input_dropout": 0.1,
            "dropout": 0.3,
            "output_dropout": 0.3,
            "weight_drop": 0.2,
        },
        epochs=6,
        batch_size=16,
        window=96,
        learning_rate=3e-3,
        semitones=(-2, 2),
    ),
    "pop_piano": Recipe(
        dataset="pop909",
        codec=PerformanceCodec(longest=340),
        preprocessor={
            "voices": [1],
            "names": ["Piano"],
            "programs": [0],
            "tempo": 120,
            "sampling": {"temperature": 0.95, "top_p": 0.95},
        },
        network={
            "embedding": 256,
            "units": 384,
            "layers": 2,
            "input_dropout": 0.1,
            "dropout": 0.1,
            "output_dropout": 0.1,
        },
        epochs=5,
        batch_size=64,
        window=128,
        learning_rate=3e-3,
        crop=True,
    ),
}


def preprocessor_of(name: str, pieces: list[Any] | None = None) -> dict[str, Any]:
    """Gives the preprocessor of a preset: representation, instruments, usual lengths and keys.

    Args:
        name: Name of the preset.
        pieces: Scores to take lengths, keys and meters from; None leaves usual values.

    Returns:
        JSON values.
    """
    recipe = RECIPES[name]
    settings = {"codec": recipe.codec.to_json(), **recipe.preprocessor, "lengths": [16]}
    return {**settings, **usual(recipe.codec, pieces)} if pieces else settings
