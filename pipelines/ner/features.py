"""What the network is told of a word: its number, its characters, its shape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

WORDS, CHARACTERS = "words.txt", "characters.txt"
#: Names of the arrays.
FEATURES = ("words", "shapes", "characters")
#: Number of padding, and of a word or character that the vocabulary has not got.
PADDING, UNKNOWN = 0, 1
#: Characters of a word that are read; of a longer one, half of them at each end.
LETTERS = 20
#: Kinds of words by their letters and digits.
SHAPES = ("sign", "lower", "Title", "UPPER", "miXed", "C", "digits", "w1th d1gits")


class Features:
    """Numbers words, their characters and shapes.

    Args:
        files: bytes of `words.txt` and `characters.txt`, one a line.

    Example:
    >>> from rnnapps.pipelines.ner.features import Features
    >>> features = Features(Features.learn(["The", "U.S."]))
    >>> features(["the", "U.S."])["words"].tolist(), len(features.characters)
    ([2, 3], 6)
    """

    def __init__(self, files: Mapping[str, bytes]):
        self.words = _numbers(files[WORDS])
        self.characters = _numbers(files[CHARACTERS])

    @staticmethod
    def learn(seen: Iterable[str], words: Iterable[str] = ()) -> dict[str, bytes]:
        """Makes a vocabulary of words.

        Args:
            seen: words of texts, whose characters are taken up too.
            words: further words.

        Returns:
            The files of a `Features`.
        """
        seen = list(seen)
        characters = dict.fromkeys(sorted({letter for word in seen for letter in word}))
        return _files(dict.fromkeys(map(normal, [*words, *seen])), characters)

    def grown(self, seen: Iterable[str]) -> dict[str, bytes]:
        """Adds what is not known of words; all that is known keeps its number.

        Args:
            seen: words of texts.

        Returns:
            The files of a larger `Features`.
        """
        more = Features(self.learn(seen))
        return _files({**self.words, **more.words}, {**self.characters, **more.characters})

    @property
    def sizes(self) -> tuple[int, int]:
        """How many words and characters there are, padding and the unknown among them."""
        return UNKNOWN + 1 + len(self.words), UNKNOWN + 1 + len(self.characters)

    def __call__(self, words: Sequence[str]) -> dict[str, np.ndarray]:
        """Numbers words.

        Args:
            words: words, none empty.

        Returns:
            int32 `"words"` and `"shapes"` of shape `(time,)`, `"characters"` of shape
            `(time, letters)`.
        """
        characters = np.zeros((len(words), LETTERS), np.int32)
        for row, word in zip(characters, words, strict=True):
            numbers = [self.characters.get(letter, UNKNOWN) for letter in _ends(word)]
            row[: len(numbers)] = numbers
        return {
            "words": np.array([self.words.get(normal(w), UNKNOWN) for w in words], np.int32),
            "shapes": np.array([_shape(word) for word in words], np.int32),
            "characters": characters,
        }


def normal(word: str) -> str:
    """Gives a word as the vocabulary has it: in small letters.

    Example:
    >>> from rnnapps.pipelines.ner.features import normal
    >>> normal("Paris")
    'paris'
    """
    return word.lower()


def _ends(word: str) -> str:
    half = LETTERS // 2
    return word if len(word) <= LETTERS else word[:half] + word[-half:]


def _shape(word: str) -> int:
    letters = [character for character in word if character.isalpha()]
    if any(character.isdigit() for character in word):
        return SHAPES.index("w1th d1gits" if letters else "digits")
    if not letters:
        return SHAPES.index("sign")
    upper = [character.isupper() for character in letters]
    if not any(upper):
        return SHAPES.index("lower")
    if len(letters) == 1:
        return SHAPES.index("C")
    if all(upper):
        return SHAPES.index("UPPER")
    return SHAPES.index("Title" if upper[0] and not any(upper[1:]) else "miXed")


def _files(words: Iterable[str], characters: Iterable[str]) -> dict[str, bytes]:
    return {WORDS: "\n".join(words).encode(), CHARACTERS: "\n".join(characters).encode()}


def _numbers(data: bytes) -> dict[str, int]:
    lines = data.decode().split("\n") if data else []
    return {line: number for number, line in enumerate(lines, start=UNKNOWN + 1)}
