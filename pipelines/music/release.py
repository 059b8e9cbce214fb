"""Makes a preset of a trained network: measures it on the test part and writes its card.

When the way of generating changes, `python -m rnnapps.pipelines.music.release bach_chorales`
brings the settings and the statistics of a preset up to date; its network stays as it is.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from rnnapps import preset as presets
from rnnapps.data import datasets
from rnnapps.pipelines.music.baseline import markov_nats
from rnnapps.pipelines.music.evaluation import comparable, compositions, likelihood
from rnnapps.pipelines.music.pipeline import Music
from rnnapps.pipelines.music.recipes import RECIPES, preprocessor_of
from rnnapps.pipelines.music.statistics import compare
from rnnapps.pipelines.music.train import scores
from rnnapps.precision import precisions

PIECES = 100


def release(name: str, network: Any, history: Any, directory: Path) -> None:
    """Writes a preset directory with its figures.

    Args:
        name: Name of the preset.
        network: The trained network.
        history: Keras's history of the training.
        directory: Where the preset goes.
    """
    recipe = RECIPES[name]
    training, held_out = scores(name, "train"), scores(name, "test")
    pieces = [recipe.codec.encode(score) for score in held_out]
    weights = {weight.path: _array(weight) for weight in network.weights}
    settings = preprocessor_of(name, training)
    pipe = Music(recipe.network, settings, weights=weights, metadata={"name": name})
    ways = precisions(pipe)
    measured = {kind: likelihood(way, pieces) for kind, way in ways.items()}
    best = min(history.history["val_nats"])
    pipe.save(
        directory,
        compact=True,
        metadata={
            "name": name,
            "summary": SUMMARIES[name],
            "license": "Apache-2.0",
            "data": [datasets.DATASETS[recipe.dataset].credit],
            "metrics": {
                "test": measured["int8"],
                "Markov baseline, test": markov_nats(recipe.codec, training, held_out),
            },
            "precision": measured,
            **statistics(ways["int8"], training, held_out),
            "training": {
                "command": f"python -m rnnapps.pipelines.music.train {name}",
                "seed": recipe.seed,
                "epochs": len(history.history["val_nats"]),
                "validation nats per event": best,
                "learning_rate": recipe.learning_rate,
                "gradient clipping (global norm)": 1.0,
                "network": recipe.network,
            },
            "limits": LIMITS[name],
        },
    )


def restate(name: str, directory: Path) -> None:
    """Brings the settings and the statistics of a preset directory up to date.

    Args:
        name: Name of the preset.
        directory: The preset.
    """
    training, held_out = scores(name, "train"), scores(name, "test")
    preset = presets.read(directory)
    settings = preprocessor_of(name, training)
    config = {key: value for key, value in preset.config.items() if key != "task"}
    pipe = Music(config, settings, weights=preset.weights, graph=preset.graph)
    presets.write(
        directory,
        config=preset.config,
        preprocessor=settings,
        weights=pipe.weights(),
        graph=preset.graph,
        metadata={
            **preset.metadata,
            "limits": LIMITS[name],
            **statistics(pipe, training, held_out),
        },
        dtype="float16",
    )


def statistics(pipe: Music, training: list[Any], held_out: list[Any]) -> dict[str, Any]:
    """Compares compositions with held-out pieces.

    Args:
        pipe: The pipeline that composes.
        training: Scores from which it may have copied.
        held_out: Scores to compare with.

    Returns:
        The entries `statistics` and `overlap` of the card.
    """
    reference = [comparable(pipe, score) for score in held_out[:PIECES]]
    known = [comparable(pipe, score) for score in training]
    compared = compare(compositions(pipe, PIECES, seed=1000), reference, known)
    return {
        "statistics": [
            {"statistic": key, "generated": value, "held out": compared["reference"].get(key)}
            for key, value in compared["generated"].items()
        ],
        "overlap": compared["overlap"],
    }


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
        "Not every piece keeps the key asked for, or ends on its tonic.",
        "Parallel fifths and octaves are barred by rule; the network has not learnt to avoid them.",
    ],
    "folk_tunes": [
        "Of a chord at most four notes are kept.",
        "Not every piece keeps the key asked for, or ends on its tonic.",
    ],
    "pop_piano": [
        "Long form is loose: a song's sections seldom come back as they were.",
        "Notes end after 3.4 s at the latest by rule, as the network loses track of what it holds.",
    ],
}


def main() -> None:
    """Brings the presets named on the command line up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("presets", nargs="+", choices=list(RECIPES))
    parser.add_argument("--output", type=Path, default=Path("pretrained/music"))
    options = parser.parse_args()
    for name in options.presets:
        restate(name, options.output / name)


if __name__ == "__main__":
    main()
