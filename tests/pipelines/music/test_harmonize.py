"""A melody that keeps as it is while other voices are written below it."""

import numpy as np
import pytest

from rnnapps.data.grid import estimate_key
from rnnapps.data.grid_midi import grid_from_midi
from rnnapps.data.midi import midi_of, notes_array
from rnnapps.errors import InputError

MELODY = [67, 67, 69, 67, 72, 71]
#: Long, short, repeated and held notes, and a rest; in seconds at 120 quarter notes per minute.
RHYTHM = notes_array(
    [
        (0, 0.5, 67, 80, 0),
        (0.5, 0.625, 67, 80, 0),
        (0.625, 0.75, 67, 80, 0),
        (0.75, 1.5, 69, 80, 0),
        (2, 3.5, 72, 80, 0),
    ]
)


def soprano(song):
    notes = song.midi.instruments[0].notes
    return np.array([(note.start, note.end, note.pitch) for note in notes])


@pytest.mark.parametrize("pipe", ["chorales", "trained"])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_melody_stays_note_by_note(pipe, seed, request):
    midi = midi_of(RHYTHM)
    song = request.getfixturevalue(pipe).harmonize(midi, seed=seed)
    expected = np.array([tuple(note)[:3] for note in RHYTHM])
    np.testing.assert_allclose(soprano(song), expected, atol=1e-9)
    assert song.midi.instruments[0].name == "Soprano"
    assert len(song) > len(RHYTHM)


def test_pitches_are_quarter_notes_at_the_tempo_of_the_preset(chorales):
    beat = 60 / chorales.preprocessor["tempo"]
    notes = soprano(chorales.harmonize(MELODY, seed=1))
    assert notes[:, 2].tolist() == MELODY
    np.testing.assert_allclose(notes[:, 0], beat * np.arange(len(MELODY)))
    assert soprano(chorales.harmonize(MELODY, seed=1, tempo=60))[-1, 1] == pytest.approx(6)


def test_forms_of_a_melody(chorales, tmp_path):
    song = chorales.harmonize(MELODY, seed=1)
    path = song.save(tmp_path / "song.mid")
    forms = (MELODY, tuple(MELODY), np.array(MELODY), song, song.midi, path, str(path))
    made = [chorales.harmonize(form, seed=1).notes["pitch"].tolist() for form in forms]
    assert all(pitches == made[0] for pitches in made)


def test_four_voices_sing(trained):
    song = trained.harmonize(MELODY, seed=1)
    assert [part.name for part in song.midi.instruments] == ["Soprano", "Alto", "Tenor", "Bass"]
    assert all(part.notes for part in song.midi.instruments)


def test_seed_and_temperature(trained):
    pitches = [
        trained.harmonize(MELODY, **controls).notes["pitch"].tolist()
        for controls in ({"seed": 1}, {"seed": 1}, {"seed": 2}, {"seed": 1, "temperature": 2.0})
    ]
    assert pitches[0] == pitches[1]
    assert pitches[0] != pitches[2] and pitches[0] != pitches[3]


def test_the_other_voices_suit_the_key(trained):
    song = trained.harmonize([67, 69, 71, 72, 71, 69, 67], key="G major", seed=1)
    assert estimate_key(grid_from_midi(song.midi, [1, 1, 1, 1], 4)) in (7, 16)  # G or E minor


@pytest.mark.parametrize(
    ("melody", "options", "message"),
    [
        ([], {}, "MIDI pitches"),
        ([67.5], {}, "MIDI pitches"),
        ([30], {}, "Transpose"),
        ("nowhere.mid", {}, "not there"),
        (None, {}, "path of a MIDI file"),
        ([67], {"temperature": -1}, "temperature"),
        ([67], {"seed": "one"}, "seed"),
        ([67], {"tempo": 0}, "tempo"),
        ([67], {"key": 5}, "key"),
    ],
    ids=str,
)
def test_what_cannot_be_harmonised(chorales, melody, options, message):
    with pytest.raises(InputError, match=rf"Expected .*{message}|{message}"):
        chorales.harmonize(melody, **options)


def test_one_voice_cannot_harmonise(piano):
    with pytest.raises(InputError, match="several voices"):
        piano.harmonize(MELODY)
