"""Files of CoNLL columns: a word a line, an empty line between sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import index
from pathlib import Path

from rnnapps.data.tagged_sets import MARK
from rnnapps.data.text_forms import read_text
from rnnapps.errors import InputError

#: Words and tags of a sentence.
Pair = tuple[list[str], list[str]]


def read_columns(
    path: Path, columns: tuple[int, int] | None = None
) -> tuple[list[Pair], list[list[str]], Sequence[int | None]]:
    """Reads the words and tags of sentences.

    Args:
        path: The file, its columns parted by tabs or blanks. Lines of the word `-DOCSTART-` part
            documents. Comments such as `# id = 7` before a sentence are left out, and of a
            `.conllu` file words that are several in one.
        columns: Which columns have the word and the tag, from 0; negative ones count from the last.
            By default the first and the last, and in a `.conllu` file the form and its part of
            speech.

    Returns:
        Words and tags of each sentence; where each of its words stands, file and line; the number
        of its document, None where the file parts none.

    Raises:
        InputError: If it is no file in UTF-8, a line lacks a column or, where columns are counted
            from the last, has others than those before, or the columns are no two numbers.
    """
    if not path.is_file():
        raise InputError(f"Expected a file of CoNLL columns. Received: {str(path)!r}, no file.")
    if path.suffix.lower() in (".json", ".csv"):
        raise InputError(
            f"Expected a file of CoNLL columns or of JSON lines (.jsonl). Received: {str(path)!r}."
        )
    universal = path.suffix.lower() == ".conllu"
    try:
        word, tag = map(index, columns or ((1, 3) if universal else (0, -1)))
    except (TypeError, ValueError) as error:
        raise InputError(f"Expected columns as two numbers. Received: {columns!r}.") from error
    if word == tag:
        raise InputError(f"Expected columns as two numbers that differ. Received: {columns!r}.")
    least = max(2, *(each + 1 if each >= 0 else -each for each in (word, tag)))
    rows: list[Pair] = []
    places: list[list[str]] = []
    documents: list[int] = []
    document = 0
    begins = True
    width = 0
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        cells = line.rstrip("\r").split("\t") if "\t" in line else re.findall(r"[^ \r]+", line)
        marks = MARK in cells[: max(word, 0) + 1]
        document += marks
        if marks or not line.strip():
            begins = True
            continue
        if begins and line.startswith("# ") and "=" in line:
            continue
        if universal and not cells[0].isdecimal():
            continue
        width = width or len(cells)
        if min(word, tag) < 0 and len(cells) != width:
            raise InputError(
                f"{path}, line {number}: Expected {width} columns, as in the lines before. "
                f"Received: {len(cells)} in {line!r:.80}. Do count `columns` from the first, 0, "
                "where their number differs."
            )
        if len(cells) < least or not cells[word].strip() or not cells[tag].strip():
            raise InputError(
                f"{path}, line {number}: Expected a word in column {word} and a tag in column "
                f"{tag}, counted from 0 or from the end, -1, and an empty line between sentences. "
                f"Received: {line!r:.80}."
            )
        if begins:
            rows.append(([], []))
            places.append([])
            documents.append(document)
            begins = False
        rows[-1][0].append(cells[word])
        rows[-1][1].append(cells[tag].strip())
        places[-1].append(f"{path}, line {number}")
    return rows, places, documents if document else [None] * len(rows)
