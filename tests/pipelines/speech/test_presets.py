"""What the shipped presets hear."""

import pytest

from rnnapps import pipeline
from rnnapps.data import datasets
from rnnapps.data.joined import joined
from rnnapps.pipelines.speech.evaluation import word_errors
from rnnapps.pipelines.speech.train import written_out

DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


@pytest.fixture(scope="module")
def english():
    return pipeline("speech")


@pytest.fixture(scope="module")
def digits():
    return pipeline("speech", "digits")


def test_the_sample_is_a_string_of_digits(digits):
    found = digits.predict(digits.example())
    assert len(found["chunks"]) > 1 and set(found["text"].split()) <= set(DIGITS)
    assert found["confidence"] > 0.5


@pytest.mark.data
def test_digits_of_the_test_part_are_heard(digits):
    single = datasets.load("spoken_digits", "test")
    assert digits.evaluate(single[::3])["exact"] > 0.97
    assert digits.evaluate(joined(single, 20, (3, 8), seed=7))["wer"] < 0.03


def test_the_sample_of_english_is_mostly_heard_and_where_its_words_are(english):
    found = english.predict(english.example())
    said = "instead he joined her and they ate like two hungry children"
    assert word_errors([said], [found["text"]]) <= 0.5
    aligned = english.align(english.example(), said)["chunks"]
    assert " ".join(word["text"] for word in aligned) == said
    ends = [word["timestamp"][1] for word in aligned]
    assert ends == sorted(ends) and ends[-1] > 2


@pytest.mark.data
def test_english_of_speakers_that_it_has_not_learnt_from_is_heard(english):
    own = written_out(datasets.load("librispeech", "test")[::60])
    found, alone = english.evaluate(own), english.evaluate(own, beam_width=1)
    assert found["wer"] < 0.5 and found["wer"] < alone["wer"] and alone["cer"] < 0.35
