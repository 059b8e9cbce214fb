"""Recordings as they might have been: faster, of another voice, louder, in noise, with gaps."""

from __future__ import annotations

import numpy as np

from rnnapps.data.log_mel import MelSpec, hertz, mel
from rnnapps.pipelines.speech.hearing import Hearing

#: Most that the tempo, and the frequencies of a voice, are stretched or squeezed.
TEMPO, VOICE = 0.12, 0.1
#: How much louder a recording is made, in nats of power.
LOUDER = (-3.0, 2.0)
#: Share of the recordings that get noise, and how far below the speech it is, in nats of power.
NOISY, BELOW = 0.5, (1.0, 7.0)
#: Mean and deviation of the logarithm of noise's power in a band, about that of its mean.
WAVERS = (-0.18, 0.63)
#: Numbers of gaps in time and in bands; frames and share of the bands of a gap at most.
TIME_GAPS, BAND_GAPS = 2, 2
TIME_GAP, BAND_GAP, GAP_SHARE = 40, 0.2, 0.1


def varied(
    spectra: np.ndarray, hearing: Hearing, rng: np.random.Generator, strength: float = 1.0
) -> np.ndarray:
    """Varies the log-mel spectra of a recording.

    Args:
        spectra: Levelled spectra of shape `(frames, mels)`, mean 0 and deviation 1.
        hearing: What heard them.
        rng: Source of chance.
        strength: Share of all that may be varied.

    Returns:
        Spectra of shape `(frames, mels)`, of other length.

    Reference: Ko et al. 2015, "Audio Augmentation for Speech Recognition" (tempo); Jaitly and
    Hinton 2013, "Vocal Tract Length Perturbation improves speech recognition" (voice); Park et al.
    2019, "SpecAugment", arXiv:1904.08779, section 2 (gaps, with the mean in place of zero power).
    """
    spectra = stretched(spectra, 1 + strength * rng.uniform(-TEMPO, TEMPO))
    spectra = warped(spectra, 1 + strength * rng.uniform(-VOICE, VOICE), hearing.spec)
    spectra = spectra + np.float32(strength * rng.uniform(*LOUDER) / hearing.nats)
    if rng.random() < strength * NOISY:
        spectra = in_noise(spectra, hearing.nats, rng)
    return with_gaps(hearing.centre(spectra), rng, strength)


def stretched(spectra: np.ndarray, factor: float) -> np.ndarray:
    """Gives spectra as many times as long, by linear interpolation."""
    length = len(spectra)
    places = np.linspace(0, length - 1, max(1, round(length * factor)))
    return _between(spectra, places, axis=0)


def warped(spectra: np.ndarray, factor: float, spec: MelSpec) -> np.ndarray:
    """Divides all frequencies by a factor, as a longer vocal tract would; the bands stay."""
    width = mel(np.array(spec.rate / 2)) / (spec.mels + 1)
    centres = hertz(width * np.arange(1, spec.mels + 1))
    places = mel(centres * factor) / width - 1
    return _between(spectra, np.clip(places, 0, spec.mels - 1), axis=1)


def in_noise(spectra: np.ndarray, nats: float, rng: np.random.Generator) -> np.ndarray:
    """Adds steady noise of some colour, which fluctuates as the power of noise does."""
    frames, bands = spectra.shape
    loud = np.quantile(spectra.mean(axis=1), 0.9)
    colour = rng.uniform(-1, 1) * np.linspace(-1, 1, bands, dtype=np.float32)
    wavers = WAVERS[0] + WAVERS[1] * rng.standard_normal((frames, bands), np.float32)
    noise = nats * (np.float32(loud) + colour) - np.float32(rng.uniform(*BELOW)) + wavers
    return np.logaddexp(nats * spectra, noise).astype(np.float32) / np.float32(nats)


def with_gaps(spectra: np.ndarray, rng: np.random.Generator, strength: float = 1.0) -> np.ndarray:
    """Blanks some stretches of time and some bands."""
    spectra = spectra.copy()
    frames, bands = spectra.shape
    for _ in range(TIME_GAPS):
        width = int(strength * rng.integers(0, min(TIME_GAP, int(GAP_SHARE * frames)) + 1))
        begin = int(rng.integers(0, frames - width + 1))
        spectra[begin : begin + width] = 0
    for _ in range(BAND_GAPS):
        width = int(strength * rng.integers(0, int(BAND_GAP * bands) + 1))
        begin = int(rng.integers(0, bands - width + 1))
        spectra[:, begin : begin + width] = 0
    return spectra


def _between(spectra: np.ndarray, places: np.ndarray, axis: int) -> np.ndarray:
    low = np.floor(places).astype(int)
    high = np.minimum(low + 1, spectra.shape[axis] - 1)
    share = (places - low).astype(np.float32)
    share = share[:, None] if axis == 0 else share
    first, second = spectra.take(low, axis=axis), spectra.take(high, axis=axis)
    return first + (second - first) * share
