"""`rnnapps stream`: what a task makes or hears, piece by piece as time goes."""

from __future__ import annotations

import sys
from typing import Any

import typer

from rnnapps.cli.options import UsageError
from rnnapps.cli.output import as_json, telling, working
from rnnapps.cli.task import HELP, PRESET, TASK, arguments_of, open_page, opened

#: Signs of a text that is still changing which are shown at most, its end.
SHOWN = 70


def stream(
    context: typer.Context,
    task: str | None = TASK,
    preset: str | None = PRESET,
    help: bool = HELP,
) -> None:
    """Make or hear something piece by piece, as time goes.

    Speech comes on stdin: raw samples of 16 bits, mono, at the rate of the preset. Each line is
    what no longer changes.

    \b
    rnnapps stream language --prompt "The old house" --seed 1
    arecord -q -t raw -f S16_LE -r 16000 | rnnapps stream speech --preset english_streaming
    """
    open_page(context, task, help, "stream")
    assert task is not None
    inputs, values = arguments_of(context, task, "stream")
    if inputs:
        raise UsageError(f"Expected options only after the task. Received: {' '.join(inputs)}.")
    with working(f"opening {task}"):
        made = opened(task, preset).stream(**values)
    if hasattr(made, "listen"):
        _write_down(made)
        return
    piece = None
    for piece in made:
        if isinstance(piece, str):
            print(piece, end="", flush=True)
        else:
            print(as_json(piece), flush=True)
    if isinstance(piece, str):
        print(flush=True)


def _write_down(made: Any) -> None:
    """Prints what is heard on stdin; on a terminal what may still change is shown, too."""
    if sys.stdin.isatty():
        raise UsageError("Expected raw sound on stdin, such as that of `arecord -t raw -f S16_LE`.")
    with telling() as tell:
        for words in made.listen(sys.stdin.buffer):
            if words:
                print(words, flush=True)
            tell(made.text[made.settled.rfind(" ") + 1 :][-SHOWN:])
