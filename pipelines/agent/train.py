"""Trains the shipped presets: `python -m rnnapps.pipelines.agent.train cartpole_novel`.

A killed training goes on where it was when the same command is given again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rnnapps.pipelines.agent.pipeline import Agent
from rnnapps.pipelines.agent.recipes import RECIPES, Recipe
from rnnapps.training.command import command


def train(recipe: Recipe, checkpoint_dir: Path, memory: bool = True) -> tuple[Agent, Any]:
    """Trains an agent, going on from its checkpoint if there is one.

    Args:
        recipe: The recipe.
        checkpoint_dir: Folder of the checkpoint.
        memory: False leaves the recurrent layers out, for a comparison.

    Returns:
        The agent and the history of its training.
    """
    settings = {**recipe.network, **({} if memory else {"memory": False})}
    agent = Agent.untrained(recipe.env, **settings, seed=recipe.seed)
    history = agent.fit(
        steps=recipe.steps,
        num_envs=recipe.num_envs,
        seed=recipe.seed,
        checkpoint_dir=checkpoint_dir,
        resume=True,
        **recipe.settings,
    )
    return agent, history


def make(name: str, checkpoints: Path, output: Path) -> None:
    """Trains and releases a preset, as `rnnapps.training.command` asks."""
    from rnnapps.pipelines.agent.release import release

    agent, history = train(RECIPES[name], checkpoints / f"agent_{name}")
    release(name, agent, history, output / name)


if __name__ == "__main__":
    command("agent", RECIPES, make, __doc__)
