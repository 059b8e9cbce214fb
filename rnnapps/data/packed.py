"""Packed files of text."""

from __future__ import annotations

import lzma
from pathlib import Path


def lines(path: Path) -> list[str]:
    """Reads the lines of an .xz file in UTF-8.

    Args:
        path: The file.

    Returns:
        Its lines; only `\\n` ends one, as rarer signs that look like an end may stand in a text.
    """
    with lzma.open(path, "rt", encoding="utf-8", newline="\n") as file:
        return file.read().removesuffix("\n").split("\n")
