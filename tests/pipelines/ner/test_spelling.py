"""The convolution over characters: what it sees, and its operators in the graph."""

import keras
import numpy as np
import pytest

from rnnapps.pipelines.ner.features import LETTERS
from rnnapps.pipelines.ner.spelling import CharacterConvolution
from rnnapps.runtime.lower import lower
from rnnapps.runtime.session import OnnxSession


def words(*numbers):
    rows = np.zeros((1, len(numbers), LETTERS), np.int32)
    for row, own in zip(rows[0], numbers, strict=True):
        row[: len(own)] = own
    return rows


@pytest.mark.parametrize("width", [1, 3, 5])
def test_the_graph_answers_as_keras_does(width):
    layer = CharacterConvolution(9, embedding=4, filters=6, width=width)
    characters = keras.Input((None, LETTERS), dtype="int32", name="characters")
    model = keras.Model({"characters": characters}, {"y": layer(characters)})
    layer.bias.assign(np.random.default_rng(1).normal(size=6))
    arrays = {"characters": words([3], [8, 2, 2, 5], list(range(1, 9)) * 2 + [1, 2, 3, 4], [])}
    outputs, _ = OnnxSession(lower(model)).run(arrays)
    expected = keras.ops.convert_to_numpy(model(arrays)["y"])
    np.testing.assert_allclose(outputs["y"], expected, atol=1e-5)


def test_a_filter_sees_neighbours_in_their_order_and_padding_gives_nothing():
    layer = CharacterConvolution(9, embedding=4, filters=16)
    y = keras.ops.convert_to_numpy(layer(words([3, 4], [4, 3], [])))[0]
    assert not np.allclose(y[0], y[1])
    assert (y[2] == 0).all()
