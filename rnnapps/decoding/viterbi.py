"""Linear chains over tags: the best sequence, and how likely a stretch of tags is."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

#: The score of what cannot be: so low that it never wins, and safe to differentiate.
BARRED = -1e4


class Chain(NamedTuple):
    """Scores of a linear chain, in nats.

    Attributes:
        transitions: from a tag (row) to the next (column), of shape `(tags, tags)`.
        start: of the first tag, of shape `(tags,)`.
        end: of the last tag, of shape `(tags,)`.
    """

    transitions: np.ndarray
    start: np.ndarray
    end: np.ndarray

    def only(self, allowed: Chain) -> Chain:
        """Bars what cannot be.

        Args:
            allowed: 1 where a transition, a beginning or an end can be and 0 where not.

        Returns:
            Scores with `BARRED` added where it cannot.
        """
        barred = [BARRED * (1 - each) for each in allowed]
        return Chain(*(scores + bar for scores, bar in zip(self, barred, strict=True)))


def viterbi(chain: Chain, scores: np.ndarray, lengths: np.ndarray) -> list[np.ndarray]:
    """Finds the best sequence of tags of each row.

    Args:
        chain: the scores of the chain.
        scores: of each tag at each step, of shape `(batch, time, tags)`, right-padded.
        lengths: steps of each row, each at least 1.

    Returns:
        For each row its tags, int arrays of shape `(time,)`.

    Reference: Viterbi 1967, "Error Bounds for Convolutional Codes"; Lafferty et al. 2001,
    "Conditional Random Fields".

    Example:
    >>> import numpy as np
    >>> from rnnapps.decoding.viterbi import Chain, viterbi
    >>> chain = Chain(np.array([[0.0, 0.0], [0.0, -np.inf]]), np.zeros(2), np.zeros(2))
    >>> scores = np.array([[[0.0, 1.0], [0.0, 1.5], [0.0, 1.0]]])
    >>> viterbi(chain, scores, np.array([3]))[0].tolist()
    [1, 0, 1]
    """
    rows, time, tags = np.arange(len(scores)), scores.shape[1], scores.shape[2]
    best = chain.start + scores[:, 0]
    came_from = np.empty((time, len(scores), tags), np.intp)
    into = np.ascontiguousarray(chain.transitions.T)  # where the maximum runs over what is adjacent
    for step in range(1, time):
        reached = best[:, None, :] + into
        source = reached.argmax(axis=2)
        following = np.take_along_axis(reached, source[:, :, None], axis=2)[:, :, 0]
        live = (step < lengths)[:, None]
        came_from[step] = np.where(live, source, np.arange(tags))
        best = np.where(live, following + scores[:, step], best)
    paths = np.empty((len(scores), time), np.int32)
    paths[:, -1] = (best + chain.end).argmax(axis=1)
    for step in range(time - 1, 0, -1):
        paths[:, step - 1] = came_from[step][rows, paths[:, step]]
    return [path[:length] for path, length in zip(paths, lengths, strict=True)]


class Posterior:
    """How likely tags are, given the scores of whole rows.

    Args:
        chain: the scores of the chain.
        scores: of each tag at each step, of shape `(batch, time, tags)`, right-padded.
        lengths: steps of each row, each at least 1.

    Attributes:
        total: log of the sum over all sequences, in nats, of shape `(batch,)`.

    Reference: Rabiner 1989, "A Tutorial on Hidden Markov Models", section III (the forward-backward
    procedure).

    Example:
    >>> import numpy as np
    >>> from rnnapps.decoding.viterbi import Chain, Posterior
    >>> chain = Chain(np.zeros((2, 2)), np.zeros(2), np.zeros(2))
    >>> known = Posterior(chain, np.log(np.array([[[3.0, 1.0], [1.0, 1.0]]])), np.array([2]))
    >>> known.tags()[0].round(2).tolist(), round(known.stretch(0, 0, [0, 1]), 3)
    ([[0.75, 0.25], [0.5, 0.5]], -0.981)
    """

    def __init__(self, chain: Chain, scores: np.ndarray, lengths: np.ndarray):
        self.chain, self.scores = chain, scores.astype(np.float64)
        time = scores.shape[1]
        odds = np.exp(chain.transitions.astype(np.float64))
        self.forward = np.empty(self.scores.shape)
        self.forward[:, 0] = chain.start + self.scores[:, 0]
        for step in range(1, time):
            reached = _summed(self.forward[:, step - 1], odds) + self.scores[:, step]
            live = (step < lengths)[:, None]
            self.forward[:, step] = np.where(live, reached, self.forward[:, step - 1])
        self.backward = np.empty(self.scores.shape)
        self.backward[:, -1] = chain.end
        for step in range(time - 2, -1, -1):
            ahead = self.backward[:, step + 1] + self.scores[:, step + 1]
            live = (step + 1 < lengths)[:, None]
            self.backward[:, step] = np.where(live, _summed(ahead, odds.T), chain.end)
        self.total = np.logaddexp.reduce(self.forward[:, -1] + chain.end, axis=1)

    def tags(self) -> np.ndarray:
        """Gives the probability of each tag at each step, of shape `(batch, time, tags)`."""
        return np.exp(self.forward + self.backward - self.total[:, None, None])

    def stretch(self, row: int, first: int, tags: Sequence[int]) -> float:
        """Gives how likely it is that tags stand one after the other, in nats: 0 at most.

        Args:
            row: number of the row.
            first: step of the first tag.
            tags: the tags, all within the row.
        """
        nats = self.forward[row, first, tags[0]]
        for step, (tag, following) in enumerate(pairwise(tags), start=first + 1):
            nats = nats + self.chain.transitions[tag, following] + self.scores[row, step, following]
        nats = nats + self.backward[row, first + len(tags) - 1, tags[-1]] - self.total[row]
        return float(min(nats, 0.0))  # rounding may bring it above


def _summed(nats: np.ndarray, odds: np.ndarray) -> np.ndarray:
    """Adds up over the tags before, of shape `(batch, tags)`, each times the odds to the next."""
    peak = nats.max(axis=1, keepdims=True)
    with np.errstate(divide="ignore"):  # the log of no way at all
        return np.log(np.exp(nats - peak) @ odds) + peak
