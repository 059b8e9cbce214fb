"""From words to scores, sentence by sentence, and from scores to spans."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from rnnapps.data.batches import buckets, pad
from rnnapps.data.tags import Span, mark_spans, spans
from rnnapps.decoding.viterbi import Chain, Posterior, viterbi
from rnnapps.runtime.session import Arrays, Session
from rnnapps.runtime.windows import run_windows

#: Words that run at once, and how far windows of a longer sentence reach over each other.
WINDOW, OVERLAP = 256, 32
#: Sentences that run together.
TOGETHER = 32


class Found(NamedTuple):
    """A span that was found.

    Attributes:
        span: where it is, and its label.
        score: its probability.
    """

    span: Span
    score: float


def score(session: Session, sentences: Sequence[Arrays]) -> list[np.ndarray]:
    """Runs the network on sentences; on a long one in windows that reach over each other.

    Args:
        session: The network.
        sentences: Its inputs, arrays of shape `(time, ...)` by name; the first tells the length.

    Returns:
        Scores of each sentence, of shape `(time, tags)`.
    """
    return run_windows(
        session, sentences, "scores", window=WINDOW, overlap=OVERLAP, together=TOGETHER
    )


def decode(chain: Chain, tags: Sequence[str], scores: Sequence[np.ndarray]) -> list[list[Found]]:
    """Finds the spans of sentences.

    Args:
        chain: Scores of the chain of tags.
        tags: Names of the tags.
        scores: Of each sentence, of shape `(time, tags)`.

    Returns:
        The spans of each sentence; where tags stand alone, one for each word.
    """
    found: list[list[Found]] = [[] for _ in scores]
    together = mark_spans(tags)
    for group in groups([len(each) for each in scores]):
        padded, lengths = pad([scores[index] for index in group])
        paths = viterbi(chain, padded, lengths)
        every = [marked([tags[number] for number in path], together) for path in paths]
        holding = [row for row, spans in enumerate(every) if spans]
        if not holding:
            continue
        known = Posterior(chain, padded[holding], lengths[holding])
        for place, row in enumerate(holding):
            found[group[row]] = [
                Found(each, math.exp(known.stretch(place, each.first, _tags(paths[row], each))))
                for each in every[row]
            ]
    return found


def _tags(path: np.ndarray, span: Span) -> list[int]:
    """Gives the numbers of the tags of a span."""
    numbers: list[int] = path[span.first : span.end].tolist()
    return numbers


def groups(lengths: list[int]) -> Iterator[np.ndarray]:
    """Groups sentences that are decoded together, long ones each alone.

    Args:
        lengths: Words of each sentence.

    Yields:
        Indices of a group.
    """
    for group in buckets(lengths, TOGETHER):
        short = np.array([lengths[index] <= WINDOW for index in group])
        if short.any():
            yield group[short]
        yield from group[~short, None]


def marked(tags: Sequence[str], together: bool) -> list[Span]:
    """Gives the spans of a sentence.

    Args:
        tags: Its tags.
        together: Whether they mark spans in BIOES; else each stands alone.

    Returns:
        The spans, one for each tag that stands alone.
    """
    if together:
        return spans(tags, "BIOES")
    return [Span(place, place + 1, tag) for place, tag in enumerate(tags)]
