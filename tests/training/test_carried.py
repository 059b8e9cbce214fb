import keras
import numpy as np
import pytest
from keras import ops

from rnnapps.data.windows import Windows
from rnnapps.decoding.sampling import log_softmax
from rnnapps.nn.recurrent import CELLS
from rnnapps.nn.token_network import token_network
from rnnapps.training.carried import CarriedStates

LOSS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
ROWS = np.random.default_rng(0).integers(0, 5, (2, 10)).astype(np.int32)


def network_of(cell="lstm"):
    network = token_network(5, embedding=3, units=4, layers=1, cell=cell, seed=1)
    for variable in network.trainable_variables:  # large enough that states matter
        variable.assign(variable * 3)
    return network


def carried(network, rate=0.0):
    model = CarriedStates(network, batch_size=2)
    model.compile(keras.optimizers.SGD(rate), LOSS, jit_compile="auto")
    return model


def inputs(begin, end, carry=1.0):
    return {"tokens": ROWS[:, begin:end], "carry": np.full(2, carry, np.float32)}


def states(network, **values):
    names = [name for name in network.input if name != "tokens"]
    return {name: np.zeros((2, 4), np.float32) for name in names} | values


def whole(network):
    """Logits of rows that are read at once."""
    outputs = network.predict_on_batch({"tokens": ROWS, **states(network)})
    return outputs["logits"]


@pytest.mark.parametrize("cell", CELLS)
def test_windows_with_carried_states_equal_the_whole_sequence(cell):
    network = network_of(cell)
    model = carried(network)
    logits = [model.predict_on_batch(inputs(at, at + 5, carry=at > 0)) for at in (0, 5)]
    np.testing.assert_allclose(np.concatenate(logits, axis=1), whole(network), atol=1e-5)


@pytest.mark.parametrize("method", ["fit", "evaluate"])
def test_states_are_carried_by_this_backend(method):
    network = network_of()
    model = carried(network)
    examples = [{"tokens": row, "targets": (row + 1) % 5} for row in ROWS]
    windows = Windows(lambda rng: examples, batch_size=2, window=2, shuffle=False)
    if method == "fit":
        (loss,) = model.fit(windows, shuffle=False, verbose=0).history["loss"]
    else:
        loss = model.evaluate(windows, verbose=0)
    scores = log_softmax(whole(network))
    expected = -np.take_along_axis(scores, (ROWS[:, :, None] + 1) % 5, axis=2).mean()
    alone = network.predict_on_batch({"tokens": ROWS[:, 2:4], **states(network)})["logits"]
    assert not np.allclose(alone, whole(network)[:, 2:4], atol=1e-2)
    assert loss == pytest.approx(expected, abs=1e-5)


def test_carry_is_of_each_row():
    network = network_of()
    model = carried(network)
    model.predict_on_batch(inputs(0, 5, carry=0))
    mixed = {**inputs(5, 10), "carry": np.array([0, 1], np.float32)}
    logits = model.predict_on_batch(mixed)
    fresh = network.predict_on_batch({"tokens": ROWS[:, 5:], **states(network)})["logits"]
    np.testing.assert_allclose(logits[0], fresh[0], atol=1e-5)
    np.testing.assert_allclose(logits[1], whole(network)[1, 5:], atol=1e-5)


def test_gradients_end_where_a_window_begins():
    network, plain = network_of(), network_of()
    model = carried(network, rate=0.5)
    given = keras.Model(plain.input, plain.output["logits"])
    given.compile(keras.optimizers.SGD(0.5), LOSS, jit_compile="auto")
    last = states(plain)
    for at in (0, 5):
        tokens = ROWS[:, at : at + 5]
        targets = (tokens + 1) % 5
        model.train_on_batch(inputs(at, at + 5, carry=at > 0), targets)
        start = {"tokens": tokens, **last}
        outputs = plain.predict_on_batch(start)
        last = {name: outputs[name] for name in last}
        given.train_on_batch(start, targets)  # here states are data
    for got, expected in zip(network.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_allclose(got, expected, atol=1e-5)
    for state, name in zip(model.carried, model.state_names, strict=True):
        np.testing.assert_allclose(ops.convert_to_numpy(state), last[name], atol=1e-5)


def test_states_are_not_trained():
    model = carried(network_of())
    assert len(model.trainable_variables) == len(model.network.trainable_variables)
    assert [each.shape for each in model.carried] == [(2, 4), (2, 4)]
