"""How probable texts are: nats of each token, window by window, so that memory stays bounded."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from rnnapps.data.text import BOUNDARY
from rnnapps.runtime.rows import run_rows, target_nats
from rnnapps.runtime.session import Arrays, Session

#: Tokens that run at once; a window's logits take `rows * WINDOW * size` floats.
WINDOW = 128


def example(ids: np.ndarray) -> Arrays:
    """Makes what the network reads of a text, and what it predicts.

    Args:
        ids: Tokens of the text, of shape `(time,)`.

    Returns:
        `"tokens"`, shifted by one with the boundary first, and `"targets"`.

    Example:
    >>> import numpy as np
    >>> from rnnapps.pipelines.language.likelihood import example
    >>> example(np.array([7, 8, 9], np.int32))["tokens"].tolist()
    [0, 7, 8]
    """
    return {"tokens": np.insert(ids[:-1], 0, BOUNDARY).astype(np.int32), "targets": ids}


def measured(session: Session, rows: Sequence[Arrays]) -> list[Arrays]:
    """Measures rows, each from the beginning of a text; none depends on the others.

    Args:
        session: The network.
        rows: What `example` gave of each text.

    Returns:
        The rows, each with the `"nats"` of its tokens, float64 of shape `(time,)`.
    """
    return run_rows(session, rows, WINDOW, keep=target_nats)


def perplexity(nats: float) -> float:
    """Gives the exponential of nats per token; infinity where it is more than a float can be.

    Example:
    >>> from rnnapps.pipelines.language.likelihood import perplexity
    >>> perplexity(0.0), perplexity(1000.0)
    (1.0, inf)
    """
    try:
        return math.exp(nats)
    except OverflowError:
        return math.inf
