"""Pipelines that the tests of music share; none of them trains or changes them."""

import numpy as np
import pytest

from rnnapps import pipeline
from rnnapps.data.grid import Grid
from rnnapps.data.midi import notes_array
from rnnapps.pipelines.music.representation import song_of

REPRESENTATIONS = ("bach_chorales", "folk_tunes", "pop_piano")


@pytest.fixture(scope="session")
def untrained():
    """A small network by representation: what the grammar promises holds for any weights."""
    small = {"embedding": 8, "units": 16, "layers": 1, "seed": 1}
    return {like: pipeline("music", False, like=like, **small) for like in REPRESENTATIONS}


@pytest.fixture(params=REPRESENTATIONS)
def any_music(request, untrained):
    return untrained[request.param]


@pytest.fixture
def primer(any_music):
    """A song of two bars, of 5.7 or 4 seconds, all voices of which sound."""
    return primer_for(any_music)


def primer_for(pipe, tempo=None):
    """The same for one pipeline."""
    if pipe.codec.kind == "performance":
        rows = [(0, 1, 60, 66, 0), (0, 2, 64, 66, 0), (1.5, 3, 67, 82, 0), (2, 4, 72, 82, 0)]
        return song_of(notes_array(rows), pipe.preprocessor)
    beats, steps = pipe.codec.bars[0]
    chords = np.array([[72, 48, 52, 55, 60], [74, 50, 53, 57, 62], [76, 48, 55, 60, 64]])
    if len(pipe.codec.ranges) == 4:
        chords = np.array([[72, 67, 60, 48], [71, 67, 62, 43], [72, 64, 60, 48]])
    pitches = chords[[0, 1, 0, 2, 1, 0, 1, 2]][: 2 * beats].repeat(steps, axis=0)
    return song_of(Grid(pitches, None, steps, beats, 0), pipe.preprocessor, tempo)


@pytest.fixture
def chorales(untrained):
    return untrained["bach_chorales"]


@pytest.fixture
def piano(untrained):
    return untrained["pop_piano"]


@pytest.fixture(scope="session")
def trained():
    """The shipped preset, for what only a trained network can do."""
    return pipeline("music")
