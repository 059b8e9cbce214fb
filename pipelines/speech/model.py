"""The network: a convolution over time as a dense layer, deep recurrent layers, CTC."""

from __future__ import annotations

from typing import Any

import keras

from rnnapps.nn.recurrent import Recurrent
from rnnapps.nn.seeding import seeded
from rnnapps.nn.weight_drop import VariationalDropout


def recogniser(
    features: int,
    symbols: int,
    *,
    front: int = 256,
    units: int = 224,
    layers: int = 3,
    streaming: bool = False,
    input_dropout: float = 0.1,
    dropout: float = 0.2,
    output_dropout: float = 0.2,
    weight_drop: float = 0.0,
    normalise: bool = True,
    seed: int | None = None,
) -> keras.Model:
    """Builds the network.

    Args:
        features: width of a step, as `rnnapps.pipelines.speech.hearing.Hearing` gives it.
        symbols: number of symbols, CTC's blank among them.
        front: width of the dense layer over a step.
        units: width of a recurrent layer, each way.
        layers: number of recurrent layers.
        streaming: whether it reads forward only, with states in and out.
        input_dropout: share of the features dropped before the first recurrent layer.
        dropout: the same between the recurrent layers.
        output_dropout: the same after the last.
        weight_drop: share of the recurrent connections dropped.
        normalise: whether the outputs of the dense and the recurrent layers are brought to one
            level (layer normalisation).
        seed: seed of weights and dropouts.

    Returns:
        A model from a dict of `"features"` of shape `(batch, time, features)`, `"lengths"` of
        shape `(batch,)` where it reads both ways or else the states, to `"logits"` of shape
        `(batch, time, symbols)` and the next states.

    Reference: Graves et al. 2006, "Connectionist Temporal Classification"; Amodei et al. 2016,
    "Deep Speech 2", arXiv:1512.02595, section 3.
    """
    with seeded(seed):
        heard = keras.Input((None, features), name="features")
        x = keras.layers.Dense(front, activation="relu", name="front")(heard)
        if normalise:
            x = keras.layers.LayerNormalization(name="front_norm")(x)
        x = VariationalDropout(input_dropout, seed=seed, name="input_dropout")(x)
        recurrent = Recurrent(
            units,
            layers,
            direction="forward" if streaming else "bidirectional",
            dropout=dropout,
            weight_drop=weight_drop,
            normalise=normalise,
            seed=seed,
            name="recurrent",
        )
        inputs: dict[str, Any] = {"features": heard}
        outputs: dict[str, Any] = {}
        if streaming:
            given = [keras.Input((s.units,), name=s.name) for s in recurrent.state_specs]
            inputs |= {state.name: state for state in given}
            x, states = recurrent(x, initial_states=given)
            outputs |= {s.name: t for s, t in zip(recurrent.state_specs, states, strict=True)}
        else:
            inputs["lengths"] = keras.Input((), dtype="int32", name="lengths")
            x, _ = recurrent(x, inputs["lengths"])
        x = VariationalDropout(output_dropout, seed=seed, name="output_dropout")(x)
        outputs["logits"] = keras.layers.Dense(symbols, name="logits")(x)
        return keras.Model(inputs, outputs)
