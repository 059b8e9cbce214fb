"""Mean and deviation of numbers that come batch by batch."""

from __future__ import annotations

from typing import Any

import numpy as np


def merged(count: Any, mean: Any, squares: Any, values: np.ndarray) -> tuple[Any, Any, Any]:
    """Takes more numbers into account.

    Args:
        count: How many there were.
        mean: Their mean.
        squares: Sum of their squared distances from it.
        values: The further ones, along the first axis.

    Returns:
        The three of all numbers together.

    Reference: Chan, Golub, LeVeque 1983, "Algorithms for Computing the Sample Variance",
    equation 2.1.

    Example:
    >>> import numpy as np
    >>> from rnnapps.pipelines.agent.moments import merged
    >>> count, mean, squares = merged(2, 1.0, 2.0, np.array([4.0]))  # after 0 and 2
    >>> count, float(mean), float(squares)
    (3, 2.0, 8.0)
    """
    more, total = len(values), len(values) + count
    shift = values.mean(axis=0) - mean
    squares = squares + values.var(axis=0) * more + shift**2 * count * more / total
    return total, mean + shift * more / total, squares
