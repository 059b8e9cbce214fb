"""What the commands about one task share: its options, its help page, its pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from inspect import signature
from pathlib import Path
from typing import Any

import typer

from rnnapps import registry
from rnnapps.cli.options import Option, UsageError, listed, options_of, parse
from rnnapps.errors import InputError

TASK = typer.Argument(None, help="Name of a task, see `rnnapps list`.", show_default=False)
TASK_DATA = typer.Argument(
    None,
    metavar="TASK DATA",
    help="Name of a task, see `rnnapps list`; then a file or a folder. For an agent the id of a "
    "world, by default that of its preset.",
    show_default=False,
)
PRESET = typer.Option(None, "--preset", "-p", help="Name of a preset, or a directory.")
HELP = typer.Option(False, "--help", "-h", help="Show this, and the options of TASK if given.")


def method_of(task: str, name: str) -> Callable[..., Any]:
    """Finds a method of a task's class.

    Args:
        task: Name or alias of the task.
        name: Name of the method.

    Returns:
        The function.

    Raises:
        UsageError: If the task does not have it.
    """
    entry = registry.find(task)
    method: Callable[..., Any] | None = getattr(entry.load(), name, None)
    if method is None:
        raise UsageError(f"The task {entry.task!r} has no {name!r}. See `rnnapps info {task}`.")
    return method


def task_options(task: str, name: str, skip: tuple[str, ...] = ()) -> dict[str, Option]:
    """Reads the options of a task's method, less those the command has itself.

    The options of `answers` are also those that `postprocess` adds; those of `stream` that
    `generate` has, too, are told as there.
    """
    method = method_of(task, name)
    if name in ("fit", "evaluate"):  # their first argument is what the command is about
        skip = (*skip, list(signature(method).parameters)[1])
    options = options_of(method, skip)
    settings: Any = registry.find(task).load().fit_settings
    if name == "fit" and settings is not None:
        options |= options_of(settings.__init__)
    if name == "answers":
        options |= options_of(method_of(task, "postprocess"), ("arrays", "raw"))
    if name == "stream" and hasattr(registry.find(task).load(), "generate"):
        told = options_of(method_of(task, "generate"))
        options = {each: told.get(each, option) for each, option in options.items()}
    return options


def not_taken(task: str, name: str, arguments: Iterable[str]) -> list[str]:
    """Tells which arguments a task's method does not take."""
    parameters = signature(method_of(task, name)).parameters.values()
    # Where settings have a class of their own, these are all that comes beside named arguments.
    listed_all = name == "fit" and registry.find(task).load().fit_settings is not None
    if not listed_all and any(each.kind is each.VAR_KEYWORD for each in parameters):
        return []
    known = task_options(task, name)
    return [each for each in arguments if each not in known]


def check_taken(task: str, name: str, arguments: Iterable[str]) -> None:
    """Checks that a task's method takes the arguments that were given.

    Raises:
        UsageError: If it does not.
    """
    if others := not_taken(task, name, arguments):
        flags = ", ".join("--" + each.replace("_", "-") for each in others)
        raise UsageError(f"The task {task!r} takes no {flags}.")


def open_page(
    context: typer.Context, task: str | None, wanted: bool, method: str, skip: tuple[str, ...] = ()
) -> None:
    """Prints the help page and exits if it was asked for; complains if there is no task.

    Options of the command that are no arguments of the task's method are hidden from here on.

    Args:
        context: The command's context.
        task: Name of the task, if given.
        wanted: Whether `--help` was given.
        method: Name of the method that the command calls.
        skip: Arguments of it that are no options.
    """
    if task:
        absent = not_taken(task, method, skip)
        parameters: Any = context.command.params
        for each in parameters:
            each.hidden = each.name in absent
    if wanted:
        print(context.get_help())
        if task:
            options = task_options(task, method, skip)
            print(f"\nOptions of the task {task}:\n{listed(options)}")
        raise typer.Exit
    if not task:
        raise UsageError(f"Expected a task. Known: {', '.join(sorted(registry.entries()))}.")


def opened(task: str, preset: str | None = None, untrained: bool = False) -> Any:
    """Builds the pipeline of a task.

    Args:
        task: Name or alias.
        preset: Name of a preset, a directory, or None for the default.
        untrained: Whether to take the untrained architecture.

    Returns:
        The pipeline.
    """
    return registry.load(task, False if untrained else preset)


def arguments_of(
    context: typer.Context, task: str, method: str, skip: tuple[str, ...] = ()
) -> tuple[list[str], dict[str, Any]]:
    """Reads what is left of the command line.

    Args:
        context: The command's context.
        task: Name of the task.
        method: Name of the method that the command calls.
        skip: Arguments of it that are no options.

    Returns:
        The inputs, and the keyword arguments of the method.
    """
    parameters: Any = context.command.params
    flags = [flag for each in parameters if not each.hidden for flag in each.opts]
    others = [flag for flag in flags if flag.startswith("--")]
    return parse(context.args, task_options(task, method, skip), others)


def existing(text: str) -> Path | None:
    """Finds the file or folder of that name; None where there is none."""
    path = Path(text)
    try:
        return path if path.exists() else None
    except (OSError, ValueError):  # too long for a name, or with a null character
        return None


def data_of(task: str, inputs: list[str]) -> Path | str | None:
    """Finds the data that a command is about.

    Args:
        task: Name or alias of the task.
        inputs: What stood on the command line beside options.

    Returns:
        The path. Where the task takes names: the name, or None for the one that the preset knows.

    Raises:
        InputError: If there is no such file.
        UsageError: If there are several, or none where one is needed.
    """
    if len(inputs) > 1:
        raise UsageError(f"Expected one DATA. Received: {' '.join(inputs)}.")
    if inputs:
        return data_at(task, inputs[0])
    if registry.find(task).load().takes_names:
        return None
    raise UsageError("Expected DATA after the task: a file or a folder.")


def data_at(task: str, text: str) -> Path | str:
    """Finds the file or folder of that name, for a task that takes files.

    Args:
        task: Name or alias of the task.
        text: What stood on the command line.

    Returns:
        Its path, or the text where the task takes names.

    Raises:
        InputError: If there is none.
    """
    if registry.find(task).load().takes_names:
        return text
    path = existing(text)
    if path is None:
        raise InputError(f"Expected a file or folder. Received: {text!r}, which is not there.")
    return path
