"""Self-training: what models that err differently make of unlabelled texts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rnnapps.files import replaced_file
from rnnapps.pipeline import Example
from rnnapps.pipelines.sentiment.pipeline import Sentiment


class BackwardSentiment(Sentiment):
    """Reads each text from its end, and so errs in another way.

    Reference: Howard and Ruder 2018, arXiv:1801.06146, section 3.3 (bidirectional language model).
    """

    def preprocess(self, raw: Any) -> Example:
        tokens = super().preprocess(raw)["tokens"]
        return {"tokens": np.concatenate([tokens[:1], tokens[:0:-1]])}


def kept_soft_labels(
    path: Path, pipes: Sequence[Sentiment], linear: Any, texts: list[str]
) -> np.ndarray:
    """Gives `soft_labels`, from a file where they are there already.

    Args:
        path: The `.npy` file, which is written where it is not there.
        pipes: As in `soft_labels`.
        linear: As in `soft_labels`.
        texts: As in `soft_labels`.

    Returns:
        As in `soft_labels`.
    """
    if not path.exists():
        with replaced_file(path) as temporary:
            np.save(temporary, soft_labels(pipes, linear, texts))
    return np.load(path, allow_pickle=False)


def soft_labels(pipes: Sequence[Sentiment], linear: Any, texts: list[str]) -> np.ndarray:
    """Gives the mean of what classifiers and a linear model hold for likely.

    Args:
        pipes: The classifiers, of the same labels.
        linear: A scikit-learn classifier of these, as `linear_model` trains it.
        texts: Unlabelled texts.

    Returns:
        Probabilities of the classifiers' labels, of shape `(texts, classes)`.

    Reference: Hinton, Vinyals, Dean 2015, "Distilling the Knowledge in a Neural Network",
    arXiv:1503.02531, section 2; Xie et al. 2020, "Self-training with Noisy Student",
    arXiv:1911.04252, algorithm 1.
    """
    labels = pipes[0].labels
    order = [list(linear.classes_).index(label) for label in labels]
    every = [linear.predict_proba(texts)[:, order]]
    for pipe in pipes:
        answers = pipe.predict(texts, batch_size=64, top_k=None)
        scores = [{each["label"]: each["score"] for each in answer} for answer in answers]
        every.append(np.array([[each[label] for label in labels] for each in scores]))
    return np.mean(every, axis=0).astype(np.float32)
