"""What `evaluate` returns: metrics that read well as a dict, as text and as HTML."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from html import escape
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rnnapps.errors import InputError
from rnnapps.files import replace_bytes
from rnnapps.tables import Table, plain


class Report(Mapping[str, Any]):
    """The outcome of an evaluation: a read-only mapping of metrics, with tables and figures.

    Args:
        metrics: Value by name; values are numbers, or mappings of numbers.
        title: One line on what was measured.
        tables: By name, what `Table.of` takes: frames, lists of mappings, mappings.
        figures: By name, matplotlib figures or the bytes of PNG files.

    Example:

    >>> report = Report({"loss": 0.5, "notes": 120}, title="music on 3 files")
    >>> report["loss"]
    0.5
    >>> print(report)
    music on 3 files
    <BLANKLINE>
    loss   0.5
    notes  120
    """

    def __init__(
        self,
        metrics: Mapping[str, Any],
        *,
        title: str = "",
        tables: Mapping[str, Any] | None = None,
        figures: Mapping[str, Any] | None = None,
    ) -> None:
        self._metrics = dict(metrics)
        self.title = title
        self.tables = MappingProxyType({k: Table.of(v) for k, v in (tables or {}).items()})
        self.figures = MappingProxyType({k: _png(v) for k, v in (figures or {}).items()})

    def __getitem__(self, name: str) -> Any:
        return self._metrics[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._metrics)

    def __len__(self) -> int:
        return len(self._metrics)

    def __repr__(self) -> str:
        return f"Report({self._metrics!r})"

    def __str__(self) -> str:
        parts = [self.title] if self.title else []
        if self._metrics:
            parts.append(Table(("", ""), _flat(self._metrics)).text().lstrip("\n"))
        parts += [f"{name}\n{table.text()}" for name, table in self.tables.items()]
        return "\n\n".join(parts)

    def _repr_html_(self) -> str:
        parts = [f"<h3>{escape(self.title)}</h3>"] if self.title else []
        if self._metrics:
            parts.append(Table(("metric", "value"), _flat(self._metrics)).html())
        parts += [f"<h4>{escape(k)}</h4>\n{table.html()}" for k, table in self.tables.items()]
        parts += [
            f"<h4>{escape(k)}</h4>\n"
            f'<img alt="{escape(k)}" src="data:image/png;base64,{b64encode(png).decode()}">'
            for k, png in self.figures.items()
        ]
        return "\n".join(parts)

    def to_dict(self) -> dict[str, Any]:
        """Gives the report as plain JSON values.

        Returns:
            The metrics by name; under `"tables"`, if there are any, a list of rows by name.
        """
        values: dict[str, Any] = plain(self._metrics)
        if self.tables:
            values["tables"] = {
                name: [dict(zip(table.columns, plain(row), strict=True)) for row in table.rows]
                for name, table in self.tables.items()
            }
        return values

    def save(self, path: str | Path) -> Path:
        """Writes the report.

        Args:
            path: A file whose suffix says the form: `.json`, `.html` or `.txt`.

        Returns:
            The path of the file.

        Raises:
            InputError: If the suffix is none of these.
        """
        path = Path(path)
        match path.suffix.lower():
            case ".json":
                text = json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n"
            case ".html":
                return save_page(path, self._repr_html_(), self.title or "Report")
            case ".txt":
                text = f"{self}\n"
            case _:
                raise InputError(
                    f"Expected a file that ends in .json, .html or .txt. Received: {str(path)!r}."
                )
        return replace_bytes(path, text.encode())


def save_page(path: str | Path, body: str, title: str) -> Path:
    """Writes a page.

    Args:
        path: A file that ends in `.html`.
        body: What it shows, HTML.
        title: Its title.

    Returns:
        The path.

    Raises:
        InputError: If it ends otherwise.
    """
    if Path(path).suffix.lower() != ".html":
        raise InputError(f"Expected a path that ends in .html. Received: {str(path)!r}.")
    return replace_bytes(path, _PAGE.format(title=escape(title), body=body).encode())


def _flat(metrics: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for name, value in metrics.items():
        if isinstance(value, Mapping):
            rows += _flat(value, f"{prefix}{name}.")
        else:
            rows.append((f"{prefix}{name}", value))
    return rows


def _png(figure: Any) -> bytes:
    if isinstance(figure, bytes):
        return figure
    buffer = BytesIO()
    figure.savefig(buffer, format="png", bbox_inches="tight")
    return buffer.getvalue()


_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem }}
th, td {{ padding: .2rem .8rem; border-bottom: 1px solid #ccc; text-align: left }}
table {{ border-collapse: collapse }}
img {{ max-width: 100% }}
</style>
{body}
</html>
"""
