"""Turns the unknown options of a command into keyword arguments of a pipeline's method."""

from __future__ import annotations

import inspect
import json
import re
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from rnnapps.errors import UnknownNameError


class UsageError(Exception):
    """A command line that cannot be read: printed with the usage, exit code 2."""


@dataclass(frozen=True)
class Option:
    """An option that stands for a keyword argument.

    Args:
        name: Name of the argument.
        types: Types that its annotation allows; empty when it says nothing.
        default: Its default.
        text: What the docstring says.
    """

    name: str
    types: tuple[Any, ...] = ()
    default: Any = None
    text: str = ""

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")

    @property
    def is_switch(self) -> bool:
        return bool(self.types) and set(self.types) <= {bool, type(None)}

    def parse(self, text: str) -> Any:
        """Reads a value by the types of the argument.

        Args:
            text: What stood on the command line.

        Returns:
            The value.

        Raises:
            UsageError: If no type fits.
        """
        for kind in sorted(self.types, key=_rank):
            try:
                return _read(kind, text)
            except ValueError:
                continue
        if not self.types:
            return _guess(text)
        names = " or ".join(_name(kind) for kind in self.types if kind is not type(None))
        raise UsageError(f"Expected {self.flag} as {names}. Received: {text!r}.")


def options_of(method: Callable[..., Any], skip: Iterable[str] = ()) -> dict[str, Option]:
    """Reads the options of a method from its signature and docstring.

    Args:
        method: A function whose first argument is `self`.
        skip: Arguments that are no options.

    Returns:
        Option by name of the argument.

    Example:

    >>> def generate(self, *, seconds: float = 30.0): ...
    >>> options_of(generate)["seconds"].parse("12")
    12.0
    """
    texts = _arguments(inspect.getdoc(method) or "")
    space = getattr(inspect.unwrap(method), "__globals__", {})
    found = {}
    for name, parameter in list(inspect.signature(method).parameters.items())[1:]:
        kinds = (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        if parameter.kind not in kinds and name not in skip:
            kind = () if parameter.annotation is parameter.empty else parameter.annotation
            found[name] = Option(
                name, _types(kind, space) if kind else (), parameter.default, texts.get(name, "")
            )
    return found


def parse(
    arguments: list[str], options: Mapping[str, Option], others: Iterable[str] = ()
) -> tuple[list[str], dict[str, Any]]:
    """Splits what is left of a command line into inputs and keyword arguments.

    Args:
        arguments: What the command itself does not know.
        options: Option by name.
        others: Options that the command itself knows, to be told where one is unknown.

    Returns:
        The inputs, and the value by name.

    Raises:
        UsageError: If an option is unknown, lacks its value, or has one that does not fit.

    Example:

    >>> parse(["a.mid", "--top-p", "0.9"], {"top_p": Option("top_p", (float,))})
    (['a.mid'], {'top_p': 0.9})
    """
    inputs: list[str] = []
    values: dict[str, Any] = {}
    rest = iter(arguments)
    for argument in rest:
        if argument == "--":
            inputs += rest
        elif not argument.startswith("--"):
            if re.match(r"-[A-Za-z]", argument):
                raise UsageError(f"Unknown option {argument!r}.")
            inputs.append(argument)
        else:
            flag, equals, text = argument.partition("=")
            name = flag[2:].replace("-", "_")
            if name.startswith("no_") and name not in options and not equals:
                option = options.get(name[3:])
                if option is not None and option.is_switch:
                    values[option.name] = False
                    continue
            if name not in options:
                known = [*others, *(option.flag for option in options.values())]
                raise UsageError(str(UnknownNameError.of("option", flag, known)))
            option = options[name]
            if option.is_switch and not equals:
                values[name] = True
                continue
            if not equals:
                text = next(rest, "--")
                if text.startswith("--"):
                    raise UsageError(f"Expected a value after {flag}.")
            values[name] = option.parse(text)
    return inputs, values


def listed(options: Mapping[str, Option]) -> str:
    """Lists options for a help page.

    Args:
        options: Option by name.

    Returns:
        One option a paragraph.
    """
    import shutil
    import textwrap

    width = min(shutil.get_terminal_size().columns, 100)
    lines = []
    for option in options.values():
        kinds = [_name(kind).upper() for kind in option.types if kind is not type(None)]
        head = option.flag if option.is_switch else f"{option.flag} {'|'.join(kinds) or 'VALUE'}"
        text = option.text
        if option.default not in (None, inspect.Parameter.empty, False, (), ""):
            text += f" [default: {option.default}]"
        indent = " " * 26
        body = textwrap.fill(text.strip(), width, initial_indent=indent, subsequent_indent=indent)
        if len(head) + 4 <= len(indent) and body:
            body = f"  {head}".ljust(len(indent)) + body[len(indent) :]
        else:
            body = f"  {head}" + (f"\n{body}" if body else "")
        lines.append(body)
    return "\n".join(lines)


def _types(annotation: Any, space: Mapping[str, Any]) -> tuple[Any, ...]:
    if isinstance(annotation, str):
        # piece by piece: a name that is imported for type checkers only must not hide the others
        pieces = re.split(r"\|(?![^\[]*\])", annotation)
        found: list[Any] = []
        for piece in pieces:
            try:
                found += _types(eval(piece, {"Literal": Literal, **space}), space)
            except (NameError, AttributeError, TypeError, SyntaxError):
                found.append(str)
        return tuple(dict.fromkeys(found))
    if annotation is Any:
        return ()
    if get_origin(annotation) in (Union, types.UnionType):
        return tuple(kind for part in get_args(annotation) for kind in _types(part, space))
    return (type(None) if annotation is None else annotation,)


def _rank(kind: Any) -> int:
    order = [type(None), int, float, bool]
    origin = get_origin(kind)
    if kind in order:
        return order.index(kind)
    return 4 if origin is Literal else 8 if kind is str else 9 if kind is Path else 5


def _read(kind: Any, text: str) -> Any:
    if kind is type(None):
        if text.lower() == "none":
            return None
        raise ValueError(text)
    if kind is bool:
        if text.lower() in ("true", "yes", "on", "1", "false", "no", "off", "0"):
            return text.lower() in ("true", "yes", "on", "1")
        raise ValueError(text)
    if kind in (int, float, str, Path):
        return kind(text)
    origin = get_origin(kind) or kind
    if origin is Literal:
        choices = {str(choice): choice for choice in get_args(kind)}
        if text in choices:
            return choices[text]
        raise ValueError(text)
    if isinstance(origin, type) and not issubclass(origin, Mapping) and hasattr(origin, "__iter__"):
        return _sequence(get_args(kind), text)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return json.loads(text) if text.startswith("{") else _mapping(get_args(kind), text)
    return text


def _mapping(kinds: tuple[Any, ...], text: str) -> dict[str, Any]:
    pairs = [pair.rpartition("=") for pair in text.split(",")]
    if not all(equals for _, equals, _ in pairs):
        raise ValueError(text)
    value = kinds[1] if kinds else str
    return {name.strip(): _read(value, each.strip()) for name, _, each in pairs}


def _sequence(kinds: tuple[Any, ...], text: str) -> list[Any]:
    item = kinds[0] if kinds else None
    if "," not in text and not text.startswith("[") and item not in (int, float):
        raise ValueError(text)
    values = json.loads(text) if text.startswith("[") else text.split(",")
    return [_guess(str(v)) if item is None else _read(item, str(v).strip()) for v in values]


def _guess(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _name(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return " or ".join(str(choice) for choice in get_args(kind))
    known = {str: "text", Path: "file", int: "int", float: "float", bool: "yes or no"}
    if kind in known:
        return known[kind]
    items = [_name(item) for item in get_args(kind) if item is not Ellipsis]
    if items and issubclass(get_origin(kind), Mapping):
        return "=".join(items) + ",..."
    return ",".join([*dict.fromkeys(items), "..."]) if items else getattr(kind, "__name__", "value")


def _arguments(doc: str) -> dict[str, str]:
    section = re.search(r"^Args:\n((?:[ \t]+.*\n?|\n)*)", doc, re.MULTILINE)
    texts: dict[str, str] = {}
    name = ""
    for line in section.group(1).splitlines() if section else []:
        start = re.match(r" {4}(\*{0,2}\w+)(?: \([^)]*\))?: *(.*)", line)
        if start:
            name = start.group(1)
            texts[name] = start.group(2)
        elif name and line.strip():
            texts[name] += " " + line.strip()
    return texts
