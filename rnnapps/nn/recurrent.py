"""The one place that builds recurrent layers: LSTM and GRU on fused kernels, and plain RNN."""

from __future__ import annotations

import contextlib
from typing import NamedTuple

import keras
from keras import ops

from rnnapps.nn import onednn
from rnnapps.nn.lengths import reverse, validity
from rnnapps.nn.weight_drop import VariationalDropout, dropped_recurrent_kernel

CELLS = {
    "lstm": keras.layers.LSTM,
    "gru": keras.layers.GRU,
    "rnn": keras.layers.SimpleRNN,
}
STATES = {"lstm": ("h", "c"), "gru": ("h",), "rnn": ("h",)}


class StateSpec(NamedTuple):
    """Name and width of one state of a recurrent network."""

    name: str
    units: int


@keras.saving.register_keras_serializable("rnnapps")
class Recurrent(keras.layers.Layer):
    """Runs a stack of recurrent layers over right-padded sequences.

    No mask reaches the layers: rows are right-padded, `lengths` says where they end, the
    backward direction reads each row reversed by its own length, and padded outputs are zero.
    So the fused kernels (cuDNN on a GPU) are taken on every backend that has them, and a row
    gives the same output alone and in any batch.

    Args:
        units: width of each layer and direction.
        layers: number of layers.
        cell: `"lstm"`, `"gru"` or `"rnn"`.
        direction: `"forward"`, `"backward"` or `"bidirectional"` (outputs side by side).
        dropout: share of the features dropped, the same at every step, between the layers.
        weight_drop: share of the recurrent connections dropped in training.
        normalise: whether the outputs of each layer are brought to one level (layer
            normalisation over the features of a step).
        seed: seed of both dropouts.

    Call arguments:
        x: tensor of shape `(batch, time, features)`.
        lengths: int tensor of shape `(batch,)`, each at least 1; None when every row is full.
        initial_states: tensors of shape `(batch, units)` in the order of `state_specs`;
            None starts from zero.

    Returns:
        `(outputs, states)`: outputs of shape `(batch, time, units)`, twice as wide when
        bidirectional; states as a list in the order of `state_specs`. The states of a row that
        ends before the last step are zero, as the next window of that row is a new sequence.

    Reference: Hochreiter and Schmidhuber 1997, "Long Short-Term Memory"; Cho et al. 2014,
    arXiv:1406.1078 (GRU); Ba et al. 2016, "Layer Normalization", arXiv:1607.06450, section 3.

    Example:
    >>> from keras import ops
    >>> from rnnapps.nn.recurrent import Recurrent
    >>> outputs, states = Recurrent(8, layers=2)(ops.ones((3, 5, 4)), ops.array([5, 2, 1]))
    >>> tuple(outputs.shape), [tuple(state.shape) for state in states]
    ((3, 5, 8), [(3, 8), (3, 8), (3, 8), (3, 8)])
    """

    def __init__(
        self,
        units: int,
        layers: int = 1,
        cell: str = "lstm",
        direction: str = "forward",
        dropout: float = 0.0,
        weight_drop: float = 0.0,
        normalise: bool = False,
        seed: int | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if cell not in CELLS:
            raise ValueError(f"Expected cell to be one of {list(CELLS)}. Received: cell={cell!r}")
        if direction not in ("forward", "backward", "bidirectional"):
            raise ValueError(
                "Expected direction to be 'forward', 'backward' or 'bidirectional'. "
                f"Received: direction={direction!r}"
            )
        if layers < 1:
            raise ValueError(f"Expected one layer or more. Received: layers={layers}")
        for name, share in (("dropout", dropout), ("weight_drop", weight_drop)):
            if not 0 <= share < 1:
                raise ValueError(f"Expected {name} from 0 to below 1. Received: {name}={share}")
        self.units, self.layers, self.cell, self.direction = units, layers, cell, direction
        self.dropout, self.weight_drop, self.seed = dropout, weight_drop, seed
        self.normalise = normalise
        self.ways = ("forward", "backward") if direction == "bidirectional" else (direction,)
        self.runs = [
            CELLS[cell](units, return_sequences=True, return_state=True, name=f"{way}_{index}")
            for index in range(layers)
            for way in self.ways
        ]
        self.between = [
            VariationalDropout(dropout, seed=None if seed is None else seed + index)
            for index in range(layers - 1)
        ]
        self.norms = [
            keras.layers.LayerNormalization(name=f"norm_{index}")
            for index in range(layers if normalise else 0)
        ]
        self.generator = keras.random.SeedGenerator(seed)

    @property
    def state_specs(self) -> list[StateSpec]:
        """Names and widths of the states, layer by layer, then way, then h before c."""
        return [
            StateSpec(f"{run.name}_{kind}", self.units)
            for run in self.runs
            for kind in STATES[self.cell]
        ]

    def build(self, x_shape, *_):
        width = x_shape[-1]
        for index, run in enumerate(self.runs):
            run.build((None, None, width))
            if (index + 1) % len(self.ways) == 0:
                width = self.units * len(self.ways)
        for norm in self.norms:
            norm.build((None, None, width))
        self.built = True

    def call(self, x, lengths=None, initial_states=None, training=False):
        kinds = len(STATES[self.cell])
        count = len(self.state_specs)
        if initial_states is not None and len(initial_states) != count:
            raise ValueError(
                f"Expected {count} initial_states, in the order of state_specs. "
                f"Received: {len(initial_states)}"
            )
        x = ops.copy(x)  # leaves behind the mask that an embedding may have attached
        valid = None if lengths is None else validity(lengths, ops.shape(x)[1])[:, :, None]
        states = []
        for layer in range(self.layers):
            if layer:
                x = self.between[layer - 1](x, training=training)
            outputs = []
            for way_index, way in enumerate(self.ways):
                index = layer * len(self.ways) + way_index
                given = initial_states and list(initial_states)[index * kinds : (index + 1) * kinds]
                way_input = x if way == "forward" else reverse(x, lengths)
                y, *last = self._run(self.runs[index], way_input, given, training)
                outputs.append(y if way == "forward" else reverse(y, lengths))
                states += last
            x = outputs[0] if len(outputs) == 1 else ops.concatenate(outputs, axis=-1)
            if self.norms:
                x = self.norms[layer](x)
            if valid is not None:
                x = x * valid
        if valid is not None:
            states = [state * valid[:, -1] for state in states]
        return x, states

    def _run(self, run, x, states, training):
        drop = (
            dropped_recurrent_kernel(run, self.weight_drop, self.generator)
            if training and self.weight_drop
            else contextlib.nullcontext()
        )
        with drop:
            if onednn.applies(run):
                return onednn.lstm(run, x, states)
            return run(x, initial_state=states, training=training)

    def compute_output_shape(self, x_shape, *_):
        batch, time = x_shape[0], x_shape[1]
        outputs = (batch, time, self.units * len(self.ways))
        return outputs, [(batch, spec.units) for spec in self.state_specs]

    def get_config(self):
        names = ("units", "layers", "cell", "direction", "dropout", "weight_drop", "normalise")
        own = {name: getattr(self, name) for name in (*names, "seed")}
        return {**super().get_config(), **own}


def fused(layer) -> bool:
    """Tells whether Keras may run a recurrent layer as one fused (cuDNN) call on a GPU.

    Args:
        layer: a `keras.layers.LSTM`, `GRU` or `SimpleRNN`.

    Returns:
        True when every condition that Keras sets for its fused kernels holds.

    Example:
    >>> import keras
    >>> from rnnapps.nn.recurrent import fused
    >>> fused(keras.layers.LSTM(4)), fused(keras.layers.LSTM(4, recurrent_dropout=0.1))
    (True, False)
    """
    cell = layer.cell
    return (
        isinstance(layer, keras.layers.LSTM | keras.layers.GRU)
        and cell.activation is keras.activations.tanh
        and cell.recurrent_activation is keras.activations.sigmoid
        and cell.use_bias
        and not layer.unroll
        and not cell.recurrent_dropout
        and getattr(cell, "reset_after", True)
        and layer.use_cudnn in ("auto", True)
    )
