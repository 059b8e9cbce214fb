"""Readers of public word vectors."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np


class WordVector(NamedTuple):
    """A word with its vector.

    Attributes:
        word: the word, in small letters.
        vector: float32 of shape `(features,)`.
    """

    word: str
    vector: np.ndarray


def read_glove(folder: Path, split: str) -> list[WordVector]:
    """Reads word vectors, those of frequent words first.

    Args:
        folder: folder of the set, with `glove-6b-100d-150k-float16.npz`.
        split: `"words"`, the only one.

    Returns:
        The vectors, of 100 features.
    """
    with np.load(folder / "glove-6b-100d-150k-float16.npz", allow_pickle=False) as arrays:
        words = arrays["words"].tobytes().decode().split("\n")
        vectors = arrays["vectors"].astype(np.float32)
    return [WordVector(*pair) for pair in zip(words, vectors, strict=True)]
