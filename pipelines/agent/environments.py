"""Environments by name, by a function that makes one, or as they are."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Union

from rnnapps.checks import check_count
from rnnapps.errors import InputError, RnnappsError

if TYPE_CHECKING:
    import gymnasium as gym

#: An id, a function that makes an environment, or environments side by side.
Source = Union[str, Callable[[], "gym.Env"], "gym.vector.VectorEnv"]
#: Packages that bring ids, by the beginnings of these.
PACKAGES = {"popgym-": "popgym", "MiniGrid-": "minigrid", "BabyAI-": "minigrid"}


def vector(source: Source, num_envs: int = 8) -> gym.vector.VectorEnv:
    """Makes environments that run side by side, and begin anew in the step that ends an episode.

    Args:
        source: An id of gymnasium, popgym, minigrid or `wrappers.NO_VELOCITY`; a function that
            makes an environment; or a `gymnasium.vector.VectorEnv`, which is taken as it is.
        num_envs: How many.

    Returns:
        The environments.

    Raises:
        InputError: If there is no such environment, or it cannot be run side by side.
        RnnappsError: If the extra is not installed.
    """
    check_count(num_envs=num_envs)
    gym = library("gymnasium")
    mode = gym.vector.AutoresetMode.SAME_STEP
    if isinstance(source, gym.vector.VectorEnv):
        if source.metadata.get("autoreset_mode") != mode:
            raise InputError(
                "Expected a vector environment that begins anew in the step that ends an episode. "
                f"Received: one with autoreset_mode={source.metadata.get('autoreset_mode')}. Do "
                "make it with autoreset_mode=gymnasium.vector.AutoresetMode.SAME_STEP instead."
            )
        return source
    world = gym.vector.SyncVectorEnv([lambda: single(source)] * num_envs, autoreset_mode=mode)
    if len({id(each.unwrapped) for each in world.envs}) < num_envs:
        raise InputError(
            "Expected a function that makes a new environment at each call. Received: one that "
            f"gives the same again, {world.envs[0]}."
        )
    return world


@contextmanager
def opened(source: Source, num_envs: int = 8) -> Iterator[gym.vector.VectorEnv]:
    """Lends environments as `vector` makes them, and closes them unless they were given.

    Args:
        source: As in `vector`.
        num_envs: How many.

    Yields:
        The environments.
    """
    world = vector(source, num_envs)
    try:
        yield world
    finally:
        if world is not source:
            world.close()


def single(source: Source, render_mode: str | None = None) -> gym.Env:
    """Makes one environment.

    Args:
        source: An id, or a function that makes an environment.
        render_mode: As in `gymnasium.make`; a function is called without it.

    Returns:
        The environment.

    Raises:
        InputError: If there is no such environment.
        RnnappsError: If the extra is not installed, or the environment cannot be made.
    """
    gym = library("gymnasium")
    if callable(source):
        env = source()
        if not isinstance(env, gym.Env):
            raise InputError(f"Expected a function that makes a gymnasium.Env. Received: {env!r}.")
        return env
    if not isinstance(source, str):
        raise InputError(
            "Expected the id of an environment, or a function that makes one. Received: "
            f"{source!r:.80} ({type(source).__name__})."
        )
    from rnnapps.pipelines.agent.wrappers import NO_VELOCITY, Cells, MaskVelocity

    package = next((p for beginning, p in PACKAGES.items() if source.startswith(beginning)), None)
    if package is not None:
        library(package)
    name = NO_VELOCITY.get(source, source)
    # Not every world knows what rendering is.
    options = {"render_mode": render_mode} if render_mode else {}
    try:
        env = gym.make(name, **options)
    except (gym.error.DependencyNotInstalled, ImportError) as error:
        raise RnnappsError(f"The environment {source!r} needs another package: {error}") from error
    except gym.error.Error as error:
        near = difflib.get_close_matches(source, [*gym.registry, *NO_VELOCITY], n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise InputError(
            f"Expected the id of an environment that is known. Received: {source!r} "
            f"({error}).{hint}"
        ) from error
    except TypeError as error:
        if render_mode is None:
            raise
        raise InputError(
            f"Expected an environment that renders. Received: {source!r} ({error}). Do play with "
            "render=False instead."
        ) from error
    if source in NO_VELOCITY:
        return MaskVelocity(env)
    return Cells(env) if package == "minigrid" else env


def library(name: str) -> Any:
    """Imports a package of the extra `rl`.

    Raises:
        RnnappsError: If it is not installed.
    """
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise RnnappsError(
            f"Environments need {name}, which is not installed ({error}). Do run "
            "`pip install 'rnnapps[rl]'`."
        ) from error
