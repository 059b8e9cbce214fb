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
    for row in log_probs[1:]:
        one = np.logaddexp(reached[1:], reached[:-1])
        two = np.where(skips[2:], reached[:-2], -np.inf)
        reached[1:] = one
        reached[2:] = np.logaddexp(reached[2:], two)
        reached = reached + row[states]
    return float(-np.logaddexp.reduce(reached[-2:]))


def align(
    log_probs: np.ndarray, symbols: Sequence[int], about: np.ndarray | None = None
) -> np.ndarray:
    """Finds where symbols are, by the likeliest way to spread them over the frames.

    Args:
        log_probs: As in `greedy`.
        symbols: The symbols, none of them the blank.
        about: Frame near which each symbol begins, of shape `(symbols,)`, where that is known: only
            ways that keep near it are tried, so that memory grows with the frames alone.

    Returns:
        First frame of each and the frame after its last, int32 of shape `(symbols, 2)`.

    Raises:
        InputError: If there are too few frames for the symbols, or without `about` too many.

    Reference: Graves et al. 2006, section 4.1, with the maximum in place of the sum; Kürzinger et
    al. 2020, "CTC-Segmentation of Large Corpora", arXiv:2007.09127.

    Example:
    >>> import numpy as np
    >>> from rnnapps.decoding.ctc import align
    >>> align(np.log(np.eye(3)[[0, 2, 2, 0, 2, 1]] + 0.01), [2, 2, 1]).tolist()
    [[1, 3], [4, 5], [5, 6]]
    """
    states, skips = _states(symbols)
    if needed(symbols) > len(log_probs):
        raise InputError(
            f"Expected at least {needed(symbols)} frames for {len(symbols)} symbols. "
            f"Received: {len(log_probs)} frames."
        )
    lows, width = _band(len(log_probs), len(states), about)
    if width * len(log_probs) > MOST:
        raise InputError(
            f"Expected a recording that is shorter: {len(log_probs)} frames and {len(symbols)} "
            "symbols are too many to align at once. Do cut both, at a pause."
        )
    reached = np.full(len(states) + 2, -np.inf)  # state s at place s + 2
    reached[2:4] = log_probs[0, states[:2]]
    steps = np.zeros((len(log_probs), width), np.int8)  # how many states back each came from
    for frame in range(1, len(log_probs)):
        low = lows[frame]
        high = low + width
        came = np.stack([reached[low + 2 - back : high + 2 - back] for back in range(3)])
        came[2, ~skips[low:high]] = -np.inf
        steps[frame] = came.argmax(axis=0)
        reached[lows[frame - 1] + 2 : low + 2] = -np.inf
        reached[low + 2 : high + 2] = came.max(axis=0) + log_probs[frame, states[low:high]]
    state = len(states) - 1 - int(len(states) > 1 and reached[-2] > reached[-1])
    frames = np.zeros((len(symbols), 2), np.int32)
    for frame in range(len(log_probs) - 1, -1, -1):
        if state % 2:
            place = state // 2
            frames[place, 0] = frame
            frames[place, 1] = max(frames[place, 1], frame + 1)
        state -= int(steps[frame, state - lows[frame]])
    return frames


def needed(symbols: Sequence[int] | np.ndarray) -> int:
    """Gives the fewest frames in which symbols can be told: a blank parts those that repeat."""
    return max(1, len(symbols) + int(np.sum(np.diff(np.asarray(symbols)) == 0)))


#: Pairs of a frame and a state that are tried at most, a byte each.
MOST = 2_000_000_000
#: States on either side that are tried where it is known about where symbols are.
NEAR = 300


def _band(frames: int, states: int, about: np.ndarray | None) -> tuple[np.ndarray, int]:
    """Gives the first state that is tried at each frame, and how many are."""
    width = min(2 * NEAR, states)
    if about is None or width == states:
        return np.zeros(frames, np.int64), states
    begun = np.searchsorted(np.maximum.accumulate(about), np.arange(frames), side="right")
    return np.clip(2 * begun - NEAR, 0, states - width), width


def _states(symbols: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Gives the symbols with blanks between and around, and whether each may follow its last but
    one."""
    states = np.full(2 * len(symbols) + 1, BLANK)
    states[1::2] = symbols
    skips = np.zeros(len(states), bool)
    skips[2:] = (states[2:] != BLANK) & (states[2:] != states[:-2])
    return states, skips
