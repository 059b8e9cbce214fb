"""How well does our recurrent network know a language? `python benchmarks/language.py`

Word-level perplexity on WikiText-2 in the standard protocol: 33,278 words, the text read from the
first word to the last with the states carried, every word counted. Settings were chosen on the
validation part. Needs RNNAPPS_DATA; goes on from `checkpoints` when it was killed.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import Any

import keras
import numpy as np
from results import publish

from rnnapps.data import datasets
from rnnapps.data.running import Running
from rnnapps.nn.token_network import token_network
from rnnapps.report import Report
from rnnapps.training.command import prefer_speed
from rnnapps.training.given import Given, GivenMean, WindowsWithTargets
from rnnapps.training.loop import train_on_text
from rnnapps.training.sampled_softmax import SampledSoftmax

TRAINING = {
    "batch_size": 40,
    "window": 70,
    "samples": 3000,
    "epochs": 24,
    "learning_rate": 3e-3,
    "warm_up": 0.05,
    "seed": 1,
}
NETWORK = {
    "embedding": 320,
    "units": 640,
    "layers": 1,
    "input_dropout": 0.4,
    "output_dropout": 0.4,
    "weight_drop": 0.5,
    "tied": True,
}
PUBLISHED = (
    ("AWD-LSTM, fine-tuned", 65.8, "Merity et al. 2018, arXiv:1708.02182, table 2"),
    ("AWD-LSTM, not fine-tuned", 68.6, "Merity et al. 2018, arXiv:1708.02182, table 3"),
)


def corpus() -> tuple[dict[str, np.ndarray], int]:
    """Reads the parts as numbers of words, from 1, and the size of the vocabulary."""
    parts = {
        part: [word for line in datasets.load("wikitext_2_words", part) for word in line]
        for part in ("train", "valid", "test")
    }
    counts = Counter(parts["train"])
    number = {word: index for index, (word, _) in enumerate(counts.most_common(), start=1)}
    ids = {p: np.array([number[word] for word in text], np.int32) for p, text in parts.items()}
    return ids, 1 + len(number)


def perplexity(network: keras.Model, text: np.ndarray, size: int) -> float:
    """Reads a text in one row with the states carried."""
    model = SampledSoftmax(network, 1, np.ones(size), samples=1)
    model.compile(loss=Given(), weighted_metrics=[GivenMean()])
    windows = WindowsWithTargets(Running([text], 1, shuffle=False), 1, 500, shuffle=False)
    return float(np.exp(model.evaluate(windows, verbose=0, return_dict=True)["nats"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoints", type=Path, default=Path("checkpoints"))
    options = parser.parse_args()
    prefer_speed()
    parts, size = corpus()
    network = token_network(size, seed=TRAINING["seed"], **NETWORK)
    history = train_on_text(
        network,
        [parts["train"]],
        [parts["valid"]],
        checkpoint_dir=options.checkpoints / "wikitext_2_words",
        resume=True,
        settings={"network": NETWORK},
        **TRAINING,
    )
    found = {part: perplexity(network, parts[part], size) for part in ("valid", "test")}
    rows: list[dict[str, Any]] = [
        {"model": "rnnapps, LSTM", "test perplexity": found["test"], "source": "this benchmark"},
        *({"model": m, "test perplexity": p, "source": s} for m, p, s in PUBLISHED),
    ]
    title = "WikiText-2, words"
    report = Report({"valid perplexity": found["valid"]}, title=title, tables={title: rows})
    trained = {**TRAINING, "epochs": len(history.history["val_nats"])}
    publish("language", report, **NETWORK, **trained, parameters=network.count_params())


if __name__ == "__main__":
    main()
