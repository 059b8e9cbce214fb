"""Lets a policy act in environments side by side, and keeps all that happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from rnnapps.errors import RnnappsError
from rnnapps.pipelines.agent.actions import Actions
from rnnapps.pipelines.agent.moments import merged
from rnnapps.pipelines.agent.settings import Settings
from rnnapps.pipelines.agent.spaces import Spec, batch_of_one, vectors
from rnnapps.runtime.session import LENGTHS, OnnxSession, Session, zero_states

Arrays = dict[str, np.ndarray]
#: Rewards further than so many deviations from zero count as being there, where they are scaled.
FURTHEST = 10.0


@dataclass
class Spread:
    """The deviation of numbers that come batch by batch."""

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0

    def see(self, values: np.ndarray) -> None:
        """Takes more numbers into account."""
        self.count, mean, squares = merged(self.count, self.mean, self.squares, values)
        self.mean, self.squares = float(mean), float(squares)

    @property
    def deviation(self) -> float:
        """The deviation of all numbers so far."""
        return float(np.sqrt(self.squares / self.count + 1e-8))


class Collector:
    """Lets a policy act, and keeps what happened.

    Args:
        env: a `gymnasium.vector.VectorEnv` that begins anew in the step that ends an episode.
        spec: description of the observations.
        actions: the actions.
        settings: how the agent learns.
        spread: what is known of how far returns spread; goes on from there.
        seed: seed of the environments and of the actions.
    """

    def __init__(
        self,
        env: Any,
        spec: Spec,
        actions: Actions,
        settings: Settings,
        spread: Spread,
        seed: int,
    ):
        self.env, self.spec, self.actions, self.settings = env, spec, actions, settings
        self.rng = np.random.default_rng(seed)
        count = env.num_envs
        self.observations = self._guarded(partial(env.reset, seed=seed))[0]
        self.states: Arrays | None = None
        parts = actions.width // 2 if actions.continuous else 0
        self.noise = self.rng.standard_normal((count, parts), np.float32)
        self.starts = np.ones(count, bool)
        self.returns, self.lengths = np.zeros(count), np.zeros(count, int)
        self.discounted, self.spread = np.zeros(count), spread

    def collect(self, session: OnnxSession, steps: int) -> tuple[Arrays, list[tuple[float, int]]]:
        """Acts for some steps.

        Args:
            session: The policy.
            steps: How many, in each environment.

        Returns:
            Arrays of shape `(environments, steps, ...)`, the states before each step among them,
            and `"last"`, the values after the last step, of shape `(environments,)`; return and
            length of each episode that ended.
        """
        kept: list[Arrays] = []
        ended: list[tuple[float, int]] = []
        states = self.states or zero_states(session, len(self.starts))
        for _ in range(steps):
            seen = self._seen()
            begun = {name: np.where(self.starts[:, None], 0, s) for name, s in states.items()}
            told, states = step(session, seen, begun)
            drawn = self.actions.draw(told["policy"][:, 0], self.rng, self._next_noise())
            given = self.actions.given(drawn)
            self.observations, rewards, terminated, truncated, infos = self._guarded(
                partial(self.env.step, given)
            )
            if not np.isfinite(rewards).all():
                raise RnnappsError(
                    "Expected rewards that are finite. Received: "
                    f"{rewards[~np.isfinite(rewards)][0]} from the environment. What was learnt "
                    "before is kept."
                )
            done = terminated | truncated
            self.returns += rewards
            self.lengths += 1
            for i in np.flatnonzero(done):
                ended.append((float(self.returns[i]), int(self.lengths[i])))
            gained = self._scale(rewards, done) + self.settings.gamma * self._cut(
                session, states, truncated & ~terminated, infos
            )
            kept.append(
                {
                    **begun,
                    "observations": seen,
                    "starts": self.starts,
                    "policies": told["policy"][:, 0],
                    "values": told["value"][:, 0, 0],
                    "actions": drawn,
                    "rewards": gained.astype(np.float32),
                    "ends": done,
                }
            )
            self.returns[done], self.lengths[done] = 0, 0
            self.starts = done
        self.states = states
        told, _ = step(session, self._seen(), states)
        together = {name: np.stack([each[name] for each in kept], axis=1) for name in kept[0]}
        return {**together, "last": told["value"][:, 0, 0]}, ended

    def _seen(self) -> np.ndarray:
        """Gives what is seen now, of shape `(environments, width)`."""
        return self._guarded(partial(vectors, self.spec, self.observations))

    def _next_noise(self) -> np.ndarray:
        """Gives noise that is like that of the step before, as Hollenstein et al. 2024 advise.

        Reference: "Colored Noise in PPO", arXiv:2312.11091 (here an autoregressive process).
        """
        like = self.settings.noise_correlation
        fresh = self.rng.standard_normal(self.noise.shape, np.float32)
        self.noise = np.float32(like) * self.noise + np.float32(np.sqrt(1 - like**2)) * fresh
        return self.noise

    def _scale(self, rewards: np.ndarray, done: np.ndarray) -> np.ndarray:
        if not self.settings.normalize_reward:
            return rewards
        self.discounted = self.discounted * self.settings.gamma + rewards
        self.spread.see(self.discounted)
        self.discounted[done] = 0
        return np.clip(rewards / self.spread.deviation, -FURTHEST, FURTHEST)

    def _cut(
        self, session: OnnxSession, states: Arrays, cut: np.ndarray, infos: Mapping[str, Any]
    ) -> np.ndarray:
        """Gives the value of what would have followed, where an episode was cut by time."""
        values = np.zeros(len(cut), np.float32)
        if cut.any():
            last = [infos["final_obs"][i] for i in np.flatnonzero(cut)]
            seen = self._guarded(
                lambda: np.concatenate(
                    [vectors(self.spec, batch_of_one(self.spec, each)) for each in last]
                )
            )
            told, _ = step(session, seen, {name: s[cut] for name, s in states.items()})
            values[cut] = told["value"][:, 0, 0]
        return values

    @staticmethod
    def _guarded(run: Callable[[], Any]) -> Any:
        try:
            return run()
        except Exception as error:
            raise RnnappsError(
                f"The environment failed: {type(error).__name__}: {error}. What was learnt before "
                "is kept."
            ) from error


def step(session: Session, seen: np.ndarray, states: Arrays) -> tuple[Arrays, Arrays]:
    """Runs a policy one step on; gives its outputs and the next states.

    Args:
        session: The policy.
        seen: Observations of shape `(batch, width)`.
        states: States by name.
    """
    if session.quantized and len(seen) > 1:  # each alone, as rounding depends on the whole batch
        every = [
            step(session, seen[i : i + 1], {name: s[i : i + 1] for name, s in states.items()})
            for i in range(len(seen))
        ]
        outputs, after = (
            {name: np.concatenate([each[name] for each in parts]) for name in parts[0]}
            for parts in zip(*every, strict=True)
        )
        return outputs, after
    lengths = np.ones(len(seen), np.int32)
    return session.run({"observations": seen[:, None], LENGTHS: lengths, **states})
