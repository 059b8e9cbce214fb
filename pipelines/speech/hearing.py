"""What the network hears: log-mel spectra, levelled, several side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from rnnapps.data.log_mel import LogMel, LogMelStream, MelSpec

#: Nats of power, 20 dB, below the loudest frames of a recording; what is below them is faint.
FAINT = 4.6
#: Nats of power in the mean over the bands that no frame of a silent recording has; speech has.
SILENT = -18.0


class Hearing:
    """Turns samples into steps for the network: each is some spectra side by side.

    A dense layer over a step is a convolution over time, so that the network has one axis of time
    and reads few steps a second.

    Args:
        settings: `"rate"` of the samples, in Hz; `"mels"`, number of bands; `"side_by_side"`,
            spectra of a step; `"stride"`, spectra from one step to the next; `"mean"` and
            `"deviation"` of each band; `"centred"`, whether the mean of each whole recording is
            taken from it, so that rooms and microphones count less (a stream has no whole).

    Attributes:
        rate: rate of the samples, in Hz.
        stride: samples from one step to the next.
        nats: nats of power that are one levelled, in the mean over the bands.

    Reference: Furui 1981, "Cepstral Analysis Technique for Automatic Speaker Verification",
    section II (centring).

    Example:
    >>> import numpy as np
    >>> from rnnapps.pipelines.speech.hearing import Hearing, unlevelled
    >>> hearing = Hearing(unlevelled(mels=40, side_by_side=11, stride=3))
    >>> hearing(np.zeros(16_000, np.float32)).shape
    (29, 440)
    """

    def __init__(self, settings: Mapping[str, Any]):
        self.rate = settings["rate"]
        window = self.rate // 40
        size = 1 << (window - 1).bit_length()
        self.spec = MelSpec(self.rate, settings["mels"], window, self.rate // 100, size)
        self._together, self._step = settings["side_by_side"], settings["stride"]
        self.stride = self._step * self.spec.hop
        self._mean = np.array(settings["mean"], np.float32)
        self._scale = 1 / np.array(settings["deviation"], np.float32)
        self.nats = float(np.mean(settings["deviation"]))
        self.centred = bool(settings.get("centred"))
        self._transform = LogMel(self.spec)

    @property
    def reach(self) -> int:
        """The samples of one step, and of the silence behind the end of a recording."""
        return (self._together - 1) * self.spec.hop + self.spec.size

    def second(self, step: int) -> float:
        """Gives the second at which the middle of a step begins."""
        return (step * self.stride + (self.reach - self.stride) / 2) / self.rate

    def __call__(self, samples: np.ndarray) -> np.ndarray:
        """Turns samples of shape `(samples,)` into steps of shape `(steps, features)`."""
        return self.steps(self.spectra(samples))

    def spectra(self, samples: np.ndarray) -> np.ndarray:
        """Turns samples into levelled spectra, of shape `(frames, mels)`."""
        return self.levelled(self._transform(samples))

    def recording(self, samples: np.ndarray) -> np.ndarray:
        """Gives the levelled spectra of a whole recording, with the silence behind its end."""
        return self.spectra(np.pad(samples, (0, self.reach)))

    def levelled(self, spectra: np.ndarray) -> np.ndarray:
        """Brings the log-mel spectra of a whole recording to mean 0 and deviation 1."""
        scaled = self._scaled(spectra)
        if self.centred and len(spectra) and spectra.mean(axis=1).max() > SILENT:
            return self.centre(scaled)
        return scaled

    def _scaled(self, spectra: np.ndarray) -> np.ndarray:
        return (spectra - self._mean) * self._scale

    def centre(self, levelled: np.ndarray) -> np.ndarray:
        """Takes the mean over the frames that are not faint from spectra, where that is set."""
        if not self.centred:
            return levelled
        loud = levelled.mean(axis=1)
        heard = loud >= np.quantile(loud, 0.95) - FAINT / self.nats
        mean = levelled.mean(axis=0, dtype=np.float64, where=heard[:, None])
        return levelled - mean.astype(np.float32)

    @property
    def features(self) -> int:
        """The width of a step."""
        return self._together * self.spec.mels

    def count(self, frames: int) -> int:
        """Tells how many steps spectra give."""
        return max(0, 1 + (frames - self._together) // self._step)

    def steps(self, spectra: np.ndarray) -> np.ndarray:
        """Puts levelled spectra side by side, in steps of shape `(steps, features)`, a view."""
        flat = np.ascontiguousarray(spectra).ravel()
        if len(flat) < self.features:
            return np.zeros((0, self.features), flat.dtype)
        return sliding_window_view(flat, self.features)[:: self._step * self.spec.mels]

    def stream(self) -> HearingStream:
        """Hears samples that come bit by bit."""
        return HearingStream(self)


class HearingStream:
    """Turns samples that come bit by bit into the same steps.

    Args:
        hearing: How they are heard.
    """

    def __init__(self, hearing: Hearing):
        self._hearing = hearing
        self._spectra = LogMelStream(hearing._transform)
        self._rest = np.zeros((0, hearing.spec.mels), np.float32)

    def feed(self, samples: np.ndarray) -> np.ndarray:
        """Takes samples of shape `(samples,)`; gives the steps that are now whole."""
        hearing = self._hearing
        heard = hearing._scaled(self._spectra.feed(samples))
        self._rest = np.concatenate([self._rest, heard])
        steps = hearing.steps(self._rest)
        self._rest = self._rest[len(steps) * hearing._step :]
        return steps


def unlevelled(
    mels: int = 64,
    side_by_side: int = 11,
    stride: int = 3,
    rate: int = 16_000,
    centred: bool = False,
) -> dict[str, Any]:
    """Gives settings of `Hearing` that leave spectra as they are."""
    return {
        "rate": rate,
        "mels": mels,
        "side_by_side": side_by_side,
        "stride": stride,
        "mean": [0.0] * mels,
        "deviation": [1.0] * mels,
        "centred": centred,
    }


def levels(settings: Mapping[str, Any], spectra: Iterable[np.ndarray]) -> dict[str, Any]:
    """Measures the levels of speech.

    Args:
        settings: As `unlevelled` gives them.
        spectra: Log-mel spectra of whole recordings, of shape `(frames, mels)`, as
            `Hearing.recording` gives them.

    Returns:
        The settings with mean and deviation of each band over all frames but those of the silence
        that was put behind.
    """
    hearing = Hearing(settings)
    behind = hearing.reach // hearing.spec.hop
    count, total, squares = 0, 0.0, 0.0
    for each in spectra:
        values = each[:-behind].astype(np.float64)
        count, total = count + len(values), total + values.sum(axis=0)
        squares = squares + (values**2).sum(axis=0)
    mean = np.asarray(total) / max(count, 1)
    deviation = np.sqrt(np.maximum(np.asarray(squares) / max(count, 1) - mean**2, 1e-4))
    return {**settings, "mean": mean.round(4).tolist(), "deviation": deviation.round(4).tolist()}
