"""Small pipelines that the tests of language share."""

import pytest

from rnnapps import pipeline

TEXT = "The cat sat on the mat. The cow saw a castle. The cat can't come.\n"


@pytest.fixture(scope="session")
def saved(tmp_path_factory):
    """A directory with a pipeline that knows the text by heart."""
    network = {"embedding": 48, "units": 96, "input_dropout": 0, "output_dropout": 0, "seed": 1}
    language = pipeline("language", False, vocabulary=[TEXT] * 9, size=150, **network)
    language.fit([TEXT] * 40, epochs=18, learning_rate=0.015)
    return language.save(tmp_path_factory.mktemp("language") / "small")


@pytest.fixture
def language(saved):
    return pipeline("language", saved)
