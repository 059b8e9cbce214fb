"""Small untrained classifiers that the tests of sentiment share."""

import pytest

from rnnapps import pipeline

TEXTS = ["A quiet triumph, funny and wise.", "Dull, long and loud: two hours I'll never get back."]
SMALL = {"embedding": 8, "units": 12, "hidden": 6, "seed": 1}


@pytest.fixture(scope="session")
def saved(tmp_path_factory):
    pipe = pipeline("sentiment", False, vocabulary=TEXTS * 3, **SMALL)
    return pipe.save(tmp_path_factory.mktemp("sentiment") / "small")


@pytest.fixture
def pipe(saved):
    return pipeline("sentiment", saved)
