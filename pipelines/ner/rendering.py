"""Texts with their spans coloured."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from rnnapps.report import save_page

STYLE = "background:hsl({},70%,85%);color:#111;border-radius:4px;padding:0.15em 0.3em"


@dataclass(frozen=True)
class Rendering:
    """Texts with their spans, which a notebook shows coloured.

    Attributes:
        texts: The texts.
        spans: Those of each, as `predict` gives them.
    """

    texts: list[str]
    spans: list[list[dict[str, Any]]]

    def _repr_html_(self) -> str:
        return "\n".join(map(_paragraph, self.texts, self.spans))

    def save(self, path: str | Path) -> Path:
        """Writes a page.

        Args:
            path: A file that ends in `.html`.

        Returns:
            The path.

        Raises:
            InputError: If it ends otherwise.
        """
        return save_page(path, self._repr_html_(), "Named entities")


def _paragraph(text: str, spans: list[dict[str, Any]]) -> str:
    parts, end = [], 0
    for span in spans:
        label = span["entity_group"]
        hue = zlib.crc32(label.encode()) % 360
        parts += [
            escape(text[end : span["start"]]),
            f'<mark title="{span["score"]:.2f}" style="{STYLE.format(hue)}">',
            f'{escape(span["word"])} <small style="font-weight:bold">{escape(label)}</small>',
            "</mark>",
        ]
        end = span["end"]
    body = "".join([*parts, escape(text[end:])])
    return f'<p style="white-space:pre-wrap;line-height:2.1">{body}</p>'
