"""Observations become vectors, and wrong ones are told."""

import numpy as np
import pytest
from gymnasium import spaces

from rnnapps.errors import InputError
from rnnapps.pipelines.agent.spaces import (
    batch_of_one,
    described,
    is_batch,
    vectors,
    width_of,
)

NESTED = spaces.Dict(
    {
        "picture": spaces.Box(0, 255, (2, 2), np.uint8),
        "rest": spaces.Tuple([spaces.Discrete(3, start=1), spaces.MultiDiscrete([2, 4])]),
        "switches": spaces.MultiBinary(2),
    }
)


def test_numbers_stay_and_choices_are_one_hot():
    spec = described(NESTED)
    seen = {
        "picture": np.array([[0, 255], [51, 0]], np.uint8),
        "rest": (np.int64(3), np.array([1, 2])),
        "switches": np.array([1, 0], np.int8),
    }
    (vector,) = vectors(spec, batch_of_one(spec, seen))
    expected = [0, 1, 0.2, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0]
    np.testing.assert_allclose(vector, expected, atol=1e-6)
    assert width_of(spec) == len(expected)


def test_a_batch_is_told_from_one_and_gives_its_rows():
    spec = described(NESTED)
    NESTED.seed(0)
    several = [NESTED.sample() for _ in range(3)]
    batch = {
        "picture": np.stack([each["picture"] for each in several]),
        "rest": tuple(np.stack([each["rest"][i] for each in several]) for i in range(2)),
        "switches": np.stack([each["switches"] for each in several]),
    }
    assert is_batch(spec, batch) and not is_batch(spec, several[0])
    rows = [vectors(spec, batch_of_one(spec, each))[0] for each in several]
    np.testing.assert_array_equal(vectors(spec, batch), rows)


@pytest.mark.parametrize(
    ("space", "seen"),
    [
        (spaces.Box(-1, 1, (2,)), [[1.0, np.nan]]),
        (spaces.Box(-1, 1, (2,)), [[1.0, 2.0, 3.0]]),
        (spaces.Box(-1, 1, (2,)), "text"),
        (spaces.Box(-1, 1, (2,)), [[1.0], [1.0, 2.0]]),
        (spaces.Discrete(3), [3]),
        (spaces.Discrete(3), [1.5]),
        (spaces.Discrete(3), None),
        (spaces.Tuple([spaces.Discrete(2)] * 2), ([1],)),
        (spaces.Tuple([spaces.Discrete(2)] * 2), ([1], [1, 0])),
        (spaces.Dict({"a": spaces.Discrete(2)}), {"b": [1]}),
    ],
)
def test_what_does_not_fit_is_refused(space, seen):
    with pytest.raises(InputError, match=r"^Expected .* Received: "):
        vectors(described(space), seen)


def test_a_space_of_texts_is_refused_by_its_place():
    space = spaces.Dict({"image": spaces.Discrete(2), "mission": spaces.Text(5)})
    with pytest.raises(InputError, match=r"observation\['mission'\]"):
        described(space)


def test_keys_that_are_no_texts_are_refused():
    with pytest.raises(InputError, match="with texts as keys"):
        described(spaces.Dict({0: spaces.Discrete(2)}), "observation")


def test_a_mask_of_bytes_is_no_picture():
    assert described(spaces.Box(0, 1, (3,), np.uint8))["divide"] == 1
    assert vectors(described(spaces.Box(0, 1, (3,), np.uint8)), np.zeros((0, 3))).shape == (0, 3)
