"""What the classifier is measured against: a linear model on counts of words and pairs of words."""

from __future__ import annotations

from typing import Any


def tfidf_regression(texts: list[str], labels: list[str], strength: float = 10.0) -> Any:
    """Trains a logistic regression on TF-IDF of words and pairs of words.

    Args:
        texts: The texts.
        labels: The label of each.
        strength: Inverse of the regularisation; the default was chosen on the validation part of
            the film reviews.

    Returns:
        A scikit-learn pipeline, with `predict`, `predict_proba` and `classes_`.

    Reference: Wang and Manning 2012, "Baselines and Bigrams", ACL (pairs of words).
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    vectorizer = TfidfVectorizer(
        ngram_range=(1, 2),
        min_df=2 if len(texts) > 5000 else 1,
        sublinear_tf=True,
        token_pattern=r"(?u)\w+(?:'\w+)?|[!?]",
    )
    return make_pipeline(vectorizer, LogisticRegression(C=strength, max_iter=1000)).fit(
        texts, labels
    )
