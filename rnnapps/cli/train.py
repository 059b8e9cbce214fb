"""`rnnapps train`: fine-tunes a preset on own data."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from pathlib import Path

import typer

from rnnapps.cli.options import UsageError
from rnnapps.cli.output import as_json, note
from rnnapps.cli.task import (
    HELP,
    PRESET,
    TASK_DATA,
    arguments_of,
    check_taken,
    data_at,
    data_of,
    open_page,
    opened,
)
from rnnapps.preset import check_replaceable

OWN = ("x", "y", "validation_data", "epochs", "checkpoint_dir", "resume", "seed", "callbacks")


def train(
    context: typer.Context,
    task: str | None = TASK_DATA,
    output: Path | None = typer.Option(None, "--output", "-o", help="Directory for the preset."),
    preset: str | None = PRESET,
    untrained: bool = typer.Option(False, "--untrained", help="Start from random weights."),
    validation_data: str | None = typer.Option(None, "--validation-data", help="File or folder."),
    epochs: int | None = typer.Option(None, "--epochs", min=1, help="Passes over the data."),
    checkpoint_dir: Path | None = typer.Option(None, "--checkpoint-dir", help="Where to keep it."),
    resume: bool = typer.Option(False, "--resume", help="Go on from --checkpoint-dir."),
    seed: int | None = typer.Option(None, "--seed", help="Same seed, same result."),
    help: bool = HELP,
) -> None:
    """Train TASK on DATA and save the preset.

    The metrics of the last epoch go to stdout as JSON.

    \b
    rnnapps train music my-midi/ --epochs 5 --output my-style
    rnnapps generate music --preset ./my-style --output song.mid
    rnnapps train music my-midi/ --output my-style --checkpoint-dir run --resume
    rnnapps train agent CartPole-v1 --untrained --output my-agent
    """
    open_page(context, task, help, "fit", OWN)
    assert task is not None
    if output is None:
        raise UsageError("Expected --output DIR, the directory for the trained preset.")
    if preset and untrained:
        raise UsageError("Expected --preset or --untrained, not both.")
    if resume and checkpoint_dir is None:
        raise UsageError("Expected --checkpoint-dir DIR beside --resume.")
    if checkpoint_dir and checkpoint_dir.resolve().is_relative_to(output.resolve()):
        raise UsageError("Expected --checkpoint-dir outside of --output, which is made anew.")
    check_replaceable(output)
    inputs, values = arguments_of(context, task, "fit", OWN)
    source = data_of(task, inputs)
    known = {
        "validation_data": data_at(task, validation_data) if validation_data else None,
        "epochs": epochs,
        "checkpoint_dir": checkpoint_dir,
        "resume": resume or None,
        "seed": seed,
    }
    given = {name: value for name, value in known.items() if value is not None}
    check_taken(task, "fit", given)
    values |= given
    _fit(task, preset, untrained, source, values, output)


def _fit(
    task: str,
    preset: str | None,
    untrained: bool,
    source: Path | str | None,
    values: dict[str, object],
    output: Path,
) -> None:
    with redirect_stdout(sys.stderr):  # Keras draws its progress bar on stdout
        pipe = opened(task, preset, untrained)
        history = pipe.fit(source, **values)
        pipe.save(output)
    note(f"wrote {output}")
    print(as_json({name: series[-1] for name, series in history.history.items() if series}))
