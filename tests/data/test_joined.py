"""Recordings put together from shorter ones."""

import io
from itertools import pairwise

import numpy as np
import pytest
import soundfile

from rnnapps.data.audio import read_audio
from rnnapps.data.joined import RATE, Joined, joined
from rnnapps.data.speech_sets import SoundFile, Utterance


@pytest.fixture
def words(tmp_path):
    """Words of two speakers, each a steady sound of its own loudness, 0.1 s long."""
    found = []
    for number, (speaker, text) in enumerate((s, t) for s in "ab" for t in ("one", "two", "six")):
        path = tmp_path / f"{speaker}{text}.wav"
        soundfile.write(path, np.full(800, (number + 1) / 8, np.float32), 8000, subtype="FLOAT")
        found.append(Utterance(SoundFile(path), text, speaker, 0.1))
    return found


def test_sounds_stand_where_the_pauses_leave_them(words):
    sound = Joined((words[0].sound, words[5].sound), (0.25, 0.5, 0.125))
    samples = read_audio(sound.read(), RATE)
    assert len(samples) == round((0.25 + 0.1 + 0.5 + 0.1 + 0.125) * RATE)
    loud = np.flatnonzero(np.abs(samples) > 0.05) / RATE
    breaks = [(a, b) for a, b in pairwise(loud) if b - a > 0.1]
    assert (loud[0], loud[-1]) == pytest.approx((0.25, 0.95), abs=0.005)
    np.testing.assert_allclose(breaks, [(0.35, 0.85)], atol=0.005)
    assert samples[round(0.3 * RATE)] == pytest.approx(1 / 8, abs=0.01)
    assert samples[round(0.9 * RATE)] == pytest.approx(6 / 8, abs=0.01)


def test_what_is_put_together_is_of_one_speaker_and_tells_its_text(words):
    made = joined(words, 30, (2, 4), seed=1)
    by_name = {each.sound.name: each for each in words}
    assert {len(each.text.split()) for each in made} == {2, 3, 4}
    assert {each.speaker for each in made} == {"a", "b"}
    for each in made:
        parts = [by_name[sound.name] for sound in each.sound.sounds]
        assert {part.speaker for part in parts} == {each.speaker}
        assert each.text == " ".join(part.text for part in parts)
        seconds = soundfile.info(io.BytesIO(each.sound.read())).duration
        assert each.seconds == pytest.approx(seconds, abs=0.001)


def test_the_same_seed_gives_the_same(words):
    one, same, other = (joined(words, 5, (2, 4), seed) for seed in (1, 1, 2))
    assert one == same != other
    assert len({each.sound.name for each in one}) == 5
