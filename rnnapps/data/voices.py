"""Voices on a grid as a sequence of events: key, meter, note on, note off, time shift."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rnnapps.data.events import EventCodec, with_shifts
from rnnapps.data.grid import Grid, estimate_key, notes_from_grid
from rnnapps.data.grid_midi import Meter, grid_from_midi
from rnnapps.data.voices_cursor import MORE, VoicesCursor
from rnnapps.errors import InputError

__all__ = ["Grid", "VoicesCodec", "estimate_key", "grid_from_midi", "notes_from_grid"]


@dataclass(frozen=True)
class VoicesCodec(EventCodec):
    """Turns a grid of voices into event tokens and back.

    A piece begins with its KEY and, if there is more than one, its METER. At any one step each
    voice in turn has at most one event, ON at a pitch or OFF, followed by a SHIFT of 1 to
    `max_shift` steps; a longer pause is several SHIFTs, all maximal but the last. `end` follows a
    SHIFT, and notes that still sound end there. There is exactly one way to write a piece.

    Args:
        ranges: Lowest and highest MIDI pitch of each voice.
        steps_per_beat: Steps in a beat.
        max_shift: Longest single SHIFT, in steps.
        keys: Whether pieces have a key.
        meters: Allowed meters: beats in a bar, or `(beats in a bar, steps in a beat)`.

    Raises:
        InputError: If an argument is out of range.

    Example:

    >>> codec = VoicesCodec(ranges=((60, 81), (36, 66)))
    >>> grid = Grid([[72, 48], [72, 48], [74, -1]], key=0)
    >>> tokens = codec.encode(grid)
    >>> [codec.name(token) for token in tokens]
    ['KEY 0', 'ON 0 72', 'ON 1 48', 'SHIFT 2', 'ON 0 74', 'OFF 1', 'SHIFT 1', 'END']
    >>> codec.decode(tokens) == grid
    True
    """

    ranges: tuple[tuple[int, int], ...]
    steps_per_beat: int = 4
    max_shift: int = 16
    keys: bool = True
    meters: tuple[int | Meter, ...] = (4,)

    kind: ClassVar[str] = "voices"

    def __post_init__(self) -> None:
        ranges = tuple((int(low), int(high)) for low, high in self.ranges)
        meters = tuple(m if isinstance(m, int) else (int(m[0]), int(m[1])) for m in self.meters)
        object.__setattr__(self, "ranges", ranges)
        object.__setattr__(self, "meters", meters)
        if not ranges or any(not 0 <= low <= high <= 127 for low, high in ranges):
            raise InputError(f"Expected ranges within 0 to 127. Received: ranges={ranges}.")
        if not meters or any(min(meter) < 1 for meter in self.bars):
            raise InputError(f"Expected at least one meter. Received: meters={meters}.")
        if self.max_shift < 1:
            raise InputError(f"Expected max_shift >= 1. Received: max_shift={self.max_shift}.")

    @property
    def bars(self) -> tuple[Meter, ...]:
        """The meters, each as beats in a bar and steps in a beat."""
        return tuple((m, self.steps_per_beat) if isinstance(m, int) else m for m in self.meters)

    @property
    def meter(self) -> int:
        """Token of the first METER."""
        return 2 + 24 * self.keys

    @property
    def shift(self) -> int:
        """Token of SHIFT by 1."""
        return self.meter + (len(self.meters) if len(self.meters) > 1 else 0)

    @property
    def offs(self) -> np.ndarray:
        """Token of OFF of each voice, then `size`; the ONs of a voice follow its OFF."""
        counts = [high - low + 2 for low, high in self.ranges]
        return self.shift + self.max_shift + np.cumsum([0, *counts])

    @property
    def size(self) -> int:
        return int(self.offs[-1])

    @property
    def channels(self) -> dict[str, int]:
        return {"position": max(beats * steps for beats, steps in self.bars), "remaining": MORE + 1}

    def encode(self, grid: Grid) -> np.ndarray:
        """Writes a piece as tokens.

        Args:
            grid: The piece.

        Returns:
            Tokens, int32 of shape `(time,)`, ending with `end`.

        Raises:
            InputError: If its voices, pitches, meter or key do not suit the representation.
        """
        header = self._header(grid)
        times, _, tokens = self.events(grid)
        body = with_shifts(
            np.append(times, grid.steps),
            np.append(tokens, self.end),
            shift=self.shift,
            max_shift=self.max_shift,
        )
        return np.concatenate([np.array(header, np.int32), body])

    def events(self, grid: Grid) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Lists what happens in a piece.

        Args:
            grid: The piece.

        Returns:
            Steps, voices and tokens of the events, each of shape `(events,)`, in their order.

        Raises:
            InputError: If a pitch is out of range.
        """
        if grid.voices != len(self.ranges):
            raise InputError(f"Expected {len(self.ranges)} voices. Received: {grid.voices}.")
        low, high = np.array(self.ranges).T
        wrong = (grid.pitches >= 0) & ((grid.pitches < low) | (grid.pitches > high))
        if wrong.any():
            step, voice = np.argwhere(wrong)[0]
            raise InputError(
                f"Expected pitches from {low[voice]} to {high[voice]} in voice {voice}. Received: "
                f"{grid.pitches[step, voice]} at step {step}. Transpose the piece instead."
            )
        silent = grid.pitches < 0
        ends = np.zeros(silent.shape, bool)
        ends[1:] = silent[1:] & ~silent[:-1]
        steps, voices = np.nonzero(grid.onsets | ends)  # type: ignore[operator]
        pitches = grid.pitches[steps, voices]
        struck = np.where(pitches < 0, 0, pitches - low[voices] + 1)
        return steps, voices, self.offs[voices] + struck

    def decode(self, tokens: np.ndarray) -> Grid:
        """Reads tokens as a piece.

        Args:
            tokens: Integers of shape `(time,)`, the beginning of a piece or a whole one; what
                follows `end` is ignored. Events after the last SHIFT last one step.

        Returns:
            The piece.
        """
        tokens = self.check(tokens)
        tokens = tokens[: int((tokens == self.end).argmax())] if self.end in tokens else tokens
        offs, times = self.offs, self.times(tokens)
        events = tokens >= offs[0]
        steps = int(self._shifts(tokens).sum()) + int(bool(len(events)) and bool(events[-1:].any()))
        pitches = np.full((steps, len(self.ranges)), -1, np.int16)
        onsets = np.zeros(pitches.shape, bool)
        voices = np.searchsorted(offs, tokens[events], side="right") - 1
        struck = tokens[events] - offs[voices]
        for time, voice, pitch in zip(times[events], voices, struck, strict=True):
            pitches[time:, voice] = self.ranges[voice][0] + pitch - 1 if pitch else -1
            onsets[time, voice] = pitch > 0
        key = next((int(t) - 2 for t in tokens if 2 <= t < self.meter), -1)
        meter = next((int(t) - self.meter for t in tokens if self.meter <= t < self.shift), 0)
        beats, per_beat = self.bars[meter]
        return Grid(pitches, onsets, per_beat, beats, key)

    def times(self, tokens: np.ndarray) -> np.ndarray:
        """Gives the step before each token, of shape `(time,)`."""
        shifts = self._shifts(self.check(tokens))
        return np.cumsum(shifts) - shifts

    def contexts(self, tokens: np.ndarray, total: int | None = None) -> dict[str, np.ndarray]:
        """Gives the context in which each token is predicted.

        Args:
            tokens: Integers of shape `(time,)`.
            total: Length of the whole piece in steps; by default that of `tokens`.

        Returns:
            For each channel int32 of shape `(time,)`, known before the token at that place is:
            `position`, the step within the bar, and `remaining`, whole bars to the end, at most
            16. Before the meter is known they are 0 and 16.
        """
        tokens = self.check(tokens)
        times = self.times(tokens)
        if total is None:
            total = int(self._shifts(tokens).sum())
        metered = (tokens >= self.meter) & (tokens < self.shift)
        known = np.cumsum(metered) - metered > 0
        if self.shift == self.meter:
            known[:] = True
        beats, steps = self.bars[int(tokens[metered.argmax()]) - self.meter if metered.any() else 0]
        remaining = np.clip((total - times) // (beats * steps), 0, MORE)
        return {
            "position": np.where(known, times % (beats * steps), 0).astype(np.int32),
            "remaining": np.where(known, remaining, MORE).astype(np.int32),
        }

    def transpositions(self, tokens: np.ndarray) -> tuple[int, int]:
        tokens, offs = self.check(tokens), self.offs
        downs, ups = [], []
        for first, after in zip(offs[:-1].tolist(), offs[1:].tolist(), strict=True):
            struck = tokens[(tokens > first) & (tokens < after)]
            if len(struck):
                downs.append(first + 1 - int(struck.min()))
                ups.append(after - 1 - int(struck.max()))
        return max(downs, default=0), min(ups, default=0)

    def _moved(self, tokens: np.ndarray, semitones: int) -> np.ndarray:
        offs = self.offs
        moved = np.where((tokens >= offs[0]) & ~np.isin(tokens, offs), tokens + semitones, tokens)
        if self.keys:
            tonic, minor = (tokens - 2) % 12, (tokens - 2) // 12
            keys = (tokens >= 2) & (tokens < self.meter)
            moved = np.where(keys, 2 + 12 * minor + (tonic + semitones) % 12, moved)
        return moved.astype(np.int32)

    def cursor(
        self,
        total: int | None = None,
        *,
        barred_voices: Sequence[int] = (),
        given: Grid | None = None,
    ) -> VoicesCursor:
        """Starts to write one piece token by token.

        Args:
            total: Its length in steps, which it will have exactly; `None` lets `end` come at any
                time after a SHIFT.
            barred_voices: Voices of which `mask` allows no event, though `push` takes them.
            given: A piece of `total` steps whose barred voices are to be written as they stand
                there: `mask` then allows each of their events at its time and nowhere else.

        Returns:
            The cursor.
        """
        return VoicesCursor(self, total, barred_voices, given)

    def name(self, token: int) -> str:
        token, offs = int(token), self.offs
        if token < 2:
            return ("START", "END")[token]
        if token < self.meter:
            return f"KEY {token - 2}"
        if token < self.shift:
            return f"METER {token - self.meter}"
        if token < offs[0]:
            return f"SHIFT {token - self.shift + 1}"
        voice = int(np.searchsorted(offs, token, side="right")) - 1
        struck = token - int(offs[voice])
        return f"ON {voice} {self.ranges[voice][0] + struck - 1}" if struck else f"OFF {voice}"

    def _shifts(self, tokens: np.ndarray) -> np.ndarray:
        shifts = (tokens >= self.shift) & (tokens < self.shift + self.max_shift)
        return np.where(shifts, tokens - self.shift + 1, 0)

    def _header(self, grid: Grid) -> list[int]:
        if not (grid.pitches >= 0).any():
            raise InputError("Expected at least one note. Received: none.")
        meter = grid.beats_per_bar, grid.steps_per_beat
        if meter not in self.bars:
            raise InputError(
                "Expected a meter, as beats in a bar and steps in a beat, of "
                f"{', '.join(map(str, self.bars))}. Received: {meter}."
            )
        header = []
        if self.keys:
            if grid.key < 0:
                raise InputError(
                    "Expected a piece with a key. Received: key=-1. Do `dataclasses.replace(grid, "
                    "key=estimate_key(grid))` first."
                )
            header.append(2 + grid.key)
        if len(self.meters) > 1:
            header.append(self.meter + self.bars.index(meter))
        return header
