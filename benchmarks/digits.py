"""How well does our recogniser hear digits? `python benchmarks/digits.py`

Single digits and strings put together from them: of the six speakers that it has learnt from, by
the split of the set, and of each speaker when it has learnt from the five others. Needs
RNNAPPS_DATA and the shipped preset; goes on from `checkpoints` when it was killed.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from results import publish

from rnnapps import pipeline
from rnnapps.data import datasets
from rnnapps.data.joined import joined
from rnnapps.data.speech_sets import Utterance
from rnnapps.pipelines.speech.pipeline import Speech
from rnnapps.pipelines.speech.recipes import RECIPES
from rnnapps.pipelines.speech.release import LENGTHS, STRINGS, STRINGS_SEED, test_parts, weigh
from rnnapps.pipelines.speech.train import train, utterances
from rnnapps.precision import precisions
from rnnapps.report import Report
from rnnapps.training.command import prefer_speed

RECIPE = RECIPES["digits"]
(NAME,) = RECIPE.datasets


def figures(pipe: Speech, own: list[Utterance]) -> dict[str, float]:
    """Gives the share of recordings heard without an error, and the share of wrong words, in %."""
    found = pipe.evaluate(own)
    return {"heard exactly": 100 * found["exact"], "word error rate": 100 * found["wer"]}


def without(speaker: str, folder: Path) -> Speech:
    """Trains on the other speakers, and makes of it what would ship."""
    own = {
        split: [each for each in utterances(RECIPE, split) if each.speaker != speaker]
        for split in ("train", "valid")
    }
    pipe, _ = train(RECIPE, own, folder / speaker)
    weigh(pipe, own["valid"])
    return precisions(pipe)["int8"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoints", type=Path, default=Path("checkpoints"))
    folder = parser.parse_args().checkpoints / "digits"
    prefer_speed()
    shipped: Any = pipeline("speech", "digits")
    known = [
        {"recordings": name, **figures(shipped, own)} for name, own in test_parts(RECIPE).items()
    ]
    every = [each for split in ("train", "valid", "test") for each in datasets.load(NAME, split)]
    new: list[dict[str, Any]] = []
    for speaker in sorted({str(each.speaker) for each in every}):
        pipe = without(speaker, folder)
        single = [each for each in every if each.speaker == speaker]
        strings = joined(single, STRINGS, LENGTHS, STRINGS_SEED)
        row: dict[str, Any] = {"speaker": speaker}
        for kind, own in (("single digits", single), ("strings", strings)):
            row |= {f"{kind}, {name}": value for name, value in figures(pipe, own).items()}
        new.append(row)
    columns = [name for name in new[0] if name != "speaker"]
    new.append({"speaker": "mean", **{n: float(np.mean([row[n] for row in new])) for n in columns}})
    tables = {
        "Speakers that it has learnt from, %": known,
        "A speaker that it has not learnt from, %": new,
    }
    report = Report({}, title="Spoken digits", tables=tables)
    publish("digits", report, **RECIPE.training, strings=RECIPE.strings, seed=RECIPE.seed)


if __name__ == "__main__":
    main()
