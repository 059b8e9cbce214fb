"""Makes a preset of a trained agent: plays with it and writes its card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np

from rnnapps.pipelines.agent.evaluation import by_policy
from rnnapps.pipelines.agent.pipeline import Agent
from rnnapps.pipelines.agent.recipes import RECIPES

#: Episodes that are played.
EPISODES = 100


def release(name: str, agent: Agent, history: Any, directory: Path) -> None:
    """Writes a preset directory with its figures.

    Args:
        name: Name of the preset.
        agent: The trained agent.
        history: Keras's history of the training.
        directory: Where the preset goes.
    """
    recipe = RECIPES[name]
    steps = int(history.history["steps"][-1])
    rows = by_policy(agent.evaluate(episodes=EPISODES))
    agent.save(
        directory,
        metadata={
            "name": name,
            "summary": recipe.summary,
            "description": "A policy with an LSTM, learnt by proximal policy optimisation.",
            "license": "Apache-2.0",
            "data": [
                {"name": f"{steps:,} steps of its own in {recipe.env}", "license": "none needed"}
            ],
            "metrics": {"test": rows["this agent"], "random actions": rows["random actions"]},
            "training": {
                "command": f"python -m rnnapps.pipelines.agent.train {name}",
                "backend of Keras": keras.backend.backend(),
                "seed": recipe.seed,
                "steps": steps,
                "environments": recipe.num_envs,
                **recipe.network,
                **recipe.settings,
                "mean return of the last ten updates": np.nanmean(history.history["return"][-10:]),
            },
            "limits": LIMITS,
        },
    )


LIMITS = [
    "It knows the world that it learnt in; in another, even of the same spaces, it has to learn.",
    f"Its figures are of {EPISODES} episodes, with the likeliest actions.",
    "They are of one training; benchmarks/README.md has those of several.",
]
