"""What `rnnapps demo` shows of agent: an episode, as a film."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def demo(pipe: Any, folder: Path) -> list[tuple[str, str]]:
    """Plays an episode.

    Args:
        pipe: The pipeline.
        folder: Where `agent.gif` goes, the film of it.

    Returns:
        Titles with fragments of HTML.

    Raises:
        RnnappsError: If the extra `rl` is not installed.
    """
    rollout = pipe.play(render=True, max_steps=300, seed=1)
    film = rollout.save(folder / "agent.gif")
    told = f"{rollout.title}: return {rollout.mean:.0f} in {rollout.lengths[0]} steps"
    return [(told, f'<img alt="{told}" src="{film.name}">')]
