"""Actions are drawn as likely as they are told to be."""

import numpy as np
import pytest
from gymnasium import spaces
from keras import ops

from rnnapps.errors import InputError
from rnnapps.pipelines.agent.actions import Actions, described


def test_choices_are_drawn_as_often_as_they_are_likely():
    actions = Actions(described(spaces.MultiDiscrete([2, 3])))
    policy = np.log([[0.2, 0.8, 0.5, 0.1, 0.4]]).astype(np.float32)
    drawn = actions.draw(np.repeat(policy, 20_000, axis=0), np.random.default_rng(0))
    log, entropy = actions.likelihood(policy, np.array([[1, 2]]))
    assert np.mean((drawn == [1, 2]).all(axis=1)) == pytest.approx(0.8 * 0.4, abs=0.01)
    assert float(ops.exp(log)[0]) == pytest.approx(0.8 * 0.4, rel=1e-5)
    parts = [(0.2, 0.8), (0.5, 0.1, 0.4)]
    expected = -sum(p * np.log(p) for part in parts for p in part)
    assert float(entropy[0]) == pytest.approx(expected, rel=1e-5)


def test_continuous_actions_have_the_likelihood_of_a_normal_distribution():
    scipy = pytest.importorskip("scipy.stats")
    actions = Actions(described(spaces.Box(-2, 2, (2,))))
    policy = np.array([[0.5, -1.0, 0.1, -0.3]], np.float32)
    drawn = np.array([[0.7, 0.2]], np.float32)
    log, entropy = actions.likelihood(policy, drawn)
    known = scipy.norm(policy[:, :2], np.exp(policy[:, 2:]))
    assert float(log[0]) == pytest.approx(known.logpdf(drawn).sum(), rel=1e-5)
    assert float(entropy[0]) == pytest.approx(known.entropy().sum(), rel=1e-5)
    several = actions.draw(np.repeat(policy, 20_000, axis=0), np.random.default_rng(0))
    np.testing.assert_allclose(several.std(axis=0), np.exp(policy[0, 2:]), rtol=0.02)


def test_actions_reach_the_environment_in_its_bounds_and_shape():
    box = Actions(described(spaces.Box(np.array([[-1], [0]]), np.array([[1], [3]]), (2, 1))))
    np.testing.assert_array_equal(box.given(np.array([[-5.0, 9.0]])), [[[-1], [3]]])
    np.testing.assert_array_equal(box.given(np.array([[0.5, -0.5]])), [[[0.5], [0.75]]])
    choice = Actions(described(spaces.Discrete(4, start=2)))
    assert choice.given(np.array([[3]])).tolist() == [5]


def test_bounds_hold_in_the_type_of_the_space():
    for kind in (np.float32, np.float64):
        space = spaces.Box(-0.1, 0.1, (1,), kind)
        given = Actions(described(space)).given(np.array([[7.0]], np.float32))
        assert space.contains(given[0])


def test_other_actions_are_refused():
    for space in (spaces.Box(-np.inf, np.inf, (1,)), spaces.Box(0, 9, (1,), int), spaces.Text(3)):
        with pytest.raises(InputError, match=r"^Expected actions that are Discrete"):
            described(space)
