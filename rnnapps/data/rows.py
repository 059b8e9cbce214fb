"""Batches of whole rows of about equal length, for networks that are trained on each to its end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from rnnapps.data.batches import buckets, pad, shuffled_buckets
from rnnapps.runtime.rows import steps
from rnnapps.runtime.session import LENGTHS


class Rows(keras.utils.PyDataset):
    """Batches whole rows with a target each.

    Rows of about equal length come together, right-padded. Batches have few different shapes where
    they are compiled: a length is rounded up to one of four in each doubling, and a batch that is
    not full is filled with rows of weight zero. PyTorch compiles nothing, and takes any length.

    Args:
        rows: arrays of shape `(time, ...)` by the name of the network's input.
        targets: array of shape `(rows, ...)`.
        batch_size: rows of a batch.
        weights: weight of each row, of shape `(rows,)`; None weighs all alike.
        seed: seed of the order; an epoch depends on the seed and its own number alone.
        shuffle: False for validation: always the same order.

    Example:
    >>> import numpy as np
    >>> from rnnapps.data.rows import Rows
    >>> rows = [{"tokens": np.array([1, 2])}, {"tokens": np.array([3])}]
    >>> (inputs, targets, weights), = Rows(rows, np.array([0, 1]), batch_size=2, shuffle=False)
    >>> inputs["tokens"].tolist(), inputs["lengths"].tolist(), targets.tolist()
    ([[3, 0], [1, 2]], [1, 2], [1, 0])
    """

    def __init__(
        self,
        rows: Sequence[dict[str, np.ndarray]],
        targets: np.ndarray,
        batch_size: int,
        weights: np.ndarray | None = None,
        seed: int = 0,
        shuffle: bool = True,
    ):
        super().__init__()
        self.rows, self.targets, self.batch_size = rows, targets, batch_size
        self.weights = np.ones(len(rows), np.float32) if weights is None else weights
        self.seed, self.shuffle = seed, shuffle
        self.lengths = np.array([steps(row) for row in rows], np.int32)
        self.start(epoch=0, first=0)

    def start(self, epoch: int, first: int) -> None:
        """Goes to a batch of an epoch; the epoch then begins there.

        Args:
            epoch: number of the epoch, from 0.
            first: number of the batch, from 0.
        """
        self.epoch, self.first = epoch, first
        if self.shuffle:
            rng = np.random.default_rng([self.seed, epoch])
            self._plan = shuffled_buckets(self.lengths, self.batch_size, rng, spread=0.1)
        else:
            self._plan = list(buckets(self.lengths, self.batch_size))

    @property
    def settings(self) -> dict[str, Any]:
        """What the batches depend on beside the rows."""
        return {"batch_size": self.batch_size, "seed": self.seed}

    @property
    def num_batches(self) -> int:
        return len(self._plan) - self.first

    def __len__(self) -> int:
        return self.num_batches

    def row(self, index: int) -> dict[str, np.ndarray]:
        """Gives a row as it is in this epoch; a subclass may vary it."""
        return self.rows[index]

    def __getitem__(self, index: int):
        if not 0 <= index < self.num_batches:
            raise IndexError(index)
        place = self.first + index
        group = self._plan[place]
        filled = np.resize(group, self.batch_size)
        drawn = {i: self.row(i) for i in group.tolist()}
        rows = [drawn[i] for i in filled.tolist()]
        lengths = np.array([steps(row) for row in rows], np.int32)
        longest = int(lengths.max())
        time = longest if keras.backend.backend() == "torch" else rounded(longest)
        # On TensorFlow Keras takes a length that the first two batches share for that of all.
        if keras.backend.backend() == "tensorflow" and time % 2 != place % 2:
            time += 1
        arrays = {}
        for name in rows[0]:
            values, _ = pad([row[name] for row in rows])
            wider = [(0, 0), (0, time - values.shape[1]), *[(0, 0)] * (values.ndim - 2)]
            arrays[name] = np.pad(values, wider)
        arrays[LENGTHS] = lengths
        weights = np.where(np.arange(len(filled)) < len(group), self.weights[filled], 0)
        return arrays, self.targets[filled], weights.astype(np.float32)


def rounded(length: int) -> int:
    """Rounds a length up to one of four in each doubling.

    Example:
    >>> from rnnapps.data.rows import rounded
    >>> [rounded(length) for length in (1, 5, 9, 100, 257)]
    [1, 5, 10, 112, 320]
    """
    step = max(1, 2 ** (length - 1).bit_length() // 8)
    return -(-length // step) * step
