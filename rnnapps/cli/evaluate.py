"""`rnnapps evaluate`: the metrics of a preset on own data."""

from __future__ import annotations

from pathlib import Path

import typer

from rnnapps.cli.options import UsageError
from rnnapps.cli.output import as_json, note, working
from rnnapps.cli.task import HELP, PRESET, TASK_DATA, arguments_of, data_of, open_page, opened


def evaluate(
    context: typer.Context,
    task: str | None = TASK_DATA,
    preset: str | None = PRESET,
    output: Path | None = typer.Option(
        None, "--output", "-o", help="File for the report: .json, .html or .txt."
    ),
    json: bool = typer.Option(False, "--json", help="Print JSON in place of a table."),
    help: bool = HELP,
) -> None:
    """Measure TASK on DATA.

    \b
    rnnapps evaluate music my-midi/
    rnnapps evaluate music my-midi/ --preset ./my-style --output report.html
    rnnapps evaluate agent CartPole-v1 --preset ./my-agent
    """
    open_page(context, task, help, "evaluate", ("x", "y"))
    assert task is not None
    if output is not None and output.suffix.lower() not in (".json", ".html", ".txt"):
        raise UsageError(f"Expected --output .json, .html or .txt. Received: {output}.")
    inputs, values = arguments_of(context, task, "evaluate", ("x", "y"))
    source = data_of(task, inputs)
    with working(f"evaluating {task}"):
        report = opened(task, preset).evaluate(source, **values)
    if output is not None:
        note(f"wrote {report.save(output)}")
    print(as_json(report.to_dict(), indent=2) if json else report)
