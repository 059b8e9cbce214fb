import keras
import numpy as np
import pytest

from rnnapps.nn.recurrent import Recurrent
from rnnapps.training.resumable import fit


class Series(keras.utils.PyDataset):
    """Noise, of which the sum so far is to be predicted."""

    def __init__(self):
        super().__init__()
        self.settings = {"steps": 6}
        self.start(0, 0)

    def start(self, epoch, first):
        self.epoch, self.first = epoch, first

    @property
    def num_batches(self):
        return 5 - self.first

    def __len__(self):
        return self.num_batches

    def __getitem__(self, index):
        rng = np.random.default_rng([self.epoch, self.first + index])
        x = rng.normal(size=(16, 6, 1)).astype("float32") / 3
        return x, x.cumsum(axis=1)


def regression():
    keras.utils.set_random_seed(1)
    x = keras.Input((None, 1))
    outputs, _ = Recurrent(12, seed=1)(x)
    return keras.Model(x, keras.layers.Dense(1)(outputs))


def error(model):
    x, y = Series()[2]
    return float(np.mean((model.predict_on_batch(x) - y) ** 2))


def options(**others):
    loss = keras.losses.MeanSquaredError()
    return {"loss": loss, "epochs": 20, "learning_rate": 0.02, "verbose": 0, **others}


def test_any_model_is_trained():
    model = regression()
    before = error(model)
    history = fit(model, Series(), **options())
    assert error(model) < before / 5
    assert len(history.history["loss"]) == 20


def test_the_best_by_the_chosen_metric_is_kept():
    class Spoil(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                self.model.set_weights([weight * 9 + 1 for weight in self.model.get_weights()])

    model, held_out = regression(), Series()[0]
    distance = keras.metrics.MeanAbsoluteError(name="distance")
    history = fit(
        model,
        Series(),
        held_out,
        **options(epochs=3, metrics=[distance], monitor="distance", callbacks=[Spoil()]),
    )
    x, y = held_out
    found = np.abs(model.predict_on_batch(x) - y).mean()
    assert found == pytest.approx(min(history.history["val_distance"]), rel=1e-3)


def test_a_resumed_training_goes_on(tmp_path):
    def run(**others):
        model = regression()
        return fit(model, Series(), **options(**others)).history["loss"], model.get_weights()

    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 1

    kept = {"epochs": 4, "checkpoint_dir": tmp_path, "resume": True}
    run(**kept, callbacks=[Stop()])
    losses, weights = run(**kept)
    wanted, whole = run(epochs=4)
    assert losses == pytest.approx(wanted, rel=1e-5)
    for one, other in zip(weights, whole, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
