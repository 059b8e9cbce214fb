"""The optimiser of all trainings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
from keras import ops


class ClippedAdam(keras.optimizers.Adam):
    """Adam that clips whole gradients, and moves each weight at a rate of its own.

    TensorFlow gives an embedding's gradient in parts, one a token read, and Keras would take the
    norm of these instead of their sum's.

    Args:
        learning_rate: a number or a schedule.
        factors: what the learning rate is multiplied by, by path of the weight; 1 where none is
            given.
        **options: those of `keras.optimizers.Adam`.

    Reference: Kingma and Ba 2015, "Adam: A Method for Stochastic Optimization", arXiv:1412.6980.

    Example:
    >>> import keras
    >>> from rnnapps.training.adam import ClippedAdam
    >>> slow, fast = keras.Variable(0.0, name="slow"), keras.Variable(0.0, name="fast")
    >>> adam = ClippedAdam(0.1, {"slow": 0.5})
    >>> adam.apply([keras.ops.ones(()), keras.ops.ones(())], [slow, fast])
    >>> round(float(slow), 3), round(float(fast), 3)
    (-0.05, -0.1)
    """

    def __init__(
        self, learning_rate: Any, factors: Mapping[str, float] | None = None, **options: Any
    ):
        super().__init__(learning_rate, **options)
        self.factors = dict(factors or {})

    def build(self, variables):
        super().build(variables)
        # By index, as TensorFlow's variables, which are what is updated, do not have Keras's paths.
        self._factors = [self.factors.get(variable.path, 1.0) for variable in variables]

    def apply(self, grads, trainable_variables=None):
        if keras.backend.backend() == "tensorflow":
            grads = [ops.add(each, 0.0) for each in grads]
        return super().apply(grads, trainable_variables)

    def update_step(self, gradient, variable, learning_rate):
        index = self._get_variable_index(variable)
        learning_rate = learning_rate * self._factors[index]
        plain = not (self.amsgrad or self.gradient_accumulation_steps)
        if plain and keras.backend.backend() == "torch" and gradient.device.type == "cpu":
            self._fused_step(gradient, variable, learning_rate, index)
        else:
            super().update_step(gradient, variable, learning_rate)

    def _fused_step(self, gradient, variable, learning_rate, index):
        """Does it in one pass over the weights, where Keras would make a dozen."""
        from torch.optim.adam import adam

        steps = self.iterations.value.to(gradient.dtype)
        # Keras adds epsilon before the variance is corrected for its start from zero.
        correction = (1 - self.beta_2 ** (int(steps) + 1)) ** 0.5
        adam(
            [variable.value],
            [gradient],
            [self._momentums[index].value],
            [self._velocities[index].value],
            [],
            [steps],
            fused=True,
            amsgrad=False,
            beta1=self.beta_1,
            beta2=self.beta_2,
            lr=float(learning_rate),
            weight_decay=0.0,
            eps=self.epsilon / correction,
            maximize=False,
        )
