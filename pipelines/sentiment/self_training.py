"""Self-training: what models that err differently make of unlabelled texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rnnapps.files import replaced_file
from rnnapps.pipeline import Example
from rnnapps.pipelines.sentiment.baseline import linear_model
from rnnapps.pipelines.sentiment.pipeline import Sentiment

#: What gives the probabilities that a model holds for likely, of shape `(texts, classes)`.
Opinion = Callable[[], np.ndarray]


def like(pipe: Sentiment, kind: type[Sentiment] = Sentiment) -> Sentiment:
    """Gives another classifier with the same weights."""
    return kind(pipe.config, pipe.preprocessor, weights=pipe.weights(), files=pipe.files)


def mean_of(pipes: Sequence[Sentiment]) -> Sentiment:
    """Gives the classifier whose weights are the mean of those of others, which began alike.

    Reference: Wortsman et al. 2022, "Model soups", arXiv:2203.05482, section 2 (uniform soup).
    """
    several = [pipe.weights() for pipe in pipes]
    weights = {name: np.mean([each[name] for each in several], axis=0) for name in several[0]}
    first = pipes[0]
    return Sentiment(first.config, first.preprocessor, weights=weights, files=first.files)


class Backward(Sentiment):
    """The classifier, reading each text from its end.

    Reference: Howard and Ruder 2018, "Universal Language Model Fine-tuning for Text
    Classification", arXiv:1801.06146, section 3.4 (two directions, trained apart).
    """

    def preprocess(self, raw: Any) -> Example:
        return {"tokens": super().preprocess(raw)["tokens"][::-1].copy()}


def kept_mean(path: Path, opinions: Sequence[Opinion]) -> np.ndarray:
    """Gives the mean of what models hold for likely, from a file where it is there already.

    Args:
        path: The `.npy` file, which is written where it is not there.
        opinions: Those of each model.

    Returns:
        Probabilities, float32 of the same shape.

    Reference: Hinton, Vinyals, Dean 2015, "Distilling the Knowledge in a Neural Network",
    arXiv:1503.02531, section 2; Xie et al. 2020, "Self-training with Noisy Student",
    arXiv:1911.04252, algorithm 1.
    """
    if not path.exists():
        mean: np.ndarray = np.mean([opinion() for opinion in opinions], axis=0)
        with replaced_file(path) as temporary:
            np.save(temporary, mean.astype(np.float32))
    return np.load(path, allow_pickle=False)


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


def phrase_probabilities(texts: list[str], labels: list[str], others: list[str]) -> np.ndarray:
    """Gives what a linear model on phrases holds for likely.

    Args:
        texts: Texts from which it learns.
        labels: The label of each.
        others: Any texts.

    Returns:
        Probabilities of the labels, by the alphabet, of shape `(others, classes)`.
    """
    found: np.ndarray = linear_model(texts, labels).predict_proba(others)
    return found
