"""Presets that ship files once: they read as before, and change without harm to each other."""

import json
import shutil

import pytest

from rnnapps import preset
from rnnapps.errors import PresetError
from rnnapps.sharing import LEAST, part, share


def written(folder, name, letter):
    files = {"words.txt": letter * LEAST, "small.txt": "same"}
    parts = {"config": {"task": "ner"}, "preprocessor": {}, "weights": {}}
    return preset.write(folder / name, **parts, extra_files=files)


@pytest.fixture
def folder(tmp_path):
    for name, letter in (("a", "x"), ("b", "x"), ("c", "y")):
        written(tmp_path, name, letter)
    return tmp_path


def contents(folder):
    return {path.name: preset.read(path).extra_files for path in folder.iterdir()}


def test_large_files_that_are_alike_stand_in_the_first_and_read_as_before(folder):
    before = contents(folder)
    assert share(folder) == LEAST
    names = [path.relative_to(folder).as_posix() for path in folder.glob("*/*.txt")]
    assert sorted(names) == [
        "a/small.txt",
        "a/words.txt",
        *(f"{p}/small.txt" for p in "bc"),
        "c/words.txt",
    ]
    assert contents(folder) == before
    written(folder, "0", "x")
    assert share(folder) == 2 * LEAST
    assert contents(folder) == {**before, "0": before["a"]}


def test_what_is_shared_may_change_in_one_after_they_are_parted(folder):
    before = contents(folder)
    share(folder)
    part(folder)
    assert contents(folder) == before
    written(folder, "a", "z")
    share(folder)
    assert preset.read(folder / "b").extra_files == before["b"]
    assert preset.read(folder / "a").path("words.txt").read_text() == "z" * LEAST


def test_metadata_is_written_as_before(folder):
    before = {path: path.read_bytes() for path in folder.glob("*/metadata.json")}
    share(folder)
    part(folder)
    assert {path: path.read_bytes() for path in folder.glob("*/metadata.json")} == before


def test_a_preset_without_the_one_that_it_shares_with_is_refused(folder, tmp_path):
    share(folder)
    shutil.rmtree(folder / "a")
    with pytest.raises(PresetError, match=r"Expected the file 'words\.txt' in the preset '.*/a'"):
        preset.read(folder / "b")


def test_no_file_outside_of_the_presets_is_read(folder):
    path = folder / "b/metadata.json"
    metadata = json.loads(path.read_text())
    metadata["files"]["words.txt"]["of"] = f"../{folder.name}/a"
    path.write_text(json.dumps(metadata))
    with pytest.raises(PresetError, match=r"Expected the file 'words\.txt'"):
        preset.read(folder / "b")
