import sys

import keras
import numpy as np
import pytest
from keras import ops

from rnnapps.data.windows import Windows
from rnnapps.errors import InputError
from rnnapps.nn.pooling import Pooling
from rnnapps.nn.recurrent import CELLS, STATES, Recurrent
from rnnapps.nn.token_network import token_network
from rnnapps.training.carried import CarriedStates
from rnnapps.training.diagnostics import GradientFlow, Record, plot_side_by_side, verdict
from rnnapps.training.gradient_norms import gradient_norms
from rnnapps.training.loop import train

RNG = np.random.default_rng(0)
ROWS = [
    {"tokens": RNG.integers(0, 5, 8), "targets": RNG.integers(0, 5, 8)} for _ in range(4)
]  # two windows of four steps


def noise(*shape):
    return RNG.normal(size=shape).astype("float32")


def windows_of():
    return Windows(lambda rng: ROWS, batch_size=4, window=4, shuffle=False)


def network_of():
    return token_network(5, embedding=3, units=4, layers=2, seed=1)


def resting(cell, recurrent, bias=0.0, units=3):
    """A layer whose states stay zero, so that a step changes a gradient by the kernel alone."""
    x = keras.Input((None, 1))
    layer = Recurrent(units, cell=cell, name="memory")
    model = keras.Model(x, layer(x)[0])
    kernel, _, biases = model.get_weights()
    model.set_weights([kernel, recurrent, biases * 0 + bias])
    return model


def norms_at_rest(model):
    batch = np.zeros((2, 40, 1), "float32"), np.ones((2, 40, 3), "float32")
    return gradient_norms(model, batch, "mse")["memory/forward_0"]


@pytest.mark.parametrize(
    ("rate", "said"), [(0.5, "vanishing"), (0.9, "healthy"), (1.0, "healthy"), (1.5, "exploding")]
)
def test_a_plain_rnn_multiplies_by_its_kernel(rate, said):
    turn = np.linalg.qr(RNG.normal(size=(3, 3)))[0]  # leaves norms as they are
    norms = norms_at_rest(resting("rnn", rate * turn))
    np.testing.assert_allclose(norms, norms[0] * rate ** np.arange(40), rtol=1e-4)
    assert verdict(norms) == said


@pytest.mark.parametrize(("forget_bias", "said"), [(10.0, "healthy"), (-3.0, "vanishing")])
def test_an_lstm_holds_what_its_forget_gate_lets_through(forget_bias, said):
    bias = np.repeat([0.0, forget_bias, 0.0, 0.0], 3)  # input, forget, cell, output
    assert verdict(norms_at_rest(resting("lstm", np.zeros((3, 12)), bias))) == said


@pytest.mark.parametrize("cell", CELLS)
def test_the_norms_are_those_of_finite_differences(cell):
    keras.utils.set_random_seed(1)
    kinds, units, steps, eps = len(STATES[cell]), 3, 3, 1e-2
    below, above = (Recurrent(units, cell=cell, name=name) for name in ("below", "above"))
    inputs = keras.Input((None, 2))
    model = keras.Model(inputs, above(below(inputs)[0])[0])
    model.set_weights([weight * 2 for weight in model.get_weights()])
    x, y = 2 * noise(1, steps, 2), noise(1, steps, units)
    found = gradient_norms(model, (x, y), keras.losses.MeanSquaredError())
    changes = eps * np.eye(kinds * units, dtype="float32")
    changes = np.concatenate([changes, -changes])  # each a row of a batch
    rows = np.repeat(x, len(changes), axis=0)

    def changed(layer, sequence, step):
        outputs, states = layer(sequence[:, : step + 1])
        parts = np.split(changes, kinds, axis=1)
        states = [ops.add(state, part) for state, part in zip(states, parts, strict=True)]
        pieces = [outputs[:, :step], states[0][:, None]]
        if step < steps - 1:
            pieces.append(layer(sequence[:, step + 1 :], initial_states=states)[0])
        return ops.concatenate(pieces, axis=1)

    def norm(outputs):
        losses = ((ops.convert_to_numpy(outputs)[:, -1] - y[:, -1]) ** 2).mean(axis=1)
        more, less = np.split(losses, 2)
        return np.linalg.norm((more - less) / (2 * eps))

    back = range(steps - 1, -1, -1)
    through = [norm(above(changed(below, rows, step))[0]) for step in back]
    np.testing.assert_allclose(found["below/forward_0"], through, rtol=2e-2)
    alone = [norm(changed(above, below(rows)[0], step)) for step in back]
    np.testing.assert_allclose(found["above/forward_0"], alone, rtol=2e-2)


def test_a_row_counts_from_its_own_end():
    keras.utils.set_random_seed(1)
    inputs = {
        "x": keras.Input((None, 2), name="x"),
        "lengths": keras.Input((), dtype="int32", name="lengths"),
    }
    outputs, _ = Recurrent(3, direction="bidirectional", name="memory")(
        inputs["x"], inputs["lengths"]
    )
    model = keras.Model(inputs, Pooling("mean")(outputs, inputs["lengths"]))
    x, y, lengths = noise(2, 5, 2), noise(2, 6), np.array([5, 3])
    both = gradient_norms(model, ({"x": x, "lengths": lengths}, y), "mse")
    alone = [
        gradient_norms(
            model, ({"x": x[i : i + 1, :n], "lengths": lengths[i : i + 1]}, y[i : i + 1]), "mse"
        )
        for i, n in enumerate(lengths)
    ]
    assert list(both) == ["memory/forward_0", "memory/backward_0"]
    for name, norms in both.items():
        one, other = (each[name] for each in alone)
        np.testing.assert_allclose(norms, [*(one[:3] + other) / 2, *one[3:]], rtol=1e-4)


def test_each_direction_is_read_where_it_ends():
    forward, backward = (
        Recurrent(3, direction=direction, seed=1) for direction in ("forward", "backward")
    )
    x, y, weights = noise(1, 5, 2), noise(1, 5, 3), np.array([[1.0, 1.0, 1.0, 0.0, 0.0]])
    inputs = keras.Input((None, 2))
    one = keras.Model(inputs, forward(inputs)[0])
    other = keras.Model(inputs, backward(inputs)[0])
    other.set_weights(one.get_weights())
    (padded,) = gradient_norms(one, (x, y, weights), "mse").values()
    (cut,) = gradient_norms(one, (x[:, :3], y[:, :3]), "mse").values()
    np.testing.assert_allclose(padded, cut, rtol=1e-4)
    (mirrored,) = gradient_norms(other, (x[:, 2::-1], y[:, 2::-1]), "mse").values()
    np.testing.assert_allclose(mirrored, cut, rtol=1e-4)


def test_nothing_changes():
    model = CarriedStates(network_of(), batch_size=4)
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    batch = windows_of()[1]
    model.predict_on_batch(windows_of()[0][0])
    before = model.get_weights()
    norms = gradient_norms(model, batch, model.loss)
    assert [len(each) for each in norms.values()] == [4, 4]
    for one, other in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, other)
    assert not any("_run" in vars(layer) for layer in model.network.layers)


def test_a_model_without_recurrent_layers_is_refused():
    model = keras.Sequential([keras.Input((3, 1)), keras.layers.Dense(1)])
    with pytest.raises(InputError, match="Do build it with Recurrent"):
        gradient_norms(model, (noise(1, 3, 1), noise(1, 3, 1)), "mse")


def test_states_among_the_outputs_are_refused():
    network = network_of()
    inputs = {name: np.zeros((1, 4)) for name in network.input}
    with pytest.raises(InputError, match="Do wrap"):
        gradient_norms(network, (inputs, np.zeros((1, 4))), "mse")


@pytest.mark.parametrize(
    ("norms", "said"),
    [
        ([1.0, 0.1, 1e-3], "healthy"),
        ([1.0, 0.1, 1e-5], "vanishing"),
        ([1.0, 2e3, 1.0], "exploding"),
        ([1.0, float("nan"), 1.0], "exploding"),
        ([0.0], "vanishing"),
    ],
)
def test_verdicts(norms, said):
    assert verdict(np.array(norms)) == said


def test_a_training_is_recorded_and_not_changed():
    def losses(callbacks):
        options = {"epochs": 3, "learning_rate": 0.1, "verbose": 0, "callbacks": callbacks}
        return train(network_of(), windows_of(), **options).history["loss"]

    epochs, batches = GradientFlow(windows_of()[1]), GradientFlow(windows_of()[1], every=4)
    assert losses([epochs, batches]) == pytest.approx(losses([]), rel=1e-5)
    assert [record.moment for record in epochs.history] == [0, 1, 2, 3]
    assert [record.moment for record in batches.history] == [0, 4]  # of six
    for name in ("recurrent/forward_0", "recurrent/forward_1"):
        before, _, after, _ = (record.norms[name] for record in epochs.history)
        np.testing.assert_allclose(batches.history[1].norms[name], after, rtol=1e-5)
        assert not np.allclose(before, after)
    assert list(epochs.verdicts) == ["recurrent/forward_0", "recurrent/forward_1"]


def test_every_is_checked():
    with pytest.raises(InputError, match="Received: every=0"):
        GradientFlow(windows_of()[0], every=0)


def test_nothing_is_said_before_a_training():
    with pytest.raises(InputError, match="no records"):
        GradientFlow(windows_of()[0]).plot()


def test_plots():
    modules = set(sys.modules)
    flow = GradientFlow(batch=())
    for moment in range(8):
        lower, upper = 0.5 ** np.arange(20), np.full(20, 1.0 + moment)
        flow.history.append(Record(moment, {"memory/forward_0": lower, "memory/forward_1": upper}))
    figure = flow.plot()
    assert figure._repr_png_().startswith(b"\x89PNG")
    assert [len(ax.lines) for ax in figure.axes] == [8, 8]
    np.testing.assert_array_equal(figure.axes[1].lines[-1].get_ydata(), upper)
    legend = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert (len(legend), legend[0], legend[-1]) == (6, "epoch 0", "epoch 7")
    titles = [ax.get_title() for ax in plot_side_by_side({"LSTM": flow, "GRU": flow}).axes]
    assert titles[1:3] == ["LSTM memory/forward_1: healthy", "GRU memory/forward_0: vanishing"]
    assert "matplotlib.pyplot" not in set(sys.modules) - modules
