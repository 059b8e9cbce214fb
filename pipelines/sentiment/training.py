"""The training of the classifier on texts with the probability of each label."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from rnnapps.data.rows import Rows
from rnnapps.training.from_rest import FromRest
from rnnapps.training.resumable import fit

#: Tokens of a text that training reads at most: the middle of a longer one is left out.
LONGEST = 1024


def train(
    network: keras.Model,
    rows: list[dict[str, np.ndarray]],
    targets: np.ndarray,
    validation: tuple[list[dict[str, np.ndarray]], np.ndarray] | None = None,
    *,
    batch_size: int,
    weights: np.ndarray | None = None,
    seed: int = 0,
    **options: Any,
) -> keras.callbacks.History:
    """Trains the network; it is left with its best weights.

    Args:
        network: As `rnnapps.pipelines.sentiment.model.classifier` builds it.
        rows: `"tokens"` of each text.
        targets: Probabilities of the labels, of shape `(rows, classes)`.
        validation: Rows and targets that decide which epoch is kept.
        batch_size: Texts of a batch.
        weights: Weight of each text, of shape `(rows,)`.
        seed: Seed of the order.
        **options: Those of `rnnapps.training.resumable.fit`, `epochs` among them.

    Returns:
        Keras's history; `nats` is the cross-entropy and `accuracy` a share.
    """
    held_out = None
    if validation is not None:
        held_out = Rows(shortened(validation[0]), validation[1], batch_size, shuffle=False)
    return fit(
        FromRest(network),
        Rows(shortened(rows), targets, batch_size, weights, seed=seed),
        held_out,
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        metrics=[
            keras.metrics.CategoricalCrossentropy(name="nats", from_logits=True),
            keras.metrics.CategoricalAccuracy(name="accuracy"),
        ],
        monitor="nats",
        **options,
    )


def shortened(rows: list[dict[str, np.ndarray]]) -> list[dict[str, np.ndarray]]:
    """Leaves out the middle of rows that are longer than training reads.

    Args:
        rows: `"tokens"` of each text.

    Returns:
        The beginning and the end of long rows, the others whole.
    """
    half = LONGEST // 2
    return [
        {"tokens": np.concatenate([row["tokens"][:half], row["tokens"][-half:]])}
        if len(row["tokens"]) > LONGEST
        else {"tokens": row["tokens"]}
        for row in rows
    ]


def one_hot(labels: list[str], known: list[str]) -> np.ndarray:
    """Gives probabilities of the labels, of shape `(rows, classes)`: 1 for each text's own."""
    index = {name: number for number, name in enumerate(known)}
    return np.eye(len(known), dtype=np.float32)[[index[label] for label in labels]]
