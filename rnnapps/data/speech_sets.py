"""Readers of the public sets of speech: recordings with what is said in them."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, Protocol


@dataclass(frozen=True)
class SoundFile:
    """A file of sound, by itself or in an archive, not read yet.

    Args:
        path: The file, or the .zip archive that has it.
        member: Its name in the archive; None where it stands by itself.
    """

    path: Path
    member: str | None = None

    @property
    def name(self) -> str:
        """What tells it from other files of its set."""
        return f"{self.path.name}/{self.member}"

    def read(self) -> bytes:
        """Gives the bytes of the file."""
        if self.member is None:
            return self.path.read_bytes()
        return _archive(self.path).read(self.member)


class Sound(Protocol):
    """A sound that is read when it is needed."""

    @property
    def name(self) -> str: ...

    def read(self) -> bytes: ...


class Utterance(NamedTuple):
    """A recording and what is said in it.

    Attributes:
        sound: the recording.
        text: what is said, as the set writes it.
        speaker: who says it; None where nobody knows.
        seconds: length of the recording.
    """

    sound: Sound
    text: str
    speaker: str | None
    seconds: float


def read_manifest(folder: Path, split: str, key: str = "split") -> list[Utterance]:
    """Reads a set whose `manifest.jsonl` has a line for each recording.

    Args:
        folder: Folder of the set.
        split: `"train"`, `"valid"` or `"test"`.
        key: Name of the field that has the split.

    Returns:
        The utterances.
    """
    name = {"valid": "dev"}.get(split, split)
    found = []
    text = (folder / "manifest.jsonl").read_text(encoding="utf-8")
    for line in text.removesuffix("\n").split("\n"):
        row = json.loads(line)
        if row[key] == name:
            first, _, member = row["audio"].partition("/")
            packed = first.endswith(".zip")
            sound = (
                SoundFile(folder / first, member) if packed else SoundFile(folder / row["audio"])
            )
            found.append(Utterance(sound, row["text"], row["speaker"], row["seconds"]))
    return found


def read_wide(folder: Path, split: str) -> list[Utterance]:
    """Reads LibriSpeech in the splits that leave more to train on."""
    return read_manifest(folder, split, "split_wide")


@lru_cache(maxsize=16)
def _archive(path: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(path)
