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
