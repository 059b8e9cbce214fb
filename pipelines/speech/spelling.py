"""The symbols in which speech is written down."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np

from rnnapps.decoding.ctc import BLANK
from rnnapps.errors import InputError

SPACE = " "
ENGLISH = " abcdefghijklmnopqrstuvwxyz'"
#: Signs that stand for others, where an alphabet has not got them but the others.
SAME = dict.fromkeys("’‘ʼ`", "'")
#: Kinds of signs that only change how others look, and so do not part words.
MARKS = ("Mn", "Me", "Cf")


class Alphabet:
    """Turns texts into symbols and back.

    Args:
        letters: the signs that are written, the space between words among them; symbol 0 is
            CTC's blank, and letter i is symbol i + 1.

    Example:
    >>> from rnnapps.pipelines.speech.spelling import Alphabet, ENGLISH
    >>> alphabet = Alphabet(ENGLISH)
    >>> alphabet.normal("Well...isn’t it?")
    "well isn't it"
    >>> alphabet.text(alphabet.symbols("a cab")).split()
    ['a', 'cab']
    """

    def __init__(self, letters: Sequence[str]):
        signs = isinstance(letters, Sequence) and all(isinstance(a, str) for a in letters)
        if not signs or SPACE not in letters or len(set(letters)) < len(letters):
            raise InputError(
                "Expected letters as a text of the signs that are written, each once and the space "
                f"among them, such as {ENGLISH!r}. Received: {letters!r}."
            )
        self.letters = list(letters)
        self._numbers = {letter: number for number, letter in enumerate(letters, start=BLANK + 1)}
        self.space = self._numbers[SPACE]
        known = self._numbers.keys()
        same = {a: b for a, b in SAME.items() if a not in known and b in known}
        self._same = str.maketrans(same)

    @property
    def size(self) -> int:
        """The number of symbols, CTC's blank among them."""
        return 1 + len(self.letters)

    def begun(self, known: Alphabet) -> np.ndarray:
        """Tells from which symbols of another alphabet those of this one begin.

        A sign begins as itself, a large letter else as the small one, any other as the mean of all.

        Args:
            known: The other alphabet.

        Returns:
            Shares, float32 of shape `(symbols of the other, symbols)`; those of a symbol sum to 1.
        """
        shares = np.zeros((known.size, self.size), np.float32)
        shares[BLANK, BLANK] = 1
        for sign, symbol in self._numbers.items():
            same = known._numbers.get(sign, known._numbers.get(sign.lower()))
            if same is None:
                shares[BLANK + 1 :, symbol] = 1 / len(known.letters)
            else:
                shares[same, symbol] = 1
        return shares

    def normal(self, text: str) -> str:
        """Gives a text in the letters alone: small where it has no large ones, no other signs."""
        text = unicodedata.normalize("NFC", text).translate(self._same)
        if not any(letter.isupper() for letter in self.letters):
            text = text.lower()
        return SPACE.join("".join(map(self._kept, text)).split())

    def _kept(self, sign: str) -> str:
        """Gives a sign that is written; others part words, but apostrophes and accents."""
        if sign in self._numbers:
            return sign
        apostrophe = sign == "'" or sign in SAME
        silent = sign.isalnum() or apostrophe or unicodedata.category(sign) in MARKS
        return "" if silent else SPACE

    def symbols(self, text: str) -> np.ndarray:
        """Gives the symbols of a text in normal form, int32 of shape `(symbols,)`."""
        return np.array([self._numbers[letter] for letter in text], np.int32)

    def lacking(self, text: str) -> set[str]:
        """Gives the letters and digits of a text that the alphabet has not got."""
        signs = {sign for sign in unicodedata.normalize("NFC", text) if sign.isalnum()}
        return {sign for sign in signs if not self.normal(sign)}

    def written(self, text: str) -> np.ndarray:
        """Gives the symbols of any text whose letters can all be written.

        Raises:
            InputError: If one cannot, or nothing is said.
        """
        if not isinstance(text, str):
            raise InputError(f"Expected a text. Received: {type(text).__name__}.")
        if lost := self.lacking(text):
            raise InputError(
                f"Expected texts of the letters {''.join(self.letters)!r}. Received: "
                f"{sorted(lost)} in {text!r:.80}. Do write them out, or give fit other letters."
            )
        if not self.normal(text):
            raise InputError(f"Expected a text with something to say. Received: {text!r:.80}.")
        return self.symbols(self.normal(text))

    def text(self, symbols: Sequence[int] | np.ndarray) -> str:
        """Gives the text of symbols."""
        return "".join(self.letters[int(symbol) - BLANK - 1] for symbol in symbols)
