"""`rnnapps info`: a task and the card of a preset."""

from __future__ import annotations

import typer

from rnnapps import registry
from rnnapps.card import card
from rnnapps.cli.output import as_json
from rnnapps.preset import read


def info(
    task: str = typer.Argument(..., help="Name of a task, see `rnnapps list`."),
    preset: str | None = typer.Option(None, "--preset", "-p", help="A preset, or a directory."),
    json: bool = typer.Option(False, "--json", help="Print the metadata as JSON."),
) -> None:
    """Show a task and the card of a preset.

    The files of the preset are verified.

    \b
    rnnapps info music
    rnnapps info music --preset pop_piano
    """
    entry = registry.find(task)
    presets = entry.presets()
    found = read(entry.preset(preset)) if presets or preset else None
    if json:
        facts = {"task": entry.task, "aliases": entry.aliases, "presets": list(presets)}
        print(as_json({**facts, "metadata": found.metadata if found else None}, indent=2))
        return
    print(f"{entry.task}: {entry.summary}")
    if entry.aliases:
        print(f"aliases: {', '.join(entry.aliases)}")
    names = [f"{name} (default)" if name == entry.default else name for name in presets]
    print(f"presets: {', '.join(names) or '(none shipped)'}")
    if found:
        print(f"\n{card({**found.metadata, 'name': found.directory.name})}", end="")
