"""Beam search: the most probable sequences, those of several lengths compared fairly."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

States = Mapping[str, np.ndarray]


class Hypothesis(NamedTuple):
    """A sequence that was found.

    Attributes:
        tokens: its tokens, the one that ends it among them.
        score: its log-probability divided by a power of its length.
        known: what `follow` told of it.
    """

    tokens: list[int]
    score: float
    known: Any = None


def beam_search(
    step: Callable[[np.ndarray, States], tuple[np.ndarray, States]],
    start: int,
    states: States,
    *,
    beams: int,
    max_steps: int,
    end: int | None = None,
    follow: Callable[[Any, int], tuple[Any, bool]] | None = None,
    known: Any = (),
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
        follow: takes what is known of a sequence, and the token that comes next; gives what is then
            known of it, and whether it is at its end. Sequences that end and of which the same is
            known, a hashable value, count as one, as likely as all of them together. By default
            the tokens are known, as a tuple, and nothing else ends a sequence.
        known: what is known before the first token.
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
    follow = follow or _append
    alive: list[tuple[list[int], Any]] = [([], known)]
    scores, last = np.zeros(1), np.array([start], np.int32)
    found: dict[Hashable, Hypothesis] = {}
    for length in range(1, max_steps + 1):
        chances, states = step(last, states)
        totals = (scores[:, None] + chances).ravel()
        parents: list[int] = []
        grown: list[tuple[list[int], Any]] = []
        kept: list[float] = []
        for seen, index in enumerate(_from_largest(totals, 2 * beams)):
            # Twice as many as go on, as some may end, and more where many have the same end.
            if seen >= 2 * beams and len(grown) + len(found) >= beams:
                break
            parent, token = divmod(int(index), chances.shape[1])
            tokens, total = [*alive[parent][0], token], float(totals[index])
            now, ended = alive[parent][1], token == end
            if not ended:
                now, ended = follow(now, token)
            if ended or length == max_steps:
                found[now] = _added(found.get(now), tokens, total, now, power)
            elif len(grown) < beams:
                parents.append(parent)
                grown.append((tokens, now))
                kept.append(total)
        best = sorted(found.values(), key=lambda each: -each.score)[:beams]
        found = {each.known: each for each in best}
        # No sequence can do better than to lose no more until the last step.
        bound = max(kept, default=-np.inf) / max_steps**power
        if not grown or (len(best) == beams and bound <= best[-1].score):
            break
        alive, scores = grown, np.array(kept)
        last = np.array([tokens[-1] for tokens, _ in grown], np.int32)
        states = {name: values[parents] for name, values in states.items()}
    return list(found.values())


def _append(known: tuple[int, ...], token: int) -> tuple[tuple[int, ...], bool]:
    return (*known, token), False


def _added(
    before: Hypothesis | None, tokens: list[int], total: float, known: Any, power: float
) -> Hypothesis:
    """Makes a hypothesis, or adds the probability of the same one reached in another way."""
    if before is not None:
        tokens = before.tokens
        total = float(np.logaddexp(total, before.score * len(tokens) ** power))
    return Hypothesis(tokens, total / len(tokens) ** power, known)


def _from_largest(values: np.ndarray, count: int) -> Iterator[int]:
    """Gives the places of finite values, the largest first, sorting as many as are asked for."""
    values = values.copy()
    while len(places := _largest(values, count)):
        yield from places.tolist()
        values[places] = -np.inf
        count *= 4


def _largest(values: np.ndarray, count: int) -> np.ndarray:
    """Gives the places of the largest finite values, the largest first."""
    if count < len(values):
        places = np.sort(np.argpartition(-values, count)[:count])
    else:
        places = np.arange(len(values))
    places = places[np.argsort(-values[places], kind="stable")]
    return places[np.isfinite(values[places])]
