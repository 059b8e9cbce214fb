from collections import Counter

import numpy as np
import pytest

from rnnapps.data import datasets
from rnnapps.data.grid import Grid, notes_from_grid
from rnnapps.data.grid_midi import (
    choose_meter,
    grid_from_midi,
    meter_of,
    midi_from_grid,
    time_signature,
)
from rnnapps.data.midi import midi_of, notes_array, notes_of, read_midi
from rnnapps.errors import InputError

FOLK = ((4, 12), (2, 18), (3, 12), (2, 12), (3, 18))


def file_of(rows, meter=None, key=None):
    """A file at 60 quarter notes per minute."""
    import pretty_midi

    midi = midi_of(notes_array([(a, b, pitch, 80, v) for a, b, pitch, v in rows]), tempo=60)
    if meter:
        midi.time_signature_changes.append(pretty_midi.TimeSignature(*meter, 0))
    if key is not None:
        midi.key_signature_changes.append(pretty_midi.KeySignature(key, 0))
    return midi


def test_instruments_become_voices():
    midi = file_of([(0, 1, 72, 0), (0, 2, 48, 1), (0, 2, 55, 1), (1, 1.5, 74, 0), (2, 3, 50, 1)])
    grid = grid_from_midi(midi, (1, 3), 2)
    assert grid.pitches.tolist() == [
        [72, 48, 55, -1],
        [72, 48, 55, -1],
        [74, 48, 55, -1],
        [-1, 48, 55, -1],
        [-1, 50, -1, -1],
        [-1, 50, -1, -1],
    ]
    assert grid.onsets.sum() == 5
    assert (grid.steps_per_beat, grid.beats_per_bar) == (2, 4)


def test_chords_from_the_top_and_held_voices():
    rows = [(0, 2, 48, 0), (0, 2, 60, 0), (0, 1, 64, 0), (1, 2, 65, 0)]
    grid = grid_from_midi(file_of(rows), (3,), 1, descending=True)
    assert grid.pitches.tolist() == [[64, 60, 48], [65, 60, 48]]


def test_too_many_notes():
    melody = grid_from_midi(file_of([(0, 2, 60, 0), (0, 2, 67, 0), (1, 2, 64, 0)]), (1,), 1)
    assert melody.pitches.tolist() == [[67], [64]]
    chord = file_of([(0, 1, pitch, 0) for pitch in (60, 64, 67, 70)])
    assert grid_from_midi(chord, (3,), 1).pitches.tolist() == [[60, 64, 70]]
    assert grid_from_midi(chord, (3,), 1, descending=True).pitches.tolist() == [[70, 67, 64]]


def test_short_notes_last_a_step_and_repeats_begin_again():
    grid = grid_from_midi(file_of([(0, 0.01, 60, 0), (1, 2, 60, 0), (2, 3, 60, 0)]), (1,), 1)
    assert grid == Grid([[60]] * 3, [[1], [1], [1]], 1, 4, grid.key)


@pytest.mark.parametrize(
    ("meter", "expected"),
    [
        ((4, 4), (4, 12)),
        ((3, 4), (3, 12)),
        ((2, 2), (4, 12)),
        ((6, 8), (2, 18)),
        ((9, 8), (3, 18)),
        ((12, 8), (4, 18)),
        ((5, 8), (5, 6)),
        ((5, 4), (5, 12)),
    ],
)
def test_meters(meter, expected):
    midi = file_of([(0, 1, 60, 0)], meter)
    assert meter_of(midi, 12) == expected
    grid = grid_from_midi(midi, (1,), 12)
    assert (grid.beats_per_bar, grid.steps_per_beat) == expected


def test_nearest_meter():
    assert choose_meter((2, 18), 12, FOLK) == (2, 18)
    assert choose_meter((3, 12), 12, (4, (2, 18))) == (2, 18)
    assert choose_meter((5, 12), 12, FOLK) == (4, 12)
    assert choose_meter((5, 12), 12, None) == (5, 12)


def test_key_of_the_file_or_a_guess():
    rows = [(i, i + 1, pitch, 0) for i, pitch in enumerate((67, 71, 74, 67, 66, 67))]
    assert grid_from_midi(file_of(rows, key=16)).key == 16
    assert grid_from_midi(file_of(rows)).key == 7
    assert grid_from_midi(file_of(rows, key=16), key=2).key == 2


def test_no_notes_in_the_voices():
    midi = file_of([(0, 1, 60, 1)])
    with pytest.raises(InputError, match="first 1 instruments"):
        grid_from_midi(midi, (1,))


def test_a_grid_survives_a_file(tmp_path):
    rng = np.random.default_rng(0)
    pitches = np.sort(rng.integers(36, 80, (64, 4)), axis=1)[:, ::-1].repeat(2, axis=0)
    grid = Grid(pitches, key=5)
    midi_from_grid(grid, tempo=97).write(str(tmp_path / "a.mid"))
    assert grid_from_midi(read_midi(tmp_path / "a.mid"), (1, 1, 1, 1), 4) == grid


@pytest.mark.parametrize("key", range(24))
def test_every_key_survives_a_file(key, tmp_path):
    midi_from_grid(Grid([[60]], key=key)).write(str(tmp_path / "a.mid"))
    assert grid_from_midi(read_midi(tmp_path / "a.mid")).key == key


@pytest.mark.parametrize("meter", [*FOLK, (5, 12), (5, 6), (7, 6), (4, 18)])
def test_every_meter_and_its_speed_survive_a_file(meter, tmp_path):
    beats, steps = meter
    grid = Grid([[60]] * (beats * steps), None, steps, beats, 0)
    midi_from_grid(grid, steps_per_beat=12, tempo=80).write(str(tmp_path / "a.mid"))
    midi = read_midi(tmp_path / "a.mid")
    assert grid_from_midi(midi, (1,), 12) == grid
    assert midi.get_end_time() == pytest.approx(beats * 60 / 80, abs=1e-3)


def test_bars_that_no_meter_is_as_long_as():
    assert time_signature((2, 24), 12) == (4, 4)
    assert time_signature((1, 9), 12) == (3, 16)
    with pytest.raises(InputError, match="2 beats of 5 steps"):
        time_signature((2, 5), 12)


@pytest.mark.data
def test_folk_tunes_are_on_the_grid():
    exact = []
    for piece in datasets.load("nottingham", "valid"):
        midi = piece.read()
        grid = grid_from_midi(midi, (1, 4), 12, meters=FOLK)
        quarters = midi.resolution / 48
        file = Counter(
            (
                round(midi.time_to_tick(note["start"]) / quarters),
                round(midi.time_to_tick(note["end"]) / quarters),
                int(note["pitch"]),
            )
            for note in notes_of(midi)
        )
        notes = notes_from_grid(grid, tempo=60 * 12 / grid.steps_per_beat)
        mine = Counter(
            (round(note["start"] * 48), round(note["end"] * 48), int(note["pitch"]))
            for note in notes
        )
        exact.append(file == mine)
    assert len(exact) == 90
    assert np.mean(exact) > 0.95
