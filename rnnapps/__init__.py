"""Recurrent networks that come trained.

>>> import rnnapps
>>> "music" in rnnapps.tasks()
True
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, overload

if TYPE_CHECKING:
    from rnnapps.pipeline import Pipeline
    from rnnapps.pipelines.agent.pipeline import Agent
    from rnnapps.pipelines.language.pipeline import Language
    from rnnapps.pipelines.music.pipeline import Music
    from rnnapps.pipelines.ner.pipeline import NamedEntities
    from rnnapps.pipelines.sentiment.pipeline import Sentiment
    from rnnapps.pipelines.speech.pipeline import Speech

__version__ = "0.1.0"
__all__ = ["Pipeline", "__version__", "pipeline", "presets", "tasks"]

_root = Path(__file__).resolve().parent.parent
if (_root / "setup.cfg").is_file() and (_root / "pipelines").is_dir():
    __path__.append(str(_root))  # source checkout: pipelines/ and pretrained/ sit beside us


@overload
def pipeline(
    task: Literal["agent"], preset: str | Path | Literal[False] | None = None, **overrides: Any
) -> Agent: ...
@overload
def pipeline(
    task: Literal["language"], preset: str | Path | Literal[False] | None = None, **overrides: Any
) -> Language: ...
@overload
def pipeline(
    task: Literal["music"], preset: str | Path | Literal[False] | None = None, **overrides: Any
) -> Music: ...
@overload
def pipeline(
    task: Literal["ner"], preset: str | Path | Literal[False] | None = None, **overrides: Any
) -> NamedEntities: ...
@overload
def pipeline(
    task: Literal["sentiment"], preset: str | Path | Literal[False] | None = None, **overrides: Any
) -> Sentiment: ...
@overload
def pipeline(
    task: Literal["speech"], preset: str | Path | Literal[False] | None = None, **overrides: Any
) -> Speech: ...
@overload
def pipeline(
    task: str, preset: str | Path | Literal[False] | None = None, **overrides: Any
) -> Pipeline: ...
def pipeline(
    task: str, preset: str | Path | Literal[False] | None = None, **overrides: Any
) -> Pipeline:
    """Builds the pipeline of a task, by default with its shipped weights.

    Args:
        task: Name or alias of a task; `rnnapps.tasks()` lists the names.
        preset: Name of a shipped preset, or a directory that `Pipeline.save` wrote. None takes
            the task's default preset, False the untrained architecture.
        **overrides: Settings of the untrained network, only with `preset=False`; each task
            documents its own.

    Returns:
        The pipeline, ready for `predict`, `generate` or `fit`.

    Raises:
        UnknownNameError: If there is no such task or preset.
        PresetError: If the preset is damaged or of another format version.
        InputError: If settings are given beside a preset.

    Example:

    >>> import rnnapps
    >>> rnnapps.pipeline("musik")
    Traceback (most recent call last):
        ...
    rnnapps.errors.UnknownNameError: Unknown task. Expected one of: ... Did you mean 'music'?
    """
    from rnnapps import registry

    return registry.load(task, preset, **overrides)


def tasks() -> list[str]:
    """Lists the names of all tasks, shipped and installed.

    Returns:
        The names, sorted.
    """
    from rnnapps import registry

    return sorted(registry.entries())


def presets(task: str) -> list[str]:
    """Lists the presets that come with a task, its default first.

    Args:
        task: Name or alias of a task.

    Returns:
        The names of the presets.

    Raises:
        UnknownNameError: If there is no such task.
    """
    from rnnapps import registry

    return list(registry.find(task).presets())


def __getattr__(name: str) -> Any:
    if name == "Pipeline":
        from rnnapps.pipeline import Pipeline

        return Pipeline
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    """Keeps `rnnapps.pipeline` the function: importing the module of that name would replace it."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name != "pipeline" or not isinstance(value, ModuleType):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
