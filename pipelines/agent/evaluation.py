"""Measures agents over many episodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnapps.decoding.viterbi import BARRED
from rnnapps.pipelines.agent.environments import Source, opened
from rnnapps.pipelines.agent.spaces import mask_place, vectors
from rnnapps.report import Report

if TYPE_CHECKING:
    from rnnapps.pipelines.agent.pipeline import Agent

#: Gives actions for a batch of observations and for where episodes begin.
Policy = Callable[[Any, np.ndarray], np.ndarray]
#: Environments that run side by side.
SIDE_BY_SIDE = 20


def measured(
    agent: Agent,
    source: Source,
    episodes: int,
    max_steps: int,
    deterministic: bool,
    memoryless: Agent | None,
    seed: int,
) -> Report:
    """Measures an agent beside random actions, and beside another one.

    Args:
        agent: The agent.
        source: The environment.
        episodes: Number of episodes.
        max_steps: Steps after which an episode is broken off.
        deterministic: Whether agents take the likeliest actions.
        memoryless: The other agent.
        seed: Seed.

    Returns:
        The figures of the agent, and a table of all.
    """
    others: dict[str, Policy] = {"this agent": policy_of(agent, deterministic, seed)}
    if memoryless is not None:
        others["without memory"] = policy_of(memoryless, deterministic, seed)
    others["random actions"] = random_policy(agent, seed)
    with opened(source, min(SIDE_BY_SIDE, episodes)) as world:
        for each in (agent, memoryless):
            if each is not None:
                each.check_spaces(world.single_observation_space, world.single_action_space)
        found = {
            name: figures(*play(world, policy, episodes, max_steps, seed))
            for name, policy in others.items()
        }
    rows = [{"policy": name, **values} for name, values in found.items()]
    where = source if isinstance(source, str) else "an own environment"
    title = f"{agent.metadata.get('name', 'agent')} on {where}, {episodes} episodes"
    return Report(found["this agent"], title=title, tables={"Returns": rows})


def by_policy(report: Report) -> dict[str, dict[str, float]]:
    """Gives the figures of each policy that a report of `measured` sets side by side."""
    table = report.tables["Returns"]
    return {row[0]: dict(zip(table.columns[1:], row[1:], strict=True)) for row in table.rows}


def play(
    world: Any, policy: Policy, episodes: int, max_steps: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Plays episodes side by side, as many in each environment, long and short ones alike.

    Args:
        world: A `gymnasium.vector.VectorEnv` that begins anew in the step that ends an episode.
        policy: What acts.
        episodes: Number of episodes.
        max_steps: Steps after which an episode is broken off.
        seed: Seed of the environments.

    Returns:
        Returns and lengths of shape `(episodes,)`.
    """
    count = world.num_envs
    quota = np.full(count, episodes // count) + (np.arange(count) < episodes % count)
    observations, _ = world.reset(seed=seed)
    begins = np.ones(count, bool)
    totals, steps = np.zeros(count), np.zeros(count, int)
    returns: list[float] = []
    lengths: list[int] = []
    while quota.any():
        observations, rewards, terminated, truncated, _ = world.step(policy(observations, begins))
        totals += rewards
        steps += 1
        begins = terminated | truncated
        if (broken_off := ~begins & (steps >= max_steps)).any():
            observations, _ = world.reset(options={"reset_mask": broken_off})
            begins |= broken_off
        for i in np.flatnonzero(begins & (quota > 0)):
            returns.append(float(totals[i]))
            lengths.append(int(steps[i]))
            quota[i] -= 1
        totals[begins], steps[begins] = 0, 0
    return np.array(returns), np.array(lengths)


def policy_of(agent: Agent, deterministic: bool, seed: int) -> Policy:
    """Gives what an agent does, remembering."""
    rng = None if deterministic else np.random.default_rng(seed)
    state = None

    def act(observations: Any, begins: np.ndarray) -> np.ndarray:
        nonlocal state
        actions, state = agent.choose(observations, state, begins, rng)
        return actions

    return act


def random_policy(agent: Agent, seed: int) -> Policy:
    """Gives actions drawn from all that are allowed, each as likely."""
    rng, actions = np.random.default_rng(seed), agent.actions
    place = None if actions.continuous else mask_place(agent.observations, actions.width)

    def act(observations: Any, begins: np.ndarray) -> np.ndarray:
        if actions.continuous:
            return actions.given(rng.uniform(-1, 1, (len(begins), actions.width // 2)))
        logits = np.zeros((len(begins), actions.width))
        if place is not None:
            seen = vectors(agent.observations, observations)
            logits += BARRED * (1 - seen[:, place : place + actions.width])
        return actions.given(actions.draw(logits, rng))

    return act


def figures(returns: np.ndarray, lengths: np.ndarray) -> dict[str, float]:
    """Gives mean and deviation of returns, the 95 % confidence interval, and the mean length.

    Example:
    >>> import numpy as np
    >>> from rnnapps.pipelines.agent.evaluation import figures
    >>> figures(np.array([10.0, 14.0]), np.array([10, 14]))["mean_return"]
    12.0
    """
    deviation = float(returns.std(ddof=1)) if len(returns) > 1 else 0.0
    half = 1.96 * deviation / np.sqrt(len(returns))
    mean = float(returns.mean())
    return {
        "mean_return": mean,
        "std_return": deviation,
        "ci95_low": float(mean - half),
        "ci95_high": float(mean + half),
        "mean_length": float(lengths.mean()),
    }
