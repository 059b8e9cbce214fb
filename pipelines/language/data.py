"""Text to learn from: own texts and files, cut into passages."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rnnapps.data.text import check_text
from rnnapps.errors import InputError
from rnnapps.pipelines.language.reading import Reader

#: Characters of a passage at least.
PASSAGE = 10_000


def passages(text: str, length: int = PASSAGE) -> Iterator[str]:
    """Cuts a long text into passages, which an epoch reads in a new order.

    Args:
        text: one paragraph a line.
        length: characters of a passage at least; it ends with the paragraph.

    Yields:
        The passages; with a break between them they are the text.

    Example:
    >>> from rnnapps.pipelines.language.data import passages
    >>> list(passages("one\\ntwo\\nthree\\n", length=5))
    ['one\\ntwo', 'three\\n']
    """
    begin = 0
    while len(text) - begin > length:
        end = text.find("\n", begin + length)
        if end < 0 or end + 1 == len(text):
            break
        yield text[begin:end]
        begin = end + 1
    yield text[begin:]


def all_passages(texts: Iterable[str]) -> list[str]:
    """Cuts texts into passages, and leaves empty ones out."""
    return [each for text in texts for each in passages(text) if each.strip()]


def texts_of(source: Any) -> list[str]:
    """Reads own texts.

    Args:
        source: A file, a folder of .txt files, or a list of texts; a `Path` in the list is a file.

    Returns:
        The texts.

    Raises:
        InputError: If there is no text, or a file cannot be read as UTF-8.

    Example:
    >>> from rnnapps.pipelines.language.data import texts_of
    >>> texts_of(["One text.", "Another."])
    ['One text.', 'Another.']
    """
    if isinstance(source, str | Path):
        texts = [_read(file) for file in _files(source)]
    elif isinstance(source, Iterable) and not isinstance(source, bytes):
        texts = [_read(each) if isinstance(each, Path) else each for each in source]
    else:
        raise InputError(
            "Expected a file, a folder of .txt files or a list of texts. Received: "
            f"{str(source)[:80]} ({type(source).__name__})."
        )
    for index, text in enumerate(texts):
        try:
            check_text(text)
        except InputError as error:
            raise InputError(f"Text {index}: {error}") from error
    if not any(text.strip() for text in texts):
        raise InputError(f"Expected texts. Received: {len(texts)} without a word.")
    return texts


def documents_of(reader: Reader, texts: Sequence[str]) -> list[np.ndarray]:
    """Reads texts to learn from as tokens.

    Args:
        reader: What reads texts.
        texts: The texts.

    Returns:
        The tokens of each. A warning tells what the vocabulary has not got.

    Raises:
        InputError: If it has not got too many of the characters.
    """
    share, missing = reader.unknown(reader.check("\n".join(texts)))
    if share:
        warnings.warn(
            f"The vocabulary has not got {share:.2%} of the characters ({missing}); they are read "
            "as unknown, and never written. For a vocabulary of these texts do "
            '`pipeline("language", False)` and `fit` instead.',
            stacklevel=3,
        )
    return reader.all_ids(texts)


def _files(source: str | Path) -> list[Path]:
    path = Path(source)
    try:
        is_file, is_folder = path.is_file(), path.is_dir()
    except (OSError, ValueError):  # too long for a name
        is_file = is_folder = False
    if is_file:
        return [path]
    if not is_folder:
        raise InputError(
            f"Expected a file or a folder. Received: {str(source)[:80]!r}, which is not there. "
            "For a text do pass a list of texts instead."
        )
    found = sorted(path.rglob("*.txt"))
    if not found:
        raise InputError(f"Expected .txt files in the folder. Received: {str(path)!r}.")
    return found


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"Expected a text file in UTF-8. Received: {str(path)!r} ({error})."
        ) from error
