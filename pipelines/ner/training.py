"""The training of a tagger on sentences with a tag for each word."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from rnnapps.data.rows import Rows
from rnnapps.training.checkpoint import digest
from rnnapps.training.given import Given, GivenMean
from rnnapps.training.resumable import fit

Row = dict[str, np.ndarray]


class TagNats(keras.Model):
    """Gives how unlikely the tags of sentences are to a tagger.

    Args:
        network: as `rnnapps.pipelines.ner.model.tagger` builds it.

    Call arguments:
        inputs: dict of the network's inputs, and `"possible"`, bool of shape
            `(batch, time, tags)`, as `rnnapps.nn.crf.CRF.nats` takes it.

    Returns:
        Nats of each sentence, of shape `(batch,)`.
    """

    def __init__(self, network: keras.Model, **kwargs: Any):
        super().__init__(**kwargs)
        self.network, self.crf = network, network.get_layer("crf")
        self.built = True

    def call(self, inputs, training=False):
        inputs = dict(inputs)
        possible = inputs.pop("possible")
        scores = self.network(inputs, training=training)["scores"]
        return self.crf.nats(scores, possible, inputs["lengths"])


def train(
    network: keras.Model,
    rows: list[Row],
    validation: list[Row] | None = None,
    *,
    batch_size: int,
    seed: int = 0,
    settings: dict[str, Any],
    **options: Any,
) -> keras.callbacks.History:
    """Trains the network; it is left with its best weights.

    Args:
        network: As `rnnapps.pipelines.ner.model.tagger` builds it.
        rows: `"words"`, `"shapes"`, `"characters"` and `"possible"` of each sentence.
        validation: The same of sentences that decide which epoch is kept.
        batch_size: Sentences of a batch.
        seed: Seed of the order.
        settings: As in `rnnapps.training.resumable.fit`; what is trained on is added.
        **options: Those of `rnnapps.training.resumable.fit`, `epochs` among them.

    Returns:
        Keras's history; `nats` is of a sentence.
    """
    held_out = None if not validation else _batches(validation, batch_size, shuffle=False)
    return fit(
        TagNats(network),
        _batches(rows, batch_size, seed=seed),
        held_out,
        loss=Given(),
        metrics=[GivenMean()],
        monitor="nats",
        settings={**settings, "texts": digest([a for row in rows for a in row.values()])},
        **options,
    )


def _batches(rows: list[Row], batch_size: int, **options: Any) -> Rows:
    return Rows(rows, np.zeros(len(rows), np.float32), batch_size, **options)
