import keras
import numpy as np
import pytest
from keras import ops

from rnnapps.data.windows import Windows
from rnnapps.errors import InputError
from rnnapps.nn.token_network import token_network
from rnnapps.training.carried import CarriedStates
from rnnapps.training.loop import train
from rnnapps.training.schedules import OneCycle

PATTERN = np.tile([1, 1, 2, 1, 3], 5)  # after a 1 only memory tells what comes


def make(rng):
    return [
        {"tokens": np.roll(PATTERN, move + 1), "targets": np.roll(PATTERN, move)}
        for move in rng.permutation(5)[:4]
    ]


def windows_of(seed=0, shuffle=True):
    return Windows(make, batch_size=4, window=10, seed=seed, shuffle=shuffle)


def network_of(seed=1, **options):
    return token_network(4, embedding=4, units=12, layers=1, seed=seed, **options)


def quick(network, windows=None, validation=None, **options):
    options = {"epochs": 2, "learning_rate": 0.02, "verbose": 0, **options}
    return train(network, windows or windows_of(), validation, **options)


class Watch(keras.callbacks.Callback):
    """Keeps what happens, the learning rates, and the optimiser after the first step."""

    def __init__(self):
        super().__init__()
        self.events, self.rates, self.momentum = [], [], None

    def on_train_begin(self, logs=None):
        self.events.append("begin")

    def on_train_end(self, logs=None):
        self.events.append("end")

    def on_epoch_begin(self, epoch, logs=None):
        self.events.append(epoch)

    def on_train_batch_end(self, batch, logs=None):
        optimizer = self.model.optimizer
        self.rates.append(float(optimizer.learning_rate))
        if self.momentum is None:
            self.momentum = [
                ops.convert_to_numpy(variable)
                for variable in optimizer.variables
                if "momentum" in variable.name
            ]


def test_a_pattern_is_learnt():
    network = network_of()
    history = quick(network, epochs=30, learning_rate=0.05)
    assert history.history["nats"][0] > 0.8
    assert history.history["nats"][-1] < 0.5  # 0.66 is the best without memory
    assert history.epoch == list(range(30))


def test_the_best_weights_are_left():
    class Spoil(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                self.model.set_weights([weight * 9 + 1 for weight in self.model.get_weights()])

    network, validation = network_of(), windows_of(5, shuffle=False)
    history = quick(network, None, validation, epochs=3, callbacks=[Spoil()]).history["val_nats"]
    assert history[1] < history[0] < history[2]
    model = CarriedStates(network, batch_size=4)
    nats = keras.metrics.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(loss=keras.losses.sparse_categorical_crossentropy, weighted_metrics=[nats])
    assert model.evaluate(validation, verbose=0)[1] == pytest.approx(history[1], rel=1e-4)


@pytest.mark.parametrize(("patience", "epochs"), [(0, 1), (2, 3)])
def test_patience(patience, epochs):
    history = quick(
        network_of(),
        validation=windows_of(shuffle=False),
        epochs=5,
        learning_rate=0.0,  # nothing gets better
        patience=patience,
    )
    assert len(history.history["val_nats"]) == len(history.epoch) == epochs


@pytest.mark.parametrize("clip_norm", [1e-3, 1e3])
def test_gradients_are_clipped_by_their_global_norm(clip_norm):
    watch = Watch()
    quick(network_of(), epochs=1, clip_norm=clip_norm, callbacks=[watch])
    assert len(watch.momentum) == 6
    # The first momentum of Adam is a tenth of the gradient.
    norm = 10 * np.sqrt(sum((each**2).sum() for each in watch.momentum))
    assert norm == pytest.approx(1e-3, rel=1e-3) if clip_norm < 1 else 0.01 < norm < 10


def test_seeds_decide_the_result():
    weights, losses = [], []
    used = windows_of()
    for windows in (used, used, windows_of(seed=3)):
        network = network_of(weight_drop=0.2)
        losses.append(quick(network, windows).history["loss"])
        weights.append(np.concatenate([weight.ravel() for weight in network.get_weights()]))
    assert losses[1] == pytest.approx(losses[0], rel=1e-5)
    np.testing.assert_allclose(weights[1], weights[0], atol=1e-5)
    assert losses[2] != pytest.approx(losses[0], rel=1e-3)
    assert not np.allclose(weights[2], weights[0], atol=1e-3)


def test_all_epochs_are_one_training():
    watch = Watch()
    quick(network_of(), epochs=4, learning_rate=0.01, callbacks=[watch])
    assert watch.events == ["begin", 0, 1, 2, 3, "end"]
    schedule = OneCycle(0.01, steps=4 * 3)
    assert watch.rates == pytest.approx([float(schedule(step)) for step in range(1, 13)])


def test_a_callback_may_stop_the_training():
    stop = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: setattr(stop.model, "stop_training", epoch == 1)
    )
    assert quick(network_of(), epochs=4, callbacks=[stop]).epoch == [0, 1]


def test_plateau_lowers_the_rate_when_validation_stalls():
    watch = Watch()
    quick(
        network_of(),
        validation=windows_of(shuffle=False),
        epochs=4,
        learning_rate=1e-12,  # nothing gets better
        schedule="plateau",
        callbacks=[watch],
    )
    assert watch.rates[::3] == pytest.approx([1e-12, 1e-12, 1e-12 / 4, 1e-12 / 16], rel=1e-6, abs=0)


def test_unknown_schedules_are_refused():
    with pytest.raises(InputError, match=r"plateau.*Received: schedule='cosine'"):
        quick(network_of(), schedule="cosine")
