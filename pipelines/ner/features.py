"""What the network is told of a word: its number, its characters, its shape."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np

from rnnapps.pipelines.ner import guessing, public_vectors
from rnnapps.pipelines.ner.guessing import GuessedVectors
from rnnapps.pipelines.ner.public_vectors import PublicVectors

WORDS, CHARACTERS = "words.txt", "characters.txt"
#: Number of a word or character that the vocabulary has not got; 0 is padding.
UNKNOWN = 1
#: Characters of a word that are read; of a longer one, half of them at each end.
LETTERS = 20
#: Words whose numbers are kept at hand.
CACHED = 50_000
_STRAIGHT = str.maketrans("‘’", "''")
#: Kinds of words by their letters and digits.
SHAPES = ("sign", "lower", "Title", "UPPER", "miXed", "C", "digits", "w1th d1gits")


class Features:
    """Numbers words, their characters and shapes.

    Args:
        files: bytes of `words.txt` and `characters.txt`, one a line, and perhaps of public vectors
            and of what guesses those of other words.

    Example:
    >>> from rnnapps.pipelines.ner.features import Features
    >>> features = Features(Features.learn(["The", "U.S."]))
    >>> features(["the", "U.S."])["words"].tolist(), len(features.characters)
    ([2, 3], 6)
    """

    def __init__(self, files: Mapping[str, bytes]):
        self.words = _numbers(files[WORDS])
        self.characters = _numbers(files[CHARACTERS])
        self.public = PublicVectors(files.get(public_vectors.FILE))
        self.guesses = GuessedVectors(files.get(guessing.FILE))
        self._told = lru_cache(CACHED)(self._tell)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the arrays."""
        return ("words", "shapes", "characters", *(("vectors",) if self.public.width else ()))

    @staticmethod
    def learn(words: Iterable[str], seen: Iterable[str] = ()) -> dict[str, bytes]:
        """Makes a vocabulary.

        Args:
            words: words that are known, and their characters.
            seen: words whose characters alone are.

        Returns:
            The files of a `Features`.
        """
        words = list(words)
        characters = sorted({letter for word in [*words, *seen] for letter in plain(word)})
        return _files(dict.fromkeys(map(normal, words)), characters)

    def grown(self, words: Iterable[str]) -> dict[str, bytes]:
        """Adds what is not known of words; all that is known keeps its number.

        Args:
            words: words of texts.

        Returns:
            The files of a larger `Features`.
        """
        more = Features(self.learn(words))
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
            `(time, letters)`; where there are public vectors, float32 `"vectors"` of shape
            `(time, width)`.
        """
        told = [self._told(word) for word in words]
        return {
            "words": np.array([number for number, _, _ in told], np.int32),
            "shapes": np.array([shape for _, shape, _ in told], np.int32),
            "characters": np.array([c for _, _, c in told], np.int32).reshape(-1, LETTERS),
            **({"vectors": self._vectors([*map(normal, words)])} if self.public.width else {}),
        }

    def _vectors(self, words: list[str]) -> np.ndarray:
        vectors = self.public(words)
        for place, word in enumerate(words):
            if word not in self.public:
                vectors[place, : self.guesses.width] = self.guesses(word)
        return vectors

    def _tell(self, word: str) -> tuple[int, int, np.ndarray]:
        characters = np.zeros(LETTERS, np.int32)
        letters = plain(word)
        numbers = [self.characters.get(letter, UNKNOWN) for letter in _ends(letters)]
        characters[: len(numbers)] = numbers
        return self.words.get(normal(word), UNKNOWN), _shape(letters), characters


def plain(word: str) -> str:
    """Gives a word with straight apostrophes, and letters that are one with their accents.

    Example:
    >>> from rnnapps.pipelines.ner.features import plain
    >>> plain("O’Brien"), len(plain("e\u0301"))
    ("O'Brien", 1)
    """
    return unicodedata.normalize("NFC", word).translate(_STRAIGHT)


def normal(word: str) -> str:
    """Gives a word as the vocabulary has it: plain, in small letters.

    Example:
    >>> from rnnapps.pipelines.ner.features import normal
    >>> normal("Paris")
    'paris'
    """
    return plain(word).lower()


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
    lines = dict.fromkeys(data.decode().split("\n")) if data else {}
    return {line: number for number, line in enumerate(lines, start=UNKNOWN + 1)}
