"""What commands print and save: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any, TextIO

from rnnapps.cli.options import UsageError
from rnnapps.files import replace_bytes
from rnnapps.tables import plain


def note(text: str) -> None:
    """Prints a line for people on stderr."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def working(text: str) -> Iterator[TextIO]:
    """Shows on stderr that work goes on, and sends stray prints there too.

    Args:
        text: What is being done.

    Yields:
        The true stdout.
    """
    stdout = sys.stdout
    with redirect_stdout(sys.stderr):
        if not sys.stderr.isatty():
            yield stdout
            return
        from rich.console import Console

        with Console(stderr=True).status(text):
            yield stdout


@contextmanager
def telling() -> Iterator[Callable[[str], None]]:
    """Keeps a line on stderr that changes, where it is a terminal.

    Yields:
        What changes it.
    """
    if not sys.stderr.isatty():
        yield lambda text: None
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status("") as status:
        yield lambda text: status.update(Text(text))


def as_json(value: Any, indent: int | None = None) -> str:
    """Writes a result as JSON, on one line unless indented."""
    return json.dumps(plain(value), ensure_ascii=False, indent=indent)


def save(result: Any, path: Path) -> Path:
    """Saves one result: by its own `save`, else as JSON.

    Args:
        result: What a pipeline returned.
        path: The file.

    Returns:
        The path.
    """
    if _is_file(result, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        result.save(path)
    else:
        indent = None if path.suffix.lower() == ".jsonl" else 2
        replace_bytes(path, (as_json(result, indent) + "\n").encode())
    return path


def save_all(results: list[Any], path: Path) -> list[Path]:
    """Saves results: one under the name, several that are files under the name with a number.

    Args:
        results: What a pipeline returned.
        path: The file.

    Returns:
        The paths.
    """
    if len(results) == 1:
        return [save(results[0], path)]
    if any(_is_file(result, path) for result in results):
        width = len(str(len(results)))
        return [
            save(result, path.with_stem(f"{path.stem}-{i:0{width}}"))
            for i, result in enumerate(results, 1)
        ]
    lines = "".join(as_json(result) + "\n" for result in results)
    return [replace_bytes(path, lines.encode())]


def _is_file(result: Any, path: Path) -> bool:
    """Tells whether a result writes a file of its own: those with `save`, but dicts in lines."""
    lined = path.suffix.lower() == ".jsonl" and isinstance(result, Mapping)
    return hasattr(result, "save") and not lined


class Written(str):
    """A text that was made, which is saved as it is."""

    def save(self, path: Path) -> None:
        replace_bytes(path, f"{self}\n".encode())


def deliver_made(made: list[Any], output: Path | None, task: str) -> None:
    """Saves or prints what was made, as `deliver`, but texts as they are.

    Args:
        made: What a pipeline made.
        output: The file, or None.
        task: Name of the task.

    Raises:
        UsageError: As `deliver`.
    """
    texts = [each for each in made if type(each) is str]
    if len(texts) < len(made) or (output and output.suffix.lower() in (".json", ".jsonl")):
        deliver(made, output, task)
    elif output is None:
        print(*texts, sep="\n\n", flush=True)
    else:
        deliver([Written(text) for text in texts], output, task)


def deliver(results: list[Any], output: Path | None, task: str) -> None:
    """Saves results to a file, or prints them on stdout as JSON lines.

    Args:
        results: What a pipeline returned.
        output: The file, or None.
        task: Name of the task, which names the file of results that cannot be printed.

    Raises:
        UsageError: If results can only be saved and no file is named.
    """
    files = [each for each in results if hasattr(each, "save") and not isinstance(each, Mapping)]
    if output is None and files:
        suffix = getattr(files[0], "suffix", None)
        if not suffix:
            raise UsageError("Expected --output FILE: this result is a file, not text.")
        output = Path(f"{task}{suffix}")
    if output is not None:
        for path in save_all(results, output):
            note(f"wrote {path}")
        return
    for result in results:
        print(as_json(result), flush=True)
