"""Sound as one row of samples: from files, bytes and arrays of any rate and number of channels."""

from __future__ import annotations

import io
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from rnnapps.errors import InputError

#: Channels that a recording has at most; an array with more has its axes the other way round.
CHANNELS = 16
#: Samples of each channel that are decoded at once.
BLOCK = 2**20
#: A float sample above which the scale must be another one.
LOUDEST = 16.0
FORMS = (
    "sound: a path, the bytes of a file, or samples with their rate in Hz, as "
    '{"raw": array, "sampling_rate": 16000}'
)


def read_audio(source: Any, rate: int) -> np.ndarray:
    """Reads sound, mixes its channels and brings it to a rate.

    Args:
        source: A path, the bytes of a file that libsndfile reads (WAV, FLAC, Ogg, MP3 and more) or
            an open one, or a dict of samples, `"raw"` or `"array"`, and their rate in Hz,
            `"sampling_rate"`. Samples have the shape `(samples,)` or `(channels, samples)`; floats
            from -1 to 1, or integers that fill their type.
        rate: Rate that is wanted, in Hz.

    Returns:
        float32 samples of shape `(samples,)`.

    Raises:
        InputError: If it is none of these, empty, or holds what is no number.

    Example:
    >>> import numpy as np
    >>> from rnnapps.data.audio import read_audio
    >>> stereo = np.zeros((2, 8000), np.int16)
    >>> read_audio({"raw": stereo, "sampling_rate": 8000}, rate=16_000).shape
    (16000,)
    """
    samples, own = _samples(source)
    if samples.size == 0:
        raise InputError(f"Expected {FORMS}. Received: no samples at all.")
    if not np.isfinite(samples).all():
        raise InputError("Expected samples that are numbers. Received: NaN or infinite ones.")
    return samples if own == rate else resampled(samples, own, rate)


def resampled(samples: np.ndarray, rate: int, wanted: int) -> np.ndarray:
    """Brings samples to another rate, with a filter against aliases.

    Args:
        samples: float32 of shape `(samples,)`.
        rate: Their rate in Hz.
        wanted: The rate that is wanted, in Hz.

    Returns:
        float32 of shape `(samples,)`, as long in seconds.
    """
    from scipy.signal import resample_poly

    ratio = Fraction(wanted, rate)
    return resample_poly(samples, ratio.numerator, ratio.denominator).astype(np.float32)


def _samples(source: Any) -> tuple[np.ndarray, int]:
    """Gives mixed samples and their rate."""
    if isinstance(source, Mapping) and "sampling_rate" in source:
        for name in ("raw", "array"):
            if name in source:
                return _mixed(source[name]), _checked_rate(source["sampling_rate"])
    if isinstance(source, str | Path):
        if not Path(source).is_file():
            raise InputError(f"Expected {FORMS}. Received: {str(source)!r}, no file.")
        return _decoded(str(source), repr(str(source)))
    if isinstance(source, bytes | bytearray):
        return _decoded(io.BytesIO(source), f"{len(source)} bytes")
    if isinstance(source, io.BufferedIOBase | io.RawIOBase):
        return _decoded(source, "an open file")
    hint = " An array alone does not tell its rate." if isinstance(source, np.ndarray) else ""
    raise InputError(f"Expected {FORMS}. Received: {type(source).__name__}.{hint}")


def _decoded(file: Any, name: str) -> tuple[np.ndarray, int]:
    """Decodes a file bit by bit, so that of several channels there is never more than one."""
    import soundfile

    try:
        with soundfile.SoundFile(file) as opened:
            rate = opened.samplerate
            parts = opened.blocks(BLOCK, dtype="float32", always_2d=True)
            found = np.concatenate([np.zeros(0, np.float32), *(p.mean(axis=1) for p in parts)])
    except (soundfile.SoundFileError, RuntimeError, TypeError) as error:
        raise InputError(
            f"Expected a file of sound that libsndfile reads: WAV, FLAC, Ogg, Opus, MP3, AIFF. "
            f"Received: {name} ({error}). Do convert others first, as by `ffmpeg -i talk.m4a "
            "talk.wav`."
        ) from error
    return found, rate


def _mixed(array: Any) -> np.ndarray:
    try:
        array = np.asarray(array)
    except ValueError as error:
        raise InputError(
            f"Expected samples of shape (samples,) or (channels, samples). Received: {error}."
        ) from error
    if array.dtype.kind in "iu" and array.dtype.itemsize == 8:
        raise InputError(
            "Expected integers that fill their type, of 8, 16 or 32 bits, or floats. Received: "
            f"{array.dtype}. Do pass np.array(samples, 'int16'), or divide by the largest value."
        )
    if array.dtype.kind in "iu":
        middle = 0 if array.dtype.kind == "i" else 2 ** (8 * array.dtype.itemsize - 1)
        array = (array.astype(np.float32) - middle) / 2 ** (8 * array.dtype.itemsize - 1)
    if array.dtype.kind != "f" or array.ndim not in (1, 2):
        raise InputError(
            "Expected samples of shape (samples,) or (channels, samples). Received: shape "
            f"{array.shape}, {array.dtype}."
        )
    if array.ndim == 2 and array.shape[0] > CHANNELS:
        raise InputError(
            f"Expected samples of shape (channels, samples). Received: shape {array.shape}, which "
            "has the channels last. Do pass `array.T` instead."
        )
    samples = array.astype(np.float32)
    if samples.size and np.nanmax(np.abs(samples)) > LOUDEST:
        raise InputError(
            f"Expected floats from -1 to 1. Received: one of {np.nanmax(np.abs(samples)):.6g}. Do "
            "divide by the largest value that samples can have."
        )
    return samples.mean(axis=0) if samples.ndim == 2 else samples


def _checked_rate(rate: Any) -> int:
    if not isinstance(rate, int | np.integer) or isinstance(rate, bool) or rate < 1:
        raise InputError(f"Expected a rate in Hz, a whole number. Received: {rate!r}.")
    return int(rate)
