import keras
import numpy as np
import pytest

from rnnapps.training.adam import ClippedAdam

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation")


def test_it_steps_as_keras_does_after_gradients_large_and_tiny():
    rng = np.random.default_rng(1)
    start = [rng.normal(size=shape).astype("float32") for shape in ((7, 5), (3,))]
    ours, keras_ones = ([keras.Variable(each) for each in start] for _ in range(2))
    optimizer, expected = (
        kind(keras.optimizers.schedules.CosineDecay(0.01, 50), global_clipnorm=1.0)
        for kind in (ClippedAdam, keras.optimizers.Adam)
    )
    for _ in range(50):
        size = 10 ** rng.uniform(-9, 1)
        grads = [rng.normal(size=each.shape).astype("float32") * size for each in start]
        optimizer.apply([keras.ops.convert_to_tensor(each) for each in grads], ours)
        expected.apply([keras.ops.convert_to_tensor(each) for each in grads], keras_ones)
    for mine, theirs, first in zip(ours, keras_ones, start, strict=True):
        mine, theirs = (keras.ops.convert_to_numpy(each) for each in (mine, theirs))
        assert np.abs(mine - first).max() > 0.05
        np.testing.assert_allclose(mine, theirs, atol=1e-5)


def test_the_parts_of_an_embeddings_gradient_are_clipped_as_their_sum():
    table = keras.layers.Embedding(2, 1, embeddings_initializer="zeros")
    model = keras.Sequential([keras.Input((2,), dtype="int32"), table])
    model.compile(
        optimizer=Steepest(1.0, global_clipnorm=1.0),
        loss=lambda _, given: keras.ops.sum(given),
        jit_compile=False,
    )
    # Two reads of one row: a gradient of 2 is clipped to 1, and two of 1 would be to 1.41.
    model.train_on_batch(np.array([[1, 1]]), np.zeros((1, 2, 1)))
    np.testing.assert_allclose(table.get_weights()[0][:, 0], [0.0, -1.0], atol=1e-6)


class Steepest(ClippedAdam):
    def update_step(self, gradient, variable, learning_rate):
        self.assign_sub(variable, learning_rate * gradient)
