"""The language model that reads reviews before the classifier does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from rnnapps.data import datasets
from rnnapps.data.text import Subwords
from rnnapps.pipelines.sentiment.data import without_breaks
from rnnapps.pipelines.sentiment.recipes import LANGUAGE_MODEL, PRETRAINING, SIZE


def vocabulary(checkpoint_dir: Path) -> Subwords:
    """Gives the vocabulary of the reviews, learnt when first asked for.

    Args:
        checkpoint_dir: folder where it is kept.

    Returns:
        The subwords.
    """

    def texts() -> list[str]:
        return [
            without_breaks(each.text)
            for part in ("train", "unlabelled")
            for each in datasets.load("imdb", part)
        ]

    return Subwords.kept(checkpoint_dir / "vocabulary.json", texts, SIZE, folded=True)


def pretrain(checkpoint_dir: Path, verbose: int = 1) -> tuple[Any, Any]:
    """Trains the language model on the training and unlabelled reviews.

    Args:
        checkpoint_dir: folder of vocabulary and checkpoint.
        verbose: as in `keras.Model.fit`.

    Returns:
        The network with its best weights, and the history.
    """
    from rnnapps.nn.token_network import token_network
    from rnnapps.training.loop import train_on_text

    subwords = vocabulary(checkpoint_dir)

    def read(*splits: str) -> list[np.ndarray]:
        texts = [each.text for split in splits for each in datasets.load("imdb", split)]
        return [each.ids for each in subwords.encode_all([without_breaks(t) for t in texts])]

    network = token_network(len(subwords), seed=PRETRAINING["seed"], **LANGUAGE_MODEL)
    history = train_on_text(
        network,
        read("train", "unlabelled"),
        read("valid")[:500],
        checkpoint_dir=checkpoint_dir,
        resume=True,
        settings={"network": LANGUAGE_MODEL},
        verbose=verbose,
        **PRETRAINING,
    )
    return network, history
