"""MIDI files as voices on a grid, and back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnapps.data.grid import Grid, estimate_key, notes_from_grid
from rnnapps.data.midi import midi_of
from rnnapps.errors import InputError

if TYPE_CHECKING:
    from pretty_midi import PrettyMIDI

Meter = tuple[int, int]
"""Beats in a bar, and steps in a beat."""


def grid_from_midi(
    midi: PrettyMIDI,
    voices: Sequence[int] = (1,),
    steps_per_beat: int = 4,
    *,
    meters: Sequence[int | Meter] | None = None,
    key: int | None = None,
    descending: bool = False,
) -> Grid:
    """Puts the notes of a file on a grid of voices.

    Notes are rounded to the nearest step and last at least one. Where more notes sound than an
    instrument has voices, the oldest end early; of too many struck at once the middle ones are
    dropped.

    Args:
        midi: The file; drums are left out.
        voices: Number of voices of each instrument, in the order of the file. Instruments that
            are missing stay silent, further ones are left out.
        steps_per_beat: Steps in a quarter note.
        meters: Meters to choose from, as in `VoicesCodec`; the file's own, if it is among them,
            else one with bars of that length, else the first. By default the file's own.
        key: Key of the piece; by default that of the file, or a guess where it states none.
        descending: Whether the notes of a chord go to the voices from the highest down.

    Returns:
        The piece. Meters in eighths of which there are 6, 9 or 12 have beats of a dotted quarter.

    Raises:
        InputError: If the instruments that count have no notes.
    """
    parts = [part for part in midi.instruments if not part.is_drum][: len(voices)]
    ticks = midi.resolution / steps_per_beat
    columns = []
    for part, count in zip(parts, voices, strict=False):
        notes = []
        for note in part.notes:
            start = round(midi.time_to_tick(note.start) / ticks)
            end = round(midi.time_to_tick(note.end) / ticks)
            notes.append((start, max(end, start + 1), note.pitch))
        columns.append(_assign(notes, count, descending))
    steps = max((end for column in columns for _, end, _, _ in column), default=0)
    if not steps:
        raise InputError(
            f"Expected notes in the first {len(voices)} instruments. Received: a file without. "
            "Give the number of voices of each of its instruments in `voices` instead."
        )
    pitches = np.full((steps, sum(voices)), -1, np.int16)
    onsets = np.zeros(pitches.shape, bool)
    for first, column in zip(np.cumsum([0, *voices]), columns, strict=False):
        for start, end, pitch, voice in column:
            pitches[start:end, first + voice] = pitch
            onsets[start, first + voice] = True
    beats, per_beat = choose_meter(meter_of(midi, steps_per_beat), steps_per_beat, meters)
    grid = Grid(pitches, onsets, per_beat, beats)
    if key is None:
        key = _longest(midi, [(k.time, k.key_number) for k in midi.key_signature_changes])
    return Grid(pitches, onsets, per_beat, beats, estimate_key(grid) if key is None else key)


def midi_from_grid(
    grid: Grid,
    voices: Sequence[int] | None = None,
    steps_per_beat: int = 4,
    *,
    tempo: float = 120.0,
    programs: Sequence[int] = (0,),
    names: Sequence[str] = ("Piano",),
) -> PrettyMIDI:
    """Makes a file of a piece, with its meter and its key, so that `grid_from_midi` finds them.

    Args:
        grid: The piece.
        voices: Number of voices of each instrument; by default each voice has its own.
        steps_per_beat: Steps in a quarter note.
        tempo: Beats of the piece per minute; the file states quarter notes.
        programs: General MIDI program of each instrument; the last one serves all further ones.
        names: Name of each instrument, likewise.

    Returns:
        The file's content.

    Example:

    >>> from rnnapps.data.grid import Grid
    >>> jig = Grid([[67], [69], [71]] * 4, steps_per_beat=6, beats_per_bar=2, key=7)
    >>> midi = midi_from_grid(jig, tempo=60)
    >>> print(midi.time_signature_changes[0], midi.get_tempo_changes()[1][0].round())
    6/8 at 0.00 seconds 90.0
    >>> grid_from_midi(midi) == jig
    True
    """
    from pretty_midi import KeySignature, TimeSignature

    notes = notes_from_grid(grid, tempo)
    if voices is not None:
        notes["voice"] = np.repeat(np.arange(len(voices)), voices)[notes["voice"]]
    quarters = tempo * grid.steps_per_beat / steps_per_beat
    midi = midi_of(notes, tempo=quarters, programs=programs, names=names)
    upper, lower = time_signature((grid.beats_per_bar, grid.steps_per_beat), steps_per_beat)
    midi.time_signature_changes.append(TimeSignature(upper, lower, 0))
    if grid.key >= 0:
        midi.key_signature_changes.append(KeySignature(grid.key, 0))
    return midi


def time_signature(meter: Meter, steps_per_beat: int) -> tuple[int, int]:
    """Writes a meter as a time signature, of which `meter_of` makes a meter with bars as long.

    Args:
        meter: Beats in a bar, and steps in a beat.
        steps_per_beat: Steps in a quarter note.

    Returns:
        Number of notes in a bar, and which part of a whole note each is: beats of a dotted
        quarter are three eighths.

    Raises:
        InputError: If no number of notes is as long as a bar.

    Example:

    >>> time_signature((3, 4), 4), time_signature((2, 6), 4), time_signature((5, 2), 4)
    ((3, 4), (6, 8), (5, 8))
    """
    beats, steps = meter
    if 2 * steps == 3 * steps_per_beat:
        return 3 * beats, 8
    for lower in (4, 8, 16, 32):
        upper, rest = divmod(beats * steps * lower, 4 * steps_per_beat)
        if not rest:
            return upper, lower
    raise InputError(
        f"Expected bars of whole notes down to 1/32. Received: {beats} beats of {steps} steps, "
        f"{steps_per_beat} of which are a quarter note."
    )


def meter_of(midi: PrettyMIDI, steps_per_beat: int) -> Meter:
    """Tells the meter in which most of a file stands.

    Args:
        midi: The file.
        steps_per_beat: Steps in a quarter note.

    Returns:
        Beats in a bar, and steps in a beat; 4 quarter notes where the file states none.
    """
    changes = [(t.time, (t.numerator, t.denominator)) for t in midi.time_signature_changes]
    upper, lower = _longest(midi, changes) or (4, 4)
    eighths, odd = divmod(8 * upper, lower)
    if lower == 8 and upper % 3 == 0 and steps_per_beat * 3 % 2 == 0:
        return upper // 3, steps_per_beat * 3 // 2
    if not odd and eighths % 2 and steps_per_beat % 2 == 0:
        return eighths, steps_per_beat // 2
    return max(eighths // 2, 1), steps_per_beat


def choose_meter(meter: Meter, steps_per_beat: int, meters: Sequence[int | Meter] | None) -> Meter:
    """Chooses the allowed meter that is nearest to a given one.

    Args:
        meter: Beats in a bar, and steps in a beat.
        steps_per_beat: Steps in a beat of the allowed meters given as one number.
        meters: The allowed meters; `None` allows all.

    Returns:
        The meter itself if it is allowed, else one with bars as long, else the first.

    Example:

    >>> choose_meter((2, 12), 4, (4, 3, (2, 6)))
    (4, 4)
    >>> choose_meter((2, 6), 4, (4, 3))
    (3, 4)
    """
    if meters is None:
        return meter
    allowed = [(m, steps_per_beat) if isinstance(m, int) else (m[0], m[1]) for m in meters]
    if meter in allowed:
        return meter
    return next((m for m in allowed if m[0] * m[1] == meter[0] * meter[1]), allowed[0])


def _longest(midi: PrettyMIDI, changes: list[tuple[float, Any]]) -> Any:
    """The value that holds for most of the time; None where there is none."""
    if not changes:
        return None
    spans: dict[Any, float] = defaultdict(float)
    times = [time for time, _ in changes[1:]] + [midi.get_end_time()]
    for (time, value), until in zip(changes, times, strict=True):
        spans[value] += until - time
    return max(spans, key=spans.__getitem__)


def _assign(
    notes: Iterable[tuple[int, int, int]], voices: int, descending: bool
) -> list[tuple[int, int, int, int]]:
    """Gives each note `(start, end, pitch)` a voice; later notes end earlier ones."""
    struck: dict[int, dict[int, int]] = defaultdict(dict)
    for start, end, pitch in notes:
        struck[start][pitch] = max(end, struck[start].get(pitch, 0))
    placed: list[list[int]] = []
    last: list[int | None] = [None] * voices  # index in `placed` of each voice's last note
    for start in sorted(struck):
        chord = sorted(struck[start], reverse=descending)
        if len(chord) > voices:  # the highest stays, then the first ones of the order
            chord = chord[:voices] if descending else [*chord[: voices - 1], chord[-1]]
        began = {
            voice: placed[at][0] if at is not None and placed[at][1] > start else -1
            for voice, at in enumerate(last)
        }
        oldest = sorted(range(voices), key=lambda voice: (began[voice], voice))  # free ones first
        for voice, pitch in zip(sorted(oldest[: len(chord)]), chord, strict=True):
            at = last[voice]
            if at is not None:
                placed[at][1] = min(placed[at][1], start)
            last[voice] = len(placed)
            placed.append([start, struck[start][pitch], pitch, voice])
    return [(start, end, pitch, voice) for start, end, pitch, voice in placed]
