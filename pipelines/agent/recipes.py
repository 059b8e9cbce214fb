"""The recipes of the shipped presets: world, network, training."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Recipe:
    """How a preset is made: the world it learns in, for how many steps, and its settings."""

    env: str
    steps: int
    summary: str
    num_envs: int = 8
    network: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    seed: int = 1


RECIPES = {
    "cartpole_novel": Recipe(
        env="CartPoleNoVel-v1",
        steps=100_000,
        summary="Balances a pole on a cart, of which it sees places but no velocities.",
        settings={"segment": 32},
    ),
    "pendulum_novel": Recipe(
        env="PendulumNoVel-v1",
        steps=100_000,
        summary="Swings a pendulum up and keeps it there, without seeing its velocity.",
        settings={
            "n_steps": 512,
            "segment": 32,
            "gamma": 0.9,
            "noise_correlation": 0.75,
            "target_kl": 0.02,
        },
    ),
    "mountaincar_novel": Recipe(
        env="MountainCarContinuousNoVel-v0",
        steps=100_000,
        summary="Drives a weak car up a mountain, without seeing its velocity.",
        settings={"n_steps": 256, "segment": 32, "batch_size": 512, "noise_correlation": 0.95},
    ),
    "repeat_previous": Recipe(
        env="popgym-RepeatPreviousEasy-v0",
        steps=100_000,
        summary="Repeats the card that it was shown four cards before.",
        num_envs=16,
        settings={
            "segment": 32,
            "batch_size": 512,
            "n_epochs": 6,
            "learning_rate": 3e-3,
            "gamma": 0.5,
            "gae_lambda": 0.5,
        },
    ),
    "minigrid_memory": Recipe(
        env="MiniGrid-MemoryS7-v0",
        steps=200_000,
        summary="Remembers a thing that it saw, and goes to its like at the end of a corridor.",
        num_envs=16,
        network={"units": 128},
        settings={
            "n_steps": 256,
            "batch_size": 512,
            "n_epochs": 6,
            "ent_coef": 0.01,
            "target_kl": 0.03,
            "normalize_reward": False,
        },
    ),
}
