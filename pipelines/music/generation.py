"""Writing music token by token: the codec's grammar, the network's states, sampling."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from rnnapps.decoding.sampling import log_softmax, sample
from rnnapps.runtime.session import Arrays, Session, zero_states


class Writer:
    """Feeds pieces to the network side by side, one row a piece.

    Args:
        session: the network.
        codec: the representation.
        cursors: the grammar of each piece.
    """

    def __init__(self, session: Session, codec: Any, cursors: Sequence[Any]):
        self.session, self.codec, self.cursors = session, codec, list(cursors)
        self.states = zero_states(session, len(self.cursors))
        self.last = np.full((len(self.cursors), 1), codec.start, np.int32)
        self.tokens: list[list[int]] = [[] for _ in self.cursors]

    def logits(self) -> tuple[np.ndarray, Arrays]:
        """Predicts each row's next token.

        Returns:
            Logits of shape `(batch, size)`, and the states after this step, not yet taken.
        """
        contexts = [cursor.context() for cursor in self.cursors]
        arrays = {
            name: np.array([[context[name]] for context in contexts], np.int32)
            for name in self.codec.channels
        }
        outputs, states = self.session.run({"tokens": self.last, **arrays, **self.states})
        return outputs["logits"][:, 0], states

    def masks(self) -> np.ndarray:
        """Gives the tokens that may come next, bool of shape `(batch, size)`."""
        return np.stack([cursor.mask() for cursor in self.cursors])

    def take(self, row: int, token: int, states: Arrays) -> None:
        """Appends a token to a row, and its state with it."""
        self.cursors[row].push(token)
        self.tokens[row].append(token)
        self.last[row] = token
        for name, values in states.items():
            self.states[name][row] = values[row]

    def prime(self, tokens: np.ndarray, total: int) -> None:
        """Lets all rows begin with given tokens."""
        for cursor in self.cursors:
            for token in tokens.tolist():
                cursor.push(token)
        before = np.concatenate(([self.codec.start], tokens[:-1])).astype(np.int32)
        arrays = {"tokens": before, **self.codec.contexts(tokens, total)}
        batch = len(self.cursors)
        arrays = {name: np.tile(values, (batch, 1)) for name, values in arrays.items()}
        _, self.states = self.session.run({**arrays, **self.states})
        self.last[:] = tokens[-1]
        for row in self.tokens:
            row.extend(tokens.tolist())


def write(
    writer: Writer, rng: np.random.Generator, **controls: Any
) -> Iterator[list[tuple[int, int]]]:
    """Writes all rows to their ends.

    Args:
        writer: the rows.
        rng: source of randomness.
        **controls: `temperature`, `top_k`, `top_p` of `rnnapps.decoding.sampling.sample`.

    Yields:
        After each step the new tokens as `(row, token)`.
    """
    while any(not cursor.done for cursor in writer.cursors):
        logits, states = writer.logits()
        tokens = sample(logits, rng, allowed=writer.masks(), **controls)
        news = []
        for row, cursor in enumerate(writer.cursors):
            if not cursor.done:
                writer.take(row, int(tokens[row]), states)
                news.append((row, int(tokens[row])))
        yield news


def harmonies(
    writer: Writer, rng: np.random.Generator, bar: int, total: int, **controls: Any
) -> list[int]:
    """Writes the free voices around given ones by a particle filter.

    Each row is a particle whose grammar forces the given notes. A row's weight grows with the
    probability of what was forced upon it; after each bar rows are drawn anew by weight, so that
    the harmonies which lead to the given melody survive.

    Args:
        writer: the particles, whose cursors have a `limit`.
        rng: source of randomness.
        bar: steps between two draws.
        total: steps of the piece.
        **controls: as in `write`.

    Returns:
        The tokens of one particle, drawn by weight.

    Reference: Doucet, de Freitas, Gordon 2001, "Sequential Monte Carlo Methods in Practice",
    chapter 1 (bootstrap filter).
    """
    rows = len(writer.cursors)
    weights = np.zeros(rows)
    for limit in [*range(bar, total, bar), total]:
        for cursor in writer.cursors:
            cursor.limit = limit
        while any(cursor.time < limit for cursor in writer.cursors):
            logits, states = writer.logits()
            active = [row for row in range(rows) if writer.cursors[row].time < limit]
            allowed = np.ones((rows, logits.shape[1]), bool)
            for row in active:
                allowed[row] = writer.cursors[row].mask()
            tokens = sample(logits, rng, allowed=allowed, **controls)
            chances = np.where(allowed, log_softmax(logits), -np.inf)
            for row in active:
                weights[row] += np.logaddexp.reduce(chances[row])
                writer.take(row, int(tokens[row]), states)
        shares = np.exp(weights - np.logaddexp.reduce(weights))
        if limit < total and 1 / np.sum(shares**2) < rows / 2:
            _draw_anew(writer, _systematic(shares, rng))
            weights[:] = 0
    return writer.tokens[int(rng.choice(rows, p=shares / shares.sum()))]


def _draw_anew(writer: Writer, parents: np.ndarray) -> None:
    from copy import deepcopy

    writer.cursors = [deepcopy(writer.cursors[parent]) for parent in parents]
    writer.tokens = [list(writer.tokens[parent]) for parent in parents]
    writer.last = writer.last[parents]
    writer.states = {name: values[parents] for name, values in writer.states.items()}


def _systematic(shares: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    points = (np.arange(len(shares)) + rng.random()) / len(shares)
    return np.minimum(np.searchsorted(np.cumsum(shares), points), len(shares) - 1)
