"""Beam search: the most probable sequences, those of several lengths compared fairly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

States = Mapping[str, np.ndarray]


class Hypothesis(NamedTuple):
    """A sequence that was found.

    Attributes:
        tokens: its tokens, the one that ends it among them.
        score: its log-probability divided by a power of its length.
    """

    tokens: list[int]
    score: float


def beam_search(
    step: Callable[[np.ndarray, States], tuple[np.ndarray, States]],
    start: int,
    states: States,
    *,
    beams: int,
    max_steps: int,
    end: int | None = None,
    ended: Callable[[list[int]], bool] | None = None,
    power: float = 1.0,
) -> list[Hypothesis]:
    """Finds probable sequences, step by step, the best few at a time.

    Args:
        step: takes the last token of each row, int32 of shape `(rows,)`, and the states, arrays
            of shape `(rows, ...)`; gives log-probabilities of shape `(rows, size)`, minus infinity
            where a token may not come, and the next states.
        start: the token before the first one.
        states: the states before it, of one row.
        beams: how many sequences go on at a time.
        max_steps: tokens of a sequence at most.
        end: token that ends a sequence.
        ended: tells of a sequence's tokens whether it is at its end.
        power: of the length by which log-probabilities are divided; 0 favours short sequences.

    Returns:
        At most `beams` sequences, the best first.

    Reference: Graves 2012, "Sequence Transduction with Recurrent Neural Networks",
    arXiv:1211.3711; Wu et al. 2016, "Google's Neural Machine Translation System",
    arXiv:1609.08144, section 7 (length).

    Example:
    >>> import numpy as np
    >>> from rnnapps.decoding.beam import beam_search
    >>> chances = np.log([[0.1, 0.5, 0.4], [0.9, 0.05, 0.05], [0.98, 0.01, 0.01]])
    >>> step = lambda last, states: (chances[last], states)
    >>> beam_search(step, 0, {}, beams=2, max_steps=3, end=0)[0].tokens
    [1, 0]
    """
    alive: list[list[int]] = [[]]
    scores, last = np.zeros(1), np.array([start], np.int32)
    found: list[Hypothesis] = []
    for length in range(1, max_steps + 1):
        chances, states = step(last, states)
        totals = (scores[:, None] + chances).ravel()
        parents: list[int] = []
        grown: list[list[int]] = []
        kept: list[float] = []
        # Twice as many as go on, as some may end.
        for index in _largest(totals, 2 * beams):
            parent, token = divmod(int(index), chances.shape[1])
            tokens = [*alive[parent], token]
            if token == end or length == max_steps or (ended is not None and ended(tokens)):
                found.append(Hypothesis(tokens, float(totals[index]) / length**power))
            elif len(grown) < beams:
                parents.append(parent)
                grown.append(tokens)
                kept.append(float(totals[index]))
        found = sorted(found, key=lambda each: -each.score)[:beams]
        # No sequence can do better than to lose no more until the last step.
        best = max(kept, default=-np.inf) / max_steps**power
        if not grown or (len(found) == beams and best <= found[-1].score):
            break
        alive, scores = grown, np.array(kept)
        last = np.array([tokens[-1] for tokens in grown], np.int32)
        states = {name: values[parents] for name, values in states.items()}
    return found


def _largest(values: np.ndarray, count: int) -> np.ndarray:
    """Gives the places of the largest finite values, the largest first."""
    if count < len(values):
        places = np.sort(np.argpartition(-values, count)[:count])
    else:
        places = np.arange(len(values))
    places = places[np.argsort(-values[places], kind="stable")]
    return places[np.isfinite(values[places])]
