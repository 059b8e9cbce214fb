"""What the pipeline reads: a text or its words, where they stand, and sentences with tags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from rnnapps.data.text import check_text
from rnnapps.data.words import sentences, words
from rnnapps.errors import InputError


class Sentence(NamedTuple):
    """Words with a tag each.

    Attributes:
        words: the words.
        tags: BIOES, or tags that stand alone.
        document: number of the text that the sentence is of, where that is known.
    """

    words: list[str]
    tags: list[str]
    document: int | None = None


class Located(NamedTuple):
    """A text and its words.

    Attributes:
        text: the text; of words alone, these with blanks between them.
        places: beginning and end of each word, int32 of shape `(words, 2)`.
        begins: whether a sentence begins with a word, bool of shape `(words,)`.
    """

    text: str
    places: np.ndarray
    begins: np.ndarray

    @property
    def words(self) -> list[str]:
        """The words."""
        return [self.text[start:end] for start, end in self.places.tolist()]


def located(raw: Any) -> Located:
    """Splits a text into words and sentences; words alone are one sentence.

    Args:
        raw: A text, or a list of words.

    Returns:
        The text and its words.

    Raises:
        InputError: If it is neither.

    Example:
    >>> from rnnapps.pipelines.ner.reading import located
    >>> located(["Ann", "left"]).places.tolist(), located("Ann left.").words
    ([[0, 3], [4, 8]], ['Ann', 'left', '.'])
    """
    if isinstance(raw, list | tuple):
        for word in raw:
            check_word(word)
        ends = np.cumsum([len(word) + 1 for word in raw], dtype=np.int32) - 1
        starts = ends - np.array([len(word) for word in raw], np.int32)
        places = np.stack([starts, ends], axis=1)
        return Located(" ".join(raw), places, np.arange(len(raw)) == 0)
    try:
        check_text(raw)
    except InputError as error:
        raise InputError(
            f"{error} A text may also be a list of its words, within the list of all texts: "
            "[['Ada', 'left']]."
        ) from error
    found = words(raw)
    begins = np.zeros(len(found), bool)
    begins[[first for first, _ in sentences(raw, found)]] = True
    return Located(raw, np.array(found, np.int32).reshape(-1, 2), begins)


def check_word(word: object) -> None:
    """Checks that it is a word.

    Raises:
        InputError: If it is no text, has nothing to read, or has a break of lines.
    """
    if isinstance(word, str):
        check_text(word)
    if not isinstance(word, str) or not word.strip() or "\n" in word:
        raise InputError(
            "Expected a word, a str with something to read and in one line. Received: "
            f"{word!r:.80} ({type(word).__name__})."
        )


def check_words(words: object) -> None:
    """Checks that it is a list of words, one at least.

    Raises:
        InputError: If it is not.
    """
    if isinstance(words, str) or not isinstance(words, Sequence) or not words:
        raise InputError(f"Expected a list of words. Received: {words!r:.80}.")
    for word in words:
        check_word(word)
