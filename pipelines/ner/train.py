"""Trains the shipped presets: `python -m rnnapps.pipelines.ner.train conll2003`.

Needs the folder of public data in RNNAPPS_DATA. A killed training goes on where it was when the
same command is given again.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from rnnapps.data import datasets
from rnnapps.data.word_vectors import WordVector
from rnnapps.pipeline import Example
from rnnapps.pipelines.ner.corpora import sentences
from rnnapps.pipelines.ner.features import UNKNOWN, Features, normal
from rnnapps.pipelines.ner.growth import tags_for
from rnnapps.pipelines.ner.pipeline import NamedEntities
from rnnapps.pipelines.ner.public_vectors import FILE, packed
from rnnapps.pipelines.ner.recipes import RECIPES, Recipe
from rnnapps.training.command import command


def beginning(recipe: Recipe) -> NamedEntities:
    """Gives the pipeline from which the training of a preset begins.

    Args:
        recipe: The recipe of the preset.

    Returns:
        The pipeline, with public vectors of words.
    """
    seen = [each for name in recipe.datasets for each in sentences(name, "train")]
    own = sentences(recipe.datasets[0], "train")
    vectors = dict(datasets.load("glove", "words"))
    counts = Counter(normal(word) for sentence in seen for word in sentence.words)
    learnable = [word for word, count in counts.items() if count > 1]
    files = Features.learn(learnable, (word for sentence in seen for word in sentence.words))
    count, width = recipe.vectors
    if count:
        public = [WordVector(*pair) for pair in list(vectors.items())[:count]]
        files[FILE] = packed(public, width)
    tags = tags_for((tag for sentence in own for tag in sentence.tags), [])
    pipe = NamedEntities({**recipe.network, "seed": recipe.seed}, {"tags": tags}, files=files)
    weight = pipe.network.get_layer("words_embedding").embeddings
    table = np.random.default_rng(recipe.seed).normal(scale=0.1, size=weight.shape)
    table[: UNKNOWN + 1] = 0
    for word, number in pipe.features.words.items():
        if count and word in vectors:
            table[number] = vectors[word]
    weight.assign(table)
    return pipe


def train(pipe: NamedEntities, recipe: Recipe, checkpoint_dir: Path, verbose: int = 1) -> Any:
    """Trains a preset, going on from its checkpoint if there is one.

    Args:
        pipe: As `beginning` gives it; is left with its best weights.
        recipe: The recipe of the preset.
        checkpoint_dir: Folder of the checkpoint.
        verbose: As in `keras.Model.fit`.

    Returns:
        Keras's history.
    """
    from rnnapps.pipelines.ner.training import train as run

    def rows(split: str) -> list[Example]:
        return [
            row
            for name in recipe.datasets
            for row in pipe.rows(sentences(name, split), recipe.meanings.get(name))
        ]

    with pipe.training(recipe.seed) as network:
        return run(
            network,
            rows("train"),
            rows("valid"),
            tags=pipe.tags,
            seed=recipe.seed,
            checkpoint_dir=checkpoint_dir,
            resume=True,
            settings={"datasets": list(recipe.datasets), "network": recipe.network},
            verbose=verbose,
            **recipe.training,
        )


def make(name: str, checkpoints: Path, output: Path) -> None:
    """Trains and releases a preset, as `rnnapps.training.command` asks."""
    from rnnapps.pipelines.ner.release import release

    pipe = beginning(RECIPES[name])
    history = train(pipe, RECIPES[name], checkpoints / f"ner_{name}")
    release(name, pipe, history, output / name)


if __name__ == "__main__":
    command("ner", RECIPES, make, __doc__)
