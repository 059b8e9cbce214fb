import itertools

import keras
import numpy as np
import onnx
import pytest

from rnnapps.errors import RnnappsError
from rnnapps.nn.crf import CRF
from rnnapps.nn.pooling import MODES, Pooling
from rnnapps.nn.recurrent import CELLS, Recurrent
from rnnapps.nn.token_network import token_network
from rnnapps.nn.weight_drop import VariationalDropout
from rnnapps.runtime.lower import ACTIVATIONS, LOWERINGS, lower
from rnnapps.runtime.session import OnnxSession

DIRECTIONS = ["forward", "backward", "bidirectional"]
CASES = list(itertools.product(CELLS, DIRECTIONS, *([False, True],) * 3))


def steps(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def assert_equal(model, arrays):
    """Checks that ONNX and Keras agree; gives the kinds of the graph's operators."""
    graph = lower(model)
    outputs, states = OnnxSession(graph).run(arrays)
    answers = {**outputs, **states}
    expected = model(arrays)
    assert answers.keys() == expected.keys()
    for name, value in expected.items():
        assert answers[name].shape == value.shape
        np.testing.assert_allclose(answers[name], value, atol=1e-5)
    kinds = [node.op_type for node in onnx.load_from_string(graph).graph.node]
    assert not {"Loop", "Scan", "If"} & set(kinds)
    return kinds


@pytest.mark.parametrize(("cell", "direction", "with_lengths", "with_states", "normalise"), CASES)
def test_recurrent(cell, direction, with_lengths, with_states, normalise):
    layer = Recurrent(4, 2, cell, direction, 0.5, 0.5, normalise)
    inputs, arrays = {"x": keras.Input((None, 3), name="x")}, {"x": steps(3, 6, 3)}
    options = {}
    if with_lengths:
        inputs["lengths"] = options["lengths"] = keras.Input((), dtype="int32", name="lengths")
        arrays["lengths"] = np.array([6, 1, 4], np.int32)
    states = {}
    if with_states:
        for seed, spec in enumerate(layer.state_specs):
            states[spec.name] = keras.Input((4,), name=spec.name)
            arrays[spec.name] = steps(3, 4, seed=seed)
        options["initial_states"] = list(states.values())
    y, last = layer(inputs["x"], **options)
    names = [spec.name if with_states else f"last_{spec.name}" for spec in layer.state_specs]
    model = keras.Model({**inputs, **states}, {"y": y, **dict(zip(names, last, strict=True))})
    for run in layer.runs:  # biases of zero would hide errors
        run.cell.bias.assign(steps(*run.cell.bias.shape))
    for weight in (weight for norm in layer.norms for weight in norm.weights):
        weight.assign(steps(*weight.shape))
    kinds = assert_equal(model, arrays)
    assert kinds.count(cell.upper()) == 2


def functional(*layers, inputs=1, dtype="float32", shape=(None, 3)):
    tensors = {f"x{i}": keras.Input(shape, name=f"x{i}", dtype=dtype) for i in range(inputs)}
    y = list(tensors.values()) if inputs > 1 else tensors["x0"]
    for layer in layers:
        y = layer(y)
    return keras.Model(tensors, {"y": y})


@pytest.mark.parametrize("activation", ["linear", *ACTIVATIONS])
@pytest.mark.parametrize("use_bias", [True, False])
def test_dense(activation, use_bias):
    layer = keras.layers.Dense(5, activation, use_bias=use_bias, bias_initializer="random_normal")
    assert_equal(functional(layer), {"x0": steps(2, 4, 3)})


def test_layer_normalization():
    layer = keras.layers.LayerNormalization(gamma_initializer="random_normal")
    assert_equal(functional(layer), {"x0": steps(2, 4, 3)})


@pytest.mark.parametrize("settings", [{"axis": 1}, {"scale": False}, {"center": False}], ids=str)
def test_other_layer_normalizations_are_refused(settings):
    model = functional(keras.layers.LayerNormalization(**settings), shape=(4, 3))
    with pytest.raises(RnnappsError, match="over the last axis that centres and scales"):
        lower(model)


def test_embedding():
    model = functional(keras.layers.Embedding(7, 3), dtype="int32", shape=(None,))
    assert_equal(model, {"x0": np.array([[0, 6, 3]], np.int32)})


def test_a_tied_table_is_stored_once():
    table = keras.layers.ReversibleEmbedding(7, 3)
    tokens = keras.Input((None,), dtype="int32", name="tokens")
    model = keras.Model({"tokens": tokens}, {"y": table(table(tokens), reverse=True)})
    assert_equal(model, {"tokens": np.array([[0, 6, 3], [1, 1, 2]], np.int32)})
    constants = onnx.load_from_string(lower(model)).graph.initializer
    assert [list(constant.dims) for constant in constants] == [[3, 7]]


@pytest.mark.parametrize("settings", [{"tie_weights": False}, {"logit_soft_cap": 9.0}], ids=str)
def test_other_reversible_embeddings_are_refused(settings):
    layer = keras.layers.ReversibleEmbedding(7, 3, **settings)
    with pytest.raises(RnnappsError, match=f"Received: .*{next(iter(settings))}"):
        lower(functional(layer, dtype="int32", shape=(None,)))


@pytest.mark.parametrize(
    "layer", [keras.layers.Add(), keras.layers.Concatenate(), keras.layers.Concatenate(axis=1)]
)
def test_merging(layer):
    model = functional(layer, inputs=3)
    assert_equal(model, {f"x{i}": steps(2, 4, 3, seed=i) for i in range(3)})


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("with_lengths", [True, False])
def test_pooling(mode, with_lengths):
    x, lengths = keras.Input((None, 3), name="x"), keras.Input((), dtype="int32", name="lengths")
    inputs, arrays = {"x": x}, {"x": steps(3, 6, 3)}
    if with_lengths:
        arrays["x"][1, 1:] = arrays["x"][2, 4:] = 1e3  # padding does not matter
        inputs["lengths"], arrays["lengths"] = lengths, np.array([6, 1, 4], np.int32)
    y = Pooling(mode)(*inputs.values())
    assert_equal(keras.Model(inputs, {"y": y}), arrays)


def test_a_classifier():
    tokens = keras.Input((None,), dtype="int32", name="tokens")
    lengths = keras.Input((), dtype="int32", name="lengths")
    x, _ = Recurrent(4, direction="bidirectional")(keras.layers.Embedding(9, 3)(tokens), lengths)
    x = keras.layers.Concatenate()([Pooling(mode)(x, lengths) for mode in MODES])
    outputs = {"scores": keras.layers.Dense(2, "softmax")(x)}
    model = keras.Model({"tokens": tokens, "lengths": lengths}, outputs)
    rng = np.random.default_rng(0)
    arrays = {"tokens": rng.integers(9, size=(3, 5)).astype(np.int32)}
    assert_equal(model, {**arrays, "lengths": np.array([5, 1, 3], np.int32)})


@pytest.mark.parametrize("layer", [keras.layers.Dropout(0.5), VariationalDropout(0.5), CRF(3)])
def test_dropouts_are_left_out(layer):
    kinds = assert_equal(functional(keras.layers.Dense(5), layer), {"x0": steps(2, 4, 3)})
    assert kinds == ["MatMul", "Add", "Identity"]


def test_every_lowering_is_tested_here():
    tested = {"Recurrent", "Dense", "Embedding", "Add", "Concatenate", "Dropout", "Pooling"}
    engine = {kind for kind in LOWERINGS if kind.__module__.startswith(("keras.", "rnnapps.nn."))}
    assert {kind.__name__ for kind in engine} == {
        *tested,
        "ReversibleEmbedding",
        "VariationalDropout",
        "LayerNormalization",
        "CRF",
    }


@pytest.mark.parametrize("cell", CELLS)
def test_token_network(cell):
    network = token_network(9, {"beat": 4}, embedding=3, units=5, cell=cell)
    arrays = {
        "tokens": np.array([[1, 8, 0]], np.int32),
        "beat": np.array([[0, 1, 3]], np.int32),
        **{name: steps(1, 5, seed=2) for name in network.output if name != "logits"},
    }
    assert assert_equal(network, arrays).count(cell.upper()) == 2


def test_unknown_layers_are_named():
    with pytest.raises(RnnappsError, match=r"UnitNormalization \(the layer 'norm'\)"):
        lower(functional(keras.layers.UnitNormalization(name="norm")))


def test_a_task_may_add_its_own_layer(monkeypatch):
    class Doubled(keras.layers.Layer):
        def call(self, x):
            return 2 * x

    model = functional(Doubled())
    with pytest.raises(RnnappsError, match=r"`rnnapps.runtime.lower.LOWERINGS`, in the folder of"):
        lower(model)

    def doubled(graph, layer, x):
        return [graph.node("Add", [x, x])]

    monkeypatch.setitem(LOWERINGS, Doubled, doubled)
    assert assert_equal(model, {"x0": steps(2, 4, 3)}) == ["Add", "Identity"]


def test_unknown_activations_are_named():
    with pytest.raises(RnnappsError, match="Received: 'gelu'"):
        lower(functional(keras.layers.Dense(2, "gelu")))
