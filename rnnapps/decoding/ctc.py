"""Connectionist temporal classification: likelihood, the best path, and where each symbol is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rnnapps.errors import InputError

#: Number of the symbol that stands for none.
BLANK = 0


class Spelt(NamedTuple):
    """Symbols and where they are.

    Attributes:
        symbols: int32 of shape `(symbols,)`.
        frames: first frame of each and the frame after its last, int32 of shape `(symbols, 2)`.
    """

    symbols: np.ndarray
    frames: np.ndarray


def greedy(log_probs: np.ndarray) -> Spelt:
    """Takes the likeliest symbol of each frame, repeats as one, and leaves out blanks.

    Args:
        log_probs: log-probabilities of shape `(frames, symbols)`; symbol 0 is the blank.

    Returns:
        The symbols and where they are.

    Reference: Graves et al. 2006, "Connectionist Temporal Classification", section 3.2 (best path
    decoding).

    Example:
    >>> import numpy as np
    >>> from rnnapps.decoding.ctc import greedy
    >>> best = np.array([0, 2, 2, 0, 2, 1])
    >>> found = greedy(np.log(np.eye(3)[best] + 0.01))
    >>> found.symbols.tolist(), found.frames.tolist()
    ([2, 2, 1], [[1, 3], [4, 5], [5, 6]])
    """
    best = log_probs.argmax(axis=1)
    firsts = np.flatnonzero(np.diff(best, prepend=-1))
    ends = np.append(firsts, len(best))[1:]
    frames = np.stack([firsts, ends], axis=1).astype(np.int32)
    told = best[firsts] != BLANK
    return Spelt(best[firsts][told].astype(np.int32), frames[told])


def nats(log_probs: np.ndarray, symbols: Sequence[int]) -> float:
    """Gives the negative log-likelihood of symbols over all ways to spread them over the frames.

    Args:
        log_probs: As in `greedy`.
        symbols: The symbols, none of them the blank.

    Returns:
        Nats; infinite where there are too few frames.

    Reference: Graves et al. 2006, section 4.1, equations 6 to 8.

    Example:
    >>> import numpy as np
    >>> from rnnapps.decoding.ctc import nats
    >>> round(nats(np.log(np.full((2, 2), 0.5)), [1]), 3)  # three of four paths
    0.288
    """
    states, skips = _states(symbols)
    reached = np.full(len(states), -np.inf)
    reached[:2] = log_probs[0, states[:2]]
    for scores in log_probs[1:, states]:
        one = np.logaddexp(reached[1:], reached[:-1])
        two = np.where(skips[2:], reached[:-2], -np.inf)
        reached[1:] = one
        reached[2:] = np.logaddexp(reached[2:], two)
        reached = reached + scores
    return float(-np.logaddexp.reduce(reached[-2:]))


def align(log_probs: np.ndarray, symbols: Sequence[int]) -> np.ndarray:
    """Finds where symbols are, by the likeliest way to spread them over the frames.

    Args:
        log_probs: As in `greedy`.
        symbols: The symbols, none of them the blank.

    Returns:
        First frame of each and the frame after its last, int32 of shape `(symbols, 2)`.

    Raises:
        InputError: If there are too few frames for the symbols.

    Reference: Graves et al. 2006, section 4.1, with the maximum in place of the sum; Kürzinger et
    al. 2020, "CTC-Segmentation of Large Corpora", arXiv:2007.09127.

    Example:
    >>> import numpy as np
    >>> from rnnapps.decoding.ctc import align
    >>> align(np.log(np.eye(3)[[0, 2, 2, 0, 2, 1]] + 0.01), [2, 2, 1]).tolist()
    [[1, 3], [4, 5], [5, 6]]
    """
    states, skips = _states(symbols)
    repeats = int(np.sum(np.diff(np.asarray(symbols)) == 0))
    if len(symbols) + repeats > len(log_probs):
        raise InputError(
            f"Expected at least {len(symbols) + repeats} frames for {len(symbols)} symbols. "
            f"Received: {len(log_probs)} frames."
        )
    reached = np.full(len(states), -np.inf)
    reached[:2] = log_probs[0, states[:2]]
    steps = np.zeros((len(log_probs), len(states)), np.int8)  # how many states back each came from
    came = np.full((3, len(states)), -np.inf)
    for frame in range(1, len(log_probs)):
        came[0] = reached
        came[1, 1:] = reached[:-1]
        came[2, 2:] = np.where(skips[2:], reached[:-2], -np.inf)
        steps[frame] = came.argmax(axis=0)
        reached = came.max(axis=0) + log_probs[frame, states]
    state = len(states) - 1 - int(len(states) > 1 and reached[-2] > reached[-1])
    frames = np.zeros((len(symbols), 2), np.int32)
    for frame in range(len(log_probs) - 1, -1, -1):
        if state % 2:
            place = state // 2
            frames[place, 0] = frame
            frames[place, 1] = max(frames[place, 1], frame + 1)
        state -= steps[frame, state]
    return frames


def _states(symbols: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Gives the symbols with blanks between and around, and whether each may follow its last but
    one."""
    states = np.full(2 * len(symbols) + 1, BLANK)
    states[1::2] = symbols
    skips = np.zeros(len(states), bool)
    skips[2:] = (states[2:] != BLANK) & (states[2:] != states[:-2])
    return states, skips
