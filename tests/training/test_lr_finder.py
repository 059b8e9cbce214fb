from functools import partial

import keras
import numpy as np
import pytest

from rnnapps.errors import InputError
from rnnapps.training.lr_finder import lr_find, valley
from rnnapps.training.resumable import fit


class Line(keras.utils.PyDataset):
    """Points of a line, three batches an epoch."""

    num_batches = 3

    def __init__(self):
        super().__init__()
        self.settings = {}
        self.epoch = self.first = 0

    def start(self, epoch, first):
        self.epoch = epoch

    def __len__(self):
        return self.num_batches

    def __getitem__(self, index):
        x = np.random.default_rng([self.epoch, index]).normal(size=(8, 1)).astype("float32")
        return x, 3 * x + 1


def find(*callbacks, **options):
    keras.utils.set_random_seed(1)
    x = keras.Input((1,))
    model = keras.Model(x, keras.layers.Dense(1)(x))
    train = partial(fit, model, Line(), loss=keras.losses.MeanSquaredError())
    return lr_find(train, callbacks=callbacks, **options)


class Watch(keras.callbacks.Callback):
    """Keeps the loss of each step."""

    def __init__(self):
        super().__init__()
        self.losses = []

    def on_train_batch_end(self, batch, logs=None):
        self.losses.append(logs["loss"])


def test_progress_is_of_the_steps(capfd):
    find(num_it=12, stop_div=False)
    told = capfd.readouterr().out
    assert "12/12" in told
    assert "Epoch" not in told
    find(num_it=12, verbose=0)
    assert not capfd.readouterr().out


def test_rates_grow_exponentially_and_losses_are_smoothed():
    watch = Watch()
    found = find(watch, start_lr=1e-4, end_lr=1.0, num_it=16, stop_div=False)
    np.testing.assert_allclose(found.lrs, 10.0 ** np.linspace(-4, 0, 17)[:16])
    assert len(watch.losses) == len(found.losses) == 16
    weights = [0.98 ** np.arange(step)[::-1] for step in range(1, 17)]
    wanted = [np.average(watch.losses[: len(each)], weights=each) for each in weights]
    np.testing.assert_allclose(found.losses, wanted, rtol=1e-5)
    assert found.valley in found.lrs


def test_each_loss_is_of_its_own_step():
    watch = Watch()
    find(watch, num_it=6, end_lr=1e-6)  # the weights hardly move
    pairs = [(epoch, index) for epoch in (0, 1) for index in range(3)]
    rough = [np.random.default_rng(pair).normal(size=8).std() for pair in pairs]
    assert np.corrcoef(rough, watch.losses)[0, 1] > 0.7


def test_it_stops_where_the_loss_diverges():
    options = {"start_lr": 1e-2, "end_lr": 1e6, "num_it": 60}
    stopped, whole = find(**options), find(**options, stop_div=False)
    assert len(stopped.losses) < len(whole.losses) == 60
    assert stopped.losses[-1] > 4 * stopped.losses.min()
    assert (stopped.losses[:-1] <= 4 * stopped.losses.min()).all()
    assert 1e-2 <= stopped.valley < 1e2


def test_it_stops_at_a_loss_that_is_no_number():
    class Spoil(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 6:
                self.model.set_weights([weight * np.nan for weight in self.model.get_weights()])

    found = find(Spoil(), num_it=40)
    assert len(found.losses) == 6 * 3 + 1
    assert np.isnan(found.losses).tolist() == 18 * [False] + [True]


def fastai(lrs, losses):
    """The rate as fastai's `valley` finds it, step by step."""
    longest, begin, end = [1] * len(losses), 0, 0
    for i in range(1, len(losses)):
        for j in range(i):
            if losses[i] < losses[j] and longest[i] < longest[j] + 1:
                longest[i] = longest[j] + 1
            if longest[end] < longest[i]:
                end = i
                begin = end - longest[end]
    third = (end - begin) / 3
    return lrs[max(0, begin + int(third) + int(third / 2))]


@pytest.mark.parametrize("seed", range(20))
def test_the_valley_is_that_of_fastai(seed):
    rng = np.random.default_rng(seed)
    losses = rng.normal(size=rng.integers(1, 60)).cumsum().round(1)
    lrs = np.arange(float(len(losses)))
    assert valley(lrs, losses) == fastai(lrs, losses)


def test_the_valley_ends_before_what_is_no_number():
    losses = np.array([9.0, 8, 7, 6, 5, 4, np.nan, 3, 2, 1])
    assert valley(np.arange(10.0), losses) == valley(np.arange(6.0), losses[:6])
    with pytest.raises(InputError, match="lower start_lr"):
        valley(np.arange(3.0), np.array([np.inf, 2, 1]))


def test_plot():
    figure = find(num_it=12).plot()
    (axes,) = figure.axes
    assert axes.get_xscale() == "log" and len(axes.lines) == 2


@pytest.mark.parametrize(
    "wrong",
    [{"num_it": 5}, {"num_it": 7.5}, {"start_lr": 0}, {"end_lr": "high"}, {"end_lr": 1e-8}],
    ids=str,
)
def test_wrong_arguments_are_named(wrong):
    ((name, _),) = wrong.items()
    with pytest.raises(InputError, match=f"Expected .*{name}.* Received: "):
        find(**wrong)
