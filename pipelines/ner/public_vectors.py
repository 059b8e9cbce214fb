"""Vectors of very many words, learnt elsewhere, which training leaves as they are."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np

from rnnapps.data.word_vectors import WordVector

FILE = "vectors.npz"


class PublicVectors:
    """Tells words by vectors that were learnt from a large text.

    They are kept in 8 bits and few dimensions, so that a tagger knows something of many more words
    than it has seen tagged.

    Args:
        data: Bytes as `packed` gives them; None knows no word and has no dimension.

    Attributes:
        width: number of dimensions.

    Example:
    >>> import numpy as np
    >>> from rnnapps.data.word_vectors import WordVector
    >>> from rnnapps.pipelines.ner.public_vectors import PublicVectors, packed
    >>> east, west = np.array([1.0, 0, 0]), np.array([-1.0, 0, 0])
    >>> known = PublicVectors(packed([WordVector("east", east), WordVector("west", west)], width=1))
    >>> np.abs(known(["west", "north"])).tolist()
    [[1.0], [0.0]]
    """

    def __init__(self, data: bytes | None = None):
        self._places: dict[str, int] = {}
        self._values = np.zeros((0, 0), np.int8)
        self._scale = np.zeros(0, np.float32)
        if data is not None:
            with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
                words = arrays["words"].tobytes().decode().split("\n")
                self._values, self._scale = arrays["values"], arrays["scale"]
            self._places = {word: place for place, word in enumerate(words)}
        self.width = self._values.shape[1]

    def __call__(self, words: Sequence[str]) -> np.ndarray:
        """Gives the vectors of words in small letters, zeros for those that are not known.

        Args:
            words: The words.

        Returns:
            float32 of shape `(words, width)`, with a deviation of about 1 in all.
        """
        places = np.array([self._places.get(word, -1) for word in words], np.int64)
        found = np.zeros((len(words), self.width), np.float32)
        known = places >= 0
        found[known] = self._values[places[known]] * self._scale
        return found


def packed(vectors: Sequence[WordVector], width: int) -> bytes:
    """Packs vectors in their principal dimensions and 8 bits.

    Args:
        vectors: Words and their vectors.
        width: Number of dimensions that are kept.

    Returns:
        The bytes, for `PublicVectors`.

    Reference: Raunak et al. 2019, "Effective Dimensionality Reduction for Word Embeddings",
    RepL4NLP (principal components of word vectors).
    """
    table = np.stack([vector for _, vector in vectors]).astype(np.float64)
    table -= table.mean(axis=0)
    _, axes = np.linalg.eigh(table.T @ table)
    table = table @ axes[:, ::-1][:, :width]
    table /= table.std()
    scale = np.maximum(np.abs(table).max(axis=0) / 127, 1e-12)
    file = io.BytesIO()
    np.savez_compressed(
        file,
        words=np.frombuffer("\n".join(word for word, _ in vectors).encode(), np.uint8),
        values=np.round(table / scale).astype(np.int8),
        scale=scale.astype(np.float32),
    )
    return file.getvalue()
