import json

import numpy as np
import pytest

from rnnapps import preset
from rnnapps.errors import InputError, PresetError

PARTS = {
    "config": {"task": "music", "units": np.int64(8)},
    "preprocessor": {"low": 21, "ranges": ((1, 2), (3, 4))},
    "weights": {
        "rnn/0/kernel": np.linspace(-1, 1, 12, dtype="float32").reshape(3, 4),
        "rnn/0/bias": np.zeros(4, "float32"),
        "seen": np.arange(3),
    },
    "graph": b"graph",
    "metadata": {
        "summary": "Two notes.",
        "data": [{"name": "Tunes", "license": "CC0", "address": "https://example.org"}],
        "metrics": {"test": {"nll": 1.23456, "pieces": 12}},
        "precision": {"float32": {"nll": 1.2}, "int8": {"nll": 1.21}},
        "limits": ["short pieces"],
        "statistics": {"fifths": 0.1},
    },
    "extra_files": {"vocabulary.txt": "a\nä\n", "step.onnx": b"step"},
}


def test_round_trip(tmp_path):
    made = preset.write(tmp_path / "tiny", **PARTS)
    found = preset.read(made)
    assert found.config == {"task": "music", "units": 8}
    assert found.preprocessor == {"low": 21, "ranges": [[1, 2], [3, 4]]}
    assert found.graph == b"graph"
    assert found.path("vocabulary.txt").read_text(encoding="utf-8") == "a\nä\n"
    assert found.extra_files == {"vocabulary.txt": "a\nä\n".encode(), "step.onnx": b"step"}
    assert found.metadata["parameters"] == 19
    assert found.metadata["name"] == "tiny"
    assert found.metadata["versions"]["rnnapps"]
    assert list(found.weights) == sorted(PARTS["weights"])
    for name, array in PARTS["weights"].items():
        np.testing.assert_allclose(found.weights[name], array, atol=1e-3)
    assert found.weights["rnn/0/kernel"].dtype == np.float32
    assert found.weights["seen"].dtype.kind == "i"
    assert json.loads((made / "config.json").read_text())["format_version"] == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tiny"]


def test_float32_is_exact_and_files_repeat(tmp_path):
    weights = {"kernel": np.random.default_rng(0).normal(size=(5, 5)).astype("float32")}
    for name in ("a.h5", "b.h5"):
        preset.write_weights(tmp_path / name, weights, "float32")
    np.testing.assert_array_equal(
        preset.read_weights(tmp_path / "a.h5")["kernel"], weights["kernel"]
    )
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()


@pytest.mark.parametrize("value", [1e6, np.nan, np.inf])
def test_weights_that_do_not_fit_are_refused(tmp_path, value):
    with pytest.raises(InputError, match=r"float16.*'big'"):
        preset.write_weights(tmp_path / "w.h5", {"big": np.array([value], "float32")})
    assert not list(tmp_path.iterdir())


def test_the_card_shows_it_all(tmp_path):
    text = (preset.write(tmp_path / "tiny", **PARTS) / "README.md").read_text()
    for expected in (
        "# tiny",
        'pipeline("music", "tiny")',
        "Parameters: 19",
        "| Tunes | CC0 | https://example.org |",
        "| test | 1.235 | 12 |",
        "| int8 | 1.21 |",
        "- short pieces",
        "## Statistics",
        "## Versions",
    ):
        assert expected in text


def test_a_failed_write_keeps_what_was_there(tmp_path):
    made = preset.write(tmp_path / "tiny", **PARTS)
    before = {path.name: path.read_bytes() for path in made.iterdir()}
    wrong = {**PARTS, "weights": {"kernel": np.array([np.nan])}}
    with pytest.raises(InputError):
        preset.write(made, **wrong)
    assert {path.name: path.read_bytes() for path in made.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]


def test_a_failed_rename_brings_back_what_was_there(tmp_path, monkeypatch):
    from pathlib import Path

    made = preset.write(tmp_path / "tiny", **PARTS)
    rename = Path.rename

    def fails(self, target):
        if self.name == "new":
            raise OSError("disk")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fails)
    with pytest.raises(OSError, match="disk"):
        preset.write(made, **PARTS)
    assert preset.read(made).graph == b"graph"
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]


def test_a_preset_is_replaced(tmp_path):
    made = preset.write(tmp_path / "tiny", **PARTS)
    preset.write(made, **{**PARTS, "extra_files": None, "graph": b"other"})
    assert preset.read(made).graph == b"other"
    assert not (made / "vocabulary.txt").exists()


def test_other_folders_are_not_overwritten(tmp_path):
    (tmp_path / "thesis.tex").write_text("precious")
    with pytest.raises(InputError, match="holds other files"):
        preset.write(tmp_path, **PARTS)
    with pytest.raises(InputError, match="a file"):
        preset.write(tmp_path / "thesis.tex", **PARTS)
    assert (tmp_path / "thesis.tex").read_text() == "precious"


def test_a_preset_with_notes_and_a_folder_of_another_program_stay(tmp_path):
    own, other = preset.write(tmp_path / "own", **PARTS), tmp_path / "other"
    preset.write(own, **PARTS)
    (own / "notes.txt").write_text("precious")
    other.mkdir()
    (other / "config.json").write_text('{"model_type": "bert"}')
    for folder, name in ((own, "notes.txt"), (other, "config.json")):
        with pytest.raises(InputError, match=f"holds other files, {name}"):
            preset.write(folder, **PARTS)
        assert (folder / name).is_file()


def test_where_nothing_can_be_written_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(preset.os, "access", lambda path, mode: False)
    with pytest.raises(InputError, match="nothing can be written in"):
        preset.check_replaceable(tmp_path / "a" / "b")


@pytest.mark.parametrize("name", ["../out.txt", "config.json", "metadata.json", "a/b"])
def test_extra_files_have_plain_new_names(tmp_path, name):
    with pytest.raises(InputError, match="extra_files"):
        preset.write(tmp_path / "tiny", **{**PARTS, "extra_files": {name: "x"}})


@pytest.mark.parametrize(
    "name", ["config.json", "preprocessor.json", "model.weights.h5", "model.onnx", "vocabulary.txt"]
)
def test_damage_is_found(tmp_path, name):
    made = preset.write(tmp_path / "tiny", **PARTS)
    data = bytearray((made / name).read_bytes())
    data[-2 if name.endswith("json") else 0] ^= 1
    (made / name).write_bytes(data)
    with pytest.raises(PresetError, match=name.replace(".", r"\.")):
        preset.read(made)
    (made / name).unlink()
    with pytest.raises(PresetError, match=name.replace(".", r"\.")):
        preset.read(made)


def test_other_versions_are_refused(tmp_path):
    made = preset.write(tmp_path / "tiny", **PARTS)
    config = json.loads((made / "config.json").read_text())
    (made / "config.json").write_text(json.dumps({**config, "format_version": 2}))
    with pytest.raises(PresetError, match=r"format version 1\. Received: 2"):
        preset.read(made)


def test_names_that_lead_out_are_refused(tmp_path):
    made = preset.write(tmp_path / "tiny", **PARTS)
    (tmp_path / "secret").write_text("x")
    metadata = json.loads((made / "metadata.json").read_text())
    metadata["files"]["../secret"] = {"sha256": "0", "bytes": 1}
    (made / "metadata.json").write_text(json.dumps(metadata))
    with pytest.raises(PresetError, match="secret"):
        preset.read(made)


def test_what_is_no_preset(tmp_path):
    with pytest.raises(PresetError, match=r"config\.json"):
        preset.read(tmp_path)
    with pytest.raises(PresetError, match=r"to have 'model\.onnx'"):
        _ = preset.read(preset.write(tmp_path / "tiny", **{**PARTS, "graph": None})).graph
    (tmp_path / "w.h5").write_bytes(b"nothing")
    with pytest.raises(PresetError, match="HDF5"):
        preset.read_weights(tmp_path / "w.h5")
    with pytest.raises(InputError, match="'task'"):
        preset.write(tmp_path / "other", config={}, preprocessor={}, weights={})
