"""Text as the network reads it: in the characters of a vocabulary, as numbers of subwords."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from rnnapps.data.prose import SIGNS
from rnnapps.data.text import Subwords, check_text
from rnnapps.errors import InputError

#: A text with a larger share of characters that a vocabulary has not got is refused.
MOST = 0.3

_INSTEAD = {**SIGNS, "\u2013": "-", "\t": " ", "\r": "\n"}


def continues_word(token: str) -> bool:
    """Tells whether a token goes on with a word that has begun.

    Example:
    >>> from rnnapps.pipelines.language.reading import continues_word
    >>> [continues_word(token) for token in ("ing", "'s", " the", ".", "'")]
    [True, True, False, False, False]
    """
    first, second = token[:1], token[1:2]
    if first in ("'", "\u2019"):
        return second.isalpha()
    return first.isalnum() or unicodedata.combining(first or " ") > 0


def words_of(tokens: Sequence[str], nats: Sequence[float]) -> list[dict[str, Any]]:
    """Puts tokens together to words and signs, and adds up their nats.

    Args:
        tokens: The text of each token.
        nats: The nats of each.

    Returns:
        Dicts of `text`, with the space before it, and `nats`.

    Example:
    >>> from rnnapps.pipelines.language.reading import words_of
    >>> words_of(["A", " lark", "ing", "."], [2.0, 3.0, 1.0, 0.5])[1]
    {'text': ' larking', 'nats': 4.0}
    """
    words: list[dict[str, Any]] = []
    for token, value in zip(tokens, nats, strict=True):
        if words and continues_word(token) and continues_word(words[-1]["text"][-1]):
            words[-1] = {"text": words[-1]["text"] + token, "nats": words[-1]["nats"] + value}
        else:
            words.append({"text": token, "nats": value})
    return words


class Reader:
    """Reads texts with a vocabulary.

    A character that the vocabulary has not got is read as the plainer one that stands for it, a
    typographic quote as a straight one or a letter without its accent, if there is such a one.

    Args:
        subwords: An exact vocabulary.

    Example:
    >>> from rnnapps.data.text import Subwords
    >>> from rnnapps.pipelines.language.reading import Reader
    >>> reader = Reader(Subwords.learn(["a rose is a rose"] * 9, size=120))
    >>> reader.spelled("“A rosé…”")
    '"A rose..."'
    >>> reader.unknown("rose 🌹🌹")
    (0.3333333333333333, '🌹')
    """

    def __init__(self, subwords: Subwords):
        self.subwords = subwords
        self.alphabet = {token for token in subwords.tokens if len(token) == 1}

    def spelled(self, text: str) -> str:
        """Writes a text in the characters of the vocabulary, as far as they go.

        Args:
            text: Any text.

        Returns:
            The text as it is read.
        """
        text = text.replace("\r\n", "\n")
        if "\u2014" not in self.alphabet:
            text = re.sub(r" ?[\u2014\u2015] ?", " - ", text)
        return text.translate({ord(c): self._instead(c) for c in set(text) - self.alphabet})

    def ids(self, text: str) -> np.ndarray:
        """Gives the tokens of a text, int32 of shape `(time,)`."""
        return self.subwords.encode(self.spelled(text)).ids

    def all_ids(self, texts: Iterable[str]) -> list[np.ndarray]:
        """Gives the tokens of each text, as `ids`, in parallel."""
        return [each.ids for each in self.subwords.encode_all(list(map(self.spelled, texts)))]

    def unknown(self, text: str) -> tuple[float, str]:
        """Tells what of a text the vocabulary cannot write.

        Args:
            text: Any text.

        Returns:
            The share of its characters without spaces, and the most frequent of them.
        """
        counts = Counter(self.spelled(text))
        total = sum(count for each, count in counts.items() if not each.isspace())
        missing = Counter({each: count for each, count in counts.items() if self._lacks(each)})
        shown = "".join(each for each, _ in missing.most_common(10))
        return missing.total() / max(total, 1), shown

    def check(self, text: object) -> str:
        """Checks that something is a text that the vocabulary can write for the most part.

        Args:
            text: Anything.

        Returns:
            The text.

        Raises:
            InputError: If it is no such text.
        """
        check_text(text)
        assert isinstance(text, str)
        share, missing = self.unknown(text)
        if share > MOST:
            raise InputError(
                "Expected a text in characters that the vocabulary has. Received: "
                f"{text.strip()[:40]!r}, {share:.0%} of whose characters it has not got "
                f"({missing}). For another language or alphabet do "
                '`pipeline("language", False)` and `fit` on own texts instead.'
            )
        return text

    def _lacks(self, character: str) -> bool:
        return character not in self.alphabet and not character.isspace()

    def _instead(self, character: str) -> str:
        if character.isspace() and character not in _INSTEAD:
            return " "
        decomposed = unicodedata.normalize("NFKD", character)
        bare = "".join(each for each in decomposed if not unicodedata.combining(each))
        for each in (_INSTEAD.get(character), bare):
            if each is not None and self.alphabet.issuperset(each):
                return each
        return character
