"""`rnnapps evaluate`: the metrics of a preset on own data."""

from __future__ import annotations

from pathlib import Path

import typer

from rnnapps.cli.options import UsageError, parse
from rnnapps.cli.output import as_json, note, working
from rnnapps.cli.task import HELP, PRESET, TASK, data_at, open_page, opened, task_options


def evaluate(
    context: typer.Context,
    task: str | None = TASK,
    data: str | None = typer.Argument(None, help="File or folder to measure on."),
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
    """
    open_page(context, task, help, "evaluate", ("x", "y"))
    assert task is not None
    if data is None:
        raise UsageError("Expected DATA after the task: a file, a folder, or the id of a world.")
    source = data_at(task, data)
    if output is not None and output.suffix.lower() not in (".json", ".html", ".txt"):
        raise UsageError(f"Expected --output .json, .html or .txt. Received: {output}.")
    inputs, values = parse(context.args, task_options(task, "evaluate", ("x", "y")))
    if inputs:
        raise UsageError(f"Expected one DATA. Received also: {' '.join(inputs)}.")
    with working(f"evaluating {task}"):
        report = opened(task, preset).evaluate(source, **values)
    if output is not None:
        note(f"wrote {report.save(output)}")
    print(as_json(report.to_dict(), indent=2) if json else report)
