"""`rnnapps predict`: a filter from inputs to JSON lines."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from rnnapps.cli.options import UsageError
from rnnapps.cli.output import as_json, deliver, note, working
from rnnapps.cli.task import HELP, PRESET, TASK, arguments_of, existing, open_page, opened


def predict(
    context: typer.Context,
    task: str | None = TASK,
    preset: str | None = PRESET,
    output: Path | None = typer.Option(None, "--output", "-o", help="File to write."),
    help: bool = HELP,
) -> None:
    """Predict for inputs or lines of stdin.

    Each answer is one line of JSON, that to an empty line null.

    \b
    rnnapps predict sentiment "A quiet triumph."
    rnnapps predict sentiment < reviews.txt > answers.jsonl
    """
    open_page(context, task, help, "answers", ("inputs",))
    assert task is not None
    inputs, values = arguments_of(context, task, "answers", ("inputs",))
    if not inputs and sys.stdin.isatty():
        raise UsageError("Expected inputs after the task, or lines on stdin.")
    with working(f"predicting {task}") as stdout:
        pipe = opened(task, preset)
        if inputs:
            results = pipe.answers(iter([_read(pipe, text) for text in inputs]), **values)
        else:
            results = _answers(pipe, values)
            if output is None:
                for result in results:
                    print(as_json(result), file=stdout, flush=True)
                return
        results = list(results)
    deliver(results, output, task)


def _read(pipe: Any, text: str) -> str | Path:
    """Takes the name of a file for the file where the task reads files."""
    path = existing(text)
    if path is None:
        return text
    if pipe.takes_files:
        return path
    if path.is_file():
        note(f"{text!r} is read as a text. Do `< {text}` for the lines of that file instead.")
    return text


def _answers(pipe: Any, values: dict[str, object]) -> Iterator[Any]:
    """Answers each line of stdin, a batch at a time; an empty one with None."""
    empty: deque[bool] = deque()

    def lines() -> Iterator[str]:
        for line in sys.stdin:
            empty.append(not line.strip())
            if line.strip():
                yield line.rstrip("\n")

    for answer in pipe.answers(lines(), **values):
        while empty.popleft():
            yield None
        yield answer
    yield from (None for _ in empty)
