"""Writes the tables of shipped presets into Markdown files: `python -m rnnapps.readme`.

A table stands between `<!-- presets -->`, or `<!-- presets: TASK -->` for those of one task, and
`<!-- /presets -->`. Its figures come from the `metadata.json` of each preset.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rnnapps import registry
from rnnapps.files import replace_bytes
from rnnapps.tables import Table

#: Metrics whose names are short for others.
SHORT = ("f1", "wer")
ROOT = Path(__file__).resolve().parent.parent
_REGION = re.compile(r"(<!-- presets(?:: ([\w-]+))? -->\n).*?(<!-- /presets -->)", re.DOTALL)


def table(task: str | None = None) -> str:
    """Makes the table of shipped presets.

    Args:
        task: Name of a task; None takes all.

    Returns:
        Markdown; empty where none is shipped.
    """
    rows = [
        row(directory)
        for name, entry in sorted(registry.entries().items())
        if task in (None, name)
        for directory in entry.presets().values()
    ]
    return Table.of(rows).markdown() + "\n" if rows else ""


def row(directory: Path) -> dict[str, str]:
    """Makes the row of a preset.

    Args:
        directory: The preset.

    Returns:
        Cell by column.
    """
    known = json.loads((directory / "metadata.json").read_text(encoding="utf-8"))
    size = sum(file["bytes"] for file in known["files"].values())
    count = known["parameters"]
    return {
        "task": known["task"],
        "preset": f"`{directory.name}`",
        "what it does": known.get("summary", ""),
        "parameters": f"{count / 1e6:.1f} M" if count >= 1e5 else f"{count / 1e3:.0f} k",
        "size": f"{size / 1e6:.1f} MB",
        "held-out test": _first(known.get("metrics", {})),
        "trained on": "; ".join(map(_source, known.get("data", []))),
    }


def rewritten(text: str) -> str:
    """Brings the tables of a text up to date.

    Args:
        text: Markdown.

    Returns:
        The text with the tables of what is shipped now.

    Example:

    >>> rewritten("<!-- presets: nothing -->\\nold\\n<!-- /presets -->")
    '<!-- presets: nothing -->\\n<!-- /presets -->'
    """
    return _REGION.sub(lambda found: found[1] + table(found[2]) + found[3], text)


def files() -> list[Path]:
    """Lists the files of a clone that have such tables."""
    return [ROOT / "README.md", *sorted(ROOT.glob("pipelines/*/README.md"))]


def _first(metrics: Mapping[str, Any]) -> str:
    """Shows the first metric of the test set, and that of the others beside it."""
    if not metrics.get("test"):
        return ""
    name, value = next(iter(metrics["test"].items()))
    others = [
        f"{title.removesuffix(', test')} {_short(values[name])}"
        for title, values in metrics.items()
        if title != "test" and name in values
    ]
    beside = f" ({'; '.join(others)})" if others else ""
    title = name.upper() if name in SHORT else name.replace("_", " ")
    return f"{_short(value)} {title}{beside}"


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _source(data: Mapping[str, Any]) -> str:
    linked = f"[{data['name']}]({data['address']})" if data.get("address") else data["name"]
    return f"{linked}; licence: {data['license']}" if data.get("license") else linked


def main() -> None:
    """Brings the files of this clone up to date."""
    for path in files():
        before = path.read_text(encoding="utf-8")
        after = rewritten(before)
        if after != before:
            print(f"wrote {replace_bytes(path, after.encode())}")


if __name__ == "__main__":
    main()
