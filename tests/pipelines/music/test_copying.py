import math

import numpy as np

from rnnapps.data.midi import notes_array
from rnnapps.pipelines.music.copying import copied_ratio, duration_bins, known_ngrams, ngrams


def tune(pitches, length=0.5, voice=0):
    return notes_array((i * length, (i + 1) * length, p, 80, voice) for i, p in enumerate(pitches))


def test_a_voice_has_an_ngram_for_each_run_of_notes():
    assert len(ngrams(tune(range(60, 70)), n=8)) == 2
    assert len(ngrams(tune(range(60, 68)), n=8)) == 0
    both = np.concatenate([tune(range(60, 70)), tune(range(40, 50), voice=1)])
    assert len(ngrams(both, n=8)) == 4


def test_ngrams_know_intervals_and_durations_but_not_the_key():
    base = ngrams(tune([60, 62, 64, 65]), n=3)
    assert ngrams(tune([65, 67, 69, 70]), n=3) == base
    assert ngrams(tune([60, 62, 63, 65]), n=3) != base
    assert ngrams(tune([60, 62, 64, 65], length=0.25), n=3) != base


def test_ngrams_tell_the_order():
    assert ngrams(tune([60, 62, 65, 67]), n=3) != ngrams(tune([60, 63, 65, 67]), n=3)
    assert len(np.unique(ngrams(tune([60, 62, 64, 66, 68, 70]), n=3))) == 1


def test_a_chord_played_unevenly_is_the_same_chord():
    together = notes_array([(0, 1, 60, 80, 0), (0, 1, 64, 80, 0), (1, 2, 67, 80, 0)])
    uneven = notes_array([(0.01, 1, 60, 80, 0), (0, 1, 64, 80, 0), (1, 2, 67, 80, 0)])
    assert ngrams(together, n=2) == ngrams(uneven, n=2)


def test_ratio_of_copies():
    known = known_ngrams([tune([60, 62, 64, 65])], n=3)
    assert copied_ratio([tune([60, 62, 64, 65])], known, n=3) == 1
    assert copied_ratio([tune([60, 62, 64, 65, 66])], known, n=3) == 0.5
    assert copied_ratio([tune([60, 61, 62, 63])], known, n=3) == 0
    assert copied_ratio([tune([60, 61, 62, 63])], known_ngrams([], n=3), n=3) == 0
    assert math.isnan(copied_ratio([tune([60])], known, n=3))


def test_common_durations_have_bins_of_their_own():
    beats = np.array([1 / 6, 1 / 4, 1 / 3, 3 / 8, 1 / 2, 2 / 3, 3 / 4, 1, 3 / 2, 2, 3, 4])
    notes = notes_array((0, length, 60, 80, 0) for length in beats)
    assert len(np.unique(duration_bins(notes))) == len(beats)
    extreme = notes_array([(0, 1e-6, 60, 80, 0), (0, 1e6, 62, 80, 0)])
    assert duration_bins(extreme).tolist() == [0, 63]
