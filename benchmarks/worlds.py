"""Does an agent with memory act well where it sees only a part? `python benchmarks/worlds.py`

Each world is learnt anew by several seeds, with memory and without, by the recipe of its preset;
then 100 new episodes are played with the likeliest actions. Goes on from `checkpoints` when it was
killed; names of presets as arguments choose among the worlds.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from results import publish

from rnnapps.pipelines.agent.evaluation import by_policy
from rnnapps.pipelines.agent.recipes import RECIPES, Recipe
from rnnapps.pipelines.agent.release import EPISODES, SEED
from rnnapps.pipelines.agent.train import train
from rnnapps.report import Report

SEEDS = (1, 2, 3, 4, 5)
ZOO = "RecurrentPPO in RL Baselines3 Zoo, benchmark.md"
PUBLISHED = {
    "cartpole_novel": (500.0, ZOO),
    "pendulum_novel": (-217.9, ZOO),
    "mountaincar_novel": (91.47, ZOO),
}


def returns(recipe: Recipe, folder: Path, memory: bool) -> tuple[list[float], float]:
    """Gives the mean return that each seed reaches, and that of random actions."""
    found, by_chance = [], 0.0
    for seed in SEEDS:
        kind = "memory" if memory else "memoryless"
        agent, _ = train(replace(recipe, seed=seed), folder / f"{kind}_{seed}", memory)
        figures = by_policy(agent.evaluate(episodes=EPISODES, seed=SEED))
        found.append(figures["this agent"]["mean_return"])
        by_chance = figures["random actions"]["mean_return"]
        print(recipe.env, kind, seed, found[-1], flush=True)
    return found, by_chance


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=f"among {', '.join(RECIPES)}; all where none")
    parser.add_argument("--checkpoints", type=Path, default=Path("checkpoints"))
    options = parser.parse_args()
    rows: list[dict[str, Any]] = []
    for name in options.names or RECIPES:
        recipe, folder = RECIPES[name], options.checkpoints / "worlds" / name
        ours, by_chance = returns(recipe, folder, memory=True)
        without, _ = returns(recipe, folder, memory=False)
        value, source = PUBLISHED.get(name, ("", ""))
        rows.append(
            {
                "world": recipe.env,
                "steps": f"{recipe.steps:,}",
                "rnnapps": told(ours),
                "the same without memory": told(without),
                "random actions": f"{by_chance:.1f}",
                "published": value,
                "source": source,
            }
        )
    title = f"Mean return of {EPISODES} episodes, mean ± deviation over {len(SEEDS)} trainings"
    publish("worlds", Report({}, title=title, tables={title: rows}), seeds=list(SEEDS))


def told(means: list[float]) -> str:
    """Tells the mean over seeds and its deviation."""
    digits = 1 if np.max(np.abs(means)) >= 10 else 3
    return f"{np.mean(means):.{digits}f} ± {np.std(means, ddof=1):.{digits}f}"


if __name__ == "__main__":
    main()
