"""Readers of the public music sets, as their authors publish them or packed in one file."""

from __future__ import annotations

import hashlib
import json
import tarfile
import warnings
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pretty_midi import PrettyMIDI


@dataclass(frozen=True)
class MidiBytes:
    """A MIDI file in memory, not parsed yet.

    Args:
        name: Name of the piece.
        data: Bytes of the file.
    """

    name: str
    data: bytes = field(repr=False)

    def read(self) -> PrettyMIDI:
        """Parses the file.

        Returns:
            The file's content.
        """
        import pretty_midi

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # tempo events beside track 0
            return pretty_midi.PrettyMIDI(BytesIO(self.data))


def read_chorales(folder: Path, split: str) -> list[np.ndarray]:
    """Reads the chorales from `jsb_16th_satb.npz` or the original `Jsb16thSeparated.json`.

    Args:
        folder: Folder of the set.
        split: Name of the split.

    Returns:
        int16 arrays (steps, 4): MIDI pitches, -1 where a voice is silent.
    """
    packed = folder / "jsb_16th_satb.npz"
    if packed.is_file():
        with np.load(packed) as data:
            notes = data[f"{split}_notes"].astype(np.int16)
            return _pieces(notes, data[f"{split}_lengths"])
    pieces = json.loads((folder / "Jsb16thSeparated.json").read_text(encoding="utf-8"))[split]
    return [np.nan_to_num(np.array(piece, float), nan=-1).astype(np.int16) for piece in pieces]


def read_nottingham(folder: Path, split: str) -> list[MidiBytes]:
    """Reads the folk tunes from `nottingham.tar.xz` or the original `MIDI/*.mid`.

    Args:
        folder: Folder of the set.
        split: Name of the split; see `split_of`.

    Returns:
        The files, sorted by name.
    """
    return _midi(folder, split, "nottingham.tar.xz", "MIDI/*.mid")


def read_pop909(folder: Path, split: str) -> list[MidiBytes]:
    """Reads the songs from `pop909_midi.tar.xz` or the original `POP909/NNN/NNN.mid`.

    Args:
        folder: Folder of the set.
        split: Name of the split; see `split_of`.

    Returns:
        The files, sorted by number. Tracks are MELODY, BRIDGE and PIANO.
    """
    return _midi(folder, split, "pop909_midi.tar.xz", "POP909/[0-9]*/*.mid")


def read_frames(folder: Path, split: str, stem: str) -> list[np.ndarray]:
    """Reads piano rolls from `<stem>.npz` or the original `.mat` file.

    Args:
        folder: Folder of the set.
        split: Name of the split.
        stem: Name of the file in lower case, without its suffix.

    Returns:
        bool arrays (frames, 88): the keys that sound, column k being MIDI note 21 + k.
    """
    packed = folder / f"{stem}.npz"
    if packed.is_file():
        with np.load(packed) as data:
            frames = np.unpackbits(data[f"{split}_frames"], axis=1, count=88).astype(bool)
            return _pieces(frames, data[f"{split}_lengths"])
    original = [path for path in folder.rglob("*.mat") if path.stem.lower() == stem]
    if not original:
        raise FileNotFoundError(f"neither {stem}.npz nor {stem}.mat in {folder}")
    from scipy.io import loadmat

    return [piece.astype(bool) for piece in loadmat(original[0])[f"{split}data"][0]]


def split_of(name: str) -> str:
    """Tells the split of a piece whose set has no official one.

    Args:
        name: Name of the piece.

    Returns:
        `"test"` for a tenth of all names, `"valid"` for another, `"train"` for the rest: the
        SHA-256 of the name modulo 100, below 10, below 20, or above.

    Example:

    >>> split_of("ashover13"), split_of("ashover2")
    ('test', 'train')
    """
    number = int(hashlib.sha256(name.encode()).hexdigest(), 16) % 100
    return "test" if number < 10 else "valid" if number < 20 else "train"


def _midi(folder: Path, split: str, archive: str, pattern: str) -> list[MidiBytes]:
    found = {}
    if (folder / archive).is_file():
        with tarfile.open(folder / archive) as tar:
            for member in tar:  # in the order of the archive: seeking back is slow in xz
                name = Path(member.name).stem
                if member.name.endswith(".mid") and split_of(name) == split:
                    found[name] = tar.extractfile(member).read()  # type: ignore[union-attr]
    else:
        for path in folder.glob(pattern):
            if split_of(path.stem) == split:
                found[path.stem] = path.read_bytes()
        if not found:
            raise FileNotFoundError(f"neither {archive} nor {pattern} in {folder}")
    return [MidiBytes(name, found[name]) for name in sorted(found)]


def _pieces(joined: np.ndarray, lengths: np.ndarray) -> list[np.ndarray]:
    return np.split(joined, np.cumsum(lengths)[:-1])
