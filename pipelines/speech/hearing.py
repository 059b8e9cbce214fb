"""What the network hears: log-mel spectra, levelled, several side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from rnnapps.data.log_mel import LogMel, LogMelStream, MelSpec
from rnnapps.errors import InputError
from rnnapps.pipelines.speech.centring import SILENT, RunningCentre, centred, heard

#: Ways to centre recordings: by the mean of the whole, or by that of what was heard so far.
WHOLE, RUNNING = "whole", "running"


class Hearing:
    """Turns samples into steps for the network: each is some spectra side by side.

    A dense layer over a step is a convolution over time, so that the network has one axis of time
    and reads few steps a second.

    Args:
        settings: `"rate"` of the samples, in Hz; `"mels"`, number of bands; `"side_by_side"`,
            spectra of a step; `"stride"`, spectra from one step to the next; `"mean"` and
            `"deviation"` of each band; `"centred"`, by what mean each recording is centred:
            `"whole"`, its own, `"running"`, that of what was heard so far, as a stream has no
            whole, or none.

    Attributes:
        rate: rate of the samples, in Hz.
        stride: samples from one step to the next.
        nats: nats of power that are one levelled, in the mean over the bands.

    Raises:
        InputError: If recordings are to be centred in another way.

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
        self.centred = settings.get("centred")
        if self.centred not in (None, WHOLE, RUNNING):
            raise InputError(
                f"Expected centred to be {WHOLE!r}, {RUNNING!r} or None. Received: "
                f"centred={self.centred!r}."
            )
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
        return self.steps(self.centre(self.spectra(samples)))

    def spectra(self, samples: np.ndarray) -> np.ndarray:
        """Turns samples into levelled spectra, of shape `(frames, mels)`."""
        return self.levelled(self._transform(samples))

    def recording(self, samples: np.ndarray) -> np.ndarray:
        """Gives the levelled spectra of a whole recording, with the silence behind its end."""
        return self.spectra(np.pad(samples, (0, self.reach)))

    def levelled(self, spectra: np.ndarray) -> np.ndarray:
        """Brings log-mel spectra to mean 0 and deviation 1."""
        return (spectra - self._mean) * self._scale

    def centre(self, levelled: np.ndarray) -> np.ndarray:
        """Takes their mean from the spectra of a recording, if that is set; silence stays."""
        if self.centred == RUNNING:
            return RunningCentre(self.spec.mels, self.nats).feed(levelled)
        if self.centred == WHOLE and len(levelled):
            loudest = (levelled / self._scale + self._mean).mean(axis=1).max()
            return centred(levelled, self.nats) if loudest > SILENT else levelled
        return levelled

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
        running = hearing.centred == RUNNING
        self._centre = RunningCentre(hearing.spec.mels, hearing.nats) if running else None
        self._rest = np.zeros((0, hearing.spec.mels), np.float32)

    def feed(self, samples: np.ndarray) -> np.ndarray:
        """Takes samples of shape `(samples,)`; gives the steps that are now whole."""
        hearing = self._hearing
        spectra = hearing.levelled(self._spectra.feed(samples))
        if self._centre is not None:
            spectra = self._centre.feed(spectra)
        self._rest = np.concatenate([self._rest, spectra])
        steps = hearing.steps(self._rest)
        self._rest = self._rest[len(steps) * hearing._step :]
        return steps


def unlevelled(
    mels: int = 64,
    side_by_side: int = 11,
    stride: int = 3,
    rate: int = 16_000,
    centred: str | None = None,
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
        that was put behind and, where recordings are centred, those that are faint.
    """
    hearing = Hearing(settings)
    behind = hearing.reach // hearing.spec.hop
    count, total, squares = 0, 0.0, 0.0
    for each in spectra:
        values = each[:-behind].astype(np.float64)
        if hearing.centred and len(values):
            values = values[heard(values)]
        count, total = count + len(values), total + values.sum(axis=0)
        squares = squares + (values**2).sum(axis=0)
    mean = np.asarray(total) / max(count, 1)
    deviation = np.sqrt(np.maximum(np.asarray(squares) / max(count, 1) - mean**2, 1e-4))
    return {**settings, "mean": mean.round(4).tolist(), "deviation": deviation.round(4).tolist()}
