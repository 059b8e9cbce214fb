"""The network of an agent: it reads what is seen, remembers, and tells what to do and expect."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from rnnapps.decoding.viterbi import BARRED
from rnnapps.nn.recurrent import Recurrent
from rnnapps.nn.seeding import seeded
from rnnapps.pipelines.agent.moments import merged
from rnnapps.runtime.graph import Graph
from rnnapps.runtime.lower import LOWERINGS

#: Observations further than so many deviations from the mean count as being there.
FURTHEST = 10.0
#: Added to a deviation, so that what never changes is not divided by zero.
SMALLEST = 1e-4


@keras.saving.register_keras_serializable("rnnapps")
class Normalised(keras.layers.Layer):
    """Brings observations to mean 0 and deviation 1, by what was seen of them so far.

    Call arguments:
        x: tensor of shape `(batch, time, features)`.

    Example:
    >>> import numpy as np
    >>> from rnnapps.pipelines.agent.model import Normalised
    >>> layer = Normalised()
    >>> _ = layer(np.zeros((1, 1, 1)))
    >>> layer.see(np.array([[1.0], [3.0]]))
    >>> round(float(layer(np.array([[[3.0]]]))[0, 0, 0]), 2)
    1.0
    """

    def build(self, shape):
        self.mean, self.deviation, self.count = (
            self.add_weight(shape=size, initializer=first, dtype=kind, trainable=False, name=name)
            for name, size, first, kind in (
                ("mean", (shape[-1],), "zeros", "float32"),
                ("deviation", (shape[-1],), "ones", "float32"),
                ("count", (1,), "zeros", "int32"),
            )
        )
        self.built = True

    def call(self, x):
        x = (x - self.mean) / (self.deviation + SMALLEST)
        return ops.clip(x, -FURTHEST, FURTHEST)

    def see(self, observations: np.ndarray) -> None:
        """Takes more observations into account.

        Args:
            observations: Array of shape `(steps, features)`.
        """
        mean, deviation, count = map(ops.convert_to_numpy, (self.mean, self.deviation, self.count))
        count, mean, squares = merged(count, mean, deviation**2 * count, observations)
        self.mean.assign(mean)
        self.deviation.assign(np.sqrt(squares / count))
        self.count.assign(count)


@keras.saving.register_keras_serializable("rnnapps")
class WithDeviations(keras.layers.Layer):
    """Puts learnt logarithms of deviations, the same for all that is seen, beside means.

    Args:
        first: the logarithm with which all begin.
    """

    def __init__(self, first: float = 0.0, **kwargs):
        super().__init__(**kwargs)
        self.first = first

    def build(self, shape):
        first = keras.initializers.Constant(self.first)
        self.deviations = self.add_weight(shape=(shape[-1],), initializer=first, name="deviations")
        self.built = True

    def call(self, means):
        return ops.concatenate([means, ops.zeros_like(means) + self.deviations], axis=-1)

    def compute_output_shape(self, shape):
        return (*shape[:-1], 2 * shape[-1])

    def get_config(self):
        return {**super().get_config(), "first": self.first}


@keras.saving.register_keras_serializable("rnnapps")
class Barred(keras.layers.Layer):
    """Bars the choices that an observation forbids.

    Args:
        first: place in an observation where a number for each choice begins, 0 where it is
            forbidden.

    Reference: Huang and Ontañón 2022, "A Closer Look at Invalid Action Masking in Policy Gradient
    Algorithms", arXiv:2006.14171.
    """

    def __init__(self, first: int, **kwargs):
        super().__init__(**kwargs)
        self.first = first

    def call(self, logits, observations):
        allowed = observations[..., self.first : self.first + logits.shape[-1]]
        return logits + BARRED * (1 - allowed)

    def compute_output_shape(self, logits_shape, observations_shape):
        return logits_shape

    def get_config(self):
        return {**super().get_config(), "first": self.first}


def policy(
    width: int,
    outputs: int,
    continuous: bool = False,
    masked: int | None = None,
    *,
    encoder: int = 64,
    units: int = 64,
    layers: int = 1,
    cell: str = "lstm",
    hidden: int = 64,
    memory: bool = True,
    log_deviation: float = 0.0,
    seed: int | None = None,
) -> keras.Model:
    """Builds the network.

    Args:
        width: width of an observation.
        outputs: logits of an action's choices, or means where actions are continuous.
        continuous: whether they are.
        masked: place in an observation where a number for each choice begins that is 0 where the
            choice is forbidden; None where all are allowed.
        encoder: width of the layer that reads an observation.
        units: width of a recurrent layer.
        layers: number of recurrent layers.
        cell: `"lstm"` or `"gru"`.
        hidden: width of the inner layers of both heads.
        memory: False leaves the recurrent layers out, for a comparison.
        log_deviation: logarithm of the deviation with which continuous actions begin.
        seed: seed of the weights.

    Returns:
        A model from a dict of `"observations"` of shape `(batch, time, width)`, `"lengths"` of
        shape `(batch,)` and the states to a dict of `"policy"` of shape `(batch, time, outputs)`
        (twice as wide where continuous), `"value"` of shape `(batch, time, 1)` and the states.
    """
    with seeded(seed):
        observations = keras.Input((None, width), name="observations")
        lengths = keras.Input((), dtype="int32", name="lengths")
        recurrent = Recurrent(units, layers, cell=cell, name="recurrent")
        states = {
            spec.name: keras.Input((spec.units,), name=spec.name) for spec in recurrent.state_specs
        }
        x = Normalised(name="normalised")(observations)
        read = keras.layers.Dense(encoder, "tanh", name="encoder")(x)
        if memory:
            remembered, after = recurrent(read, lengths, initial_states=list(states.values()))
            x = keras.layers.Concatenate(name="known")([read, remembered])
        else:
            states, after, x = {}, [], read

        def head(name: str, size: int, gain: float):
            inner = keras.layers.Dense(hidden, "tanh", name=f"{name}_hidden")(x)
            start = keras.initializers.Orthogonal(gain)
            return keras.layers.Dense(size, kernel_initializer=start, name=name)(inner)

        chosen = head("policy", outputs, gain=0.01)
        if masked is not None:
            chosen = Barred(masked, name="barred")(chosen, observations)
        if continuous:
            chosen = WithDeviations(log_deviation, name="deviations")(chosen)
        results = {"policy": chosen, "value": head("value", 1, gain=1.0)}
        after = dict(zip(states, after, strict=True))
        inputs = {"observations": observations, "lengths": lengths, **states}
        return keras.Model(inputs, {**results, **after})


def _lowered_normalised(graph: Graph, layer: Normalised, x: str) -> list[str]:
    mean, deviation = map(ops.convert_to_numpy, (layer.mean, layer.deviation))
    x = graph.node("Sub", [x, graph.constant(mean)])
    x = graph.node("Div", [x, graph.constant(deviation + np.float32(SMALLEST))])
    ends = [graph.constant(np.array(end, np.float32)) for end in (-FURTHEST, FURTHEST)]
    return [graph.node("Clip", [x, *ends])]


def _lowered_deviations(graph: Graph, layer: WithDeviations, means: str) -> list[str]:
    zeros = graph.node("Mul", [means, graph.constant(np.array(0, np.float32))])
    values = graph.constant(ops.convert_to_numpy(layer.deviations))
    return [graph.node("Concat", [means, graph.node("Add", [zeros, values])], axis=2)]


def _lowered_barred(graph: Graph, layer: Barred, logits: str, observations: str) -> list[str]:
    size = layer.output.shape[-1]
    ends = [np.array([end], np.int64) for end in (layer.first, layer.first + size, 2)]
    allowed = graph.node("Slice", [observations, *map(graph.constant, ends)])
    one, barred = (graph.constant(np.array(value, np.float32)) for value in (1, BARRED))
    forbidden = graph.node("Mul", [graph.node("Sub", [one, allowed]), barred])
    return [graph.node("Add", [logits, forbidden])]


LOWERINGS |= {
    Barred: _lowered_barred,
    Normalised: _lowered_normalised,
    WithDeviations: _lowered_deviations,
}
