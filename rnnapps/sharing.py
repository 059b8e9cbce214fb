"""Files that presets of a task have alike, which ship once.

In the `metadata.json` of the others stands of which preset such a file is. A pipeline that is saved
has all of its files.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rnnapps.files import replace_bytes, replaced_file
from rnnapps.preset import METADATA, as_json, place

#: Smallest file that is worth it, in bytes.
LEAST = 100_000


def share(folder: str | Path) -> int:
    """Leaves out what an earlier preset of the folder has alike.

    Args:
        folder: Presets of one task.

    Returns:
        The bytes that this saves.

    Example:
    >>> import tempfile
    >>> from pathlib import Path
    >>> from rnnapps import preset
    >>> from rnnapps.sharing import share
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     parts = {"config": {"task": "ner"}, "preprocessor": {}, "weights": {}}
    ...     for name in "ab":
    ...         alike = {"words.txt": "word " * 50_000}
    ...         _ = preset.write(Path(folder) / name, **parts, extra_files=alike)
    ...     print(share(folder), preset.read(Path(folder) / "b").path("words.txt").parent.name)
    250000 a
    """
    part(folder)
    first: dict[tuple[str, str], str] = {}
    saved = 0
    for directory, metadata in _presets(Path(folder)):
        for name, facts in metadata["files"].items():
            if facts["bytes"] >= LEAST:
                of = first.setdefault((name, facts["sha256"]), directory.name)
                if of != directory.name:
                    facts["of"] = of
                    saved += facts["bytes"]
        _told(directory, metadata)
        for name in [name for name, facts in metadata["files"].items() if "of" in facts]:
            (directory / name).unlink(missing_ok=True)
    return saved


def part(folder: str | Path) -> None:
    """Gives each preset of the folder all of its files, so that any of them may change."""
    for directory, metadata in _presets(Path(folder)):
        for name, facts in metadata["files"].items():
            if "of" in facts:
                with replaced_file(directory / name) as whole:
                    shutil.copyfile(place(directory, name, facts), whole)
                del facts["of"]
        _told(directory, metadata)


def _presets(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted(folder.glob(f"*/{METADATA}")):
        yield path.parent, json.loads(path.read_text(encoding="utf-8"))


def _told(directory: Path, metadata: dict[str, Any]) -> None:
    replace_bytes(directory / METADATA, as_json(metadata))
