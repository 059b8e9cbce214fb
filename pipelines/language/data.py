"""Text to learn from: own texts and files, cut into passages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rnnapps.data.text_forms import TABLES, check_texts, column, decoded, read_table, read_text
from rnnapps.errors import InputError, warn_user
from rnnapps.pipelines.language.reading import ANEW, Reader

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


def texts_of(source: Any, text: str = "text") -> list[str]:
    """Reads own texts.

    Args:
        source: A text file, a .csv, .tsv or .jsonl file, a folder of .txt files, a list of texts,
            a pandas frame or a `tf.data.Dataset` of texts; a `Path` in the list is a file.
        text: Name of the column with the texts, of a file or frame that has columns.

    Returns:
        The texts.

    Raises:
        InputError: If there is no text, or a file cannot be read.

    Example:
    >>> from rnnapps.pipelines.language.data import texts_of
    >>> texts_of(["One text.", "Another."])
    ['One text.', 'Another.']
    """
    if isinstance(source, str | Path):
        texts = [each for file in _files(source) for each in _read(file, text)]
    elif hasattr(source, "as_numpy_iterator"):
        texts = [decoded(each) for batch in source.as_numpy_iterator() for each in _each(batch)]
    elif hasattr(source, "columns"):
        texts = column(source, text, "text")
    elif isinstance(source, Iterable) and not isinstance(source, bytes | Mapping):
        parts = (_read(each, text) if isinstance(each, Path) else [each] for each in source)
        texts = [each for part in parts for each in part]
    else:
        raise InputError(
            "Expected a file, a folder of .txt files, a list of texts, a frame or a dataset. "
            f"Received: {str(source)[:80]} ({type(source).__name__})."
        )
    check_texts(texts)
    if not any(each.strip() for each in texts):
        raise InputError(f"Expected texts. Received: {len(texts)} without a word.")
    return texts


def documents_of(reader: Reader, texts: Sequence[str], advice: str = ANEW) -> list[np.ndarray]:
    """Reads texts to learn from as tokens.

    Args:
        reader: What reads texts.
        texts: The texts.
        advice: What to do where the vocabulary has not got their characters.

    Returns:
        The tokens of each. A warning tells what the vocabulary has not got.

    Raises:
        InputError: If it has not got too many of the characters.
    """
    share, missing = reader.unknown(reader.check("\n".join(texts), advice))
    if share:
        warn_user(
            f"The vocabulary has not got {share:.2%} of the characters ({missing}); they are read "
            f"as unknown, and never written. {advice}",
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


def _read(path: Path, text: str) -> list[Any]:
    """Reads the texts of a file: of a table its column, of any other file the whole."""
    if path.suffix.lower() in TABLES:
        return column(read_table(path), text, "text")
    return [read_text(path)]


def _each(batch: Any) -> list[Any]:
    """Gives the elements of a batch, or the one that is none."""
    return batch.ravel().tolist() if isinstance(batch, np.ndarray) else [batch]
