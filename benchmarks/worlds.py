"""Does an agent with memory act well where it sees only a part? `python benchmarks/worlds.py`

Each world is learnt anew by several seeds, with memory and without, by the recipe of its preset;
then 100 new episodes are played with the likeliest actions, and without memory with drawn ones too:
where much is hidden, chance serves a policy that cannot remember (Singh et al. 1994, "Learning
Without State-Estimation in Partially Observable Markovian Decision Processes"). Goes on from
`checkpoints` when it was killed; names of presets as arguments choose among the worlds, and the
rows of the others stay.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from results import beside_earlier, publish

from rnnapps.pipelines.agent.evaluation import by_policy
from rnnapps.pipelines.agent.pipeline import Agent
from rnnapps.pipelines.agent.recipes import RECIPES, Recipe
from rnnapps.pipelines.agent.release import EPISODES
from rnnapps.pipelines.agent.train import train
from rnnapps.report import Report

SEEDS = (1, 2, 3, 4, 5)
TITLE = f"Mean return of {EPISODES} episodes, mean ± deviation over {len(SEEDS)} trainings"
ZOO = "RecurrentPPO in RL Baselines3 Zoo, benchmark.md"
PUBLISHED = {
    "cartpole_novel": (500.0, ZOO),
    "pendulum_novel": (-217.9, ZOO),
    "mountaincar_novel": (91.47, ZOO),
}


def trained(recipe: Recipe, folder: Path, memory: bool) -> Iterator[tuple[Agent, dict[str, Any]]]:
    """Learns a world with each seed.

    Args:
        recipe: How it is learnt.
        folder: Of the checkpoints.
        memory: False leaves the recurrent layers out.

    Yields:
        The agent and the history of its training.
    """
    kind = "memory" if memory else "memoryless"
    for seed in SEEDS:
        agent, history = train(replace(recipe, seed=seed), folder / f"{kind}_{seed}", memory)
        print(recipe.env, kind, seed, flush=True)
        yield agent, history.history


def played(agent: Agent, deterministic: bool = True) -> tuple[float, float]:
    """Gives the mean return of new episodes, and that of random actions."""
    report = agent.evaluate(episodes=EPISODES, deterministic=deterministic)
    figures = by_policy(report)
    print(report, flush=True)
    return figures["this agent"]["mean_return"], figures["random actions"]["mean_return"]


def row(name: str, folder: Path) -> dict[str, Any]:
    """Measures a world by the name of its preset."""
    recipe = RECIPES[name]
    ours = [played(agent) for agent, _ in trained(recipe, folder, memory=True)]
    others = [
        (played(agent)[0], played(agent, deterministic=False)[0])
        for agent, _ in trained(recipe, folder, memory=False)
    ]
    likeliest, drawn = zip(*others, strict=True)
    value, source = PUBLISHED.get(name, ("", ""))
    return {
        "world": recipe.env,
        "steps": f"{recipe.steps:,}",
        "rnnapps": told([own for own, _ in ours]),
        "without memory": told(likeliest),
        "without memory, actions drawn": told(drawn),
        "random actions": told([ours[0][1]]),
        "published": value,
        "source": source,
    }


def main(names: Sequence[str], checkpoints: Path) -> None:
    order = [recipe.env for recipe in RECIPES.values()]
    for name in names or RECIPES:
        found = row(name, checkpoints / "worlds" / name)
        tables = {TITLE: beside_earlier("worlds", TITLE, found, order)}
        publish("worlds", Report({}, title="Worlds", tables=tables), seeds=list(SEEDS))


def told(means: Sequence[float]) -> str:
    """Tells the mean over seeds and, where there are several, its deviation."""
    digits = 1 if np.max(np.abs(means)) >= 10 else 3
    mean = f"{np.mean(means):.{digits}f}"
    return mean if len(means) == 1 else f"{mean} ± {np.std(means, ddof=1):.{digits}f}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=f"among {', '.join(RECIPES)}; all where none")
    parser.add_argument("--checkpoints", type=Path, default=Path("checkpoints"))
    options = parser.parse_args()
    main(options.names, options.checkpoints)
