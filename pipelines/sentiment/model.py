"""The network: embedded subwords, recurrent layers, pooling, phrases, a head of two layers."""

from __future__ import annotations

import keras

from rnnapps.nn.recurrent import Recurrent
from rnnapps.nn.seeding import seeded
from rnnapps.nn.weight_drop import VariationalDropout
from rnnapps.pipelines.sentiment.phrases import PHRASE_STATES, CarriedPhrases
from rnnapps.pipelines.sentiment.pooling import STATES, CarriedPooling


def classifier(
    size: int,
    classes: int,
    *,
    embedding: int = 200,
    units: int = 512,
    layers: int = 1,
    hidden: int = 64,
    token_dropout: float = 0.1,
    input_dropout: float = 0.1,
    output_dropout: float = 0.2,
    dropout: float = 0.3,
    weight_drop: float = 0.2,
    phrase_buckets: int = 0,
    seed: int | None = None,
) -> keras.Model:
    """Builds the network.

    The names of its first layers are those of `rnnapps.nn.token_network`, so that it takes up what
    a language model has learnt.

    Args:
        size: number of tokens.
        classes: number of labels.
        embedding: width of the embeddings.
        units: width of a recurrent layer.
        layers: number of recurrent layers.
        hidden: width of the head's inner layer.
        token_dropout: share of the tokens that are dropped in training.
        input_dropout: share of the features dropped before the first recurrent layer.
        output_dropout: the same after the last, and between them.
        dropout: the same before each layer of the head.
        weight_drop: share of the recurrent connections dropped.
        phrase_buckets: as in `CarriedPhrases`, whose weights training leaves as they are; 0 leaves
            phrases out.
        seed: seed of weights and dropouts.

    Returns:
        A model from a dict of `"tokens"`, int of shape `(batch, time)`, `"lengths"` of shape
        `(batch,)` and the states to a dict of `"logits"` of shape `(batch, classes)` and the states
        after the last step; with these a long text is read window by window.
    """
    with seeded(seed):
        tokens = keras.Input((None,), dtype="int32", name="tokens")
        lengths = keras.Input((), dtype="int32", name="lengths")
        x = keras.layers.Embedding(size, embedding, name="token_embedding")(tokens)
        x = keras.layers.Dropout(token_dropout, noise_shape=(None, None, 1), seed=seed)(x)
        x = VariationalDropout(input_dropout, seed=seed, name="input_dropout")(x)
        recurrent = Recurrent(
            units,
            layers,
            dropout=output_dropout,
            weight_drop=weight_drop,
            seed=seed,
            name="recurrent",
        )
        widths = {spec.name: spec.units for spec in recurrent.state_specs}
        widths |= dict(zip(STATES, (units, units, 1), strict=True))
        widths |= PHRASE_STATES if phrase_buckets else {}
        states = {name: keras.Input((width,), name=name) for name, width in widths.items()}
        begun = [states[spec.name] for spec in recurrent.state_specs]
        x, last = recurrent(x, lengths, initial_states=begun)
        x = VariationalDropout(output_dropout, seed=seed, name="output_dropout")(x)
        pooled, carried = CarriedPooling(name="pooling")(x, lengths, *(states[n] for n in STATES))
        x = keras.layers.Dropout(dropout, seed=seed)(pooled)
        x = keras.layers.Dense(hidden, "relu", name="hidden")(x)
        x = keras.layers.Dropout(dropout, seed=seed)(x)
        after = [*last, *carried]
        if phrase_buckets:
            layer = CarriedPhrases(size, phrase_buckets, dtype="float32", name="phrases")
            said, *more = layer(tokens, lengths, carried[2], *(states[n] for n in PHRASE_STATES))
            x = keras.layers.Concatenate(name="both")([x, said])
            after += more
        logits = keras.layers.Dense(classes, name="logits")(x)
        outputs = {"logits": logits, **dict(zip(states, after, strict=True))}
        return keras.Model({"tokens": tokens, "lengths": lengths, **states}, outputs)
