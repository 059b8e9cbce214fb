"""Running text for truncated back-propagation: documents one after another, in parallel rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnapps.data.text import BOUNDARY
from rnnapps.data.windows import Example


class Running:
    """Lays documents out in rows of equal length, in a new order each epoch.

    Documents follow one another with a boundary before each, and the whole is cut into as many
    rows as a batch has; so a recurrent network that carries its states reads without a break.

    Args:
        documents: int arrays of shape `(time,)`, tokens of each document.
        rows: number of rows.
        shuffle: False keeps the order, for validation.

    Example:
    >>> import numpy as np
    >>> from rnnapps.data.running import Running
    >>> running = Running([np.array([5, 6]), np.array([7])], rows=1, shuffle=False)
    >>> running(np.random.default_rng(0))[0]["targets"].tolist()
    [5, 6, 0, 7, 0]
    """

    def __init__(self, documents: Sequence[np.ndarray], rows: int, shuffle: bool = True):
        self.documents, self.rows, self.shuffle = documents, rows, shuffle

    def __call__(self, rng: np.random.Generator) -> list[Example]:
        """Gives an epoch's examples, for `rnnapps.data.windows.Windows`.

        Args:
            rng: source of the order.

        Returns:
            A dict a row: `"tokens"`, and what follows each as `"targets"`.
        """
        count = len(self.documents)
        order = rng.permutation(count) if self.shuffle else np.arange(count)
        boundary = np.array([BOUNDARY], np.int32)
        parts = [part for i in order for part in (boundary, self.documents[i])]
        text = np.concatenate([*parts, boundary])
        length = -(-(len(text) - 1) // self.rows)
        ends = [(row * length, min((row + 1) * length, len(text) - 1)) for row in range(self.rows)]
        return [{"tokens": text[a:b], "targets": text[a + 1 : b + 1]} for a, b in ends if a < b]

    def counts(self, size: int) -> np.ndarray:
        """Counts how often each token comes in an epoch, boundaries too.

        Args:
            size: number of tokens.

        Returns:
            Counts of shape `(size,)`.
        """
        counts = np.bincount(np.concatenate(self.documents), minlength=size)
        counts[BOUNDARY] += len(self.documents)
        return counts
