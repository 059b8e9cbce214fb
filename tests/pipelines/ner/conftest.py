"""A small tagger that the tests of ner share, and one that has learnt a little."""

import pytest

from rnnapps import pipeline

ROWS = [
    (["Ann", "met", "Bob"], ["S-PER", "O", "S-PER"]),
    (["Bob", "and", "Ann", "met", "and"], ["S-PER", "O", "S-PER", "O", "O"]),
    (["In", "New", "York", "Ann", "left", "."], ["O", "B-LOC", "E-LOC", "S-PER", "O", "O"]),
]
SMALL = {"units": 12, "filters": 8, "embedding": 12, "seed": 1}


@pytest.fixture(scope="session")
def rows():
    return ROWS * 8


@pytest.fixture(scope="session")
def saved(tmp_path_factory, rows):
    pipe = pipeline("ner", False, labels=["PER", "LOC"], **SMALL)
    pipe.fit(rows, epochs=25, learning_rate=0.05, seed=1)
    return pipe.save(tmp_path_factory.mktemp("ner") / "small")


@pytest.fixture
def pipe(saved):
    return pipeline("ner", saved)
