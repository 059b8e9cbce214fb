"""The conditional random field: its likelihood is that of all sequences, and it learns."""

import itertools

import keras
import numpy as np
from keras import ops

from rnnapps.data.tags import allowed
from rnnapps.decoding.viterbi import Posterior, viterbi
from rnnapps.nn.crf import CRF

TAGS = ["O", "B-X", "I-X", "E-X", "S-X"]


def filled(crf, seed):
    """Builds a layer with random weights, and random scores."""
    rng = np.random.default_rng(seed)
    crf.build((None, None, crf.tags))
    crf.set_weights([rng.normal(size=weight.shape) for weight in crf.get_weights()])
    return rng, rng.normal(size=(3, 5, crf.tags)).astype("float32")


def known(tags, count):
    """Gives tags that are known, true in one of as many places."""
    return np.eye(count, dtype=bool)[tags]


def test_nats_are_those_of_a_sequence_among_all():
    lengths = np.array([5, 1, 3], "int32")
    for barred in (None, allowed(TAGS)):
        crf = CRF(len(TAGS), barred)
        _, scores = filled(crf, seed=1)
        posterior = Posterior(crf.chain(), scores, lengths)
        paths = viterbi(crf.chain(), scores, lengths)
        tags = np.zeros((3, 5), "int32")
        for row, path in enumerate(paths):
            tags[row, : len(path)] = path
        nats = ops.convert_to_numpy(crf.nats(scores, known(tags, crf.tags), lengths))
        expected = [-posterior.stretch(row, 0, list(path)) for row, path in enumerate(paths)]
        np.testing.assert_allclose(nats, expected, rtol=1e-4, atol=1e-5)


def test_tags_that_are_known_in_part_are_as_likely_as_all_that_they_may_be():
    crf = CRF(2)
    _, scores = filled(crf, seed=4)
    every = np.array(list(itertools.product((0, 1), repeat=5)))
    single = [crf.nats(scores[:1], known(tags, 2)[None], np.array([5])) for tags in every]
    likely = np.exp([-float(ops.convert_to_numpy(nats)[0]) for nats in single])
    possible = np.array([[[1, 0], [1, 1], [0, 1], [1, 1], [1, 0]]])
    nats = ops.convert_to_numpy(crf.nats(scores[:1], possible, np.array([5])))
    fits = possible[0, np.arange(5), every].all(axis=1)
    np.testing.assert_allclose(np.exp(-nats[0]), likely[fits].sum(), rtol=1e-4)
    assert abs(likely.sum() - 1) < 1e-4


def test_rows_of_one_step():
    crf = CRF(3)
    _, scores = filled(crf, seed=5)
    every = [crf.nats(scores[:, :1], known([[tag]] * 3, 3), np.ones(3, int)) for tag in range(3)]
    total = sum(np.exp(-ops.convert_to_numpy(nats)) for nats in every)
    np.testing.assert_allclose(total, 1, rtol=1e-4)


def test_what_stands_in_the_padding_does_not_matter():
    crf = CRF(3)
    rng, scores = filled(crf, seed=2)
    tags, lengths = rng.integers(0, 3, (3, 5)), np.array([2, 3, 1])
    before = ops.convert_to_numpy(crf.nats(scores, known(tags, crf.tags), lengths))
    for row, length in enumerate(lengths):
        scores[row, length:], tags[row, length:] = 7, 2
    np.testing.assert_allclose(
        ops.convert_to_numpy(crf.nats(scores, known(tags, crf.tags), lengths)), before
    )


def test_a_sequence_that_cannot_be_has_no_part_in_the_total():
    crf = CRF(len(TAGS), allowed(TAGS))
    _, scores = filled(crf, seed=3)
    lengths = np.full(3, 5)
    impossible = known([[2, 3, 0, 0, 0]] * 3, len(TAGS))
    assert (ops.convert_to_numpy(crf.nats(scores, impossible, lengths)) > 1000).all()


def test_transitions_are_learnt():
    class Nats(keras.Model):
        def __init__(self):
            super().__init__()
            self.crf = CRF(2)

        def call(self, tags):
            scores = self.crf(ops.zeros((*ops.shape(tags), 2)))
            return self.crf.nats(scores, ops.one_hot(tags, 2), ops.full(ops.shape(tags)[:1], 6))

    tags = np.tile(np.array([[0, 1, 0, 1, 0, 1]], "int32"), (32, 1))
    model = Nats()
    model.compile(keras.optimizers.Adam(0.1), loss=lambda y_true, nats: nats)
    model.fit(tags, np.zeros(32), batch_size=4, epochs=5, verbose=0)
    path = viterbi(model.crf.chain(), np.zeros((1, 6, 2)), np.array([6]))[0]
    assert path.tolist() == [0, 1, 0, 1, 0, 1]
