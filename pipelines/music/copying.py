"""How much of a piece stands in a training set: n-grams of intervals and durations."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

PER_OCTAVE = 5  # bins of durations: 15 % wide; keeps halves, triplets and dotted notes apart
SHORTEST = 2.0**-7
BINS = 64
CHORD = 0.03  # onsets as near as this make one chord


def duration_bins(notes: np.ndarray) -> np.ndarray:
    """Sorts notes by duration: five bins an octave from 1/128 of a second or beat upwards.

    Args:
        notes: Array of type `NOTE`.

    Returns:
        int64 (notes,), from 0 to 63.
    """
    seconds = np.maximum(notes["end"] - notes["start"], SHORTEST)
    bins = np.rint(PER_OCTAVE * np.log2(seconds / SHORTEST)).astype(np.int64)
    return np.minimum(bins, BINS - 1)


def ngrams(notes: np.ndarray, n: int = 8) -> np.ndarray:
    """Reduces a piece to its n-grams: n intervals in a voice, with the durations before them.

    Intervals go from note to note by onset, in a chord from low to high. So a copy in another
    key has the same n-grams; durations count as alike where they share a bin of
    `duration_bins`.

    Args:
        notes: Array of type `NOTE`.
        n: Length of the n-grams.

    Returns:
        uint64 (n-grams,), a hash of each; empty where no voice has n + 1 notes.
    """
    found = [np.zeros(0, np.uint64)]
    for voice in np.unique(notes["voice"]):
        part = np.sort(notes[notes["voice"] == voice], order="start")
        if len(part) <= n:
            continue
        chord = np.cumsum(np.diff(part["start"], prepend=part["start"][0]) > CHORD)
        part = part[np.lexsort((part["pitch"], chord))]
        steps = np.diff(part["pitch"].astype(np.int64)) + 128
        tokens = (steps * BINS + duration_bins(part)[:-1]).astype(np.uint64)
        hashes = np.zeros(len(tokens) - n + 1, np.uint64)
        for i in range(n):
            hashes = (hashes ^ tokens[i : i + len(hashes)]) * np.uint64(0x9E3779B97F4A7C15)
            hashes ^= hashes >> np.uint64(29)
        found.append(hashes)
    return np.concatenate(found)


def known_ngrams(pieces: Iterable[np.ndarray], n: int = 8) -> np.ndarray:
    """Collects the n-grams of a training set, for `copied_ratio`.

    Args:
        pieces: Arrays of type `NOTE`.
        n: Length of the n-grams.

    Returns:
        uint64 (different n-grams,), sorted.
    """
    found = [np.zeros(0, np.uint64), *(ngrams(notes, n) for notes in pieces)]
    return np.unique(np.concatenate(found))


def copied_ratio(pieces: Iterable[np.ndarray], known: np.ndarray, n: int = 8) -> float:
    """Tells the share of n-grams that occur in a training set.

    Args:
        pieces: Arrays of type `NOTE`.
        known: What `known_ngrams` made of the training set with the same n.
        n: Length of the n-grams.

    Returns:
        From 0 to 1; not a number if no piece is long enough.

    Reference:
        - Papadopoulos, Roy and Pachet 2014, "Avoiding Plagiarism in Markov Sequence
          Generation", AAAI (copies measured by the length of sequences found in the corpus).
    """
    found = np.concatenate([ngrams(notes, n) for notes in pieces])
    return float(np.isin(found, known).mean()) if len(found) else float("nan")
