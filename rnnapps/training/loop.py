"""The training loop of next-token networks: `keras.Model.fit` with what recurrent nets need."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
from keras import ops

from rnnapps.data.windows import Windows
from rnnapps.errors import InputError
from rnnapps.training.carried import CarriedStates
from rnnapps.training.checkpoint import Checkpoint
from rnnapps.training.schedules import OneCycle, plateau_rate


def train(
    network: keras.Model,
    windows: Windows,
    validation: Windows | None = None,
    *,
    epochs: int,
    learning_rate: float = 1e-3,
    schedule: str = "one_cycle",
    clip_norm: float = 1.0,
    patience: int | None = None,
    checkpoint_dir: str | Path | None = None,
    resume: bool = False,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    settings: dict[str, Any] | None = None,
    verbose: int = 1,
) -> keras.callbacks.History:
    """Trains a network to predict the next token, and leaves it with its best weights.

    Adam, gradients clipped by their global norm, states carried from window to window.

    Args:
        network: as `CarriedStates` takes it.
        windows: the training data.
        validation: the validation data; without it the training loss decides what is best.
        epochs: number of epochs of the whole training, those before a resume counted in.
        learning_rate: the highest rate of the schedule.
        schedule: `"one_cycle"` warms up and anneals over all epochs; `"plateau"` keeps the rate
            and divides it by 4 after each epoch without a better loss.
        clip_norm: global norm to which gradients are clipped.
        patience: epochs without a better loss after which training stops; None never stops.
        checkpoint_dir: folder of the checkpoint; None keeps none.
        resume: whether to go on from the checkpoint there, if there is one.
        callbacks: further Keras callbacks.
        settings: JSON values that must agree when training is resumed.
        verbose: as in `keras.Model.fit`.

    Returns:
        Keras's history over all epochs: `nats` and `val_nats` are per token.

    Raises:
        InputError: If there is no such schedule, or the checkpoint is of other settings.

    Reference: Pascanu, Mikolov, Bengio 2013, "On the difficulty of training recurrent neural
    networks", arXiv:1211.5063, section 3.2 (clipping).
    """
    if schedule not in ("one_cycle", "plateau"):
        raise InputError(
            f"Expected schedule to be 'one_cycle' or 'plateau'. Received: schedule={schedule!r}."
        )
    if (windows.epoch, windows.first) != (0, 0):  # they have been used before
        windows.start(0, 0)
    model = CarriedStates(network, windows.batch_size)
    one_cycle = OneCycle(learning_rate, steps=epochs * len(windows))
    # The mean runs over all cells of a window, so that a window of padding weighs little.
    model.compile(
        optimizer=ClippedAdam(
            one_cycle if schedule == "one_cycle" else learning_rate, global_clipnorm=clip_norm
        ),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        weighted_metrics=[
            keras.metrics.SparseCategoricalCrossentropy(name="nats", from_logits=True)
        ],
        jit_compile="auto" if keras.backend.backend() == "jax" else False,
    )
    model.optimizer.build(model.trainable_variables)
    fixed = {"epochs": epochs, "learning_rate": learning_rate, **(settings or {})}
    if schedule != "one_cycle":
        fixed["schedule"] = schedule
    with tempfile.TemporaryDirectory() as temporary:
        checkpoint = Checkpoint(
            checkpoint_dir or temporary,
            windows,
            every=300 if checkpoint_dir else float("inf"),
            settings=fixed,
        )
        first = checkpoint.restore(model) if resume else 0
        once = _OneTraining(
            [checkpoint, *callbacks], add_history=True, add_progbar=verbose != 0, model=model
        )
        once.begin()
        # Keras fixes the number of batches for a whole `fit`, and ours differs between epochs.
        for epoch in range(first, epochs):
            if patience is not None and epoch > patience + max(0, checkpoint.best["epoch"]):
                break
            if schedule == "plateau":
                model.optimizer.learning_rate = plateau_rate(learning_rate, checkpoint.losses)
            if epoch > first:
                windows.start(epoch, 0)
            once.set_params({"verbose": verbose, "epochs": epochs, "steps": len(windows)})
            model.fit(
                windows,
                validation_data=validation,
                initial_epoch=epoch,
                epochs=epoch + 1,
                shuffle=False,
                callbacks=once,
                verbose=verbose,
            )
            if model.stop_training:
                break
        once.end()
    if checkpoint.best_weights:
        model.set_weights(checkpoint.best_weights)
    history = keras.callbacks.History()
    history.history = checkpoint.history
    history.epoch = list(range(len(checkpoint.history.get("loss", ()))))
    return history


class ClippedAdam(keras.optimizers.Adam):
    """Adam that clips whole gradients.

    TensorFlow gives an embedding's gradient in parts, one a token read, and Keras would take the
    norm of these instead of their sum's.
    """

    def apply(self, grads, trainable_variables=None):
        return super().apply([ops.add(each, 0.0) for each in grads], trainable_variables)


class _OneTraining(keras.callbacks.CallbackList):
    """Callbacks of a training that is several calls of `fit`: they begin and end but once."""

    def begin(self) -> None:
        super().on_train_begin()

    def end(self) -> None:
        super().on_train_end()

    def on_train_begin(self, logs=None):
        pass

    def on_train_end(self, logs=None):
        pass
