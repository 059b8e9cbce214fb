import keras
import numpy as np
import pytest

from rnnapps.data.running import Running
from rnnapps.nn.token_network import token_network
from rnnapps.training.given import WindowsWithTargets
from rnnapps.training.loop import train_on_text
from rnnapps.training.sampled_softmax import SampledSoftmax, inclusion
from tests.pipeline_case import killing

SIZE = 30
COUNTS = np.arange(SIZE, 0, -1) ** 2


def network():
    return token_network(SIZE, embedding=6, units=8, layers=1, tied=True, seed=1)


def documents():
    rng = np.random.default_rng(0)
    return [np.tile(rng.permutation(SIZE)[:5], 6).astype(np.int32) for _ in range(8)]


def batch():
    running = Running(documents(), 4, shuffle=False)
    return WindowsWithTargets(running, 4, window=8, shuffle=False)[0]


def trained(net=None, **options):
    known = {"batch_size": 4, "window": 8, "epochs": 15, "learning_rate": 0.03, "warm_up": 0.1}
    known |= {"samples": 20, "seed": 1, "settings": {}, "verbose": 0}
    return train_on_text(net or network(), documents(), documents(), **{**known, **options})


def test_outside_of_training_the_nats_are_exact():
    net = network()
    inputs, targets, _ = batch()
    nats = SampledSoftmax(net, 4, COUNTS, samples=3)(inputs)
    states = {name: np.zeros((4, 8), np.float32) for name in ("forward_0_h", "forward_0_c")}
    logits = net({"tokens": inputs["tokens"], **states})["logits"]
    exact = keras.losses.sparse_categorical_crossentropy(targets, logits, from_logits=True)
    np.testing.assert_allclose(*map(keras.ops.convert_to_numpy, (nats, exact)), atol=1e-5)


def test_where_all_are_drawn_the_nats_of_training_are_exact_too():
    inputs, _, _ = batch()
    model = SampledSoftmax(network(), 4, COUNTS, samples=SIZE, seed=0)
    exact, drawn = (model(inputs, training=training) for training in (False, True))
    np.testing.assert_allclose(*map(keras.ops.convert_to_numpy, (drawn, exact)), atol=1e-5)


def test_targets_are_told_from_what_was_drawn_and_themselves(monkeypatch):
    monkeypatch.setattr(keras.random, "shuffle", lambda order, **_: order)
    monkeypatch.setattr(keras.random, "uniform", lambda shape, **_: keras.ops.full(shape, 0.5))
    inputs, targets, _ = batch()
    net = network()
    model = SampledSoftmax(net, 4, COUNTS, samples=6, seed=0)
    nats = keras.ops.convert_to_numpy(model(inputs, training=True))
    states = {name: np.zeros((4, 8), np.float32) for name in ("forward_0_h", "forward_0_c")}
    logits = net({"tokens": inputs["tokens"], **states})["logits"]
    corrected = keras.ops.convert_to_numpy(logits) - np.log(model.odds)
    drawn = np.searchsorted(np.cumsum(model.odds), 0.5 + np.arange(6))
    assert np.isin(targets, drawn).any() and not np.isin(targets, drawn).all()
    for place in np.ndindex(targets.shape):
        among = sorted({*drawn.tolist(), targets[place]})
        expected = np.log(np.exp(corrected[place][among]).sum()) - corrected[place][targets[place]]
        assert nats[place] == pytest.approx(expected, abs=1e-4)


def test_odds_of_being_drawn():
    odds = inclusion(np.array([90.0, 5.0, 3.0, 2.0, 0.5]), 3)
    assert odds.sum() == pytest.approx(3) and odds.max() == 1
    assert odds[2] / odds[3] == pytest.approx(1.5) and odds[3] / odds[4] == pytest.approx(4)
    np.testing.assert_array_equal(inclusion(np.ones(4), 4), np.ones(4))


def test_more_draws_than_tokens_are_all_tokens():
    assert SampledSoftmax(network(), 4, COUNTS, samples=10 * SIZE).samples == SIZE


def test_it_learns_what_the_whole_softmax_learns():
    sampled, whole = (trained(samples=n).history["val_nats"] for n in (15, SIZE))
    assert sampled[-1] < 0.8 * sampled[0] and sampled[-1] < 1.1 * whole[-1]


def test_the_same_seed_gives_the_same_training():
    one, same, other = (trained(epochs=1, samples=5, seed=seed) for seed in (2, 2, 3))
    assert one.history == same.history != other.history


def test_a_killed_training_goes_on_to_the_same_end(tmp_path):
    whole, killed = network(), network()
    history = trained(whole, epochs=3, samples=5).history
    with pytest.raises(KeyboardInterrupt):
        trained(killed, epochs=3, samples=5, checkpoint_dir=tmp_path, callbacks=[killing(2)])
    again = network()
    resumed = trained(again, epochs=3, samples=5, checkpoint_dir=tmp_path, resume=True).history
    np.testing.assert_allclose(resumed["val_nats"], history["val_nats"], rtol=1e-5)
    for mine, yours in zip(again.get_weights(), whole.get_weights(), strict=True):
        np.testing.assert_allclose(mine, yours, atol=1e-5)
