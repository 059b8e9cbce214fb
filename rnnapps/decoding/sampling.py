"""Sampling of tokens from logits."""

from __future__ import annotations

import math
from numbers import Real

import numpy as np

from rnnapps.checks import check_count, check_positive
from rnnapps.errors import InputError


def check_sampling(temperature: float, top_k: int | None, top_p: float | None) -> None:
    """Checks the controls of sampling before any long work starts.

    Raises:
        InputError: If one is no number, or out of range.

    Example:
    >>> from rnnapps.decoding.sampling import check_sampling
    >>> check_sampling(1.0, None, 1.5)
    Traceback (most recent call last):
    ...
    rnnapps.errors.InputError: Expected top_p above 0 and up to 1. Received: top_p=1.5.
    """
    real = isinstance(temperature, Real) and not isinstance(temperature, bool)
    if not (real and math.isfinite(temperature) and temperature >= 0):
        raise InputError(
            f"Expected temperature of 0 or more, a number. Received: temperature={temperature!r}."
        )
    check_count(top_k=top_k)
    check_positive(top_p=top_p)
    if top_p is not None and top_p > 1:
        raise InputError(f"Expected top_p above 0 and up to 1. Received: top_p={top_p}.")


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Gives log-probabilities over the last axis, in nats.

    Example:
    >>> import numpy as np
    >>> from rnnapps.decoding.sampling import log_softmax
    >>> np.exp(log_softmax(np.zeros(2))).tolist()
    [0.5, 0.5]
    """
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def sample(
    logits: np.ndarray,
    rng: np.random.Generator,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    allowed: np.ndarray | None = None,
) -> np.ndarray:
    """Draws one token a row.

    Args:
        logits: floats of shape `(batch, size)`.
        rng: source of randomness.
        temperature: divides the logits; 0 takes the most likely token.
        top_k: how many of the most likely tokens may be drawn.
        top_p: the most likely tokens that together reach this probability may be drawn.
        allowed: bool of shape `(batch, size)`: tokens that may be drawn at all, one at least.

    Returns:
        int64 tokens of shape `(batch,)`.

    Reference: Holtzman et al. 2020, "The Curious Case of Neural Text Degeneration",
    arXiv:1904.09751, section 3.1 (top-p).

    Example:
    >>> import numpy as np
    >>> from rnnapps.decoding.sampling import sample
    >>> sample(np.array([[0.0, 5.0, 1.0]]), np.random.default_rng(0), top_k=1).tolist()
    [1]
    """
    logits = logits.astype(np.float64)
    if allowed is not None:
        logits = np.where(allowed, logits, -np.inf)
    if temperature == 0:
        return logits.argmax(axis=-1)
    with np.errstate(over="ignore"):  # next to 0 all but the most likely go to minus infinity
        logits = (logits - logits.max(axis=-1, keepdims=True)) / temperature
    if top_k is not None and top_k < logits.shape[-1]:
        least = np.partition(logits, -top_k, axis=-1)[:, -top_k, None]
        logits = np.where(logits >= least, logits, -np.inf)
    probabilities = np.exp(log_softmax(logits))
    if top_p is not None and top_p < 1:
        order = np.argsort(-probabilities, axis=-1)
        ordered = np.take_along_axis(probabilities, order, axis=-1)
        before = np.cumsum(ordered, axis=-1) - ordered
        ordered[before >= top_p] = 0
        np.put_along_axis(probabilities, order, ordered, axis=-1)
    sums = np.cumsum(probabilities, axis=-1)
    drawn = rng.random(len(sums)) * sums[:, -1]
    return (sums <= drawn[:, None]).sum(axis=-1)
