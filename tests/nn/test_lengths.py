import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from rnnapps.nn.lengths import last_step, reverse, validity

LENGTHS = st.lists(st.integers(1, 6), min_size=1, max_size=4)


def batch(lengths):
    rng = np.random.default_rng(0)
    return rng.normal(size=(len(lengths), 6, 2)).astype(np.float32)


@settings(max_examples=20, deadline=None)
@given(LENGTHS)
def test_validity_counts_the_real_steps(lengths):
    valid = ops.convert_to_numpy(validity(ops.array(lengths), 6))
    assert valid.dtype == np.float32
    assert valid.tolist() == [[1.0] * n + [0.0] * (6 - n) for n in lengths]


@settings(max_examples=20, deadline=None)
@given(LENGTHS)
def test_rows_are_reversed_by_their_own_length(lengths):
    x = batch(lengths)
    y = ops.convert_to_numpy(reverse(x, ops.array(lengths)))
    for row, n in enumerate(lengths):
        np.testing.assert_array_equal(y[row, :n], x[row, :n][::-1])
        np.testing.assert_array_equal(y[row, n:], x[row, n:])
    back = ops.convert_to_numpy(reverse(y, ops.array(lengths)))
    np.testing.assert_array_equal(back, x)


@settings(max_examples=20, deadline=None)
@given(LENGTHS)
def test_the_last_real_step_is_found(lengths):
    x = batch(lengths)
    last = ops.convert_to_numpy(last_step(x, ops.array(lengths)))
    np.testing.assert_array_equal(last, [x[row, n - 1] for row, n in enumerate(lengths)])


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8"])
def test_no_lengths_mean_full_rows(dtype):
    x, full = batch([6, 6]), np.full(2, 6, dtype)
    np.testing.assert_array_equal(reverse(x), reverse(x, full))
    np.testing.assert_array_equal(last_step(x), last_step(x, full))
