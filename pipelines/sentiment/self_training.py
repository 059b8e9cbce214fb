"""Self-training: what two models that err differently make of unlabelled texts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnapps.files import replaced_file

if TYPE_CHECKING:
    from rnnapps.pipelines.sentiment.pipeline import Sentiment


def kept_soft_labels(path: Path, pipe: Sentiment, linear: Any, texts: list[str]) -> np.ndarray:
    """Gives `soft_labels`, from a file where they are there already.

    Args:
        path: The `.npy` file, which is written where it is not there.
        pipe: As in `soft_labels`.
        linear: As in `soft_labels`.
        texts: As in `soft_labels`.

    Returns:
        As in `soft_labels`.
    """
    if not path.exists():
        with replaced_file(path) as temporary:
            np.save(temporary, soft_labels(pipe, linear, texts))
    return np.load(path, allow_pickle=False)


def soft_labels(pipe: Sentiment, linear: Any, texts: list[str]) -> np.ndarray:
    """Gives the mean of what a classifier and a linear model hold for likely.

    Args:
        pipe: The classifier.
        linear: A scikit-learn classifier of the same labels, as `linear_model` trains it.
        texts: Unlabelled texts.

    Returns:
        Probabilities of the classifier's labels, of shape `(texts, classes)`.

    Reference: Hinton, Vinyals, Dean 2015, "Distilling the Knowledge in a Neural Network",
    arXiv:1503.02531, section 2; Xie et al. 2020, "Self-training with Noisy Student",
    arXiv:1911.04252, algorithm 1.
    """
    order = [list(linear.classes_).index(label) for label in pipe.labels]
    both = probabilities(pipe, texts) + linear.predict_proba(texts)[:, order]
    return (both / 2).astype(np.float32)


def probabilities(pipe: Sentiment, texts: list[str]) -> np.ndarray:
    """Gives what a classifier holds for likely.

    Args:
        pipe: The classifier.
        texts: Any texts.

    Returns:
        Probabilities of its labels, float64 of shape `(texts, classes)`.
    """
    answers = pipe.predict(texts, batch_size=64, top_k=None)
    scores = [{each["label"]: each["score"] for each in answer} for answer in answers]
    return np.array([[each[label] for label in pipe.labels] for each in scores])
