"""The network: words, their characters and shapes, read both ways, and a CRF over the tags."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np

from rnnapps.data.tags import allowed
from rnnapps.nn.crf import CRF
from rnnapps.nn.recurrent import Recurrent
from rnnapps.nn.seeding import seeded
from rnnapps.nn.weight_drop import VariationalDropout
from rnnapps.pipelines.ner.features import LETTERS, SHAPES, UNKNOWN
from rnnapps.pipelines.ner.spelling import CharacterConvolution


def tagger(
    words: int,
    characters: int,
    tags: Sequence[str],
    *,
    vectors: int = 0,
    embedding: int = 100,
    character_embedding: int = 30,
    filters: int = 60,
    shape: int = 8,
    units: int = 200,
    layers: int = 1,
    word_dropout: float = 0.1,
    input_dropout: float = 0.3,
    output_dropout: float = 0.4,
    weight_drop: float = 0.2,
    seed: int | None = None,
) -> keras.Model:
    """Builds the network.

    Args:
        words: number of words, padding and the unknown one among them.
        characters: number of characters, likewise.
        tags: names of the tags.
        vectors: width of the public vectors of words, which stand beside the embeddings.
        embedding: width of the embeddings of words.
        character_embedding: width of the embeddings of characters.
        filters: filters of the convolution over the characters of a word.
        shape: width of the embeddings of shapes.
        units: width of a recurrent layer, each way.
        layers: number of recurrent layers.
        word_dropout: share of the words whose embedding is left out in training, and likewise of
            those whose vector is, so that either, and the characters alone, tell a word as well.
        input_dropout: share of the features dropped before the first recurrent layer.
        output_dropout: the same after the last, and between them.
        weight_drop: share of the recurrent connections dropped.
        seed: seed of weights and dropouts.

    Returns:
        A model from a dict of `"words"` and `"shapes"`, int of shape `(batch, time)`,
        `"characters"` of shape `(batch, time, letters)`, perhaps `"vectors"` of shape
        `(batch, time, vectors)`, and `"lengths"` of shape `(batch,)`, to `"scores"` of shape
        `(batch, time, tags)`.

    Reference: Ma and Hovy 2016, arXiv:1603.01354; Lample et al. 2016, arXiv:1603.01360.
    """
    with seeded(seed):
        inputs = {
            "words": keras.Input((None,), dtype="int32", name="words"),
            "shapes": keras.Input((None,), dtype="int32", name="shapes"),
            "characters": keras.Input((None, LETTERS), dtype="int32", name="characters"),
            "lengths": keras.Input((), dtype="int32", name="lengths"),
        }
        own = keras.layers.Embedding(words, embedding, name="words_embedding")(inputs["words"])
        told = [keras.layers.Dropout(word_dropout, noise_shape=(None, None, 1), seed=seed)(own)]
        if vectors:
            inputs["vectors"] = keras.Input((None, vectors), name="vectors")
            other = None if seed is None else seed + 1  # so that not both are left out together
            dropout = keras.layers.Dropout(word_dropout, noise_shape=(None, None, 1), seed=other)
            told.append(dropout(inputs["vectors"]))
        spelling = CharacterConvolution(
            characters, character_embedding, filters, dropout=0.3, seed=seed, name="spelling"
        )(inputs["characters"])
        form = keras.layers.Embedding(len(SHAPES), shape, name="shapes_embedding")(inputs["shapes"])
        x = keras.layers.Concatenate(name="features")([*told, spelling, form])
        x = VariationalDropout(input_dropout, seed=seed, name="input_dropout")(x)
        recurrent = Recurrent(
            units,
            layers,
            direction="bidirectional",
            dropout=output_dropout,
            weight_drop=weight_drop,
            seed=seed,
            name="recurrent",
        )
        x, _ = recurrent(x, inputs["lengths"])
        x = VariationalDropout(output_dropout, seed=seed, name="output_dropout")(x)
        x = keras.layers.Dense(len(tags), name="scores")(x)
        scores = CRF(len(tags), allowed(tags), name="crf")(x)
        network = keras.Model(inputs, {"scores": scores})
    # An unknown word is told by what remains of a word in word dropout.
    table = network.get_layer("words_embedding").embeddings
    known = np.arange(words)[:, None] > UNKNOWN
    table.assign(keras.ops.convert_to_numpy(table) * known)
    return network
