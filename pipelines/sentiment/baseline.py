"""What the classifier is measured against, and learns from: a linear model on counted phrases."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

#: What the linear model takes for a word.
TOKENS = r"(?u)\w+(?:'\w+)?|[!?]"


class LogCountRatios(TransformerMixin, BaseEstimator):
    """Weighs each feature by the log of how much more often it occurs with one of two labels.

    Reference: Wang and Manning 2012, "Baselines and Bigrams", ACL, section 2.
    """

    def fit(self, x: Any, y: Any) -> Self:
        """Learns the ratios from features of shape `(texts, features)` and two labels."""
        first = np.asarray(y) == min(y)
        there, here = (
            1 + np.asarray((x[part] > 0).sum(axis=0)).ravel() for part in (first, ~first)
        )
        self.ratios_ = np.log(here / here.sum()) - np.log(there / there.sum())
        return self

    def transform(self, x: Any) -> Any:
        """Weighs features of shape `(texts, features)`."""
        return x.multiply(self.ratios_).tocsr()


def linear_model(texts: list[str], labels: list[str], strength: float = 40.0) -> Any:
    """Trains a logistic regression on TF-IDF of up to three words, weighed by log-count ratios.

    Args:
        texts: The texts.
        labels: One of two labels for each.
        strength: Inverse of the regularisation; the default was chosen on the validation part of
            the film reviews.

    Returns:
        A scikit-learn pipeline, with `predict`, `predict_proba` and `classes_`.
    """
    vectorizer = TfidfVectorizer(
        ngram_range=(1, 3),
        min_df=2 if len(texts) > 5000 else 1,
        sublinear_tf=True,
        token_pattern=TOKENS,
        dtype=np.float32,
    )
    regression = LogisticRegression(C=strength, solver="liblinear", dual=True, random_state=0)
    return make_pipeline(vectorizer, LogCountRatios(), regression).fit(texts, labels)
