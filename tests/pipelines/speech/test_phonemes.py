"""Phonemes beside letters: what a network learns of them, and that it is only in training."""

import numpy as np
from keras import ops

from rnnapps.decoding.ctc import nats
from rnnapps.decoding.sampling import log_softmax
from rnnapps.pipelines.speech.hearing import Hearing, unlevelled
from rnnapps.pipelines.speech.model import recogniser
from rnnapps.pipelines.speech.phonemes import SIZE, phonemes
from rnnapps.pipelines.speech.training import BESIDE, CTCNats, Recordings, train
from rnnapps.training.freezing import layer_groups

HEARING = Hearing(unlevelled(mels=8, side_by_side=3, stride=2))
LETTERS = [np.array([1, 2, 2]), np.array([3])]
PHONEMES = [np.array([4, 5]), np.zeros(0, np.int32)]


def recordings(phonemes=PHONEMES):
    rng = np.random.default_rng(0)
    spectra = [rng.normal(size=(frames, 8)).astype(np.float32) for frames in (25, 19)]
    return Recordings(spectra, LETTERS, HEARING, 2, vary=0, phonemes=phonemes)


def test_nats_in_training_are_those_of_letters_and_of_phonemes_that_are_known():
    still = {"input_dropout": 0.0, "output_dropout": 0.0}
    network = recogniser(24, 5, front=6, units=4, layers=1, seed=1, **still)
    model = CTCNats(network, phonemes=7)
    inputs, _, _ = recordings()[0]
    answers = network({name: inputs[name] for name in network.input})
    letters = log_softmax(ops.convert_to_numpy(answers["logits"]))
    heard = model.body({name: inputs[name] for name in network.input})
    others = log_softmax(ops.convert_to_numpy(model.phonemes(heard)))
    lengths = inputs["lengths"]
    short = int(lengths.argmin())
    expected = np.array(
        [
            nats(row[:length], [letter for letter in target if letter])
            for row, length, target in zip(letters, lengths, inputs["targets"], strict=True)
        ]
    )
    np.testing.assert_allclose(ops.convert_to_numpy(model(inputs)), expected, rtol=1e-4)
    long = 1 - short
    expected[long] += BESIDE * nats(others[long, : lengths[long]], PHONEMES[0].tolist())
    found = ops.convert_to_numpy(model(inputs, training=True))
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_layers_are_grouped_as_those_of_the_network_and_phonemes_with_letters():
    network = recogniser(24, 5, front=6, units=4, layers=2, seed=1)
    names = [[layer.name for layer in group] for group in layer_groups(network)]
    assert names == [
        ["front", "front_norm"],
        ["forward_0", "backward_0", "norm_0"],
        ["forward_1", "backward_1", "norm_1"],
        ["logits"],
    ]
    groups = layer_groups(CTCNats(network, phonemes=7))
    assert [[layer.name for layer in group] for group in groups] == [
        *names[:-1],
        ["logits", "phonemes"],
    ]


def test_a_training_with_phonemes_that_are_not_all_known_lowers_the_nats():
    network = recogniser(24, 5, front=6, units=4, layers=1, seed=1)
    settings = {"epochs": 12, "learning_rate": 0.02, "verbose": 0}
    history = train(network, recordings(), recordings(None), settings={}, phonemes=7, **settings)
    found = history.history["val_nats"]
    assert np.isfinite(history.history["nats"]).all() and found[-1] < 0.9 * found[0]


def test_phonemes_that_do_not_fit_into_the_recording_are_not_learnt():
    inputs, _, _ = recordings([np.arange(1, 40), np.array([1, 2])])[0]
    short = inputs["lengths"].argmin()
    assert not inputs["phonemes"][1 - short].any()
    assert inputs["phonemes"][short][:2].tolist() == [1, 2]


def test_words_sound_as_the_dictionary_has_them():
    assert phonemes("two knights").tolist() == phonemes("too nights").tolist()
    assert len(phonemes("a")) == 1 and 1 <= phonemes("the quick brown fox").max() < SIZE
    assert len(phonemes("two xqzt")) == 0
