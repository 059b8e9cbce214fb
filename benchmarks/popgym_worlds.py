"""Does memory hold what a world shows but once? `python benchmarks/popgym_worlds.py`

Worlds of POPGym by its protocol: the highest mean return of a training, here over episodes of which
there are 100 at least, mean and deviation over the trainings. Beside it the mean return of 100 new
episodes with the likeliest actions, and the same without memory. Goes on from `checkpoints` when it
was killed; names as arguments choose among the worlds, and what is known of the others stays.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from results import beside_earlier, publish
from worlds import SEEDS, played, told, trained

from rnnapps.pipelines.agent.recipes import RECIPES, Recipe
from rnnapps.pipelines.agent.release import EPISODES
from rnnapps.pipelines.agent.settings import Settings
from rnnapps.report import Report

TITLE = f"Return, mean ± deviation over {len(SEEDS)} trainings"
SOURCE = "GRU after 15,000,000 steps, Morad et al. 2023, arXiv:2303.01859"
PUBLISHED = {"CountRecallEasy": 0.177, "RepeatPreviousMedium": -0.315}


def recipe(
    world: str,
    steps: int,
    num_envs: int = 16,
    network: dict[str, Any] | None = None,
    **settings: Any,
) -> Recipe:
    """Tells how a world is learnt."""
    given: dict[str, Any] = {"batch_size": 512, "n_epochs": 6, "learning_rate": 2e-3, **settings}
    return Recipe(
        env=f"popgym-{world}-v0",
        steps=steps,
        summary="",
        num_envs=num_envs,
        network=network or {},
        settings=given,
    )


#: Each action is right or wrong by itself, so only its own reward counts; a row is an episode.
ALONE = {"n_steps": 102, "segment": 51, "gamma": 0.0, "gae_lambda": 0.5}
LONG_ALONE = {**ALONE, "n_steps": 103, "segment": 103}
WORLDS = {
    "PositionOnlyCartPoleEasy": recipe("PositionOnlyCartPoleEasy", 100_000),
    "PositionOnlyCartPoleMedium": recipe("PositionOnlyCartPoleMedium", 130_000),
    "PositionOnlyCartPoleHard": recipe("PositionOnlyCartPoleHard", 300_000),
    "RepeatFirstEasy": recipe("RepeatFirstEasy", 100_000, learning_rate=3e-3, **ALONE),
    "RepeatPreviousEasy": RECIPES["repeat_previous"],
    "RepeatPreviousMedium": recipe(
        "RepeatPreviousMedium",
        2_000_000,
        num_envs=64,
        network={"units": 128},
        batch_size=824,
        ent_coef=0.1,
        **LONG_ALONE,
    ),
    "CountRecallEasy": recipe("CountRecallEasy", 400_000, batch_size=204, ent_coef=0.01, **ALONE),
}


def highest(history: dict[str, list[float]], each: int) -> float:
    """Gives the highest mean return over updates that end 100 episodes or more.

    Args:
        history: `return` and `length` of each update, as `Agent.fit` gives them.
        each: Steps of an update in all environments.

    Example:
    >>> highest({"return": [0.0, 1.0, 2.0], "length": [2.0, 2.0, 2.0]}, each=100)
    1.5
    """
    returns, lengths = (np.array(history[name]) for name in ("return", "length"))
    known = np.flatnonzero(np.isfinite(returns))
    returns, counts = returns[known], each / lengths[known]
    best = -np.inf
    for first in range(len(returns)):
        last = first + int(np.searchsorted(np.cumsum(counts[first:]), EPISODES))
        if last < len(returns):
            part = slice(first, last + 1)
            best = max(best, float(np.average(returns[part], weights=counts[part])))
    return best


def row(name: str, folder: Path) -> dict[str, Any]:
    """Measures a world."""
    chosen = WORLDS[name]
    each = chosen.num_envs * chosen.settings.get("n_steps", Settings.n_steps)
    agents, histories = zip(*trained(chosen, folder, memory=True), strict=True)
    after = [played(agent) for agent in agents]
    others = [history for _, history in trained(chosen, folder, memory=False)]
    return {
        "world": name,
        "steps": f"{chosen.steps:,}",
        "highest": told([highest(history, each) for history in histories]),
        "new episodes": told([own for own, _ in after]),
        "highest without memory": told([highest(history, each) for history in others]),
        "random actions": told([after[0][1]]),
        "published": PUBLISHED.get(name, ""),
    }


def main(names: Sequence[str], checkpoints: Path) -> None:
    for name in names or WORLDS:
        found = row(name, checkpoints / "popgym" / name)
        table = beside_earlier("popgym_worlds", TITLE, found, WORLDS)
        report = Report({}, title="POPGym", tables={TITLE: table})
        publish("popgym_worlds", report, seeds=list(SEEDS), published=SOURCE)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=f"among {', '.join(WORLDS)}; all where none")
    parser.add_argument("--checkpoints", type=Path, default=Path("checkpoints"))
    options = parser.parse_args()
    main(options.names, options.checkpoints)
