import logging

import numpy as np
import onnx
import pytest

from rnnapps.decoding.sampling import log_softmax
from rnnapps.nn.token_network import token_network
from rnnapps.runtime.lower import lower
from rnnapps.runtime.quantize import quantize
from rnnapps.runtime.session import OnnxSession, zero_states


def graphs(cell):
    network = token_network(200, {"beat": 4}, embedding=96, units=128, layers=2, cell=cell, seed=1)
    graph = lower(network)
    return graph, quantize(graph)


def kinds(graph):
    return [node.op_type for node in onnx.load_from_string(graph).graph.node]


def answers(graph):
    session = OnnxSession(graph)
    rng = np.random.default_rng(0)
    inputs = {name: rng.integers(0, 4, (2, 30)).astype(np.int32) for name in session.inputs}
    outputs, states = session.run({**inputs, **zero_states(session, 2)})
    return outputs["logits"], states


def test_lstm_takes_a_quarter_and_answers_nearly_the_same():
    graph, small = graphs("lstm")
    assert len(small) < 0.27 * len(graph)
    assert kinds(small).count("DynamicQuantizeLSTM") == 2
    assert "LSTM" not in kinds(small)
    assert OnnxSession(small).quantized and not OnnxSession(graph).quantized
    (logits, states), (close, close_states) = answers(graph), answers(small)
    assert not np.array_equal(logits, close)
    np.testing.assert_allclose(log_softmax(close), log_softmax(logits), atol=0.02)
    assert close_states.keys() == states.keys()
    for name, state in states.items():
        np.testing.assert_allclose(close_states[name], state, atol=0.02)


def test_a_tied_table_is_stored_once_in_eight_bits():
    network = token_network(500, embedding=32, units=48, layers=1, tied=True, seed=1)
    graph = lower(network)
    small = quantize(graph)
    constants = onnx.load_from_string(small).graph.initializer
    tables = [each for each in constants if sorted(each.dims) == [32, 500]]
    assert [each.data_type in (2, 3) for each in tables] == [True]  # bytes, with a sign or without
    assert len(small) < network.count_params() + 16_000
    np.testing.assert_allclose(answers(small)[0], answers(graph)[0], atol=0.02)


@pytest.mark.parametrize("cell", ["gru", "rnn"])
def test_what_has_no_such_kernel_stays(cell):
    graph, small = graphs(cell)
    assert kinds(small).count(cell.upper()) == 2
    assert "DynamicQuantizeLSTM" not in kinds(small)
    assert len(small) < len(graph)
    assert OnnxSession(small).quantized
    np.testing.assert_allclose(answers(small)[0], answers(graph)[0], atol=0.02)


def test_logging_is_left_as_it_was(caplog):
    caplog.set_level(logging.INFO)
    quantize(lower(token_network(5, embedding=3, units=4, layers=1)))
    assert logging.getLogger().level == logging.INFO
    assert not caplog.records
