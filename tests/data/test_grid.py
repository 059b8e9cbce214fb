import numpy as np
import pytest

from rnnapps.data.grid import Grid, estimate_key, notes_from_grid
from rnnapps.errors import InputError


def test_a_new_pitch_begins_and_silence_does_not():
    grid = Grid([[60, -1], [60, 40], [62, 40], [-1, 40]], [[0, 1], [1, 0], [0, 0], [1, 1]])
    assert grid.onsets.tolist() == [[True, False], [True, True], [True, False], [False, True]]
    assert (grid.steps, grid.voices, grid.bar_steps) == (4, 2, 16)


def test_equality_looks_at_everything():
    grid = Grid([[60], [60]])
    assert grid == Grid(np.array([[60], [60]], np.int8))
    assert grid != Grid([[60], [60]], [[1], [1]])
    assert grid != Grid([[60], [60]], key=0)
    assert grid != Grid([[60], [60]], steps_per_beat=2)
    assert grid != "grid"


def test_notes_have_the_time_of_the_tempo():
    grid = Grid([[60, -1], [60, 40], [62, 40], [-1, 40]], [[0, 0], [1, 0], [0, 0], [0, 0]])
    notes = notes_from_grid(grid, tempo=60, velocity=70)
    assert notes[["start", "end", "pitch", "voice"]].tolist() == [
        (0.0, 0.25, 60, 0),
        (0.25, 0.5, 60, 0),
        (0.25, 1.0, 40, 1),
        (0.5, 0.75, 62, 0),
    ]
    assert set(notes["velocity"]) == {70}
    assert len(notes_from_grid(Grid(np.full((3, 2), -1)))) == 0


@pytest.mark.parametrize("key", range(24))
def test_key_of_a_scale_with_its_triad(key):
    scale = (0, 2, 4, 5, 7, 9, 11) if key < 12 else (0, 2, 3, 5, 7, 8, 11)
    third = 4 if key < 12 else 3
    pitches = [60 + key % 12 + step for step in (*scale, 0, third, 7, 0)]
    assert estimate_key(Grid([[pitch] for pitch in pitches])) == key


def test_key_of_silence():
    assert estimate_key(np.zeros(12)) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        {"pitches": [60, 62]},
        {"pitches": [[128]]},
        {"pitches": [[-2]]},
        {"pitches": [[60]], "onsets": [[True, False]]},
        {"pitches": [[60]], "key": 24},
        {"pitches": [[60]], "steps_per_beat": 0},
    ],
)
def test_bad_grids_are_refused(arguments):
    with pytest.raises(InputError, match=r"Expected .* Received: "):
        Grid(**arguments)


@pytest.mark.parametrize("tempo", [0, -1, float("nan")])
def test_bad_tempo_is_refused(tempo):
    with pytest.raises(InputError, match="tempo"):
        notes_from_grid(Grid([[60]]), tempo=tempo)
