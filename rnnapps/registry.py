"""Finds tasks: the folders of `rnnapps.pipelines` and the entry points of that name.

A task is a package whose `__init__.py` sets a few constants and imports nothing heavy:

```python
TASK = "music"
ALIASES = ("text-to-music",)                          # optional
DEFAULT = "bach_chorales"                             # default preset; optional
PIPELINE = "rnnapps.pipelines.music.pipeline:Music"   # dotted name of the class
SUMMARY = "Composes chorales, folk tunes and piano."  # optional
```
"""

from __future__ import annotations

import importlib
import pkgutil
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

from rnnapps.errors import InputError, PresetError, RnnappsError, UnknownNameError

if TYPE_CHECKING:
    from rnnapps.pipeline import Pipeline

PACKAGE = "rnnapps.pipelines"
GROUP = "rnnapps.pipelines"


@dataclass(frozen=True)
class Entry:
    """What is known of a task before anything heavy is imported.

    Args:
        task: Name of the task.
        pipeline: Dotted name of its class, `"package.module:Class"`.
        package: Name of the package that declares it.
        folder: Folder of that package.
        aliases: Other names of the task.
        default: Name of the preset taken when none is asked for.
        summary: One line on what it does.
    """

    task: str
    pipeline: str
    package: str
    folder: Path
    aliases: tuple[str, ...] = ()
    default: str | None = None
    summary: str = ""

    def load(self) -> type[Pipeline]:
        """Imports the class of the task.

        Returns:
            The class.

        Raises:
            RnnappsError: If the dotted name leads nowhere.
        """
        module, _, name = self.pipeline.partition(":")
        try:
            found: type[Pipeline] = getattr(importlib.import_module(module), name)
        except (ModuleNotFoundError, AttributeError) as error:
            if isinstance(error, ModuleNotFoundError) and not module.startswith(str(error.name)):
                raise
            raise RnnappsError(
                f"Expected PIPELINE of the task {self.task!r} to name a class as "
                f"'package.module:Class'. Received: {self.pipeline!r} ({error})."
            ) from error
        return found

    def presets(self) -> dict[str, Path]:
        """Lists the presets that come with the task.

        They are the folders in `pretrained/<task>/` of rnnapps and in `pretrained/` of the
        task's own package.

        Returns:
            Directory by name, the default first.
        """
        shipped = importlib.import_module("rnnapps.pretrained").__path__
        parents = [Path(path) / self.task for path in shipped] + [self.folder / "pretrained"]
        found: dict[str, Path] = {}
        for parent in parents:
            for config in sorted(parent.glob("*/config.json")):
                found.setdefault(config.parent.name, config.parent)
        return dict(sorted(found.items(), key=lambda item: (item[0] != self.default, item[0])))

    def preset(self, name: str | Path | None = None) -> Path:
        """Finds the directory of a preset.

        Args:
            name: Name of a preset of the task, a directory, or None for the default.

        Returns:
            The directory.

        Raises:
            UnknownNameError: If there is neither such a preset nor such a directory.
            PresetError: If no name is given and the task comes without a preset.
        """
        found = self.presets()
        if not isinstance(name, str | Path | None):
            raise InputError(
                f"Expected `preset` as a name, a directory, None or False. Received: {name!r}."
            )
        if name is None:
            if not found:
                raise PresetError(
                    f"The task {self.task!r} comes without trained weights. "
                    f"Do `pipeline({self.task!r}, preset=False)` and `fit` instead."
                )
            return found.get(self.default or "", next(iter(found.values())))
        if isinstance(name, str) and name in found:
            if (Path(name) / "config.json").is_file():
                warnings.warn(
                    f"Loading the preset {name!r} that ships. Do give './{name}' for the folder of "
                    "that name.",
                    stacklevel=3,
                )
            return found[name]
        if Path(name).is_dir():
            return Path(name)
        if isinstance(name, Path) or Path(name).name != name:
            raise PresetError(
                f"Expected a preset directory. Received: {str(name)!r}, not a folder."
            )
        raise UnknownNameError.of(f"preset of the task {self.task!r}", name, found)


def entries() -> dict[str, Entry]:
    """Finds every task, shipped ones first.

    A package that cannot be read is left out with a warning, so that it harms no other task.

    Returns:
        Entry by name of the task.
    """
    found: dict[str, Entry] = {}
    for module in _modules():
        try:
            entry = _entry(module)
        except (AttributeError, TypeError) as error:
            warnings.warn(f"Left out {module.__name__}: {error}", RuntimeWarning, stacklevel=2)
            continue
        other = found.setdefault(entry.task, entry)
        if other.package != entry.package:
            warnings.warn(
                f"Left out {entry.package}: {other.package} has the task {entry.task!r} already.",
                RuntimeWarning,
                stacklevel=2,
            )
    return found


def find(task: str) -> Entry:
    """Finds a task by name or alias; case, spaces, `-` and `_` do not matter.

    Args:
        task: Name or alias.

    Returns:
        Its entry.

    Raises:
        UnknownNameError: If there is no such task; it names what exists and the nearest.

    Example:

    >>> find("Music").task
    'music'
    """
    if not isinstance(task, str):
        raise InputError(f"Expected the name of a task. Received: task={task!r}.")
    known = entries()
    names = {_fold(alias): entry for entry in known.values() for alias in entry.aliases}
    names |= {_fold(name): entry for name, entry in known.items()}
    if _fold(task) in names:
        return names[_fold(task)]
    raise UnknownNameError.of("task", task, known)


def load(
    task: str, preset: str | Path | Literal[False] | None = None, **overrides: Any
) -> Pipeline:
    """Builds the pipeline of a task: what `rnnapps.pipeline` does.

    Args:
        task: Name or alias of a task.
        preset: Name of a preset, a directory, None for the default, False for untrained.
        **overrides: Settings of the untrained network; only with `preset=False`.

    Returns:
        The pipeline.

    Raises:
        InputError: If settings are given beside a preset.
    """
    entry = find(task)
    if preset is False:
        return entry.load().untrained(**overrides)
    if overrides:
        raise InputError(
            "Expected no settings beside a preset, whose weights fit its own. Received: "
            f"{sorted(overrides)} and preset={preset!r}. Do pass preset=False instead."
        )
    return entry.load().from_preset(entry.preset(preset))


def _modules() -> Iterator[ModuleType]:
    for info in pkgutil.iter_modules(importlib.import_module(PACKAGE).__path__, f"{PACKAGE}."):
        if info.ispkg:
            yield from _imported(info.name, lambda name=info.name: importlib.import_module(name))
    for point in entry_points(group=GROUP):
        yield from _imported(point.value, point.load)


def _imported(name: str, load: Any) -> Iterator[ModuleType]:
    try:
        yield load()
    except Exception as error:  # any fault of a stranger's package
        warnings.warn(
            f"Left out {name}: {type(error).__name__}: {error}", RuntimeWarning, stacklevel=2
        )


def _entry(module: ModuleType) -> Entry:
    if module.__file__ is None:
        raise AttributeError("it has no __init__.py")
    return Entry(
        task=module.TASK,
        pipeline=module.PIPELINE,
        package=module.__name__,
        folder=Path(module.__file__).parent,
        aliases=tuple(getattr(module, "ALIASES", ())),
        default=getattr(module, "DEFAULT", None),
        summary=getattr(module, "SUMMARY", ""),
    )


def _fold(name: str) -> str:
    return name.strip().lower().replace("_", "-").replace(" ", "-")
