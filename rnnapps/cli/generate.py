"""`rnnapps generate`: lets a task make something."""

from __future__ import annotations

from pathlib import Path

import typer

from rnnapps.cli.options import UsageError
from rnnapps.cli.output import deliver_made, working
from rnnapps.cli.task import HELP, PRESET, TASK, arguments_of, check_taken, open_page, opened


def generate(
    context: typer.Context,
    task: str | None = TASK,
    preset: str | None = PRESET,
    output: Path | None = typer.Option(None, "--output", "-o", help="File to write."),
    seed: int | None = typer.Option(None, "--seed", help="Same seed, same result."),
    help: bool = HELP,
) -> None:
    """Make music or whatever TASK makes.

    \b
    rnnapps generate music --seed 7 --output song.mid
    rnnapps generate music --preset pop_piano --seconds 60 --output song.wav
    rnnapps generate music --help
    """
    open_page(context, task, help, "generate", ("seed",))
    assert task is not None
    inputs, values = arguments_of(context, task, "generate", ("seed",))
    if inputs:
        raise UsageError(f"Expected options only after the task. Received: {' '.join(inputs)}.")
    if seed is not None:
        check_taken(task, "generate", ("seed",))
        values["seed"] = seed
    with working(f"generating {task}"):
        made = opened(task, preset).generate(**values)
    deliver_made(made if isinstance(made, list) else [made], output, task)
