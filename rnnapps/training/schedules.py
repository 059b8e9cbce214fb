"""Learning rates that change as training goes on."""

from __future__ import annotations

import math
from collections.abc import Iterable

import keras
from keras import ops


@keras.saving.register_keras_serializable("rnnapps")
class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
    """Warms up along a cosine to the highest rate, then anneals to nearly nothing.

    Args:
        highest: the highest learning rate.
        steps: number of optimiser steps of the whole training.
        warm_up: share of the steps until the highest rate.
        div: the first rate is `highest / div`.
        div_final: the last rate is `highest / div_final`.

    Reference: Smith 2018, "A disciplined approach to neural network hyper-parameters",
    arXiv:1803.09820, section 4.4; names and defaults as in fastai.

    Example:
    >>> from rnnapps.training.schedules import OneCycle
    >>> schedule = OneCycle(1.0, steps=100)
    >>> [round(float(schedule(step)), 2) for step in (0, 25, 100)]
    [0.04, 1.0, 0.0]
    """

    def __init__(
        self,
        highest: float,
        steps: int,
        warm_up: float = 0.25,
        div: float = 25.0,
        div_final: float = 1e5,
    ):
        self.highest, self.steps, self.warm_up = highest, steps, warm_up
        self.div, self.div_final = div, div_final

    def __call__(self, step):
        step = ops.cast(step, "float32")
        peak = max(1.0, self.warm_up * self.steps)
        rest = max(1.0, self.steps - peak)
        first, last = self.highest / self.div, self.highest / self.div_final
        up = ops.minimum(step / peak, 1.0)
        down = ops.clip((step - peak) / rest, 0.0, 1.0)
        rising = first + (self.highest - first) * (1 - ops.cos(math.pi * up)) / 2
        falling = last + (self.highest - last) * (1 + ops.cos(math.pi * down)) / 2
        return ops.where(step < peak, rising, falling)

    def get_config(self):
        names = ("highest", "steps", "warm_up", "div", "div_final")
        return {name: getattr(self, name) for name in names}


def plateau_rate(highest: float, losses: Iterable[float], divisor: float = 4.0) -> float:
    """Gives the learning rate of an epoch: lower by each epoch before that brought no better loss.

    It depends on the losses alone, so a resumed training finds its rate again.

    Args:
        highest: the rate of the first epoch.
        losses: the losses of the epochs before.
        divisor: what a stalled epoch divides the rate by.

    Returns:
        The learning rate.

    Example:
    >>> from rnnapps.training.schedules import plateau_rate
    >>> plateau_rate(1.0, [3.0, 2.0, 2.5, 1.9])
    0.25
    """
    rate, best = highest, math.inf
    for loss in losses:
        if not loss < best:
            rate /= divisor
        best = min(best, loss)
    return rate
