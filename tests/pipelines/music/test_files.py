"""Own MIDI files: read, measured, learnt, or refused with a word on why."""

import numpy as np
import pretty_midi
import pytest

from rnnapps import pipeline
from rnnapps.data import datasets
from rnnapps.data.grid import Grid, estimate_key, notes_from_grid
from rnnapps.data.midi import midi_of, notes_array
from rnnapps.errors import InputError
from rnnapps.pipelines.music import data


@pytest.fixture
def folder(trained, tmp_path):
    """Three short chorales in a folder and a folder within."""
    songs = trained.generate(bars=2, seed=1, num_outputs=3)
    for song, name in zip(songs, ("a.mid", "b.midi", "within/c.MID"), strict=True):
        song.save(tmp_path / "midi" / name)
    (tmp_path / "midi" / "notes.txt").write_text("not music")
    return tmp_path / "midi"


@pytest.fixture
def own(chorales, tmp_path):
    """A small pipeline that a test may train."""
    return pipeline("music", chorales.save(tmp_path / "own"))


def broken(folder):
    """Files that are no music, by what their error says."""
    whole = midi_of(notes_array([(0, 1, 60, 80, 0)]))
    whole.write(str(folder / "whole.mid"))
    (folder / "cut.mid").write_bytes((folder / "whole.mid").read_bytes()[:60])
    (folder / "empty.mid").write_bytes(b"")
    (folder / "renamed.mid").write_text("Dear diary, today I heard a chorale.")
    (folder / "folder.mid").mkdir()
    pretty_midi.PrettyMIDI().write(str(folder / "silent.mid"))
    drums = midi_of(notes_array([(0, 1, 38, 80, 0)]))
    drums.instruments[0].is_drum = True
    drums.write(str(folder / "drums.mid"))
    return {
        "cut.mid": "cannot be read",
        "empty.mid": "cannot be read",
        "renamed.mid": "cannot be read",
        "folder.mid": "is a folder",
        "nowhere.mid": "not there",
        "silent.mid": "has none",
        "drums.mid": "drums do not count",
    }


def test_broken_files_are_named(any_music, tmp_path):
    for name, reason in broken(tmp_path).items():
        path = tmp_path / name
        for use in (any_music.predict, lambda each: any_music.generate(primer=each)):
            with pytest.raises(InputError, match=rf"Expected a MIDI file.*{name}.*{reason}"):
                use(path)
        with pytest.raises(InputError, match=rf"^Input 1: .*{name}"):
            any_music.predict([tmp_path / "whole.mid", path])
        with pytest.raises(InputError):
            any_music.fit([path])
        with pytest.raises(InputError):
            any_music.evaluate([path])


def test_notes_that_do_not_last(piano):
    midi = midi_of(notes_array([(1, 1, 60, 80, 0)]))
    with pytest.raises(InputError, match="notes that last"):
        piano.predict(midi)
    for use in (piano.predict, piano.fit, piano.evaluate):
        with pytest.raises(InputError, match=r"^Input 1: .*notes that last"):
            use([piano.example(), midi])


def test_predict_tells_how_usual_music_is(trained):
    chorale = trained.generate(bars=8, key="C", seed=1)
    pitches = np.random.default_rng(1).integers(55, 68, (64, 4)).repeat(2, axis=0)
    noise = midi_of(notes_from_grid(Grid(pitches), tempo=84), tempo=84)
    usual, unusual = trained.predict([chorale, noise])
    assert usual["nats_per_note"] < 0.7 * unusual["nats_per_note"]
    assert usual["notes"] == len(chorale)
    assert usual["nats"] == pytest.approx(usual["nats_per_note"] * usual["notes"])
    assert usual["nats"] == pytest.approx(usual["nats_per_step"] * 8 * 16)


def test_fit_learns_a_folder(own, folder):
    before = own.evaluate(folder)["nats_per_event"]
    history = own.fit(folder, epochs=6, learning_rate=0.05, validation_data=folder / "a.mid")
    assert set(history.history) >= {"loss", "nats", "val_nats"}
    assert history.history["nats"][-1] < history.history["nats"][0]
    assert own.evaluate(folder)["nats_per_event"] < before
    assert own.predict(folder / "a.mid")["nats_per_event"] == pytest.approx(
        min(history.history["val_nats"]), rel=1e-4
    )


def test_training_stops_when_nothing_is_gained(own, folder):
    sources = [folder / "a.mid", str(folder / "b.midi"), own.generate(bars=1, seed=1)]
    history = own.fit(sources, epochs=50, learning_rate=1e-9, patience=1, seed=1)
    assert len(history.history["loss"]) < 50


def test_another_training_is_not_gone_on_with(own, folder, tmp_path):
    options = {"x": folder, "epochs": 1, "checkpoint_dir": tmp_path / "run"}
    own.fit(**options)
    for change in ({"seed": 2}, {"batch_size": 2}, {"x": folder / "within"}, {"epochs": 2}):
        with pytest.raises(InputError, match="Expected a checkpoint with the settings"):
            own.fit(**{**options, **change}, resume=True)


@pytest.mark.parametrize(
    "wrong",
    [
        *[{"epochs": value} for value in (0, 1.5, "many")],
        *[{"batch_size": value} for value in (0, "big")],
        *[{"learning_rate": value} for value in (0, -1, float("nan"), "high")],
        *[{"patience": value} for value in (0, "long")],
        {"seed": -1},
        {"resume": True},
        {"validation_data": []},
    ],
    ids=str,
)
def test_wrong_options_of_fit_are_named(chorales, wrong):
    names = {"resume": "checkpoint_dir", "validation_data": "folder of MIDI files"}
    ((name, _),) = wrong.items()
    with pytest.raises(InputError, match=f"Expected .*{names.get(name, name)}.* Received: "):
        chorales.fit(chorales.example(), **wrong)


@pytest.mark.parametrize("nothing", [[], None, 5, "nowhere", [5]], ids=str)
def test_nothing_to_learn_or_measure(chorales, nothing):
    for use in (chorales.fit, chorales.evaluate):
        with pytest.raises(InputError, match=r"Expected .* Received: "):
            use(nothing)


def test_what_does_not_fit_the_preset_is_refused_with_the_file(chorales, tmp_path):
    midi_of(notes_array([(0, 1, 20, 80, 0)])).write(str(tmp_path / "low.mid"))
    for use in (chorales.fit, chorales.evaluate):
        with pytest.raises(InputError, match=r"low\.mid: Expected pitches from 48 to 86.*20"):
            use(tmp_path)


def test_a_score_that_fails_is_named_among_many(chorales, folder, monkeypatch):
    def score_of(codec, midi, voices):
        raise InputError("Expected something else.")

    monkeypatch.setattr(data, "score_of", score_of)
    for use in (chorales.fit, chorales.evaluate):
        with pytest.raises(InputError, match=r"a\.mid: Expected something else"):
            use(folder)


def test_evaluate_measures_what_predict_does(any_music, primer, tmp_path):
    primer.save(tmp_path / "a.mid")
    (one,) = any_music.predict([tmp_path / "a.mid"])
    report = any_music.evaluate([tmp_path / "a.mid"] * 2)
    for name in ("nats_per_event", "nats_per_note", "nats_per_step"):
        assert report[name] == pytest.approx(one[name])


def test_evaluate_sets_compositions_beside_the_files(trained, folder):
    report = trained.evaluate(folder)
    assert 0 < report["nats_per_event"] < report["nats_per_note"]
    assert all(0 <= share <= 1 for share in report["overlap"].values())
    table = report.tables["Statistics"]
    assert table.columns == ["statistic", "generated", "files"]
    assert list(table.rows[0]) == ["pieces", 3, 3]
    assert "3 pieces" in str(report) and "<table>" in report._repr_html_()


@pytest.mark.data
def test_fine_tuning_on_real_chorales_lowers_their_nats(own):
    pieces = [Grid(pitches) for pitches in datasets.load("jsb_chorales", "train")[:8]]
    files = [midi_of(notes_from_grid(piece, tempo=84), tempo=84) for piece in pieces]
    before = np.mean([result["nats_per_event"] for result in own.predict(files)])
    own.fit(files, epochs=3, learning_rate=0.03, batch_size=4)
    after = np.mean([result["nats_per_event"] for result in own.predict(files)])
    assert after < 0.8 * before


@pytest.mark.data
def test_real_chorales_are_more_usual_than_their_reversals(trained):
    ratios = []
    for pitches in datasets.load("jsb_chorales", "test")[:10]:
        forwards, backwards = (
            midi_of(notes_from_grid(Grid(each), tempo=84), tempo=84)
            for each in (pitches, pitches[::-1])
        )
        one, other = trained.predict([forwards, backwards])
        ratios.append(one["nats_per_note"] / other["nats_per_note"])
    assert np.mean(ratios) < 0.95


@pytest.mark.data
def test_files_of_real_chorales_keep_every_note(trained, tmp_path):
    for pitches in datasets.load("jsb_chorales", "valid")[:5]:
        grid = Grid(pitches)
        midi = midi_of(notes_from_grid(grid, tempo=84), tempo=84)
        midi.write(str(tmp_path / "chorale.mid"))
        notes = len(notes_from_grid(grid))
        assert trained.predict(tmp_path / "chorale.mid")["notes"] == notes
        assert estimate_key(grid) in range(24)
