"""Log-mel spectra: beside a plain transform, in any pieces, and beside librosa where it is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnapps.data.log_mel import FLOOR, LogMel, LogMelStream, MelSpec, hertz, mel, mel_bands

SPEC = MelSpec()
NOISE = np.random.default_rng(0).normal(size=16_000, scale=0.1).astype(np.float32)
HEAR = LogMel(SPEC)


def test_a_frame_is_the_power_of_a_hann_window_in_bands():
    found = HEAR(NOISE)
    assert found.shape == (SPEC.frames(len(NOISE)), 80) and found.dtype == np.float32
    samples = NOISE[7 * 160 : 7 * 160 + 512].astype(np.float64)
    window = np.zeros(512)
    window[56:456] = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    power = np.abs(np.fft.rfft(samples * window)) ** 2
    np.testing.assert_allclose(found[7], np.log(power @ mel_bands(SPEC)), atol=1e-4)


def test_mels_grow_with_hertz_and_back():
    frequencies = np.linspace(0, 8000, 50)
    np.testing.assert_allclose(hertz(mel(frequencies)), frequencies, atol=1e-6)
    assert (np.diff(mel(frequencies)) > 0).all()
    assert mel(np.array([1000.0, 6400.0])).tolist() == pytest.approx([15, 42])


def test_silence_is_the_floor():
    np.testing.assert_allclose(HEAR(np.zeros(600, np.float32)), np.log(FLOOR), rtol=1e-6)


def test_long_sound_is_heard_in_parts_and_alike():
    long = np.tile(NOISE, 22)
    np.testing.assert_allclose(HEAR(long)[2100:2190], HEAR(long[2100 * 160 :])[:90], atol=1e-5)


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=12))
@settings(max_examples=30, deadline=None)
def test_a_stream_hears_the_same_in_any_pieces(sizes):
    stream, ends = LogMelStream(HEAR), np.cumsum(sizes)
    pieces = np.split(NOISE[: ends[-1]], ends[:-1])
    found = np.concatenate([stream.feed(piece) for piece in pieces])
    np.testing.assert_allclose(found, HEAR(NOISE[: ends[-1]]), atol=1e-5)


def test_it_is_what_librosa_hears():
    librosa = pytest.importorskip("librosa")
    expected = librosa.feature.melspectrogram(
        y=NOISE, sr=16_000, n_fft=512, hop_length=160, win_length=400, center=False, n_mels=80
    )
    np.testing.assert_allclose(HEAR(NOISE), np.log(np.maximum(expected, FLOOR)).T, atol=1e-4)
