"""Notes as they are made."""

import numpy as np
import pytest

from rnnapps.data.performance import PerformanceCodec
from rnnapps.pipelines.music.stream import notes_as_made


def notes_of(pipe, song):
    """The notes of a song as `stream` gives them, in order."""
    voices = [0] if pipe.codec.kind == "performance" else range(len(song.midi.instruments))
    rows = [
        (note.start, note.end, note.pitch, note.velocity, voice)
        for voice, part in zip(voices, song.midi.instruments, strict=True)
        for note in part.notes
    ]
    return sorted(rows)


def part_of(pipe, voice):
    """The instrument that plays a voice: the chords of a tune are four voices and one part."""
    parts = [part for part, count in enumerate(pipe.preprocessor["voices"]) for _ in range(count)]
    return parts[voice]


@pytest.mark.parametrize("primed", [False, True])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_notes_are_those_of_generate(any_music, seed, primed, request):
    controls = {"seconds": 9, "seed": seed, "temperature": 1.1, "top_p": 0.9}
    if primed:
        controls["primer"] = request.getfixturevalue("primer")
    expected = notes_of(any_music, any_music.generate(**controls))
    streamed = sorted(
        (n["start"], n["end"], n["pitch"], n["velocity"], part_of(any_music, n["voice"]))
        for n in any_music.stream(**controls)
    )
    assert len(streamed) == len(expected)
    for mine, its in zip(streamed, expected, strict=True):
        assert mine == pytest.approx(its, abs=1e-9)


@pytest.mark.parametrize("velocities", [1, 20, 32, 50, 127])
def test_notes_are_as_loud_as_decoded_ones(velocities):
    codec = PerformanceCodec(velocities=velocities)
    tokens = [codec.on]  # before any velocity
    for level in range(velocities):
        tokens += [codec.shift, codec.off, codec.velocity + level, codec.on]
    tokens += [codec.shift, codec.off]
    streamed = notes_as_made(codec, [(0, token) for token in tokens], [], 120)
    expected = codec.decode(np.array(tokens))["velocity"].tolist()
    assert [note["velocity"] for note in streamed] == expected


def test_notes_come_as_soon_as_they_end(any_music, monkeypatch):
    runs = []
    run = any_music.session.run
    monkeypatch.setattr(any_music.session, "run", lambda arrays: runs.append(1) or run(arrays))
    notes = any_music.stream(seconds=30, seed=1)
    done = [(note["end"], len(runs)) for note in notes]
    ends, counts = zip(*done, strict=True)
    assert list(ends) == sorted(ends)
    assert counts[0] < counts[-1] / 2  # long before the piece is whole


def test_streams_go_on_side_by_side(any_music):
    alone = list(any_music.stream(seconds=5, seed=1))
    one, other = any_music.stream(seconds=5, seed=1), any_music.stream(seconds=5, seed=2)
    mixed = []
    for note in one:
        mixed.append(note)
        next(other, None)
    assert mixed == alone
