"""Writes that happen whole or not at all, and the hashes of files."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def replace_bytes(path: str | Path, data: bytes) -> Path:
    """Writes a file under a temporary name, then renames it.

    Args:
        path: Where the file shall be; missing folders are made.
        data: What the file shall hold.

    Returns:
        The path.
    """
    with replaced_file(path) as temporary:
        temporary.write_bytes(data)
    return Path(path)


@contextmanager
def replaced_file(path: str | Path) -> Iterator[Path]:
    """Gives a temporary name to write to, and renames it when the block ends without an error.

    Args:
        path: Where the file shall be; missing folders are made.

    Yields:
        A name beside it, with the same suffixes.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def replaced_folder(path: str | Path) -> Iterator[Path]:
    """Gives a temporary folder to fill, and puts it in place when the block ends without an error.

    What was there stays as it is until then, and comes back if the last step fails.

    Args:
        path: Where the folder shall be.

    Yields:
        An empty folder beside it.
    """
    path = Path(path).resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    new, old = work / "new", work / "old"
    new.mkdir()
    try:
        yield new
        if path.exists():
            path.rename(old)
        try:
            new.rename(path)
        except BaseException:
            with suppress(FileNotFoundError):
                old.rename(path)
            raise
    finally:
        if path.exists() or not old.exists():
            shutil.rmtree(work, ignore_errors=True)


def sha256(path: str | Path) -> str:
    """Computes the SHA-256 of a file.

    Args:
        path: The file.

    Returns:
        64 hexadecimal digits.
    """
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
