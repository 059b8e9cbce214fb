"""What the Markdown files say is so: tables are up to date, examples run, links lead somewhere."""

import importlib
import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest

import rnnapps.pipelines
from rnnapps import pipeline, presets, readme, tasks

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "CONTRIBUTING.md", ROOT / "README.md", *ROOT.glob("pipelines/*/README.md")]


def blocks(path, mark):
    """Gives the Python blocks that follow a mark, or all of them."""
    return re.findall(rf"{mark}```python\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_tables_are_up_to_date(path):
    text = path.read_text(encoding="utf-8")
    assert readme.rewritten(text) == text, "run `python -m rnnapps.readme`"


def test_table_has_the_figures_of_the_metadata(tmp_path):
    metadata = {
        "task": "music",
        "parameters": 1_250_000,
        "summary": "Two notes.",
        "files": {"a": {"bytes": 400_000}, "b": {"bytes": 600_000}},
        "metrics": {
            "test": {"nats_per_event": 0.5},
            "Markov baseline, test": {"nats_per_event": 2},
        },
        "data": [{"name": "Tunes", "license": "MIT", "address": "https://example.org"}],
    }
    (tmp_path / "metadata.json").write_text(json.dumps(metadata))
    row = readme.row(tmp_path)
    assert row["parameters"] == "1.2 M"
    assert row["size"] == "1.0 MB"
    assert row["held-out test"] == "0.5 nats per event (Markov baseline 2)"
    assert row["trained on"] == "[Tunes](https://example.org); licence: MIT"


def test_readme_names_what_is_shipped():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    region = text.split("<!-- presets -->")[1].split("<!-- /presets -->")[0]
    assert set(re.findall(r"`(\w+)`", region)) == {
        name for task in tasks() for name in presets(task)
    }


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files(path):
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (path.parent / target).exists(), target


def test_examples_of_the_readme_run(tmp_path, monkeypatch):
    if not presets("music"):
        pytest.skip("no preset is shipped")
    monkeypatch.chdir(tmp_path)
    for number, song in enumerate(pipeline("music").generate(bars=8, seed=1, num_outputs=2)):
        song.save(f"my-midi/{number}.mid")
    messages = ["it never came,delivery", "where is my money,payment"] * 8
    (tmp_path / "tickets.csv").write_text("\n".join(["text,label", *messages]))
    (tmp_path / "orders.conll").write_text("Send O\ntwo B-QUANTITY\nshelves B-PRODUCT\n\n" * 8)
    (tmp_path / "letters.txt").write_text("Dear Ann, it rained. I read and wrote.\n" * 40)
    (tmp_path / "call.wav").write_bytes(pipeline("speech").example())
    (tmp_path / "recordings.csv").write_text("audio,text\n" + "call.wav,hello you\n" * 8)
    for code in blocks(ROOT / "README.md", ""):
        exec(code, {"microphone": [np.zeros(1600)]})
    made = {"song.mid", "my-style", "my-style.onnx", "my-tickets", "my-letters", "my-voice"}
    made |= {"call.srt", "my-tagger"}
    assert made <= {path.name for path in tmp_path.iterdir()}


def test_the_pipeline_of_contributing_works(tmp_path, monkeypatch):
    folder = tmp_path / "pipelines" / "letters"
    folder.mkdir(parents=True)
    for name in ("__init__.py", "pipeline.py"):
        (code,) = blocks(ROOT / "CONTRIBUTING.md", f"<!-- example: {name} -->\n")
        (folder / name).write_text(code)
    monkeypatch.setattr(
        rnnapps.pipelines, "__path__", [*rnnapps.pipelines.__path__, str(folder.parent)]
    )
    monkeypatch.chdir(tmp_path)
    importlib.invalidate_caches()
    try:
        assert "letters" in tasks()
        (code,) = blocks(ROOT / "CONTRIBUTING.md", "<!-- example: use -->\n")
        names = {}
        exec(code, names)
        letters = names["letters"]
        usual, unusual = letters.predict(["to be", "xq zv"])
        assert usual["nats_per_letter"] < 1 < unusual["nats_per_letter"]
        assert pipeline("letters", "my-letters").predict("to be") == letters.predict("to be")
        assert letters.evaluate(["to be"])["nats_per_letter"] == usual["nats_per_letter"]
    finally:
        for name in [name for name in sys.modules if name.startswith("rnnapps.pipelines.letters")]:
            monkeypatch.delitem(sys.modules, name)
