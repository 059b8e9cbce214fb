import keras
import numpy as np
import pytest
from keras import ops

from rnnapps.nn import onednn
from rnnapps.nn.recurrent import Recurrent

pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "torch", reason="the fused call is PyTorch's"
)


def steps(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def stepwise(layer, x, states):
    outputs = []
    for time in range(x.shape[1]):
        _, states = layer.cell(x[:, time], states)
        outputs.append(states[0])
    return ops.stack(outputs, axis=1), *states


@pytest.fixture
def layer():
    keras.utils.set_random_seed(0)
    layer = keras.layers.LSTM(8, return_sequences=True, return_state=True)
    layer.build((None, None, 3))
    return layer


@pytest.mark.parametrize("given", [False, True])
def test_equals_the_steps_and_their_gradients(layer, given):
    import torch

    x = torch.tensor(steps(2, 5, 3), requires_grad=True)
    states = [ops.convert_to_tensor(steps(2, 8, seed=k) * given) for k in (1, 2)]
    weights = [variable.value for variable in layer.trainable_variables]
    found = onednn.lstm(layer, x, states if given else None)
    expected = stepwise(layer, x, states)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(*(o.detach().numpy() for o in (one, other)), atol=1e-6)
    slopes = [
        torch.autograd.grad(sum((o**2).sum() for o in outputs), [x, *weights])
        for outputs in (found, expected)
    ]
    for one, other in zip(*slopes, strict=True):
        np.testing.assert_allclose(one.numpy(), other.numpy(), atol=1e-5)


def test_rounds_products_where_pytorch_may(layer):
    import torch

    x = ops.convert_to_tensor(steps(2, 5, 3))
    exact, *_ = onednn.lstm(layer, x)
    torch.set_float32_matmul_precision("medium")
    try:
        rounded, *_ = onednn.lstm(layer, x)
    finally:
        torch.set_float32_matmul_precision("highest")
    assert rounded.dtype == exact.dtype
    assert 0 < float((rounded - exact).abs().max().detach()) < 0.02


def test_every_lstm_of_the_engine_takes_it(monkeypatch):
    taken = []
    monkeypatch.setattr(onednn, "lstm", lambda run, x, states: taken.append(run) or (x, x, x))
    Recurrent(3, layers=2)(ops.ones((1, 4, 3)))
    assert len(taken) == 2
