import numpy as np
import pytest

from rnnapps.data.grid import Grid
from rnnapps.data.midi import NOTE, notes_array
from rnnapps.errors import InputError
from rnnapps.pipelines.music.statistics import (
    compare,
    duration_histogram,
    musical_statistics,
    overlap,
    pitch_histogram,
)


def grid_of(pitches, steps_per_beat=1):
    return Grid(pitches, steps_per_beat=steps_per_beat)


def walk(seed, count=60):
    rng = np.random.default_rng(seed)
    pitches = 60 + np.cumsum(rng.integers(-3, 4, count))
    return notes_array((i / 2, i / 2 + 0.5, p, 80, 0) for i, p in enumerate(pitches))


def test_histograms_sum_to_one_and_find_the_notes():
    piece = notes_array([(0, 1, 60, 80, 0), (1, 3, 60, 80, 0), (3, 4, 64, 80, 0)])
    pitch = pitch_histogram([piece])
    assert pitch.shape == (128,)
    assert (pitch[60], pitch[64]) == (pytest.approx(2 / 3), pytest.approx(1 / 3))
    duration = duration_histogram([piece])
    assert duration[35] == pytest.approx(2 / 3)  # 1 is seven octaves above 1/128
    assert duration[40] == pytest.approx(1 / 3)
    assert duration.sum() == pitch.sum() == pytest.approx(1)


def test_overlap_is_one_with_itself_and_zero_without_common_bins():
    one, other = np.array([0.5, 0.5, 0]), np.array([0, 0, 1.0])
    assert (overlap(one, one), overlap(one, other)) == (1, 0)


def test_statistics_of_arrays():
    piece = notes_array([(0, 2, 60, 80, 0), (0, 1, 64, 80, 0), (1, 2, 66, 80, 1)])
    assert musical_statistics([piece]) == {
        "pieces": 1,
        "notes_per_second": 1.5,
        "mean_polyphony": 2,
        "dissonance_ratio": 0.5,
        "voice_1_low": 60,
        "voice_1_high": 64,
        "voice_2_low": 66,
        "voice_2_high": 66,
    }


def test_statistics_of_grids_know_voice_leading():
    chorale = grid_of([[79, 67, 64, 48], [81, 69, 64, 48], [81, 62, 65, 50], [81, 62, 65, 50]], 2)
    found = musical_statistics([chorale])
    assert found["notes_per_beat"] == 9 / 2
    assert found["mean_polyphony"] == 4
    assert found["voice_crossing_ratio"] == 0.5
    assert found["parallel_octaves"] == 50  # one in two beats
    assert found["parallel_fifths"] == 0
    assert (found["voice_4_low"], found["voice_4_high"]) == (48, 50)


def test_means_are_over_pieces_and_grids_of_other_sizes_have_no_voice_leading():
    low, high = grid_of([[60, 48]] * 4), grid_of([[64, 50]] * 8)
    found = musical_statistics([low, high])
    assert found["voice_1_low"] == 62
    assert "parallel_fifths" not in found and "voice_crossing_ratio" not in found


def test_copies_are_found_in_every_key():
    piece, other = walk(0), walk(1)
    moved = piece.copy()
    moved["pitch"] += 5
    assert musical_statistics([moved], [piece, other])["copied_8grams"] == 1
    assert musical_statistics([moved], [other])["copied_8grams"] == 0
    half = np.concatenate([piece[:30], other[30:]])
    assert 0.3 < musical_statistics([half], [piece])["copied_8grams"] < 0.5


def test_compare_puts_sets_beside_each_other():
    generated, reference = [walk(0), walk(1)], [walk(2), walk(3)]
    result = compare(generated, reference, training=[walk(0)])
    assert set(result) == {"generated", "reference", "overlap"}
    assert result["generated"].keys() == result["reference"].keys()
    assert result["generated"]["copied_8grams"] == 0.5
    assert result["reference"]["copied_8grams"] == 0
    assert result["overlap"]["duration"] == pytest.approx(1)
    assert 0 < result["overlap"]["pitch"] < 1
    assert compare(generated, generated)["overlap"] == {
        "pitch": pytest.approx(1),
        "duration": pytest.approx(1),
    }


def test_what_cannot_be_described_is_named():
    with pytest.raises(InputError, match="no pieces"):
        musical_statistics([])
    with pytest.raises(InputError, match=r"no notes in the pieces \[1\]"):
        musical_statistics([walk(0), np.zeros(0, NOTE)])
    with pytest.raises(InputError, match="1 grids and 1 arrays"):
        musical_statistics([walk(0), grid_of([[60], [62]])])


@pytest.mark.data
def test_real_chorales_keep_their_style():
    from rnnapps.data import datasets

    train, test = (
        [grid_of(p, 4) for p in datasets.load("jsb_chorales", s)] for s in ("train", "test")
    )
    found = compare(test, train[:77], training=train)
    assert found["reference"]["copied_8grams"] == 1
    assert found["generated"]["copied_8grams"] < 0.5
    assert found["overlap"]["pitch"] > 0.9
    assert found["generated"]["parallel_fifths"] < 2
    assert found["generated"]["mean_polyphony"] > 3.8
