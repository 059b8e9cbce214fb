"""What `rnnapps demo` shows of music: a piece of each preset and a harmonised melody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rnnapps import registry

MELODY = [67, 67, 69, 67, 72, 71, 71, 67, 67, 69, 67, 74, 72, 72]


def demo(pipe: Any, folder: Path) -> list[tuple[str, str]]:
    """Composes with every preset and harmonises a melody.

    Args:
        pipe: The pipeline with the default preset.
        folder: Where the files go: of its piece `song.mid`, `song.wav` and `piano_roll.png`, of
            the others such files by their names.

    Returns:
        Titles with fragments of HTML.
    """
    song, harmonized = pipe.generate(seed=7), pipe.harmonize(MELODY, key="C major", seed=7)
    shown = [
        ("A new chorale", _saved(song, folder, "song", "piano_roll")),
        ("A melody, harmonised in four voices", _saved(harmonized, folder, "harmonized")),
    ]
    for name in registry.find(pipe.task).presets():
        if name != pipe.metadata.get("name"):
            other: Any = registry.load(pipe.task, name)
            song = other.generate(seconds=40, seed=7)
            shown.append((other.metadata["summary"], _saved(song, folder, name)))
    return shown


def _saved(song: Any, folder: Path, name: str, picture: str | None = None) -> str:
    midi, sound, roll = f"{name}.mid", f"{name}.wav", f"{picture or name}.png"
    for file in (midi, sound, roll):
        song.save(folder / file)
    return (
        f'<audio controls src="{sound}"></audio> <a href="{midi}">{midi}</a>\n'
        f'<img src="{roll}" alt="Piano roll">'
    )
