"""What `rnnapps demo` shows of music: a chorale to hear and to see."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def demo(pipe: Any, folder: Path) -> list[tuple[str, str]]:
    """Composes a chorale and harmonises a melody.

    Args:
        pipe: The pipeline.
        folder: Where the files go: `song.mid`, `song.wav`, `piano_roll.png` and those of the
            harmonised melody.

    Returns:
        Titles with fragments of HTML.
    """
    song = pipe.generate(seed=7)
    for name in ("song.mid", "song.wav"):
        song.save(folder / name)
    song.save(folder / "piano_roll.png")
    melody = [67, 67, 69, 67, 72, 71, 71, 67, 67, 69, 67, 74, 72, 72]
    harmonized = pipe.harmonize(melody, seed=7)
    for name in ("harmonized.mid", "harmonized.wav", "harmonized.png"):
        harmonized.save(folder / name)
    return [
        ("A new chorale", _player("song.wav", "song.mid", "piano_roll.png")),
        (
            "A melody, harmonised in four voices",
            _player("harmonized.wav", "harmonized.mid", "harmonized.png"),
        ),
    ]


def _player(sound: str, midi: str, picture: str) -> str:
    return (
        f'<audio controls src="{sound}"></audio> <a href="{midi}">{midi}</a>\n'
        f'<img src="{picture}" alt="Piano roll">'
    )
