"""What is heard of sounds that a small recogniser has learnt."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnapps.errors import InputError, UnknownNameError
from rnnapps.pipelines.speech.evaluation import word_errors
from tests.pipelines.speech.conftest import RATE, sound, spoken, texts


def test_new_sounds_are_written_down(recogniser):
    said = texts(20, seed=9)
    heard = recogniser.predict([sound(text, seed=99) for text in said])
    assert np.mean([a["text"] == b for a, b in zip(heard, said, strict=True)]) >= 0.9
    assert all(0 < each["confidence"] <= 1 for each in heard)


def test_words_stand_where_they_are_said(recogniser):
    found = recogniser.predict(sound("ab cab a"))
    assert [chunk["text"] for chunk in found["chunks"]] == ["ab", "cab", "a"]
    times = np.array([chunk["timestamp"] for chunk in found["chunks"]])
    tone, pause = 0.15, 0.04
    letters = np.array([[0, 1], [3, 5], [7, 7]])  # the first and the last of each word
    said = 0.1 + letters * (tone + pause) + [0, tone]
    assert np.abs(times - said).max() < 0.12
    assert (np.diff(times.ravel()) >= 0).all() and times.max() < len(spoken("ab cab a")) / RATE


def test_a_known_text_is_aligned(recogniser):
    aligned = recogniser.align(sound("ab cab"), "Ab, cab!")
    heard = recogniser.predict(sound("ab cab"))
    assert aligned["text"] == "ab cab" == heard["text"]
    for one, other in zip(aligned["chunks"], heard["chunks"], strict=True):
        assert one["timestamp"] == other["timestamp"]


def test_a_recording_is_drawn_with_its_words(recogniser):
    heard = recogniser.plot(sound("ab cab"))
    told = recogniser.plot(sound("ab cab"), "A bcab!")
    for figure, words in ((heard, ["ab", "cab"]), (told, ["a", "bcab"])):
        spectra, letters = figure.axes
        assert [each.get_text() for each in spectra.texts] == words
        assert letters.get_images()[0].get_array().max() > 0.9
        assert figure._repr_png_()[:4] == b"\x89PNG"
    with pytest.raises(InputError, match="60 seconds at most"):
        recogniser.plot({"raw": np.zeros(61 * RATE), "sampling_rate": RATE})


def test_long_recordings_lose_and_double_no_word(recogniser):
    said = " ".join(texts(150, seed=4))
    (found,) = recogniser.predict([sound(said)])
    alone = recogniser.predict(sound(said), beam_width=1)
    assert word_errors([said], [found["text"]]) < 0.05
    assert word_errors([alone["text"]], [found["text"]]) < 0.05


def test_other_texts_are_other_texts(recogniser):
    found = recogniser.predict(sound("cab", noise=0.25, seed=5), num_texts=4)
    every = [found["text"], *found["alternatives"]]
    assert 1 < len(set(every)) == len(every) <= 4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"beam_width": 0}, "beam_width of 1 or more"),
        ({"lm_alpha": "high"}, "lm_alpha to be a number"),
        ({"lm_beta": float("nan")}, "lm_beta to be a number"),
        ({"hot_words": ["cab"]}, "boost in nats"),
        ({"hot_words": {"über": 3.0}}, "hot words of the letters"),
        ({"hot_words": {"a b": 3.0}}, "one word each"),
        ({"num_texts": 0}, "num_texts of 1 or more"),
    ],
)
def test_wrong_options_are_told_before_anything_is_read(recogniser, options, message):
    with pytest.raises(InputError, match=message):
        recogniser.predict("nowhere.wav", **options)


def test_options_that_are_none_are_named(recogniser):
    with pytest.raises(UnknownNameError, match="beam_widht"):
        recogniser.predict(sound("a"), beam_widht=3)


def test_too_short_and_too_long(recogniser):
    with pytest.raises(InputError, match=r"0\.05 seconds or more. Received: 0\.010"):
        recogniser.predict({"raw": np.zeros(160), "sampling_rate": RATE})
    with pytest.raises(InputError, match="frames for 400 symbols"):
        recogniser.align(sound("a"), "a" * 400)
    with pytest.raises(InputError, match=r"letters ' abc'. Received: \['z'\]"):
        recogniser.align(sound("a"), "z a")


def test_silence_has_no_words(recogniser):
    found = recogniser.predict({"raw": np.zeros(RATE), "sampling_rate": RATE})
    assert found == {"text": "", "confidence": 0.0, "chunks": []}


def test_a_network_that_reads_both_ways_cannot_listen(recogniser):
    with pytest.raises(InputError, match="preset english_streaming"):
        recogniser.stream()


@given(st.lists(st.integers(1, 9000), min_size=1, max_size=12), st.sampled_from([1, 8]))
@settings(max_examples=15, deadline=None)
def test_a_stream_writes_what_the_whole_recording_does(listener, sizes, beam_width):
    samples = spoken("ab cab a bb abc", seed=3)
    pieces = np.split(samples, np.minimum(np.cumsum(sizes), len(samples)))
    with listener.stream(beam_width=beam_width) as stream:
        for piece in pieces:
            stream.feed(piece)
    whole = listener.predict({"raw": samples, "sampling_rate": RATE}, beam_width=beam_width)
    assert stream.text == whole["text"] == "ab cab a bb abc"


def test_a_stream_hears_the_same_log_probabilities(listener):
    samples = spoken("ab cab", seed=3)
    (arrays,) = listener.forward([listener.preprocess({"raw": samples, "sampling_rate": RATE})])
    stream, heard = listener.stream(beam_width=2), []
    stream._search.feed = heard.append
    for piece in np.array_split(samples, 23):
        stream.feed(piece)
    stream.finish()
    np.testing.assert_allclose(np.concatenate(heard), arrays["log_probs"], atol=1e-4)


def test_a_file_with_a_header_is_no_raw_sound(listener):
    with pytest.raises(InputError, match=r"raw samples of 16 bits. Received: b'RIFF'"):
        list(listener.stream().listen(io.BytesIO(b"RIFF" + bytes(2000))))


def test_a_stream_of_nothing_has_no_words(listener):
    with listener.stream() as stream:
        assert stream.feed(np.zeros(0)) == ""
    assert stream.text == ""


def test_a_pipe_of_raw_sound_is_written_down_word_by_word(listener):
    text = "ab cab a bb abc " * 8
    samples = spoken(text.strip(), seed=3)
    raw = (samples * 32767).astype("<i2").tobytes() + b"x"
    for beam_width in (1, 8):
        stream = listener.stream(beam_width=beam_width)
        pieces = list(stream.listen(io.BytesIO(raw)))
        words = [piece for piece in pieces if piece]
        assert " ".join(words) == stream.text == text.strip()
        assert len(words) > 1


def test_a_stream_that_has_ended_says_so(listener):
    stream = listener.stream()
    stream.feed(spoken("a"))
    assert stream.finish() == stream.finish() == "a"
    with pytest.raises(InputError, match="after finish"):
        stream.feed(spoken("a"))


@pytest.mark.parametrize("samples", [b"raw", {"raw": spoken("a"), "sampling_rate": 48_000}])
def test_a_stream_takes_samples_alone(listener, samples):
    with listener.stream() as stream, pytest.raises(InputError, match="samples at 16000 Hz"):
        stream.feed(samples)
