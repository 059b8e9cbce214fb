"""The training of next-token networks, by truncated back-propagation through time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from rnnapps.data.running import Running
from rnnapps.data.windows import Windows
from rnnapps.training.carried import CarriedStates
from rnnapps.training.checkpoint import digest
from rnnapps.training.given import Given, GivenMean, WindowsWithTargets
from rnnapps.training.resumable import fit
from rnnapps.training.sampled_softmax import SampledSoftmax
from rnnapps.training.schedules import OneCycle


def train(
    network: keras.Model, windows: Windows, validation: Windows | None = None, **options: Any
) -> keras.callbacks.History:
    """Trains a network to predict the next token, with states carried from window to window.

    Args:
        network: as `CarriedStates` takes it; is left with its best weights.
        windows: the training data.
        validation: the validation data.
        **options: those of `rnnapps.training.resumable.fit`, `epochs` among them.

    Returns:
        Keras's history over all epochs: `nats` and `val_nats` are per token.

    Raises:
        InputError: As in `fit`.
    """
    return fit(
        CarriedStates(network, windows.batch_size),
        windows,
        validation,
        # Its mean runs over all cells of a window, so that a window of padding weighs little.
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[keras.metrics.SparseCategoricalCrossentropy(name="nats", from_logits=True)],
        monitor="nats",
        **options,
    )


def train_on_text(
    network: keras.Model,
    documents: Sequence[np.ndarray],
    held_out: Sequence[np.ndarray],
    *,
    batch_size: int,
    window: int,
    samples: int,
    epochs: int,
    learning_rate: float,
    warm_up: float,
    seed: int,
    settings: dict[str, Any],
    **options: Any,
) -> keras.callbacks.History:
    """Trains on much running text: each window tells its targets from a sample of the vocabulary.

    Args:
        network: with tied embeddings; is left with its best weights.
        documents: tokens of each text, int arrays of shape `(time,)`.
        held_out: tokens of the texts that decide which epoch is kept.
        batch_size: rows that are read side by side.
        window: steps of a window.
        samples: number of tokens drawn for a window.
        epochs: number of epochs of the whole training.
        learning_rate: highest rate of the one-cycle schedule.
        warm_up: share of the steps until that.
        seed: seed of the order and of the draws.
        settings: as in `rnnapps.training.resumable.fit`.
        **options: others of its options.

    Returns:
        Keras's history over all epochs: `val_nats` is exact, `nats` is of the samples.

    Raises:
        InputError: As in `fit`.
    """
    running = Running(documents, batch_size)
    windows = WindowsWithTargets(running, batch_size, window, seed=seed)
    still = Running(held_out, batch_size, shuffle=False)
    counts = running.counts(network.output["logits"].shape[-1])
    return fit(
        SampledSoftmax(network, batch_size, counts, samples, seed=seed),
        windows,
        WindowsWithTargets(still, batch_size, window, shuffle=False),
        loss=Given(),
        metrics=[GivenMean()],
        monitor="nats",
        epochs=epochs,
        learning_rate=OneCycle(learning_rate, epochs * windows.num_batches, warm_up),
        settings={
            "samples": samples,
            "documents": digest(documents),
            **settings,
        },
        **options,
    )
