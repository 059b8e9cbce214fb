"""How well does our tagger find names? `python benchmarks/entities.py`

F1 of whole spans on CoNLL-2003: trained first on its training part with those of other public
sets, then on its own alone, every choice made on testa, measured on testb, mean and deviation of
three seeds; with `--parts`, what each part of the tagger brings, on testa, which also chose how
much names share, one seed. Needs RNNAPPS_DATA; goes on from `checkpoints` when it was killed.
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
from rnnapps.training.command import prefer_speed

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


def f1(pipe: NamedEntities, split: str, alone: bool = False) -> float:
    """Measures on a split, in %; sentences by themselves, or of a document where names agree."""
    weight = pipe.preprocessor["repeats"]
    pipe.preprocessor["repeats"] = 0.0 if alone else weight
    figure = 100 * float(pipe.evaluate(datasets.load("conll2003", split))["f1"])
    pipe.preprocessor["repeats"] = weight
    return figure


def over_seeds(folder: Path) -> Report:
    """Trains with each seed and measures on testb, beside what is published."""
    pipes = [trained(replace(RECIPE, seed=seed), folder / f"seed_{seed}") for seed in SEEDS]
    rows: list[dict[str, Any]] = []
    for title, alone in (("names of a document agree", False), ("each sentence alone", True)):
        scores = [f1(pipe, "test", alone) for pipe in pipes]
        rows.append(
            {
                "tagger": f"rnnapps, {title}",
                "F1": f"{np.mean(scores):.2f} ± {np.std(scores, ddof=1):.2f}",
                "each": ", ".join(f"{score:.2f}" for score in scores),
                "source": "this benchmark",
            }
        )
    rows += [{"tagger": t, "F1": f"{f:.2f}", "each": "", "source": s} for t, f, s in PUBLISHED]
    return Report({}, title="Named entities", tables={"CoNLL-2003, testb, F1 of spans, %": rows})


def by_parts(folder: Path) -> Report:
    """Trains without one part after the other, with one seed, and measures on testa."""
    one = replace(RECIPE, seed=SEEDS[0])
    whole = trained(one, folder / f"seed_{SEEDS[0]}")
    runs: tuple[tuple[str, Recipe, dict[str, Any]], ...] = (
        ("characters", one, {"blank": "characters"}),
        ("shapes", one, {"blank": "shapes"}),
        ("public vectors", replace(one, vectors=(0, 0)), {}),
        ("guessed vectors", replace(one, guessed=0), {}),
        ("learnt transitions", one, {"chain": False}),
        ("other sets", replace(one, datasets=one.datasets[:1], first={}), {}),
    )
    rows = [
        {"tagger": "whole", "F1": f1(whole, "valid")},
        {"tagger": "without agreement in a document", "F1": f1(whole, "valid", alone=True)},
        *(
            {
                "tagger": f"without {name}",
                "F1": f1(trained(recipe, folder / f"no_{name}".replace(" ", "_"), **o), "valid"),
            }
            for name, recipe, o in runs
        ),
    ]
    return Report({}, title="Parts of a tagger", tables={"testa, one seed, F1 of spans, %": rows})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoints", type=Path, default=Path("checkpoints"))
    parser.add_argument("--parts", action="store_true", help="what each part brings")
    options = parser.parse_args()
    folder = options.checkpoints / "entities"
    prefer_speed()
    if options.parts:
        publish("entities_parts", by_parts(folder), seeds=[SEEDS[0]])
    else:
        publish("entities", over_seeds(folder), seeds=list(SEEDS))


if __name__ == "__main__":
    main()
