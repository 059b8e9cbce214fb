import functools

import keras
import numpy as np
import pytest
from keras import ops

from rnnapps.nn.recurrent import CELLS, Recurrent, fused

every_cell = pytest.mark.parametrize("cell", CELLS)
every_direction = pytest.mark.parametrize("direction", ["forward", "backward", "bidirectional"])


@functools.cache
def network(cell, direction):
    """A layer, and a function from inputs, lengths and states to outputs and states."""
    keras.utils.set_random_seed(0)
    layer = Recurrent(4, 2, cell, direction)
    x, lengths = keras.Input((None, 3)), keras.Input((), dtype="int32")
    states = [keras.Input((spec.units,)) for spec in layer.state_specs]
    model = keras.Model([x, lengths, *states], layer(x, lengths, initial_states=states))

    def run(x, lengths=None, given=None):
        if lengths is None:
            lengths = [x.shape[1]] * len(x)
        if given is None:
            given = [np.zeros((len(x), 4), np.float32)] * len(states)
        outputs, last = model.predict_on_batch([x, np.array(lengths), *given])
        return outputs, last

    return layer, run


def steps(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


@every_cell
@every_direction
def test_row_in_a_batch_equals_the_row_alone(cell, direction):
    _, run = network(cell, direction)
    x, lengths = steps(3, 5, 3), [5, 1, 3]
    x[1, 1:], x[2, 3:] = 1e3, -1e3  # what stands in the padding does not matter
    outputs, states = run(x, lengths)
    for row in (1, 2):
        length = lengths[row]
        alone, _ = run(x[row : row + 1, :length])
        np.testing.assert_allclose(outputs[row, :length], alone[0], atol=1e-6)
        assert not outputs[row, length:].any()
        assert not any(state[row].any() for state in states)
    full, last = run(x)
    np.testing.assert_allclose(outputs[0], full[0], atol=1e-6)
    for state, value in zip(states, last, strict=True):
        np.testing.assert_allclose(state[0], value[0], atol=1e-6)
        assert value[0].any()


@every_direction
def test_normalised_outputs_are_of_one_level_and_zero_in_the_padding(direction):
    layer = Recurrent(4, 2, direction=direction, normalise=True)
    layer.build((None, None, 3))
    for norm in layer.norms:
        norm.epsilon = 1e-9
    x, lengths = steps(2, 5, 3), np.array([5, 2])
    outputs = ops.convert_to_numpy(layer(x, lengths)[0])
    layer.norms[-1].beta.assign(np.ones(outputs.shape[-1]))
    raised = ops.convert_to_numpy(layer(x, lengths)[0])
    real = np.arange(5) < np.array([[5], [2]])
    np.testing.assert_allclose(outputs[real].mean(axis=-1), 0, atol=1e-5)
    np.testing.assert_allclose(outputs[real].std(axis=-1), 1, atol=1e-2)
    np.testing.assert_allclose(
        raised - outputs, 1.0 * real[..., None].repeat(outputs.shape[-1], 2), atol=1e-5
    )


@every_direction
def test_no_lengths_mean_full_rows(direction):
    layer, run = network("lstm", direction)
    x = steps(3, 5, 3)
    outputs, states = layer(ops.array(x))
    expected, last = run(x)
    np.testing.assert_allclose(outputs, expected, atol=1e-6)
    for state, value in zip(states, last, strict=True):
        np.testing.assert_allclose(state, value, atol=1e-6)


@every_cell
@every_direction
def test_each_direction_reads_from_its_end(cell, direction):
    _, run = network(cell, direction)
    x = steps(3, 5, 3)
    changed = x.copy()
    changed[:, 2] += 1
    same = np.isclose(run(x)[0], run(changed)[0]).reshape(3, 5, -1, 4).all(axis=(0, 3)).T
    before, after = [True, True, False, False, False], [False, False, False, True, True]
    expected = {"forward": [before], "backward": [after]}
    # The second layer has seen both ways of the first.
    assert same.tolist() == expected.get(direction, [[False] * 5] * 2)


@every_cell
def test_two_pieces_equal_the_whole(cell):
    _, run = network(cell, "forward")
    x = steps(3, 5, 3)
    whole, last = run(x)
    first, states = run(x[:, :2])
    second, end = run(x[:, 2:], given=states)
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), whole, atol=1e-6)
    np.testing.assert_allclose(end, last, atol=1e-6)


@every_cell
@every_direction
def test_states_come_in_the_order_of_their_specs(cell, direction):
    layer, run = network(cell, direction)
    x = steps(3, 5, 3)
    outputs, states = run(x)
    assert [state.shape for state in states] == [(3, spec.units) for spec in layer.state_specs]
    by_name = dict(zip((spec.name for spec in layer.state_specs), states, strict=True))
    assert len(by_name) == len(states)
    if direction != "backward":
        np.testing.assert_allclose(by_name["forward_1_h"], outputs[:, -1, :4], atol=1e-6)
    if direction != "forward":
        np.testing.assert_allclose(by_name["backward_1_h"], outputs[:, 0, -4:], atol=1e-6)
    for index in range(len(states)):  # each state is read
        given = [np.full_like(state, float(i == index)) for i, state in enumerate(states)]
        assert not np.allclose(run(x, given=given)[0], outputs)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_layers_fulfil_the_conditions_of_cudnn(cell):
    layer = Recurrent(4, 2, cell, "bidirectional", dropout=0.5, weight_drop=0.5)
    layer(steps(1, 3, 2), training=True)
    assert len(layer.runs) == 4
    assert all(fused(each) for each in layer.runs)


@pytest.mark.parametrize(
    "options",
    [
        {"recurrent_dropout": 0.1},
        {"activation": "relu"},
        {"recurrent_activation": "hard_sigmoid"},
        {"use_bias": False},
        {"unroll": True},
        {"use_cudnn": False},
    ],
)
def test_what_leaves_cudnn_is_told(options):
    assert not fused(keras.layers.LSTM(4, **options))
    assert not fused(keras.layers.GRU(4, **options))
    assert not fused(keras.layers.GRU(4, reset_after=False))
    assert not fused(keras.layers.SimpleRNN(4))


@every_cell
@pytest.mark.filterwarnings("ignore:Layer .* was passed an input with a mask:UserWarning")
def test_no_mask_reaches_the_layers(cell):
    tokens = np.array([[1, 0, 2, 0]])
    embedding = keras.layers.Embedding(3, 2, mask_zero=True)
    layer = Recurrent(4, 1, cell)
    masked, _ = layer(embedding(tokens))
    plain, _ = layer(ops.convert_to_numpy(embedding(tokens)))
    np.testing.assert_allclose(masked, plain, atol=1e-6)


def test_dropout_between_the_layers_in_training_only():
    x = steps(1, 4, 3)
    layer = Recurrent(8, 2, dropout=0.5, seed=1)
    plain, _ = layer(x)
    np.testing.assert_array_equal(layer(x)[0], plain)
    assert not np.allclose(layer(x, training=True)[0], plain)
    single = Recurrent(8, 1, dropout=0.5, seed=1)  # nothing is between
    np.testing.assert_array_equal(single(x)[0], single(x, training=True)[0])


@every_cell
def test_saved_models_answer_the_same(cell, tmp_path):
    layer = Recurrent(4, 1, cell, "bidirectional", dropout=0.1, weight_drop=0.2, seed=3)
    assert Recurrent.from_config(layer.get_config()).get_config() == layer.get_config()
    x, lengths = keras.Input((None, 3)), keras.Input((), dtype="int32")
    states = [keras.Input((spec.units,)) for spec in layer.state_specs]
    outputs, last = layer(x, lengths, initial_states=states)
    assert outputs.shape == (None, None, 8)
    model = keras.Model([x, lengths, *states], [outputs, *last])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    arrays = [steps(2, 5, 3), np.array([5, 2]), *(steps(2, 4, seed=i) for i in range(len(states)))]
    answers = [each.predict_on_batch(arrays) for each in (loaded, model)]
    for got, expected in zip(*answers, strict=True):
        np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"cell": "mgu"}, "lstm.*gru.*rnn.*Received: cell='mgu'"),
        ({"direction": "up"}, "bidirectional.*Received: direction='up'"),
        ({"layers": 0}, "Received: layers=0"),
        ({"dropout": 1.0}, "Received: dropout=1.0"),
        ({"weight_drop": -0.1}, "Received: weight_drop=-0.1"),
    ],
)
def test_bad_arguments_are_refused(options, match):
    with pytest.raises(ValueError, match=match):
        Recurrent(4, **options)


@pytest.mark.parametrize("given", [1, 2, 5])
def test_a_wrong_number_of_states_is_refused(given):
    with pytest.raises(ValueError, match=f"Expected 4 initial_states.* Received: {given}"):
        Recurrent(3, 2)(steps(1, 2, 2), initial_states=[steps(1, 3)] * given)
