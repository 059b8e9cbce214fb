"""How likely words are while they are being spelt: a lexicon, an n-gram model and hot words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import NamedTuple

import numpy as np

from rnnapps.decoding.ngrams import NGrams, State

#: Number of the word that stands for all that are not in the lexicon.
UNKNOWN = 1
#: How many scores of words after histories are remembered.
REMEMBERED = 20_000


class Reading(NamedTuple):
    """How far prefixes have come, arrays of one shape.

    Attributes:
        place: node of the lexicon that the word being spelt has reached; 0 between words, -1 where
            no word begins so.
        history: number of the state of the language model.
        told: score of the words that are whole, in nats.
        ahead: score of the word being spelt, of the likeliest that begins so.
    """

    place: np.ndarray
    history: np.ndarray
    told: np.ndarray
    ahead: np.ndarray

    @property
    def score(self) -> np.ndarray:
        """The score of each prefix."""
        return self.told + self.ahead

    def at(self, *index: np.ndarray) -> Reading:
        """Gives some of them."""
        return Reading(*(each[index] for each in self))

    def beside(self, other: Reading) -> Reading:
        """Gives these and others, one after the other."""
        return Reading(*(np.concatenate(pair) for pair in zip(self, other, strict=True)))


class WordScores:
    """Scores spelling, letter by letter, by the words that it makes.

    While a word is being spelt it counts as the likeliest of those that begin so, so that rare
    words are not kept for long; when it ends, the n-gram model tells what it is worth. What a hot
    word is worth beside comes letter by letter, so that its first one alone outweighs nothing.

    Args:
        words: spelling of each word as numbers of symbols; word i is token i + 2 of the model.
        model: the language model; token 1 is an unknown word.
        symbols: number of symbols, the blank among them.
        space: number of the symbol between words.
        alpha: weight of the language model.
        beta: what each word is worth beside, in nats.
        hot: what hot words are worth beside, in nats, by their spelling as a tuple of symbols.
        unknown: what a word that is not in the lexicon is worth beside, in nats.

    Reference: Graves and Jaitly 2014, "Towards End-to-End Speech Recognition with Recurrent Neural
    Networks", ICML, section 4; Hannun et al. 2014, "First-Pass Large Vocabulary Continuous Speech
    Recognition using Bi-Directional Recurrent DNNs", arXiv:1408.2873, algorithm 1; Ortmanns et al.
    1996, "Language-model look-ahead for large vocabulary speech recognition".
    """

    def __init__(
        self,
        words: Sequence[Sequence[int]],
        model: NGrams,
        symbols: int,
        space: int,
        alpha: float = 0.5,
        beta: float = 1.0,
        hot: Mapping[tuple[int, ...], float] | None = None,
        unknown: float = -10.0,
    ):
        self.model, self.space = model, space
        self.alpha, self.beta, self.unknown = alpha, beta, unknown
        hot = dict(hot or {})
        single = model.levels[0]
        chances = np.full(model.size, single.rests[0] / model.size)
        chances[single.grams] += single.chances
        known = {tuple(word): token for token, word in enumerate(words, start=2)}
        others = [word for word in hot if word not in known]
        tokens = [*range(2, len(words) + 2), *[UNKNOWN] * len(others)]
        extra = np.array([hot.get(tuple(word), 0.0) for word in words] + [hot[w] for w in others])
        worth = beta + alpha * np.log(chances[tokens])
        self._children, self._ends, self._best = _trie([*words, *others], worth, extra, symbols)
        self._tokens, self._extra = np.array([UNKNOWN, *tokens]), np.array([unknown, *extra])
        self._states: list[State] = [model.start]
        self._numbers: dict[State, int] = {model.start: 0}
        self._known: dict[tuple[int, int], tuple[float, int]] = {}
        self._lock = Lock()  # searches in several threads share what is known

    def start(self) -> Reading:
        """Gives the reading of the empty prefix, arrays of shape `(1,)`."""
        nothing = np.zeros(1, np.int64)
        return Reading(nothing, nothing, np.zeros(1), np.zeros(1))

    def extended(self, reading: Reading, symbols: np.ndarray, alive: np.ndarray) -> Reading:
        """Reads on by one symbol.

        Args:
            reading: Of prefixes, arrays of shape `(prefixes,)`.
            symbols: The symbols, of shape `(symbols,)`.
            alive: Whether a prefix may well be extended so, of shape `(prefixes, symbols)`; the
                score of others is not to be used.

        Returns:
            The readings, arrays of shape `(prefixes, symbols)`.
        """
        count = len(symbols)
        place = np.where(
            reading.place[:, None] >= 0, self._children[reading.place][:, symbols], -1
        ).astype(np.int64)
        history = np.repeat(reading.history[:, None], count, axis=1)
        told = np.repeat(reading.told[:, None], count, axis=1)
        ahead = np.where(place >= 0, self._best[place], self._lost)
        for column in np.flatnonzero(symbols == self.space):
            ended = self.ended(reading, alive[:, column])
            place[:, column], history[:, column] = ended.place, ended.history
            told[:, column], ahead[:, column] = ended.told, ended.ahead
        return Reading(place, history, told, ahead)

    def ended(self, reading: Reading, alive: np.ndarray | None = None) -> Reading:
        """Ends the words that are being spelt.

        Args:
            reading: Of prefixes.
            alive: As in `extended`; None takes all.

        Returns:
            The readings after the words. A space after a space is not worth anything, so that it
            does not come about.
        """
        history, told = reading.history.copy(), reading.told.copy()
        within = reading.place != 0
        for row in np.flatnonzero(within if alive is None else within & alive):
            place = reading.place[row]
            word = self._ends[place] if place >= 0 else 0
            gain, history[row] = self._read(int(history[row]), int(word))
            told[row] += gain
        if alive is not None:
            told[~within] = -np.inf
        return Reading(np.zeros_like(history), history, told, np.zeros(len(told)))

    @property
    def _lost(self) -> float:
        """What a word that is not in the lexicon counts while it is being spelt."""
        return self.unknown + self.beta - self.alpha * np.log(self.model.size)

    def _read(self, history: int, word: int) -> tuple[float, int]:
        """Gives what a word is worth after a history, and the history after it."""
        key = history, word
        if (found := self._known.get(key)) is None:
            nats, state = self.model.read(self._states[history], int(self._tokens[word]))
            worth = self.beta + float(self._extra[word]) - self.alpha * nats
            with self._lock:
                number = self._numbers.setdefault(state, len(self._states))
                if number == len(self._states):
                    self._states.append(state)
                if len(self._known) >= REMEMBERED:
                    self._known.clear()
                found = self._known[key] = worth, number
        return found


def _trie(
    words: Sequence[Sequence[int]], worth: np.ndarray, extra: np.ndarray, symbols: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Builds the tree of spellings.

    Returns:
        Children of each node by symbol, -1 where there is none, of shape `(nodes, symbols)`; the
        number of the word that ends at each node, from 1, or 0; what the best word through each
        node is worth.
    """
    lengths = np.array([len(word) for word in words], np.int64)
    table = np.zeros((len(words), lengths.max(initial=1)), np.int64)
    for row, word in enumerate(words):
        table[row, : len(word)] = word
    at = np.zeros(len(words), np.int64)
    parents, marks, count = [], [], 1
    ends, paths = np.zeros(len(words), np.int64), []
    for depth in range(table.shape[1]):
        rows = np.flatnonzero(lengths > depth)
        keys, numbers = np.unique(at[rows] * symbols + table[rows, depth], return_inverse=True)
        parents.append(keys // symbols)
        marks.append(keys % symbols)
        at[rows] = count + numbers
        paths.append((at[rows], rows))
        ends[rows] = at[rows]
        count += len(keys)
    children = np.full((count, symbols), -1, np.int32)
    children[np.concatenate(parents), np.concatenate(marks)] = np.arange(1, count)
    best = np.full(count, -np.inf)
    for depth, (nodes, rows) in enumerate(paths, start=1):
        np.maximum.at(best, nodes, worth[rows] + extra[rows] * depth / lengths[rows])
    best[0] = 0.0
    finished = np.zeros(count, np.int64)
    finished[ends[lengths > 0]] = 1 + np.flatnonzero(lengths > 0)
    return children, finished, best
