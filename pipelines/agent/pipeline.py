"""The agent pipeline: acts in worlds that it sees in part, plays, learns, is measured."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Self

import numpy as np

from rnnapps.checks import check_count, check_settings
from rnnapps.errors import InputError, at
from rnnapps.fine_tuning import kept_if_refused
from rnnapps.pipeline import Example, Pipeline
from rnnapps.pipelines.agent import spaces
from rnnapps.pipelines.agent.actions import Actions
from rnnapps.pipelines.agent.actions import described as described_actions
from rnnapps.pipelines.agent.collecting import Spread, step
from rnnapps.pipelines.agent.environments import Source, opened
from rnnapps.pipelines.agent.playing import played
from rnnapps.pipelines.agent.rollout import Rollout
from rnnapps.pipelines.agent.settings import Settings, settings_of
from rnnapps.runtime.session import zero_states

if TYPE_CHECKING:
    import keras

    from rnnapps.report import Report

#: The environment of an agent that has learnt nothing yet.
FIRST = "CartPoleNoVel-v1"
#: The states of a network, each of shape `(batch, units)`.
State = tuple[np.ndarray, ...]

#: Seed of the first episode that is played where none is given: training has none so high.
UNSEEN = 10_000


class Agent(Pipeline):
    """Acts by what it sees and remembers; learns by recurrent PPO.

    Presets: see `rnnapps.presets("agent")`. Acting needs no environment; playing, learning and
    measuring need gymnasium, of the extra `rl`.

    Example:
    >>> from rnnapps import pipeline
    >>> agent = pipeline("agent", "cartpole_novel")
    >>> action, state = agent.predict([0.01, 0.0, -0.02, 0.0])
    >>> action, state = agent.predict([0.02, 0.0, -0.03, 0.0], state)
    >>> int(action) in (0, 1)
    True
    """

    task = "agent"
    takes_files = False
    takes_names = True
    fit_settings = Settings

    _state: State | None = None

    def __init__(self, config: Mapping[str, Any], preprocessor: Mapping[str, Any], **options: Any):
        super().__init__(config, preprocessor, **options)
        self._own: Source | None = None  # an environment without an id, which is not saved
        self._take_up(self.preprocessor)
        self.reset()

    @classmethod
    def untrained(cls, env: Source | None = None, **overrides: Any) -> Self:
        """Builds the pipeline with random weights.

        Args:
            env: Environment that it shall act in, as in `fit`. By default the first `fit` tells;
                until then it is `CartPoleNoVel-v1`.
            **overrides: Settings of the network, as in `rnnapps.pipelines.agent.model`.

        Returns:
            The pipeline.

        Raises:
            InputError: If there is no such environment, or its spaces are not supported.
            UnknownNameError: If there is no such setting.
        """
        from rnnapps.pipelines.agent.model import policy

        check_settings(overrides, policy, "env")
        source = FIRST if env is None else env
        with opened(source, 1) as world:
            known = _known(source, world)
        agent = cls(overrides, {**known, **({"learns": True} if env is None else {})})
        agent._own = None if known["env"] else source
        return agent

    def build(self) -> keras.Model:
        from rnnapps.pipelines.agent.model import policy

        continuous = self.actions.continuous
        outputs = self.actions.width // (2 if continuous else 1)
        width = spaces.width_of(self.observations)
        masked = None if continuous else spaces.mask_place(self.observations, outputs)
        return policy(width, outputs, continuous, masked, **self.config)

    def preprocess(self, raw: Any) -> Example:
        if spaces.is_batch(self.observations, raw):
            raise InputError(f"Expected one observation. Received: a batch, {raw!r:.60}.")
        batch = spaces.batch_of_one(self.observations, raw)
        return {"observations": spaces.vectors(self.observations, batch)}

    def postprocess(self, arrays: Example, raw: Any) -> Any:
        return self.actions.given(self.actions.likeliest(arrays["policy"]))[0]

    def predict(  # type: ignore[override]
        self,
        observation: Any,
        state: State | None = None,
        episode_start: Any = None,
        deterministic: bool = True,
    ) -> tuple[np.ndarray, State]:
        """Chooses an action, as Stable-Baselines3 does.

        Args:
            observation: What is seen now, as the environment gives it, or a batch of such. Before
                it is read, the state tells what was seen before.
            state: What the call before gave; None where episodes begin.
            episode_start: Where new episodes begin, of shape `(batch,)`: these forget the state.
            deterministic: Whether to take the likeliest action, else it is drawn (see `reset`).

        Returns:
            The action, or the batch of them, and the state to give to the next call.

        Raises:
            InputError: If the observation is not of the space that the agent knows, or the state
                is of another batch.
        """
        rng = None if deterministic else self.rng
        return self.choose(observation, state, episode_start, rng)

    def answers(  # type: ignore[override]
        self, inputs: Iterator[str], deterministic: bool = True
    ) -> Iterator[np.ndarray]:
        """Acts on the observations of one episode, as the shell does.

        Args:
            inputs: The observations in JSON, one after the other.
            deterministic: Whether to take the likeliest action, else it is drawn.

        Returns:
            The actions, as they come.

        Raises:
            InputError: If one is no observation of the space that the agent knows.
        """
        state = None
        for number, text in enumerate(inputs):
            with at(f"Input {number}"):
                try:
                    seen = json.loads(text)
                except json.JSONDecodeError as error:
                    raise InputError(
                        f"Expected an observation in JSON. Received: {text:.80}."
                    ) from error
                if spaces.is_batch(self.observations, seen):
                    raise InputError(f"Expected one observation. Received: a batch, {text:.60}.")
                action, state = self.predict(seen, state, deterministic=deterministic)
            yield action

    def choose(
        self,
        observation: Any,
        state: State | None,
        episode_start: Any,
        rng: np.random.Generator | None,
    ) -> tuple[np.ndarray, State]:
        """Chooses an action as `predict` does, with a generator of one's own.

        Args:
            observation: As in `predict`.
            state: As in `predict`.
            episode_start: As in `predict`.
            rng: What actions are drawn with; None takes the likeliest.

        Returns:
            The action or actions, and the state.

        Raises:
            InputError: As in `predict`.
        """
        several = spaces.is_batch(self.observations, observation)
        batch = observation if several else spaces.batch_of_one(self.observations, observation)
        seen = spaces.vectors(self.observations, batch)
        states = self._states(state, len(seen))
        if episode_start is not None:
            begins = np.asarray(episode_start, bool)
            if begins.shape not in ((), (len(seen),)):
                raise InputError(
                    f"Expected episode_start of shape ({len(seen)},). Received: {begins.shape}."
                )
            begins = np.broadcast_to(begins, len(seen))
            states = {name: np.where(begins[:, None], 0, each) for name, each in states.items()}
        told, after = step(self.session, seen, states)
        policy = told["policy"][:, 0]
        drawn = self.actions.likeliest(policy) if rng is None else self.actions.draw(policy, rng)
        given = self.actions.given(drawn)
        return (given if several else given[0]), tuple(after.values())

    def act(self, observation: Any, deterministic: bool = True) -> np.ndarray:
        """Chooses an action, and remembers what it saw until `reset`.

        Args:
            observation: What is seen now.
            deterministic: Whether to take the likeliest action.

        Returns:
            The action.
        """
        action, self._state = self.predict(observation, self._state, deterministic=deterministic)
        return action

    def reset(self, seed: int | None = None) -> None:
        """Forgets what was seen, as a new episode begins.

        Args:
            seed: Seed of the actions that are drawn from now on.
        """
        check_count(0, seed=seed)
        self._state = None
        self.rng = np.random.default_rng(seed)

    def play(
        self,
        env: Source | None = None,
        episodes: int = 1,
        *,
        render: bool = False,
        deterministic: bool = True,
        max_steps: int = 10_000,
        seed: int = UNSEEN,
    ) -> Rollout:
        """Plays episodes.

        Args:
            env: Id of an environment, or a function that makes one (which has to render where
                `render` is asked for); by default the one that the agent learnt in.
            episodes: How many.
            render: Whether to keep a film.
            deterministic: Whether to take the likeliest actions.
            max_steps: Steps after which an episode is broken off.
            seed: Seed of the first episode; the others have those that follow. Training by
                default has low ones.

        Returns:
            Returns and lengths, and the film; `save("run.gif")` writes it.

        Raises:
            InputError: If there is no such environment, or its spaces are others.
        """
        seed = _checked(episodes=episodes, max_steps=max_steps, seed=seed)
        source = self._source(env)
        if env is None and not (isinstance(source, str) or callable(source)):
            raise InputError(
                "Expected an environment, as the agent learnt in several side by side. Received: "
                "none. Do give an id, or a function that makes one, instead."
            )
        return played(self, source, episodes, max_steps, seed, render, deterministic)

    def fit(  # type: ignore[override]
        self,
        env: Source | None = None,
        *,
        steps: int = 100_000,
        num_envs: int = 8,
        callbacks: Sequence[Any] = (),
        checkpoint_dir: str | Path | None = None,
        resume: bool = False,
        seed: int = 0,
        verbose: int = 1,
        **settings: Any,
    ) -> keras.callbacks.History:
        """Learns to act in an environment; a second call continues.

        Args:
            env: Id of an environment of gymnasium, popgym or minigrid, a function that makes one,
                or a `gymnasium.vector.VectorEnv`; by default the one that the agent learnt in.
            steps: Steps in all environments together; what is over after the last whole update, of
                `num_envs * n_steps`, is left.
            num_envs: How many environments run side by side.
            callbacks: Keras callbacks; an update counts as an epoch.
            checkpoint_dir: Folder of a checkpoint, which is written after each update.
            resume: Whether to go on from it, with new episodes.
            seed: Same seed, same result.
            verbose: 1 shows progress and, in a notebook, the returns as they grow; 0 nothing.
            **settings: Those of `rnnapps.pipelines.agent.settings.Settings`, such as `gamma`.

        Returns:
            Keras's history, a value for each update: `return` and `length`, means of the episodes
            that ended; `steps`; the parts of the loss.

        Raises:
            InputError: If there is no such environment, its spaces are others than the agent's, or
                an argument is out of range.
            RnnappsError: If the environment fails; what was learnt before is kept.

        Reference: Schulman et al. 2017, "Proximal Policy Optimization Algorithms",
        arXiv:1707.06347.
        """
        seed = _checked(steps=steps, num_envs=num_envs, seed=seed)
        if resume and checkpoint_dir is None:
            raise InputError("Expected checkpoint_dir beside resume=True. Received: none.")
        chosen = settings_of(settings)
        source = self._source(env)
        with opened(source, num_envs) as world:
            first = self.preprocessor.get("learns") and env is not None
            known = _known(source, world)
            if not first:
                self.check_spaces(world.single_observation_space, world.single_action_space)
            each = world.num_envs * chosen.n_steps
            if steps < each:
                raise InputError(
                    f"Expected steps for one update or more, {each} (num_envs * n_steps). "
                    f"Received: steps={steps}."
                )
            # Imports Keras, which takes seconds: only when the world is known to fit.
            from rnnapps.pipelines.agent.live import live
            from rnnapps.pipelines.agent.ppo import learn
            from rnnapps.pipelines.agent.progress import Progress

            facts = {
                "steps": steps,
                "num_envs": world.num_envs,
                "seed": seed,
                **known,
                "network": self.config,
                **vars(chosen),
            }
            kept = None if checkpoint_dir is None else Progress(checkpoint_dir, facts, resume)
            spread = Spread(**self.preprocessor.get("spread", {}))
            with kept_if_refused(self):
                self.preprocessor.pop("learns", None)
                self._take_up(known)
                self._own = None if known["env"] else source
                if first:
                    self._begin_anew()
                with self.training(seed) as network, self._kept(spread):
                    return learn(
                        network,
                        world,
                        self.observations,
                        self.actions,
                        chosen,
                        steps=steps,
                        spread=spread,
                        seed=seed,
                        callbacks=[*callbacks, *live(verbose)],
                        progress=kept,
                    )

    def evaluate(  # type: ignore[override]
        self,
        env: Source | None = None,
        *,
        episodes: int = 100,
        max_steps: int = 10_000,
        deterministic: bool = True,
        memoryless: Agent | None = None,
        seed: int = UNSEEN,
    ) -> Report:
        """Plays many episodes and measures them, beside random actions.

        Args:
            env: As in `fit`.
            episodes: How many.
            max_steps: Steps after which an episode is broken off.
            deterministic: Whether to take the likeliest actions.
            memoryless: Another agent to set beside it, such as one without memory.
            seed: Seed of environments and actions.

        Returns:
            Mean return with its deviation and 95 % confidence interval, and mean length; a table
            with those of random actions.

        Raises:
            InputError: As in `fit`.
        """
        from rnnapps.pipelines.agent.evaluation import measured

        seed = _checked(episodes=episodes, max_steps=max_steps, seed=seed)
        if not isinstance(memoryless, Agent | None):
            raise InputError(f"Expected memoryless to be an agent. Received: {memoryless!r:.60}.")
        source = self._source(env)
        return measured(self, source, episodes, max_steps, deterministic, memoryless, seed)

    def fine_tune(self, *_: Any, **__: Any) -> NoReturn:
        raise InputError("Expected a task that learns from examples. Received: agent. Do call fit.")

    def lr_find(self, *_: Any, **__: Any) -> NoReturn:
        raise InputError("Expected a task that learns from examples. Received: agent. Do call fit.")

    def example(self) -> Any:
        rng = np.random.default_rng(0)
        return spaces.sample(self.observations, rng)

    def demo(self, folder: Path) -> list[tuple[str, str]]:
        from rnnapps.pipelines.agent.demo import demo

        return demo(self, folder)

    def check_spaces(self, observations: Any, actions: Any) -> None:
        """Checks that an environment is one for this agent.

        Raises:
            InputError: If what is seen or done there is of another kind.
        """
        for name, known, other in (
            ("observations", self.observations, spaces.described(observations)),
            ("actions", self.actions.spec, described_actions(actions)),
        ):
            if known != other:
                raise InputError(
                    f"Expected an environment with the {name} that the agent knows, {known}. "
                    f"Received: one with {other}. Do begin with pipeline('agent', False, env=...)."
                )

    @contextmanager
    def _kept(self, spread: Any) -> Iterator[None]:
        """Keeps what a training learns of returns, also where it breaks off."""
        try:
            yield
        finally:
            self.preprocessor["spread"] = vars(spread)

    def _take_up(self, known: Mapping[str, Any]) -> None:
        self.preprocessor |= known
        self.observations: spaces.Spec = self.preprocessor["observations"]
        self.actions = Actions(self.preprocessor["actions"])

    def _source(self, env: Source | None) -> Source:
        source = (self.preprocessor["env"] or self._own) if env is None else env
        if source is None:
            raise InputError(
                "Expected an environment, as the one that this agent learnt in has no id and is "
                "not saved with it. Received: none. Do give an id, or a function that makes one."
            )
        return source

    def _states(self, state: State | None, batch: int) -> Example:
        if state is None:
            return zero_states(self.session, batch)
        widths = self.session.states
        shapes = [np.shape(each) for each in state] if isinstance(state, tuple | list) else state
        if shapes != [(batch, width) for width in widths.values()]:
            raise InputError(
                f"Expected the state that the call before gave, for a batch of {batch}. Received: "
                f"{shapes}. Do give None, or call reset() before act(), where episodes begin."
            )
        return {
            name: np.asarray(each, np.float32) for name, each in zip(widths, state, strict=True)
        }


def _checked(*, seed: int, **counts: int) -> int:
    """Checks what is given, and gives the seed as gymnasium takes it."""
    for name, value in {"seed": seed, **counts}.items():
        if value is None:
            raise InputError(f"Expected {name}, a whole number. Received: None.")
    check_count(0, seed=seed)
    check_count(**counts)
    return int(seed)


def _known(source: Source, world: Any) -> dict[str, Any]:
    return {
        "env": source if isinstance(source, str) else None,
        "observations": spaces.described(world.single_observation_space),
        "actions": described_actions(world.single_action_space),
    }
