import keras
import numpy as np
import pytest

from rnnapps.errors import InputError, RnnappsError
from rnnapps.nn.pooling import Pooling
from rnnapps.nn.recurrent import CELLS, Recurrent
from rnnapps.nn.token_network import token_network
from rnnapps.runtime import export as exporting
from rnnapps.runtime.export import export
from rnnapps.runtime.lower import lower
from rnnapps.runtime.session import KerasSession, OnnxSession, zero_states

on_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="needs the TensorFlow backend"
)
NAMES = [
    "network.onnx",
    pytest.param("network.tflite", marks=on_tensorflow),
    pytest.param("network", marks=on_tensorflow),
]
quietly = pytest.mark.filterwarnings("ignore:.*tf.lite.Interpreter:UserWarning")


def network_of(cell="lstm"):
    return token_network(7, {"beat": 4}, embedding=3, units=5, layers=1, cell=cell)


def classifier(size=7):
    tokens = keras.Input((None,), dtype="int32", name="tokens")
    lengths = keras.Input((), dtype="int32", name="lengths")
    embedding = keras.layers.Embedding(size, 3, embeddings_initializer="random_normal")
    x, _ = Recurrent(4)(embedding(tokens), lengths)
    outputs = {"scores": keras.layers.Dense(2)(Pooling("mean")(x, lengths))}
    return keras.Model({"tokens": tokens, "lengths": lengths}, outputs)


def runner(path):
    """A function from inputs and states to outputs and next states, by the file alone."""
    if path.suffix == ".onnx":
        session = OnnxSession(path.read_bytes())

        def run(arrays):
            outputs, states = session.run(arrays)
            return {**outputs, **{f"next_{name}": value for name, value in states.items()}}

        return run
    import tensorflow as tf

    if path.suffix == ".tflite":
        return tf.lite.Interpreter(str(path)).get_signature_runner("serving_default")
    loaded = tf.saved_model.load(str(path))
    signature = loaded.signatures["serving_default"]

    def call(arrays):
        answers = signature(**{name: tf.constant(value) for name, value in arrays.items()})
        call.kept = loaded  # its variables live as long
        return {name: value.numpy() for name, value in answers.items()}

    return call


class Other(KerasSession):
    """Answers otherwise than any export."""

    def run(self, arrays):
        outputs, states = super().run(arrays)
        return {name: value + 0.01 for name, value in outputs.items()}, states


def contents(path):
    files = [path] if path.is_file() else sorted(path.rglob("*"))
    return {str(file): file.read_bytes() for file in files if file.is_file()}


@quietly
@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("network.onnx", "lstm"),
        *(pytest.param("network.tflite", cell, marks=on_tensorflow) for cell in CELLS),
        pytest.param("network", "lstm", marks=on_tensorflow),
    ],
)
def test_exports_answer_as_keras_step_by_step(tmp_path, name, cell):
    network = network_of(cell)
    path = export(network, tmp_path / name)
    assert path == tmp_path / name
    assert [each.name for each in tmp_path.iterdir()] == [name]
    run, session = runner(path), KerasSession(network)
    states = zero_states(session, 1)
    given = states
    for token in (6, 0, 3):
        now = {"tokens": np.array([[token]], np.int32), "beat": np.array([[1]], np.int32)}
        answers = run(**now, **given) if path.suffix == ".tflite" else run({**now, **given})
        outputs, states = session.run({**now, **states})
        np.testing.assert_allclose(answers["logits"], outputs["logits"], atol=1e-5)
        given = {name: answers[f"next_{name}"] for name in states}
        for name, state in states.items():
            np.testing.assert_allclose(given[name], state, atol=1e-5)


@pytest.mark.parametrize("name", ["network.onnx", pytest.param("network", marks=on_tensorflow)])
def test_batch_and_time_are_free(tmp_path, name):
    network = network_of()
    run, session = runner(export(network, tmp_path / name)), KerasSession(network)
    inputs = {name: np.full((3, 4), 2, np.int32) for name in session.inputs}
    arrays = {**inputs, **zero_states(session, 3)}
    np.testing.assert_allclose(run(arrays)["logits"], session.run(arrays)[0]["logits"], atol=1e-5)


@quietly
@pytest.mark.parametrize("name", NAMES)
def test_an_export_replaces_another_only_if_it_is_right(tmp_path, name, monkeypatch):
    path = export(network_of(), tmp_path / name)
    before = contents(path)
    monkeypatch.setattr(exporting, "KerasSession", Other)
    with pytest.raises(RnnappsError, match="Nothing is written"):
        export(network_of(), path)
    assert [each.name for each in tmp_path.iterdir()] == [name]
    assert contents(path) == before
    monkeypatch.undo()
    export(network_of(), path)
    assert contents(path) != before


@quietly
@pytest.mark.parametrize("name", NAMES)
def test_networks_with_lengths_are_exported(tmp_path, name):
    network = classifier()
    run = runner(export(network, tmp_path / name))
    if name == "network.tflite":
        tokens = np.pad([[6, 2, 3]], ((0, 0), (0, exporting.LITE_STEPS - 3)))
        arrays = {"tokens": tokens.astype(np.int32), "lengths": np.array([3], np.int32)}
    else:
        arrays = {"tokens": np.array([[6, 2, 3], [4, 0, 0]], np.int32)}
        arrays["lengths"] = np.array([3, 1], np.int32)
    answers = run(**arrays) if name == "network.tflite" else run(arrays)
    np.testing.assert_allclose(answers["scores"], network(arrays)["scores"], atol=1e-5)


def test_exports_are_compared_on_several_rows_steps_and_ids():
    sample = exporting._sample(classifier(size=100), 2, 3)
    assert sample["lengths"].tolist() == [3, 1]
    assert sample["tokens"].shape == (2, 3)
    assert len(set(sample["tokens"].ravel().tolist())) > 3
    for size in (1, 2, 7):
        sample = exporting._sample(classifier(size), 8, 8)
        assert set(sample["tokens"].ravel().tolist()) == set(range(size))
    sample = exporting._sample(network_of(), 1, 1)
    assert {sample[name].shape for name in ("tokens", "beat")} == {(1, 1)}


def test_an_export_that_is_right_on_the_first_id_only_is_refused(tmp_path, monkeypatch):
    network, other = network_of(), network_of()
    weights = network.get_weights()
    weights[0] = np.concatenate([weights[0][:1], weights[0][1:] + 1])
    other.set_weights(weights)
    monkeypatch.setattr(exporting, "lower", lambda network: lower(other))
    with pytest.raises(RnnappsError, match="Nothing is written"):
        export(network, tmp_path / "network.onnx")


def test_other_suffixes_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"\.onnx or \.tflite.*Received: .*network\.pt"):
        export(network_of(), tmp_path / "network.pt")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(keras.backend.backend() == "tensorflow", reason="TensorFlow has them all")
@pytest.mark.parametrize("name", ["network.tflite", "network"])
def test_other_backends_are_told(tmp_path, name):
    with pytest.raises(InputError, match="KERAS_BACKEND=tensorflow"):
        export(network_of(), tmp_path / name)
    assert not list(tmp_path.iterdir())
