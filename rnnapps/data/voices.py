"""Voices on a grid as a sequence of events: key, meter, note on, note off, time shift."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rnnapps.data.events import with_shifts
from rnnapps.data.grid import Grid, estimate_key, notes_from_grid
from rnnapps.data.grid_midi import grid_from_midi
from rnnapps.data.voices_cursor import MORE, VoicesCursor
from rnnapps.data.voices_tokens import VoicesTokens
from rnnapps.errors import InputError

__all__ = ["Grid", "VoicesCodec", "estimate_key", "grid_from_midi", "notes_from_grid"]


@dataclass(frozen=True)
class VoicesCodec(VoicesTokens):
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
        barred_parallels: Intervals in semitones, octaves left out, that no two voices may keep
            where both move in one direction: 0 and 7 in strict style. A cursor's mask keeps to it;
            `encode` and `push` take any piece.
        tonic: Whether pitches are counted from the tonic: a piece is moved to C, by at most half
            an octave, before it becomes tokens, and back after; `ranges` are those in C.

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

    kind: ClassVar[str] = "voices"

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
        low, high = np.array(self.ranges).T - self.moved_to_tonic(grid.key)
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
        steps, voices = np.nonzero(grid.onsets | ends)
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
        steps = int(self._shifts(tokens).sum()) + int(events[-1:].any())
        pitches = np.full((steps, len(self.ranges)), -1, np.int16)
        onsets = np.zeros((steps, len(self.ranges)), bool)
        voices = np.searchsorted(offs, tokens[events], side="right") - 1
        struck = tokens[events] - offs[voices]
        for time, voice, pitch in zip(times[events], voices, struck, strict=True):
            pitches[time:, voice] = self.ranges[voice][0] + pitch - 1 if pitch else -1
            onsets[time, voice] = pitch > 0
        key = next((int(t) - 2 for t in tokens if 2 <= t < self.meter), -1)
        pitches[pitches >= 0] -= self.moved_to_tonic(key)
        meter = next((int(t) - self.meter for t in tokens if self.meter <= t < self.shift), 0)
        beats, per_beat = self.bars[meter]
        return Grid(pitches, onsets, per_beat, beats, key)

    def contexts(self, tokens: np.ndarray, total: int | None = None) -> dict[str, np.ndarray]:
        """Gives the context in which each token is predicted.

        Args:
            tokens: Integers of shape `(time,)`.
            total: Length of the whole piece in steps; by default that of `tokens`.

        Returns:
            For each channel int32 of shape `(time,)`, known before the token at that place is:
            `position`, the step within the bar, and `remaining`, whole bars to the end, at most
            16 (before the meter is known they are 0 and 16); `voice_0` and so on, what each voice
            sounds: 0 for silence, 1 for its lowest pitch and up.
        """
        tokens = self.check(tokens)
        times = self.times(tokens)
        if total is None:
            total = int(self._shifts(tokens).sum())
        metered = (tokens >= self.meter) & (tokens < self.shift)
        known = np.asarray(np.cumsum(metered) > metered)
        if self.shift == self.meter:
            known[:] = True
        beats, steps = self.bars[int(tokens[metered.argmax()]) - self.meter if metered.any() else 0]
        remaining = np.clip((total - times) // (beats * steps), 0, MORE)
        return {
            "position": np.where(known, times % (beats * steps), 0).astype(np.int32),
            "remaining": np.where(known, remaining, MORE).astype(np.int32),
            **{f"voice_{v}": self._sounding(tokens, v) for v in range(len(self.ranges))},
        }

    def _sounding(self, tokens: np.ndarray, voice: int) -> np.ndarray:
        first, after = self.offs[voice : voice + 2]
        own = (tokens >= first) & (tokens < after)
        latest = np.maximum.accumulate(np.where(own, np.arange(1, len(tokens) + 1), 0))
        struck = np.concatenate(([0], np.where(own, tokens - first, 0)))
        return struck[np.concatenate(([0], latest[:-1]))[: len(tokens)]].astype(np.int32)

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
