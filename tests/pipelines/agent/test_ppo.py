"""Recurrent PPO: segments, advantages and the loss are those of the definitions."""

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import spaces
from keras import ops

from rnnapps import pipeline
from rnnapps.errors import InputError
from rnnapps.pipelines.agent.collecting import Collector, Spread
from rnnapps.pipelines.agent.environments import vector
from rnnapps.pipelines.agent.ppo import (
    Objective,
    _targets,
    advantages,
    batches,
    segments,
)
from rnnapps.pipelines.agent.settings import Settings
from rnnapps.runtime.lower import lower
from rnnapps.runtime.session import OnnxSession

SETTINGS = Settings(n_steps=40, segment=16, clip_range=0.1, clip_range_vf=0.2, ent_coef=0.01)


@pytest.fixture
def happened(agent):
    """What the agent went through in three worlds, in the second of two turns."""
    world = vector("CartPoleNoVel-v1", 3)
    collector = Collector(world, agent.observations, agent.actions, SETTINGS, Spread(), seed=3)
    session = OnnxSession(lower(agent.network))
    collector.collect(session, SETTINGS.n_steps)
    return collector.collect(session, SETTINGS.n_steps)[0]


STATES = ["forward_0_h", "forward_0_c"]


def test_advantages_are_sums_of_surprises():
    rng = np.random.default_rng(0)
    rewards, values = rng.normal(size=(2, 2, 6))
    ends = rng.random((2, 6)) < 0.3
    happened = {"rewards": rewards, "values": values, "ends": ends, "last": rng.normal(size=2)}
    found = advantages(happened, 0.9, 0.8)
    following = np.concatenate([values[:, 1:], happened["last"][:, None]], axis=1)
    surprises = rewards + 0.9 * following * ~ends - values
    for env in range(2):
        for t in range(6):
            expected = 0.0
            for later in range(t, 6):
                expected += (0.9 * 0.8) ** (later - t) * surprises[env, later]
                if ends[env, later]:
                    break
            assert found[env, t] == pytest.approx(expected)


class Short(gym.Env):
    """Shows how many steps were made; after three of them it is cut by time."""

    observation_space = spaces.Box(0, 9, (1,))
    action_space = spaces.Discrete(2)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.time = 0
        return np.zeros(1, np.float32), {}

    def step(self, action):
        self.time += 1
        return np.full(1, self.time, np.float32), 1.0, False, self.time == 3, {}


def test_the_value_of_what_was_cut_off_is_added_to_the_last_reward():
    agent = pipeline("agent", False, env=Short, units=4, seed=1)
    settings = Settings(gamma=0.9, normalize_reward=False)
    actions, session = agent.actions, agent.session
    collector = Collector(vector(Short, 2), agent.observations, actions, settings, Spread(), 0)
    happened, ended = collector.collect(session, 4)
    assert ended == [(3.0, 3)] * 2
    _, state = agent.predict([[0.0]])
    _, state = agent.predict([[1.0]], state)
    _, state = agent.predict([[2.0]], state)
    names = list(session.states)
    seen = {"observations": np.full((1, 1, 1), 3, np.float32), "lengths": np.ones(1, np.int32)}
    told, _ = session.run({**seen, **dict(zip(names, state, strict=True))})
    value = float(told["value"][0, 0, 0])
    expected = [1, 1, 1 + 0.9 * value, 1]
    np.testing.assert_allclose(happened["rewards"], [expected] * 2, rtol=1e-5)


def test_rewards_are_divided_by_the_deviation_of_discounted_returns():
    agent = pipeline("agent", False, env=Short, units=4, seed=1)
    spread, settings = Spread(), Settings(gamma=0.9)
    world = vector(Short, 2)
    collector = Collector(world, agent.observations, agent.actions, settings, spread, 0)
    happened, _ = collector.collect(agent.session, 6)
    sums = [1, 1.9, 2.71] * 2
    assert spread.count == 12 and spread.deviation == pytest.approx(np.std(sums), rel=1e-3)
    assert happened["rewards"][0, 3] == pytest.approx(1 / np.std(sums[:4]), rel=1e-3)


def test_a_checkpoint_keeps_all_that_training_depends_on(tmp_path):
    quick = {"num_envs": 2, "n_steps": 16, "n_epochs": 1, "verbose": 0}
    options = {**quick, "steps": 96, "seed": 1, "checkpoint_dir": tmp_path}
    first, second = (pipeline("agent", False, env=Short, units=4, seed=1) for _ in range(2))
    history = first.fit(Short, **options).history
    second.fit(Short, steps=32, seed=2, **quick)
    again = second.fit(Short, resume=True, **options).history
    assert again == history
    for path, values in first.weights().items():
        np.testing.assert_array_equal(second.weights()[path], values)
    assert second.preprocessor["spread"] == first.preprocessor["spread"]
    for other in ({"units": 5}, {"units": 4, "memory": False}):
        with pytest.raises(InputError, match="checkpoint"):
            pipeline("agent", False, env=Short, **other).fit(Short, resume=True, **options)


def test_segments_hold_each_step_once_and_never_cross_an_episode(happened):
    assert happened["starts"].sum() > 2
    del happened["last"]
    happened["place"] = np.arange(3 * 40).reshape(3, 40)
    rows = segments(happened, 16, STATES)
    seen = []
    for row, length in enumerate(rows["lengths"]):
        assert 1 <= length <= 16
        places = rows["place"][row, :length]
        assert (np.diff(places) == 1).all() and not rows["starts"][row, 1:length].any()
        env, step = divmod(int(places[0]), 40)
        np.testing.assert_array_equal(rows["forward_0_h"][row], happened["forward_0_h"][env, step])
        seen += places.tolist()
    assert sorted(seen) == list(range(120))


def test_the_loss_over_segments_is_that_of_single_steps(agent, happened):
    rows = _targets(happened, agent.actions, SETTINGS, STATES)
    for weight in agent.network.trainable_weights:  # so that the policy is another one by now
        weight.assign(weight + 0.05)
    objective = Objective(agent.network, agent.actions, SETTINGS)
    inputs = {name: array for name, array in rows.items() if name != "starts"}
    told = ops.convert_to_numpy(objective(inputs))
    session = OnnxSession(lower(agent.network))
    for row, length in enumerate(rows["lengths"]):
        now = {name: rows[name][row : row + 1] for name in STATES}
        for t in range(length):
            seen = rows["observations"][row, t][None, None]
            one = {"observations": seen, "lengths": np.ones(1, np.int32), **now}
            outputs, now = session.run(one)
            logits = outputs["policy"][0, 0].astype(float)
            logs = logits - np.log(np.exp(logits).sum())
            ratio = np.exp(logs[rows["actions"][row, t, 0]] - rows["before"][row, t])
            gain, value = rows["advantages"][row, t], float(outputs["value"][0, 0, 0])
            policy = -min(ratio * gain, np.clip(ratio, 0.9, 1.1) * gain)
            old, target = rows["values"][row, t], rows["targets"][row, t]
            near = old + np.clip(value - old, -0.2, 0.2)
            error = max((value - target) ** 2, (near - target) ** 2)
            entropy = -(np.exp(logs) * logs).sum()
            expected = policy + 0.5 * error - 0.01 * entropy
            assert told[row, t, 0] == pytest.approx(expected, abs=1e-5, rel=1e-4)


def test_batches_hold_each_row_once():
    rows = {"lengths": np.array([3, 1, 4, 2, 4], np.int32), "number": np.arange(5)}
    rows |= {
        "actions": np.zeros((5, 4, 1)),
        "advantages": np.random.default_rng(0).normal(size=(5, 4)),
    }
    seen = []
    for batch, valid in batches(rows, 7, np.random.default_rng(1)):
        assert len(batch["number"]) == len(valid)
        kept = valid.sum(axis=1) > 0
        seen += batch["number"][kept].tolist()
        np.testing.assert_array_equal(valid.sum(axis=1)[kept], batch["lengths"][kept])
        known = batch["advantages"][valid > 0]
        assert known.mean() == pytest.approx(0, abs=1e-6) and known.std() == pytest.approx(1)
    assert sorted(seen) == [0, 1, 2, 3, 4]


def test_the_same_seed_gives_the_same_curve(recall):
    options = {"steps": 256, "num_envs": 4, "n_steps": 32, "n_epochs": 2, "verbose": 0}
    curves = [
        pipeline("agent", False, env=recall, units=8, seed=1).fit(recall, seed=seed, **options)
        for seed in (1, 1, 2)
    ]
    one, same, other = (curve.history["loss"] for curve in curves)
    assert one == same != other


def test_memory_tells_what_no_policy_without_can(recall):
    agent = pipeline("agent", False, env=recall, units=16, seed=1)
    options = {"steps": 8_000, "num_envs": 16, "n_steps": 32, "batch_size": 128, "verbose": 0}
    agent.fit(recall, learning_rate=3e-3, seed=1, **options)
    assert agent.evaluate(recall, episodes=200)["mean_return"] > 0.9  # without memory it is 0.5
