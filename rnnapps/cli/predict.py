"""`rnnapps predict`: a filter from inputs to JSON lines."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import typer

from rnnapps.cli.options import UsageError, parse
from rnnapps.cli.output import as_json, deliver, working
from rnnapps.cli.task import HELP, PRESET, TASK, existing, open_page, opened, task_options


def predict(
    context: typer.Context,
    task: str | None = TASK,
    preset: str | None = PRESET,
    output: Path | None = typer.Option(None, "--output", "-o", help="File to write."),
    help: bool = HELP,
) -> None:
    """Predict for inputs or lines of stdin.

    Each answer is one line of JSON.

    \b
    rnnapps predict sentiment "A quiet triumph."
    rnnapps predict sentiment < reviews.txt > answers.jsonl
    """
    open_page(context, task, help, "predict", ("x",))
    assert task is not None
    inputs, values = parse(context.args, task_options(task, "predict", ("x",)))
    if not inputs and sys.stdin.isatty():
        raise UsageError("Expected inputs after the task, or lines on stdin.")
    with working(f"predicting {task}") as stdout:
        pipe = opened(task, preset)
        if inputs:
            found = [pipe.takes_files and existing(text) for text in inputs]
            given = [path or text for path, text in zip(found, inputs, strict=True)]
            results = pipe.predict(given, **values)
        else:
            results = pipe.predict(_lines(), **values)
            if output is None:
                for result in results:
                    print(as_json(result), file=stdout, flush=True)
                return
        results = list(results)
    deliver(results, output, task)


def _lines() -> Iterator[str]:
    for line in sys.stdin:
        if line.strip():
            yield line.rstrip("\n")
