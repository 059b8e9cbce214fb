"""How well does our recurrent network know a language? `python benchmarks/language.py`

Word-level perplexity on WikiText-2 in the standard protocol: 33,278 words, the text read from the
first word to the last with the states carried, every word counted. A second figure lets the network
remember the words that it has just read. Settings are chosen on the validation part. Needs
RNNAPPS_DATA; goes on from `checkpoints` when it was killed.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops
from results import publish

from rnnapps.data import datasets
from rnnapps.data.running import Running
from rnnapps.data.windows import Windows
from rnnapps.nn.token_network import token_network
from rnnapps.report import Report
from rnnapps.training.command import prefer_speed
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
    ("AWD-LSTM, fine-tuned, with a cache", 52.0, "Merity et al. 2018, arXiv:1708.02182, table 2"),
    ("LSTM", 99.3, "Grave et al. 2017, arXiv:1612.04426, table 2"),
    ("LSTM with a cache of 2,000 words", 68.9, "Grave et al. 2017, arXiv:1612.04426, table 2"),
)
CACHE = 2000  # words
FLATNESS = (0.03, 0.05, 0.07, 0.1, 0.14, 0.2, 0.3)
SHARES = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4)


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


class Read(NamedTuple):
    """A text as a network reads it, all but its first word.

    Attributes:
        words: numbers of the words, of shape `(time,)`.
        features: what the network knew before each, of shape `(time, features)`.
        nats: of each.
    """

    words: np.ndarray
    features: np.ndarray
    nats: np.ndarray


def read(network: keras.Model, text: np.ndarray, size: int) -> Read:
    """Reads a text in one row with the states carried."""
    model = SampledSoftmax(network, 1, np.ones(size), samples=1)
    windows = Windows(Running([text], 1, shuffle=False), 1, 500, shuffle=False)
    found = []
    for inputs, targets, weights in windows:
        features = model.carried(inputs)
        nats = model.nats(features, targets)
        counted = weights > 0
        found.append([ops.convert_to_numpy(each)[counted] for each in (targets, features, nats)])
    return Read(*map(np.concatenate, zip(*found, strict=True)))


def perplexity(text: Read, cached: np.ndarray, share: float) -> float:
    """Mixes what the network and its cache expect."""
    share = np.where(np.isnan(cached), 0, share)  # nothing is in the cache before the first word
    likely = (1 - share) * np.exp(-text.nats) + share * np.nan_to_num(cached)
    return float(np.exp(-np.log(likely).mean()))


def cache(text: Read, flatness: float, block: int = 500) -> np.ndarray:
    """Tells how likely each word is to a cache of the last `CACHE` words.

    Each of these is as likely as `exp(flatness * product of the features before it and now)`.

    Returns:
        Probabilities of shape `(time,)`, NaN where the cache is empty.

    Reference: Grave et al. 2017, "Improving Neural Language Models with a Continuous Cache",
    arXiv:1612.04426, section 3, equation 3.
    """
    found = []
    for start in range(0, len(text.words), block):
        now = np.arange(start, min(start + block, len(text.words)))
        past = np.arange(max(0, start - CACHE), now[-1])
        there = (past < now[:, None]) & (past >= now[:, None] - CACHE)
        scores = flatness * (text.features[now] @ text.features[past].T)
        scores = np.where(there, scores, -np.inf)
        odds = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-1e9))
        same = text.words[past] == text.words[now][:, None]
        with np.errstate(invalid="ignore"):
            found.append((odds * same).sum(axis=1) / odds.sum(axis=1))
    return np.concatenate(found)


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
    valid, test = (read(network, parts[part], size) for part in ("valid", "test"))
    caches = {flatness: cache(valid, flatness) for flatness in FLATNESS}
    tried = {
        (flatness, share): perplexity(valid, cached, share)
        for flatness, cached in caches.items()
        for share in SHARES
    }
    flatness, share = min(tried, key=tried.__getitem__)
    with_cache = perplexity(test, cache(test, flatness), share)
    rows: list[dict[str, Any]] = [
        {"model": model, "test perplexity": value, "source": source}
        for model, value, source in (
            ("rnnapps, LSTM", float(np.exp(test.nats.mean())), "this benchmark"),
            (f"rnnapps, LSTM with a cache of {CACHE:,} words", with_cache, "this benchmark"),
            *PUBLISHED,
        )
    ]
    metrics = {
        "valid perplexity": float(np.exp(valid.nats.mean())),
        "valid perplexity with a cache": tried[flatness, share],
        "flatness": flatness,
        "share of the cache": share,
    }
    title = "WikiText-2, words"
    report = Report(metrics, title=title, tables={title: rows})
    trained = {**TRAINING, "epochs": len(history.history["val_nats"])}
    publish("language", report, **NETWORK, **trained, parameters=network.count_params())


if __name__ == "__main__":
    main()
