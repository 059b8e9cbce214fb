"""Seeds for the initial weights of a network."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def seeded(seed: int | None) -> Iterator[None]:
    """Lets the layers that are built within begin with weights that depend on a seed alone.

    Keras draws the seed of an initialiser that has none from Python's `random`, whose state is put
    back at the end.

    Args:
        seed: the seed; None leaves it to chance.

    Example:
    >>> import keras
    >>> from rnnapps.nn.seeding import seeded
    >>> def first():
    ...     with seeded(1):
    ...         return float(keras.initializers.GlorotUniform()((2, 2))[0, 0])
    >>> first() == first()
    True
    """
    if seed is None:
        yield
        return
    state = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(state)
