import pretty_midi
import pytest

from rnnapps.data.midi import midi_files, midi_of, notes_array, notes_of, read_midi
from rnnapps.errors import InputError
from rnnapps.pipelines.music.song import Song

NOTES = notes_array([(0, 1, 60, 80, 0), (0.5, 1.5, 67, 90, 1), (0, 2, 48, 70, 1)])


def test_notes_survive_a_file(tmp_path):
    path = tmp_path / "a.mid"
    midi_of(NOTES, tempo=90, programs=(0, 40), names=("A", "B")).write(str(path))
    midi = read_midi(path)
    notes = notes_of(midi)
    for field in ("pitch", "velocity", "voice"):
        assert notes[field].tolist() == NOTES[field].tolist()
    assert notes["start"] == pytest.approx(NOTES["start"], abs=1e-3)
    assert notes["end"] == pytest.approx(NOTES["end"], abs=1e-3)
    assert [(part.name, part.program) for part in midi.instruments] == [("A", 0), ("B", 40)]
    assert midi.get_tempo_changes()[1][0] == pytest.approx(90, abs=1e-2)


def test_an_object_is_returned_as_it_is():
    midi = midi_of(NOTES)
    assert read_midi(midi) is midi
    assert read_midi(Song(midi)) is midi


def test_drums_do_not_count(tmp_path):
    midi = midi_of(NOTES)
    midi.instruments[0].is_drum = True
    assert notes_of(midi)["voice"].tolist() == [0, 0]
    midi.instruments[1].is_drum = True
    with pytest.raises(InputError, match="drums"):
        read_midi(midi)


def test_unreadable_files_are_named(tmp_path):
    (tmp_path / "text.mid").write_text("no music here")
    (tmp_path / "empty.mid").write_bytes(b"")
    midi_of(NOTES).write(str(tmp_path / "whole.mid"))
    (tmp_path / "cut.mid").write_bytes((tmp_path / "whole.mid").read_bytes()[:60])
    pretty_midi.PrettyMIDI().write(str(tmp_path / "silent.mid"))
    for name in ("text.mid", "empty.mid", "cut.mid", "silent.mid", "absent.mid", "."):
        with pytest.raises(InputError, match="Expected a MIDI file") as error:
            read_midi(tmp_path / name)
        assert str(tmp_path / name) in str(error.value)
    with pytest.raises(InputError, match="is a folder"):
        read_midi(tmp_path)
    with pytest.raises(InputError, match="int"):
        read_midi(3)


def test_files_of_a_folder_a_file_and_a_list(tmp_path):
    (tmp_path / "b").mkdir()
    paths = [tmp_path / "a.mid", tmp_path / "b/c.MIDI"]
    for path in [*paths, tmp_path / "d.txt"]:
        path.touch()
    assert midi_files(tmp_path) == paths
    assert midi_files(str(paths[0])) == paths[:1]
    assert midi_files(paths[::-1]) == paths[::-1]
    midi = midi_of(NOTES)
    assert midi_files(midi) == [midi] == midi_files(iter([midi]))
    for nothing in (tmp_path / "none", [], [paths[0], tmp_path / "none.mid"]):
        with pytest.raises(InputError):
            midi_files(nothing)
    paths[1].unlink()
    with pytest.raises(InputError):
        midi_files(tmp_path / "b")
