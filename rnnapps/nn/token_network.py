"""A recurrent network that predicts the next token, with states in and out."""

from __future__ import annotations

from collections.abc import Mapping

import keras

from rnnapps.nn.recurrent import Recurrent
from rnnapps.nn.seeding import seeded
from rnnapps.nn.weight_drop import VariationalDropout


def token_network(
    size: int,
    channels: Mapping[str, int] | None = None,
    *,
    embedding: int = 256,
    units: int = 512,
    layers: int = 2,
    cell: str = "lstm",
    input_dropout: float = 0.0,
    dropout: float = 0.0,
    output_dropout: float = 0.0,
    weight_drop: float = 0.0,
    tied: bool = False,
    seed: int | None = None,
) -> keras.Model:
    """Builds the network: embeddings of token and context added up, recurrent layers, logits.

    Args:
        size: number of tokens.
        channels: number of values of each further input, by name: what is known of the position
            whose token is predicted.
        embedding: width of the embeddings.
        units: width of a recurrent layer.
        layers: number of recurrent layers.
        cell: `"lstm"`, `"gru"` or `"rnn"`.
        input_dropout: share of the features dropped before the first layer.
        dropout: the same between the layers.
        output_dropout: the same after the last layer.
        weight_drop: share of the recurrent connections dropped.
        tied: whether the logits are products with the token embeddings, to whose width the last
            layer is first brought (Press and Wolf 2017, arXiv:1608.05859).
        seed: seed of weights and dropouts.

    Returns:
        A model from a dict of `"tokens"` and the channels, int of shape `(batch, time)`, and the
        states, of shape `(batch, units)`, to a dict of `"logits"` of shape `(batch, time, size)`
        and the states after the last step.

    Example:
    >>> from rnnapps.nn.token_network import token_network
    >>> network = token_network(10, {"beat": 4}, embedding=3, units=5, layers=1)
    >>> sorted(network.output)
    ['forward_0_c', 'forward_0_h', 'logits']
    """
    with seeded(seed):
        inputs = {"tokens": keras.Input((None,), dtype="int32", name="tokens")}
        kind = keras.layers.ReversibleEmbedding if tied else keras.layers.Embedding
        table = kind(size, embedding, name="token_embedding")
        x = table(inputs["tokens"])
        for name, values in (channels or {}).items():
            inputs[name] = keras.Input((None,), dtype="int32", name=name)
            added = keras.layers.Embedding(values, embedding, name=f"{name}_embedding")(
                inputs[name]
            )
            x = keras.layers.Add(name=f"add_{name}")([x, added])
        x = VariationalDropout(input_dropout, seed=seed, name="input_dropout")(x)
        recurrent = Recurrent(
            units,
            layers,
            cell,
            dropout=dropout,
            weight_drop=weight_drop,
            seed=seed,
            name="recurrent",
        )
        states = {
            spec.name: keras.Input((spec.units,), name=spec.name) for spec in recurrent.state_specs
        }
        x, last = recurrent(x, initial_states=list(states.values()))
        x = VariationalDropout(output_dropout, seed=seed, name="output_dropout")(x)
        if tied:
            logits = table(keras.layers.Dense(embedding, name="features")(x), reverse=True)
        else:
            logits = keras.layers.Dense(size, name="logits")(x)
        outputs = {"logits": logits, **dict(zip(states, last, strict=True))}
        return keras.Model({**inputs, **states}, outputs)
