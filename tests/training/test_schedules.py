import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import ops

from rnnapps.training.schedules import OneCycle, plateau_rate


def rates(schedule, steps):
    return ops.convert_to_numpy(schedule(np.arange(steps + 1)))


@pytest.mark.parametrize("steps", [1, 2, 7, 100, 1000])
@pytest.mark.parametrize("warm_up", [0.0, 0.25, 0.5, 1.0])
def test_one_cycle_rises_to_the_highest_rate_and_falls(steps, warm_up):
    values = rates(OneCycle(0.5, steps, warm_up), steps)
    top = values.argmax()
    assert values.min() > 0
    assert values.max() <= 0.5 + 1e-7
    assert (np.diff(values[: top + 1]) >= 0).all()
    assert (np.diff(values[top:]) <= 0).all()
    assert abs(top - max(1, warm_up * steps)) <= 1
    assert values[0] == pytest.approx(0.5 / 25)


def test_one_cycle_at_its_corners():
    values = rates(OneCycle(1.0, steps=100, warm_up=0.2, div=10, div_final=1000), 100)
    assert values[[0, 10, 20, 60, 100]] == pytest.approx([0.1, 0.55, 1.0, 0.5005, 0.001], rel=1e-4)


def test_one_cycle_stays_low_after_its_end():
    schedule = OneCycle(1.0, steps=10)
    assert float(schedule(1000)) == pytest.approx(1e-5)


def test_one_cycle_survives_its_config():
    schedule = OneCycle(0.3, 50, 0.1, 5.0, 100.0)
    config = keras.optimizers.schedules.serialize(schedule)
    twin = keras.optimizers.schedules.deserialize(config)
    np.testing.assert_array_equal(rates(twin, 50), rates(schedule, 50))


@pytest.mark.parametrize(
    ("losses", "divided"),
    [
        ([], 0),
        ([3.0], 0),
        ([3.0, 2.0, 1.0], 0),
        ([3.0, 3.0], 1),
        ([3.0, 4.0, 3.5], 2),  # better than before is not better than ever
        ([3.0, 4.0, 2.0, 2.5], 2),
        ([3.0, float("nan"), 2.0], 1),
    ],
)
def test_plateau_divides_after_each_stalled_epoch(losses, divided):
    assert plateau_rate(1.0, losses) == 0.25**divided
    assert plateau_rate(0.1, losses, divisor=10) == pytest.approx(0.1 / 10**divided)


@given(st.lists(st.floats(0, 10), max_size=20))
def test_plateau_never_raises_the_rate(losses):
    values = [plateau_rate(1.0, losses[:epoch]) for epoch in range(len(losses) + 1)]
    assert values == sorted(values, reverse=True)
