import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnapps.data.rows import Rows, rounded

LENGTHS = [3, 9, 1, 40, 12, 12, 5]


def rows_of(lengths):
    return [{"tokens": np.full(n, i + 1, np.int32)} for i, n in enumerate(lengths)]


def seen(rows):
    """Gives what stands in an epoch: row number, length and target."""
    found = []
    for inputs, targets, weights in rows:
        for tokens, length, target, weight in zip(
            inputs["tokens"], inputs["lengths"], targets, weights, strict=True
        ):
            assert not tokens[length:].any()
            if weight:
                found.append((int(tokens[0]), int(length), int(target)))
    return found


@given(st.lists(st.integers(1, 30), min_size=1, max_size=20), st.integers(1, 6))
def test_each_row_comes_once_an_epoch_with_its_target(lengths, batch_size):
    rows = Rows(rows_of(lengths), np.arange(len(lengths)), batch_size)
    expected = [(i + 1, n, i) for i, n in enumerate(lengths)]
    assert sorted(seen(rows)) == expected
    rows.start(1, 0)
    assert sorted(seen(rows)) == expected


def test_batches_have_few_shapes():
    rows = Rows(rows_of(range(1, 65)), np.zeros(64), 5)
    assert {batch[0]["tokens"].shape[0] for batch in rows} == {5}
    lengths = {rounded(length) for length in range(257, 1025)}
    assert lengths == {320, 384, 448, 512, 640, 768, 896, 1024}


@pytest.mark.parametrize("first", [0, 1, 2])
def test_keras_takes_batches_of_any_length_from_anywhere_in_an_epoch(first):
    x = keras.Input((None,), name="tokens")
    lengths = keras.Input((), name="lengths")
    total = keras.layers.Lambda(lambda x: keras.ops.sum(x, axis=1))(x)
    model = keras.Model({"tokens": x, "lengths": lengths}, total)
    model.compile(loss="mse")
    rows = Rows(rows_of([4, 4, 4, 4, 4, 40, 4]), np.zeros(7, np.float32), 1, shuffle=False)
    rows.start(0, first)
    assert np.isfinite(model.evaluate(rows, verbose=0))


@given(st.integers(1, 10**6))
def test_rounding_adds_little(length):
    assert length <= rounded(length) <= 1.25 * length + 1


def test_an_epoch_depends_on_seed_and_number_alone():
    def order(seed, epoch, first=0):
        rows = Rows(rows_of(LENGTHS), np.arange(7), 2, seed=seed)
        rows.start(epoch, first)
        return seen(rows)

    assert order(1, 3) == order(1, 3)
    assert order(1, 3) != order(1, 4) and order(1, 3) != order(2, 3)
    assert order(1, 3, first=2) == order(1, 3)[-len(order(1, 3, first=2)) :]


def test_weights_of_rows_are_kept():
    weights = np.arange(7, dtype=np.float32)
    rows = Rows(rows_of(LENGTHS), np.arange(7), 4, weights, shuffle=False)
    for inputs, targets, given_weights in rows:
        real = given_weights > 0
        np.testing.assert_array_equal(given_weights[real], weights[targets[real].astype(int)])
        assert inputs["lengths"].dtype == np.int32
