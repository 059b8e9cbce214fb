"""Lowers a functional Keras model to ONNX with fused recurrent operators.

Keras's own ONNX export turns masked LSTMs and every GRU into loops and needs TensorFlow; this
one writes the operator that ONNX Runtime runs in one call.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from rnnapps.errors import RnnappsError
from rnnapps.nn.crf import CRF
from rnnapps.nn.pooling import Pooling
from rnnapps.nn.recurrent import STATES, Recurrent
from rnnapps.nn.weight_drop import VariationalDropout
from rnnapps.runtime.graph import Graph
from rnnapps.runtime.session import NEXT


def lower(model: keras.Model) -> bytes:
    """Lowers a model to ONNX.

    Args:
        model: functional model with a dict of inputs and a dict of outputs; layers as in
            `LOWERINGS`. Batch and time stay free.

    Returns:
        The bytes of the ONNX model. Inputs keep their names; an output that shares the name of an
        input is that state after the last step, and gets the prefix `next_`.

    Raises:
        RnnappsError: If there is no lowering for a layer; it names the layer.

    Example:
    >>> from rnnapps.nn.token_network import token_network
    >>> from rnnapps.runtime.lower import lower
    >>> from rnnapps.runtime.session import OnnxSession
    >>> session = OnnxSession(lower(token_network(10, embedding=3, units=5, layers=1)))
    >>> session.states
    {'forward_0_h': 5, 'forward_0_c': 5}
    """
    graph = Graph()
    names: dict[int, str] = {}
    for name, tensor in model.input.items():
        names[id(tensor)] = graph.input(name, tensor.dtype, _shape(tensor))
    for depth in sorted(model._nodes_by_depth, reverse=True):
        for node in model._nodes_by_depth[depth]:
            if node.is_input:
                continue
            layer = node.operation
            lowering = LOWERINGS.get(type(layer))
            if lowering is None:
                raise RnnappsError(
                    f"Expected layers among {sorted(kind.__name__ for kind in LOWERINGS)}. "
                    f"Received: {type(layer).__name__} (the layer {layer.name!r}). Do add a "
                    "function for it to `rnnapps.runtime.lower.LOWERINGS`, in the folder of the "
                    "task if the layer is its own."
                )
            args, kwargs = keras.tree.map_structure(
                lambda value: names.get(id(value), value),
                (node.arguments.args, node.arguments.kwargs),
            )
            results = lowering(graph, layer, *args, **kwargs)
            for tensor, result in zip(node.output_tensors, results, strict=True):
                names[id(tensor)] = result
    for name, tensor in model.output.items():
        known = NEXT + name if name in model.input else name
        graph.output(known, names[id(tensor)], _shape(tensor))
    return graph.model().SerializeToString()


def _shape(tensor: Any) -> list[int | str]:
    free = ("batch", "time")
    return [free[i] if size is None else size for i, size in enumerate(tensor.shape)]


def _array(variable: Any) -> np.ndarray:
    return keras.ops.convert_to_numpy(variable)


def _embedding(graph: Graph, layer: keras.layers.Embedding, x: str) -> list[str]:
    return [graph.node("Gather", [graph.constant(_array(layer.embeddings)), x])]


def _reversible_embedding(
    graph: Graph, layer: keras.layers.ReversibleEmbedding, x: str, reverse: bool = False
) -> list[str]:
    if not layer.tie_weights or layer.logit_soft_cap is not None:
        raise RnnappsError(
            f"Expected a ReversibleEmbedding that is tied and has no soft cap. Received: "
            f"tie_weights={layer.tie_weights}, logit_soft_cap={layer.logit_soft_cap}."
        )
    table = graph.constant(_array(layer.embeddings).T)  # one constant for both directions
    if reverse:
        return [graph.node("MatMul", [x, table])]
    return [graph.node("Transpose", [graph.node("Gather", [table, x], axis=1)], perm=[1, 2, 0])]


def _dense(graph: Graph, layer: keras.layers.Dense, x: str) -> list[str]:
    y = graph.node("MatMul", [x, graph.constant(_array(layer.kernel))])
    if layer.use_bias:
        y = graph.node("Add", [y, graph.constant(_array(layer.bias))])
    activation = layer.activation.__name__
    if activation == "linear":
        return [y]
    if activation not in ACTIVATIONS:
        raise RnnappsError(
            f"Expected an activation among {['linear', *ACTIVATIONS]}. Received: {activation!r}."
        )
    return [graph.node(ACTIVATIONS[activation], [y])]


def _layer_normalization(graph: Graph, layer: keras.layers.LayerNormalization, x: str) -> list[str]:
    if layer.axis not in (-1, [-1]) or layer.rms_scaling or not (layer.center and layer.scale):
        raise RnnappsError(
            "Expected a layer normalisation over the last axis that centres and scales. Received: "
            f"axis={layer.axis}, center={layer.center}, scale={layer.scale}, "
            f"rms_scaling={layer.rms_scaling}."
        )
    weights = [graph.constant(_array(weight)) for weight in (layer.gamma, layer.beta)]
    return [graph.node("LayerNormalization", [x, *weights], axis=-1, epsilon=layer.epsilon)]


def _same(graph: Graph, layer: keras.layers.Layer, x: str, **_: Any) -> list[str]:
    return [x]


def _add(graph: Graph, layer: keras.layers.Add, xs: list[str]) -> list[str]:
    total = xs[0]
    for x in xs[1:]:
        total = graph.node("Add", [total, x])
    return [total]


def _concatenate(graph: Graph, layer: keras.layers.Concatenate, xs: list[str]) -> list[str]:
    return [graph.node("Concat", xs, axis=layer.axis)]


def _pooling(graph: Graph, layer: Pooling, x: str, lengths: str | None = None) -> list[str]:
    one = graph.constant(np.array([1], np.int64))
    if lengths is None:
        if layer.mode == "last":
            return [graph.node("Gather", [x, graph.constant(np.array(-1, np.int64))], axis=1)]
        return [graph.node(f"Reduce{layer.mode.capitalize()}", [x], axes=[1], keepdims=0)]
    ends = graph.node("Unsqueeze", [graph.node("Cast", [lengths], to=7), one])
    if layer.mode == "last":
        return [graph.node("GatherND", [x, graph.node("Sub", [ends, one])], batch_dims=1)]
    padding = graph.constant(np.array(-np.inf if layer.mode == "max" else 0, np.float32))
    valid = graph.node("Unsqueeze", [validity(graph, x, ends), graph.constant(np.array([2]))])
    x = graph.node("Where", [valid, x, padding])
    if layer.mode == "max":
        return [graph.node("ReduceMax", [x], axes=[1], keepdims=0)]
    total = graph.node("ReduceSum", [x, one], keepdims=0)
    return [graph.node("Div", [total, graph.node("Cast", [ends], to=1)])]


def validity(graph: Graph, x: str, ends: str) -> str:
    """Tells which steps are real, as `rnnapps.nn.lengths.validity` does.

    Args:
        graph: The graph.
        x: Name of a tensor of shape `(batch, time, ...)`.
        ends: Name of the int64 lengths, of shape `(batch, 1)`.

    Returns:
        The name of a tensor of truths, of shape `(batch, time)`.
    """
    zero, one = (graph.constant(np.array(value, np.int64)) for value in (0, 1))
    time = graph.node("Gather", [graph.node("Shape", [x]), one])
    return graph.node("Less", [graph.node("Range", [zero, time, one]), ends])


def _recurrent(
    graph: Graph,
    layer: Recurrent,
    x: str,
    lengths: str | None = None,
    initial_states: list[str] | None = None,
    **_: Any,
) -> list[str]:
    kinds, ways = len(STATES[layer.cell]), len(layer.ways)
    axis = [graph.constant(np.array([i], np.int64)) for i in (0, 1)]
    lens = "" if lengths is None else lengths
    direction = {"backward": "reverse"}.get(layer.direction, layer.direction)
    attributes: dict[str, Any] = {"hidden_size": layer.units, "direction": direction}
    if layer.cell == "gru":
        attributes["linear_before_reset"] = 1
    given_states = initial_states or []
    states: list[str] = []
    real = _real(graph, x, lengths) if layer.norms and lengths is not None else ""
    x = graph.node("Transpose", [x], perm=[1, 0, 2])
    for index in range(layer.layers):
        runs = layer.runs[index * ways : (index + 1) * ways]
        weights = zip(*(_fused_weights(layer.cell, run) for run in runs), strict=True)
        inputs = [x, *(graph.constant(np.stack(arrays)) for arrays in weights), lens]
        for kind in range(kinds if given_states else 0):
            given = [given_states[(index * ways + way) * kinds + kind] for way in range(ways)]
            inputs.append(_stacked(graph, given, axis[0]))
        y, *last = graph.nodes(layer.cell.upper(), inputs, 1 + kinds, **attributes)
        if ways == 1:
            x = graph.node("Squeeze", [y, axis[1]])
        else:
            y = graph.node("Transpose", [y], perm=[0, 2, 1, 3])
            shape = graph.constant(np.array([0, 0, ways * layer.units], np.int64))
            x = graph.node("Reshape", [y, shape])
        if layer.norms:
            (x,) = _layer_normalization(graph, layer.norms[index], x)
            x = graph.node("Mul", [x, real]) if real else x
        split = [
            [last[kind]] if ways == 1 else graph.nodes("Split", [last[kind]], ways, axis=0)
            for kind in range(kinds)
        ]
        states += [
            graph.node("Squeeze", [split[kind][way], axis[0]])
            for way in range(ways)
            for kind in range(kinds)
        ]
    if lengths is not None:
        states = _of_full_rows(graph, states, x, lengths)
    return [graph.node("Transpose", [x], perm=[1, 0, 2]), *states]


def _real(graph: Graph, x: str, lengths: str) -> str:
    """Gives 1 for real steps and 0 for padding, of shape `(time, batch, 1)`."""
    one, two = (graph.constant(np.array([axis], np.int64)) for axis in (1, 2))
    ends = graph.node("Unsqueeze", [graph.node("Cast", [lengths], to=7), one])
    real = graph.node("Cast", [validity(graph, x, ends)], to=1)
    return graph.node("Unsqueeze", [graph.node("Transpose", [real], perm=[1, 0]), two])


def _stacked(graph: Graph, states: list[str], first: str) -> str:
    rows = [graph.node("Unsqueeze", [state, first]) for state in states]
    return rows[0] if len(rows) == 1 else graph.node("Concat", rows, axis=0)


def _of_full_rows(graph: Graph, states: list[str], time_major: str, lengths: str) -> list[str]:
    """Zeroes the states of rows that end before the last step, as `Recurrent` does."""
    shape = graph.node("Shape", [time_major])
    steps = graph.node("Gather", [shape, graph.constant(np.array(0, np.int64))])
    full = graph.node("Equal", [graph.node("Cast", [lengths], to=7), steps])
    full = graph.node("Cast", [full], to=1)
    full = graph.node("Unsqueeze", [full, graph.constant(np.array([1], np.int64))])
    return [graph.node("Mul", [state, full]) for state in states]


def _fused_weights(cell: str, run: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    kernel, recurrent, bias = map(
        _array, (run.cell.kernel, run.cell.recurrent_kernel, run.cell.bias)
    )
    units = recurrent.shape[0]
    if cell == "lstm":  # Keras: i f c o; ONNX: i o f c
        i, f, c, o = np.split(np.arange(4 * units), 4)
        order = np.concatenate([i, o, f, c])
        kernel, recurrent, bias = kernel[:, order], recurrent[:, order], bias[order]
    both = bias.reshape(-1) if cell == "gru" else np.concatenate([bias, np.zeros_like(bias)])
    return kernel.T, recurrent.T, both


#: ONNX operators by the name of a Keras activation.
ACTIVATIONS = {"relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh", "softmax": "Softmax"}

#: What writes a layer's operators: a function of the graph, the layer and the names of its call
#: arguments that gives the names of its outputs. A task adds one for a layer of its own.
LOWERINGS: dict[type, Callable[..., list[str]]] = {
    keras.layers.Add: _add,
    keras.layers.Concatenate: _concatenate,
    keras.layers.Dense: _dense,
    keras.layers.Dropout: _same,
    keras.layers.Embedding: _embedding,
    keras.layers.LayerNormalization: _layer_normalization,
    keras.layers.ReversibleEmbedding: _reversible_embedding,
    CRF: _same,
    Pooling: _pooling,
    Recurrent: _recurrent,
    VariationalDropout: _same,
}
