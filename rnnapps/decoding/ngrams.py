"""Language models of n-grams: interpolated modified Kneser-Ney, pruned, packed, read on the fly."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np

from rnnapps.data.text import BOUNDARY

#: What is taken from a count at least, so that something is left for what was never seen.
LEAST = 0.05
#: Places of the n-grams that end with the last token, of length 0, 1, 2 and so on; -1 if unseen.
State = tuple[int, ...]


class Level(NamedTuple):
    """The n-grams of one length.

    Attributes:
        grams: sorted keys: place of the first n - 1 tokens in the level below, times the number of
            tokens of the vocabulary, plus the last token; int64 of shape `(grams,)`.
        chances: probability of the last token after the others, less a discount, of that shape.
        rests: what is left for the level below after each of its n-grams, of its shape.
        counts: how often each n-gram counts, of shape `(grams,)`.
    """

    grams: np.ndarray
    chances: np.ndarray
    rests: np.ndarray
    counts: np.ndarray


class NGrams:
    """A language model of n-grams.

    The n-grams of each length stand in one sorted array, so millions of them take tens of
    megabytes.

    Args:
        levels: n-grams of length 1, 2 and so on.
        size: number of tokens of the vocabulary.

    Example:
    >>> import numpy as np
    >>> from rnnapps.decoding.ngrams import kneser_ney
    >>> model = kneser_ney([np.array([1, 2, 1, 2, 1, 3])], size=4, order=2)
    >>> bool(model.nats(np.array([1, 2])).sum() < model.nats(np.array([3, 3])).sum())
    True
    """

    def __init__(self, levels: Sequence[Level], size: int):
        self.levels, self.size = list(levels), size

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
            places = self._places(level, contexts, text)
            own = np.append(level.chances, 0.0)[places]  # the last is that of what was not seen
            chances = np.where(contexts >= 0, own + level.rests[contexts] * chances, chances)
            contexts = np.concatenate([[-1], places[:-1]])
        return -np.log(chances[1:])

    @property
    def start(self) -> State:
        """The state at the beginning of a text."""
        return self.read((0, *[-1] * (len(self.levels) - 1)), BOUNDARY)[1]

    def read(self, state: State, token: int) -> tuple[float, State]:
        """Reads one token.

        Args:
            state: The state before it.
            token: The token.

        Returns:
            Its nats, and the state after it.
        """
        chance, places = 1 / self.size, [0]
        for level, context in zip(self.levels, state, strict=True):
            place = -1
            if context >= 0:
                key = context * self.size + token
                place = int(level.grams.searchsorted(key))
                if place == len(level.grams) or level.grams[place] != key:
                    place = -1
                chance *= float(level.rests[context])
                chance += float(level.chances[place]) if place >= 0 else 0.0
            places.append(place)
        return -float(np.log(chance)), tuple(places[:-1])

    def pruned(self, least: Sequence[int]) -> Self:
        """Gives a smaller model.

        Args:
            least: Count below which n-grams of each length are left out, unless longer ones that
                stay begin with them; what they had goes to shorter ones. All but the longest
                n-grams count the tokens before which they stand.

        Returns:
            The model.
        """
        pairs = zip(self.levels, least, strict=False)  # a short text has no long n-grams
        kept = [level.counts >= count for level, count in pairs]
        for index in range(len(kept) - 1, 0, -1):
            needed = self.levels[index].grams[kept[index]] // self.size
            kept[index - 1][needed] = True
        levels: list[Level] = []
        for index, (level, keep) in enumerate(zip(self.levels, kept, strict=True)):
            below = np.ones(1, bool) if index == 0 else kept[index - 1]
            lost = np.bincount(
                level.grams[~keep] // self.size,
                weights=level.chances[~keep],
                minlength=len(level.rests),
            )
            places = np.cumsum(below) - 1  # of the n-grams that stay, in the smaller array
            contexts, last = np.divmod(level.grams[keep], self.size)
            levels.append(
                Level(
                    places[contexts] * self.size + last,
                    level.chances[keep],
                    (level.rests + lost)[below],
                    level.counts[keep],
                )
            )
        return type(self)(levels, self.size)

    def to_bytes(self) -> bytes:
        """Packs the model: probabilities to about 1 %, counts left out."""
        arrays = {"size": np.array(self.size)}
        for index, level in enumerate(self.levels):
            contexts, last = np.divmod(level.grams, self.size)
            arrays[f"steps_{index}"] = np.diff(contexts, prepend=0).astype(np.uint32)
            arrays[f"last_{index}"] = last.astype(np.uint32)
            for name, values in (("chances", level.chances), ("rests", level.rests)):
                arrays[f"{name}_{index}"] = np.log(np.maximum(values, 1e-12)).astype(np.float16)
        file = io.BytesIO()
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Unpacks what `to_bytes` gives; it cannot be pruned further."""
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            size = int(arrays["size"])
            levels = []
            for index in range(sum(name.startswith("last_") for name in arrays.files)):
                contexts = np.cumsum(arrays[f"steps_{index}"], dtype=np.int64)
                chances, rests = (
                    np.exp(arrays[f"{name}_{index}"].astype(np.float32))
                    for name in ("chances", "rests")
                )
                grams = contexts * size + arrays[f"last_{index}"]
                levels.append(Level(grams, chances, rests, np.ones(len(grams), np.int64)))
        return cls(levels, size)

    def _places(self, level: Level, contexts: np.ndarray, tokens: np.ndarray) -> np.ndarray:
        """Finds n-grams by the places of their contexts and their last tokens; -1 if unseen."""
        if not len(level.grams):
            return np.full(len(contexts), -1)
        keys = contexts * self.size + tokens
        places = np.minimum(np.searchsorted(level.grams, keys), len(level.grams) - 1)
        return np.where((contexts >= 0) & (level.grams[places] == keys), places, -1)


def kneser_ney(documents: Sequence[np.ndarray], size: int, order: int = 5) -> NGrams:
    """Estimates a language model by interpolated modified Kneser-Ney smoothing.

    Args:
        documents: int arrays of shape `(time,)`, tokens of the texts that are counted.
        size: number of tokens of the vocabulary.
        order: length of the longest n-grams.

    Returns:
        The model.

    Reference: Chen and Goodman 1999, "An empirical study of smoothing techniques for language
    modeling", Computer Speech and Language 13(4), section 3.
    """
    boundary = np.array([BOUNDARY])
    text = np.concatenate([part for ids in documents for part in (boundary, ids)])
    begins = np.zeros(len(text), np.int64)  # place of the n-gram that begins at each token
    shorter = np.zeros(1, np.int64)  # place of each n-gram without its first token
    below, levels, contexts = np.zeros(0, np.int64), [], 1
    for length in range(1, min(order, len(text)) + 1):
        keys = begins[: len(text) - length + 1] * size + text[length - 1 :]
        grams, begins, counts = np.unique(keys, return_inverse=True, return_counts=True)
        if length > 1:
            shorter = np.searchsorted(below, shorter[grams // size] * size + grams % size)
            # All but the longest n-grams count the tokens before which they stand.
            levels.append(_level(below, np.bincount(shorter, minlength=len(below)), size, contexts))
            contexts = len(below)
        else:
            shorter = np.zeros(len(grams), np.int64)
        below = grams
    return NGrams([*levels, _level(below, counts, size, contexts)], size)


def _level(grams: np.ndarray, counts: np.ndarray, size: int, contexts: int) -> Level:
    discounts = _discounts(counts)[np.minimum(counts, 3)]
    owners = grams // size
    totals = np.bincount(owners, weights=counts, minlength=contexts)
    left = np.bincount(owners, weights=discounts, minlength=contexts)
    rests = np.where(totals > 0, left / np.maximum(totals, 1), 1.0)
    return Level(grams, (counts - discounts) / np.maximum(totals[owners], 1), rests, counts)


def _discounts(counts: np.ndarray) -> np.ndarray:
    """Estimates what is taken from counts of 0, 1, 2, and 3 or more."""
    once = np.bincount(np.minimum(counts, 5), minlength=5).astype(float)
    share = once[1] / max(once[1] + 2 * once[2], 1)
    discounts = np.zeros(4)
    for count in (1, 2, 3):
        ratio = once[count + 1] / max(once[count], 1)
        discounts[count] = np.clip(count - (count + 1) * share * ratio, LEAST, count)
    return discounts
