"""Voices on a grid of time steps, and what can be said of them: their notes, their key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rnnapps.data.midi import NOTE
from rnnapps.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)


@dataclass(frozen=True, eq=False)
class Grid:
    """A piece for voices that each sing at most one note at a time.

    Args:
        pitches: MIDI pitches of shape `(steps, voices)`, -1 where a voice is silent.
        onsets: Booleans of shape `(steps, voices)`, true where a note begins. A pitch that differs
            from the one before begins in any case; by default nothing else does.
        steps_per_beat: Steps in a beat.
        beats_per_bar: Beats in a bar; step 0 is the first of a bar.
        key: 0 to 11 for C major to B major, 12 to 23 for C minor to B minor, -1 if unknown.

    Raises:
        InputError: If a shape or a value is wrong.

    Example:

    >>> grid = Grid([[72, 48], [72, 48], [74, -1]])
    >>> grid.onsets.tolist()
    [[True, True], [False, False], [True, False]]
    """

    pitches: np.ndarray
    onsets: np.ndarray = None  # type: ignore[assignment]  # derived from pitches where not given
    steps_per_beat: int = 4
    beats_per_bar: int = 4
    key: int = -1

    def __post_init__(self) -> None:
        pitches = np.array(self.pitches, np.int16)
        if pitches.ndim != 2 or not pitches.shape[1]:
            raise InputError(
                f"Expected pitches of shape (steps, voices). Received: shape {pitches.shape}."
            )
        if len(pitches) and not -1 <= pitches.min() <= pitches.max() <= 127:
            raise InputError(
                "Expected MIDI pitches from 0 to 127, or -1 for silence. Received: "
                f"{pitches.min()} to {pitches.max()}."
            )
        if self.steps_per_beat < 1 or self.beats_per_bar < 1 or not -1 <= self.key < 24:
            raise InputError(
                "Expected steps_per_beat >= 1, beats_per_bar >= 1 and a key from -1 to 23. "
                f"Received: steps_per_beat={self.steps_per_beat}, "
                f"beats_per_bar={self.beats_per_bar}, key={self.key}."
            )
        onsets = np.ones(pitches.shape, bool)
        onsets[1:] = pitches[1:] != pitches[:-1]
        if self.onsets is not None:
            given = np.asarray(self.onsets, bool)
            if given.shape != pitches.shape:
                raise InputError(
                    f"Expected onsets of shape {pitches.shape}, as the pitches. Received: shape "
                    f"{given.shape}."
                )
            onsets |= given
        object.__setattr__(self, "pitches", pitches)
        object.__setattr__(self, "onsets", onsets & (pitches >= 0))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Grid):
            return NotImplemented
        return (
            np.array_equal(self.pitches, other.pitches)
            and np.array_equal(self.onsets, other.onsets)
            and (self.steps_per_beat, self.beats_per_bar, self.key)
            == (other.steps_per_beat, other.beats_per_bar, other.key)
        )

    __hash__ = None  # type: ignore[assignment]

    @property
    def steps(self) -> int:
        """Length in steps."""
        return self.pitches.shape[0]

    @property
    def voices(self) -> int:
        """Number of voices."""
        return self.pitches.shape[1]

    @property
    def bar_steps(self) -> int:
        """Steps in a bar."""
        return self.steps_per_beat * self.beats_per_bar


def notes_from_grid(grid: Grid, tempo: float = 120.0, velocity: int = 80) -> np.ndarray:
    """Lists the notes of a piece.

    Args:
        grid: The piece.
        tempo: Beats per minute.
        velocity: MIDI velocity of all notes.

    Returns:
        Array of `NOTE`, sorted by start, voice and pitch.

    Raises:
        InputError: If the tempo is not above 0.
    """
    if not tempo > 0:
        raise InputError(f"Expected a tempo above 0 beats per minute. Received: tempo={tempo}.")
    parts = [np.zeros(0, NOTE)]
    for voice in range(grid.voices):
        pitches, onsets = grid.pitches[:, voice], grid.onsets[:, voice]
        breaks = np.flatnonzero(onsets | np.diff(pitches < 0, prepend=True))
        ends = np.append(breaks[1:], grid.steps)
        sung = pitches[breaks] >= 0
        part = np.zeros(int(sung.sum()), NOTE)
        part["start"], part["end"] = breaks[sung], ends[sung]
        part["pitch"], part["velocity"], part["voice"] = pitches[breaks[sung]], velocity, voice
        parts.append(part)
    notes = np.concatenate(parts)
    for side in ("start", "end"):
        notes[side] *= 60.0 / (tempo * grid.steps_per_beat)
    return notes[np.lexsort((notes["pitch"], notes["voice"], notes["start"]))]


def estimate_key(grid: Grid | ArrayLike) -> int:
    """Guesses the key from how long each pitch class sounds.

    Args:
        grid: A piece, or 12 durations of pitch classes from C on.

    Returns:
        0 to 11 for C major to B major, 12 to 23 for C minor to B minor; 0 for silence.

    Example:

    >>> estimate_key(Grid([[67], [71], [74], [67], [66], [67]]))  # G B D G F sharp G
    7

    Reference:
        Profiles: Krumhansl and Kessler, 1982, "Tracing the dynamic changes in perceived tonal
        organization", Psychological Review 89(4). Correlation with them: Krumhansl, 1990,
        "Cognitive Foundations of Musical Pitch", chapter 4.
    """
    if isinstance(grid, Grid):
        durations = np.bincount(grid.pitches[grid.pitches >= 0] % 12, minlength=12).astype(float)
    else:
        durations = np.asarray(grid, float)
    durations = durations - durations.mean()
    profiles = np.array([np.roll(mode, key) for mode in (_MAJOR, _MINOR) for key in range(12)])
    profiles = profiles - profiles.mean(1, keepdims=True)
    return int(np.argmax(profiles @ durations / np.linalg.norm(profiles, axis=1)))
