"""Checks of arguments, so that a wrong one is told before any long work starts."""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Any

from rnnapps.errors import InputError


def check_count(least: int = 1, **values: Any) -> None:
    """Checks whole numbers; None passes, as what is not given.

    Args:
        least: The smallest that is allowed.
        **values: Value by name of the argument.

    Raises:
        InputError: If one is no whole number, or smaller.

    Example:

    >>> check_count(top_k=2.5)
    Traceback (most recent call last):
    ...
    rnnapps.errors.InputError: Expected top_k of 1 or more, a whole number. Received: top_k=2.5.
    """
    for name, value in values.items():
        whole = isinstance(value, Integral) and not isinstance(value, bool)
        if value is not None and not (whole and value >= least):
            raise InputError(
                f"Expected {name} of {least} or more, a whole number. Received: {name}={value!r}."
            )


def check_positive(**values: Any) -> None:
    """Checks numbers above 0 that are finite; None passes, as what is not given.

    Args:
        **values: Value by name of the argument.

    Raises:
        InputError: If one is no such number.

    Example:

    >>> check_positive(tempo="fast")
    Traceback (most recent call last):
    ...
    rnnapps.errors.InputError: Expected tempo above 0, a number. Received: tempo='fast'.
    """
    for name, value in values.items():
        real = isinstance(value, Real) and not isinstance(value, bool)
        if value is not None and not (real and math.isfinite(value) and value > 0):
            raise InputError(f"Expected {name} above 0, a number. Received: {name}={value!r}.")
