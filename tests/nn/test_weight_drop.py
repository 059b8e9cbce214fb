import keras
import numpy as np
import pytest
from keras import ops

from rnnapps.nn.recurrent import CELLS, Recurrent
from rnnapps.nn.weight_drop import VariationalDropout, dropped_recurrent_kernel

every_cell = pytest.mark.parametrize("cell", CELLS)


def built(cell, units=8):
    layer = CELLS[cell](units, return_sequences=True)
    layer.build((None, None, 3))
    return layer


def kernel_of(layer):
    return ops.convert_to_numpy(layer.cell.recurrent_kernel)


def outputs(layer, training=False):
    x = np.random.default_rng(0).normal(size=(2, 5, 3)).astype(np.float32)
    return ops.convert_to_numpy(layer(x, training=training)[0])


@every_cell
def test_connections_are_dropped_and_the_others_scaled(cell):
    layer = built(cell, units=32)
    variable, before = layer.cell.recurrent_kernel, kernel_of(layer)
    with dropped_recurrent_kernel(layer, 0.25, keras.random.SeedGenerator(0)):
        dropped = kernel_of(layer)
    kept = dropped != 0
    assert 0.2 < 1 - kept.mean() < 0.3
    np.testing.assert_allclose(dropped[kept], before[kept] / 0.75, rtol=1e-6)
    assert layer.cell.recurrent_kernel is variable
    np.testing.assert_array_equal(kernel_of(layer), before)


def test_kernel_comes_back_after_an_error():
    layer = built("lstm")
    variable = layer.cell.recurrent_kernel
    with (
        pytest.raises(RuntimeError),
        dropped_recurrent_kernel(layer, 0.5, keras.random.SeedGenerator(0)),
    ):
        raise RuntimeError
    assert layer.cell.recurrent_kernel is variable
    assert layer.trainable_variables == layer.cell.trainable_variables
    assert len(layer.trainable_variables) == 3


def test_weights_drop_in_training_only_and_by_seed():
    first, second = (Recurrent(8, weight_drop=0.5, seed=5) for _ in range(2))
    plain = outputs(first)
    outputs(second)
    second.set_weights(first.get_weights())
    drawn = [outputs(first, training=True) for _ in range(2)]
    for value in drawn:
        np.testing.assert_array_equal(outputs(second, training=True), value)
    assert not np.allclose(drawn[0], plain)
    assert not np.allclose(drawn[0], drawn[1])
    np.testing.assert_allclose(drawn[0][:, 0], plain[:, 0], atol=1e-6)  # no recurrence yet
    np.testing.assert_array_equal(outputs(first), plain)


@every_cell
def test_training_reaches_the_true_kernel(cell):
    layer = Recurrent(16, 1, cell, weight_drop=0.5, seed=5)
    x = keras.Input((None, 3))
    model = keras.Model(x, layer(x)[0])
    model.compile("sgd", "mse")
    before = kernel_of(layer.runs[0])
    model.train_on_batch(np.ones((2, 5, 3)), np.ones((2, 5, 16)))
    changed = (kernel_of(layer.runs[0]) != before).mean()
    assert 0.3 < changed < 0.7  # what is dropped has no gradient
    assert len(model.trainable_variables) == 3


def test_features_drop_for_the_whole_sequence():
    layer = VariationalDropout(0.25, seed=1)
    y = ops.convert_to_numpy(layer(np.ones((8, 5, 64), np.float32), training=True))
    assert (y == y[:, :1]).all()
    assert 0.2 < (y == 0).mean() < 0.3
    np.testing.assert_allclose(np.unique(y), [0, 1 / 0.75], rtol=1e-6)
    assert not (y[0] == y[1]).all()


def test_variational_dropout_is_seeded_and_off_in_prediction():
    x = np.ones((2, 3, 16), np.float32)
    layer = VariationalDropout(0.5, seed=1)
    twin = VariationalDropout.from_config(layer.get_config())
    for _ in range(2):
        np.testing.assert_array_equal(layer(x, training=True), twin(x, training=True))
    np.testing.assert_array_equal(layer(x), x)
    np.testing.assert_array_equal(VariationalDropout(0.0)(x, training=True), x)


@pytest.mark.parametrize("rate", [-0.1, 1.0])
def test_bad_rates_are_refused(rate):
    with pytest.raises(ValueError, match=f"Received: rate={rate}"):
        VariationalDropout(rate)
