"""The recipe of a preset from its first training to its last, on few texts."""

from dataclasses import replace

import numpy as np
import pytest

from rnnapps import pipeline
from rnnapps.data import datasets
from rnnapps.data.text_sets import Labelled
from rnnapps.pipelines.sentiment import train
from rnnapps.pipelines.sentiment.recipes import RECIPES

#: Half the number of texts of each, which also seeds them.
SPLITS = {"train": 12, "valid": 6, "unlabelled": 13}
WORDS = {"positive": "wise funny warm moving", "negative": "dull loud stale slow"}


@pytest.fixture
def small(saved, monkeypatch):
    """A recipe with all phases of `imdb`, which begins with a small classifier."""

    def load(name, split):
        pick = np.random.default_rng(SPLITS[split]).choice
        labels = list(WORDS) * SPLITS[split]
        return [Labelled(" ".join(pick(WORDS[label].split(), 8)), label) for label in labels]

    monkeypatch.setattr(datasets, "load", load)
    monkeypatch.setattr(train, "beginning", lambda *_: pipeline("sentiment", saved))
    recipe = replace(RECIPES["imdb"], batch_size=8, phrases={"buckets": 64, "strength": 10.0})
    monkeypatch.setitem(RECIPES, "small", recipe)
    return recipe


def test_a_recipe_goes_through_all_its_phases_and_then_is_where_it_was(small, tmp_path):
    pipe, chosen = train.train("small", tmp_path, tmp_path, verbose=0)
    assert pipe.config["phrase_buckets"] == 64
    assert chosen["phrases"]["validation accuracy"] > 0.9
    assert 0 < chosen["training"]["validation nats"] < 1
    kept = {path.name for path in tmp_path.iterdir()}
    *others, last = range(1, len(small.self_training) + 1)
    expected = {"sentiment_small", "sentiment_small_self_training"}
    expected |= {f"sentiment_small_self_training_{number}_run_1" for number in others}
    expected |= {f"sentiment_small_self_training_{last}_{each}" for each in ("run_1", "run_2")}
    assert kept == expected | {f"sentiment_small_self_training_{last}_backward"}
    files = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.np[yz]")}
    again, _ = train.train("small", tmp_path, tmp_path, verbose=0)
    assert files == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.np[yz]")}
    for name, weight in pipe.weights().items():
        np.testing.assert_array_equal(weight, again.weights()[name])
