"""A picture of what was heard: the sound, the letters that it was taken for, and the words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnapps.decoding.ctc import BLANK
from rnnapps.figures import blank
from rnnapps.pipelines.speech.hearing import Hearing
from rnnapps.pipelines.speech.spelling import SPACE, Alphabet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Inches that a second takes, the width at least, and the height.
INCHES, WIDTH, HEIGHT = 2.0, 6.0, 6.0
#: What stands for CTC's blank, and for the blank between words.
NONE, BETWEEN = "∅", "␣"


def draw(
    spectra: np.ndarray,
    log_probs: np.ndarray,
    transcript: Mapping[str, Any],
    hearing: Hearing,
    alphabet: Alphabet,
) -> Figure:
    """Draws a recording as it was heard.

    Args:
        spectra: Its log-mel spectra, of shape `(frames, mels)`.
        log_probs: Log-probabilities of shape `(steps, symbols)`.
        transcript: The words with their times.
        hearing: What turned the sound into steps.
        alphabet: The symbols.

    Returns:
        The figure; a notebook shows it.
    """
    seconds = len(spectra) * hearing.spec.hop / hearing.rate
    figure = blank(figsize=(max(WIDTH, INCHES * seconds), HEIGHT), layout="constrained", dpi=80)
    sound, letters = figure.subplots(2, sharex=True, height_ratios=(2, 3))
    middle = hearing.spec.size / 2 / hearing.rate
    sound.imshow(
        spectra.T,
        origin="lower",
        aspect="auto",
        extent=(middle, middle + seconds, 0, spectra.shape[1]),
        cmap="magma",
    )
    sound.set(ylabel="mel band", title=transcript["text"])
    begin, end = hearing.second(0), hearing.second(len(log_probs))
    names = [NONE, *(BETWEEN if each == SPACE else each for each in alphabet.letters)]
    letters.imshow(
        np.exp(log_probs.T),
        aspect="auto",
        extent=(begin, end, len(names) - 0.5, BLANK - 0.5),
        cmap="Blues",
        vmin=0,
        vmax=1,
        interpolation="nearest",
    )
    letters.set_yticks(range(len(names)), names, fontsize=7)
    letters.set(xlabel="seconds", ylabel="probability of each letter", xlim=(0, end))
    for word in transcript["chunks"]:
        first, last = word["timestamp"]
        for axes in (sound, letters):
            axes.axvspan(first, last, alpha=0.15, color="tab:green", lw=0)
        sound.text((first + last) / 2, 1, word["text"], color="white", ha="center", va="bottom")
    return figure
