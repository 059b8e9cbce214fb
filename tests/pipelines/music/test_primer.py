"""A piece that begins as its primer does."""

import numpy as np
import pytest

from rnnapps.data.midi import notes_of, read_midi
from rnnapps.errors import InputError
from tests.pipelines.music.conftest import primer_for

MELODY = [67, 67, 69, 71]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_piece_begins_with_the_primer_and_goes_on(any_music, primer, seed):
    given = notes_of(primer.midi)
    made = notes_of(any_music.generate(seconds=12, seed=seed, primer=primer).midi)
    begun = made[made["start"] < primer.seconds - 1e-6]
    for field in ("start", "pitch", "velocity", "voice"):
        np.testing.assert_allclose(begun[field], given[field], atol=1e-9)
    ended = given["end"] < primer.seconds - 1e-6  # what sounds at its end may be held
    np.testing.assert_allclose(begun["end"][ended], given["end"][ended], atol=1e-9)
    assert len(made) > len(given)


def test_a_path_a_song_and_a_midi_object_are_one(any_music, primer, tmp_path):
    path = primer.save(tmp_path / "primer.mid")
    songs = [
        any_music.generate(seconds=12, seed=2, primer=each).notes["pitch"].tolist()
        for each in (str(path), path, primer, read_midi(path))
    ]
    assert all(song == songs[0] for song in songs)


def test_pitches_are_harmonised_first(chorales):
    for primer in (MELODY, tuple(MELODY), np.array(MELODY)):
        song = chorales.generate(bars=2, seed=1, primer=primer)
        soprano = song.midi.instruments[0].notes
        assert [note.pitch for note in soprano[:3]] == MELODY[:3]
        assert len(song.midi.instruments) == 4


def test_pitches_are_played_where_there_is_one_voice(piano):
    song = piano.generate(seconds=4, seed=1, primer=MELODY)
    assert song.notes["pitch"].tolist()[:4] == MELODY
    assert song.notes["start"].tolist()[:4] == [0, 0.5, 1, 1.5]


def test_a_primer_keeps_its_tempo_unless_another_is_asked_for(chorales):
    primer = primer_for(chorales, tempo=60)
    for tempo, expected in ((None, 60), (120, 120)):
        song = chorales.generate(bars=4, seed=2, primer=primer, tempo=tempo)
        assert song.midi.get_tempo_changes()[1][0] == pytest.approx(expected, abs=0.01)
        starts = primer.notes["start"].to_numpy() * 60 / expected
        np.testing.assert_allclose(song.notes["start"][: len(starts)], starts)


def test_the_key_that_is_asked_for_counts(trained):
    primer = primer_for(trained)
    songs = [
        trained.generate(bars=6, seed=2, primer=primer, key=key).notes["pitch"].tolist()
        for key in ("C", "F#")
    ]
    assert songs[0] != songs[1]


def test_a_primer_of_any_length_is_continued(any_music, primer):
    for part in primer.midi.instruments:  # as long as several pieces, the last note of all
        part.notes[-1].end = 120
    for seed in range(3):
        assert any_music.generate(primer=primer, seed=seed).seconds > 120


def test_a_length_below_the_primers_is_refused(any_music, primer):
    with pytest.raises(InputError, match=r"above that of the primer.*raise seconds"):
        any_music.generate(primer=primer, seconds=1)


@pytest.mark.parametrize(
    ("primer", "message"),
    [
        ("nowhere.mid", "not there"),
        (60, "path of a MIDI file"),
        ([], "MIDI pitches"),
        ([60.5], "MIDI pitches"),
        ([200], "MIDI pitches"),
        ([20], "Transpose"),
    ],
)
def test_primers_that_cannot_be_used(chorales, primer, message):
    with pytest.raises(InputError, match=message):
        chorales.generate(primer=primer)
