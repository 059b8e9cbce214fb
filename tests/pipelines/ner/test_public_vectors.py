"""Vectors of words that no training has seen."""

import numpy as np

from rnnapps import pipeline
from rnnapps.data.word_vectors import WordVector
from rnnapps.pipelines.ner.features import Features
from rnnapps.pipelines.ner.pipeline import NamedEntities
from rnnapps.pipelines.ner.public_vectors import FILE, PublicVectors, packed
from tests.pipelines.ner.conftest import SMALL

rng = np.random.default_rng(0)
PLACES = [f"place{number}" for number in range(30)]
OTHERS = [f"other{number}" for number in range(30)]
SIDES = {**dict.fromkeys(PLACES, 1.0), **dict.fromkeys(OTHERS, -1.0)}
VECTORS = [
    WordVector(word, side * np.array([1.0, 0.2, 0]) + rng.normal(scale=0.05, size=3))
    for word, side in SIDES.items()
]


def test_packed_vectors_keep_their_neighbours():
    table = PublicVectors(packed(VECTORS, width=2))(PLACES + OTHERS)
    unit = table / np.linalg.norm(table, axis=1, keepdims=True)
    near = unit @ unit.T
    assert near[:30, :30].min() > 0.9 and near[:30, 30:].max() < -0.9
    assert not PublicVectors()(["any"]).size


def test_words_that_were_never_tagged_are_told_by_their_vectors(tmp_path):
    files = {**Features.learn(PLACES[:3] + OTHERS[:3]), FILE: packed(VECTORS, width=2)}
    tags = ["O", "B-X", "I-X", "E-X", "S-X"]
    pipe = NamedEntities({**SMALL, "word_dropout": 0.0}, {"tags": tags}, files=files)
    rows = [([place, other], ["S-X", "O"]) for place in PLACES[:10] for other in OTHERS[:4]]
    pipe.fit(rows, epochs=8, learning_rate=0.02, seed=1)
    unseen = [[OTHERS[20 + number], PLACES[20 + number]] for number in range(10)]
    loaded = pipeline("ner", pipe.save(tmp_path / "own"))
    for found, words in zip(loaded.predict(unseen), unseen, strict=True):
        assert [span["word"] for span in found] == words[1:]
