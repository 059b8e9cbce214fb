"""The words that a preset knows, and what follows what."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from rnnapps.data.words import sentences, words
from rnnapps.decoding.ngrams import kneser_ney
from rnnapps.decoding.word_scores import UNKNOWN
from rnnapps.pipelines.speech.decoding import NGRAMS, WORDS
from rnnapps.pipelines.speech.spelling import Alphabet

#: Titles that are written short, and said so.
TITLES = {"mr": "mister", "mrs": "missus", "dr": "doctor"}
#: An apostrophe that is a quotation mark: at the edge of a word, but of those that are cut short.
_QUOTE = re.compile(r"(?<!\w)'(?!(?:tis|twas|twere|twill|twould|em|til|cause|bout)\b)|'(?!\w)")
_TITLE = re.compile(rf"\b({'|'.join(TITLES)})\b\.?", re.IGNORECASE)


def as_said(text: str) -> str:
    """Writes out titles.

    Example:
    >>> from rnnapps.pipelines.speech.words import as_said
    >>> as_said("Mrs. Hall and Mr Bell")
    'missus Hall and mister Bell'
    """
    return _TITLE.sub(lambda found: TITLES[found[1].lower()], text)


def language_model(
    texts: Iterable[str], *, size: int = 50_000, least: Sequence[int] = (1, 2, 2)
) -> dict[str, bytes]:
    """Learns which words there are, and what follows what.

    Args:
        texts: Sentences in normal form.
        size: Number of words at most, the most frequent.
        least: How often n-grams of each length must come to be kept.

    Returns:
        The files of the model, as `rnnapps.pipelines.speech.decoding.Decoder` reads them.
    """
    rows = [text.split() for text in texts]
    counts = Counter(word for row in rows for word in row)
    known = [word for word, count in counts.most_common(size) if count > 1]
    number = {word: token for token, word in enumerate(known, start=UNKNOWN + 1)}
    ids = [np.array([number.get(word, UNKNOWN) for word in row], np.int64) for row in rows if row]
    model = kneser_ney(ids, len(known) + UNKNOWN + 1, len(least)).pruned(least)
    return {WORDS: "\n".join(known).encode(), NGRAMS: model.to_bytes()}


def prose(text: str, alphabet: Alphabet) -> list[str]:
    """Gives the sentences of a text in normal form, without those that cannot be written."""
    found = []
    for paragraph in text.split("\n"):
        places = words(paragraph)
        for first, end in sentences(paragraph, places):
            sentence = as_said(paragraph[places[first][0] : places[end - 1][1]])
            if not alphabet.lacking(sentence):
                found.append(" ".join(_QUOTE.sub("", alphabet.normal(sentence)).split()))
    return found
