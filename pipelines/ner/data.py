"""The forms in which tagged texts come: CoNLL columns, words with tags, texts with spans."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain
from numbers import Integral
from operator import index
from pathlib import Path
from typing import Any

from rnnapps.data.tags import LETTERS, OUTSIDE, TagError, bioes, mark_spans, scheme, spans
from rnnapps.data.text_forms import check_texts, column, framed, read_table
from rnnapps.errors import InputError, at
from rnnapps.pipelines.ner.columns import Pair, read_columns
from rnnapps.pipelines.ner.reading import Sentence, check_words
from rnnapps.pipelines.ner.text_spans import of_texts

FORMS = (
    "a file of CoNLL columns, a .jsonl file or a frame with the columns of words and tags, or of "
    "text and spans, pairs of words and tags, or pairs of a text and its spans (start, end, label)"
)
#: Columns of a table that have words or texts, and those with tags or spans.
COLUMNS = ("words", "tokens", "text"), ("tags", "ner_tags", "spans", "entities", "label")
#: What spans are called that tags mark by `B` and `I` alone.
UNNAMED = "entity"
#: More different tags that stand alone than this, or than a tenth of the words, are none.
MOST = 100
_ODD = re.compile(r"[BIESLUMW][-_ ].+", re.IGNORECASE)


def tagged(x: Any, y: Any = None, columns: tuple[int, int] | None = None) -> list[Sentence]:
    """Reads tagged sentences.

    Args:
        x: A path of CoNLL columns; a .jsonl file or a pandas frame with the columns `words` (or
            `tokens`) and `tags` (`ner_tags`), or `text` and `spans` (`entities`, `label`); pairs of
            words and tags, perhaps with the number of their document; pairs of a text and its
            spans, which may stand in a dict under `entities`; with `y` the words of each sentence,
            or the texts.
        y: The tags of each sentence, or the spans of each text.
        columns: Which columns of a file have the word and the tag, as in `read_columns`.

    Returns:
        The sentences, their tags in BIOES whatever they came in, or as they are where they stand
        alone.

    Raises:
        InputError: If it is none of these, or tags cannot follow each other; it tells where.

    Example:
    >>> from rnnapps.pipelines.ner.data import tagged
    >>> tagged([("Ann saw Bob Roy.", [(0, 3, "PER"), (8, 15, "PER")])])[0].tags
    ['S-PER', 'O', 'B-PER', 'E-PER', 'O']
    """
    if isinstance(x, str | Path) and y is None and Path(x).suffix.lower() != ".jsonl":
        rows, places, documents = read_columns(Path(x), columns)
    else:
        pairs, given = _pairs(x, y)
        if any(isinstance(text, str) for text, _ in pairs):
            check_texts([text for text, _ in pairs])
            if any(document is not None for document in given):
                raise InputError(f"Expected {FORMS}. Received: texts with numbers of documents.")
            found = of_texts(pairs)
            if not found:
                raise InputError(f"Expected {FORMS}. Received: texts without a word.")
            return found
        checked = [_checked(f"Sentence {n}", *pair) for n, pair in enumerate(pairs)]
        rows = [row for row in checked if row[0]]
        documents = [each for each, row in zip(given, checked, strict=True) if row[0]]
        places = [
            [f"Sentence {n}, word {i}" for i in range(len(words))]
            for n, (words, _) in enumerate(checked)
            if words
        ]
    if not rows:
        raise InputError(f"Expected {FORMS}. Received: no sentence at all.")
    seen = set(chain.from_iterable(tags for _, tags in rows))
    if {"B", OUTSIDE} <= seen <= {OUTSIDE, *LETTERS}:
        named = {tag: tag if tag == OUTSIDE else f"{tag}-{UNNAMED}" for tag in seen}
        rows = [(words, [named[tag] for tag in tags]) for words, tags in rows]
    if not mark_spans(chain.from_iterable(tags for _, tags in rows)):
        _check_alone(rows, places)
        return [Sentence(*row, each) for row, each in zip(rows, documents, strict=True)]
    kind = scheme(tags for _, tags in rows)
    found = []
    for (words, tags), document, place in zip(rows, documents, places, strict=True):
        try:
            found.append(Sentence(words, bioes(spans(tags, kind), len(words)), document))
        except TagError as error:
            where = place[min(error.index, len(place) - 1)]
            raise InputError(f"{where}: {error} The tags are taken for {kind}.") from error
    return found


def labels_of(tags: Iterable[str]) -> list[str]:
    """Gives the labels of tags that mark spans, or those that stand alone, each once.

    Example:
    >>> from rnnapps.pipelines.ner.data import labels_of
    >>> labels_of(["O", "B-PER", "E-PER", "S-LOC"]), labels_of(["NOUN", "VERB", "NOUN"])
    (['PER', 'LOC'], ['NOUN', 'VERB'])
    """
    names = list(tags)
    if not mark_spans(names):
        return list(dict.fromkeys(names))
    return list(dict.fromkeys(name[2:] for name in names if name != OUTSIDE))


def check_known(sentences: Sequence[Sentence], tags: Sequence[str], remedy: str) -> None:
    """Checks that all labels are known.

    Args:
        sentences: The sentences.
        tags: Those that are known.
        remedy: What the error tells to do.

    Raises:
        InputError: If one is not.
    """
    known = set(tags)
    for number, sentence in enumerate(sentences):
        unknown = [tag for tag in sentence.tags if tag not in known]
        if unknown:
            spanned = mark_spans(tags) and mark_spans(unknown)
            ours, theirs = (labels_of(x) if spanned else x for x in (tags, unknown))
            raise InputError(
                f"Sentence {number}: Expected labels among {sorted(ours)}. Received: "
                f"{list(dict.fromkeys(theirs))}. {remedy}"
            )


def _check_alone(rows: list[Pair], places: list[list[str]]) -> None:
    """Checks that tags stand alone: none marks a span, nor looks like it, and they are few."""
    tags = list(chain.from_iterable(tags for _, tags in rows))
    different = dict.fromkeys(tag for tag in tags if tag != OUTSIDE)
    if OUTSIDE in tags and all(map(_ODD.fullmatch, different)):
        odd = next(index for index, tag in enumerate(tags) if tag != OUTSIDE)
        raise InputError(
            f"{list(chain.from_iterable(places))[odd]}: Expected {OUTSIDE!r} or a tag such as "
            f"'B-PER'. Received: {tags[odd]!r}."
        )
    if len(different) > max(MOST, len(tags) / 10):
        raise InputError(
            f"Expected tags, of which there are few. Received: {len(different)} different ones for "
            f"{len(tags)} words, {list(different)[:5]}. Do say by columns= which have the word and "
            "the tag."
        )
    marks = [mark_spans([tag]) for tag in tags]
    spanned = [tag for tag, mark in zip(tags, marks, strict=True) if mark and tag != OUTSIDE]
    if spanned:
        odd = marks.index(False)
        raise InputError(
            f"{list(chain.from_iterable(places))[odd]}: Expected {OUTSIDE!r} or a tag such as "
            f"{spanned[0]!r}, as others are. Received: {tags[odd]!r}."
        )


def _pairs(x: Any, y: Any) -> tuple[list[tuple[Any, Any]], list[int | None]]:
    """Gives pairs, and the number of the document of each."""
    if y is None:
        x = read_table(Path(x)) if isinstance(x, str | Path) else framed(x)
    if hasattr(x, "columns") and y is None:
        names = [next((n for n in group if n in x.columns), None) for group in COLUMNS]
        if None in names:
            raise InputError(f"Expected {FORMS}. Received: the columns {list(x.columns)}.")
        x, y = (column(x, str(name)) for name in names)
    pairs: list[tuple[Any, Any]] = []
    documents: list[int | None] = []
    if y is not None and isinstance(x, str | Path):
        raise InputError(
            f"Expected a list of texts beside that of their tags. Received: {x!r:.80}."
        )
    counts = [len(each) for each in (x, y) if isinstance(each, list | tuple)]
    if len(set(counts)) == 2:
        raise InputError(
            "Expected tags or spans for each text, an empty list where it has none. Received: "
            f"{counts[0]} texts, and of these {counts[1]}."
        )
    try:
        for a, b, *rest in x if y is None else zip(x, y, strict=True):
            (document,) = rest or [None]
            pairs.append((a, b))
            documents.append(document if document is None else index(document))
    except (TypeError, ValueError) as error:
        raise InputError(f"Expected {FORMS}. Received: {x!r:.80} ({error}).") from error
    return pairs, documents


def _checked(where: str, words: Any, tags: Any) -> Pair:
    words, tags = (each.tolist() if hasattr(each, "tolist") else each for each in (words, tags))
    if words == tags == []:
        return [], []
    with at(where):
        check_words(words)
    numbers = [t for t in tags if isinstance(t, Integral)] if isinstance(tags, Sequence) else []
    if numbers:
        raise InputError(
            f"{where}, its tags: Expected names, such as 'B-PER'. Received: {numbers[0]!r}. Do put "
            "the names in place of numbers first: [names[n] for n in tags]."
        )
    with at(f"{where}, its tags"):
        check_words(tags)
    if len(words) != len(tags):
        raise InputError(
            f"{where}: Expected a tag for each word. Received: {len(words)} words and "
            f"{len(tags)} tags."
        )
    return list(words), [tag.strip() for tag in tags]
