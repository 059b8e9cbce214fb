"""The forms in which labelled texts come: lists, pairs, frames, files, folders, `tf.data`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np

from rnnapps.checks import check_positive
from rnnapps.data.text_forms import (
    TABLES,
    check_texts,
    column,
    decoded,
    framed,
    read_table,
    read_text,
)
from rnnapps.errors import InputError

BREAK = re.compile(r"<br ?/?>")
FORMS = (
    "texts with labels, pairs of both, a frame, a .csv, .tsv or .jsonl file with the columns "
    "'text' and 'label', or a folder with a folder of .txt files for each label"
)


def labelled(
    x: Any, y: Any = None, text: str = "text", label: str = "label"
) -> tuple[list[str], list[str]]:
    """Reads labelled texts.

    Args:
        x: Texts; or with `y` left out pairs of text and label, a pandas frame, a path of a file
            or a folder, or a `tf.data.Dataset` of pairs.
        y: A label for each text.
        text: Name of the column with the texts.
        label: Name of the column with the labels.

    Returns:
        The texts, and a label for each; whatever labels are, they become texts.

    Raises:
        InputError: If it is none of these, has no text at all, or a text lacks its label.

    Example:
    >>> from rnnapps.pipelines.sentiment.data import labelled
    >>> labelled([("Nice.", 1), ("Dull.", 0)])
    (['Nice.', 'Dull.'], ['1', '0'])
    """
    import pandas as pd

    if y is None:
        x, y = _columns(framed(x), text, label)
    if isinstance(x, str | Path) or isinstance(y, str):
        raise InputError(f"Expected lists of texts and of labels. Received: x={x!r:.80}.")
    texts, labels = list(x), list(y)
    if len(texts) != len(labels):
        raise InputError(
            f"Expected as many labels as texts. Received: {len(texts)} texts and "
            f"{len(labels)} labels."
        )
    if not texts:
        raise InputError(f"Expected {FORMS}. Received: no text at all.")
    check_texts(texts)
    for index, name in enumerate(labels):
        if np.ndim(name):
            raise InputError(
                f"Expected a label for each text, a name or a number. Received: {name!r:.80} for "
                f"text {index}."
            )
        if pd.isna(name) or not str(name).strip():
            raise InputError(f"Expected a label for each text. Received: none for text {index}.")
    return texts, [name_of(each) for each in labels]


def without_breaks(text: str) -> str:
    """Puts spaces in place of the markup that breaks lines, so that all else keeps its place.

    Example:
    >>> from rnnapps.pipelines.sentiment.data import without_breaks
    >>> without_breaks("Dull.<br />Long.")
    'Dull.      Long.'
    """
    return BREAK.sub(lambda match: " " * len(match[0]), text)


def label_order(labels: Iterable[str]) -> list[str]:
    """Gives each label once: names by the alphabet, then numbers by their value."""
    return sorted(set(labels), key=lambda name: (int(name) if name.isdecimal() else -1, name))


def check_known(labels: list[str], known: list[str]) -> None:
    """Checks that labels are among those that are known.

    Raises:
        InputError: If one is not.
    """
    for index, name in enumerate(labels):
        if name not in known:
            raise InputError(f"Text {index}: Expected labels among {known}. Received: {name!r}.")


def weights_of(labels: list[str], class_weight: Any) -> np.ndarray | None:
    """Gives the weight of each text.

    Args:
        labels: The label of each.
        class_weight: Weight by label, `"balanced"`, or None.

    Returns:
        float32 of shape `(rows,)`, or None where all weigh alike.

    Raises:
        InputError: If a label has no weight, or one that is no number above 0.

    Example:
    >>> from rnnapps.pipelines.sentiment.data import weights_of
    >>> weights_of(["a", "a", "a", "b"], {"a": 0.5, "b": 2}).tolist()
    [0.5, 0.5, 0.5, 2.0]
    """
    if class_weight is None:
        return None
    counts = Counter(labels)
    if isinstance(class_weight, str) and class_weight == "balanced":
        class_weight = {name: len(labels) / len(counts) / n for name, n in counts.items()}
    if not isinstance(class_weight, Mapping):
        raise InputError(
            f"Expected class_weight as 'balanced' or a weight by label. Received: {class_weight!r}."
        )
    weights = {name_of(name): weight for name, weight in class_weight.items()}
    if not set(counts) <= set(weights):
        raise InputError(
            f"Expected class_weight with a weight for each of {label_order(counts)}. Received: "
            f"{class_weight!r}."
        )
    check_positive(**{f"the class_weight of {name!r}": value for name, value in weights.items()})
    return np.array([weights[label] for label in labels], np.float32)


def name_of(label: Any) -> str:
    """Gives the name of a label: 1 for 1.0, which pandas makes of 1 where there are gaps."""
    whole = isinstance(label, Real) and not isinstance(label, bool) and float(label).is_integer()
    return str(int(label) if whole else label).strip()


def _columns(x: Any, text: str, label: str) -> tuple[Any, Any]:
    if hasattr(x, "as_numpy_iterator"):
        pairs = list(x.as_numpy_iterator())
        return [decoded(t) for t, _ in pairs], [decoded(name) for _, name in pairs]
    if isinstance(x, str | Path):
        path = Path(x)
        if path.is_dir():
            return _folder(path)
        if path.suffix.lower() not in TABLES or not path.is_file():
            found = "" if path.exists() else ", which is not there"
            raise InputError(f"Expected {FORMS}. Received: {str(path)!r}{found}.")
        x = read_table(path)
    if hasattr(x, "columns"):
        return column(x, text, "text"), column(x, label, "label")
    try:
        rows = list(x)
        if any(isinstance(row, str) for row in rows):
            raise InputError(f"Expected {FORMS}. Received: texts without labels.")
        pairs = [(t, name) for t, name in rows]
    except (TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"Expected {FORMS}. Received: {x!r:.80}.") from error
    return [t for t, _ in pairs], [name for _, name in pairs]


def _folder(path: Path) -> tuple[list[str], list[str]]:
    folders = [folder for folder in sorted(path.iterdir()) if folder.is_dir()]
    files = [file for folder in folders for file in sorted(folder.glob("*.txt"))]
    if not files:
        raise InputError(
            f"Expected a folder of .txt files for each label in {str(path)!r}. Received: none."
        )
    return [read_text(file) for file in files], [file.parent.name for file in files]
