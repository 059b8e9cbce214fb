import functools
import itertools
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from rnnapps.data.windows import Windows
from rnnapps.errors import InputError
from rnnapps.nn.token_network import token_network
from rnnapps.training import checkpoint
from rnnapps.training.checkpoint import FILE
from rnnapps.training.loop import train


class Killed(BaseException):
    pass


class Kill(keras.callbacks.Callback):
    """Ends the training at a batch of an epoch, or at the end of the epoch."""

    def __init__(self, epoch, batch=None):
        super().__init__()
        self.moment, self.batch = epoch, batch

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if (self.epoch, batch) == (self.moment, self.batch):
            raise Killed

    def on_epoch_end(self, epoch, logs=None):
        if (epoch, None) == (self.moment, self.batch):
            raise Killed


class Tell(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        print("batch", flush=True)


def make(rng):
    """Rows of random lengths, so that epochs have more or fewer windows."""
    rows = [np.arange(rng.integers(8, 25)) * rng.integers(1, 4) % 4 for _ in range(5)]
    return [{"tokens": row[:-1], "targets": row[1:]} for row in rows]


def training(
    directory, callbacks=(), epochs=4, learning_rate=0.05, units=6, window=5, seed=0, **options
):
    """Weights and history of a training in a fresh network; goes on if there is a checkpoint."""
    network = token_network(4, embedding=4, units=units, layers=1, weight_drop=0.3, seed=1)
    history = train(
        network,
        Windows(make, batch_size=2, window=window, seed=seed),
        Windows(lambda rng: make(np.random.default_rng(9)), 2, 5, shuffle=False),
        epochs=epochs,
        learning_rate=learning_rate,
        callbacks=callbacks,
        checkpoint_dir=directory,
        resume=directory is not None,
        verbose=0,
        **options,
    )
    return network.get_weights(), history.history


uninterrupted = functools.cache(functools.partial(training, None))


def assert_same(results, expected):
    (weights, history), (wanted_weights, wanted_history) = results, expected
    assert history.keys() == wanted_history.keys()
    for name, values in wanted_history.items():
        assert history[name] == pytest.approx(values, rel=1e-5)
    for weight, wanted in zip(weights, wanted_weights, strict=True):
        np.testing.assert_allclose(weight, wanted, atol=1e-5)


@pytest.fixture(scope="module")
def first_epoch(tmp_path_factory):
    """The bytes of a checkpoint after one epoch of two."""
    folder = tmp_path_factory.mktemp("first_epoch")
    with pytest.raises(Killed):
        training(folder, [Kill(0)], epochs=2)
    return (folder / FILE).read_bytes()


@pytest.fixture
def begun(tmp_path, first_epoch):
    """A folder with that checkpoint."""
    (tmp_path / FILE).write_bytes(first_epoch)
    return tmp_path


@pytest.fixture
def often(monkeypatch):
    """Lets the clock of checkpoints run so fast that one is due after every other batch."""
    clock = itertools.count(step=150)
    monkeypatch.setattr(checkpoint, "time", SimpleNamespace(monotonic=lambda: next(clock)))


@pytest.mark.parametrize(
    ("schedule", "kills"),
    [("one_cycle", [Kill(1), Kill(2, 3)]), ("plateau", [Kill(3, 1)])],
    ids=["one_cycle", "plateau"],
)
def test_a_training_that_was_killed_goes_on_as_if_it_had_not(tmp_path, often, schedule, kills):
    for kill in kills:
        with pytest.raises(Killed):
            training(tmp_path, [kill], schedule=schedule)
    assert_same(training(tmp_path, schedule=schedule), uninterrupted(schedule=schedule))


def test_a_killed_process_leaves_a_whole_checkpoint(tmp_path):
    process = subprocess.Popen(
        [sys.executable, __file__, tmp_path],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
    )
    for _ in range(random.randint(2, 20)):
        assert process.stdout.readline() == b"batch\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with np.load(tmp_path / FILE, allow_pickle=False) as file:
        assert "facts" in file
    assert_same(training(tmp_path), uninterrupted())


def test_patience_is_not_renewed(tmp_path):
    # Losses are worse from the second epoch on, as the weights are spoilt.
    class Spoil(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch:
                self.model.set_weights([weight * 3 + 1 for weight in self.model.get_weights()])

    with pytest.raises(Killed):
        training(tmp_path, [Spoil(), Kill(1)], patience=1)
    _, history = training(tmp_path, patience=1)
    assert len(history["loss"]) == 2


def test_a_finished_training_is_given_again(begun):
    results = training(begun, epochs=2)
    assert_same(training(begun, [Kill(1, 0)], epochs=2), results)


@pytest.mark.parametrize(
    "options",
    [
        {"epochs": 3},
        {"schedule": "plateau"},
        {"clip_norm": 2.0},
        {"units": 7},
        {"window": 6},
        {"seed": 1},
        {"settings": {"data": "other"}},
    ],
    ids=str,
)
def test_checkpoints_of_other_settings_are_refused(begun, options):
    with pytest.raises(InputError, match="Expected a checkpoint with the settings"):
        training(begun, **{"epochs": 2, **options})


def test_only_what_differs_is_told(begun):
    message = r"settings \{'epochs': 3\}\. Received: \{'epochs': 2\} in"
    with pytest.raises(InputError, match=message):
        training(begun, epochs=3)


def test_a_half_written_checkpoint_never_appears(begun, monkeypatch):
    before = (begun / FILE).read_bytes()

    def full_disk(path, **arrays):
        path.write_bytes(before[:100])
        raise OSError("No space left on device")

    monkeypatch.setattr(np, "savez", full_disk)
    with pytest.raises(OSError, match="space"):
        training(begun, epochs=2)
    assert [path.name for path in begun.iterdir()] == [FILE]
    assert (begun / FILE).read_bytes() == before


if __name__ == "__main__":
    checkpoint.time = SimpleNamespace(monotonic=itertools.count(step=300).__next__)
    training(Path(sys.argv[1]), [Tell()])
