"""Batches of rows of about equal length, right-padded; the order is restored after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from rnnapps.errors import InputError


def pad(rows: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Right-pads rows with zeros to one length.

    Args:
        rows: arrays of shape `(time, ...)`, none of them empty.

    Returns:
        An array of shape `(batch, time, ...)`, of a single row a view, and int32 lengths of shape
        `(batch,)`.

    Raises:
        InputError: If a row is empty, as no recurrent layer can read it.

    Example:
    >>> import numpy as np
    >>> from rnnapps.data.batches import pad
    >>> padded, lengths = pad([np.array([1, 2, 3]), np.array([4])])
    >>> padded.tolist(), lengths.tolist()
    ([[1, 2, 3], [4, 0, 0]], [3, 1])
    """
    lengths = np.array([len(row) for row in rows], np.int32)
    if not len(rows) or lengths.min() < 1:
        raise InputError("Expected rows of at least one step. Received: an empty row.")
    if len(rows) == 1:
        return rows[0][None], lengths
    padded = np.zeros((len(rows), lengths.max(), *rows[0].shape[1:]), rows[0].dtype)
    for index, row in enumerate(rows):
        padded[index, : len(row)] = row
    return padded, lengths


def buckets(lengths: Sequence[int] | np.ndarray, batch_size: int) -> Iterator[np.ndarray]:
    """Groups rows of about equal length.

    Args:
        lengths: length of each row.
        batch_size: rows of a group at most.

    Yields:
        Indices of a group, shortest rows first.

    Example:
    >>> from rnnapps.data.batches import buckets
    >>> [group.tolist() for group in buckets([5, 1, 4, 2], 2)]
    [[1, 3], [2, 0]]
    """
    order = np.argsort(np.asarray(lengths), kind="stable")
    for begin in range(0, len(order), batch_size):
        yield order[begin : begin + batch_size]


def shuffled_buckets(
    lengths: np.ndarray, batch_size: int, rng: np.random.Generator, spread: float
) -> list[np.ndarray]:
    """Groups rows of about equal length, by chance a little otherwise and in an order by chance.

    Args:
        lengths: length of each row.
        batch_size: rows of a group at most.
        rng: source of the order.
        spread: share by which lengths may seem longer or shorter than they are.

    Returns:
        Indices of each group.
    """
    near = lengths * rng.uniform(1 - spread, 1 + spread, len(lengths))
    groups = list(buckets(near, batch_size))
    return [groups[i] for i in rng.permutation(len(groups))]
