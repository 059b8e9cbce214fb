"""What the shipped preset hears."""

import pytest

from rnnapps import pipeline
from rnnapps.data import datasets
from rnnapps.data.joined import joined

DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


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
