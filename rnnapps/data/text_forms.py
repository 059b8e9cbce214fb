"""The forms in which texts come: text files, tables in files, frames, bytes of `tf.data`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnnapps.data.text import check_text
from rnnapps.errors import InputError, at

if TYPE_CHECKING:
    import pandas as pd

#: How the names of files end that hold a table.
TABLES = (".csv", ".tsv", ".jsonl")


def read_text(path: Path) -> str:
    """Reads a text file.

    Args:
        path: the file.

    Returns:
        The text, without a byte order mark.

    Raises:
        InputError: If it cannot be read, or is not in UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise InputError(
            f"Expected a text file in UTF-8. Received: {str(path)!r} ({error})."
        ) from error


def read_table(path: Path) -> pd.DataFrame:
    """Reads a table from a file; what stands in a cell stays a text, as do "NA" and "null".

    Args:
        path: a .csv file, parted by commas, or by semicolons where its first line is; a .tsv file
            without quoting; or a .jsonl file of an object a line.

    Returns:
        The table; of a .csv or .tsv file all cells are texts.

    Raises:
        InputError: If it is none of these, or cannot be read.

    Example:
    >>> import tempfile
    >>> from pathlib import Path
    >>> from rnnapps.data.text_forms import column, read_table
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "notes.csv"
    ...     _ = path.write_text('text,page\\nNA,1\\n"One, or two.",2\\n')
    ...     column(read_table(path), "text")
    ['NA', 'One, or two.']
    """
    import pandas as pd

    kind = path.suffix.lower()
    if kind not in TABLES:
        raise InputError(f"Expected a .csv, .tsv or .jsonl file. Received: {str(path)!r}.")
    try:
        if kind == ".jsonl":
            return pd.DataFrame(list(_objects(path)), dtype=object)
        frame = pd.read_csv(
            path,
            sep="\t" if kind == ".tsv" else _parted_by(path),
            quoting=3 if kind == ".tsv" else 0,
            dtype=str,
            keep_default_na=False,
            encoding="utf-8-sig",
        )
        if not isinstance(frame.index, pd.RangeIndex):
            raise ValueError("more cells than columns in the first line below the names")
        return frame
    except UnicodeDecodeError as error:
        raise InputError(
            f"Expected a table in UTF-8. Received: {str(path)!r} ({error}). Do save it as UTF-8 "
            "instead."
        ) from error
    except (OSError, ValueError) as error:
        parted = {
            ".csv": ", its cells parted by commas or semicolons",
            ".tsv": ", its cells parted by tabs",
        }
        raise InputError(
            f"Expected a table{parted.get(kind, ', a JSON object a line')}. Received: "
            f"{str(path)!r} ({str(error).strip()})."
        ) from error


def _objects(path: Path) -> Iterator[Any]:
    """Reads JSON line by line."""
    with path.open(encoding="utf-8-sig", newline="\n") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                try:
                    yield json.loads(line)
                except json.JSONDecodeError as error:
                    raise ValueError(f"line {number}: {error}") from error


def _parted_by(path: Path) -> str:
    """Tells what parts the cells of a .csv file: many spreadsheets write semicolons."""
    with path.open(encoding="utf-8-sig") as file:
        first = file.readline()
    return ";" if ";" in first and "," not in first else ","


def column(frame: Any, name: str, keyword: str | None = None) -> list[Any]:
    """Gives a column of a frame.

    Args:
        frame: a pandas frame.
        name: name of the column.
        keyword: argument of the caller that names it, if there is one.

    Returns:
        What stands in its cells; None where one is missing, in whichever way pandas tells it.

    Raises:
        InputError: If there is no such column, or several.

    Example:
    >>> import pandas as pd
    >>> from rnnapps.data.text_forms import column
    >>> column(pd.DataFrame({"text": ["Wise.", pd.NA, float("nan")]}), "text")
    ['Wise.', None, None]
    """
    import pandas as pd

    names = list(frame.columns)
    if names.count(name) != 1:
        way = f" Do name it by {keyword}= (in a shell --{keyword}) instead." if keyword else ""
        raise InputError(
            f"Expected one column {name!r}. Received: {[str(each) for each in names]}.{way}"
        )
    values = pd.Series(list(frame[name]), dtype=object)
    return [None if gap else each for each, gap in zip(values, values.isna(), strict=True)]


def framed(rows: Any) -> Any:
    """Gives a frame of a list of dicts, one a row, and all else as it is.

    Example:
    >>> from rnnapps.data.text_forms import framed
    >>> list(framed([{"text": "Wise.", "label": 1}]).columns), framed([("Wise.", 1)])
    (['text', 'label'], [('Wise.', 1)])
    """
    if not (isinstance(rows, list | tuple) and rows and isinstance(rows[0], Mapping)):
        return rows
    import pandas as pd

    return pd.DataFrame(list(rows), dtype=object)


def decoded(value: Any) -> Any:
    """Gives the text of bytes, as which `tf.data` has its texts, and all else as it is.

    Raises:
        InputError: If they are not in UTF-8.

    Example:
    >>> from rnnapps.data.text_forms import decoded
    >>> decoded("é".encode()), decoded(1)
    ('é', 1)
    """
    if not isinstance(value, bytes):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise InputError(
            f"Expected a text in UTF-8. Received: {value[:40]!r} ({error.reason})."
        ) from error


def check_texts(texts: Iterable[object]) -> None:
    """Checks that all are texts.

    Raises:
        InputError: If one is none; it tells which.

    Example:
    >>> from rnnapps.data.text_forms import check_texts
    >>> check_texts(["Wise.", 5])
    Traceback (most recent call last):
    ...
    rnnapps.errors.InputError: Text 1: Expected a text. Received: 5 (int).
    """
    for index, text in enumerate(texts):
        with at(f"Text {index}"):
            check_text(text)
