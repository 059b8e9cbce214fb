"""Worlds of which an agent sees less."""

import numpy as np
import pytest

gym = pytest.importorskip("gymnasium", reason="the rl extra is not installed")

from rnnapps.errors import InputError  # noqa: E402
from rnnapps.pipelines.agent.environments import single  # noqa: E402
from rnnapps.pipelines.agent.wrappers import NO_VELOCITY, Flicker, MaskVelocity  # noqa: E402

HIDDEN = {
    "CartPole-v1": [1, 3],
    "LunarLander-v3": [2, 3, 5],
    "MountainCar-v0": [1],
    "MountainCarContinuous-v0": [1],
    "Pendulum-v1": [2],
}


class Pixels(gym.Env):
    """A world of pictures, none of whose values is ever 0."""

    observation_space = gym.spaces.Box(50, 255, (4, 4, 3), np.uint8)
    action_space = gym.spaces.Discrete(2)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return self._picture(), {"level": 1}

    def step(self, action):
        return self._picture(), 1.0, False, False, {}

    def _picture(self):
        return self.np_random.integers(50, 255, (4, 4, 3), np.uint8)


def made(name):
    if name.startswith("LunarLander"):
        pytest.importorskip("Box2D", reason="box2d is not installed")
    return gym.make(name)


def played(world, steps=30, seed=3):
    world.action_space.seed(seed)
    observations = [world.reset(seed=seed)[0]]
    for _ in range(steps):
        observation, _, terminated, truncated, _ = world.step(world.action_space.sample())
        observations.append(observation)
        if terminated or truncated:
            observations.append(world.reset()[0])
    return np.stack(observations)


@pytest.mark.parametrize("name", HIDDEN)
def test_velocities_are_zero_and_the_rest_is_as_it_was(name):
    world, hidden = MaskVelocity(made(name)), HIDDEN[name]
    seen, whole = played(world), played(made(name))
    assert not seen[:, hidden].any() and whole[:, hidden].any()
    whole[:, hidden] = 0
    np.testing.assert_array_equal(seen, whole)
    assert seen.dtype == whole.dtype and all(map(world.observation_space.contains, seen))
    assert not world.observation_space.low[hidden].any()
    assert not world.observation_space.high[hidden].any()
    assert np.isfinite(world.observation_space.low[hidden]).all()


def test_names_without_velocity_lead_to_worlds_that_can_be_masked():
    assert set(NO_VELOCITY.values()) == HIDDEN.keys() - {"MountainCar-v0"}
    for name, world in NO_VELOCITY.items():
        assert name.replace("NoVel", "") == world


def test_other_worlds_are_told_which_there_are():
    with pytest.raises(InputError, match=r"CartPole, LunarLander, .*Pendulum.*'Acrobot-v1'"):
        MaskVelocity(gym.make("Acrobot-v1"))
    with pytest.raises(InputError, match=r"CartPole, .*gymnasium\.make.*'Pixels'"):
        MaskVelocity(Pixels())


def test_masking_comes_before_other_wrappers():
    stacked = gym.wrappers.FrameStackObservation(gym.make("CartPole-v1"), 3)
    with pytest.raises(InputError, match=r"\(4,\).*\(3, 4\).*before"):
        MaskVelocity(stacked)


@pytest.mark.parametrize("wrap", [MaskVelocity, lambda world: Flicker(world, p=0.3)])
def test_worlds_can_be_made_again_from_what_they_are(wrap):
    world = wrap(gym.make("CartPole-v1"))
    np.testing.assert_array_equal(played(gym.make(world.spec)), played(world))


@pytest.mark.parametrize("world", [Pixels, lambda: gym.make("CartPole-v1")])
def test_flicker_drops_whole_observations_and_leaves_the_world_alone(world):
    flickering = Flicker(world())
    seen, whole = played(flickering, 400), played(world(), 400)
    assert seen.dtype == whole.dtype and seen.shape == whole.shape
    axes = tuple(range(1, seen.ndim))
    dropped = ~seen.any(axis=axes)
    assert 0.4 < dropped.mean() < 0.6
    np.testing.assert_array_equal(seen[~dropped], whole[~dropped])
    assert all(map(flickering.observation_space.contains, seen))


def test_what_flickers_follows_from_the_seed():
    world = Flicker(Pixels())
    first, again, other = played(world), played(world), played(world, seed=4)
    np.testing.assert_array_equal(first, again)
    assert (first.any(axis=(1, 2, 3)) != other.any(axis=(1, 2, 3))).any()


def test_flicker_goes_on_over_episodes():
    world = Flicker(Pixels())
    patterns = {
        tuple(bool(world.step(0)[0].any()) for _ in range(30))
        for seed in (0, None, None)
        if world.reset(seed=seed)
    }
    assert len(patterns) == 3
    assert world.reset()[1] == {"level": 1}


@pytest.mark.parametrize(("p", "left"), [(0, 31), (1, 0)])
def test_all_or_none_may_drop_out(p, left):
    assert played(Flicker(Pixels(), p=p)).any(axis=(1, 2, 3)).sum() == left


@pytest.mark.parametrize("p", [-0.1, 1.5, float("nan"), "half", True, None])
def test_p_is_a_probability(p):
    with pytest.raises(InputError, match="Expected p from 0 to 1"):
        Flicker(Pixels(), p=p)


def test_flicker_takes_only_boxes():
    with pytest.raises(InputError, match=r"Box\. Received: Discrete\(16\).*FlattenObservation"):
        Flicker(gym.make("FrozenLake-v1"))


def test_worlds_whose_mission_changes_are_refused():
    pytest.importorskip("minigrid")
    with pytest.raises(InputError, match=r"mission is always the same.*missions such as"):
        single("BabyAI-GoToObj-v0")


def test_cells_tell_kind_colour_and_state():
    pytest.importorskip("minigrid")
    world = single("MiniGrid-MemoryS7-v0")
    seen, _ = world.reset(seed=3)
    assert world.observation_space.contains(seen)
    image = world.env.unwrapped.gen_obs()["image"]
    parts = np.split(seen, [11, 17], axis=-1)
    told = np.stack([part.argmax(axis=-1) for part in parts], axis=-1)
    np.testing.assert_array_equal(told, image)
