import keras
import numpy as np
import pytest

from rnnapps.nn.recurrent import Recurrent
from rnnapps.nn.token_network import token_network
from rnnapps.runtime.lower import lower
from rnnapps.runtime.quantize import quantize
from rnnapps.runtime.rows import run_rows, target_nats
from rnnapps.runtime.session import KerasSession, OnnxSession

KINDS = {
    "onnx": lambda network: OnnxSession(lower(network)),
    "quantized": lambda network: OnnxSession(quantize(lower(network))),
    "keras": KerasSession,
}


def tagger():
    """A network in both directions, with lengths; one output a step, one a row."""
    keras.utils.set_random_seed(0)
    tokens = keras.Input((None,), dtype="int32", name="tokens")
    lengths = keras.Input((), dtype="int32", name="lengths")
    recurrent = Recurrent(16, direction="bidirectional")
    x, states = recurrent(keras.layers.Embedding(9, 8)(tokens), lengths)
    outputs = {"logits": keras.layers.Dense(5)(x), "last": states[0]}
    return keras.Model({"tokens": tokens, "lengths": lengths}, outputs)


def rows_of(network):
    rng = np.random.default_rng(0)
    names = [name for name in network.input if name in ("tokens", "beat")]
    sizes = (7, 1, 4, 7)
    return [{name: rng.integers(0, 4, size).astype(np.int32) for name in names} for size in sizes]


@pytest.fixture(scope="module", params=["tagger", "token_network"])
def network(request):
    if request.param == "tagger":
        return tagger()
    return token_network(9, {"beat": 4}, embedding=8, units=16, layers=2, seed=0)


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_does_not_depend_on_its_neighbours(network, kind):
    session, rows = KINDS[kind](network), rows_of(network)
    together = run_rows(session, rows)
    assert len(together) == len(rows)
    for row, answer in zip(rows, together, strict=True):
        (alone,) = run_rows(session, [row])
        assert answer["logits"].shape == (len(row["tokens"]), network.output["logits"].shape[-1])
        np.testing.assert_allclose(answer["logits"], alone["logits"], atol=1e-6)


@pytest.mark.parametrize("kind", ["onnx", "keras"])
def test_outputs_of_a_whole_row_are_not_cut(kind):
    network = tagger()
    answers = run_rows(KINDS[kind](network), rows_of(network))
    assert {answer["last"].shape for answer in answers} == {(16,)}


def test_what_the_network_does_not_read_goes_along():
    network = token_network(9, embedding=3, units=5, layers=1)
    rows = [{"tokens": np.ones(size, np.int32), "targets": np.arange(size)} for size in (2, 3)]
    for row, answer in zip(rows, run_rows(KINDS["onnx"](network), rows), strict=True):
        assert answer.keys() == {"tokens", "targets", "logits"}
        assert answer["targets"] is row["targets"]


def test_rows_run_together_unless_the_graph_is_quantized(monkeypatch):
    network, sizes = tagger(), []
    run = OnnxSession.run

    def counting(self, arrays):
        sizes.append(arrays["tokens"].shape)
        return run(self, arrays)

    monkeypatch.setattr(OnnxSession, "run", counting)
    run_rows(KINDS["onnx"](network), rows_of(network))
    assert sizes == [(4, 7)]
    run_rows(KINDS["quantized"](network), rows_of(network))
    assert sizes[1:] == [(1, 7), (1, 1), (1, 4), (1, 7)]


@pytest.mark.parametrize("window", [None, 3])
@pytest.mark.parametrize("kind", ["onnx", "keras"])
def test_windows_are_reduced_as_they_come(kind, window):
    session = KINDS[kind](token_network(9, embedding=8, units=16, layers=2, seed=0))
    rng = np.random.default_rng(0)
    rows = [
        {name: rng.integers(0, 9, size).astype(np.int32) for name in ("tokens", "targets")}
        for size in (7, 1, 3, 6)
    ]
    reduced = run_rows(session, rows, window, keep=target_nats)
    for row, whole, answer in zip(rows, run_rows(session, rows), reduced, strict=True):
        assert answer.keys() == {"tokens", "targets", "nats"}
        expected = target_nats(row, whole)["nats"]
        np.testing.assert_allclose(answer["nats"], expected, atol=1e-5)


def test_rows_that_have_ended_run_no_further(monkeypatch):
    sizes = []
    run = OnnxSession.run

    def counting(self, arrays):
        sizes.append(arrays["tokens"].shape)
        return run(self, arrays)

    monkeypatch.setattr(OnnxSession, "run", counting)
    network = token_network(9, embedding=3, units=5, layers=1)
    rows = [{"tokens": np.ones(size, np.int32)} for size in (9, 2, 4)]
    answers = run_rows(KINDS["onnx"](network), rows, window=4)
    assert sizes == [(3, 4), (1, 4), (1, 1)]
    assert [len(answer["logits"]) for answer in answers] == [9, 2, 4]
