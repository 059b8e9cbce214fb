"""Makes a preset of a trained pipeline: measures it on the test part and writes its card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from rnnapps.data import datasets
from rnnapps.pipelines.sentiment.baseline import linear_model
from rnnapps.pipelines.sentiment.evaluation import report
from rnnapps.pipelines.sentiment.pipeline import Sentiment
from rnnapps.pipelines.sentiment.recipes import LANGUAGE_MODEL, PRETRAINING, RECIPES, Phase, Recipe
from rnnapps.precision import precisions

Chosen = dict[str, dict[str, float]]


def release(name: str, pipe: Sentiment, chosen: Chosen, directory: Path) -> None:
    """Writes a preset directory with its figures.

    Args:
        name: Name of the preset.
        pipe: The trained pipeline.
        chosen: What the validation part told, as `train` gives it.
        directory: Where the preset goes.
    """
    recipe = RECIPES[name]
    training, held_out = (datasets.load(recipe.dataset, part) for part in ("train", "test"))
    texts, labels = [each.text for each in held_out], [str(each.label) for each in held_out]
    linear = linear_model([e.text for e in training], [str(e.label) for e in training])
    precision = {
        kind: figures(way.predict(texts, batch_size=64, top_k=None), labels, pipe.labels)
        for kind, way in precisions(pipe).items()
    }
    base = [recipe.dataset] if recipe.base == "language_model" else ["imdb", recipe.dataset]
    pipe.save(
        directory,
        compact=True,
        metadata={
            "name": name,
            "summary": SUMMARIES[name],
            "description": DESCRIPTION,
            "license": "Apache-2.0",
            "data": [datasets.DATASETS[each].credit for each in base],
            "metrics": {
                "test": precision["int8"],
                "logistic regression on phrases, test": {
                    "accuracy": float(np.mean(linear.predict(texts) == np.array(labels)))
                },
            },
            "precision": precision,
            "training": {
                "command": f"python -m rnnapps.pipelines.sentiment.train {name}",
                "begins with": recipe.base.replace("_", " "),
                "seed": recipe.seed,
                **chosen["training"],
                **phase(recipe.training),
                "gradient clipping (global norm)": 1.0,
            },
            **{
                f"self_training_{number}": {
                    "labels": f"mean of {TEACHERS[each.backward is not None]}",
                    "texts": "labelled reviews (labels as they are) and unlabelled ones",
                    **phase(each),
                    **{
                        f"backward, {name}": value
                        for name, value in (phase(each.backward) if each.backward else {}).items()
                    },
                }
                for number, each in enumerate(recipe.self_training, 1)
            },
            **(
                {"phrases": phrases_of(recipe, chosen.get("phrases", {}))}
                if "phrase_buckets" in pipe.config
                else {}
            ),
            "pretraining": {
                "text": "training and unlabelled reviews of IMDb, without texts of the test part",
                **LANGUAGE_MODEL,
                **PRETRAINING,
            },
            "limits": LIMITS[name],
        },
    )


def figures(answers: Any, labels: list[str], known: list[str]) -> dict[str, float]:
    """Gives the metrics of a report without its tables."""
    return dict(report(answers, labels, known))


def phase(of: Phase) -> dict[str, Any]:
    """Gives the settings of a phase as the card tells them."""
    moved = {"embeddings moved against it by a share of": of.adversarial} if of.adversarial else {}
    rates = {"learning rates, first layers and head": of.learning_rate}
    runs = {"trainings, the mean of whose weights is taken": of.runs} if of.runs > 1 else {}
    return {"epochs": of.epochs, **rates, **moved, **runs}


def phrases_of(recipe: Recipe, chosen: dict[str, float]) -> dict[str, Any]:
    """Gives the settings of the phrases as the card tells them, and what was chosen for them."""
    if not recipe.phrases:
        return {"weights": f"those of {recipe.base}"}
    return {
        "weights": "logistic regression, weighed by log-count ratios, on the labelled reviews",
        **recipe.phrases,
        **chosen,
    }


TEACHERS = {
    False: "the classifier as it was and of the logistic regression",
    True: "the classifier as it was, of the same that learnt to read backward from its labels, of "
    "the logistic regression, which learnt from all texts as both had labelled them, and of "
    "another on vectors of documents (Doc2Vec, phrases of up to three words; learnt of all reviews "
    "but those of the test part)",
}
SUMMARIES = {
    "imdb": "Praise or blame in film reviews of any length.",
    "sst2": "Praise or blame in single sentences.",
}
DESCRIPTION = "Under `test` stand the figures of the graph that predicts, in 8 bits."
DENIED = "Blame that is denied (as in 'not bad') is mostly taken for blame."
LIMITS = {
    "imdb": [
        "English only, and best on opinions of films and books; there is no label for neutral.",
        "Of reviews above 1,024 tokens training read the first and last 512; predictions read all.",
        "Irony, and praise of what a film might have been, are often taken at their word.",
        DENIED,
    ],
    "sst2": [
        "English only, and best on opinions of films; there is no label for neutral.",
        DENIED,
    ],
}
