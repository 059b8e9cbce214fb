"""Windows in time over batches of whole sequences, for truncated back-propagation."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import keras
import numpy as np

from rnnapps.data.batches import buckets, shuffled_buckets

Example = dict[str, np.ndarray]


class Windows(keras.utils.PyDataset):
    """Cuts batches of sequences of about equal length into windows in time.

    A batch of sequences is read window by window, so that a recurrent network may carry its
    states from one to the next; `carry` is 0 in the first window of a batch and 1 after. All
    windows have one shape: rows are right-padded, and padding has weight zero.

    Args:
        make: called with a numpy Generator at the start of each epoch; gives the epoch's
            examples, dicts of arrays of shape `(time, ...)`, of which `"targets"` is predicted.
        batch_size: rows of a batch.
        window: steps of a window.
        seed: seed of the order; an epoch depends on the seed and its own number alone.
        shuffle: False for validation: always the same order.

    Example:
    >>> import numpy as np
    >>> from rnnapps.data.windows import Windows
    >>> row = {"tokens": np.arange(5), "targets": np.arange(1, 6)}
    >>> windows = Windows(lambda rng: [row], batch_size=1, window=3)
    >>> [inputs["tokens"].tolist() for inputs, targets, weights in windows]
    [[[0, 1, 2]], [[3, 4, 0]]]
    """

    def __init__(
        self,
        make: Callable[[np.random.Generator], Sequence[Example]],
        batch_size: int,
        window: int,
        seed: int = 0,
        shuffle: bool = True,
    ):
        super().__init__()
        self.make, self.batch_size, self.window = make, batch_size, window
        self.seed, self.shuffle = seed, shuffle
        self.start(epoch=0, first=0)

    def start(self, epoch: int, first: int) -> None:
        """Goes to a window of an epoch; the epoch then begins there.

        Args:
            epoch: number of the epoch, from 0.
            first: number of the window, from 0.
        """
        self.epoch, self.first = epoch, first
        rng = np.random.default_rng([self.seed, epoch])
        examples = self.make(rng)
        lengths = np.array([len(example["targets"]) for example in examples])
        if self.shuffle:
            groups = shuffled_buckets(lengths, self.batch_size, rng, spread=0.05)
        else:
            groups = list(buckets(lengths, self.batch_size))
        self._plan = [
            ([examples[i] for i in group], begin)
            for group in groups
            for begin in range(0, lengths[group].max(), self.window)
        ]

    @property
    def settings(self) -> dict[str, int]:
        """What the windows depend on beside the examples."""
        return {"batch_size": self.batch_size, "window": self.window, "seed": self.seed}

    @property
    def num_batches(self) -> int:
        return len(self._plan) - self.first

    def __len__(self) -> int:
        return self.num_batches

    def __getitem__(self, index: int):
        if not 0 <= index < self.num_batches:
            raise IndexError(index)
        group, begin = self._plan[self.first + index]
        arrays: dict[str, np.ndarray] = {
            name: np.zeros(
                (self.batch_size, self.window, *values.shape[1:]),
                np.float32 if values.dtype.kind == "f" else np.int32,
            )
            for name, values in group[0].items()
        }
        weights = np.zeros((self.batch_size, self.window), np.float32)
        for row, example in enumerate(group):
            for name, values in example.items():
                part = values[begin : begin + self.window]
                arrays[name][row, : len(part)] = part
            weights[row, : len(part)] = 1
        targets = arrays.pop("targets")
        arrays["carry"] = np.full(self.batch_size, float(begin > 0), np.float32)
        return arrays, targets, weights
