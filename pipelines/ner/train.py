"""Trains the shipped presets: `python -m rnnapps.pipelines.ner.train open`.

Needs the folder of public data in RNNAPPS_DATA. A killed training goes on where it was when the
same command is given again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rnnapps.data import datasets
from rnnapps.data.word_vectors import WordVector
from rnnapps.pipeline import Example
from rnnapps.pipelines.ner import guessing, public_vectors
from rnnapps.pipelines.ner.corpora import sentences
from rnnapps.pipelines.ner.features import UNKNOWN, Features, normal
from rnnapps.pipelines.ner.growth import tags_for
from rnnapps.pipelines.ner.pipeline import NamedEntities
from rnnapps.pipelines.ner.public_vectors import packed
from rnnapps.pipelines.ner.reading import Sentence
from rnnapps.pipelines.ner.recipes import RECIPES, Recipe
from rnnapps.training.command import command

#: Words whose letters tell little of others, as they are so frequent.
FREQUENT = 3000
#: By how many nats what is told of a name may help to tell it elsewhere in a text.
REPEATS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)


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
    if recipe.vectors[0]:
        files.update(fixed_vectors(recipe, [WordVector(*pair) for pair in vectors.items()]))
    tags = tags_for((tag for sentence in own for tag in sentence.tags), [])
    pipe = NamedEntities({**recipe.network, "seed": recipe.seed}, {"tags": tags}, files=files)
    weight = pipe.network.get_layer("words_embedding").embeddings
    table = np.random.default_rng(recipe.seed).normal(scale=0.1, size=weight.shape)
    table[: UNKNOWN + 1] = 0
    for word, number in pipe.features.words.items():
        if recipe.vectors[0] and word in vectors:
            table[number] = vectors[word][: table.shape[1]]
    weight.assign(table)
    return pipe


def fixed_vectors(recipe: Recipe, vectors: list[WordVector]) -> dict[str, bytes]:
    """Gives the files of the public vectors and of what guesses those of other words."""
    count, width = recipe.vectors
    files = {public_vectors.FILE: packed(vectors[:count], width)}
    if recipe.guessed:
        words = [word for word, _ in vectors[FREQUENT:count] if len(word) > 2 and word.isalpha()]
        known = public_vectors.PublicVectors(files[public_vectors.FILE])(words)
        files[guessing.FILE] = guessing.learnt(words, known[:, : recipe.guessed])
    return files


def train(
    pipe: NamedEntities, recipe: Recipe, checkpoint_dir: Path, verbose: int = 1
) -> dict[str, float]:
    """Trains a preset, going on from its checkpoint if there is one.

    Args:
        pipe: As `beginning` gives it; is left with its best weights.
        recipe: The recipe of the preset.
        checkpoint_dir: Folder of the checkpoint.
        verbose: As in `keras.Model.fit`.

    Returns:
        What was chosen on the validation part, for the card.
    """
    from rnnapps.pipelines.ner.training import favour_spans
    from rnnapps.pipelines.ner.training import train as run

    def rows(names: Sequence[str], split: str) -> list[Example]:
        return [
            row
            for name in names
            for row in pipe.rows(sentences(name, split), recipe.meanings.get(name))
        ]

    def learn(names: Sequence[str], training: dict[str, Any], folder: Path) -> dict[str, Any]:
        return run(
            network,
            rows(names, "train"),
            held_out,
            tags=pipe.tags,
            seed=recipe.seed,
            checkpoint_dir=folder,
            resume=True,
            settings={
                "datasets": list(recipe.datasets),
                "first": recipe.first,
                "network": recipe.network,
            },
            verbose=verbose,
            **training,
        ).history

    kept = recipe.datasets[:1] if recipe.first else recipe.datasets
    held_out = rows(kept, "valid")
    own = sentences(recipe.datasets[0], "valid")
    with pipe.training(recipe.seed) as network:
        if recipe.first:
            learn(recipe.datasets, recipe.first, checkpoint_dir / "first")
        history = learn(kept, recipe.training, checkpoint_dir)
        favour = favour_spans(network, pipe.rows(own), pipe.tags)
    chosen = {
        "validation F1, the epoch that is kept": 1 - min(history["val_errors"]),
        "nats that favour beginnings of spans": favour,
    }
    if any(sentence.document is not None for sentence in own):
        weight = max(REPEATS, key=lambda weight: f1_with(pipe, own, weight))
        chosen["nats that repeated names share"] = weight
    else:
        weight = 0.0
    chosen[f"validation F1 with these, {recipe.datasets[0]}"] = f1_with(pipe, own, weight)
    return chosen


def f1_with(pipe: NamedEntities, own: list[Sentence], weight: float) -> float:
    """Measures a tagger whose repeated names share so much, in nats, as it is left."""
    pipe.preprocessor["repeats"] = weight
    return float(pipe.evaluate(own)["f1"])


def make(name: str, checkpoints: Path, output: Path) -> None:
    """Trains and releases a preset, as `rnnapps.training.command` asks."""
    from rnnapps.pipelines.ner.release import release

    pipe = beginning(RECIPES[name])
    chosen = train(pipe, RECIPES[name], checkpoints / f"ner_{name}")
    release(name, pipe, chosen, output / name)


if __name__ == "__main__":
    command("ner", RECIPES, make, __doc__)
