"""Vectors of words that have none, guessed from their letters."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

FILE = "ngrams.npz"
#: Letters of an n-gram, the marks of the word's ends among them.
SHORTEST, LONGEST = 2, 5
#: Places that n-grams share by their hash.
PLACES = 1 << 15
#: A word of more letters is not guessed.
MOST = 150
#: Words whose guesses are kept at hand.
CACHED = 50_000


class GuessedVectors:
    """Guesses the vector of a word as the sum of what its n-grams of letters tell.

    Args:
        data: Bytes as `learnt` gives them; None guesses nothing, and has no dimension.

    Attributes:
        width: number of dimensions.

    Reference: Zhao et al. 2018, "Generalizing Word Embeddings using Bag of Subwords", EMNLP,
    section 3; n-grams share places by their hash as in Bojanowski et al. 2017, "Enriching Word
    Vectors with Subword Information", TACL 5.

    Example:
    >>> import numpy as np
    >>> from rnnapps.pipelines.ner.guessing import GuessedVectors, learnt
    >>> words = [start + end for start in ("ber", "los", "mar", "tin") for end in ("burg", "ing")]
    >>> sides = np.array([[1.0 if word.endswith("burg") else -1.0] for word in words])
    >>> guess = GuessedVectors(learnt(words, sides))
    >>> bool(guess("edinburgh")[0] > 0 > guess("sailing")[0])
    True
    """

    def __init__(self, data: bytes | None = None):
        self._weights = np.zeros((PLACES, 0), np.int8)
        self._scales = self._mean = np.zeros(0, np.float32)
        if data is not None:
            with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
                self._weights = arrays["weights"]
                self._scales, self._mean = arrays["scales"], arrays["mean"]
        self.width = len(self._scales)
        self._cached = lru_cache(CACHED)(self._guess)

    def __call__(self, word: str) -> np.ndarray:
        """Guesses the vector of a word.

        Args:
            word: The word, in small letters.

        Returns:
            float32 of shape `(width,)`; zeros for a word without a letter, or with more than
            `MOST`.
        """
        return self._cached(word)

    def _guess(self, word: str) -> np.ndarray:
        if not self.width or len(word) > MOST or not any(map(str.isalpha, word)):
            return np.zeros(self.width, np.float32)
        places = _places(word)
        total = self._weights[places].sum(axis=0, dtype=np.int32)
        guess: np.ndarray = self._mean + self._scales * total / np.sqrt(len(places))
        return guess.astype(np.float32)


def learnt(words: Sequence[str], vectors: np.ndarray, penalty: float = 3.0) -> bytes:
    """Learns to guess from words whose vectors are known.

    Args:
        words: The words, in small letters.
        vectors: Theirs, of shape `(words, width)`.
        penalty: Weight of the squares of what n-grams tell (ridge regression).

    Returns:
        The bytes, for `GuessedVectors`, in 8 bits.
    """
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import Ridge

    places = [_places(word) for word in words]
    counts = np.array([len(each) for each in places])
    shares = np.repeat(1 / np.sqrt(counts), counts)
    bounds = np.concatenate([[0], np.cumsum(counts)])
    told = csr_matrix((shares, np.concatenate(places), bounds), shape=(len(words), PLACES))
    mean = vectors.mean(axis=0)
    ridge = Ridge(penalty, fit_intercept=False, solver="sparse_cg", tol=1e-3)
    weights = ridge.fit(told, vectors - mean).coef_.reshape(-1, PLACES).T
    scales = np.maximum(np.abs(weights).max(axis=0) / 127, 1e-12)
    file = io.BytesIO()
    np.savez_compressed(
        file,
        weights=np.round(weights / scales).astype(np.int8),
        scales=scales.astype(np.float32),
        mean=mean.astype(np.float32),
    )
    return file.getvalue()


def _places(word: str) -> list[int]:
    """Gives the places of the n-grams of a word, each n-gram once."""
    marked = f"<{word}>"
    grams = {
        marked[first : first + length]
        for length in range(SHORTEST, LONGEST + 1)
        for first in range(len(marked) - length + 1)
    }
    return sorted(zlib.crc32(gram.encode()) % PLACES for gram in grams)
