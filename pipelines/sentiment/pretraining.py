"""The language models that read reviews before the classifiers do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from rnnapps.data import datasets
from rnnapps.data.text import Subwords
from rnnapps.pipelines.sentiment.data import without_breaks
from rnnapps.pipelines.sentiment.recipes import LANGUAGE_MODEL, PRETRAINING, SIZE


def vocabulary(checkpoints: Path) -> Subwords:
    """Gives the vocabulary of the reviews, learnt when first asked for.

    Args:
        checkpoints: Folder of the checkpoints, in one of which it is kept.

    Returns:
        The subwords.
    """

    def texts() -> list[str]:
        return [
            without_breaks(each.text)
            for part in ("train", "unlabelled")
            for each in datasets.load("imdb", part)
        ]

    path = checkpoints / "sentiment_language_model" / "vocabulary.json"
    return Subwords.kept(path, texts, SIZE, folded=True)


def pretrain(checkpoints: Path, backward: bool = False, verbose: int = 1) -> tuple[Any, Any]:
    """Trains a language model on the training and unlabelled reviews.

    Args:
        checkpoints: Folder of the checkpoints.
        backward: Whether it reads each review from its end.
        verbose: As in `keras.Model.fit`.

    Returns:
        The network with its best weights, and the history.
    """
    from rnnapps.nn.token_network import token_network
    from rnnapps.training.loop import train_on_text

    subwords = vocabulary(checkpoints)
    step = -1 if backward else 1

    def read(*splits: str) -> list[np.ndarray]:
        texts = [each.text for split in splits for each in datasets.load("imdb", split)]
        rows = subwords.encode_all([without_breaks(text) for text in texts])
        return [row.ids[::step] for row in rows]

    network = token_network(len(subwords), seed=PRETRAINING["seed"], **LANGUAGE_MODEL)
    history = train_on_text(
        network,
        read("train", "unlabelled"),
        read("valid")[:500],
        checkpoint_dir=checkpoints / f"sentiment_language_model{'_backward' * backward}",
        resume=True,
        settings={"network": LANGUAGE_MODEL},
        verbose=verbose,
        **PRETRAINING,
    )
    return network, history
