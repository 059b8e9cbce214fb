"""What `rnnapps demo` shows of speech: a recording, its transcript and when each word is said."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any


def demo(pipe: Any, folder: Path) -> list[tuple[str, str]]:
    """Writes down the sample recording.

    Args:
        pipe: The pipeline.
        folder: Where `speech.ogg` and `speech.srt` go.

    Returns:
        Titles with fragments of HTML.
    """
    sound = pipe.example()
    found = pipe.predict(sound)
    found.save(folder / "speech.srt")
    words = " ".join(
        f'<span title="{word["timestamp"][0]:.2f} s">{escape(word["text"])}</span>'
        for word in found["chunks"]
    )
    player = ""
    if isinstance(sound, bytes):
        (folder / "speech.ogg").write_bytes(sound)
        player = '<audio controls src="speech.ogg"></audio>'
    link = '<p><a href="speech.srt">speech.srt</a></p>'
    return [("A recording, written down", f"{player}<p>{words}</p>{link}")]
