"""Text as the network reads it: in the characters of a vocabulary, as numbers of subwords."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np

from rnnapps.data.prose import SIGNS
from rnnapps.data.text import OTHERS, Subwords, Tokens, check_text
from rnnapps.errors import InputError

#: A text with a larger share of characters that a vocabulary has not got is refused.
MOST = 0.3
#: What to do where a vocabulary has not got the characters of a text, and where it is learnt first.
ANEW = 'For a vocabulary of own texts do `pipeline("language", False)` and `fit` instead.'
FIRST = (
    f"A vocabulary has the characters of a keyboard and the {OTHERS} others that are most frequent "
    "in the texts of the first `fit`. Do take texts in one alphabet, also to validate on, instead."
)

_INSTEAD = {**SIGNS, "\u2013": "-", "\t": " ", "\r": "\n"}
_DASHES = [f"{a}{dash}{b}" for a in (" ", "") for dash in "\u2014\u2015" for b in (" ", "")]


def in_word(character: str) -> bool:
    """Tells whether a character is a letter, a mark on one, or a digit.

    Example:
    >>> from rnnapps.pipelines.language.reading import in_word
    >>> [in_word(each) for each in ("é", "\u0301", "7", "_", "'")]
    [True, True, True, False, False]
    """
    return character.isalnum() or unicodedata.category(character).startswith("M")


def continues_word(token: str) -> bool:
    """Tells whether a token goes on with a word that has begun.

    Example:
    >>> from rnnapps.pipelines.language.reading import continues_word
    >>> [continues_word(token) for token in ("ing", "'s", " the", ".", "'")]
    [True, True, False, False, False]
    """
    if token[:1] in ("'", "\u2019"):
        return token[1:2].isalpha()
    return bool(token) and in_word(token[0])


def words_of(text: str, tokens: Tokens, nats: np.ndarray) -> list[dict[str, Any]]:
    """Puts tokens together to words and signs, and adds up their nats.

    Args:
        text: The text.
        tokens: Its tokens, with their places in it.
        nats: The nats of each, of shape `(time,)`.

    Returns:
        Dicts of `word`, with the space before it, `start` and `end`, its place in the text, and
        `nats`. Together they are the text.

    Example:
    >>> import numpy as np
    >>> from rnnapps.data.text import Tokens
    >>> from rnnapps.pipelines.language.reading import words_of
    >>> places = np.array([(0, 1), (1, 6), (6, 9), (9, 10)])
    >>> words_of("A larking.", Tokens(np.arange(4), places), np.array([2.0, 3.0, 1.0, 0.5]))[1]
    {'word': ' larking', 'start': 1, 'end': 9, 'nats': 4.0}
    """
    first, before = [0], ""
    for index, (start, end) in enumerate(tokens.offsets.tolist()):
        piece = text[start:end]
        if before and piece and not (continues_word(piece) and continues_word(before)):
            first.append(index)
        before = piece[-1:] or before
    starts = tokens.offsets[first, 0].tolist()
    return [
        {"word": text[start:end], "start": start, "end": end, "nats": value}
        for start, end, value in zip(
            starts, [*starts[1:], len(text)], np.add.reduceat(nats, first).tolist(), strict=True
        )
    ]


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
        #: What is written in place of what the alphabet has not got, as far as it has come up.
        self.plain = {"\r\n": "\n"}
        if "\u2014" not in self.alphabet:
            self.plain |= dict.fromkeys(_DASHES, " - ")
        others = "[^" + "".join(map(re.escape, sorted(self.alphabet))) + "]"
        self.strange = re.compile("|".join([*self.plain, others]))

    def spelled(self, text: str) -> str:
        """Writes a text in the characters of the vocabulary, as far as they go.

        Args:
            text: Any text.

        Returns:
            The text as it is read.
        """
        return self.strange.sub(self._instead, text)

    def tokens(self, text: str) -> Tokens:
        """Gives the tokens of a text, with their places in it as it was given.

        Args:
            text: Any text.

        Returns:
            The tokens. Where more is read than is given, as of "…", the first of them has the
            place; so each begins where the one before it ends.
        """
        ids, offsets = self.subwords.encode(self.spelled(text))
        places, end = [0], 0  # in the given text, of each border between characters that are read
        for match in self.strange.finditer(text):
            begin, size = match.start(), len(self._instead(match))
            places += range(end + 1, begin + 1)
            places += (min(begin + i, match.end()) for i in range(1, size))
            end = match.end()
            if size:
                places.append(end)
            else:  # what is left out goes with what stands before it
                places[-1] = end
        places += range(end + 1, len(text) + 1)
        places[0] = 0
        return Tokens(ids, np.array(places)[offsets])

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

    def check(self, text: object, advice: str = ANEW) -> str:
        """Checks that something is a text that the vocabulary can write for the most part.

        Args:
            text: Anything.
            advice: What to do where it cannot.

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
                f"({missing}). {advice}"
            )
        return text

    def _lacks(self, character: str) -> bool:
        return character not in self.alphabet and not character.isspace()

    def _instead(self, match: re.Match[str]) -> str:
        found = match[0]
        if found not in self.plain:
            self.plain[found] = self._plainer(found)
        return self.plain[found]

    def _plainer(self, character: str) -> str:
        if character.isspace() and character not in _INSTEAD:
            return " "
        decomposed = unicodedata.normalize("NFKD", character)
        bare = "".join(each for each in decomposed if not unicodedata.combining(each))
        for each in (_INSTEAD.get(character), bare):
            if each is not None and self.alphabet.issuperset(each):
                return each
        return character
