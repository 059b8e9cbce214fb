"""How notes sound together and how voices move: polyphony, dissonance, crossings, parallels."""

from __future__ import annotations

from itertools import combinations

import numpy as np

FIFTH, OCTAVE = 7, 0  # semitones, octaves left out
DISSONANT = (1, 2, 6)  # interval classes


def mean_polyphony(notes: np.ndarray) -> float:
    """Counts the notes that sound at once, on average over the time in which any sounds.

    Args:
        notes: Array of type `NOTE`.

    Returns:
        The mean, at least 1.
    """
    lengths, counts = _sounding(notes)
    sounding = counts.any(axis=1)
    return float(lengths @ counts.sum(axis=1) / lengths[sounding].sum())


def dissonance_ratio(notes: np.ndarray) -> float:
    """Measures how much of the harmony is dissonant.

    Of the time in which two or more notes sound, it is the share in which some two of them
    are a second, a seventh or a tritone apart, octaves left out: interval class 1, 2 or 6,
    those whose consonance Huron finds below the average.

    Args:
        notes: Array of type `NOTE`.

    Returns:
        From 0 to 1; 0 if no two notes sound at once.

    Reference:
        - Huron 1994, "Interval-class content in equally tempered pitch-class sets", Music
          Perception 11(3).
    """
    lengths, counts = _sounding(notes)
    there = counts > 0
    rough = np.zeros(len(lengths), bool)
    for interval in DISSONANT:
        rough |= (there & np.roll(there, interval, axis=1)).any(axis=1)
    together = lengths[counts.sum(axis=1) > 1].sum()
    return float(lengths[rough].sum() / together) if together else 0.0


def voice_crossing_ratio(pitches: np.ndarray) -> float:
    """Measures how often a voice sounds below its lower neighbour.

    Args:
        pitches: int (steps, voices), highest voice first, -1 where silent.

    Returns:
        The share of steps at which any voice does.
    """
    upper, lower = pitches[:, :-1], pitches[:, 1:]
    return float(((upper < lower) & (upper >= 0)).any(axis=1).mean())


def parallels(pitches: np.ndarray, interval: int) -> int:
    """Counts parallel fifths or octaves, which the style of Bach avoids.

    Two voices are parallel where both move at the same step, in the same direction, from the
    interval to the same interval, octaves left out (a twelfth is a fifth, a unison an octave).

    Args:
        pitches: int (steps, voices), -1 where silent.
        interval: 7 for fifths, 0 for octaves.

    Returns:
        How many there are over all pairs of voices.

    Reference:
        - Fang et al. 2020, "Bach or Mock? A Grading Function for Chorales in the Style of
          J.S. Bach", arXiv:2006.13329 (parallel errors as a mark of quality).

    Example:

    >>> parallels(np.array([[67, 60], [69, 62]]), 7)
    1
    """
    pitches = pitches.astype(int)
    sounding = (pitches[:-1] >= 0) & (pitches[1:] >= 0)
    moved = np.where(sounding, np.sign(np.diff(pitches, axis=0)), 0)
    count = 0
    for one, other in combinations(range(pitches.shape[1]), 2):
        there = np.abs(pitches[:, one] - pitches[:, other]) % 12 == interval
        together = (moved[:, one] == moved[:, other]) & (moved[:, one] != 0)
        count += int((together & there[:-1] & there[1:]).sum())
    return count


def _sounding(notes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    times = np.unique(np.concatenate([notes["start"], notes["end"]]))
    counts = np.zeros((len(times), 12), np.int64)
    np.add.at(counts, (np.searchsorted(times, notes["start"]), notes["pitch"] % 12), 1)
    np.subtract.at(counts, (np.searchsorted(times, notes["end"]), notes["pitch"] % 12), 1)
    return np.diff(times), counts.cumsum(axis=0)[:-1]
