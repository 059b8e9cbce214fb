"""Trains the shipped presets: `python -m rnnapps.pipelines.sentiment.train imdb`.

Needs the folder of public data in RNNAPPS_DATA. A killed training goes on where it was when the
same command is given again.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from rnnapps.data import datasets
from rnnapps.data.text_sets import Labelled
from rnnapps.pipelines.sentiment.pipeline import VOCABULARY, Sentiment
from rnnapps.pipelines.sentiment.pretraining import pretrain, vocabulary
from rnnapps.pipelines.sentiment.recipes import RECIPES

LABELS = ["negative", "positive"]


def train(name: str, checkpoints: Path, presets: Path, verbose: int = 1) -> tuple[Sentiment, Any]:
    """Trains a preset, going on from its checkpoint if there is one.

    Args:
        name: Name of the preset.
        checkpoints: Folder of the checkpoints.
        presets: Folder of the presets, one of which may be what it starts from.
        verbose: As in `keras.Model.fit`.

    Returns:
        The pipeline with its best weights, and the history.
    """
    from rnnapps.pipelines.sentiment.training import one_hot
    from rnnapps.pipelines.sentiment.training import train as run

    recipe = RECIPES[name]
    pipe = beginning(name, checkpoints, presets)

    def read(split: str) -> tuple[list[dict[str, np.ndarray]], np.ndarray]:
        texts: list[Labelled] = datasets.load(recipe.dataset, split)
        rows = [pipe.preprocess(each.text) for each in texts]
        return rows, one_hot([str(each.label) for each in texts], LABELS)

    rows, targets = read("train")
    with pipe.training(recipe.seed) as network:
        history = run(
            network,
            rows,
            targets,
            read("valid"),
            batch_size=recipe.batch_size,
            seed=recipe.seed,
            epochs=recipe.epochs,
            learning_rate=recipe.learning_rate,
            checkpoint_dir=checkpoints / f"sentiment_{name}",
            resume=True,
            settings={"dataset": recipe.dataset, "network": recipe.network},
            verbose=verbose,
        )
    return pipe, history


def beginning(name: str, checkpoints: Path, presets: Path) -> Sentiment:
    """Gives the pipeline from which the training of a preset begins.

    Args:
        name: Name of the preset.
        checkpoints: Folder of the checkpoints.
        presets: Folder of the presets.

    Returns:
        The pipeline, with what the language model or another preset has learnt.
    """
    recipe = RECIPES[name]
    if recipe.base != "language_model":
        return Sentiment.from_preset(presets / recipe.base)
    folder = checkpoints / "sentiment_language_model"
    language_model, _ = pretrain(folder)
    files = {VOCABULARY: vocabulary(folder).to_bytes()}
    pipe = Sentiment({**recipe.network, "seed": recipe.seed}, {"labels": LABELS}, files=files)
    learnt = {weight.path: weight for weight in language_model.weights}
    for weight in pipe.network.weights:
        if weight.path.startswith(("token_embedding", "recurrent/forward")):
            weight.assign(learnt[weight.path])
    return pipe


def main() -> None:
    """Trains the presets named on the command line and writes them into `pretrained/sentiment`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("presets", nargs="+", choices=list(RECIPES))
    parser.add_argument("--checkpoints", type=Path, default=Path("checkpoints"))
    parser.add_argument("--output", type=Path, default=Path("pretrained/sentiment"))
    options = parser.parse_args()
    from rnnapps.pipelines.sentiment.release import release

    for name in options.presets:
        pipe, history = train(name, options.checkpoints, options.output)
        release(name, pipe, history, options.output / name)


if __name__ == "__main__":
    main()
