import keras
import numpy as np
import pytest
from keras import ops

from rnnapps.nn.recurrent import CELLS
from rnnapps.nn.token_network import token_network

SIZES = {"embedding": 3, "units": 5, "layers": 1}


def arrays(network, batch=2, time=4, seed=0):
    rng = np.random.default_rng(seed)
    return {
        name: rng.normal(size=(batch, tensor.shape[-1])).astype(np.float32)
        if name in network.output
        else rng.integers(0, 4, (batch, time)).astype(np.int32)
        for name, tensor in network.input.items()
    }


def trained(network, inputs):
    return ops.convert_to_numpy(network(inputs, training=True)["logits"])


@pytest.mark.parametrize("cell", CELLS)
def test_states_and_logits(cell):
    network = token_network(7, {"beat": 4, "key": 5}, cell=cell, **SIZES)
    outputs = network.predict_on_batch(arrays(network))
    states = {name for name in network.input if name not in ("tokens", "beat", "key")}
    assert set(outputs) == {"logits", *states}
    assert outputs["logits"].shape == (2, 4, 7)
    assert {outputs[name].shape for name in states} == {(2, 5)}
    assert len(states) == (2 if cell == "lstm" else 1)


@pytest.mark.parametrize("cell", CELLS)
def test_step_by_step_equals_the_whole(cell):
    network = token_network(7, {"beat": 4}, cell=cell, **SIZES)
    inputs = arrays(network)
    whole = network.predict_on_batch(inputs)
    for step in range(4):
        now = {name: inputs[name][:, step : step + 1] for name in ("tokens", "beat")}
        outputs = network.predict_on_batch({**inputs, **now})
        logits = outputs.pop("logits")
        np.testing.assert_allclose(logits[:, 0], whole["logits"][:, step], atol=1e-6)
        inputs.update(outputs)
    for name, state in outputs.items():
        np.testing.assert_allclose(state, whole[name], atol=1e-6)


@pytest.mark.parametrize("name", ["tokens", "beat", "forward_0_h", "forward_0_c"])
def test_every_input_matters(name):
    network = token_network(7, {"beat": 4}, **SIZES)
    inputs = arrays(network)
    changed = {**inputs, name: 3 - inputs[name]}
    logits = network.predict_on_batch(inputs)["logits"]
    assert not np.isclose(network.predict_on_batch(changed)["logits"], logits).all(axis=-1).any()


def test_seed_decides_weights_and_dropouts():
    drops = {"input_dropout": 0.3, "output_dropout": 0.3, "weight_drop": 0.3}
    first, same, other = (token_network(7, **SIZES, **drops, seed=seed) for seed in (1, 1, 2))
    inputs = arrays(first)
    logits = trained(first, inputs)
    np.testing.assert_array_equal(trained(same, inputs), logits)
    assert not np.allclose(trained(other, inputs), logits)
    other.set_weights(first.get_weights())
    assert not np.allclose(trained(other, inputs), logits)


@pytest.mark.parametrize("drop", ["input_dropout", "dropout", "output_dropout", "weight_drop"])
def test_each_dropout_is_used_in_training_only(drop):
    network = token_network(7, **{**SIZES, "layers": 2}, **{drop: 0.5}, seed=1)
    inputs = arrays(network)
    plain = network.predict_on_batch(inputs)["logits"]
    np.testing.assert_array_equal(network.predict_on_batch(inputs)["logits"], plain)
    assert not np.allclose(trained(network, inputs), plain)


def test_saved_networks_answer_the_same(tmp_path):
    network = token_network(7, {"beat": 4}, **SIZES)
    network.save(tmp_path / "network.keras")
    loaded = keras.models.load_model(tmp_path / "network.keras")
    inputs = arrays(network)
    outputs = network.predict_on_batch(inputs)
    for name, value in loaded.predict_on_batch(inputs).items():
        np.testing.assert_array_equal(value, outputs[name])
