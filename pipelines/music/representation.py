"""The representation of a preset: its codec, and how scores become MIDI and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rnnapps.data.grid_midi import midi_from_grid
from rnnapps.data.midi import midi_of
from rnnapps.data.performance import PerformanceCodec
from rnnapps.data.voices import VoicesCodec
from rnnapps.errors import InputError
from rnnapps.pipelines.music.song import Song

KINDS = {kind.kind: kind for kind in (PerformanceCodec, VoicesCodec)}
TONICS = {
    name: pitch
    for pitch, names in enumerate(
        ("C B#", "C# Db", "D", "D# Eb", "E Fb", "F E#", "F# Gb", "G", "G# Ab", "A", "A# Bb", "B Cb")
    )
    for name in names.split()
}


def codec_of(settings: Mapping[str, Any]) -> Any:
    """Builds the codec that a preset's `preprocessor.json` describes.

    Args:
        settings: what the codec's `to_json` gave.

    Returns:
        The codec.

    Raises:
        InputError: If there is no such kind.
    """
    values = dict(settings)
    kind = values.pop("kind", None)
    if kind not in KINDS:
        raise InputError(f"Expected a representation among {list(KINDS)}. Received: {kind!r}.")
    return KINDS[kind](**values)


def song_of(score: Any, settings: Mapping[str, Any], tempo: float | None = None) -> Song:
    """Turns a score into a song.

    Args:
        score: a grid, or an array of notes.
        settings: the preset's preprocessor, with instruments and tempo.
        tempo: beats per minute; None takes the preset's.

    Returns:
        The song.
    """
    if isinstance(score, np.ndarray):
        return Song(midi_of(score, programs=settings["programs"], names=settings["names"]))
    voices = settings["voices"]
    first = np.cumsum([0, *voices[:-1]])
    midi = midi_from_grid(
        score,
        voices,
        settings["codec"]["steps_per_beat"],
        tempo=tempo or settings["tempo"],
        programs=[settings["programs"][voice] for voice in first],
        names=[settings["names"][voice] for voice in first],
    )
    return Song(midi)


def key_number(name: str) -> int:
    """Reads the name of a key.

    Args:
        name: such as `"G"`, `"G major"`, `"F# minor"` or `"f#m"`.

    Returns:
        0 to 11 for C major and up, 12 to 23 for C minor and up.

    Raises:
        InputError: If it is no key.

    Example:
    >>> from rnnapps.pipelines.music.representation import key_number
    >>> key_number("G major"), key_number("a minor")
    (7, 21)
    """
    words = name.replace("-", " ").split() if isinstance(name, str) else []
    if len(words) == 1 and words[0].endswith("m"):
        words = [words[0][:-1], "minor"]
    tonic = TONICS.get(words[0].capitalize()) if words else None
    mode = words[1].lower() if len(words) > 1 else "major"
    if tonic is None or mode not in ("major", "minor") or len(words) > 2:
        raise InputError(f"Expected a key such as 'G major' or 'F# minor'. Received: {name!r}.")
    return tonic + 12 * (mode == "minor")


def melody_notes(pitches: Sequence[int], seconds: float = 0.5) -> np.ndarray:
    """Makes notes of equal length, one after the other, from MIDI pitches.

    Raises:
        InputError: If there are none, or one is no MIDI pitch.
    """
    from rnnapps.data.midi import notes_array

    whole = all(isinstance(pitch, int | np.integer) and 0 <= pitch <= 127 for pitch in pitches)
    if not len(pitches) or not whole:
        raise InputError(
            "Expected a melody as MIDI pitches from 0 to 127 (60 is middle C). "
            f"Received: {list(pitches)[:8]!r}."
        )
    return notes_array(
        (index * seconds, (index + 1) * seconds, int(pitch), 80, 0)
        for index, pitch in enumerate(pitches)
    )
