"""What the shipped presets hear."""

import numpy as np
import pytest

from rnnapps import pipeline
from rnnapps.data import datasets
from rnnapps.data.audio import read_audio
from rnnapps.data.joined import joined
from rnnapps.pipelines.speech.evaluation import word_errors
from rnnapps.pipelines.speech.train import written_out

DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]

SAID = "instead he joined her and they ate like two hungry children"  # in the sample of English


@pytest.fixture(scope="module")
def live():
    return pipeline("speech", "english_streaming")


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
    assert word_errors([SAID], [found["text"]]) <= 0.5
    aligned = english.align(english.example(), SAID)["chunks"]
    assert " ".join(word["text"] for word in aligned) == SAID
    ends = [word["timestamp"][1] for word in aligned]
    assert ends == sorted(ends) and ends[-1] > 2


def test_english_that_comes_in_pieces_is_written_as_the_whole(live):
    sound = live.example()
    samples = read_audio(sound, 16_000)
    with live.stream() as stream:
        for piece in np.split(samples, [700, 9_000, 9_001, 30_000]):
            stream.feed(piece)
    assert stream.text == live.predict(sound)["text"]
    assert word_errors([SAID], [stream.text]) <= 0.7


def test_silence_that_comes_in_pieces_has_no_words(live):
    with live.stream() as stream:
        for _ in range(20):
            assert stream.feed(np.zeros(16_000)) == ""
    assert stream.text == ""


@pytest.mark.data
def test_live_english_of_speakers_that_it_has_not_learnt_from_is_heard(live):
    own = written_out(datasets.load("librispeech", "test")[::60])
    found, alone = live.evaluate(own), live.evaluate(own, beam_width=1)
    assert found["wer"] < 0.7 and found["wer"] < alone["wer"] and alone["cer"] < 0.45


@pytest.mark.data
def test_english_of_speakers_that_it_has_not_learnt_from_is_heard(english):
    own = written_out(datasets.load("librispeech", "test")[::60])
    found, alone = english.evaluate(own), english.evaluate(own, beam_width=1)
    assert found["wer"] < 0.5 and found["wer"] < alone["wer"] and alone["cer"] < 0.35
