"""The actions of an agent: how they are drawn, and how likely they were."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rnnapps.errors import InputError
from rnnapps.pipelines.agent.spaces import Spec
from rnnapps.pipelines.agent.spaces import described as described_observations


def described(space: Any) -> Spec:
    """Describes a space of actions.

    Args:
        space: A `gymnasium.Space`: `Discrete`, `MultiDiscrete`, `MultiBinary`, or a `Box` of
            bounded floats.

    Returns:
        `{"discrete": sizes, "start": numbers}` or `{"low": numbers, "high": numbers,
        "dtype": name}`, with `"shape"`.

    Raises:
        InputError: If there is no such description.
    """
    from gymnasium import spaces

    if isinstance(space, spaces.Discrete | spaces.MultiDiscrete):
        return described_observations(space)
    if isinstance(space, spaces.MultiBinary):
        count = int(np.prod(space.shape))
        return {"discrete": [2] * count, "start": [0] * count, "shape": list(space.shape)}
    if isinstance(space, spaces.Box) and space.is_bounded() and space.dtype.kind == "f":
        low, high = (each.astype(float).ravel().tolist() for each in (space.low, space.high))
        shape = list(space.shape)
        return {"low": low, "high": high, "dtype": str(space.dtype), "shape": shape}
    raise InputError(
        "Expected actions that are Discrete, MultiDiscrete, MultiBinary or a Box of floats in "
        f"bounds. Received: {space}. Do put a wrapper around the environment instead."
    )


class Actions:
    """Draws actions of what a policy gives, and tells how likely they are.

    Choices are drawn each from its own softmax. Continuous actions are drawn from normal
    distributions over numbers of which -1 and 1 stand for the bounds, and are brought into these
    only for the environment.

    Args:
        spec: As `described` gives it.

    Attributes:
        width: numbers that a policy gives for an action: logits, or means and logarithms of
            deviations.
        continuous: whether actions are no choices.

    Example:
    >>> import numpy as np
    >>> from rnnapps.pipelines.agent.actions import Actions
    >>> actions = Actions({"discrete": [2, 3], "start": [0, 0], "shape": [2]})
    >>> actions.given(actions.likeliest(np.array([[0.0, 1.0, 3.0, 0.0, 0.0]]))).tolist()
    [[1, 0]]
    """

    def __init__(self, spec: Spec):
        self.spec = spec
        self.continuous = "low" in spec
        self.sizes = [] if self.continuous else spec["discrete"]
        self.width = 2 * len(spec["low"]) if self.continuous else sum(self.sizes)

    def draw(
        self, policy: np.ndarray, rng: np.random.Generator, noise: np.ndarray | None = None
    ) -> np.ndarray:
        """Draws actions.

        Args:
            policy: Array of shape `(batch, width)`.
            rng: Where chance comes from.
            noise: Deviations of continuous actions, of shape `(batch, parts)`, normally
                distributed; drawn anew where none are given.

        Returns:
            Array of shape `(batch, parts)`: numbers of choices from 0, or numbers without bounds.
        """
        if self.continuous:
            mean, deviation = np.split(policy, 2, axis=1)
            if noise is None:
                noise = rng.standard_normal(mean.shape, np.float32)
            return mean + np.exp(deviation) * noise
        return self.likeliest(policy + rng.gumbel(size=policy.shape))

    def likeliest(self, policy: np.ndarray) -> np.ndarray:
        """Gives the likeliest actions, as `draw` gives them."""
        if self.continuous:
            return np.split(policy, 2, axis=1)[0]
        parts = np.split(policy, np.cumsum(self.sizes)[:-1], axis=1)
        return np.stack([part.argmax(axis=1) for part in parts], axis=1)

    def given(self, drawn: np.ndarray) -> np.ndarray:
        """Turns what was drawn into actions of shape `(batch, ...)` as environments take them."""
        if self.continuous:
            low, high = np.array(self.spec["low"]), np.array(self.spec["high"])
            share = (np.clip(drawn, -1, 1) + 1.0) / 2
            chosen = (low * (1 - share) + high * share).astype(self.spec["dtype"])
        else:
            chosen = (drawn + np.array(self.spec["start"])).astype(np.int64)
        return chosen.reshape(len(chosen), *self.spec["shape"])

    def likelihood(self, policy: Any, drawn: Any) -> tuple[Any, Any]:
        """Tells how likely actions are, with `keras.ops`.

        Args:
            policy: Tensor of shape `(..., width)`.
            drawn: Tensor of shape `(..., parts)`.

        Returns:
            Log-probabilities and entropies, in nats, of shape `(...)`.
        """
        from keras import ops

        if self.continuous:
            mean, deviation = ops.split(policy, 2, axis=-1)
            distance = (drawn - mean) * ops.exp(-deviation)
            constant = 0.5 * math.log(2 * math.pi)
            nats = 0.5 * distance**2 + deviation + constant
            return -ops.sum(nats, axis=-1), ops.sum(deviation + constant + 0.5, axis=-1)
        logs, entropies = [], []
        ends = np.cumsum(self.sizes).tolist()
        for part, (size, end) in enumerate(zip(self.sizes, ends, strict=True)):
            log = ops.log_softmax(policy[..., end - size : end], axis=-1)
            chosen = ops.one_hot(ops.cast(drawn[..., part], "int32"), size)
            logs.append(ops.sum(log * chosen, axis=-1))
            entropies.append(-ops.sum(ops.exp(log) * log, axis=-1))
        return sum(logs), sum(entropies)
