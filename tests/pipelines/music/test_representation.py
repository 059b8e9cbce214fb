"""Scores as songs, and songs as scores."""

import numpy as np
import pytest

from rnnapps.data.grid import Grid, notes_from_grid
from rnnapps.data.midi import read_midi
from rnnapps.pipelines.music.data import score_of
from rnnapps.pipelines.music.evaluation import compositions
from rnnapps.pipelines.music.representation import song_of

METERS = [("bach_chorales", 0), *(("folk_tunes", meter) for meter in range(4))]


def grid_for(pipe, meter, key=21):
    """Four bars of quarter notes, all voices of which sound."""
    beats, steps = pipe.codec.bars[meter]
    voices = len(pipe.codec.ranges)
    chords = np.array([[72, 48, 52, 55, 60], [74, 50, 53, 57, 62]])
    if voices == 4:
        chords = np.array([[72, 67, 60, 48], [71, 67, 62, 43]])
    lengths = 4 * beats * steps // pipe.codec.steps_per_beat
    pitches = np.resize(chords, (lengths, voices)).repeat(pipe.codec.steps_per_beat, axis=0)
    return Grid(pitches, None, steps, beats, key)


@pytest.mark.parametrize(("like", "meter"), METERS)
def test_a_grid_comes_back_with_its_meter_and_key(untrained, like, meter, tmp_path):
    pipe = untrained[like]
    grid = grid_for(pipe, meter)
    song = song_of(grid, pipe.preprocessor, 90)
    assert song.seconds == pytest.approx(4 * grid.beats_per_bar * 60 / 90)
    saved = song.save(tmp_path / "song.mid")
    for midi in (song.midi, read_midi(saved)):
        assert score_of(pipe.codec, midi, pipe.preprocessor["voices"]) == grid


@pytest.mark.parametrize(("like", "meter"), METERS)
def test_a_song_goes_on_at_its_own_speed(untrained, like, meter, tmp_path):
    pipe = untrained[like]
    song = song_of(grid_for(pipe, meter), pipe.preprocessor, 60)
    path = song.save(tmp_path / "song.mid")
    longer = pipe.generate(primer=path, bars=6, seed=1)
    assert longer.seconds == pytest.approx(1.5 * song.seconds, abs=1e-2)
    starts = song.notes["start"].to_numpy()
    np.testing.assert_allclose(longer.notes["start"][: len(starts)], starts, atol=1e-3)
    harmonized = pipe.harmonize(path, seed=1)
    melody = [(note.start, note.end, note.pitch) for note in song.midi.instruments[0].notes]
    kept = [(note.start, note.end, note.pitch) for note in harmonized.midi.instruments[0].notes]
    np.testing.assert_allclose(kept, melody, atol=1e-3)


def test_compositions_keep_the_key_that_was_asked_for(chorales):
    for seed in range(6):
        song = chorales.generate(key="A minor", bars=4, seed=seed)
        assert score_of(chorales.codec, song.midi, chorales.preprocessor["voices"]).key == 21


def test_compositions_are_what_was_written_voice_by_voice(any_music):
    for seed, score in enumerate(compositions(any_music, 2, seed=5), start=5):
        if isinstance(score, Grid):
            score = notes_from_grid(score, any_music.preprocessor["tempo"])
        written = [tuple(note.values()) for note in any_music.stream(seed=seed)]
        made = score[["start", "end", "pitch", "velocity", "voice"]].tolist()
        np.testing.assert_allclose(sorted(made), sorted(written), atol=1e-9)
