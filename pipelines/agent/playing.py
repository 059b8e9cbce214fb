"""Plays episodes, one after the other, and films them."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnapps.errors import InputError
from rnnapps.pipelines.agent.environments import Source, single
from rnnapps.pipelines.agent.rollout import Rollout

if TYPE_CHECKING:
    from rnnapps.pipelines.agent.pipeline import Agent

#: One of these is set where there is a screen.
_DISPLAYS = {"DISPLAY", "WAYLAND_DISPLAY"}


def played(
    agent: Agent,
    source: Source,
    episodes: int,
    max_steps: int,
    seed: int,
    render: bool,
    deterministic: bool,
) -> Rollout:
    """Plays episodes.

    Args:
        agent: The agent.
        source: The environment.
        episodes: Number of episodes.
        max_steps: Steps after which an episode is broken off.
        seed: Seed of the first episode and of actions; the other episodes have those that follow.
        render: Whether to keep a film.
        deterministic: Whether the agent takes the likeliest actions.

    Returns:
        Returns and lengths, and the film.

    Raises:
        InputError: If there is no such environment, its spaces are others than the agent's, or it
            cannot be filmed.
    """
    returns, lengths, frames = [], [], []
    rng = None if deterministic else np.random.default_rng(seed)
    if render and sys.platform == "linux" and not _DISPLAYS & {*os.environ}:
        os.environ.setdefault("SDL_VIDEODRIVER", "dummy")  # pygame would complain of no screen
    with closing(single(source, "rgb_array" if render else None)) as world:
        agent.check_spaces(world.observation_space, world.action_space)
        for episode in range(episodes):
            observation, _ = world.reset(seed=seed + episode)
            total, steps, done, state = 0.0, 0, False, None
            while not done and steps < max_steps:
                if render:
                    frames.append(_frame(world))
                action, state = agent.choose(observation, state, None, rng)
                observation, reward, terminated, truncated, _ = world.step(action)
                total, steps, done = total + float(reward), steps + 1, terminated or truncated
            if render:
                frames.append(_frame(world))
            returns.append(total)
            lengths.append(steps)
        fps = int(world.metadata.get("render_fps", 30))
    title = source if isinstance(source, str) else "own environment"
    return Rollout(returns, lengths, frames=frames, fps=fps, title=title)


def _frame(world: Any) -> np.ndarray:
    try:
        frame = world.render()
    except NotImplementedError:
        frame = None
    if not isinstance(frame, np.ndarray):
        raise InputError(
            "Expected an environment that renders to pictures. Received: one that does not. Do "
            "make it with render_mode='rgb_array', or play with render=False."
        )
    return frame
