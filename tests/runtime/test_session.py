import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from rnnapps.nn.token_network import token_network
from rnnapps.runtime.lower import lower
from rnnapps.runtime.session import KerasSession, OnnxSession, keras_on_gpu, zero_states

BOTH = pytest.mark.parametrize("kind", ["onnx", "keras"])
RNG = np.random.default_rng(0)
INPUTS = {name: RNG.integers(0, 4, (2, 6)).astype(np.int32) for name in ("tokens", "beat")}


@pytest.fixture(scope="module")
def sessions():
    network = token_network(7, {"beat": 4}, embedding=3, units=5, layers=2)
    return {"onnx": OnnxSession(lower(network)), "keras": KerasSession(network)}


def test_both_sessions_answer_the_same(sessions):
    states = {name: RNG.normal(size=(2, 5)).astype(np.float32) for name in sessions["onnx"].states}
    answers = [session.run({**INPUTS, **states}) for session in sessions.values()]
    for got, expected in zip(*answers, strict=True):
        assert got.keys() == expected.keys()
        for name, value in expected.items():
            assert got[name].dtype == np.float32
            np.testing.assert_allclose(got[name], value, atol=1e-5)


@BOTH
def test_inputs_and_states_are_told_apart(sessions, kind):
    session = sessions[kind]
    assert sorted(session.inputs) == ["beat", "tokens"]
    names = ["forward_0_c", "forward_0_h", "forward_1_c", "forward_1_h"]
    assert session.states == dict.fromkeys(names, 5)
    assert session.sequences == ["logits"]
    assert not session.quantized
    outputs, states = session.run({**INPUTS, **zero_states(session, 2)})
    assert list(outputs) == ["logits"]
    assert states.keys() == session.states.keys()


@BOTH
def test_step_by_step_equals_the_whole(sessions, kind):
    session = sessions[kind]
    states = zero_states(session, 2)
    whole, last = session.run({**INPUTS, **states})
    for step in range(6):
        now = {name: values[:, step : step + 1] for name, values in INPUTS.items()}
        outputs, states = session.run({**now, **states})
        np.testing.assert_allclose(outputs["logits"][:, 0], whole["logits"][:, step], atol=1e-5)
    for name, value in last.items():
        np.testing.assert_allclose(states[name], value, atol=1e-5)


def test_zero_states(sessions):
    states = zero_states(sessions["onnx"], 3)
    assert {state.shape for state in states.values()} == {(3, 5)}
    assert not any(state.any() for state in states.values())


@pytest.mark.parametrize(
    ("backend", "gpus", "expected"),
    [
        (None, 1, False),
        ("tensorflow", 1, True),
        ("tensorflow", 0, False),
        ("torch", 1, True),
        ("torch", 0, False),
        ("jax", 1, False),
    ],
)
def test_keras_is_the_choice_where_it_is_imported_and_has_a_gpu(
    monkeypatch, backend, gpus, expected
):
    keras = backend and SimpleNamespace(backend=SimpleNamespace(backend=lambda: backend))
    listed = SimpleNamespace(list_physical_devices=lambda kind: [kind] * gpus)
    cuda = SimpleNamespace(is_available=lambda: gpus > 0)
    monkeypatch.setitem(sys.modules, "keras", keras)
    monkeypatch.setitem(sys.modules, "tensorflow", SimpleNamespace(config=listed))
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))
    assert keras_on_gpu() is expected


def test_onnx_runs_without_keras(tmp_path):
    path = tmp_path / "network.onnx"
    path.write_bytes(lower(token_network(7, embedding=3, units=5, layers=1)))
    code = """
import sys
from pathlib import Path
import numpy as np
from rnnapps.runtime.session import OnnxSession, zero_states
session = OnnxSession(Path(sys.argv[1]).read_bytes())
session.run({"tokens": np.zeros((1, 1), np.int32), **zero_states(session, 1)})
print(sorted({"keras", "tensorflow", "jax"} & set(sys.modules)))
"""
    command = [sys.executable, "-c", code, path]
    paths = os.pathsep.join(sys.path)
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
