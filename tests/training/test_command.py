"""The command that trains presets: which it makes, and where they go."""

import pytest

from rnnapps.training.command import command


def called(monkeypatch, *arguments):
    monkeypatch.setattr("sys.argv", ["train.py", *arguments])
    made = []
    command("tunes", {"small": 1, "large": 2}, lambda *given: made.append(given), "Trains.")
    return [(name, str(checkpoints), str(output)) for name, checkpoints, output in made]


def test_it_makes_the_presets_that_are_named(monkeypatch):
    assert called(monkeypatch, "large", "small") == [
        ("large", "checkpoints", "pretrained/tunes"),
        ("small", "checkpoints", "pretrained/tunes"),
    ]


def test_folders_may_be_chosen(monkeypatch):
    made = called(monkeypatch, "small", "--checkpoints", "here", "--output", "there")
    assert made == [("small", "here", "there")]


def test_an_unknown_preset_is_refused_with_those_that_there_are(monkeypatch, capsys):
    with pytest.raises(SystemExit):
        called(monkeypatch, "tiny")
    assert "small" in capsys.readouterr().err


def test_presets_share_their_files_but_while_one_is_made(monkeypatch, tmp_path):
    seen = []
    monkeypatch.setattr("rnnapps.training.command.part", lambda path: seen.append(("part", path)))
    monkeypatch.setattr("rnnapps.training.command.share", lambda path: seen.append(("share", path)))
    monkeypatch.setattr("sys.argv", ["train.py", "small", "--output", str(tmp_path)])
    command("tunes", ["small"], lambda name, *_: seen.append(name), "Trains.")
    assert seen == [("part", tmp_path), "small", ("share", tmp_path)]
