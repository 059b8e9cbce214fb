"""A small agent, and worlds to try it in."""

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import spaces

from rnnapps import pipeline


class Recall(gym.Env):
    """Shows one of two marks, then nothing for some steps; at the end the mark is to be told."""

    observation_space = spaces.Discrete(3)
    action_space = spaces.Discrete(2)

    def __init__(self, delay: int = 3):
        self.delay = delay

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.mark, self.time = int(self.np_random.integers(2)), 0
        return np.int64(self.mark), {}

    def step(self, action):
        self.time += 1
        done = self.time > self.delay
        return np.int64(2), float(done and action == self.mark), done, False, {}


@pytest.fixture
def recall():
    """What makes the world `Recall`."""
    return Recall


@pytest.fixture
def agent():
    """A small agent for CartPole without velocities, untrained."""
    return pipeline("agent", False, env="CartPoleNoVel-v1", encoder=8, units=8, hidden=8, seed=1)
