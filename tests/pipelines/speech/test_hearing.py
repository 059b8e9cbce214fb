"""What is heard of sound, in any pieces, and as it might have been."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnapps.data.log_mel import hertz, mel
from rnnapps.errors import InputError
from rnnapps.pipelines.speech import variation
from rnnapps.pipelines.speech.hearing import RUNNING, WHOLE, Hearing, levels, unlevelled

SAMPLES = np.random.default_rng(0).normal(size=20_000, scale=0.1).astype(np.float32)
HEARING = Hearing(unlevelled(mels=20, side_by_side=5, stride=3))
SPECTRA = HEARING.spectra(SAMPLES)


def measured(**options):
    plain = unlevelled(mels=20, **options)
    return levels(plain, [Hearing(plain).recording(SAMPLES)])


def test_a_step_is_some_spectra_side_by_side():
    steps = HEARING(SAMPLES)
    assert steps.shape == (HEARING.count(len(SPECTRA)), HEARING.features)
    np.testing.assert_array_equal(steps[4].reshape(5, 20), SPECTRA[12:17])


def test_levels_bring_each_band_to_mean_0_and_deviation_1():
    hearing = Hearing(unlevelled(mels=20))
    whole = [hearing.recording(part) for part in (SAMPLES[:8000], SAMPLES[8000:])]
    behind = hearing.reach // hearing.spec.hop
    levelled = Hearing(levels(unlevelled(mels=20), whole)).levelled(
        np.concatenate([part[:-behind] for part in whole])
    )
    np.testing.assert_allclose(levelled.mean(axis=0), 0, atol=0.01)
    np.testing.assert_allclose(levelled.std(axis=0), 1, atol=0.01)


def test_a_centred_recording_is_the_same_through_any_microphone_and_with_silence_around():
    hearing = Hearing(unlevelled(mels=20, centred=WHOLE))
    found = hearing.centre(SPECTRA)
    microphone = np.linspace(-3, 2, 20, dtype=np.float32)
    np.testing.assert_allclose(hearing.centre(SPECTRA + microphone), found, atol=1e-4)
    silent = np.pad(SPECTRA, ((200, 200), (0, 0)), constant_values=-20)
    np.testing.assert_allclose(hearing.centre(silent)[200:-200], found, atol=0.05)
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-4)
    rare = np.pad(np.tile(SPECTRA, (2, 1)), ((9000, 0), (0, 0)), constant_values=-23)
    np.testing.assert_allclose(hearing.centre(rare)[-len(found) :], found, atol=0.05)
    nothing = np.full((50, 20), -23.0, np.float32)
    np.testing.assert_array_equal(hearing.centre(nothing), nothing)  # silence stays silent


def test_a_running_centre_gets_used_to_a_microphone_and_keeps_to_it_through_pauses():
    hearing = Hearing(measured(centred=RUNNING))
    speech = np.tile(hearing.levelled(SPECTRA), (5, 1))
    microphone = np.linspace(-0.6, 0.4, 20, dtype=np.float32)
    here, there = hearing.centre(speech), hearing.centre(speech + microphone)
    np.testing.assert_allclose(there[0] - here[0], microphone, atol=0.05)
    np.testing.assert_allclose(there[-100:], here[-100:], atol=0.05)
    for below, frames, moved in ((14, 6000, 0.0), (6, 1000, 0.6)):  # nats: silence, then a room
        pause = np.full((frames, 20), -below / hearing.nats, np.float32)
        later = hearing.centre(np.concatenate([speech, pause, speech]))[-len(speech) :]
        far = hearing.nats * np.abs(later[0] - here[-len(SPECTRA)]).max()
        assert far < moved + 0.05
    silent = np.full((500, 20), -14 / hearing.nats, np.float32)
    np.testing.assert_array_equal(hearing.centre(silent), silent)


def test_ways_to_centre_that_there_are_not_are_told():
    with pytest.raises(InputError, match="centred to be 'whole', 'running' or None"):
        Hearing(unlevelled(centred="so far"))


@given(st.lists(st.integers(0, 4000), min_size=1, max_size=10))
@settings(max_examples=25, deadline=None)
def test_a_stream_hears_the_same_steps_in_any_pieces(sizes):
    ends = np.minimum(np.cumsum(sizes), len(SAMPLES))
    hearing = Hearing(measured(centred=RUNNING))
    stream = hearing.stream()
    found = [stream.feed(piece) for piece in np.split(SAMPLES[: ends[-1]], ends[:-1])]
    np.testing.assert_allclose(np.concatenate(found), hearing(SAMPLES[: ends[-1]]), atol=1e-5)


def test_at_half_the_rate_the_same_is_heard_of_low_frequencies():
    times = np.arange(16_000) / 16_000
    sound = (0.3 * np.sin(2 * np.pi * 800 * times)).astype(np.float32)
    half = Hearing(unlevelled(mels=20, rate=8000))
    assert half.spec == (8000, 20, 200, 80, 256)
    heard = half.spectra(sound[::2])
    assert len(heard) == len(Hearing(unlevelled()).spectra(sound))
    edges = np.linspace(0, mel(np.array(4000.0)), 22)
    assert hertz(edges[heard[50].argmax()]) < 800 < hertz(edges[heard[50].argmax() + 2])


def test_a_second_is_where_its_step_is():
    tone = np.zeros(32_000, np.float32)
    tone[16_000:16_160] = 0.5
    loudest = HEARING(tone).reshape(-1, 5, 20).mean(axis=2)[:, 2].argmax()
    assert abs((HEARING.second(loudest) + HEARING.second(loudest + 1)) / 2 - 1.005) < 0.03


def test_a_variation_is_the_same_for_the_same_seed_and_keeps_the_bands():
    one, again, other = (
        variation.varied(SPECTRA, HEARING, np.random.default_rng(s)) for s in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, again)
    assert one.shape != other.shape or not np.array_equal(one, other)
    assert one.shape[1] == SPECTRA.shape[1] and np.isfinite(one).all()
    assert abs(len(one) / len(SPECTRA) - 1) <= variation.TEMPO + 0.01


def test_a_weak_variation_stays_nearer_and_none_changes_nothing():
    def far(strength):
        rng = np.random.default_rng(3)
        found = variation.varied(SPECTRA, HEARING, rng, strength)
        length = min(len(found), len(SPECTRA))
        return np.abs(found[:length] - SPECTRA[:length]).mean()

    assert far(0.0) < 1e-5 < 2 * far(0.3) < far(1.0)


def test_stretching_and_warping_move_what_is_there():
    ramp = np.tile(np.arange(20, dtype=np.float32), (30, 1))
    assert variation.stretched(ramp, 1.5).shape == (45, 20)
    centres = hertz(mel(np.array(8000.0)) / 21 * np.arange(1, 21))
    tilted = np.tile(centres.astype(np.float32), (30, 1))
    warped = variation.warped(tilted, 1.1, HEARING.spec)[0]
    inside = centres * 1.1 < centres[-1]
    np.testing.assert_allclose(warped[inside], 1.1 * centres[inside], rtol=0.01)
    np.testing.assert_allclose(variation.warped(ramp, 1.0, HEARING.spec), ramp, atol=1e-5)


def test_noise_fills_what_is_quiet_and_leaves_what_is_loud():
    levelled = np.where(np.arange(200)[:, None] % 4 == 0, 2.0, -3.0) * np.ones((200, 20))
    noisy = variation.in_noise(levelled, 3.0, np.random.default_rng(0))
    assert (noisy >= levelled - 1e-5).all()
    rise = noisy - levelled
    assert rise[1::4].mean() > 5 * rise[::4].mean()


def test_gaps_are_few():
    full = np.ones((400, 20), np.float32)
    times = bands = 0
    for seed in range(20):
        gaps = variation.with_gaps(full, np.random.default_rng(seed)) == 0
        assert gaps.mean() < 0.6 and full.all()
        times, bands = times + gaps.all(axis=1).any(), bands + gaps.all(axis=0).any()
    assert min(times, bands) > 15
