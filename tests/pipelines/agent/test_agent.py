"""The agent pipeline: acting, playing, measuring, and what it refuses."""

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import spaces

from rnnapps import pipeline
from rnnapps.errors import InputError, RnnappsError, UnknownNameError

SEEN = np.array([0.01, 0.0, -0.02, 0.0])
QUICK = {"num_envs": 2, "n_steps": 16, "n_epochs": 1, "verbose": 0}


class Broken(gym.Env):
    """Fails after some steps."""

    observation_space = spaces.Box(-1, 1, (2,))
    action_space = spaces.Discrete(2)
    steps = 0

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return np.zeros(2, np.float32), {}

    def step(self, action):
        self.steps += 1
        if self.steps > 40:
            raise ZeroDivisionError("the motor broke")
        return np.zeros(2, np.float32), 1.0, self.steps % 5 == 0, False, {}


def test_state_tells_what_was_seen_before(agent):
    first, state = agent.predict(SEEN)
    assert first in (0, 1) and [each.shape for each in state] == [(1, 8), (1, 8)]
    _, later = agent.predict(SEEN, state)
    _, anew = agent.predict(SEEN, state, episode_start=[True])
    assert not np.allclose(later[0], state[0])
    np.testing.assert_array_equal(anew[0], state[0])


def test_act_remembers_until_reset(agent):
    agent.act(SEEN)
    agent.act(SEEN)
    _, state = agent.predict(SEEN)
    _, state = agent.predict(SEEN, state)
    np.testing.assert_array_equal(agent._state[0], state[0])
    agent.reset()
    agent.act(SEEN)
    assert not np.array_equal(agent._state[0], state[0])


def test_drawn_actions_follow_the_seed(agent):
    drawn = []
    for seed in (1, 1, 2):
        agent.reset(seed)
        drawn.append([int(agent.act(SEEN, deterministic=False)) for _ in range(30)])
    assert drawn[0] == drawn[1] != drawn[2]
    assert set(drawn[0]) == {0, 1}


def test_play_gives_returns_lengths_and_a_film(agent, tmp_path):
    rollout = agent.play(episodes=2, render=True, seed=3)
    np.testing.assert_array_equal(rollout.returns, rollout.lengths)  # a step is worth 1
    assert len(rollout.frames) == rollout.lengths.sum()
    assert rollout.save(tmp_path / "run.gif").read_bytes()[:3] == b"GIF"
    again = agent.play(episodes=2, seed=3)
    assert again.returns.tolist() == rollout.returns.tolist() and not again.frames


def test_play_breaks_off_at_max_steps(agent):
    assert agent.play(max_steps=3).lengths.tolist() == [3]


def test_evaluate_counts_each_episode_once(agent):
    report = agent.evaluate(episodes=7, seed=1)
    assert report["ci95_low"] < report["mean_return"] < report["ci95_high"]
    names = [row[0] for row in report.tables["Returns"].rows]
    assert names == ["this agent", "random actions"]
    assert dict(agent.evaluate(episodes=7, seed=1)) == dict(report)
    beside = agent.evaluate(episodes=3, memoryless=agent).tables["Returns"]
    assert [row[0] for row in beside.rows] == ["this agent", "without memory", "random actions"]


def test_one_that_knows_no_world_takes_up_that_of_its_first_fit():
    agent = pipeline("agent", False, units=4, seed=1)
    agent.fit("PendulumNoVel-v1", steps=32, **QUICK)
    assert agent.predict(np.zeros(3))[0].shape == (1,)
    with pytest.raises(InputError, match=r"^Expected an environment with the observations"):
        agent.fit("CartPole-v1", steps=32, **QUICK)


@pytest.mark.parametrize(
    "space",
    [spaces.Discrete(3, start=-1), spaces.MultiDiscrete([2, 3]), spaces.Box(-2, 2, (2,))],
)
def test_it_learns_with_actions_of_any_kind(space):
    class World(Broken):
        action_space = space

        def step(self, action):
            assert self.action_space.contains(action)
            self.steps += 1
            return np.zeros(2, np.float32), 1.0, False, self.steps % 5 == 0, {}

    agent = pipeline("agent", False, env=World, units=4, seed=1)
    history = agent.fit(World, steps=64, **QUICK).history
    assert np.isfinite(history["loss"]).all() and history["length"] == [5, 5]
    action, _ = agent.predict(np.zeros(2))
    assert World.action_space.contains(np.asarray(action, space.dtype))


def test_choices_that_an_observation_bars_are_never_taken():
    class World(Broken):
        observation_space = spaces.Dict(
            {"a": spaces.Discrete(2), "action_mask": spaces.MultiBinary(3)}
        )
        action_space = spaces.Discrete(3)

        def seen(self):
            self.allowed = np.eye(3, dtype=np.int8)[self.np_random.integers(3)]
            return {"a": np.int64(0), "action_mask": self.allowed}

        def reset(self, *, seed=None, options=None):
            super().reset(seed=seed)
            return self.seen(), {}

        def step(self, action):
            assert self.allowed[action]
            return self.seen(), 1.0, False, self.np_random.random() < 0.1, {}

    agent = pipeline("agent", False, env=World, units=4, seed=1)
    history = agent.fit(World, steps=64, **QUICK).history
    assert history["entropy"] == pytest.approx([0, 0], abs=1e-6)
    seen = {"a": 1, "action_mask": [0, 1, 0]}
    assert agent.predict(seen)[0] == 1
    assert "Slice" in str(agent.graph)


def test_pictures_and_nested_observations_are_read():
    class World(Broken):
        observation_space = spaces.Dict(
            {"eye": spaces.Box(0, 255, (3, 3, 1), np.uint8), "touch": spaces.Discrete(2)}
        )

        def reset(self, *, seed=None, options=None):
            super().reset(seed=seed)
            return self.observation_space.sample(), {}

        def step(self, action):
            return self.observation_space.sample(), 1.0, False, True, {}

    agent = pipeline("agent", False, env=World, units=4, seed=1)
    agent.fit(World, steps=64, **QUICK)
    assert agent.play(World).lengths.tolist() == [1]


def test_a_world_that_fails_leaves_what_was_learnt():
    agent = pipeline("agent", False, env=Broken, units=4, seed=1)
    before = agent.weights()["value/kernel"]
    with pytest.raises(RnnappsError, match="ZeroDivisionError: the motor broke"):
        agent.fit(Broken, steps=320, **QUICK)
    assert not np.array_equal(agent.weights()["value/kernel"], before)
    assert agent.predict(np.zeros(2))[0] in (0, 1)


def test_worlds_that_are_not_known_or_do_not_fit_are_refused(agent):
    with pytest.raises(InputError, match=r"'CartPoleNoVel-v2'.*Did you mean 'CartPoleNoVel-v1'"):
        agent.play("CartPoleNoVel-v2")
    for use in (agent.play, agent.evaluate, lambda env: agent.fit(env, steps=5000)):
        with pytest.raises(InputError, match=r"^Expected an environment with the observations"):
            use("Pendulum-v1")
    with pytest.raises(InputError, match=r"^Expected the id of an environment"):
        agent.play(5)
    with pytest.raises(InputError, match=r"^Expected a function that makes a gymnasium.Env"):
        agent.play(lambda: 5)
    with pytest.raises(InputError, match="SAME_STEP"):
        agent.fit(gym.make_vec("CartPole-v1", num_envs=2), steps=5000)


def test_wrong_settings_are_refused_before_anything_is_learnt(agent):
    with pytest.raises(UnknownNameError, match="gama"):
        agent.fit(gama=0.9)
    for wrong in ({"gamma": 2}, {"n_steps": 0}, {"schedule": "round"}, {"steps": 3}, {"seed": -1}):
        with pytest.raises(InputError, match=f"Expected {next(iter(wrong))}"):
            agent.fit(**wrong)
    with pytest.raises(InputError, match="resume"):
        agent.fit(resume=True)


def test_states_of_another_batch_are_refused(agent):
    _, state = agent.predict(SEEN)
    with pytest.raises(InputError, match=r"^Expected the state that the call before gave"):
        agent.predict(np.stack([SEEN, SEEN]), state)
