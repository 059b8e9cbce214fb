"""The training of next-token networks, by truncated back-propagation through time."""

from __future__ import annotations

from typing import Any

import keras

from rnnapps.data.windows import Windows
from rnnapps.training.carried import CarriedStates
from rnnapps.training.resumable import fit


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
