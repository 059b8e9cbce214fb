"""MIDI files in and out, and the array of notes that all music code shares."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnapps.errors import InputError

if TYPE_CHECKING:
    from pretty_midi import PrettyMIDI

#: One note: start and end in seconds, MIDI pitch and velocity, index of its voice.
NOTE = np.dtype(
    [("start", "f8"), ("end", "f8"), ("pitch", "i2"), ("velocity", "i2"), ("voice", "i2")]
)


def notes_array(rows: Iterable[tuple] = ()) -> np.ndarray:
    """Makes the array of notes, sorted by start, voice and pitch.

    Args:
        rows: `(start, end, pitch, velocity, voice)` of each note; seconds and MIDI numbers.

    Returns:
        A structured array of type `NOTE`.

    Example:
    >>> from rnnapps.data.midi import notes_array
    >>> notes_array([(1, 2, 64, 80, 0), (0, 1, 60, 80, 0)])["pitch"].tolist()
    [60, 64]
    """
    notes = np.array(list(rows), dtype=NOTE)
    return notes[np.lexsort((notes["pitch"], notes["voice"], notes["start"]))]


def read_midi(source: Any) -> PrettyMIDI:
    """Reads a MIDI file.

    Args:
        source: Path of the file. Of a song its `midi` is returned, and a `PrettyMIDI` as it is.

    Returns:
        The file's content.

    Raises:
        InputError: If there is no such file, it is not MIDI, is broken, or has no notes.
    """
    import warnings

    import pretty_midi

    source = getattr(source, "midi", source)
    if isinstance(source, pretty_midi.PrettyMIDI):
        midi, name = source, "a PrettyMIDI"
    elif not isinstance(source, str | Path):
        raise InputError(
            "Expected the path of a MIDI file, a PrettyMIDI or a song. Received: "
            f"{type(source).__name__}."
        )
    else:
        name = repr(str(source))
        if not Path(source).is_file():
            state = "is a folder" if Path(source).is_dir() else "is not there"
            raise InputError(f"Expected a MIDI file. Received: {name}, which {state}.")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)
                midi = pretty_midi.PrettyMIDI(str(source))
        except Exception as error:  # mido raises whatever the broken bytes lead it to
            raise InputError(
                f"Expected a MIDI file. Received: {name}, which cannot be read "
                f"({type(error).__name__}: {error})."
            ) from error
    if not any(voice.notes for voice in midi.instruments if not voice.is_drum):
        raise InputError(
            f"Expected a MIDI file with notes. Received: {name}, which has none "
            "(drums do not count)."
        )
    return midi


def notes_of(midi: PrettyMIDI) -> np.ndarray:
    """Lists the notes of all instruments but drums.

    Args:
        midi: The file's content.

    Returns:
        An array of type `NOTE`; `voice` is the index of the instrument, drums not counted.
    """
    voices = [voice for voice in midi.instruments if not voice.is_drum]
    return notes_array(
        (note.start, note.end, note.pitch, note.velocity, index)
        for index, voice in enumerate(voices)
        for note in voice.notes
        if note.end > note.start
    )


def midi_of(
    notes: np.ndarray,
    *,
    tempo: float = 120.0,
    programs: Sequence[int] = (0,),
    names: Sequence[str] = ("Piano",),
) -> PrettyMIDI:
    """Makes a MIDI file of notes, one instrument a voice.

    Args:
        notes: Array of type `NOTE`.
        tempo: Beats per minute that the file states; the notes' times are not changed.
        programs: General MIDI program of each voice; the last one serves all further voices.
        names: Name of each voice, likewise.

    Returns:
        The file's content.

    Example:
    >>> from rnnapps.data.midi import midi_of, notes_array, notes_of
    >>> notes = notes_array([(0, 1, 60, 80, 0), (0.5, 1.5, 67, 90, 1)])
    >>> bool((notes_of(midi_of(notes)) == notes).all())
    True
    """
    import pretty_midi

    midi = pretty_midi.PrettyMIDI(initial_tempo=tempo, resolution=480)
    for voice in range(int(notes["voice"].max(initial=-1)) + 1):
        instrument = pretty_midi.Instrument(
            programs[min(voice, len(programs) - 1)], name=names[min(voice, len(names) - 1)]
        )
        instrument.notes = [
            pretty_midi.Note(
                int(n["velocity"]), int(n["pitch"]), float(n["start"]), float(n["end"])
            )
            for n in notes[notes["voice"] == voice]
        ]
        midi.instruments.append(instrument)
    return midi


def midi_files(source: Any) -> list[Any]:
    """Lists MIDI files.

    Args:
        source: A folder (searched with its sub-folders for .mid and .midi), a file, or a list
            of files. What `read_midi` takes beside paths goes through as it is.

    Returns:
        The paths, sorted where a folder was given.

    Raises:
        InputError: If there are none.
    """
    alone = isinstance(source, str | Path)
    if alone and Path(source).is_dir():
        paths = Path(source).rglob("*")
        found = sorted(path for path in paths if path.suffix.lower() in (".mid", ".midi"))
        if not found:
            raise InputError(f"Expected a folder with .mid files. Received: {str(source)!r}.")
        return found
    if alone or not isinstance(source, Iterable):
        source = [source]
    files = [Path(each) if isinstance(each, str) else each for each in source]
    missing = [str(each) for each in files if isinstance(each, Path) and not each.is_file()]
    if missing:
        raise InputError(f"Expected MIDI files. Received: {missing[:3]}, which are no files.")
    if not files:
        raise InputError("Expected a folder of MIDI files, or a list of them. Received: none.")
    return files
