"""The gradient of a loss with regard to the states of recurrent layers, step by step."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import keras
import numpy as np
from keras import ops

from rnnapps.errors import InputError
from rnnapps.nn.recurrent import Recurrent
from rnnapps.training.gradients import gradients


def gradient_norms(model: keras.Model, batch: Sequence[Any], loss: Any) -> dict[str, np.ndarray]:
    """Gives the norm of the gradient of a row's loss with regard to the state at each step.

    The state is what a step hands to the next: h, and c too in an LSTM. Where the loss has a
    value for each step, that of the last real step alone counts (of the first real step for a
    backward layer), so that what arrives at a state has come through time. The layers run step
    by step, without dropout; neither weights nor carried states change.

    Args:
        model: a model with `Recurrent` layers that gives one prediction; a network with states in
            and out is wrapped in `CarriedStates`.
        batch: inputs, targets and perhaps weights, as the training data give them.
        loss: a Keras loss, or its name.

    Returns:
        By layer, such as `"recurrent/forward_0"`, an array whose element k is the norm k steps
        before the last step that the loss reads: a mean over the rows that reach so far back.

    Raises:
        InputError: If the model has no `Recurrent` layer, or gives more than one prediction.

    Reference: Pascanu, Mikolov, Bengio 2013, "On the difficulty of training recurrent neural
    networks", arXiv:1211.5063, section 2.

    Example:
    >>> import keras, numpy as np
    >>> from rnnapps.nn.recurrent import Recurrent
    >>> from rnnapps.training.gradient_norms import gradient_norms
    >>> x = keras.Input((None, 1))
    >>> outputs, _ = Recurrent(1, cell="rnn", name="memory")(x)
    >>> model = keras.Model(x, outputs)
    >>> model.set_weights([np.ones((1, 1)), np.full((1, 1), 0.5), np.zeros(1)])
    >>> norms = gradient_norms(model, (np.zeros((1, 4, 1)), np.ones((1, 4, 1))), "mse")
    >>> norms["memory/forward_0"].tolist()
    [2.0, 1.0, 0.5, 0.25]
    """
    layers = list(_recurrent_layers(model))
    if not layers:
        raise InputError(
            "Expected a model with a rnnapps.nn.recurrent.Recurrent layer. Received: layers "
            f"{[layer.name for layer in model.layers]}. Do build it with Recurrent instead."
        )
    inputs, targets, *weights = batch
    inputs = keras.tree.map_structure(ops.convert_to_tensor, inputs)
    variables = model.trainable_variables, model.non_trainable_variables
    values = [[each.value for each in kind] for kind in variables]

    def losses(run: Callable) -> Any:
        with _running(layers, run):
            prediction, _ = model.stateless_call(*values, inputs, training=False)
        if not ops.is_tensor(prediction):
            raise InputError(
                f"Expected a model with one prediction. Received: {list(prediction)}. Do wrap a "
                "network with states in rnnapps.training.carried.CarriedStates instead."
            )
        function = keras.losses.get(loss)
        each = getattr(function, "call", function)(ops.convert_to_tensor(targets), prediction)
        return ops.reshape(each, (each.shape[0], -1))

    nudges: dict[str, Any] = {}  # zeros added to the states, to take the gradient by

    def measure(name, run, x, states):
        nudges[name] = ops.zeros((*x.shape[:2], sum(run.state_size)), x.dtype)
        return run(x, initial_state=states)

    shape = losses(measure).shape
    real = np.broadcast_to(np.reshape(weights[0], (shape[0], -1)) > 0 if weights else True, shape)

    def total(nudges, way):
        return ops.sum(ops.where(_read(real, way), losses(partial(_stepwise, nudges)), 0.0))

    norms = {}
    for way in dict.fromkeys(way for layer in layers for way in layer.ways):
        for name, gradient in gradients(partial(total, way=way), nudges).items():
            if f"/{way}_" in name:
                norms[name] = _by_steps_back(ops.convert_to_numpy(gradient))
    return {name: norms[name] for name in nudges}


def _recurrent_layers(model: keras.Model) -> Iterator[Recurrent]:
    for layer in model.layers:
        if isinstance(layer, Recurrent):
            yield layer
        elif isinstance(layer, keras.Model):
            yield from _recurrent_layers(layer)


@contextlib.contextmanager
def _running(layers: Sequence[Recurrent], run: Callable) -> Iterator[None]:
    """Lets `run(name, layer, x, states)` stand in for each layer's way through a sequence."""
    for layer in layers:  # written past Keras's attribute tracking, and of this one object
        layer.__dict__["_run"] = lambda each, x, states, training, above=layer.name: run(
            f"{above}/{each.name}", each, x, states
        )
    try:
        yield
    finally:
        for layer in layers:
            del layer.__dict__["_run"]


def _stepwise(nudges: Mapping[str, Any], name: str, run: Any, x: Any, states: Any) -> tuple:
    """Runs a layer step by step, each state with its nudge added."""
    states = states or run.get_initial_state(x.shape[0])
    outputs = []
    for step in range(x.shape[1]):
        _, states = run.cell(ops.take(x, step, axis=1), states)
        added = ops.split(ops.take(nudges[name], step, axis=1), len(states), axis=-1)
        states = [state + nudge for state, nudge in zip(states, added, strict=True)]
        outputs.append(states[0])
    return ops.stack(outputs, axis=1), *states


def _read(real: np.ndarray, way: str) -> np.ndarray:
    """Marks, of each row's real steps, the one where a direction ends."""
    real = real[:, ::-1] if way == "forward" else real
    end = real & (real.cumsum(axis=1) == 1)
    return end[:, ::-1] if way == "forward" else end


def _by_steps_back(gradient: np.ndarray) -> np.ndarray:
    """Gives the mean norm over the rows, by steps back from the last that has a gradient."""
    norms = np.linalg.norm(gradient.astype(np.float64), axis=-1)  # squares fit no float32
    rows = [row[: np.flatnonzero(row)[-1] + 1][::-1] for row in norms if row.any()]
    rows = rows or [np.zeros(1)]
    return np.array(
        [np.mean([row[k] for row in rows if k < len(row)]) for k in range(max(map(len, rows)))]
    )
