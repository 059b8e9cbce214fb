"""How well does our tagger find names? `python benchmarks/entities.py`

F1 of whole spans on CoNLL-2003: trained on the training part alone, every choice made on testa,
measured on testb, mean and deviation of three seeds; then what each part of the network brings, on
testa, one seed. Needs RNNAPPS_DATA; goes on from `checkpoints` when it was killed.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from results import publish

from rnnapps.data import datasets
from rnnapps.pipelines.ner.features import Features
from rnnapps.pipelines.ner.pipeline import NamedEntities
from rnnapps.pipelines.ner.recipes import RECIPES, Recipe
from rnnapps.pipelines.ner.train import beginning, train
from rnnapps.report import Report

RECIPE, SEEDS = RECIPES["conll2003"], (1, 2, 3)
PUBLISHED = (
    ("BiLSTM-CRF", 90.94, "Lample et al. 2016, arXiv:1603.01360"),
    ("BiLSTM-CNN-CRF", 91.21, "Ma and Hovy 2016, arXiv:1603.01354"),
    ("DeLFT, BidLSTM_CRF in Keras, mean of 10", 91.03, "documentation of DeLFT, doc/ner.md"),
    ("BiLSTM-CRF with ELMo", 92.22, "Peters et al. 2018, arXiv:1802.05365"),
)


class Blind(Features):
    """Features without one of them."""

    def __init__(self, files: dict[str, bytes], blank: str):
        super().__init__(files)
        self.blank = blank

    def __call__(self, words: Any) -> dict[str, np.ndarray]:
        found = super().__call__(words)
        return {**found, self.blank: np.zeros_like(found[self.blank])}


def trained(recipe: Recipe, folder: Path, blank: str = "", chain: bool = True) -> NamedEntities:
    """Trains a tagger, perhaps without a part."""
    pipe = beginning(recipe)
    if blank:
        pipe.features = Blind(pipe.files, blank)
    pipe.network.get_layer("crf").trainable = chain
    train(pipe, recipe, folder)
    return pipe


def f1(pipe: NamedEntities, split: str) -> float:
    """Measures on a split, in %."""
    return 100 * float(pipe.evaluate(datasets.load("conll2003", split))["f1"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoints", type=Path, default=Path("checkpoints"))
    folder = parser.parse_args().checkpoints / "entities"
    pipes = [trained(replace(RECIPE, seed=n), folder / f"seed_{n}") for n in SEEDS]
    scores = [f1(pipe, "test") for pipe in pipes]
    ours = f"{np.mean(scores):.2f} ± {np.std(scores, ddof=1):.2f}"
    rows: list[dict[str, Any]] = [
        {
            "tagger": "rnnapps (mean and deviation of 3 seeds)",
            "F1": ours,
            "source": "this benchmark",
        },
        *({"tagger": t, "F1": f"{value:.2f}", "source": s} for t, value, s in PUBLISHED),
    ]
    one = replace(RECIPE, seed=SEEDS[0])
    parts = [
        {"tagger": "whole", "F1": f1(pipes[0], "valid")},
        *(
            {"tagger": f"without {name}", "F1": f1(trained(*run, **options), "valid")}
            for name, run, options in (
                ("characters", (one, folder / "no_characters"), {"blank": "characters"}),
                ("shapes", (one, folder / "no_shapes"), {"blank": "shapes"}),
                ("public vectors", (replace(one, vectors=(0, 0)), folder / "no_vectors"), {}),
                ("learnt transitions", (one, folder / "no_chain"), {"chain": False}),
            )
        ),
    ]
    tables = {"CoNLL-2003, testb, F1 of spans, %": rows, "testa, one seed, F1 of spans, %": parts}
    report = Report({}, title="Named entities", tables=tables)
    publish("entities", report, seeds=list(SEEDS), each=[round(score, 2) for score in scores])


if __name__ == "__main__":
    main()
