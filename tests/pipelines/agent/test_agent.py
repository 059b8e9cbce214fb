"""The agent pipeline: acting, playing, measuring, and what it refuses."""

import json

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import spaces

from rnnapps import pipeline
from rnnapps.errors import InputError, RnnappsError, UnknownNameError
from rnnapps.pipelines.agent.evaluation import play

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


def test_the_shell_acts_on_the_lines_of_an_episode(agent, monkeypatch):
    seen = [(SEEN * k).tolist() for k in (1, -2, 3)]
    given, predict = [], agent.predict

    def watched(observation, state, **options):
        action, after = predict(observation, state, **options)
        given.append((observation, state, after))
        return action, after

    monkeypatch.setattr(agent, "predict", watched)
    assert set(agent.answers(iter(map(json.dumps, seen)))) <= {0, 1}
    assert [observation for observation, _, _ in given] == seen
    assert [state for _, state, _ in given] == [None, *(after for _, _, after in given[:-1])]
    wrong = {"hello": "in JSON", "[1, 2]": "Expected", "[[0, 0, 0, 0]]": "one observation"}
    for text, message in wrong.items():
        with pytest.raises(InputError, match=f"Input 1: .*{message}"):
            list(agent.answers(iter([json.dumps(seen[0]), text])))


def test_playing_leaves_an_episode_that_goes_on(agent):
    agent.act(SEEN)
    before = agent._state
    agent.play(max_steps=3)
    agent.evaluate(episodes=2)
    assert agent._state is before


def test_the_three_steps_lead_to_what_predict_gives(agent):
    for seen in (SEEN, 5 * SEEN, -SEEN):
        (arrays,) = agent.forward([agent.preprocess(seen)])
        assert agent.postprocess(arrays, seen) == agent.predict(seen)[0]
    with pytest.raises(InputError, match=r"^Expected one observation"):
        agent.preprocess([SEEN])


def test_drawn_actions_follow_the_seed(agent):
    drawn = []
    for seed in (1, 1, 2):
        agent.reset(seed)
        drawn.append([int(agent.act(SEEN, deterministic=False)) for _ in range(30)])
    assert drawn[0] == drawn[1] != drawn[2]
    assert set(drawn[0]) == {0, 1}


def test_worlds_side_by_side_do_not_change_each_others_actions_in_8_bits_either(agent, tmp_path):
    small = pipeline("agent", agent.save(tmp_path / "small", compact=True))
    assert small.session.quantized
    both, states = small.predict(np.stack([SEEN, 40 * SEEN]))
    for place, seen in enumerate((SEEN, 40 * SEEN)):
        alone, state = small.predict(seen)
        assert alone == both[place]
        for one, all_ in zip(state, states, strict=True):
            np.testing.assert_array_equal(one[0], all_[place])


def test_numbers_of_numpy_are_seeds(agent):
    (seed,) = np.arange(3, 4)
    assert agent.play(seed=seed).returns.tolist() == agent.play(seed=3).returns.tolist()
    assert agent.evaluate(episodes=2, seed=seed)["mean_return"] > 0


def test_play_gives_returns_lengths_and_a_film(agent, tmp_path):
    rollout = agent.play(episodes=2, render=True, seed=3)
    np.testing.assert_array_equal(rollout.returns, rollout.lengths)  # a step is worth 1
    assert len(rollout.frames) == rollout.lengths.sum() + 2  # and the last state of each episode
    assert rollout.save(tmp_path / "run.gif").read_bytes()[:3] == b"GIF"
    again = agent.play(episodes=2, seed=3)
    assert again.returns.tolist() == rollout.returns.tolist() and not again.frames


def test_play_breaks_off_at_max_steps(agent):
    assert agent.play(max_steps=3).lengths.tolist() == [3]


def test_short_episodes_count_no_more_than_long_ones():
    class World:
        """Two worlds, of episodes of 1 and of 4 steps; each step is worth 1."""

        num_envs = 2

        def reset(self, seed=None, options=None):
            if options is None:
                self.times = np.zeros(2, int)
            else:
                self.times[options["reset_mask"]] = 0
            return self.times, {}

        def step(self, actions):
            self.times += 1
            done = self.times >= [1, 4]
            self.times[done] = 0
            return self.times, np.ones(2), done, np.zeros(2, bool), {}

    returns, lengths = play(World(), lambda seen, begins: None, 6, 100, seed=0)
    assert sorted(returns.tolist()) == [1, 1, 1, 4, 4, 4] == sorted(lengths.tolist())
    _, lengths = play(World(), lambda seen, begins: None, 4, 2, seed=0)  # broken off after two
    assert sorted(lengths.tolist()) == [1, 1, 2, 2]


def test_what_was_learnt_stays_when_learning_goes_on():
    agent = pipeline("agent", False, units=4, seed=1)
    agent.fit(steps=32, **QUICK)
    agent.fit("CartPoleNoVel-v1", steps=32, **QUICK)
    assert agent.weights()["normalised/count"] == 64
    agent.fit("CartPole-v1", steps=32, **QUICK)
    assert agent.preprocessor["env"] == "CartPole-v1"


def test_it_is_saved_small_after_many_steps(agent, tmp_path):
    with agent.training():
        agent.network.get_layer("normalised").see(np.full((100_000, 4), 900.0) * [1, -1, 0, 2])
    small = pipeline("agent", agent.save(tmp_path / "small", compact=True))
    assert small.weights()["normalised/count"] == 100_000
    np.testing.assert_array_equal(small.weights()["normalised/mean"], [900, -900, 0, 1800])


def test_given_environments_stay_open():
    mode = gym.vector.AutoresetMode.SAME_STEP
    worlds = gym.vector.SyncVectorEnv([lambda: gym.make("CartPole-v1")] * 2, autoreset_mode=mode)
    agent = pipeline("agent", False, env=worlds, units=4, cell="gru", seed=1)
    agent.fit(worlds, steps=64, **QUICK)
    agent.evaluate(worlds, episodes=2)
    assert worlds.reset()[0].shape == (2, 4)
    with pytest.raises(InputError, match="several side by side"):
        agent.play()


def test_an_own_world_is_kept_until_the_agent_is_saved(recall, tmp_path):
    agent = pipeline("agent", False, env=recall, units=4, seed=1)
    agent.fit(steps=32, **QUICK)
    assert list(agent.play(episodes=2).lengths) == [4, 4]
    again = pipeline("agent", agent.save(tmp_path / "own"))
    with pytest.raises(InputError, match=r"not saved .* Do give an id, or a function"):
        again.evaluate()
    again.fit(lambda: recall(delay=5), steps=32, **QUICK)
    assert again.evaluate(episodes=2)["mean_length"] == 6


def test_a_world_that_cannot_be_filmed_is_refused(recall):
    agent = pipeline("agent", False, env=recall, units=4, seed=1)
    with pytest.raises(InputError, match=r"renders to pictures.*play with render=False"):
        agent.play(render=True)


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
    assert agent.evaluate(World, episodes=4)["mean_return"] >= 1
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


@pytest.mark.parametrize(
    ("seen", "reward", "message"),
    [(np.nan, 1.0, "InputError: Expected finite numbers"), (0.0, np.nan, "Received: nan from")],
)
def test_a_world_that_goes_mad_leaves_what_was_learnt(seen, reward, message):
    class Mad(Broken):
        def step(self, action):
            self.steps += 1
            end, mad = self.steps % 5 == 0, self.steps > 40
            observation = np.full(2, seen if mad else 0, np.float32)
            return observation, reward if mad else 1.0, end, False, {}

    agent = pipeline("agent", False, env=Mad, units=4, seed=1)
    before = agent.weights()["value/kernel"]
    with pytest.raises(RnnappsError, match=message):
        agent.fit(Mad, steps=320, **QUICK)
    after = agent.weights()["value/kernel"]
    assert not np.array_equal(after, before) and np.isfinite(after).all()
    assert agent.predict(np.zeros(2))[0] in (0, 1)


def test_each_world_side_by_side_is_another():
    world = Broken()
    agent = pipeline("agent", False, env=Broken, units=4, seed=1)
    with pytest.raises(InputError, match="makes a new environment at each call"):
        agent.fit(lambda: world, steps=64, **QUICK)


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
    for name in ("cartpole v1", "popgym-Nothing-v0"):
        with pytest.raises(InputError, match=r"^Expected the id of an environment"):
            agent.play(name)
    with pytest.raises(RnnappsError, match="needs another package"):
        agent.play("nomodule:Foo-v0")
    with pytest.raises(InputError, match=r"^Expected an environment that renders"):
        agent.play("popgym-RepeatPreviousEasy-v0", render=True)
    with pytest.raises(InputError, match="SAME_STEP"):
        agent.fit(gym.make_vec("CartPole-v1", num_envs=2), steps=5000)


def test_wrong_settings_are_refused_before_anything_is_learnt(agent):
    with pytest.raises(UnknownNameError, match="gama"):
        agent.fit(gama=0.9)
    wrongs = ({"gamma": 2}, {"gamma": "x"}, {"n_steps": 0}, {"schedule": "round"}, {"steps": 3})
    for wrong in (*wrongs, {"seed": -1}, {"seed": None}, {"steps": None}, {"num_envs": None}):
        with pytest.raises(InputError, match=f"Expected {next(iter(wrong))}"):
            agent.fit(**wrong)
    with pytest.raises(InputError, match="a value for clip_range"):
        agent.fit(clip_range=None)
    with pytest.raises(InputError, match="memoryless"):
        agent.evaluate(memoryless="random")
    with pytest.raises(InputError, match="resume"):
        agent.fit(resume=True)


def test_states_of_another_batch_are_refused(agent):
    _, state = agent.predict(SEEN)
    with pytest.raises(InputError, match=r"^Expected episode_start of shape"):
        agent.predict(SEEN, state, episode_start=[True, False])
    with pytest.raises(InputError, match=r"^Expected the state"):
        agent.predict(SEEN, 5)
    with pytest.raises(InputError, match=r"^Expected the state that the call before gave"):
        agent.predict(np.stack([SEEN, SEEN]), state)
