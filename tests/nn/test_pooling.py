import functools

import keras
import numpy as np
import pytest
from keras import ops

from rnnapps.nn.pooling import MODES, Pooling

every_mode = pytest.mark.parametrize("mode", MODES)
LENGTHS = [5, 1, 3]


@functools.cache
def network(mode):
    x, lengths = keras.Input((None, 2)), keras.Input((), dtype="int32")
    y = Pooling(mode)(x, lengths)
    assert y.shape == (None, 2)
    return keras.Model([x, lengths], y)


def batch(padding=0.0):
    x = np.random.default_rng(0).normal(size=(3, 5, 2)).astype(np.float32) - 2
    x[1, 1:] = x[2, 3:] = padding
    return x


@pytest.mark.parametrize(
    ("mode", "pool"),
    [("last", lambda row: row[-1]), ("mean", lambda row: row.mean(0)), ("max", lambda r: r.max(0))],
)
def test_real_steps_are_pooled(mode, pool):
    x = batch()
    y = network(mode).predict_on_batch([x, np.array(LENGTHS)])
    expected = [pool(row[:length]) for row, length in zip(x, LENGTHS, strict=True)]
    np.testing.assert_allclose(y, expected, atol=1e-6)


@every_mode
@pytest.mark.parametrize("padding", [1e30, -1e30, np.nan])
def test_what_stands_in_the_padding_does_not_matter(mode, padding):
    y, expected = (
        network(mode).predict_on_batch([x, np.array(LENGTHS)]) for x in (batch(padding), batch())
    )
    np.testing.assert_array_equal(y, expected)


@every_mode
def test_a_row_in_a_batch_equals_the_row_alone(mode):
    x = batch(7.0)
    y = network(mode).predict_on_batch([x, np.array(LENGTHS)])
    for row, length in enumerate(LENGTHS):
        alone = Pooling(mode)(ops.array(x[row : row + 1, :length]))
        np.testing.assert_allclose(y[row], alone[0], atol=1e-6)


@every_mode
def test_no_lengths_mean_full_rows(mode):
    x = ops.array(batch())
    np.testing.assert_allclose(Pooling(mode)(x), Pooling(mode)(x, ops.array([5] * 3)), atol=1e-6)


@every_mode
def test_saved_models_answer_the_same(mode, tmp_path):
    network(mode).save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    arrays = [batch(), np.array(LENGTHS)]
    answers = [each.predict_on_batch(arrays) for each in (loaded, network(mode))]
    np.testing.assert_array_equal(*answers)


def test_other_modes_are_refused():
    with pytest.raises(ValueError, match=r"last.*mean.*max.*Received: mode='sum'"):
        Pooling("sum")
