"""Vectors of very many words, learnt elsewhere, which training leaves as they are."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np

from rnnapps.data.word_vectors import WordVector

FILE = "vectors.npz"
_UPPER = np.array([0.1284, 0.3881, 0.6568, 0.9424, 1.2562, 1.6181, 2.0690, 2.7326], np.float32)
#: The 16 values that lie nearest to normally distributed ones of deviation 1.
LEVELS = np.concatenate([-_UPPER[::-1], _UPPER])


class PublicVectors:
    """Tells words by vectors that were learnt from a large text.

    They are kept in 4 bits a dimension, so that a tagger can know something of many more words
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
    >>> np.abs(known(["west", "north"])).round().tolist()
    [[1.0], [0.0]]
    """

    def __init__(self, data: bytes | None = None):
        self._places: dict[str, int] = {}
        self._halves = np.zeros((0, 0), np.uint8)
        self._deviations = np.zeros(0, np.float32)
        if data is not None:
            with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
                words = arrays["words"].tobytes().decode().split("\n")
                self._halves, self._deviations = arrays["halves"], arrays["deviations"]
            self._places = {word: place for place, word in enumerate(words)}
        self.width = len(self._deviations)

    def __contains__(self, word: str) -> bool:
        return word in self._places

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
        pairs = self._halves[places[known]]
        numbers = np.stack([pairs >> 4, pairs & 15], axis=2).reshape(len(pairs), 2 * pairs.shape[1])
        found[known] = LEVELS[numbers[:, : self.width]] * self._deviations
        return found


def packed(vectors: Sequence[WordVector], width: int) -> bytes:
    """Packs vectors in their principal dimensions and 4 bits.

    Args:
        vectors: Words and their vectors.
        width: Number of dimensions that are kept.

    Returns:
        The bytes, for `PublicVectors`.

    Reference: Raunak et al. 2019, "Effective Dimensionality Reduction for Word Embeddings",
    RepL4NLP (principal components of word vectors); Max 1960, "Quantizing for Minimum Distortion",
    IRE Transactions on Information Theory 6 (the levels).
    """
    table = np.stack([vector for _, vector in vectors]).astype(np.float64)
    table -= table.mean(axis=0)
    _, axes = np.linalg.eigh(table.T @ table)
    table = table @ axes[:, ::-1][:, :width]
    table /= table.std()
    deviations = np.maximum(table.std(axis=0), 1e-12)
    edges = (LEVELS[1:] + LEVELS[:-1]) / 2
    numbers = np.searchsorted(edges, table / deviations).astype(np.uint8)
    numbers = np.pad(numbers, [(0, 0), (0, width % 2)])
    file = io.BytesIO()
    np.savez_compressed(
        file,
        words=np.frombuffer("\n".join(word for word, _ in vectors).encode(), np.uint8),
        halves=numbers[:, ::2] << 4 | numbers[:, 1::2],
        deviations=deviations.astype(np.float32),
    )
    return file.getvalue()
