"""The training of next-token networks, by truncated back-propagation through time."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from rnnapps.data.windows import Windows
from rnnapps.training.carried import CarriedStates
from rnnapps.training.resumable import fit
from rnnapps.training.sampled_softmax import Given, GivenMean, SampledSoftmax, WithTargets


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


def train_sampled(
    network: keras.Model,
    windows: Windows,
    validation: Windows | None = None,
    *,
    counts: np.ndarray,
    samples: int = 1024,
    **options: Any,
) -> keras.callbacks.History:
    """Trains as `train`, from a sample of the vocabulary at each step: faster where it is large.

    Args:
        network: with tied embeddings; is left with its best weights.
        windows: the training data, of `rnnapps.data.running.Running`.
        validation: the validation data.
        counts: how often each token stands in the training text, of shape `(size,)`.
        samples: number of tokens drawn for a window.
        **options: those of `rnnapps.training.resumable.fit`, `epochs` among them.

    Returns:
        Keras's history over all epochs: `val_nats` is exact, `nats` is of the samples.

    Raises:
        InputError: As in `fit`.
    """
    return fit(
        SampledSoftmax(network, windows.batch_size, counts, samples, seed=windows.seed),
        WithTargets(windows),
        None if validation is None else WithTargets(validation),
        loss=Given(),
        metrics=[GivenMean()],
        monitor="nats",
        **options,
    )
