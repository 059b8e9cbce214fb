"""Small tables as text, Markdown and HTML, and values as plain JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from html import escape
from typing import Any


@dataclass(frozen=True)
class Table:
    """A table with named columns.

    Args:
        columns: Names of the columns.
        rows: One sequence of values a row.

    Example:

    >>> print(Table(("set", "loss"), [("test", 0.51234), ("train", 12)]).text())
    set      loss
    test   0.5123
    train      12
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]

    @classmethod
    def of(cls, value: Any) -> Table:
        """Makes a table of what tables usually come as.

        Args:
            value: A `Table`, a pandas frame, a list of mappings (one a row), a mapping of
                mappings (one a row, its key first) or a mapping of values (two columns).

        Returns:
            The table.
        """
        if isinstance(value, Table):
            return value
        if hasattr(value, "to_dict") and hasattr(value, "columns"):
            return cls([str(name) for name in value.columns], value.to_numpy().tolist())
        if isinstance(value, Mapping):
            if value and all(isinstance(row, Mapping) for row in value.values()):
                return cls.of([{"": name, **row} for name, row in value.items()])
            return cls(("", "value"), list(value.items()))
        columns = list(dict.fromkeys(name for row in value for name in row))
        return cls(columns, [[row.get(name, "") for name in columns] for row in value])

    def text(self) -> str:
        """Aligns the columns by spaces, numbers to the right."""
        rows = [[_shown(value) for value in row] for row in self.rows]
        right = self._numeric()
        lines = [[str(name) for name in self.columns], *rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.columns))]
        return "\n".join(
            "  ".join(
                text.rjust(width) if number else text.ljust(width)
                for text, width, number in zip(line, widths, right, strict=True)
            ).rstrip()
            for line in lines
        )

    def markdown(self) -> str:
        """Writes a pipe table."""
        marks = ["---:" if number else "---" for number in self._numeric()]
        rows = [[_shown(value).replace("|", "\\|") for value in row] for row in self.rows]
        lines = [[str(name) for name in self.columns], marks, *rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)

    def html(self) -> str:
        """Writes a `<table>`, its text escaped."""
        styles = [' style="text-align:right"' if number else "" for number in self._numeric()]
        head = "".join(
            f"<th{style}>{escape(str(name))}</th>"
            for name, style in zip(self.columns, styles, strict=True)
        )
        body = "\n".join(
            "<tr>"
            + "".join(
                f"<td{style}>{escape(_shown(value))}</td>"
                for value, style in zip(row, styles, strict=True)
            )
            + "</tr>"
            for row in self.rows
        )
        return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"

    def _numeric(self) -> list[bool]:
        return [
            bool(self.rows) and all(_is_number(row[i]) or row[i] == "" for row in self.rows)
            for i in range(len(self.columns))
        ]


def plain(value: Any) -> Any:
    """Turns arrays, frames, paths and small classes into what JSON can hold.

    Args:
        value: Nearly anything.

    Returns:
        Mappings, lists, strings, numbers, booleans and None; not-a-number becomes None, an
        infinity its name, what has no plain form its `str`.

    Example:

    >>> plain({"loss": float("nan"), "shape": (2, 3)})
    {'loss': None, 'shape': [2, 3]}
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None if math.isnan(value) else str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if hasattr(value, "to_dict") and hasattr(value, "columns"):
        return plain(value.to_dict(orient="records"))
    if hasattr(value, "tolist"):  # numpy arrays and scalars
        return plain(value.tolist())
    if hasattr(value, "to_dict"):
        return plain(value.to_dict())
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    return str(value)


def _is_number(value: Any) -> bool:
    return hasattr(value, "__float__") and not isinstance(value, bool)


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_shown(item) for item in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_shown(item)}" for name, item in value.items())
    if _is_number(value) and not isinstance(value, int):
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < 1e6 else f"{number:.4g}"
    return " ".join(str(value).split())
