"""The forms in which recordings with their texts come: manifests, folders, frames, pairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from rnnapps.data.audio import read_audio
from rnnapps.data.speech_sets import Utterance
from rnnapps.data.text_forms import column, read_table, read_text
from rnnapps.decoding.ctc import needed
from rnnapps.errors import InputError, at
from rnnapps.pipelines.speech.hearing import Hearing
from rnnapps.pipelines.speech.spelling import Alphabet

FORMS = (
    "a manifest (.jsonl, .csv or .tsv) with the columns of path and text, a folder of recordings "
    "with a .txt file beside each, a pandas frame, or pairs of a recording and its text"
)
#: Suffixes of recordings in a folder.
SOUNDS = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".aiff", ".aif", ".m4a")
#: Shortest sound that is heard, in seconds.
SHORTEST = 0.05


class Recorded(NamedTuple):
    """A recording, in any form that is read, and what is said in it."""

    sound: Any
    text: str


def recorded(x: Any, y: Any = None, audio: str = "audio", text: str = "text") -> list[Recorded]:
    """Reads recordings with their texts.

    Args:
        x: As `FORMS` says; with `y` the recordings alone, or one.
        y: The text of each recording.
        audio: Name of the column with the paths, which stand beside the manifest.
        text: Name of the column with the texts.

    Returns:
        The recordings, one at least.

    Raises:
        InputError: If it is none of these.
    """
    if y is not None:
        pairs = _paired(x, y)
    elif isinstance(x, str | Path):
        path = Path(x)
        if path.is_dir():
            pairs = _folder(path)
        elif path.is_file():
            pairs = _columns(read_table(path), audio, text, path.parent)
        else:
            raise InputError(f"Expected {FORMS}. Received: {str(x)!r}, neither file nor folder.")
    elif hasattr(x, "columns"):
        pairs = _columns(x, audio, text)
    else:
        pairs = _pairs(x)
    if not pairs:
        raise InputError(f"Expected {FORMS}. Received: no recording at all.")
    for number, (_, said) in enumerate(pairs):
        if not isinstance(said, str):
            raise InputError(f"Recording {number}: Expected its text. Received: {said!r:.80}.")
    for number, (sound, _) in enumerate(pairs):
        if isinstance(sound, str | Path) and not Path(sound).is_file():
            raise InputError(f"Recording {number}: Expected sound. Received: no file {sound}.")
    return pairs


def spectra_of(own: Sequence[Recorded], hearing: Hearing) -> list[np.ndarray]:
    """Hears recordings, as levelled spectra of shape `(frames, mels)`.

    Raises:
        InputError: If one cannot be read; it tells which.
    """
    return _of_each(own, lambda each: hearing.recording(samples_of(each.sound, hearing)))


def samples_of(sound: Any, hearing: Hearing) -> np.ndarray:
    """Reads a recording, as samples of shape `(samples,)`.

    Raises:
        InputError: If it cannot be read, or is too short.
    """
    samples = read_audio(sound, hearing.rate)
    if (seconds := len(samples) / hearing.rate) < SHORTEST:
        raise InputError(
            f"Expected sound of {SHORTEST} seconds or more. Received: {seconds:.3f} seconds."
        )
    return samples


def check_length(spectra: np.ndarray, symbols: np.ndarray, hearing: Hearing) -> None:
    """Checks that a recording is long enough for what is said in it.

    Raises:
        InputError: If it is not.
    """
    if (steps := hearing.count(len(spectra))) < needed(symbols):
        raise InputError(
            f"Expected sound of {needed(symbols)} steps or more for its {len(symbols)} letters. "
            f"Received: {steps} steps."
        )


def symbols_of(own: Sequence[Recorded], alphabet: Alphabet) -> list[np.ndarray]:
    """Gives the symbols of the texts.

    Raises:
        InputError: If one cannot be written; it tells which.
    """
    return _of_each(own, lambda each: alphabet.written(each.text))


def _of_each(own: Sequence[Recorded], give: Callable[[Recorded], np.ndarray]) -> list[np.ndarray]:
    found = []
    for number, each in enumerate(own):
        with at(f"Recording {number}"):
            found.append(give(each))
    return found


def _paired(x: Any, y: Any) -> list[Recorded]:
    sounds = [x] if isinstance(x, str | Path | bytes | Mapping) else list(x)
    texts = [y] if isinstance(y, str) else list(y)
    if len(sounds) != len(texts):
        raise InputError(
            f"Expected as many texts as recordings. Received: {len(sounds)} recordings and "
            f"{len(texts)} texts."
        )
    return [Recorded(*pair) for pair in zip(sounds, texts, strict=True)]


def _pairs(x: Any) -> list[Recorded]:
    if not isinstance(x, Sequence):
        raise InputError(f"Expected {FORMS}. Received: {type(x).__name__}.")
    found = []
    for each in x:
        if isinstance(each, Utterance):
            found.append(Recorded(each.sound.read(), each.text))
        elif isinstance(each, tuple | list) and len(each) == 2:
            found.append(Recorded(*each))
        else:
            raise InputError(f"Expected {FORMS}. Received: {each!r:.80}.")
    return found


def _folder(folder: Path) -> list[Recorded]:
    sounds = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SOUNDS)
    lacking = [path for path in sounds if not path.with_suffix(".txt").is_file()]
    if lacking:
        raise InputError(
            f"Expected a .txt file beside each recording. Received: none for {str(lacking[0])!r}, "
            f"and for {len(lacking)} of {len(sounds)} recordings in all."
        )
    return [Recorded(path, read_text(path.with_suffix(".txt")).strip()) for path in sounds]


def _columns(frame: Any, audio: str, text: str, folder: Path | None = None) -> list[Recorded]:
    sounds, texts = column(frame, audio, "audio"), column(frame, text, "text")
    for number, sound in enumerate(sounds):
        if folder and not isinstance(sound, str):
            raise InputError(f"Recording {number}: Expected its path. Received: {sound!r:.80}.")
    if folder:
        sounds = [folder / sound for sound in sounds]
    return [Recorded(*pair) for pair in zip(sounds, texts, strict=True)]
