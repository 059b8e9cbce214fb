"""`rnnapps demo`: every task's example on shipped weights, on one page."""

from __future__ import annotations

import tempfile
import time
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

import typer

from rnnapps import registry
from rnnapps.cli.output import note, working
from rnnapps.errors import RnnappsError
from rnnapps.files import replace_bytes

INDEX = "index.html"


def demo(
    tasks: list[str] = typer.Argument(None, help="Tasks to show; all where none is given."),
    output: Path = typer.Option(Path("rnnapps-demo"), "--output", "-o", help="Folder to fill."),
    show: bool = typer.Option(False, "--open", help="Open the page in a browser."),
) -> None:
    """Let every task show what it can.

    All of it goes into one folder with an index.html.

    \b
    rnnapps demo
    rnnapps demo music --output somewhere
    """
    names = tasks or sorted(registry.entries())
    entries = dict.fromkeys(registry.find(name) for name in names)
    output.mkdir(parents=True, exist_ok=True)
    sections: list[str] = []
    failed: list[str] = []
    owners = {Path(INDEX): "the demo"}
    for entry in entries:
        if not entry.presets():
            note(f"{entry.task}: comes without weights, left out")
            continue
        start = time.perf_counter()
        try:
            with working(f"{entry.task}: {entry.summary}"):
                shown = fill(output, entry.task, owners)
        except Exception as error:  # whatever happens to one, the others are shown
            kind = "" if isinstance(error, RnnappsError) else f"{type(error).__name__}: "
            note(f"{entry.task}: {kind}{error}")
            failed.append(entry.task)
            continue
        seconds = time.perf_counter() - start
        note(f"{entry.task}: done in {seconds:.1f} s")
        sections.append(section(entry, shown, seconds))
    index = replace_bytes(output / INDEX, page(sections).encode())
    note(f"Now open {index.resolve().as_uri()}")
    print(index)
    if show:
        typer.launch(str(index.resolve()))
    if failed or not sections:
        raise RnnappsError(f"Nothing could be shown of: {', '.join(failed) or 'any task'}.")


def fill(output: Path, task: str, owners: dict[Path, str]) -> list[tuple[str, str]]:
    """Lets a task fill a folder of its own, then moves its files to the common one.

    Args:
        output: The common folder.
        task: Name of the task.
        owners: Who wrote a file of this run, by its path in the folder; the task's are added.

    Returns:
        What `Pipeline.demo` returned.

    Raises:
        RnnappsError: If another task wrote a file of the same name; then none is moved.
    """
    with tempfile.TemporaryDirectory(dir=output, prefix=".") as folder:
        shown = registry.load(task).demo(Path(folder))
        files = [path for path in Path(folder).rglob("*") if path.is_file()]
        names = [path.relative_to(folder) for path in files]
        for name in names:
            if name in owners:
                raise RnnappsError(
                    f"Expected files that no other task writes. Received: {str(name)!r}, which "
                    f"{owners[name]} wrote."
                )
        for path, name in zip(files, names, strict=True):
            (output / name).parent.mkdir(parents=True, exist_ok=True)
            path.replace(output / name)
            owners[name] = task
    return shown


def section(entry: registry.Entry, shown: list[tuple[str, str]], seconds: float) -> str:
    """Writes the part of a task.

    Args:
        entry: The task.
        shown: What `Pipeline.demo` returned: titles with fragments of HTML.
        seconds: How long it took.

    Returns:
        HTML.
    """
    cards = "\n".join(
        f'<article class="card"><h3>{escape(title)}</h3>\n{fragment}\n</article>'
        for title, fragment in shown
    )
    return (
        f'<section id="{escape(entry.task)}">\n<header><h2>{escape(entry.task)}</h2>'
        f'<span class="time">{seconds:.1f} s on this machine</span></header>\n'
        f'<p class="summary">{escape(entry.summary)}</p>\n{cards}\n'
        f'<pre><code>from rnnapps import pipeline\n\npipeline("{escape(entry.task)}")</code></pre>'
        "\n</section>"
    )


def page(sections: list[str]) -> str:
    """Writes the page around the parts.

    Args:
        sections: HTML of each task.

    Returns:
        An HTML document that needs nothing from the network.
    """
    from rnnapps import __version__

    template = (files("rnnapps.cli") / "demo.html").read_text(encoding="utf-8")
    return Template(template).substitute(version=__version__, sections="\n".join(sections))
