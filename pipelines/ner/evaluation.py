"""The figures of a tagger: whole spans that are right, in place and label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rnnapps.data.tags import Span
from rnnapps.report import Report

#: How many of the most frequent mistakes are shown.
MISTAKES = 20


def report(
    words: Sequence[list[str]],
    true: Sequence[list[Span]],
    found: Sequence[list[Span]],
    title: str = "",
    accuracy: bool = False,
) -> Report:
    """Sets spans beside the true ones.

    Args:
        words: The words of each sentence.
        true: Its true spans.
        found: The spans that were found.
        title: Of the report.
        accuracy: Whether each word is a span, so that the measures are one and the same.

    Returns:
        Precision, recall and F1 over all spans, a span being right when its words and its label
        are; the same by label; labels of the same words against each other; the most frequent
        mistakes.

    Reference: Tjong Kim Sang and De Meulder 2003, "Introduction to the CoNLL-2003 Shared Task",
    section 2.2 (the measure).
    """
    right: Counter[str] = Counter()
    asked, given = (Counter(s.label for row in rows for s in row) for rows in (true, found))
    confused: Counter[tuple[str, str]] = Counter()
    mistakes: Counter[tuple[str, str, str]] = Counter()
    for own, expected, answer in zip(words, true, found, strict=True):
        right.update(span.label for span in set(expected) & set(answer))
        theirs = {(span.first, span.end): span.label for span in answer}
        ours = {(span.first, span.end): span.label for span in expected}
        for place in dict.fromkeys([*ours, *theirs]):
            pair = ours.get(place, "none"), theirs.get(place, "none")
            confused[pair] += 1
            if pair[0] != pair[1]:
                mistakes[" ".join(own[slice(*place)]), *pair] += 1
    labels = sorted({*asked, *given})
    names = [*labels, "none"]
    rows = [
        {
            "label": label,
            **measures(right[label], given[label], asked[label]),
            "spans": asked[label],
        }
        for label in labels
    ]
    overall = measures(right.total(), given.total(), asked.total())
    if accuracy:
        overall = {"accuracy": overall["recall"], **overall}
    return Report(
        overall,
        title=title,
        tables={
            "by label": rows,
            "given by label": [
                {"label": ours, **{theirs: confused[ours, theirs] for theirs in names}}
                for ours in names
            ],
            "most frequent mistakes": [
                {"words": text, "label": ours, "given": theirs, "times": count}
                for (text, ours, theirs), count in mistakes.most_common(MISTAKES)
            ],
        },
    )


def measures(right: int, given: int, asked: int) -> dict[str, Any]:
    """Gives precision, recall and F1 of counts.

    Args:
        right: Spans that are right.
        given: Spans that were found.
        asked: Spans that are there.

    Returns:
        The measures, 0 where nothing was found or is there.

    Example:
    >>> from rnnapps.pipelines.ner.evaluation import measures
    >>> measures(right=6, given=8, asked=12)
    {'precision': 0.75, 'recall': 0.5, 'f1': 0.6}
    """
    return {
        "precision": right / max(given, 1),
        "recall": right / max(asked, 1),
        "f1": 2 * right / max(given + asked, 1),
    }
