"""What all event representations of music share: tokens that stand for changes in time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict
from typing import Any, ClassVar, Self

import numpy as np

from rnnapps.errors import InputError


class EventCodec(ABC):
    """A representation: scores as tokens of which there is exactly one spelling each.

    Token 0, `start`, is fed first and never predicted; token 1 is `end`. Subclasses are frozen
    dataclasses whose fields are plain values.
    """

    kind: ClassVar[str]
    start: ClassVar[int] = 0
    end: ClassVar[int] = 1

    @property
    @abstractmethod
    def size(self) -> int:
        """Number of tokens."""

    @property
    @abstractmethod
    def channels(self) -> dict[str, int]:
        """Context channels and their numbers of values."""

    @abstractmethod
    def transpositions(self, tokens: np.ndarray) -> tuple[int, int]:
        """Tells how far tokens may be transposed.

        Args:
            tokens: Integers of shape `(time,)`.

        Returns:
            The lowest and the highest number of semitones that keep all notes in range.
        """

    @abstractmethod
    def _moved(self, tokens: np.ndarray, semitones: int) -> np.ndarray: ...

    def transpose(self, tokens: np.ndarray, semitones: int) -> np.ndarray:
        """Transposes tokens.

        Args:
            tokens: Integers of shape `(time,)`.
            semitones: How far up; down if negative.

        Returns:
            The transposed tokens, int32 of shape `(time,)`.

        Raises:
            InputError: If a note would leave the range.
        """
        low, high = self.transpositions(tokens)
        if not low <= semitones <= high:
            raise InputError(
                f"Expected semitones from {low} to {high}, which keep all notes in range. "
                f"Received: semitones={semitones}."
            )
        return self._moved(np.asarray(tokens, np.int32), int(semitones))

    def to_json(self) -> dict[str, Any]:
        """Gives the settings as plain values, with the kind of representation at `"kind"`."""
        return {"kind": self.kind, **asdict(self)}  # type: ignore[call-overload]

    @classmethod
    def from_json(cls, settings: dict[str, Any]) -> Self:
        """Builds the codec from what `to_json` gave."""
        return cls(**{key: value for key, value in settings.items() if key != "kind"})

    @abstractmethod
    def name(self, token: int) -> str:
        """Names a token for people, such as `"ON 60"`."""

    def check(self, tokens: np.ndarray) -> np.ndarray:
        """Checks tokens.

        Args:
            tokens: Integers of shape `(time,)`.

        Returns:
            The tokens as int64.

        Raises:
            InputError: If the shape or a value is wrong.
        """
        tokens = np.asarray(tokens, np.int64)
        if tokens.ndim != 1 or (len(tokens) and not 0 <= tokens.min() <= tokens.max() < self.size):
            raise InputError(
                f"Expected tokens of shape (time,) from 0 to {self.size - 1}. Received: shape "
                f"{tokens.shape}, values {tokens.min(initial=0)} to {tokens.max(initial=0)}."
            )
        return tokens


class EventCursor(ABC):
    """Writes one score token by token and tells what may come next.

    Args:
        codec: The representation.
        total: Length of the score in ticks or steps; `None` leaves it open.

    Raises:
        InputError: If `total` is below 1.
    """

    def __init__(self, codec: EventCodec, total: int | None) -> None:
        if total is not None and total < 1:
            raise InputError(f"Expected a total of at least 1. Received: total={total}.")
        self.total = total
        self.time = 0
        self.done = False
        self._end = codec.end
        self._mask = np.zeros(codec.size, bool)
        self._fresh = False

    def mask(self) -> np.ndarray:
        """Tells which tokens may come next.

        Returns:
            Booleans of shape `(size,)`, at least one of them true (once `done`, that of `end`);
            the array is reused by the next call after a `push`.
        """
        if not self._fresh:
            self._mask.fill(False)
            if self.done:
                self._mask[self._end] = True
            else:
                self._fill(self._mask)
            self._fresh = True
        return self._mask

    def push(self, token: int) -> None:
        """Appends a token.

        Args:
            token: One that `mask` allows.

        Raises:
            InputError: If the token is not allowed here.
        """
        token = int(token)
        if not (0 <= token < len(self._mask) and self._allows(token)):
            raise InputError(
                f"Expected a token that mask() allows at time {self.time}. Received: token={token}."
            )
        self._fresh = False
        if token == self._end:
            self.done = True
        else:
            self._advance(token)

    @abstractmethod
    def context(self) -> dict[str, int]:
        """Gives the context in which the next token is predicted."""

    @abstractmethod
    def _fill(self, mask: np.ndarray) -> None: ...

    @abstractmethod
    def _advance(self, token: int) -> None: ...

    def _allows(self, token: int) -> bool:
        return bool(self.mask()[token])


def with_shifts(times: np.ndarray, events: np.ndarray, *, shift: int, max_shift: int) -> np.ndarray:
    """Puts shifts of time between events.

    Args:
        times: Integers of shape `(events,)`, ascending from 0.
        events: Tokens of shape `(events,)`.
        shift: Token of the shift by 1.
        max_shift: Longest single shift; a longer pause is maximal ones and a last short one.

    Returns:
        Tokens, int32 of shape `(time,)`.
    """
    full, rest = np.divmod(np.diff(times, prepend=0), max_shift)
    at = np.arange(len(events)) + np.cumsum(full + (rest > 0))
    tokens = np.full(at[-1] + 1 if len(at) else 0, shift + max_shift - 1, np.int32)
    tokens[at] = events
    short = rest > 0
    tokens[at[short] - 1] = shift + rest[short] - 1
    return tokens
