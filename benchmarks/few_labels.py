"""What does reading unlabelled text save in labels? `python benchmarks/few_labels.py`

Test accuracy after 100, 500 and 2,000 labelled film reviews: our network that learnt to read from
unlabelled reviews, the same network from random weights, and a logistic regression on TF-IDF. All
get the same reviews, chosen by seed. Needs RNNAPPS_DATA and the language model that
`python -m rnnapps.pipelines.sentiment.train imdb` leaves in `checkpoints`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from results import publish

from rnnapps.data import datasets
from rnnapps.pipelines.sentiment.baseline import linear_model
from rnnapps.pipelines.sentiment.pipeline import Sentiment
from rnnapps.pipelines.sentiment.recipes import RECIPES
from rnnapps.pipelines.sentiment.train import beginning
from rnnapps.report import Report
from rnnapps.training.command import prefer_speed

SIZES, SEEDS, TESTED = (100, 500, 2000), (1, 2, 3), 2500
CHECKPOINTS, PRESETS = Path("checkpoints"), Path("pretrained/sentiment")


def drawn(split: str, size: int, seed: int) -> tuple[list[str], list[str]]:
    """Draws reviews of a split."""
    reviews = datasets.load("imdb", split)
    chosen = np.random.default_rng(seed).choice(len(reviews), size, replace=False)
    return [reviews[i].text for i in chosen], [str(reviews[i].label) for i in chosen]


def accuracies(size: int, seed: int, test: tuple[list[str], list[str]]) -> dict[str, float]:
    """Trains every way on as many reviews, and measures it."""
    texts, labels = drawn("train", size, seed)
    pretrained = beginning("imdb", CHECKPOINTS, PRESETS)
    files, network = pretrained.files, RECIPES["imdb"].network
    fresh = Sentiment({**network, "seed": seed}, pretrained.preprocessor, files=files)
    found = {}
    ways = {"rnnapps, language model first": pretrained, "rnnapps, random weights": fresh}
    for name, pipe in ways.items():
        rate: Any = {} if pipe is pretrained else {"learning_rate": 1e-3}
        pipe.fit(texts, labels, seed=seed, **rate)
        found[name] = float(pipe.evaluate(*test)["accuracy"])
    linear = linear_model(texts, labels)
    found["TF-IDF and logistic regression"] = float(linear.score(*test))
    return found


def main() -> None:
    prefer_speed()
    test = drawn("test", TESTED, 0)
    rows = []
    for size in SIZES:
        runs = [accuracies(size, seed, test) for seed in SEEDS]
        for way in runs[0]:
            values = [100 * run[way] for run in runs]
            rows.append(
                {
                    "labelled reviews": size,
                    "way": way,
                    "accuracy, mean": round(float(np.mean(values)), 2),
                    "deviation": round(float(np.std(values, ddof=1)), 2),
                }
            )
    title = "Test accuracy after few labels, %"
    report = Report({}, title=title, tables={title: rows})
    publish("few_labels", report, seeds=list(SEEDS), test=f"{TESTED} reviews of the test part")


if __name__ == "__main__":
    main()
