"""Vectors of words that have none."""

import numpy as np
import pytest

from rnnapps.data.word_vectors import WordVector
from rnnapps.pipelines.ner import guessing, public_vectors
from rnnapps.pipelines.ner.features import Features
from rnnapps.pipelines.ner.guessing import GuessedVectors, learnt

STARTS, ENDS = ("ber", "los", "mar", "tin", "vol", "kar"), ("burg", "ing")
WORDS = [start + end for start in STARTS for end in ENDS]
VECTORS = np.array([[1.0, 0.5, len(w)] if w.endswith("burg") else [-1.0, 0, 0] for w in WORDS])


@pytest.fixture(scope="module")
def data():
    return learnt(WORDS, VECTORS[:, :2])


def test_words_of_like_letters_have_like_vectors(data):
    guess = GuessedVectors(data)
    town, deed = guess("edinburg"), guess("sailing")
    assert guess.width == 2 and town.dtype == np.float32
    assert town[0] > 0.2 > -0.2 > deed[0]
    assert town[1] > deed[1]


def test_what_has_no_letter_or_too_many_is_not_guessed(data):
    guess = GuessedVectors(data)
    assert guess("burg" * 30).any()
    assert not guess("12:30").any() and not guess("burg" * 100_000).any()
    assert GuessedVectors()("edinburg").shape == (0,)


def test_the_same_words_give_the_same_bytes(data):
    assert learnt(WORDS, VECTORS[:, :2]) == data


def test_only_words_without_a_public_vector_are_guessed(data):
    public = public_vectors.packed(
        [WordVector(word, vector) for word, vector in zip(WORDS, VECTORS, strict=True)], width=3
    )
    files = {**Features.learn(WORDS), public_vectors.FILE: public}
    seen = [WORDS[0].title(), "Edinburg", "7"]
    without = Features(files)(seen)["vectors"]
    found = Features({**files, guessing.FILE: data})(seen)["vectors"]
    np.testing.assert_array_equal(found[0], without[0])
    np.testing.assert_array_equal(found[1, :2], GuessedVectors(data)("edinburg"))
    assert not without[1].any() and not found[1, 2] and not found[2].any()
