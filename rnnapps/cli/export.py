"""`rnnapps export`: hands a network to another runtime."""

from __future__ import annotations

from pathlib import Path

import typer

from rnnapps.cli.output import note, working
from rnnapps.cli.task import PRESET, opened


def export(
    task: str = typer.Argument(..., help="Name of a task, see `rnnapps list`."),
    file: Path = typer.Argument(..., help="FILE.onnx, FILE.tflite, or a folder for a SavedModel."),
    preset: str | None = PRESET,
) -> None:
    """Export the network of a preset.

    The suffix of FILE says the form.

    \b
    rnnapps export music music.onnx
    rnnapps export music music.tflite --preset pop_piano
    """
    with working(f"exporting {task}"):
        opened(task, preset).export(file)
    note(f"wrote {file}")
