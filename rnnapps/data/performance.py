"""Performance events: expressive music as note-on, note-off, time-shift and velocity tokens.

Reference: Oore, Simon, Dieleman, Eck, Simonyan 2018, "This Time with Feeling: Learning Expressive
Musical Performance", arXiv:1808.03715, section 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from rnnapps.data.events import EventCodec, with_shifts
from rnnapps.data.midi import NOTE
from rnnapps.data.performance_cursor import EDGES, PerformanceCursor
from rnnapps.errors import InputError


@dataclass(frozen=True)
class PerformanceCodec(EventCodec):
    """Turns the notes of one instrument into event tokens and back.

    Tokens, in this order: start, end, a note-on and a note-off for each pitch, time shifts of 1
    to `max_shift` ticks, `velocities` levels of loudness. At one time, notes end in ascending
    pitch, then notes begin in ascending pitch, each after a velocity token if its level is new.

    Args:
        low: Lowest MIDI pitch.
        high: Highest MIDI pitch.
        ticks_per_second: Resolution in time.
        max_shift: Longest time shift, in ticks.
        velocities: Number of levels of loudness.
        longest: Longest note that a cursor's mask allows, in ticks; None sets no bound. `encode`
            and `push` take longer ones.

    Example:
    >>> from rnnapps.data.midi import notes_array
    >>> from rnnapps.data.performance import PerformanceCodec
    >>> codec = PerformanceCodec()
    >>> tokens = codec.encode(notes_array([(0, 0.5, 60, 80, 0)]))
    >>> [codec.name(token) for token in tokens]
    ['VELOCITY 20', 'ON 60', 'SHIFT 50', 'OFF 60', 'END']
    """

    low: int = 21
    high: int = 108
    ticks_per_second: int = 100
    max_shift: int = 100
    velocities: int = 32
    longest: int | None = None

    kind: ClassVar[str] = "performance"

    @property
    def pitches(self) -> int:
        return self.high - self.low + 1

    @property
    def on(self) -> int:
        """First note-on token."""
        return 2

    @property
    def off(self) -> int:
        """First note-off token."""
        return 2 + self.pitches

    @property
    def shift(self) -> int:
        """Token of the shift of one tick."""
        return 2 + 2 * self.pitches

    @property
    def velocity(self) -> int:
        """First velocity token."""
        return self.shift + self.max_shift

    @property
    def size(self) -> int:
        return self.velocity + self.velocities

    @property
    def channels(self) -> dict[str, int]:
        return {"remaining": len(EDGES) + 1}

    def name(self, token: int) -> str:
        for label, first, offset in (
            ("VELOCITY", self.velocity, 0),
            ("SHIFT", self.shift, 1),
            ("OFF", self.off, self.low),
            ("ON", self.on, self.low),
        ):
            if token >= first:
                return f"{label} {token - first + offset}"
        return ("START", "END")[token]

    def quantize(self, notes: np.ndarray) -> np.ndarray:
        """Gives the notes as they come back from the tokens.

        Times are rounded to ticks, and each note lasts at least one; velocities become the
        middle of their level; where a pitch begins anew while it sounds, the earlier note ends;
        all notes go to voice 0.

        Args:
            notes: Array of type `NOTE`.

        Returns:
            Another one.

        Raises:
            InputError: If a pitch is out of range.
        """
        if len(notes) and not self.low <= notes["pitch"].min() <= notes["pitch"].max() <= self.high:
            raise InputError(
                f"Expected pitches from {self.low} to {self.high}. Received: "
                f"{notes['pitch'].min()} to {notes['pitch'].max()}. Do transpose them instead."
            )
        start = np.rint(notes["start"].clip(0) * self.ticks_per_second).astype(np.int64)
        end = np.maximum(np.rint(notes["end"] * self.ticks_per_second).astype(np.int64), start + 1)
        order = np.lexsort((-end, start, notes["pitch"]))
        start, end = start[order], end[order]
        pitch, velocity = notes["pitch"][order], notes["velocity"][order]
        first = np.ones(len(order), bool)
        first[1:] = (pitch[1:] != pitch[:-1]) | (start[1:] != start[:-1])
        start, end, pitch, velocity = start[first], end[first], pitch[first], velocity[first]
        same = pitch[1:] == pitch[:-1]
        end[:-1] = np.where(same, np.minimum(end[:-1], start[1:]), end[:-1])
        result = np.zeros(len(start), NOTE)
        result["start"] = start / self.ticks_per_second
        result["end"] = end / self.ticks_per_second
        result["pitch"] = pitch
        result["velocity"] = self.loudness(np.clip(velocity, 1, 127) // (128 / self.velocities))
        return result[np.lexsort((result["pitch"], result["start"]))]

    def loudness(self, levels: Any) -> np.ndarray:
        """Gives the MIDI velocities in the middle of levels."""
        width = 128 / self.velocities
        return np.asarray(levels * width + width / 2).astype(np.int16)

    def encode(self, score: np.ndarray) -> np.ndarray:
        """Turns notes into tokens, the last of which is END.

        Args:
            score: Array of type `NOTE`, times in seconds.

        Returns:
            int32 tokens of shape `(time,)`.

        Raises:
            InputError: If there are no notes, or a pitch is out of range.
        """
        if not len(score):
            raise InputError("Expected at least one note. Received: none.")
        notes = self.quantize(score)
        start = np.rint(notes["start"] * self.ticks_per_second).astype(np.int64)
        end = np.rint(notes["end"] * self.ticks_per_second).astype(np.int64)
        level = (notes["velocity"] // (128 / self.velocities)).astype(np.int64)
        key = notes["pitch"].astype(np.int64) - self.low
        new_level = np.r_[True, level[1:] != level[:-1]]
        time = np.r_[end, start[new_level], start]
        rank = np.r_[np.zeros_like(end), np.ones(new_level.sum(), int), np.ones_like(start)]
        pitch = np.r_[key, key[new_level], key]
        within = np.r_[np.zeros_like(end), np.zeros(new_level.sum(), int), np.ones_like(start)]
        token = np.r_[self.off + key, self.velocity + level[new_level], self.on + key]
        order = np.lexsort((within, pitch, rank, time))
        return with_shifts(
            np.append(time[order], time.max()),
            np.append(token[order], self.end),
            shift=self.shift,
            max_shift=self.max_shift,
        )

    def decode(self, tokens: np.ndarray) -> np.ndarray:
        """Turns tokens into notes; notes that still sound at the end last until there.

        Args:
            tokens: Tokens with or without START and END.

        Returns:
            Array of type `NOTE`, times in seconds.
        """
        now, level, rows = 0, self.velocities // 2, []
        sounding: dict[int, tuple[int, int]] = {}

        def close(pitch: int) -> None:
            begin, loudness = sounding.pop(pitch)
            second = self.ticks_per_second
            rows.append((begin / second, max(now, begin + 1) / second, pitch, loudness, 0))

        for token in np.asarray(tokens).tolist():
            if token >= self.velocity:
                level = token - self.velocity
            elif token >= self.shift:
                now += token - self.shift + 1
            elif token >= self.off:
                if (pitch := token - self.off + self.low) in sounding:
                    close(pitch)
            elif token >= self.on:
                pitch = token - self.on + self.low
                if pitch in sounding:
                    close(pitch)
                sounding[pitch] = (now, int(self.loudness(level)))
        for pitch in list(sounding):
            close(pitch)
        notes = np.array(rows, NOTE)
        return notes[np.lexsort((notes["pitch"], notes["start"]))]

    def times(self, tokens: np.ndarray) -> np.ndarray:
        """Gives the time in ticks before each token."""
        tokens = np.asarray(tokens)
        steps = np.where(
            (tokens >= self.shift) & (tokens < self.velocity), tokens - self.shift + 1, 0
        )
        return np.cumsum(steps) - steps

    def contexts(self, tokens: np.ndarray, total: int | None = None) -> dict[str, np.ndarray]:
        """Gives the context in which each token is predicted.

        Args:
            tokens: Tokens without START.
            total: Length of the whole piece in ticks; None where `tokens` are all of it.

        Returns:
            Per channel, int32 values of shape `(time,)`.
        """
        times = self.times(tokens)
        if total is None:
            total = int(times.max(initial=0))
        edges = EDGES * self.ticks_per_second
        remaining = np.searchsorted(edges, total - times, side="right")
        return {"remaining": remaining.astype(np.int32)}

    def transpositions(self, tokens: np.ndarray) -> tuple[int, int]:
        tokens = np.asarray(tokens)
        pitches = tokens[(tokens >= self.on) & (tokens < self.off)] - self.on + self.low
        if not len(pitches):
            return 0, 0
        return self.low - int(pitches.min()), self.high - int(pitches.max())

    def _moved(self, tokens: np.ndarray, semitones: int) -> np.ndarray:
        notes = (tokens >= self.on) & (tokens < self.shift)
        return np.where(notes, tokens + semitones, tokens).astype(np.int32)

    def cursor(self, total: int) -> PerformanceCursor:
        """Starts a piece of `total` ticks, token by token."""
        return PerformanceCursor(self, total)
