import io
import json
import tarfile
from pathlib import Path

import numpy as np
import pytest

from rnnapps.data import datasets
from rnnapps.data.midi import midi_of, notes_array
from rnnapps.data.music_sets import MidiBytes, split_of
from rnnapps.errors import RnnappsError, UnknownNameError

COUNTS = {
    "jsb_chorales": (229, 76, 77),
    "nottingham": (835, 90, 109),
    "pop909": (751, 78, 80),
    "jsb_frames": (229, 76, 77),
    "nottingham_frames": (694, 173, 170),
    "piano_midi_frames": (87, 12, 25),
}


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv(datasets.VARIABLE, str(tmp_path))
    return tmp_path


def song() -> bytes:
    buffer = io.BytesIO()
    midi_of(notes_array([(0, 1, 60, 80, 0), (1, 2, 62, 80, 0)])).write(buffer)
    return buffer.getvalue()


def test_every_entry_tells_where_it_is_from():
    assert set(COUNTS) <= set(datasets.DATASETS)
    for name, entry in datasets.DATASETS.items():
        assert entry.name == name
        assert entry.address.startswith("https://")
        assert entry.title and entry.licence
        assert not Path(entry.folder).is_absolute()


def test_unknown_names_list_what_exists(root):
    with pytest.raises(UnknownNameError, match=r"jsb_chorales, .*Did you mean 'pop909'"):
        datasets.load("pop-909")
    with pytest.raises(UnknownNameError, match=r"test, train, valid.*'validation'"):
        datasets.load("pop909", "validation")


@pytest.mark.parametrize("name", COUNTS)
def test_absent_set_says_how_to_get_it(name, monkeypatch, tmp_path):
    entry = datasets.DATASETS[name]
    monkeypatch.delenv(datasets.VARIABLE, raising=False)
    assert entry.path is None
    with pytest.raises(RnnappsError, match="is not set") as unset:
        datasets.load(name)
    assert "export RNNAPPS_DATA" in str(unset.value)
    monkeypatch.setenv(datasets.VARIABLE, str(tmp_path))
    with pytest.raises(RnnappsError, match="no such folder") as absent:
        datasets.load(name)
    (tmp_path / entry.folder).mkdir(parents=True)
    with pytest.raises(RnnappsError, match="Expected the data set") as empty:
        datasets.load(name)
    for error in (unset, absent, empty):
        assert f"git clone --depth 1 {entry.address}" in str(error.value)


def test_chorales_from_the_packed_and_the_original_file(root):
    folder = root / "music/jsb-chorales"
    folder.mkdir(parents=True)
    pieces = [[[72, 67, 60, 48], [74, 67, 59, 55]], [[70, 65, 62, 46]]]
    (folder / "Jsb16thSeparated.json").write_text(
        json.dumps({"valid": [pieces[0], [[70, float("nan"), 62, 46]]]})
    )
    original = datasets.load("jsb_chorales", "valid")
    notes = np.array([*pieces[0], [70, -1, 62, 46]], np.int8)
    np.savez(folder / "jsb_16th_satb.npz", valid_notes=notes, valid_lengths=np.array([2, 1]))
    packed = datasets.load("jsb_chorales", "valid")
    for found in (original, packed):
        assert [piece.tolist() for piece in found] == [pieces[0], [[70, -1, 62, 46]]]
        assert {piece.dtype for piece in found} == {np.dtype(np.int16)}


@pytest.mark.parametrize(
    ("name", "archive", "inside", "loose"),
    [
        ("nottingham", "nottingham.tar.xz", "midi/{}.mid", "MIDI/{}.mid"),
        ("pop909", "pop909_midi.tar.xz", "midi/{}.mid", "POP909/{0}/{0}.mid"),
    ],
)
def test_midi_sets_from_the_archive_and_the_original_files(root, name, archive, inside, loose):
    folder = root / datasets.DATASETS[name].folder
    names = [f"{number:03}" for number in range(30, 0, -1)]
    for each in names:
        path = folder / loose.format(each)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(song())
    original = {split: datasets.load(name, split) for split in ("train", "valid", "test")}
    with tarfile.open(folder / archive, "w:xz") as tar:
        for each in names:
            member = tarfile.TarInfo(inside.format(each))
            member.size = len(song())
            tar.addfile(member, io.BytesIO(song()))
    for split, pieces in original.items():
        assert datasets.load(name, split) == pieces
        assert [piece.name for piece in pieces] == sorted(
            each for each in names if split_of(each) == split
        )
    piece = original["train"][0]
    assert isinstance(piece, MidiBytes) and "data" not in repr(piece)
    assert [note.pitch for note in piece.read().instruments[0].notes] == [60, 62]


def test_frames_from_the_packed_and_the_original_file(root):
    from scipy.io import savemat

    folder = root / "music/boulanger"
    (folder / "mdata").mkdir(parents=True)
    rolls = [np.eye(3, 88, 10, dtype=bool), np.eye(2, 88, 80, dtype=bool)]
    cells = np.empty((1, 2), object)
    cells[0, :] = [roll.astype(float) for roll in rolls]
    savemat(folder / "mdata/JSB_Chorales.mat", {"testdata": cells})
    original = datasets.load("jsb_frames", "test")
    np.savez(
        folder / "jsb_chorales.npz",
        test_frames=np.packbits(np.concatenate(rolls), axis=1),
        test_lengths=np.array([3, 2]),
    )
    packed = datasets.load("jsb_frames", "test")
    for found in (original, packed):
        assert len(found) == 2
        for roll, expected in zip(found, rolls, strict=True):
            assert roll.dtype == bool
            np.testing.assert_array_equal(roll, expected)


@pytest.mark.data
@pytest.mark.parametrize("name", COUNTS)
def test_real_sets_have_the_known_sizes(name):
    splits = [datasets.load(name, split) for split in ("train", "valid", "test")]
    assert tuple(map(len, splits)) == COUNTS[name]
    folder = datasets.DATASETS[name].path
    if (folder / "splits.json").is_file():
        expected = json.loads((folder / "splits.json").read_text())
        for split, pieces in zip(("train", "valid", "test"), splits, strict=True):
            assert [piece.name for piece in pieces] == sorted(expected[split])
        assert splits[2][0].read().get_end_time() > 1
    elif name == "jsb_chorales":
        assert all(piece.shape[1] == 4 and piece.max() <= 81 for piece in splits[0])
    else:
        assert all(piece.shape[1] == 88 and piece.any() for piece in splits[0])
