"""Makes a preset of a trained pipeline: measures it on the test parts and writes its card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rnnapps.data import datasets
from rnnapps.pipelines.ner.pipeline import NamedEntities
from rnnapps.pipelines.ner.recipes import RECIPES
from rnnapps.precision import precisions


def release(name: str, pipe: NamedEntities, history: Any, directory: Path) -> None:
    """Writes a preset directory with its figures.

    Args:
        name: Name of the preset.
        pipe: The trained pipeline.
        history: Keras's history of the training.
        directory: Where the preset goes.
    """
    recipe = RECIPES[name]
    ways = precisions(pipe)
    measured = {
        f"{kind}, {each}": dict(way.evaluate(datasets.load(each, "test")))
        for each in recipe.datasets
        for kind, way in ways.items()
    }
    others = {f"{each}, test": measured[f"int8, {each}"] for each in recipe.datasets[1:]}
    pipe.save(
        directory,
        compact=True,
        metadata={
            "name": name,
            "summary": SUMMARIES[name],
            "license": "Apache-2.0",
            "data": [datasets.DATASETS[each].credit for each in (*recipe.datasets, "glove")],
            "metrics": {"test": measured[f"int8, {recipe.datasets[0]}"], **others},
            "precision": measured,
            "training": {
                "command": f"python -m rnnapps.pipelines.ner.train {name}",
                "seed": recipe.seed,
                **recipe.training,
                "epochs": len(history.history["val_nats"]),
                "validation nats per sentence": min(history.history["val_nats"]),
                "gradient clipping (global norm)": 1.0,
                "words with public vectors": recipe.vectors,
            },
            "limits": LIMITS[name],
        },
    )


SUMMARIES = {
    "conll2003": "Persons, places, organisations and other names in English news.",
    "open": "Persons, places, organisations and other names in English news and posts.",
}
LIMITS = {
    "conll2003": [
        "English, and news of 1996: newer names are told by spelling and neighbours alone.",
        "The texts that it learnt from are licensed for research only; none of them is in it.",
        "Each sentence is read by itself: a name told once does not help the next sentence.",
        "Of a word with more than 20 characters the first and last ten are read.",
    ],
    "open": [
        "English. Names in posts are often missed: see the figures by corpus.",
        "Each sentence is read by itself: a name told once does not help the next sentence.",
        "Of a word with more than 20 characters the first and last ten are read.",
    ],
}
