"""The figures of a tagger: whole spans that are right, in place and label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from rnnapps.data.tags import Span, mark_spans
from rnnapps.decoding.viterbi import Chain, Posterior
from rnnapps.pipelines.ner.decoding import decode, marked
from rnnapps.pipelines.ner.reading import Sentence
from rnnapps.report import Report

#: How many of the most frequent mistakes are shown.
MISTAKES = 20


def report(
    own: Sequence[Sentence],
    scores: Sequence[np.ndarray],
    chain: Chain,
    tags: Sequence[str],
    title: str = "",
) -> Report:
    """Sets what a tagger finds beside what is there.

    Args:
        own: The sentences.
        scores: The tagger's scores of each, of shape `(time, tags)`.
        chain: Its scores of the chain of tags.
        tags: Names of its tags.
        title: Of the report.

    Returns:
        F1, precision and recall over all spans, a span being right when its words and its label
        are; the accuracy where tags stand alone; the cross-entropy in nats per word; the measures
        by label; labels of the same words against each other; the most frequent mistakes.

    Reference: Tjong Kim Sang and De Meulder 2003, "Introduction to the CoNLL-2003 Shared Task",
    section 2.2 (the measure).
    """
    together = mark_spans(tags)
    true = [marked(sentence.tags, together) for sentence in own]
    found = [[span for span, _ in each] for each in decode(chain, tags, scores)]
    right: Counter[str] = Counter()
    asked, given = (Counter(s.label for row in rows for s in row) for rows in (true, found))
    confused: Counter[tuple[str, str]] = Counter()
    mistakes: Counter[tuple[str, str, str]] = Counter()
    for sentence, expected, answer in zip(own, true, found, strict=True):
        right.update(span.label for span in set(expected) & set(answer))
        theirs = {(span.first, span.end): span.label for span in answer}
        ours = {(span.first, span.end): span.label for span in expected}
        for place in dict.fromkeys([*ours, *theirs]):
            pair = ours.get(place, "none"), theirs.get(place, "none")
            confused[pair] += 1
            if pair[0] != pair[1]:
                mistakes[" ".join(sentence.words[slice(*place)]), *pair] += 1
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
    overall = measured(true, found)
    if not together:
        overall = {"accuracy": overall["recall"], **overall}
    return Report(
        {**overall, "nats_per_word": nats_per_word(own, scores, chain, tags)},
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


def nats_per_word(
    own: Sequence[Sentence], scores: Sequence[np.ndarray], chain: Chain, tags: Sequence[str]
) -> float:
    """Gives the cross-entropy of the sentences whose tags the tagger knows, in nats per word.

    Args:
        own: As in `report`.
        scores: As in `report`.
        chain: As in `report`.
        tags: As in `report`.
    """
    number = {tag: index for index, tag in enumerate(tags)}
    total, count = 0.0, 0
    for sentence, each in zip(own, scores, strict=True):
        if number.keys() >= set(sentence.tags):
            known = Posterior(chain, each[None], np.array([len(sentence.tags)]))
            total -= known.stretch(0, 0, [number[tag] for tag in sentence.tags])
            count += len(sentence.tags)
    return total / max(1, count)


def measured(true: Sequence[Sequence[Span]], found: Sequence[Sequence[Span]]) -> dict[str, Any]:
    """Gives F1, precision and recall of the spans that were found.

    Args:
        true: The spans of each sentence.
        found: Those that were found in it.
    """
    right = sum(len(set(a) & set(b)) for a, b in zip(true, found, strict=True))
    return measures(right, sum(map(len, found)), sum(map(len, true)))


def measures(right: int, given: int, asked: int) -> dict[str, Any]:
    """Gives F1, precision and recall of counts.

    Args:
        right: Spans that are right.
        given: Spans that were found.
        asked: Spans that are there.

    Returns:
        The measures, 0 where nothing was found or is there.

    Example:
    >>> from rnnapps.pipelines.ner.evaluation import measures
    >>> measures(right=6, given=8, asked=12)
    {'f1': 0.6, 'precision': 0.75, 'recall': 0.5}
    """
    return {
        "f1": 2 * right / max(given + asked, 1),
        "precision": right / max(given, 1),
        "recall": right / max(asked, 1),
    }
