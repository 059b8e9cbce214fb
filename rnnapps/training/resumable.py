"""One training loop over `keras.Model.fit`: resumable, gradients clipped, the best weights kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import keras
import numpy as np
from keras.optimizers.schedules import LearningRateSchedule, serialize

from rnnapps.errors import InputError
from rnnapps.training.adam import ClippedAdam
from rnnapps.training.checkpoint import Checkpoint, digest
from rnnapps.training.freezing import discriminative_rates, frozen_weights
from rnnapps.training.schedules import OneCycle, plateau_rate

if TYPE_CHECKING:
    from rnnapps.checks import LearningRate


class Epochs(Protocol):
    """Training data that can begin anywhere: a `keras.utils.PyDataset` with these attributes.

    Attributes:
        epoch: number of the epoch.
        first: number of its batch with which it begins.
        num_batches: number of the batches that are left in the epoch.
        settings: JSON values on which the batches depend.
    """

    epoch: int
    first: int

    @property
    def num_batches(self) -> int: ...

    @property
    def settings(self) -> dict[str, Any]: ...

    def start(self, epoch: int, first: int) -> None:
        """Goes to a batch of an epoch; the epoch then begins there."""

    def __getitem__(self, index: int) -> Any:
        """Gives a batch: inputs, targets and perhaps weights."""


def fit(
    model: keras.Model,
    data: Epochs,
    validation: Any = None,
    *,
    loss: keras.losses.Loss,
    metrics: Sequence[keras.metrics.Metric] = (),
    monitor: str = "loss",
    judge: Callable[[], float] | None = None,
    epochs: int,
    learning_rate: LearningRate = 1e-3,
    schedule: str = "one_cycle",
    clip_norm: float = 1.0,
    patience: int | None = None,
    checkpoint_dir: str | Path | None = None,
    resume: bool = False,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    settings: dict[str, Any] | None = None,
    verbose: int = 1,
) -> keras.callbacks.History:
    """Trains a model with Adam, and leaves it with its best weights.

    What is frozen stays as it is.

    Args:
        model: any Keras model.
        data: the training data.
        validation: validation data as `keras.Model.fit` takes it.
        loss: the loss.
        metrics: metrics that heed the weights of the data.
        monitor: name of the loss or metric that decides which epoch is best, the lowest; of the
            validation data, or of the training data where there is none.
        judge: gives that value where no metric can, after each epoch; it then stands under
            `"val_"` and the name.
        epochs: number of epochs of the whole training, those before a resume counted in.
        learning_rate: the highest rate of the schedule; a pair of the lowest and the highest is
            spread over the groups of `rnnapps.training.freezing.layer_groups`; a Keras schedule is
            used as it is.
        schedule: `"one_cycle"` warms up and anneals over all epochs; `"plateau"` keeps the rate
            and divides it by 4 after each epoch without a better value.
        clip_norm: global norm to which gradients are clipped.
        patience: epochs without a better value after which training stops; None never stops.
        checkpoint_dir: folder of the checkpoint; None keeps none.
        resume: whether to go on from the checkpoint there, if there is one.
        callbacks: further Keras callbacks.
        settings: JSON values that must agree when training is resumed, beside those of this
            function, of the data, of the weights' shapes and the validation data.
        verbose: as in `keras.Model.fit`.

    Returns:
        Keras's history over all epochs.

    Raises:
        InputError: If there is no such schedule, nothing is left to train, the checkpoint is of
            other settings, or the loss is not a number after any epoch.

    Reference: Pascanu, Mikolov, Bengio 2013, "On the difficulty of training recurrent neural
    networks", arXiv:1211.5063, section 3.2 (clipping).
    """
    if schedule not in ("one_cycle", "plateau"):
        raise InputError(
            f"Expected schedule to be 'one_cycle' or 'plateau'. Received: schedule={schedule!r}."
        )
    if not model.trainable_variables:
        raise InputError(
            "Expected a network with weights to train. Received: one that is frozen whole. Do "
            "unfreeze some of it first instead."
        )
    if (data.epoch, data.first) != (0, 0):  # they have been used before
        data.start(0, 0)
    rate: Any = learning_rate
    factors: dict[str, float] = {}
    if isinstance(rate, tuple | list):
        factors, rate = discriminative_rates(model, *rate), rate[1]
    given = isinstance(rate, LearningRateSchedule)
    if schedule == "one_cycle" and not given:
        rate = OneCycle(rate, steps=epochs * data.num_batches)
    model.compile(
        optimizer=ClippedAdam(rate, factors, global_clipnorm=clip_norm),
        loss=loss,
        weighted_metrics=list(metrics),
        jit_compile="auto" if keras.backend.backend() == "jax" else False,
    )
    model.optimizer.build(model.trainable_variables)
    frozen = frozen_weights(model)
    fixed = {
        "epochs": epochs,
        "learning_rate": serialize(learning_rate) if given else learning_rate,
        "schedule": schedule,
        "clip_norm": clip_norm,
        "monitor": monitor,
        "weights": [list(weight.shape) for weight in model.weights],
        **({"frozen": frozen} if frozen else {}),
        "validation": _told(validation) if checkpoint_dir else None,
        **data.settings,
        **(settings or {}),
    }
    before = model.get_weights()
    checkpoint = Checkpoint(checkpoint_dir, data, monitor, settings=fixed)
    first = checkpoint.restore(model) if resume else 0
    judges = [] if judge is None else [_Judge(judge, f"val_{monitor}")]
    once = _OneTraining(
        [*judges, checkpoint, *callbacks],
        add_history=True,
        add_progbar=verbose != 0,
        model=model,
    )
    once.begin()
    # Keras fixes the number of batches for a whole `fit`, and ours may differ between epochs.
    for epoch in range(first, epochs):
        if patience is not None and epoch > patience + max(0, checkpoint.best["epoch"]):
            break
        if schedule == "plateau" and not given:
            model.optimizer.learning_rate = plateau_rate(rate, checkpoint.values)
        if epoch > first:
            data.start(epoch, 0)
        once.set_params({"verbose": verbose, "epochs": epochs, "steps": data.num_batches})
        model.fit(
            data,
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
    elif checkpoint.values and not model.stop_training:
        model.set_weights(before)
        raise InputError(
            f"Expected a loss that is a number. Received: {monitor}={checkpoint.values[0]} after "
            "the first epoch. Do take a lower learning_rate, or mend what is no number in the data."
        )
    history = keras.callbacks.History()
    history.history = checkpoint.history
    history.epoch = list(range(len(checkpoint.history.get("loss", ()))))
    return history


def _told(validation: Any) -> str | None:
    """Tells validation data apart, but for padding, which depends on the backend."""
    if validation is None:
        return None
    many = isinstance(validation, keras.utils.PyDataset)
    batches = map(validation.__getitem__, range(len(validation))) if many else [validation]
    arrays = (np.asarray(each) for batch in batches for each in keras.tree.flatten(batch))
    return digest(each[each != 0] for each in arrays)


class _Judge(keras.callbacks.Callback):
    """Adds a value to those of an epoch."""

    def __init__(self, judge: Callable[[], float], name: str):
        super().__init__()
        self.judge, self.name = judge, name

    def on_epoch_end(self, epoch, logs=None):
        logs[self.name] = self.judge()


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
