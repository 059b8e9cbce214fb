"""Makes a preset of a trained network: measures it on the test part and writes its card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rnnapps.data import datasets
from rnnapps.pipelines.music.baseline import markov_nats
from rnnapps.pipelines.music.evaluation import comparable, compositions, likelihood
from rnnapps.pipelines.music.pipeline import Music
from rnnapps.pipelines.music.statistics import compare
from rnnapps.pipelines.music.train import RECIPES, preprocessor_of, scores

PIECES = 100


def release(name: str, network: Any, history: Any, directory: Path) -> None:
    """Writes a preset directory with its figures.

    Args:
        name: Name of the preset.
        network: The trained network.
        history: Keras's history of the training.
        directory: Where the preset goes.
    """
    from rnnapps.runtime.lower import lower
    from rnnapps.runtime.quantize import quantize

    recipe = RECIPES[name]
    training, held_out = scores(name, "train"), scores(name, "test")
    weights = {weight.path: _array(weight) for weight in network.weights}
    half = {path: array.astype("float16").astype("float32") for path, array in weights.items()}
    settings = preprocessor_of(name, training)
    options = {"weights": weights, "metadata": {"name": name}}
    float32 = Music(recipe.network, settings, graph=lower(network), **options)
    float16 = Music(recipe.network, settings, weights=half)
    int8 = Music(recipe.network, settings, graph=quantize(float32.graph), **options)
    measured = {
        kind: likelihood(pipe, held_out)
        for kind, pipe in (("float32", float32), ("float16", float16), ("int8", int8))
    }
    reference = [comparable(int8, score) for score in held_out[:PIECES]]
    known = [comparable(int8, score) for score in training]
    compared = compare(compositions(int8, PIECES, seed=1000), reference, known)
    data = datasets.DATASETS[recipe.dataset]
    best = min(history.history["val_nats"])
    float32.save(
        directory,
        compact=True,
        metadata={
            "name": name,
            "summary": SUMMARIES[name],
            "license": "Apache-2.0",
            "data": [{"name": data.title, "license": data.licence, "address": data.address}],
            "metrics": {
                "test": measured["int8"],
                "Markov baseline, test": markov_nats(recipe.codec, training, held_out),
            },
            "precision": measured,
            "statistics": [
                {"statistic": key, "generated": value, "held out": compared["reference"].get(key)}
                for key, value in compared["generated"].items()
            ],
            "overlap": compared["overlap"],
            "training": {
                "command": f"python -m rnnapps.pipelines.music.train {name}",
                "seed": recipe.seed,
                "epochs": len(history.history["val_nats"]),
                "validation nats per event": best,
                "learning rate": recipe.learning_rate,
                "gradient clipping (global norm)": 1.0,
                "network": ", ".join(f"{key} {value}" for key, value in recipe.network.items()),
            },
            "limits": LIMITS[name],
        },
    )


def _array(variable: Any) -> Any:
    import keras

    return keras.ops.convert_to_numpy(variable)


SUMMARIES = {
    "bach_chorales": "Chorales in four voices, in the style of J. S. Bach.",
    "folk_tunes": "Folk tunes of Britain and America: a melody with chords.",
    "pop_piano": "Pop songs arranged for expressive piano.",
}
LIMITS = {
    "bach_chorales": [
        "The data does not tell held from repeated notes: a pitch that stays is held.",
        "Bars are counted in four from the first step, also where the music has an upbeat.",
    ],
    "folk_tunes": ["Of a chord at most four notes are kept."],
    "pop_piano": ["Long form is loose: a song's sections seldom come back as they were."],
}
