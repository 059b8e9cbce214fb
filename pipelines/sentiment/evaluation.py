"""The figures of a classifier, through scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnnapps.report import Report


def report(
    answers: list[list[dict[str, Any]]],
    labels: list[str],
    known: list[str],
    title: str = "",
    **metrics: float,
) -> Report:
    """Sets answers beside the labels.

    Args:
        answers: Of each text all labels with their scores, the likeliest first.
        labels: The label of each text.
        known: All labels.
        title: Of the report.
        **metrics: Further ones.

    Returns:
        Accuracy, macro F1 and cross-entropy in nats; precision, recall, F1 and number of texts of
        each label that a text has or was given, and how many texts of each label got which.
    """
    from sklearn.metrics import (
        accuracy_score,
        confusion_matrix,
        f1_score,
        precision_recall_fscore_support,
    )

    given = [answer[0]["label"] for answer in answers]
    own = [
        next(each["score"] for each in answer if each["label"] == label)
        for answer, label in zip(answers, labels, strict=True)
    ]
    names = ("precision", "recall", "f1", "texts")
    columns = precision_recall_fscore_support(labels, given, labels=known, zero_division=0)
    seen = {*labels, *given}
    counts = confusion_matrix(labels, given, labels=known)
    return Report(
        {
            "accuracy": float(accuracy_score(labels, given)),
            "macro_f1": float(f1_score(labels, given, average="macro", zero_division=0)),
            "nats": float(-np.log(np.maximum(own, 1e-12)).mean()),
            **metrics,
        },
        title=title,
        tables={
            "by label": [
                {"label": label, **{n: c[i] for n, c in zip(names, columns, strict=True)}}
                for i, label in enumerate(known)
                if label in seen
            ],
            "given by label": [
                {"label": label, **dict(zip(known, row, strict=True))}
                for label, row in zip(known, counts.tolist(), strict=True)
            ],
        },
    )
