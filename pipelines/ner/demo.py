"""What `rnnapps demo` shows of ner: names in a text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

TEXT = (
    "Ada Lovelace met Charles Babbage in London in 1833. A century later the University of "
    "Manchester built its first computer, and in 1957 IBM brought FORTRAN to laboratories from "
    "Los Alamos to Geneva. The German newspaper Die Zeit wrote about it in June."
)


def demo(pipe: Any, folder: Path) -> list[tuple[str, str]]:
    """Finds the names in a text.

    Args:
        pipe: The pipeline.
        folder: Where `ner.html` goes, the text with its names.

    Returns:
        Titles with fragments of HTML.
    """
    rendering = pipe.render(TEXT)
    rendering.save(folder / "ner.html")
    link = '<p><a href="ner.html">ner.html</a></p>'
    return [("Names in a text", rendering._repr_html_() + link)]
