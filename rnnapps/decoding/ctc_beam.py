"""CTC prefix beam search, frame by frame, with or without the words of a language model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from rnnapps.decoding.ctc import BLANK
from rnnapps.decoding.word_scores import Reading, WordScores

#: Symbols less likely than this at a frame do not extend a prefix, in nats.
UNLIKELY = 7.0
#: Prefixes that are this far behind the best are dropped, in nats.
BEHIND = 20.0
#: Frames after which what all prefixes share is settled, and frames back beyond which they must
#: share it: two ways to write an early word would stay in the beam for ever, as what follows is
#: worth the same behind both.
SETTLE, BACK = 100, 400


class Hypothesis(NamedTuple):
    """What may have been said.

    Attributes:
        symbols: int32 of shape `(symbols,)`.
        frames: frame at which each began to be likely, int32 of that shape.
        score: log-probability of the sound, and what the words are worth, in nats.
    """

    symbols: np.ndarray
    frames: np.ndarray
    score: float


class BeamSearch:
    """Searches the likeliest symbols over all ways to spread them over the frames.

    Hypotheses differ within the last frames alone, some hundreds of them.

    Args:
        width: number of prefixes that are kept.
        words: scores of words; None hears the sound alone.

    Reference: Graves and Jaitly 2014; Hannun et al. 2014, arXiv:1408.2873, algorithm 1.

    Example:
    >>> import numpy as np
    >>> from rnnapps.decoding.ctc_beam import BeamSearch
    >>> search = BeamSearch(width=4)
    >>> search.feed(np.log(np.array([[0.6, 0.4], [0.6, 0.4]])))  # blank twice: 0.36; symbol: 0.64
    >>> next(search.best()).symbols.tolist()
    [1]
    """

    def __init__(self, width: int = 32, words: WordScores | None = None):
        self.width, self.words = width, words
        self._settled: list[tuple[int, int]] = []
        self._parents, self._symbols = np.array([-1]), np.array([BLANK])
        self._begins = np.array([0])
        self._children: dict[tuple[int, int], int] = {}
        self._nodes = np.zeros(1, np.int64)
        self._blank, self._other = np.zeros(1), np.full(1, -np.inf)
        self._reading = words.start() if words else _silent(1)
        self._frames = 0

    def feed(self, log_probs: np.ndarray) -> None:
        """Takes frames: log-probabilities of shape `(frames, symbols)`; symbol 0 is the blank."""
        for row in log_probs:
            self._step(row)
            self._frames += 1
            if self._frames % SETTLE == 0:
                self._settle()

    def best(self) -> Iterator[Hypothesis]:
        """Gives the hypotheses as if the sound ended here, the likeliest first."""
        ended = self.words.ended(self._reading) if self.words else self._reading
        scores = np.logaddexp(self._blank, self._other) + ended.score
        for place in np.argsort(-scores, kind="stable"):
            yield Hypothesis(*self._spelt(int(self._nodes[place])), float(scores[place]))

    def take(self) -> np.ndarray:
        """Hands over the symbols that can no longer change; `best` then gives those behind them.

        Returns:
            int32 of shape `(symbols,)`.
        """
        taken, self._settled = self._settled, []
        return np.array([symbol for symbol, _ in taken], np.int32)

    def _step(self, row: np.ndarray) -> None:
        last = self._symbols[self._nodes]
        total = np.logaddexp(self._blank, self._other)
        blank, other = total + row[BLANK], self._other + row[last]
        symbols = np.flatnonzero(row > -UNLIKELY)
        symbols = symbols[symbols != BLANK]
        if not len(symbols):
            self._blank, self._other = blank, other
            return
        # A symbol after itself is a new one only behind a blank.
        before = np.where(last[:, None] == symbols, self._blank[:, None], total[:, None])
        longer = before + row[symbols]
        columns = np.full(len(row), -1)
        columns[symbols] = np.arange(len(symbols))
        parents = self._parents[self._nodes]
        shorter, longest = np.nonzero(self._nodes[:, None] == parents)
        there = columns[last[longest]] >= 0
        shorter, longest = shorter[there], longest[there]
        place = columns[last[longest]]
        other[longest] = np.logaddexp(other[longest], longer[shorter, place])
        longer[shorter, place] = -np.inf
        stay = np.logaddexp(blank, other) + self._reading.score
        alive = longer + self._reading.score[:, None] > stay.max() - 2 * BEHIND
        reading = (
            self.words.extended(self._reading, symbols, alive)
            if self.words
            else _silent(len(last), len(symbols))
        )
        scores = np.concatenate([stay, np.where(alive, longer + reading.score, -np.inf).ravel()])
        kept = np.flatnonzero(scores > scores.max() - BEHIND)
        if len(kept) > self.width:
            kept = kept[np.argpartition(-scores[kept], self.width - 1)[: self.width]]
        stays, grown = kept[kept < len(last)], kept[kept >= len(last)] - len(last)
        from_, column = np.divmod(grown, len(symbols))
        made = self._made(self._nodes[from_], symbols[column])
        self._nodes = np.concatenate([self._nodes[stays], made])
        self._blank = np.concatenate([blank[stays], np.full(len(grown), -np.inf)])
        self._other = np.concatenate([other[stays], longer[from_, column]])
        self._reading = self._reading.at(stays).beside(reading.at(from_, column))

    def _made(self, parents: np.ndarray, symbols: np.ndarray) -> np.ndarray:
        """Gives the nodes of prefixes that grow by a symbol; one that was dropped comes back."""
        pairs = list(zip(parents.tolist(), symbols.tolist(), strict=True))
        new = [pair for pair in pairs if pair not in self._children]
        first = len(self._parents)
        self._children.update(zip(new, range(first, first + len(new)), strict=True))
        if new:
            self._parents = np.append(self._parents, [parent for parent, _ in new])
            self._symbols = np.append(self._symbols, [symbol for _, symbol in new])
            self._begins = np.append(self._begins, np.full(len(new), self._frames))
        return np.array([self._children[pair] for pair in pairs], np.int64)

    def _path(self, node: int) -> list[int]:
        """Gives the nodes from the root to a node."""
        path = []
        while node >= 0:
            path.append(int(node))
            node = self._parents[node]
        return path[::-1]

    def _spelt(self, node: int) -> tuple[np.ndarray, np.ndarray]:
        """Gives the symbols up to a node and their frames."""
        path = np.array(self._path(node)[1:], int)
        own = np.stack([self._symbols[path], self._begins[path]])
        settled = np.array(self._settled, int).reshape(-1, 2).T
        symbols, frames = np.concatenate([settled, own], axis=1).astype(np.int32)
        return symbols, frames

    def _settle(self) -> None:
        """Drops prefixes that differ long ago from the best; keeps once what all others share."""
        paths = [self._path(int(node)) for node in self._nodes]
        best = paths[int(np.argmax(np.logaddexp(self._blank, self._other) + self._reading.score))]
        old = int((self._begins[best[1:]] < self._frames - BACK).sum())
        agreed = [i for i, path in enumerate(paths) if path[old : old + 1] == [best[old]]]
        paths, self._nodes = [paths[i] for i in agreed], self._nodes[agreed]
        self._blank, self._other = self._blank[agreed], self._other[agreed]
        self._reading = self._reading.at(np.array(agreed))
        shared = 0
        while all(len(path) > shared + 1 for path in paths) and (
            len({path[shared + 1] for path in paths}) == 1
        ):
            shared += 1
        root = paths[0][shared]
        self._settled += [
            (int(self._symbols[each]), int(self._begins[each])) for each in paths[0][1 : shared + 1]
        ]
        alive = sorted({each for path in paths for each in path[shared:]})
        number = {node: index for index, node in enumerate(alive)}
        number[int(self._parents[root])] = -1
        self._parents = np.array([number[int(self._parents[node])] for node in alive])
        self._symbols, self._begins = self._symbols[alive], self._begins[alive]
        self._nodes = np.array([number[int(node)] for node in self._nodes])
        places = zip(self._parents.tolist(), self._symbols.tolist(), strict=True)
        self._children = {pair: node for node, pair in enumerate(places) if pair[0] >= 0}


def _silent(*shape: int) -> Reading:
    """Gives the reading of prefixes without words."""
    nothing, zero = np.zeros(shape, np.int64), np.zeros(shape)
    return Reading(nothing, nothing, zero, zero)
