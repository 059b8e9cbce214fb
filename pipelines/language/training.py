"""Training on own texts: running text in parallel rows, the states carried."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from rnnapps.data.running import Running
from rnnapps.data.windows import Windows
from rnnapps.training import loop
from rnnapps.training.checkpoint import digest

#: Tokens of a window of truncated back-propagation, and windows of an epoch at least.
WINDOW, STEPS = 70, 8


def train(
    network: keras.Model,
    documents: Sequence[np.ndarray],
    held_out: Sequence[np.ndarray] | None,
    *,
    batch_size: int,
    seed: int,
    **options: Any,
) -> keras.callbacks.History:
    """Trains the network; it is left with its best weights.

    Args:
        network: As `rnnapps.nn.token_network.token_network` builds it.
        documents: Tokens of each text.
        held_out: Tokens of the texts that decide which epoch is kept.
        batch_size: Rows at most; fewer where an epoch would have too few windows.
        seed: Seed of the order.
        **options: Those of `rnnapps.training.resumable.fit`, `epochs` among them.

    Returns:
        Keras's history; `nats` and `val_nats` are per token.
    """
    rows = max(1, min(batch_size, sum(map(len, documents)) // (WINDOW * STEPS)))
    return loop.train(
        network,
        _windows(documents, rows, seed),
        None if held_out is None else _windows(held_out, rows),
        settings={"texts": digest(documents)},
        **options,
    )


def _windows(documents: Sequence[np.ndarray], rows: int, seed: int | None = None) -> Windows:
    """Lays documents out in rows; without a seed in the order that they have."""
    running = Running(documents, rows, shuffle=seed is not None)
    return Windows(running, rows, WINDOW, seed=seed or 0, shuffle=seed is not None)
