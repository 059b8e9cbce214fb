"""How well does `fit` learn tags of one's own? `python benchmarks/own_tags.py`

Slots of requests (SNIPS, ATIS) and parts of speech (English Web Treebank), learnt by the shipped
tagger with the defaults of `fit` and measured on each set's test part; then how many sentences it
takes, beside the same network from random weights. Needs RNNAPPS_DATA; goes on from `checkpoints`
when it was killed.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from results import publish

from rnnapps import pipeline
from rnnapps.data import datasets
from rnnapps.files import replace_bytes
from rnnapps.report import Report
from rnnapps.training.command import prefer_speed

SEEDS, SIZES, CURVE = (1, 2, 3), (100, 300, 1000, 3000), "snips_slots"
SETS = {
    "snips_slots": ("f1", "SNIPS, F1 of slots", 94.20, "Stack-Propagation, Qin et al. 2019"),
    "atis_slots": ("f1", "ATIS, F1 of slots", 95.87, "Liu and Lane 2016, arXiv:1609.01454"),
    "ud_english_ewt": ("accuracy", "UD English-EWT, accuracy of parts of speech", None, ""),
}


def learnt(name: str, seed: int, size: int | None = None, fresh: bool = False) -> float:
    """Trains on a set or on as many of its sentences, and measures on its test part, in %."""
    sentences = datasets.load(name, "train")
    if size is not None:
        chosen = np.random.default_rng(seed).choice(len(sentences), size, replace=False)
        sentences = [sentences[i] for i in chosen]
    pipe: Any = pipeline("ner", False, seed=seed) if fresh else pipeline("ner", "open")
    held_out = None if size else datasets.load(name, "valid")
    pipe.fit(sentences, validation_data=held_out, seed=seed)
    return 100 * float(pipe.evaluate(datasets.load(name, "test"))[SETS[name][0]])


def over_seeds(folder: Path, name: str, size: int | None = None, fresh: bool = False) -> str:
    """Gives mean and deviation over the seeds; a figure that the folder has is not made again."""
    scores = []
    for seed in SEEDS:
        file = folder / f"{name}_{size or 'all'}_{'fresh' if fresh else 'preset'}_{seed}.txt"
        if not file.exists():
            replace_bytes(file, str(learnt(name, seed, size, fresh)).encode())
        scores.append(float(file.read_text()))
    return f"{np.mean(scores):.2f} ± {np.std(scores, ddof=1):.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoints", type=Path, default=Path("checkpoints"))
    folder = parser.parse_args().checkpoints / "own_tags"
    folder.mkdir(parents=True, exist_ok=True)
    prefer_speed()
    whole: list[dict[str, Any]] = [
        {
            "tags": title,
            "rnnapps": over_seeds(folder, name),
            "published": "" if published is None else f"{published:.2f}",
            "source": source,
        }
        for name, (_, title, published, source) in SETS.items()
    ]
    curve: list[dict[str, Any]] = [
        {
            "sentences": size,
            "from the preset": over_seeds(folder, CURVE, size),
            "from random weights": over_seeds(folder, CURVE, size, fresh=True),
        }
        for size in SIZES
    ]
    tables = {
        "Test parts, %, mean and deviation over seeds": whole,
        f"{SETS[CURVE][1]}, %, after few sentences": curve,
    }
    publish("own_tags", Report({}, title="Own tags", tables=tables), seeds=list(SEEDS))


if __name__ == "__main__":
    main()
