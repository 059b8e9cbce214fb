"""What every pipeline does to be adapted to own data, shown with small networks for music."""

import shutil

import keras
import numpy as np
import pytest

from rnnapps import pipeline
from rnnapps.errors import InputError
from rnnapps.pipelines.music.pipeline import Music

OPTIONS = {"epochs": 2, "base_lr": 0.02, "seed": 3}


class Watch(keras.callbacks.Callback):
    """Keeps the highest rate of each training, and whether the head alone was trained."""

    def __init__(self):
        super().__init__()
        self.trainings = []

    def on_train_begin(self, logs=None):
        self.trainings.append([0.0, len(self.model.trainable_variables) == 2])

    def on_train_batch_begin(self, batch, logs=None):
        rate = float(self.model.optimizer.learning_rate)
        self.trainings[-1][0] = max(rate, self.trainings[-1][0])


class Kill(keras.callbacks.Callback):
    """Ends the process's training after an epoch of one of its trainings."""

    def __init__(self, training, epoch):
        super().__init__()
        self.training, self.epoch = training, epoch

    def on_train_begin(self, logs=None):
        self.training -= 1

    def on_epoch_begin(self, epoch, logs=None):
        if self.training == -1 and epoch == self.epoch:
            raise KeyboardInterrupt


@pytest.fixture
def music():
    return untrained()


def untrained():
    return pipeline("music", False, embedding=8, units=16, layers=1, seed=1)


def fine_tune(pipe, **options):
    return pipe.fine_tune([pipe.example()] * 4, **{**OPTIONS, **options})


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A training that is never killed: losses, weights and the folder of its checkpoints."""
    pipe, folder = untrained(), tmp_path_factory.mktemp("whole")
    history = fine_tune(pipe, freeze_epochs=2, checkpoint_dir=folder)
    return history.history["loss"], pipe.weights(), folder


def test_the_head_alone_and_then_all_layers(music):
    watch = Watch()
    history = fine_tune(music, freeze_epochs=2, callbacks=[watch])
    (frozen_rate, frozen), (rate, unfrozen) = watch.trainings
    assert frozen and not unfrozen
    assert frozen_rate == pytest.approx(0.02, rel=0.3) and rate == pytest.approx(0.01, rel=0.3)
    assert {len(values) for values in history.history.values()} == {4}
    assert history.epoch == [0, 1, 2, 3]
    losses = history.history["loss"]
    assert losses == sorted(losses, reverse=True)


def test_the_seed_is_that_of_random_weights_too():
    def pipe():
        return pipeline("music", False, embedding=8, units=16, layers=1)

    one, other = pipe(), pipe()
    for each in (one, other):
        fine_tune(each)
    for path, array in one.weights().items():
        np.testing.assert_array_equal(array, other.weights()[path])


def test_all_layers_from_the_first(music):
    watch = Watch()
    assert fine_tune(music, freeze_epochs=0, callbacks=[watch]).epoch == [0, 1]
    assert [alone for _, alone in watch.trainings] == [False]


@pytest.mark.parametrize(("training", "epoch"), [(0, 1), (1, 0), (1, 1)])
def test_a_killed_one_goes_on_to_the_same_end(whole, tmp_path, training, epoch):
    losses, weights, folder = whole
    earlier = shutil.copytree(folder, tmp_path / "run")  # must not be taken up
    options = {"freeze_epochs": 2, "checkpoint_dir": earlier}
    with pytest.raises(KeyboardInterrupt):
        fine_tune(untrained(), **options, callbacks=[Kill(training, epoch)])
    resumed = untrained()
    history = fine_tune(resumed, **options, resume=True)
    assert history.history["loss"] == pytest.approx(losses, rel=1e-4)
    for path, values in weights.items():
        np.testing.assert_allclose(resumed.weights()[path], values, atol=1e-5)


def test_another_one_is_not_gone_on_with(whole):
    *_, folder = whole
    options = {"freeze_epochs": 2, "checkpoint_dir": folder, "resume": True}
    with pytest.raises(InputError, match="checkpoint"):
        fine_tune(untrained(), **options, base_lr=0.03)


def test_freeze_to_and_unfreeze(music):
    def trained():
        return [weight.path.split("/")[0] for weight in music.network.trainable_weights]

    everything = trained()
    music.freeze()
    assert set(trained()) == {"logits"}
    music.freeze_to(1)
    assert set(trained()) == {"recurrent", "logits"}
    music.unfreeze()
    assert trained() == everything
    with pytest.raises(InputError, match="from -3 to 3"):
        music.freeze_to(4)


def test_nothing_but_frozen_layers(music):
    music.freeze_to(3)
    with pytest.raises(InputError, match="unfreeze"):
        music.fit(music.example(), epochs=1)


def test_a_network_that_is_built_anew_is_frozen_too(music):
    music.freeze()
    music._network = None
    with music.training() as network:
        assert len(network.trainable_weights) == 2


def test_what_is_frozen_by_hand_stays(music):
    music.network.get_layer("recurrent").trainable = False
    before = music.weights()
    music.fit(music.example(), epochs=1)
    moved = {path for path, value in music.weights().items() if (value != before[path]).any()}
    assert moved and not any("recurrent" in path for path in moved)


def test_finding_a_rate_heeds_what_is_frozen_and_passes_options_on(music):
    class Trained(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            counts.append(len(self.model.trainable_variables))

    counts = []
    music.freeze()
    found = music.lr_find(music.example(), num_it=12, callbacks=[Trained()], batch_size=2)
    assert counts == [2] and len(found.lrs) == 12


def test_finding_a_rate_keeps_settings_that_a_task_changes_in_fit():
    class Settling(Music):
        def fit(self, x, y=None, **options):
            self.preprocessor["labels"] = ["new"]
            self.config["units"] = 8
            self._network = self._graph = None
            return super().fit(x, y, **options)

    pipe = Settling.untrained(embedding=8, units=16, layers=1, seed=1)
    network, before = pipe.network, pipe.weights()
    pipe.lr_find(pipe.example(), num_it=6)
    assert pipe.config["units"] == 16 and "labels" not in pipe.preprocessor
    assert pipe.network is network
    for path, values in pipe.weights().items():
        np.testing.assert_array_equal(values, before[path])


def test_a_broken_search_for_a_rate_changes_nothing(music):
    before, answer = music.weights(), music.predict(music.example())
    with pytest.raises(KeyboardInterrupt):
        music.lr_find(music.example(), start_lr=1e-2, callbacks=[Kill(0, 3)])
    for path, values in music.weights().items():
        np.testing.assert_array_equal(values, before[path])
    assert music.predict(music.example()) == answer and not music.metadata


@pytest.mark.parametrize(
    "wrong",
    [
        {"epochs": 0},
        {"freeze_epochs": -1},
        {"base_lr": "high"},
        {"lr_mult": 0.5},
        {"resume": True},
        {"patience": 0},
    ],
    ids=str,
)
def test_wrong_options_are_named(music, wrong):
    ((name, _),) = wrong.items()
    name = "checkpoint_dir" if name == "resume" else name
    with pytest.raises(InputError, match=f"Expected .*{name}.* Received: "):
        fine_tune(music, **wrong)
