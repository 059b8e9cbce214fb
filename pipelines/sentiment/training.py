"""The training of the classifier on texts with the probability of each label."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from rnnapps.data.rows import Rows
from rnnapps.data.text import UNKNOWN
from rnnapps.errors import warn_user
from rnnapps.training.adversarial import Adversarial
from rnnapps.training.checkpoint import digest
from rnnapps.training.from_rest import FromRest
from rnnapps.training.given import RowsWithTargets
from rnnapps.training.resumable import fit

#: Tokens of a text that training reads at most: the middle of a longer one is left out.
LONGEST = 1024
#: Share of unknown tokens above which there is a warning.
MOST_UNKNOWN = 0.05


def train(
    network: keras.Model,
    rows: list[dict[str, np.ndarray]],
    targets: np.ndarray,
    validation: tuple[list[dict[str, np.ndarray]], np.ndarray] | None = None,
    *,
    batch_size: int,
    weights: np.ndarray | None = None,
    adversarial: float = 0.0,
    seed: int = 0,
    settings: dict[str, Any],
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
        adversarial: How far embeddings are moved, as in `rnnapps.training.adversarial`.
        seed: Seed of the order.
        settings: As in `rnnapps.training.resumable.fit`; what is trained on is added.
        **options: Those of `rnnapps.training.resumable.fit`, `epochs` among them.

    Returns:
        Keras's history; `nats` is the cross-entropy and `accuracy` a share.
    """
    parts = [targets, *([] if weights is None else [weights]), *(row["tokens"] for row in rows)]
    held_out = None
    if validation is not None:
        held_out = Rows(shortened(validation[0]), validation[1], batch_size, shuffle=False)
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    model = Adversarial(network, loss, adversarial) if adversarial else FromRest(network)
    kind = RowsWithTargets if adversarial else Rows
    return fit(
        model,
        kind(shortened(rows), targets, batch_size, weights, seed=seed),
        held_out,
        loss=loss,
        metrics=[
            keras.metrics.CategoricalCrossentropy(name="nats", from_logits=True),
            keras.metrics.CategoricalAccuracy(name="accuracy"),
        ],
        monitor="nats",
        settings={
            **settings,
            **({"adversarial": adversarial} if adversarial else {}),
            "texts": digest(parts),
        },
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


def warn_of_loss(rows: list[dict[str, np.ndarray]]) -> None:
    """Warns where training does not read all of the texts.

    Args:
        rows: `"tokens"` of each text.
    """
    long = sum(len(row["tokens"]) > LONGEST for row in rows)
    if long:
        warn_user(
            f"Of {long} texts with more than {LONGEST} tokens, training reads the beginning and "
            "the end; predict reads them whole.",
        )
    unread = sum((row["tokens"][1:] == UNKNOWN).all() for row in rows)
    if unread:
        warn_user(f"Of {unread} texts training can read nothing at all.")
    tokens = np.concatenate([row["tokens"] for row in rows])
    share = float((tokens == UNKNOWN).mean())
    if share > MOST_UNKNOWN:
        warn_user(
            f"The vocabulary has not got {share:.0%} of what the texts are made of. For another "
            'language do `pipeline("sentiment", False)` and `fit` instead.',
        )


def one_hot(labels: list[str], known: list[str]) -> np.ndarray:
    """Gives probabilities of the labels, of shape `(rows, classes)`: 1 for each text's own."""
    index = {name: number for number, name in enumerate(known)}
    return np.eye(len(known), dtype=np.float32)[[index[label] for label in labels]]
