"""Checks of arguments, so that a wrong one is told before any long work starts."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from inspect import signature
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union

from rnnapps.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    from keras.optimizers.schedules import LearningRateSchedule

#: The highest rate, a pair of the lowest and the highest over the layers, or a schedule.
LearningRate = Union[float, tuple[float, float], "LearningRateSchedule"]


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
        if value is not None and not _is_positive(value):
            raise InputError(f"Expected {name} above 0, a number. Received: {name}={value!r}.")


def check_settings(given: Iterable[str], network: Callable[..., Any], *others: str) -> None:
    """Checks the names of a network's settings.

    Args:
        given: The names.
        network: The function that builds it; its keyword-only arguments are the settings.
        *others: Further names that the task knows.

    Raises:
        UnknownNameError: If there is no such setting.

    Example:

    >>> def network(size, *, units=8): ...
    >>> check_settings(["unit"], network)
    Traceback (most recent call last):
    ...
    rnnapps.errors.UnknownNameError: Unknown setting of the network. ... Did you mean 'units'?
    """
    parameters = signature(network).parameters.values()
    known = [each.name for each in parameters if each.kind is each.KEYWORD_ONLY]
    for name in given:
        if name not in [*known, *others]:
            raise UnknownNameError.of("setting of the network", name, [*known, *others])


def pair(data: Any) -> tuple[Any, Any]:
    """Splits validation data: a tuple of two is inputs and targets, all else is inputs alone.

    Example:

    >>> pair("valid.csv")
    ('valid.csv', None)
    """
    return data if isinstance(data, tuple) and len(data) == 2 else (data, None)


def check_fit(
    *,
    epochs: int | None,
    batch_size: int | None,
    learning_rate: LearningRate,
    patience: int | None,
    seed: int,
    checkpoint_dir: str | Path | None,
    resume: bool,
) -> None:
    """Checks the arguments that every `fit` takes.

    Args:
        epochs: Passes over the data; None where the task chooses.
        batch_size: Rows of a batch; None where the task chooses.
        learning_rate: A number, a pair of the lowest and the highest, or a Keras schedule.
        patience: Epochs without a better value.
        seed: Seed.
        checkpoint_dir: Folder of a checkpoint.
        resume: Whether to go on from it.

    Raises:
        InputError: If one is out of range, or there is nothing to go on from.

    Example:

    >>> options = {"epochs": 1, "batch_size": 8, "patience": None, "seed": 0}
    >>> check_fit(**options, learning_rate=(1e-3, 1e-5), checkpoint_dir=None, resume=False)
    Traceback (most recent call last):
    ...
    rnnapps.errors.InputError: Expected learning_rate above 0, a number, a pair (lowest, ...
    """
    check_count(epochs=epochs, batch_size=batch_size, patience=patience)
    check_count(0, seed=seed)
    _check_learning_rate(learning_rate)
    if resume and checkpoint_dir is None:
        raise InputError("Expected checkpoint_dir beside resume=True. Received: none.")


def _check_learning_rate(given: Any) -> None:
    rates = list(given) if isinstance(given, tuple | list) else [given, given]
    if len(rates) == 2 and all(map(_is_positive, rates)) and rates == sorted(rates):
        return
    from keras.optimizers.schedules import LearningRateSchedule

    if not isinstance(given, LearningRateSchedule):
        raise InputError(
            "Expected learning_rate above 0, a number, a pair (lowest, highest) or a Keras "
            f"schedule. Received: learning_rate={given!r}."
        )


def _is_positive(value: Any) -> bool:
    real = isinstance(value, Real) and not isinstance(value, bool)
    return real and math.isfinite(value) and value > 0
