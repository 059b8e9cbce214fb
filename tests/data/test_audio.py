"""Sound in every form, and what is refused."""

import io

import numpy as np
import pytest
import soundfile

from rnnapps.data import audio
from rnnapps.data.audio import read_audio
from rnnapps.errors import InputError

RATE = 16_000


def samples(array, rate=RATE):
    return {"raw": array, "sampling_rate": rate}


def tone(rate, seconds=0.5, hertz=440):
    return np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate).astype(np.float32) / 2


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg"])
def test_files_and_their_bytes_give_the_same(tmp_path, suffix):
    path = tmp_path / f"tone.{suffix}"
    soundfile.write(path, tone(RATE), RATE)
    found = read_audio(path, RATE)
    assert found.dtype == np.float32 and found.shape == (8000,)
    np.testing.assert_array_equal(read_audio(path.read_bytes(), RATE), found)
    np.testing.assert_array_equal(read_audio(str(path), RATE), found)
    with path.open("rb") as file:
        np.testing.assert_array_equal(read_audio(file, RATE), found)
    np.testing.assert_allclose(found, tone(RATE), atol=0.1)


def test_channels_are_mixed(tmp_path):
    left, right = tone(RATE), tone(RATE, hertz=300)
    soundfile.write(tmp_path / "two.wav", np.stack([left, right], axis=1), RATE, subtype="FLOAT")
    mixed = (left + right) / 2
    np.testing.assert_allclose(read_audio(tmp_path / "two.wav", RATE), mixed, atol=1e-6)
    np.testing.assert_allclose(read_audio(samples(np.stack([left, right])), RATE), mixed, atol=1e-6)


@pytest.mark.parametrize("own", [8000, 22_050, 44_100, 48_000])
def test_rates_are_converted(own):
    found = read_audio(samples(tone(own), own), RATE)
    assert found.shape == (8000,)
    middle = slice(400, -400)
    np.testing.assert_allclose(found[middle], tone(RATE)[middle], atol=0.01)


def test_a_long_file_is_read_bit_by_bit(tmp_path, monkeypatch):
    soundfile.write(tmp_path / "two.wav", np.stack([tone(RATE)] * 2, axis=1), RATE)
    whole = read_audio(tmp_path / "two.wav", RATE)
    monkeypatch.setattr(audio, "BLOCK", 1000)
    np.testing.assert_array_equal(read_audio(tmp_path / "two.wav", RATE), whole)
    array = {"array": whole, "sampling_rate": RATE}
    np.testing.assert_array_equal(read_audio(array, RATE), whole)


def test_integers_fill_their_type():
    whole = (tone(RATE) * 2**15).astype(np.int16)
    np.testing.assert_allclose(read_audio(samples(whole), RATE), tone(RATE), atol=1e-4)
    bytes_ = ((tone(RATE) + 1) * 128).astype(np.uint8)
    np.testing.assert_allclose(read_audio(samples(bytes_), RATE), tone(RATE), atol=0.02)


def text_file(path):
    path.write_text("no sound")
    return path


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (tone(RATE), "An array alone does not tell its rate"),
        ("nowhere.wav", "no file"),
        (5, "Received: int"),
        (b"no sound", r"libsndfile reads: WAV.*Received: 8 bytes.*ffmpeg -i talk\.m4a"),
        (samples(np.zeros((8000, 2), np.float32)), r"channels last. Do pass `array.T`"),
        (samples(np.zeros(0, np.float32)), "no samples at all"),
        (samples([100, 2000]), "Do pass np.array"),
        (samples(1000 * tone(RATE)), "floats from -1 to 1. Received: one of 5"),
        (samples([[1.0], [1.0, 2.0]]), "Expected samples of shape"),
        (samples(np.array([0.0, np.nan])), "NaN"),
        (samples(np.array(["a"])), "Expected samples of shape"),
        (samples(tone(RATE), 0), "a rate in Hz"),
        (samples(tone(RATE), 16e3), "a rate in Hz"),
        ({"raw": tone(RATE)}, "Expected sound"),
    ],
)
def test_what_is_no_sound_is_told(source, message):
    with pytest.raises(InputError, match=message):
        read_audio(source, RATE)


def test_a_file_of_something_else_is_named(tmp_path):
    with pytest.raises(InputError, match=r"song\.wav"):
        read_audio(text_file(tmp_path / "song.wav"), RATE)


def test_an_empty_file_of_sound_is_told():
    file = io.BytesIO()
    soundfile.write(file, np.zeros(0, np.float32), RATE, format="WAV")
    with pytest.raises(InputError, match="no samples at all"):
        read_audio(file.getvalue(), RATE)
