import numpy as np
import pytest

from rnnapps.data.midi import notes_array
from rnnapps.pipelines.music.harmony import (
    FIFTH,
    OCTAVE,
    dissonance_ratio,
    mean_polyphony,
    parallels,
    voice_crossing_ratio,
)


def chord(*pitches, start=0.0, end=1.0):
    return notes_array((start, end, pitch, 80, 0) for pitch in pitches)


@pytest.mark.parametrize("interval", range(1, 25))
def test_seconds_sevenths_and_tritones_are_dissonant(interval):
    rough = interval % 12 in (1, 2, 6, 10, 11)
    assert dissonance_ratio(chord(60, 60 + interval)) == float(rough)


def test_dissonance_counts_the_time_of_two_notes_and_more():
    alone, sweet, rough = chord(60), chord(60, 64, start=1, end=2), chord(60, 61, start=2, end=5)
    assert dissonance_ratio(np.concatenate([alone, sweet, rough])) == 0.75
    assert dissonance_ratio(alone) == 0
    touching = np.concatenate([chord(60), chord(61, start=1, end=2)])
    assert dissonance_ratio(touching) == 0


def test_polyphony_leaves_silence_out_and_counts_unisons():
    assert mean_polyphony(np.concatenate([chord(60, 64), chord(60, start=4, end=5)])) == 1.5
    assert mean_polyphony(np.concatenate([chord(60), chord(60)])) == 2


def test_crossings_need_two_sounding_neighbours():
    pitches = np.array([[60, 64, 50], [64, 60, 50], [-1, 60, 50], [60, -1, 50], [60, 50, 55]])
    assert voice_crossing_ratio(pitches) == 0.4


@pytest.mark.parametrize(
    ("pitches", "fifths", "octaves"),
    [
        ([[67, 60], [69, 62]], 1, 0),  # up together
        ([[79, 60], [77, 58]], 1, 0),  # a twelfth
        ([[72, 60], [74, 62]], 0, 1),
        ([[60, 60], [62, 62]], 0, 1),  # unisons
        ([[60, 67], [62, 69]], 1, 0),  # crossed voices
        ([[67, 60], [67, 60]], 0, 0),  # held
        ([[79, 60], [69, 62]], 0, 0),  # contrary motion
        ([[67, 60], [69, 60]], 0, 0),  # oblique motion
        ([[67, 60], [-1, -1], [69, 62]], 0, 0),  # a rest between
        ([[67, 60], [69, 62], [71, 64]], 2, 0),
        ([[79, 67, 60], [81, 69, 62]], 2, 1),  # every pair of voices
    ],
)
def test_parallels(pitches, fifths, octaves):
    pitches = np.array(pitches, np.int16)
    assert (parallels(pitches, FIFTH), parallels(pitches, OCTAVE)) == (fifths, octaves)
