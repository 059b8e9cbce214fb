import numpy as np
import pytest

from rnnapps.data.grid import Grid
from rnnapps.data.voices import VoicesCodec
from rnnapps.pipelines.music.baseline import markov_nats


def test_a_chain_leans_on_the_frequencies_where_it_has_seen_little():
    codec = VoicesCodec(((60, 61),), max_shift=1, keys=False)
    nats = markov_nats(codec, [Grid([[60]])], [Grid([[60]])])
    assert codec.size == 6  # ON, SHIFT and END come once each, START, OFF and the other ON never
    chance = (1 + 10 * 2 / (3 + 6)) / (1 + 10)
    assert nats["nats_per_event"] == pytest.approx(-np.log(chance))
    assert nats["nats_per_note"] == nats["nats_per_step"] == pytest.approx(-3 * np.log(chance))
