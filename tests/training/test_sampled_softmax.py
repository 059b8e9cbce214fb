import keras
import numpy as np
import pytest

from rnnapps.data.running import Running
from rnnapps.data.windows import Windows
from rnnapps.nn.token_network import token_network
from rnnapps.training.loop import train, train_sampled
from rnnapps.training.sampled_softmax import SampledSoftmax, WithTargets, inclusion

SIZE = 30
COUNTS = np.arange(SIZE, 0, -1) ** 2


def network():
    return token_network(SIZE, embedding=6, units=8, layers=1, tied=True, seed=1)


def windows(**options):
    rng = np.random.default_rng(0)
    documents = [np.tile(rng.permutation(SIZE)[:5], 6).astype(np.int32) for _ in range(8)]
    return Windows(Running(documents, 4, shuffle=False), 4, window=8, **options)


def test_outside_of_training_the_nats_are_exact():
    net = network()
    inputs, targets, _ = WithTargets(windows(shuffle=False))[0]
    nats = SampledSoftmax(net, 4, COUNTS, samples=3)(inputs)
    states = {name: np.zeros((4, 8), np.float32) for name in ("forward_0_h", "forward_0_c")}
    logits = net({"tokens": inputs["tokens"], **states})["logits"]
    exact = keras.losses.sparse_categorical_crossentropy(targets, logits, from_logits=True)
    np.testing.assert_allclose(nats, exact, atol=1e-5)


def test_where_all_are_drawn_the_nats_of_training_are_exact_too():
    inputs, _, _ = WithTargets(windows(shuffle=False))[0]
    model = SampledSoftmax(network(), 4, COUNTS, samples=SIZE, seed=0)
    exact, drawn = (model(inputs, training=training) for training in (False, True))
    np.testing.assert_allclose(drawn, exact, atol=1e-5)


def test_odds_of_being_drawn():
    odds = inclusion(np.array([90.0, 5.0, 3.0, 2.0, 0.5]), 3)
    assert odds.sum() == pytest.approx(3) and odds.max() == 1
    assert odds[2] / odds[3] == pytest.approx(1.5) and odds[3] / odds[4] == pytest.approx(4)
    np.testing.assert_array_equal(inclusion(np.ones(4), 4), np.ones(4))


def test_it_learns_what_the_whole_softmax_learns():
    options = {"epochs": 15, "learning_rate": 0.03, "verbose": 0}
    validation = windows(shuffle=False)
    counts = validation.make.counts(SIZE)
    one = train_sampled(
        network(), windows(seed=1), validation, counts=counts, samples=20, **options
    ).history["val_nats"]
    other = train(network(), windows(seed=1), validation, **options).history["val_nats"]
    assert one[-1] < 0.8 * one[0] and one[-1] < 1.1 * other[-1]


def test_the_same_seed_gives_the_same_training():
    options = {"counts": COUNTS, "samples": 5, "epochs": 1, "verbose": 0}
    histories = [
        train_sampled(network(), windows(seed=2), **options).history["nats"] for _ in range(2)
    ]
    assert histories[0] == histories[1]
