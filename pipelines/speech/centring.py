"""The mean of the speech is taken from it, so that rooms and microphones count less."""

from __future__ import annotations

import numpy as np

#: Nats of power, 20 dB, below the loudest frames of a recording; what is below them is faint.
FAINT = 4.6
#: Share of the frames that are the loudest, and how many they are at most, as much may be silence.
LOUDEST, MOST_LOUD = 0.05, 150
#: Nats of power in the mean over the bands that no frame of a silent recording has; speech has.
SILENT = -18.0
#: Nats of power below speech of average loudness at which a frame no longer counts, and the power
#: with which it counts more the louder it is.
UNHEARD, GROWTH = 8.0, 2
#: Frames of average speech for which its mean in training counts at first, and the most for which
#: what was heard counts, so that a new room is got used to.
FIRST, MOST = 30.0, 1200.0


def heard(spectra: np.ndarray, nats: float = 1.0) -> np.ndarray:
    """Tells which frames of a recording are not faint.

    Args:
        spectra: Log-mel spectra of shape `(frames, mels)`.
        nats: Nats of power that are one in them.

    Returns:
        bool of shape `(frames,)`.
    """
    loud = spectra.mean(axis=1)
    share = min(LOUDEST, MOST_LOUD / len(loud))
    return loud >= np.quantile(loud, 1 - share) - FAINT / nats


def centred(spectra: np.ndarray, nats: float) -> np.ndarray:
    """Takes from a whole recording the mean over its frames that are not faint.

    Args:
        spectra: Levelled spectra of shape `(frames, mels)`.
        nats: Nats of power that are one in them.

    Returns:
        Spectra of the same shape.

    Reference: Furui 1981, "Cepstral Analysis Technique for Automatic Speaker Verification",
    section II.
    """
    mean = spectra.mean(axis=0, dtype=np.float64, where=heard(spectra, nats)[:, None])
    return spectra - mean.astype(np.float32)


class RunningCentre:
    """Takes from speech that comes bit by bit the mean of what was heard so far.

    A frame counts the more the louder it is, and one of a pause hardly, so that the mean stays
    that of speech. It is the same for any bits.

    Args:
        mels: Number of bands.
        nats: Nats of power that are one in the spectra; 0 is the mean of speech in them.

    Reference: Viikki and Laurila 1998, "Cepstral domain segmental feature vector normalization
    for noise robust speech recognition" (means as speech comes).

    Example:
    >>> import numpy as np
    >>> from rnnapps.pipelines.speech.centring import RunningCentre
    >>> loud = np.ones((2000, 40), np.float32)
    >>> RunningCentre(40, nats=1.0).feed(loud)[[0, 100, -1], 0].round(2)
    array([0.96, 0.19, 0.01], dtype=float32)
    """

    def __init__(self, mels: int, nats: float):
        self._nats = nats
        self._mean = np.zeros(mels)
        self._count = FIRST

    def feed(self, spectra: np.ndarray) -> np.ndarray:
        """Takes levelled spectra of shape `(frames, mels)`; gives them centred."""
        loud = self._nats * spectra.mean(axis=1, dtype=np.float64)
        weights = np.maximum(0, 1 + loud / UNHEARD) ** GROWTH
        found = np.empty_like(spectra)
        for frame, (values, weight) in enumerate(zip(spectra, weights.tolist(), strict=True)):
            self._count = min(self._count + weight, MOST)
            self._mean += (weight / self._count) * (values - self._mean)
            found[frame] = values - self._mean
        return found
