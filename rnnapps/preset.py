"""Preset directories: a trained pipeline as JSON, text, HDF5 and ONNX.

```
config.json         format_version, task, and the settings of the network
preprocessor.json   the settings of the preprocessing
model.weights.h5    one dataset a weight, float16 or float32
model.onnx          the graph that predicts
metadata.json       hashes, versions, training data and licences, metrics, seeds, date
README.md           the card, generated from metadata.json
```

Shipped presets of a task may share files, which then stand in one of them, see `rnnapps.sharing`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version
from typing import TYPE_CHECKING, Any

from rnnapps.card import card
from rnnapps.errors import InputError, PresetError
from rnnapps.files import replaced_folder, sha256
from rnnapps.tables import plain
from rnnapps.weights import read_weights, write_weights

if TYPE_CHECKING:
    import numpy as np

FORMAT_VERSION = 1
CONFIG = "config.json"
PREPROCESSOR = "preprocessor.json"
WEIGHTS = "model.weights.h5"
GRAPH = "model.onnx"
METADATA = "metadata.json"
CARD = "README.md"

__all__ = ["FORMAT_VERSION", "Preset", "card", "read", "read_weights", "write", "write_weights"]


@dataclass(frozen=True)
class Preset:
    """A preset directory that was read and verified.

    Args:
        directory: Where it is.
        config: The task and the settings of the network.
        preprocessor: The settings of the preprocessing.
        metadata: Where it comes from and how good it is.
    """

    directory: Path
    config: dict[str, Any]
    preprocessor: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def weights(self) -> dict[str, np.ndarray]:
        """The weights by path, float32."""
        return read_weights(self.path(WEIGHTS))

    @property
    def graph(self) -> bytes:
        """The ONNX graph that predicts."""
        return self.path(GRAPH).read_bytes()

    @property
    def extra_files(self) -> dict[str, bytes]:
        """Content by name of the files beside those that every preset has."""
        names = [name for name in self.files if name not in (CONFIG, PREPROCESSOR, WEIGHTS, GRAPH)]
        return {name: self.path(name).read_bytes() for name in names}

    @property
    def files(self) -> list[str]:
        """The names of the verified files."""
        return sorted(self.metadata.get("files", {}))

    def path(self, name: str) -> Path:
        """Finds a file of the preset.

        Args:
            name: Name of the file, such as `"model.onnx"`.

        Returns:
            Its path.

        Raises:
            PresetError: If the preset does not have it.
        """
        if name not in self.files:
            raise PresetError(
                f"Expected the preset {str(self.directory)!r} to have {name!r}. "
                f"Received: {', '.join(self.files)}."
            )
        return place(self.directory, name, self.metadata["files"][name])


def place(directory: Path, name: str, facts: Mapping[str, Any]) -> Path:
    """Tells where a file of a preset stands: with the others, or in the preset that shares it.

    Args:
        directory: The preset.
        name: Name of the file.
        facts: What its metadata tells of the file.

    Returns:
        The path of the file.
    """
    return directory.resolve().parent / facts["of"] / name if "of" in facts else directory / name


def write(
    directory: str | Path,
    *,
    config: Mapping[str, Any],
    preprocessor: Mapping[str, Any],
    weights: Mapping[str, np.ndarray],
    graph: bytes | None = None,
    metadata: Mapping[str, Any] | None = None,
    extra_files: Mapping[str, str | bytes] | None = None,
    dtype: str = "float16",
) -> Path:
    """Writes a preset directory, whole or not at all.

    Args:
        directory: Where it shall be. A preset that is there is replaced, and kept if this fails.
        config: The settings of the network; has the key `"task"`.
        preprocessor: The settings of the preprocessing.
        weights: Array by path, such as `"recurrent/0/kernel"`.
        graph: The ONNX graph that predicts.
        metadata: What the card tells, see `rnnapps.card`. Files, versions, the number of
            parameters and the date are filled in.
        extra_files: Content by file name: vocabularies, further graphs.
        dtype: `"float16"` or `"float32"`, for the weights.

    Returns:
        The directory.

    Raises:
        InputError: If the directory holds something else than a preset, or a value cannot be
            stored.
    """
    directory = Path(directory)
    check_replaceable(directory)
    if "task" not in config:
        raise InputError(f"Expected the key 'task' in `config`. Received: {sorted(config)}.")
    with replaced_folder(directory) as new:
        (new / CONFIG).write_bytes(as_json({"format_version": FORMAT_VERSION, **config}))
        (new / PREPROCESSOR).write_bytes(as_json(preprocessor))
        write_weights(new / WEIGHTS, weights, dtype)
        if graph is not None:
            (new / GRAPH).write_bytes(graph)
        for name, content in (extra_files or {}).items():
            if Path(name).name != name or (new / name).exists() or name in (METADATA, CARD):
                raise InputError(f"Expected a new file name in `extra_files`. Received: {name!r}.")
            (new / name).write_bytes(content.encode() if isinstance(content, str) else content)
        facts = {
            **(metadata or {}),
            "task": config["task"],
            "parameters": sum(int(array.size) for array in weights.values()),
            "date": datetime.now(UTC).date().isoformat(),
            "versions": _versions(),
            "files": {
                path.name: {"sha256": sha256(path), "bytes": path.stat().st_size}
                for path in sorted(new.iterdir())
            },
        }
        facts.setdefault("name", directory.resolve().name)
        (new / METADATA).write_bytes(as_json(facts))
        (new / CARD).write_text(card(plain(facts)), encoding="utf-8")
    return directory


def check_replaceable(directory: Path) -> None:
    """Checks that a preset can be written to a directory.

    Args:
        directory: Where it shall be.

    Raises:
        InputError: If a file or something else than a preset is there, or it cannot be written.
    """
    if directory.exists() and not directory.is_dir():
        raise InputError(f"Expected a directory. Received: {str(directory)!r}, a file.")
    if directory.is_dir() and (others := _others(directory)):
        raise InputError(
            f"Expected an empty directory or a preset to replace. Received: {str(directory)!r}, "
            f"which holds other files, {', '.join(others[:5])}. Do choose another directory."
        )
    place = directory.resolve()
    above = next(each for each in place.parents if each.exists())
    if place.is_mount() or not (above.is_dir() and os.access(above, os.W_OK)):
        raise InputError(
            f"Expected a directory that can be made anew. Received: {str(directory)!r}; nothing "
            f"can be written in {str(above)!r}, or it is a drive of its own."
        )


def _others(directory: Path) -> list[str]:
    """Gives the names of what is in a directory, less the files of a preset."""
    names = {each.name for each in directory.iterdir()}
    with suppress(PresetError):
        config, metadata = _read_json(directory / CONFIG), _read_json(directory / METADATA)
        if "format_version" in config and "task" in config:
            names -= {*metadata.get("files", {}), METADATA, CARD}
    return sorted(names)


def read(directory: str | Path) -> Preset:
    """Reads a preset directory and verifies its format version and the hash of every file.

    Args:
        directory: Where it is.

    Returns:
        The preset; its weights are read when asked for.

    Raises:
        PresetError: If a file is missing, damaged or of another format version.
    """
    directory = Path(directory)
    if not (directory / CONFIG).is_file():
        raise PresetError(
            f"Expected a preset directory with {CONFIG}. Received: {str(directory)!r}."
        )
    config = _read_json(directory / CONFIG)
    found = config.pop("format_version", None)
    if found != FORMAT_VERSION:
        raise PresetError(
            f"Expected format version {FORMAT_VERSION}. Received: {found!r} in "
            f"{str(directory)!r}. Do use the version of rnnapps that wrote it instead."
        )
    metadata = _read_json(directory / METADATA)
    files = metadata.get("files")
    if not isinstance(files, dict) or not {CONFIG, PREPROCESSOR, WEIGHTS} <= files.keys():
        raise PresetError(f"Expected the hashes of all files in {str(directory / METADATA)!r}.")
    for name, facts in files.items():
        path, named = place(directory, name, facts), (name, facts.get("of", name))
        if any(Path(each).name != each for each in named) or not path.is_file():
            raise PresetError(f"Expected the file {name!r} in the preset {str(path.parent)!r}.")
        if sha256(path) != facts["sha256"]:
            raise PresetError(
                f"Expected {str(path)!r} as it was saved. Received: a file with another SHA-256: "
                "it was changed or damaged. Do save or install the preset again."
            )
    return Preset(directory, config, _read_json(directory / PREPROCESSOR), metadata)


def as_json(value: Any) -> bytes:
    """Gives settings as the JSON of a preset has them."""
    return (json.dumps(plain(value), indent=2, ensure_ascii=False) + "\n").encode()


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PresetError(f"Expected a JSON file. Received: {str(path)!r} ({error}).") from error
    if not isinstance(value, dict):
        raise PresetError(f"Expected a JSON object. Received: {str(path)!r}.")
    return value


def _versions() -> dict[str, str]:
    from rnnapps import __version__

    found = {"rnnapps": __version__, "python": python_version()}
    for package in ("keras", "tensorflow", "onnx", "onnxruntime", "numpy"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
