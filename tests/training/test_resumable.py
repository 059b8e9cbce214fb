import keras
import numpy as np
import pytest
from keras.optimizers.schedules import ExponentialDecay

from rnnapps.errors import InputError
from rnnapps.nn.recurrent import Recurrent
from rnnapps.training.freezing import freeze_to, frozen_weights
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


def test_of_epochs_that_are_alike_the_one_with_the_lowest_loss_is_kept():
    def run(judged):
        model = regression()
        fit(model, Series(), Series()[0], **options(epochs=3, **judged))
        return model.get_weights()

    for one, other in zip(run({"judge": lambda: 1.0, "monitor": "f1"}), run({}), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_loss_that_is_no_number_is_told_and_the_weights_stay():
    class Broken(Series):
        def __getitem__(self, index):
            x, y = super().__getitem__(index)
            return x, y * np.nan

    model = regression()
    before = model.get_weights()
    with pytest.raises(InputError, match=r"loss=nan after the first epoch.*learning_rate"):
        fit(model, Broken(), **options(epochs=2))
    for one, other in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, other)


def test_without_a_folder_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(np, "savez", None)
    fit(regression(), Series(), **options(epochs=2))


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


def test_a_training_is_resumed_with_its_own_validation_data(tmp_path):
    kept = {"epochs": 2, "checkpoint_dir": tmp_path, "resume": True}
    held_out, other = Series()[0], Series()[1]
    fit(regression(), Series(), held_out, **options(**kept))
    assert len(fit(regression(), Series(), held_out, **options(**kept)).epoch) == 2
    for another in (other, None):
        with pytest.raises(InputError, match=r"settings \{'validation': "):
            fit(regression(), Series(), another, **options(**kept))


def moved(before, model):
    pairs = zip(before, model.get_weights(), strict=True)
    return [float(np.abs(one - other).max()) for one, other in pairs]


def test_what_is_frozen_stays_as_it_was():
    model = regression()
    freeze_to(model, -1)
    before = model.get_weights()
    fit(model, Series(), **options(epochs=1))
    changes = dict(
        zip([weight.path for weight in model.weights], moved(before, model), strict=True)
    )
    assert {path for path, change in changes.items() if not change} == set(frozen_weights(model))
    assert sum(change > 0 for change in changes.values()) == 2


def test_a_frozen_training_goes_on_as_frozen(tmp_path):
    kept = {"epochs": 1, "checkpoint_dir": tmp_path}
    model = regression()
    freeze_to(model, 1)
    fit(model, Series(), **options(**kept))
    freeze_to(model, 0)
    with pytest.raises(InputError, match="frozen"):
        fit(model, Series(), **options(**kept, resume=True))
    freeze_to(model, 1)
    assert len(fit(model, Series(), **options(**kept, resume=True)).epoch) == 1


def test_nothing_to_train():
    model = regression()
    model.trainable = False
    with pytest.raises(InputError, match=r"frozen whole. Do .*unfreeze"):
        fit(model, Series(), **options())


@pytest.mark.parametrize("schedule", ["one_cycle", "plateau"])
@pytest.mark.parametrize("n", [0, -1])
def test_a_pair_of_rates_is_spread_over_the_groups(schedule, n):
    class FirstStep(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = True

    model = regression()
    freeze_to(model, n)
    before = model.get_weights()
    once = {"epochs": 1, "schedule": schedule, "callbacks": [FirstStep()]}
    fit(model, Series(), **options(**once, learning_rate=(1e-4, 1e-2)))
    # The first step of Adam is as large as the rate.
    rate = 1e-2 / 25 if schedule == "one_cycle" else 1e-2
    *recurrent, _, _ = changes = moved(before, model)
    assert max(changes[-2:]) == pytest.approx(rate, rel=0.05)
    assert max(recurrent) == pytest.approx(rate / 100 if n == 0 else 0.0, rel=0.05)


@pytest.mark.parametrize(
    "rate",
    [
        (1e-3, 1e-2),
        keras.optimizers.schedules.ExponentialDecay(0.01, decay_steps=5, decay_rate=0.5),
    ],
    ids=["pair", "schedule"],
)
def test_a_resumed_training_keeps_its_rates(tmp_path, rate):
    kept = {"epochs": 3, "learning_rate": rate}
    whole, resumed = regression(), regression()
    fit(whole, Series(), **options(**kept))
    stop = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: setattr(resumed, "stop_training", epoch == 0)
    )
    fit(resumed, Series(), **options(**kept, checkpoint_dir=tmp_path, callbacks=[stop]))
    fit(resumed, Series(), **options(**kept, checkpoint_dir=tmp_path, resume=True))
    for one, other in zip(resumed.get_weights(), whole.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
    with pytest.raises(InputError, match="learning_rate"):
        fit(resumed, Series(), **options(epochs=3, checkpoint_dir=tmp_path, resume=True))


def test_a_schedule_is_used_as_it_is():
    rates = []

    class Watch(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            rates.append(float(self.model.optimizer.learning_rate))

    decay = ExponentialDecay(0.1, decay_steps=1, decay_rate=0.5)
    for schedule in ("one_cycle", "plateau"):
        given = {"schedule": schedule, "learning_rate": decay, "callbacks": [Watch()]}
        fit(regression(), Series(), **options(epochs=1, **given))
    assert rates == pytest.approx([0.1, 0.05, 0.025, 0.0125, 0.00625] * 2)


def test_a_judge_decides_which_epoch_is_kept():
    values, model, kept = iter([3.0, 1.0, 2.0]), regression(), []
    copy = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: kept.append(model.get_weights())
    )
    history = fit(
        model,
        Series(),
        **options(epochs=3, monitor="errors", judge=lambda: next(values), callbacks=[copy]),
    )
    assert history.history["val_errors"] == [3.0, 1.0, 2.0]
    for weight, expected in zip(model.get_weights(), kept[1], strict=True):
        np.testing.assert_array_equal(weight, expected)
