"""Finds a learning rate: a mock training whose rate grows until the loss diverges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras.optimizers.schedules import ExponentialDecay

from rnnapps.checks import check_count, check_positive
from rnnapps.errors import InputError
from rnnapps.figures import blank

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False)
class FoundRate:
    """What a mock training at growing rates told.

    Attributes:
        lrs: the rate of each step.
        losses: the loss of each step, smoothed.
        valley: the rate to train with.
    """

    lrs: np.ndarray
    losses: np.ndarray
    valley: float

    def plot(self) -> Figure:
        """Draws the losses over the rates, and marks the one to train with.

        Returns:
            The figure.
        """
        figure = blank(figsize=(6, 4), layout="constrained")
        axes = figure.subplots()
        axes.plot(self.lrs, self.losses)
        axes.axvline(self.valley, color="tab:red", linestyle=":", label=f"valley {self.valley:.1e}")
        axes.set(xscale="log", xlabel="learning rate", ylabel="loss")
        axes.legend()
        return figure


def lr_find(
    fit: Callable[..., Any],
    *,
    start_lr: float = 1e-7,
    end_lr: float = 10,
    num_it: int = 100,
    stop_div: bool = True,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    verbose: int = 1,
    **options: Any,
) -> FoundRate:
    """Trains for some steps at rates that grow exponentially, and tells which rate to take.

    It changes the weights; keep those of before.

    Args:
        fit: trains when it is called with `learning_rate`, `epochs` and `callbacks`.
        start_lr: the first rate.
        end_lr: the rate at the end.
        num_it: number of steps, 6 or more.
        stop_div: whether to stop once the loss is 4 times the best.
        callbacks: further Keras callbacks.
        verbose: 1 shows how far it is, 0 nothing.
        **options: what else `fit` is called with.

    Returns:
        Rates, losses and the rate to take.

    Raises:
        InputError: If an argument is out of range, or the loss diverges from the beginning.

    Reference: Smith 2017, "Cyclical Learning Rates for Training Neural Networks",
    arXiv:1506.01186, section 3.3; names, defaults, smoothing and stop as in fastai.
    """
    check_count(6, num_it=num_it)
    check_positive(start_lr=start_lr, end_lr=end_lr)
    if start_lr >= end_lr:
        raise InputError(
            f"Expected start_lr below end_lr. Received: start_lr={start_lr}, end_lr={end_lr}."
        )
    finder = _Finder(num_it, stop_div, verbose)
    fit(
        learning_rate=ExponentialDecay(start_lr, num_it, end_lr / start_lr),
        epochs=num_it,
        callbacks=[*callbacks, finder],
        verbose=0,  # an epoch may be of few steps
        **options,
    )
    losses = np.array(finder.losses)
    lrs = start_lr * (end_lr / start_lr) ** (np.arange(len(losses)) / num_it)
    heeded = slice(num_it // 10, -5)
    return FoundRate(lrs, losses, valley(lrs[heeded], losses[heeded]))


def valley(lrs: np.ndarray, losses: np.ndarray) -> float:
    """Finds the middle of the longest series of losses of which each is below those before.

    Args:
        lrs: rates, of shape `(steps,)`.
        losses: the loss at each; what follows one that is no number does not count.

    Returns:
        The rate there.

    Raises:
        InputError: If there is no loss that is a number.

    Reference: the function of this name in fastai's `callback/schedule.py`.

    Example:
    >>> import numpy as np
    >>> from rnnapps.training.lr_finder import valley
    >>> valley(np.arange(10), np.array([5.0, 6, 5, 4, 3, 2, 1, 2, 3, 4]))
    3.0
    """
    wrong = np.flatnonzero(~np.isfinite(losses))
    losses = losses[: wrong[0]] if len(wrong) else losses
    if not len(losses):
        raise InputError(
            "Expected a loss that diverges late. Received: one that does so from the beginning. "
            "Do choose a lower start_lr instead."
        )
    falls = np.ones(len(losses), int)
    for index, loss in enumerate(losses):
        falls[index] += falls[:index][losses[:index] > loss].max(initial=0)
    last = int(falls.argmax())
    length = int(falls[last])
    return float(lrs[max(0, last - length + length // 3 + length // 6)])


class _Finder(keras.callbacks.Callback):
    """Keeps the smoothed loss of each step, and stops the training.

    Args:
        steps: after how many steps.
        stop_div: whether to stop once the loss is 4 times the best, or no number.
        verbose: as in `keras.utils.Progbar`.
    """

    def __init__(self, steps: int, stop_div: bool, verbose: int, beta: float = 0.98):
        super().__init__()
        self._progress = keras.utils.Progbar(steps, verbose=verbose, stateful_metrics=["loss"])
        self.steps, self.stop_div, self.beta = steps, stop_div, beta
        self.losses: list[float] = []
        self._sum = 0.0

    def on_train_batch_begin(self, batch, logs=None):
        self.model.reset_metrics()  # Keras tells the mean since the last reset

    def on_train_batch_end(self, batch, logs=None):
        loss = float(logs["loss"])
        self._sum = self.beta * self._sum + (1 - self.beta) * loss
        self.losses.append(self._sum / (1 - self.beta ** (len(self.losses) + 1)))
        diverged = not self.losses[-1] <= 4 * min(self.losses)
        ends = len(self.losses) == self.steps or (self.stop_div and diverged)
        self._progress.update(len(self.losses), [("loss", loss)], finalize=ends)
        if ends:
            self.model.stop_training = True
