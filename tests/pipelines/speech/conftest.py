"""Sounds that stand for letters, and a small recogniser that has learnt them."""

import numpy as np
import pytest

from rnnapps import pipeline

RATE = 16_000
TONES = {"a": 300.0, "b": 700.0, "c": 1500.0, " ": 0.0}
SMALL = {"front": 32, "units": 48, "layers": 1, "input_dropout": 0.0, "output_dropout": 0.0}


def spoken(text, seconds=0.15, noise=0.005, seed=0):
    """Says a text in tones, one for each letter with a pause behind it."""
    rng = np.random.default_rng(seed)
    times = np.arange(int(RATE * seconds)) / RATE
    parts = [np.zeros(RATE // 10)]
    for letter in text:
        parts += [0.4 * np.sin(2 * np.pi * TONES[letter] * times), np.zeros(RATE // 25)]
    samples = np.concatenate([*parts, np.zeros(RATE // 10)])
    return (samples + noise * rng.normal(size=len(samples))).astype(np.float32)


def sound(text, **options):
    return {"raw": spoken(text, **options), "sampling_rate": RATE}


def texts(count, seed=0):
    rng = np.random.default_rng(seed)
    words = ["a", "b", "c", "ab", "ca", "bb", "cab", "abc"]
    return [" ".join(rng.choice(words, rng.integers(1, 4))) for _ in range(count)]


def learnt(**settings):
    pipe = pipeline("speech", False, letters=" abc", seed=1, **SMALL, **settings)
    said = texts(160)
    sounds = [sound(text, seed=seed) for seed, text in enumerate(said)]
    pipe.fit(sounds, said, epochs=30, batch_size=8, learning_rate=0.01, seed=1)
    return pipe


@pytest.fixture(scope="session")
def recogniser():
    """Reads both ways."""
    return learnt()


@pytest.fixture(scope="session")
def listener():
    """Reads forward only."""
    return learnt(streaming=True)
