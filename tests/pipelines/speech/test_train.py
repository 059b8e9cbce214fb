"""What presets learn from: nothing that is said in what they are measured on."""

from types import SimpleNamespace

import numpy as np
import pytest

from rnnapps.data.speech_sets import Utterance
from rnnapps.pipelines.speech import train
from rnnapps.pipelines.speech.hearing import Hearing, unlevelled
from rnnapps.pipelines.speech.recipes import Recipe

RECIPE = Recipe(datasets=("one", "other"), training={})
HELD_OUT = "It was the best of times that anyone there could remember."
SETS = {
    ("one", "train"): ["A cab.", "It rained on Monday!", "Room 12.", "Mr. Hall left."],
    ("one", "valid"): ["it rained on monday"],
    ("other", "train"): ["the dog ran home", "A bad log"],
    ("other", "test"): [HELD_OUT, "The dog ran home?"],
}
NOVELS = [
    "He read aloud. It was the best of times that anyone there could remember. All laughed.",
    "The evening came. Nobody said that it was late.",
]


@pytest.fixture
def sets(monkeypatch):
    def load(name, split):
        if name == "english_novels":
            return NOVELS
        return [Utterance(None, text, None, 1.0) for text in SETS[name, split]]

    splits = {
        name: SimpleNamespace(splits=[split for each, split in SETS if each == name])
        for name in RECIPE.datasets
    }
    monkeypatch.setattr(train, "datasets", SimpleNamespace(load=load, DATASETS=splits))


def test_what_is_held_out_in_any_set_is_not_learnt_in_any_other(sets):
    said = [each.text for each in train.utterances(RECIPE, "train")]
    assert said == ["A cab.", "mister Hall left.", "A bad log"]
    assert [each.text for each in train.utterances(RECIPE, "test")] == SETS["other", "test"]


def test_the_language_model_reads_no_novel_that_held_out_recordings_were_read_from(sets):
    own = train.utterances(RECIPE, "train")
    read = train.reading(RECIPE, own)
    assert read[:3] == ["a cab", "mister hall left", "a bad log"]
    assert read[3:] == ["the evening came", "nobody said that it was late"]


def test_what_was_heard_is_kept_and_heard_anew_in_another_way(tmp_path):
    class Noise:
        name, asked = "noise.wav", 0

        def read(self):
            Noise.asked += 1
            samples = np.random.default_rng(0).normal(size=8000)
            return {"raw": 0.1 * samples, "sampling_rate": 16_000}

    own = [Utterance(Noise(), "a", None, 0.5)]
    hearing = Hearing(unlevelled())
    first, again = (train.heard(own, hearing, tmp_path)[0] for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert Noise.asked == 1
    wide = train.heard(own, Hearing(unlevelled(mels=80)), tmp_path)[0]
    assert wide.shape[1] == 80 and Noise.asked == 2
