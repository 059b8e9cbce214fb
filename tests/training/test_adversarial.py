import keras
import numpy as np
from keras import ops

from rnnapps.nn.recurrent import Recurrent
from rnnapps.training.adversarial import Adversarial
from rnnapps.training.from_rest import FromRest
from rnnapps.training.given import RowsWithTargets
from rnnapps.training.resumable import fit

LOSS = keras.losses.CategoricalCrossentropy(from_logits=True)
ROWS = [{"tokens": np.array(row)} for row in ([1, 2, 3], [4, 1], [2], [3, 3, 3, 2])]
TARGETS = np.eye(2, dtype=np.float32)[[0, 1, 1, 0]]


def network():
    tokens = keras.Input((None,), dtype="int32", name="tokens")
    lengths = keras.Input((), dtype="int32", name="lengths")
    states = [keras.Input((4,), name=name) for name in ("h", "c")]
    x = keras.layers.Embedding(6, 3, name="token_embedding")(tokens)
    x, last = Recurrent(4, name="recurrent", seed=1)(x, lengths, initial_states=states)
    logits = keras.layers.Dense(2, name="logits")(ops.sum(x, axis=1))
    inputs = {"tokens": tokens, "lengths": lengths, "h": states[0], "c": states[1]}
    keras.utils.set_random_seed(0)
    return keras.Model(inputs, {"logits": logits, "h": last[0], "c": last[1]})


def batch():
    return RowsWithTargets(ROWS, TARGETS, 4, shuffle=False)[0]


def losses(model, training):
    inputs, targets, _ = batch()
    inputs = {name: ops.convert_to_tensor(each) for name, each in inputs.items()}
    prediction = model(inputs, training=training)
    return ops.convert_to_numpy(LOSS.call(ops.convert_to_tensor(targets), prediction))


def test_predictions_are_those_of_the_network():
    net = network()
    inputs, *_ = batch()
    del inputs["targets"]
    plain = FromRest(net).predict_on_batch(inputs)
    np.testing.assert_allclose(
        Adversarial(net, LOSS, 0.1).predict_on_batch(inputs), plain, atol=1e-6
    )


def test_every_other_row_is_moved_so_that_its_loss_grows():
    model = Adversarial(network(), LOSS, 0.1)
    still, moved = losses(model, False), losses(model, True)
    np.testing.assert_allclose(moved[::2], still[::2], atol=1e-6)
    assert (moved[1::2] > still[1::2] + 1e-4).all()


def test_no_other_move_of_that_length_makes_the_loss_grow_more():
    model = Adversarial(network(), LOSS, 0.01)
    inputs, targets, _ = batch()
    embedded = ops.convert_to_numpy(model.embedding(inputs["tokens"]))
    real = np.arange(embedded.shape[1]) < inputs["lengths"][:, None]
    size = np.linalg.norm((embedded * real[..., None]).reshape(4, -1), axis=1) * 0.01
    worst = losses(model, True)
    rng = np.random.default_rng(0)
    for _ in range(20):
        move = rng.normal(size=embedded.shape) * real[..., None]
        move *= (size / np.linalg.norm(move.reshape(4, -1), axis=1))[:, None, None]
        tokens = ops.convert_to_tensor((embedded + move).astype(np.float32))
        prediction = model.body({model.place: tokens, "lengths": inputs["lengths"]})
        other = ops.convert_to_numpy(LOSS.call(ops.convert_to_tensor(targets), prediction))
        assert (worst[1::2] > other[1::2]).all()


def test_it_trains_the_network_and_each_of_its_weights_once():
    net = network()
    model = Adversarial(net, LOSS, 0.05)
    assert len(model.weights) == len(net.weights)
    before = net.get_weights()
    history = fit(
        model,
        RowsWithTargets(ROWS, TARGETS, 2),
        RowsWithTargets(ROWS, TARGETS, 2, shuffle=False),
        loss=LOSS,
        epochs=20,
        learning_rate=(1e-2, 3e-2),
    )
    assert history.history["val_loss"][-1] < history.history["val_loss"][0] * 0.7
    assert all((a != b).any() for a, b in zip(before, net.get_weights(), strict=True))
