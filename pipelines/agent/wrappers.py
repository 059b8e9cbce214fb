"""Worlds of which an agent sees less: without velocities, or with observations that drop out."""

from __future__ import annotations

from numbers import Real
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.spaces import Box
from gymnasium.utils import RecordConstructorArgs

from rnnapps.errors import InputError

#: Where the velocities stand in the observation, by the id of the world without its version.
VELOCITIES = {
    "CartPole": (1, 3),
    "LunarLander": (2, 3, 5),
    "LunarLanderContinuous": (2, 3, 5),
    "MountainCar": (1,),
    "MountainCarContinuous": (1,),
    "Pendulum": (2,),
}

#: Episodes of which the missions of a world are looked at.
MISSIONS = 8
#: The world to mask, by the id under which RL Baselines3 Zoo knows it masked.
NO_VELOCITY = {
    "CartPoleNoVel-v1": "CartPole-v1",
    "LunarLanderNoVel-v3": "LunarLander-v3",
    "MountainCarContinuousNoVel-v0": "MountainCarContinuous-v0",
    "PendulumNoVel-v1": "Pendulum-v1",
}


class MaskVelocity(gym.ObservationWrapper, RecordConstructorArgs):
    """Sets the velocities to 0, so that an agent has to tell them from what it saw before.

    Args:
        env: CartPole, LunarLander, MountainCar or Pendulum, of discrete or continuous actions.

    Raises:
        InputError: If it is another world, or another wrapper has changed the observation's shape.

    Example:

    >>> import gymnasium as gym
    >>> from rnnapps.pipelines.agent.wrappers import MaskVelocity
    >>> observation, _ = MaskVelocity(gym.make("CartPole-v1")).reset(seed=0)
    >>> (observation != 0).tolist()  # position, its velocity, angle, its velocity
    [True, False, True, False]

    Reference: `MaskVelocityWrapper` in RL Baselines3 Zoo, whose "NoVel" worlds these are.
    """

    def __init__(self, env: gym.Env) -> None:
        RecordConstructorArgs.__init__(self)
        gym.ObservationWrapper.__init__(self, env)
        world = env.unwrapped.spec.id if env.unwrapped.spec else type(env.unwrapped).__name__
        name = world.rpartition("-v")[0]
        if name not in VELOCITIES:
            raise InputError(
                f"Expected a world whose velocities are known: {', '.join(VELOCITIES)}, as made by "
                f"gymnasium.make. Received: {world!r}. Do pass it unmasked instead."
            )
        space = _box(env)
        if space.shape != env.unwrapped.observation_space.shape:
            raise InputError(
                f"Expected observations of shape {env.unwrapped.observation_space.shape}, as "
                f"{world} gives them. Received: {space.shape}. Do mask before other wrappers "
                "instead."
            )
        self._hidden = np.isin(np.arange(len(space.low)), VELOCITIES[name])
        low, high = self.observation(space.low), self.observation(space.high)
        self.observation_space = Box(low, high, dtype=space.dtype.type)

    def observation(self, observation: np.ndarray) -> np.ndarray:
        """Sets the velocities to 0.

        Args:
            observation: of shape `(values,)`.

        Returns:
            A masked copy.
        """
        return np.where(self._hidden, np.zeros_like(observation), observation)


class Flicker(gym.ObservationWrapper, RecordConstructorArgs):
    """Replaces some observations by zeros, so that an agent has to remember what was there.

    What drops out follows from the seed of `reset`. The world itself goes on as it would unwrapped:
    the draws are of a generator of their own.

    Args:
        env: A world whose observations are a `Box`: values or pixels.
        p: With which probability each observation drops out, from 0 to 1.

    Raises:
        InputError: If the observations are something else, or p is no probability.

    Example:

    >>> import gymnasium as gym
    >>> from rnnapps.pipelines.agent.wrappers import Flicker
    >>> world = Flicker(gym.make("CartPole-v1"), p=0.5)
    >>> _ = world.reset(seed=0)
    >>> seen = [bool(world.step(i % 2)[0].any()) for i in range(20)]
    >>> any(seen), all(seen)
    (True, False)

    Reference: Hausknecht and Stone 2015, "Deep Recurrent Q-Learning for Partially Observable MDPs",
    arXiv:1507.06527, "Flickering Atari Games", where p is 0.5.
    """

    def __init__(self, env: gym.Env, p: float = 0.5) -> None:
        RecordConstructorArgs.__init__(self, p=p)
        gym.ObservationWrapper.__init__(self, env)
        if isinstance(p, bool) or not isinstance(p, Real) or not 0 <= p <= 1:
            raise InputError(f"Expected p from 0 to 1, a number. Received: p={p!r}.")
        space = _box(env)
        low, high = np.minimum(space.low, 0), np.maximum(space.high, 0)
        self.observation_space = Box(low, high, dtype=space.dtype.type)
        self.p: float = p
        self._random: np.random.Generator = self._own_random()

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Begins an episode.

        Args:
            seed: Seed of the world and of what drops out; None to go on with the draws.
            options: Options of the world.

        Returns:
            The first observation, which may drop out too, and what the world tells beside it.
        """
        observation, info = self.env.reset(seed=seed, options=options)
        if seed is not None:
            self._random = self._own_random()
        return self.observation(observation), info

    def observation(self, observation: np.ndarray) -> np.ndarray:
        """Lets the observation through or drops it.

        Args:
            observation: of any shape.

        Returns:
            The observation, or zeros of its shape and type.
        """
        return np.zeros_like(observation) if self._random.random() < self.p else observation

    def _own_random(self) -> np.random.Generator:
        return self.np_random.spawn(1)[0]


def _box(env: gym.Env) -> Box:
    if not isinstance(env.observation_space, Box):
        raise InputError(
            f"Expected observations that are a Box. Received: {env.observation_space}. Do wrap the "
            "world in gymnasium.wrappers.FlattenObservation before instead."
        )
    return env.observation_space


class Cells(gym.ObservationWrapper, RecordConstructorArgs):
    """Leaves of an observation of MiniGrid the cells in view, of each its kind, colour and state.

    The mission is left out, so it has to be the same in all episodes, and so is the direction,
    which the view follows.

    Args:
        env: A world of MiniGrid.

    Raises:
        InputError: If the mission of some episodes is another.

    Example:

    >>> import gymnasium as gym
    >>> import minigrid
    >>> from rnnapps.pipelines.agent.wrappers import Cells
    >>> observation, _ = Cells(gym.make("MiniGrid-MemoryS7-v0")).reset(seed=1)
    >>> observation.shape, int(observation.sum())
    ((7, 7, 21), 147)
    """

    def __init__(self, env: gym.Env):
        from minigrid.core.constants import COLOR_TO_IDX, OBJECT_TO_IDX, STATE_TO_IDX

        RecordConstructorArgs.__init__(self)
        super().__init__(env)
        missions = {str(env.reset(seed=seed)[0]["mission"]) for seed in range(MISSIONS)}
        if len(missions) > 1:
            raise InputError(
                f"Expected a world whose mission is always the same, as it is not read. Received: "
                f"{env}, with missions such as {sorted(missions)[:3]}. Do give a function that "
                "makes the world with the mission in numbers among its observations."
            )
        most = [max(each.values()) for each in (OBJECT_TO_IDX, COLOR_TO_IDX, STATE_TO_IDX)]
        most[2] = 3  # the agent's cell has its direction in place of a state
        self._one_hot = [np.eye(1 + last, dtype=np.float32) for last in most]
        space = env.observation_space
        assert isinstance(space, gym.spaces.Dict)
        size = (*(space["image"].shape or ())[:2], sum(map(len, self._one_hot)))
        self.observation_space = Box(0, 1, size, np.float32)

    def observation(self, observation: Any) -> np.ndarray:
        """Gives the cells, float32 of shape `(7, 7, 21)` where the view is of 7 by 7."""
        image = observation["image"]
        parts = [table[image[..., i]] for i, table in enumerate(self._one_hot)]
        return np.concatenate(parts, axis=-1)
