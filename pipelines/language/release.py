"""Makes a preset of a trained network: measures it on the test part and writes its card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from rnnapps.data import datasets
from rnnapps.data.text import Subwords
from rnnapps.decoding.ngrams import NGrams, kneser_ney
from rnnapps.pipelines.language.data import all_passages
from rnnapps.pipelines.language.evaluation import likelihood
from rnnapps.pipelines.language.pipeline import VOCABULARY, Language
from rnnapps.pipelines.language.reading import Reader
from rnnapps.pipelines.language.recipes import RECIPES
from rnnapps.pipelines.language.train import texts
from rnnapps.precision import precisions

#: Prompts of the samples that the card shows.
PROMPTS = ("Once upon a time", "The old house stood", '"I am afraid,"')


def release(name: str, network: Any, history: Any, subwords: Subwords, directory: Path) -> None:
    """Writes a preset directory with its figures.

    Args:
        name: Name of the preset.
        network: The trained network.
        history: Keras's history of the training.
        subwords: The vocabulary.
        directory: Where the preset goes.
    """
    from keras.ops import convert_to_numpy

    recipe = RECIPES[name]
    weights = {weight.path: convert_to_numpy(weight) for weight in network.weights}
    settings = {"sampling": recipe.sampling}
    files = {VOCABULARY: subwords.to_bytes()}
    pipe = Language(recipe.network, settings, weights=weights, files=files)
    ways = precisions(pipe)
    held_out = {set_name: datasets.load(set_name, "test") for set_name in recipe.datasets}
    measured = {
        f"{kind}, {TITLES[set_name]}": measure(way, held_out[set_name])
        for set_name in recipe.datasets
        for kind, way in ways.items()
    }
    baseline = kneser_ney(pipe.reader.all_ids(all_passages(texts(name, "train"))), len(subwords))
    metrics = {}
    for index, set_name in enumerate(recipe.datasets):
        title = "test" if index == 0 else f"{TITLES[set_name]}, test"
        metrics[title] = measured[f"int8, {TITLES[set_name]}"]
        figures = measure_baseline(baseline, pipe.reader, held_out[set_name])
        metrics["Kneser-Ney 5-gram, " + title] = figures
    pipe.save(
        directory,
        compact=True,
        metadata={
            "name": name,
            "summary": SUMMARIES[name],
            "description": f"Under `test` stand the figures of the {TITLES[recipe.datasets[0]]}.",
            "license": "Apache-2.0",
            "data": [datasets.DATASETS[each].credit for each in recipe.datasets],
            "metrics": metrics,
            "precision": measured,
            "samples": [
                " ".join(str(ways["int8"].generate(each, seed=1)).split()) for each in PROMPTS
            ],
            "training": {
                "command": f"python -m rnnapps.pipelines.language.train {name}",
                **recipe.training,
                "epochs": len(history.history["val_nats"]),
                "validation nats per token": min(history.history["val_nats"]),
                "gradient clipping (global norm)": 1.0,
                "subwords": len(subwords),
                "network": recipe.network,
            },
            "limits": LIMITS[name],
        },
    )


def measure(pipe: Language, held_out: list[str]) -> dict[str, float]:
    """Measures a pipeline.

    Args:
        pipe: The pipeline.
        held_out: Texts.

    Returns:
        The figures of `likelihood`.
    """
    return dict(pipe.evaluate(held_out))


def measure_baseline(model: NGrams, reader: Reader, held_out: list[str]) -> dict[str, float]:
    """Measures an n-gram model as `measure` does.

    Args:
        model: The model.
        reader: What reads texts.
        held_out: Texts.

    Returns:
        The figures of `likelihood`.
    """
    nats = [model.nats(ids) for ids in reader.all_ids(held_out)]
    total = float(np.sum([each.sum() for each in nats]))
    return likelihood(total, sum(map(len, nats)), sum(map(len, held_out)))


TITLES = {"english_novels": "novels", "wikitext_2": "WikiText-2"}
SUMMARIES = {
    "english": "English prose of novels from 1839 to 1927, and of some Wikipedia articles."
}
LIMITS = {
    "english": [
        "It knows words and grammar, and no facts: nothing that it writes is true.",
        "A text keeps to its subject for a sentence or two.",
        "It writes as people wrote a hundred years ago and more, and has read their opinions.",
        "Of WikiText-2 it has read, and is measured on, the sentences without `<unk>` only.",
    ],
}
