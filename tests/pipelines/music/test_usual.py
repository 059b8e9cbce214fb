"""What is usual in own files decides what is composed after them."""

import numpy as np
import pytest
from pretty_midi import Note

from rnnapps import pipeline
from rnnapps.data.grid import Grid
from rnnapps.data.midi import midi_of, notes_array
from rnnapps.pipelines.music.data import pieces_of
from rnnapps.pipelines.music.representation import melody_notes
from rnnapps.pipelines.music.usual import usual
from tests.pipelines.music.conftest import REPRESENTATIONS, primer_for


def test_lengths_keys_and_meters_of_pieces(chorales, piano):
    def grid(bars, key):
        beats, steps = chorales.codec.bars[0]
        return Grid(np.full((bars * beats * steps, 4), 60), None, steps, beats, key)

    found = usual(chorales.codec, [grid(2, 3), grid(4, 3), grid(6, 0)])
    assert found["lengths"][0] == 2 and found["lengths"][4] == 4 and found["lengths"][-1] == 6
    assert found["keys"] == [1, 0, 0, 2, *[0] * 20]
    assert found["meters"][0] == 3 and sum(found["meters"]) == 3
    rows = notes_array([(0, 1, 60, 66, 0), (1, 7.2, 64, 66, 0)])
    assert usual(piano.codec, [rows]) == {"lengths": [7.0] * 9}


def test_notes_that_are_left_out_are_counted(chorales, tmp_path):
    midi = midi_of(melody_notes([72, 74, 76, 77]))
    chord = [Note(80, pitch, 0.0, 2.0) for pitch in (48, 52, 55, 60)]
    midi.instruments[0].notes += chord
    with pytest.warns(UserWarning, match=r"Left out 50% of the notes.*\[1, 1, 1, 1\]"):
        pieces_of(chorales.codec, [midi], chorales.preprocessor["voices"])


@pytest.mark.parametrize("like", REPRESENTATIONS)
def test_after_a_training_pieces_are_as_long_as_those_learnt_from(like):
    pipe = pipeline("music", False, like=like, embedding=8, units=16, layers=1, seed=1)
    own = primer_for(pipe)
    pipe.fit([own] * 2, epochs=1)
    assert set(pipe.preprocessor["lengths"]) == {4.0 if like == "pop_piano" else 2}
    assert pipe.generate(seed=1).seconds == pytest.approx(own.seconds, abs=2.5)
