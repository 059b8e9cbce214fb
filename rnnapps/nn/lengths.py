"""Lengths in place of masks: validity, last and reversed steps of right-padded batches."""

from __future__ import annotations

from keras import ops


def validity(lengths, time: int):
    """Tells which steps of a right-padded batch are real.

    Args:
        lengths: int tensor of shape `(batch,)`, each at least 1.
        time: number of steps of the batch.

    Returns:
        A float32 tensor of shape `(batch, time)`: 1 on real steps, 0 on padding.

    Example:
    >>> from keras import ops
    >>> from rnnapps.nn.lengths import validity
    >>> ops.convert_to_numpy(validity(ops.array([1, 3]), 3)).astype(int).tolist()
    [[1, 0, 0], [1, 1, 1]]
    """
    steps = ops.arange(time, dtype="int32")[None, :]
    return ops.cast(steps < ops.cast(lengths, "int32")[:, None], "float32")


def reverse(x, lengths=None):
    """Reverses each row in time by its own length; padding stays at the end.

    Args:
        x: tensor of shape `(batch, time, features)`.
        lengths: int tensor of shape `(batch,)`, or None when every row is full.

    Returns:
        A tensor of the shape of `x`.

    Example:
    >>> from keras import ops
    >>> from rnnapps.nn.lengths import reverse
    >>> x = ops.array([[[1.0], [2.0], [0.0]]])
    >>> ops.convert_to_numpy(reverse(x, ops.array([2])))[0, :, 0].tolist()
    [2.0, 1.0, 0.0]
    """
    if lengths is None:
        return ops.flip(x, axis=1)
    steps = ops.arange(ops.shape(x)[1], dtype="int32")[None, :]
    lengths = ops.cast(lengths, "int32")[:, None]
    order = ops.where(steps < lengths, lengths - 1 - steps, steps)
    return ops.take_along_axis(x, order[:, :, None], axis=1)


def last_step(x, lengths=None):
    """Gives each row's last real step.

    Args:
        x: tensor of shape `(batch, time, features)`.
        lengths: int tensor of shape `(batch,)`, or None when every row is full.

    Returns:
        A tensor of shape `(batch, features)`.

    Example:
    >>> from keras import ops
    >>> from rnnapps.nn.lengths import last_step
    >>> x = ops.array([[[1.0], [2.0], [0.0]]])
    >>> ops.convert_to_numpy(last_step(x, ops.array([2]))).tolist()
    [[2.0]]
    """
    if lengths is None:
        return x[:, -1]
    index = ops.cast(lengths, "int32")[:, None, None] - 1
    return ops.take_along_axis(x, index, axis=1)[:, 0]
