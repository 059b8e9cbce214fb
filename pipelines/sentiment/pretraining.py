"""The language model that reads reviews before the classifier does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from rnnapps.data import datasets
from rnnapps.data.running import Running
from rnnapps.data.text import Subwords
from rnnapps.files import replace_bytes
from rnnapps.pipelines.sentiment.data import without_breaks
from rnnapps.pipelines.sentiment.recipes import LANGUAGE_MODEL, PRETRAINING, SIZE


def vocabulary(checkpoint_dir: Path) -> Subwords:
    """Gives the vocabulary of the reviews, learnt when first asked for.

    Args:
        checkpoint_dir: folder where it is kept.

    Returns:
        The subwords.
    """
    path = checkpoint_dir / "vocabulary.json"
    if not path.is_file():
        texts = [without_breaks(each.text) for each in datasets.load("imdb", "train")]
        texts += [without_breaks(each.text) for each in datasets.load("imdb", "unlabelled")]
        replace_bytes(path, Subwords.learn(texts, SIZE, folded=True).to_bytes())
    return Subwords(path.read_bytes())


def pretrain(checkpoint_dir: Path, verbose: int = 1) -> tuple[Any, Any]:
    """Trains the language model on the training and unlabelled reviews.

    Args:
        checkpoint_dir: folder of vocabulary and checkpoint.
        verbose: as in `keras.Model.fit`.

    Returns:
        The network with its best weights, and the history.
    """
    from rnnapps.data.windows import Windows
    from rnnapps.nn.token_network import token_network
    from rnnapps.training.loop import train_sampled
    from rnnapps.training.schedules import OneCycle

    subwords = vocabulary(checkpoint_dir)
    recipe = PRETRAINING

    def read(*splits: str) -> list[np.ndarray]:
        texts = [each.text for split in splits for each in datasets.load("imdb", split)]
        return [each.ids for each in subwords.encode_all([without_breaks(t) for t in texts])]

    documents, held_out = read("train", "unlabelled"), read("valid")
    rows, window, seed = recipe["batch_size"], recipe["window"], recipe["seed"]
    network = token_network(len(subwords), seed=seed, **LANGUAGE_MODEL)
    running = Running(documents, rows)
    windows = Windows(running, rows, window, seed=seed)
    steps = recipe["epochs"] * windows.num_batches
    history = train_sampled(
        network,
        windows,
        Windows(Running(held_out[:500], rows, shuffle=False), rows, window, shuffle=False),
        counts=running.counts(len(subwords)),
        samples=recipe["samples"],
        epochs=recipe["epochs"],
        learning_rate=OneCycle(recipe["learning_rate"], steps, warm_up=recipe["warm_up"]),
        checkpoint_dir=checkpoint_dir,
        resume=True,
        settings={"network": LANGUAGE_MODEL, "samples": recipe["samples"]},
        verbose=verbose,
    )
    return network, history
