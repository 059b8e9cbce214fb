"""Interpolated modified Kneser-Ney over tokens: what a preset must beat."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnapps.data.text import BOUNDARY

#: What is taken from a count at least, so that something is left for what was never seen.
LEAST = 0.05


class KneserNey:
    """A language model of n-grams.

    The n-grams of each order stand in one sorted array, an n-gram as the place of its first n - 1
    tokens in the array below and its last token; so millions of them take tens of megabytes.

    Args:
        documents: int arrays of shape `(time,)`, tokens of the texts that are counted.
        size: number of tokens of the vocabulary.
        order: length of the longest n-grams.

    Reference: Chen and Goodman 1999, "An empirical study of smoothing techniques for language
    modeling", Computer Speech and Language 13(4), section 3.

    Example:
    >>> import numpy as np
    >>> from rnnapps.pipelines.language.baseline import KneserNey
    >>> model = KneserNey([np.array([1, 2, 1, 2, 1, 3])], size=4, order=2)
    >>> bool(model.nats(np.array([1, 2])).sum() < model.nats(np.array([3, 3])).sum())
    True
    """

    def __init__(self, documents: Sequence[np.ndarray], size: int, order: int = 5):
        self.size = size
        self.levels: list[_Level] = []
        boundary = np.array([BOUNDARY])
        text = np.concatenate([part for ids in documents for part in (boundary, ids)])
        begins = np.zeros(len(text), np.int64)  # place of the n-gram that begins at each token
        shorter = np.zeros(1, np.int64)  # place of each n-gram without its first token
        below = np.zeros(0, np.int64)
        for length in range(1, min(order, len(text)) + 1):
            keys = begins[: len(text) - length + 1] * size + text[length - 1 :]
            grams, begins, counts = np.unique(keys, return_inverse=True, return_counts=True)
            if length > 1:
                shorter = np.searchsorted(below, shorter[grams // size] * size + grams % size)
                # All but the longest n-grams count the tokens before which they stand.
                self.levels.append(_Level(below, np.bincount(shorter, minlength=len(below)), size))
            else:
                shorter = np.zeros(len(grams), np.int64)
            below = grams
        self.levels.append(_Level(below, counts, size))

    def nats(self, ids: np.ndarray) -> np.ndarray:
        """Measures a text.

        Args:
            ids: tokens of the text, of shape `(time,)`.

        Returns:
            Nats of each token, float64 of shape `(time,)`.
        """
        text = np.insert(ids, 0, BOUNDARY).astype(np.int64)
        contexts = np.zeros(len(text), np.int64)
        chances = np.full(len(text), 1 / self.size)
        for level in self.levels:
            places = level.places(contexts, text)
            chances = level.mixed(contexts, places, chances)
            contexts = np.concatenate([[-1], places[:-1]])
        return -np.log(chances[1:])


class _Level:
    """The n-grams of one length: their discounted counts, and what is left for shorter ones."""

    def __init__(self, grams: np.ndarray, counts: np.ndarray, size: int):
        self.grams, self.size = grams, size
        discounts = _discounts(counts)[np.minimum(counts, 3)]
        self.kept = counts - discounts
        self.totals = np.bincount(grams // size, weights=counts)
        self.left = np.bincount(grams // size, weights=discounts)

    def places(self, contexts: np.ndarray, tokens: np.ndarray) -> np.ndarray:
        """Finds n-grams by the places of their contexts and their last tokens; -1 if unseen."""
        keys = contexts * self.size + tokens
        places = np.minimum(np.searchsorted(self.grams, keys), len(self.grams) - 1)
        return np.where((contexts >= 0) & (self.grams[places] == keys), places, -1)

    def mixed(self, contexts: np.ndarray, places: np.ndarray, chances: np.ndarray) -> np.ndarray:
        """Mixes what this level knows with the probabilities of the one below."""
        known = (contexts >= 0) & (contexts < len(self.totals))
        totals = np.where(known, self.totals[np.where(known, contexts, 0)], 0)
        kept = np.where(places >= 0, self.kept[places], 0)
        left = self.left[np.where(known, contexts, 0)]
        return np.where(totals > 0, (kept + left * chances) / np.maximum(totals, 1), chances)


def _discounts(counts: np.ndarray) -> np.ndarray:
    """Estimates what is taken from counts of 0, 1, 2, and 3 or more."""
    once = np.bincount(np.minimum(counts, 5), minlength=5).astype(float)
    share = once[1] / max(once[1] + 2 * once[2], 1)
    discounts = np.zeros(4)
    for count in (1, 2, 3):
        ratio = once[count + 1] / max(once[count], 1)
        discounts[count] = np.clip(count - (count + 1) * share * ratio, LEAST, count)
    return discounts
