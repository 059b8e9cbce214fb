"""Log-mel spectra: what a recogniser of speech hears, the same of a whole file and of a stream."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

#: Power below which nothing is heard.
FLOOR = 1e-10
#: Frames that are computed at once, which bounds the memory.
TOGETHER = 2000


class MelSpec(NamedTuple):
    """The settings of log-mel spectra.

    Attributes:
        rate: rate of the samples, in Hz.
        mels: number of mel bands.
        window: length of the window, in samples.
        hop: samples from one frame to the next.
        size: samples of a Fourier transform, in whose middle the window stands.
    """

    rate: int = 16_000
    mels: int = 80
    window: int = 400
    hop: int = 160
    size: int = 512

    def frames(self, samples: int) -> int:
        """Tells how many frames samples give."""
        return max(0, 1 + (samples - self.size) // self.hop)


class LogMel:
    """Turns samples into the logarithms of their power in mel bands.

    Args:
        spec: The settings.

    Reference: Davis and Mermelstein 1980, "Comparison of Parametric Representations for
    Monosyllabic Word Recognition"; the mel scale and the height of the bands are those of Slaney
    1998, "Auditory Toolbox", as in librosa.

    Example:
    >>> import numpy as np
    >>> from rnnapps.data.log_mel import LogMel, MelSpec
    >>> LogMel(MelSpec())(np.zeros(16_000, np.float32)).shape
    (97, 80)
    """

    def __init__(self, spec: MelSpec):
        self.spec = spec
        self._bands = mel_bands(spec)
        shape = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(spec.window) / spec.window)
        before = (spec.size - spec.window) // 2
        after = spec.size - spec.window - before
        self._window = np.pad(shape, (before, after)).astype(np.float32)

    def __call__(self, samples: np.ndarray) -> np.ndarray:
        """Turns samples into spectra; frame i begins at sample i times the hop.

        Args:
            samples: float32 of shape `(samples,)`, from -1 to 1.

        Returns:
            float32 of shape `(frames, mels)`, natural logarithms.
        """
        from scipy.fft import rfft

        spec = self.spec
        count = spec.frames(len(samples))
        found = np.empty((count, spec.mels), np.float32)
        for first in range(0, count, TOGETHER):
            end = min(first + TOGETHER, count)
            part = samples[first * spec.hop : (end - 1) * spec.hop + spec.size]
            frames = np.lib.stride_tricks.sliding_window_view(part, spec.size)[:: spec.hop]
            power = np.abs(rfft(frames * self._window, axis=1)) ** 2
            found[first:end] = np.log(np.maximum(power @ self._bands, FLOOR))
        return found


class LogMelStream:
    """Turns samples that come bit by bit into the same spectra.

    Args:
        transform: The transform.

    Example:
    >>> import numpy as np
    >>> from rnnapps.data.log_mel import LogMel, LogMelStream, MelSpec
    >>> stream = LogMelStream(LogMel(MelSpec()))
    >>> [len(stream.feed(np.zeros(400, np.float32))) for _ in range(4)]
    [0, 2, 3, 2]
    """

    def __init__(self, transform: LogMel):
        self._transform = transform
        self._rest = np.zeros(0, np.float32)

    def feed(self, samples: np.ndarray) -> np.ndarray:
        """Takes samples of shape `(samples,)`; gives the frames that are now whole."""
        self._rest = np.concatenate([self._rest, samples.astype(np.float32)])
        found = self._transform(self._rest)
        self._rest = self._rest[len(found) * self._transform.spec.hop :]
        return found


def mel_bands(spec: MelSpec) -> np.ndarray:
    """Gives the bands: triangles evenly spaced in mel, each of the same area.

    Args:
        spec: The settings.

    Returns:
        float32 of shape `(size // 2 + 1, mels)`.
    """
    edges = hertz(np.linspace(0, mel(np.array(spec.rate / 2)), spec.mels + 2))
    bins = np.linspace(0, spec.rate / 2, spec.size // 2 + 1)[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    heights = 2 / (edges[2:] - edges[:-2])
    return (np.maximum(0, np.minimum(rising, falling)) * heights).astype(np.float32)


#: The mel scale is linear below this, with as many Hz for a mel, and grows by a factor above.
_CORNER, _STEP, _GROWTH = 1000.0, 200 / 3, np.log(6.4) / 27


def mel(frequency: np.ndarray) -> np.ndarray:
    """Gives mels of frequencies in Hz."""
    above = _CORNER / _STEP + np.log(np.maximum(frequency, _CORNER) / _CORNER) / _GROWTH
    return np.where(frequency < _CORNER, frequency / _STEP, above)


def hertz(mels: np.ndarray) -> np.ndarray:
    """Gives frequencies in Hz of mels."""
    above = _CORNER * np.exp(_GROWTH * (mels - _CORNER / _STEP))
    return np.where(mels < _CORNER / _STEP, mels * _STEP, above)
