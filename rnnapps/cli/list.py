"""`rnnapps list`: tasks and presets."""

from __future__ import annotations

import typer

from rnnapps import registry
from rnnapps.cli.output import as_json
from rnnapps.tables import Table


def list_tasks(
    json: bool = typer.Option(False, "--json", help="Print JSON lines."),
) -> None:
    """List the tasks and their presets, the default first."""
    rows = [
        {
            "task": entry.task,
            "aliases": list(entry.aliases),
            "presets": list(entry.presets()),
            "summary": entry.summary,
        }
        for _, entry in sorted(registry.entries().items())
    ]
    if json:
        for row in rows:
            print(as_json(row))
        return
    table = Table(
        ("task", "presets", "summary"),
        [(row["task"], row["presets"] or "(none shipped)", row["summary"]) for row in rows],
    )
    print(table.text())
