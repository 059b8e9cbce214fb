"""Texts with spans of characters, which become tagged words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from rnnapps.data.tags import OUTSIDE, Span, bioes, mark_spans
from rnnapps.errors import InputError, warn_user
from rnnapps.pipelines.ner.reading import Located, Sentence, check_words, located

#: Names under which a span has its label.
LABELS = ("entity_group", "label", "entity")
#: Beginning, end and label of a span.
Mark = tuple[int, int, str]


def of_texts(pairs: Sequence[tuple[str, Any]]) -> list[Sentence]:
    """Splits texts with spans of characters into tagged sentences.

    Args:
        pairs: Texts and their spans: `(start, end, label)` or dicts as `predict` gives them, which
            may stand in a dict under `entities` or `spans`.

    Returns:
        The sentences; a word is cut where a span begins or ends within it, and of this there is a
        warning where both sides are letters of a script that parts words.

    Raises:
        InputError: If they are no spans, overlap or leave the text; it tells where.

    Example:
    >>> from rnnapps.pipelines.ner.text_spans import of_texts
    >>> of_texts([("Ann saw Bob Roy.", [(0, 3, "PER"), (8, 15, "PER")])])[0].tags
    ['S-PER', 'O', 'B-PER', 'E-PER', 'O']
    """
    every = [_marks(number, *pair) for number, pair in enumerate(pairs)]
    labels = {label for given in every for *_, label in given}
    if OUTSIDE in labels or (labels and mark_spans(labels)):
        raise InputError(
            f"Expected spans with bare labels, such as 'PER'. Received: {sorted(labels)}. Do leave "
            f"'B-' and 'I-' away, and the spans of {OUTSIDE!r} out."
        )
    found, halves = [], []
    for number, ((raw, _), given) in enumerate(zip(pairs, every, strict=True)):
        read = located(raw)
        found += _of_text(number, read, given)
        halves += [
            f"{raw[start:end]!r} in {raw!r:.60}"
            for start, end, _ in given
            if _within(read, start) or _within(read, end)
        ]
    if halves:
        warn_user(
            f"Of {sum(map(len, every))} spans {len(halves)} begin or end within a word, such as "
            f"{halves[0]}. The word is cut there, as predict never does: are the places right?"
        )
    return found


def _within(read: Located, place: int) -> bool:
    """Tells whether a place stands within a word, between two letters that have a case."""
    word = int(np.searchsorted(read.places[:, 0], place)) - 1
    if word < 0 or place >= read.places[word, 1]:
        return False
    return all(letter.lower() != letter.upper() for letter in read.text[place - 1 : place + 1])


def _marks(number: int, raw: str, asked: Any) -> list[Mark]:
    """Reads the spans of a text, in their order and without outer blanks."""
    if isinstance(asked, Mapping):
        asked = asked.get("entities", asked.get("spans"))
    try:
        given = sorted(_mark(each) for each in asked)
        check_words([label for *_, label in given] or ["none"])
    except (TypeError, ValueError, LookupError, OverflowError) as error:
        raise InputError(
            f"Text {number}: Expected spans (start, end, label), or dicts as predict gives them. "
            f"Received: {asked!r:.80}."
        ) from error
    return [(*_trimmed(start, end, raw), label) for start, end, label in given]


def _of_text(number: int, read: Located, marks: list[Mark]) -> list[Sentence]:
    """Splits a text with spans into tagged sentences."""
    text, places, begins = read
    edges = {edge for start, end, _ in marks for edge in (start, end) if 0 <= edge <= len(text)}
    cut = _cut(places.tolist(), edges)
    firsts = {start: index for index, (start, _) in enumerate(cut)}
    ends = {end: index + 1 for index, (_, end) in enumerate(cut)}
    found: list[Span] = []
    for index, own in enumerate(marks):
        start, end, label = own
        if start not in firsts or end not in ends or not firsts[start] < ends[end]:
            raise InputError(
                f"Text {number}: Expected spans that begin and end with a word, within the "
                f"{len(text)} characters of the text. Received: {own} for {text!r:.80}."
            )
        if found and firsts[start] < found[-1].end:
            raise InputError(
                f"Text {number}: Expected spans that do not overlap. Received: {marks[index - 1]} "
                f"and {own} for {text!r:.80}."
            )
        found.append(Span(firsts[start], ends[end], label))
    inside = {index for span in found for index in range(span.first + 1, span.end)}
    bounds = [firsts[start] for start in places[begins, 0].tolist() if firsts[start] not in inside]
    words, tags = [text[start:end] for start, end in cut], bioes(found, len(cut))
    return [Sentence(words[a:b], tags[a:b], number) for a, b in pairwise([*bounds, len(cut)])]


def _mark(asked: Any) -> Mark:
    """Reads a span of characters, a tuple or a dict as `predict` gives it."""
    if isinstance(asked, Mapping):
        named = [asked[name] for name in LABELS if name in asked]
        asked = asked["start"], asked["end"], named[0]
    start, end, label = asked
    if label is None or label != label:  # not a number: an empty cell
        raise ValueError("no label")
    return int(start), int(end), str(label)


def _trimmed(start: int, end: int, text: str) -> tuple[int, int]:
    """Leaves the outer blanks of a span out; one without a word within the text stays as it is."""
    inner = text[max(start, 0) : end]
    if not 0 <= start < end <= len(text) or not inner.strip():
        return start, end
    start += len(inner) - len(inner.lstrip())
    return start, start + len(inner.strip())


def _cut(places: list[list[int]], edges: set[int]) -> list[tuple[int, int]]:
    """Cuts words where a span begins or ends within one."""
    every = np.array(sorted(edges), np.int64)
    found = []
    for start, end in places:
        inner = every[(every > start) & (every < end)].tolist()
        found += list(pairwise([start, *inner, end]))
    return found
