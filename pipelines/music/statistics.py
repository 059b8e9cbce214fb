"""Musical statistics: what a set of pieces is like, and how near it comes to another set.

A piece is an array of notes (`rnnapps.data.midi.NOTE`) or a `rnnapps.data.grid.Grid`. Times of
arrays are seconds, times of grids are beats.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from rnnapps.errors import InputError
from rnnapps.pipelines.music.copying import BINS, copied_ratio, duration_bins, known_ngrams
from rnnapps.pipelines.music.harmony import (
    FIFTH,
    OCTAVE,
    dissonance_ratio,
    mean_polyphony,
    parallels,
    voice_crossing_ratio,
)

if TYPE_CHECKING:
    from rnnapps.data.grid import Grid

Piece: TypeAlias = "np.ndarray | Grid"


def musical_statistics(
    pieces: Sequence[Piece], training: Sequence[Piece] | np.ndarray | None = None, n: int = 8
) -> dict[str, float]:
    """Describes pieces by numbers, each the mean over the pieces.

    Args:
        pieces: Arrays of notes, or grids; at least one, each with notes.
        training: What the pieces may have been copied from: pieces, or what `known_ngrams`
            made of their notes.
        n: Length of the n-grams looked for there.

    Returns:
        By name: `pieces` (how many), `notes_per_second` (arrays) or `notes_per_beat` (grids),
        `mean_polyphony`, `dissonance_ratio`; up to eight voices' `voice_1_low` and
        `voice_1_high` and so on (MIDI numbers); for grids of four voices, highest first,
        `voice_crossing_ratio`, `parallel_fifths` and `parallel_octaves` per 100 beats; with
        `training`, `copied_<n>grams`, the share of n-grams that occur there. `harmony` and
        `copying` define each.

    Raises:
        InputError: If there are no pieces, one has no notes, or the two kinds are mixed.

    Example:

    >>> from rnnapps.data.midi import notes_array
    >>> piece = notes_array([(0, 1, 60, 80, 0), (0, 2, 61, 80, 0)])
    >>> statistics = musical_statistics([piece])
    >>> statistics["mean_polyphony"], statistics["dissonance_ratio"]
    (1.5, 1.0)
    """
    grids, arrays = _checked(pieces)
    rows = []
    for notes in arrays:
        row = {
            "notes_per_beat" if grids else "notes_per_second": len(notes) / notes["end"].max(),
            "mean_polyphony": mean_polyphony(notes),
            "dissonance_ratio": dissonance_ratio(notes),
        }
        voices = int(notes["voice"].max()) + 1
        for voice in range(voices if voices <= 8 else 0):
            pitch = notes["pitch"][notes["voice"] == voice]
            if len(pitch):
                row |= {
                    f"voice_{voice + 1}_low": pitch.min(),
                    f"voice_{voice + 1}_high": pitch.max(),
                }
        rows.append(row)
    for row, grid in zip(rows, grids, strict=bool(grids)):
        if grid.pitches.shape[1] == 4:
            per_100_beats = 100 * grid.steps_per_beat / len(grid.pitches)
            row["voice_crossing_ratio"] = voice_crossing_ratio(grid.pitches)
            row["parallel_fifths"] = parallels(grid.pitches, FIFTH) * per_100_beats
            row["parallel_octaves"] = parallels(grid.pitches, OCTAVE) * per_100_beats
    names = dict.fromkeys(name for row in rows for name in row)
    statistics = {"pieces": float(len(rows))}
    for name in names:
        statistics[name] = float(np.mean([row[name] for row in rows if name in row]))
    if training is not None:
        known = _known(training, n)
        statistics[f"copied_{n}grams"] = copied_ratio(arrays, known, n)
    return statistics


def compare(
    generated: Sequence[Piece],
    reference: Sequence[Piece],
    training: Sequence[Piece] | np.ndarray | None = None,
    n: int = 8,
) -> dict[str, dict[str, float]]:
    """Puts the statistics of two sets of pieces beside each other.

    Args:
        generated: Pieces of a model.
        reference: Pieces of people, best held out from training.
        training: See `musical_statistics`; the reference's share of copied n-grams shows what
            is common in the style.
        n: Length of the n-grams.

    Returns:
        `generated` and `reference`: their `musical_statistics`; `overlap`: the overlap of their
        histograms of `pitch` and `duration`, 1 where these are alike.
    """
    if training is not None:
        training = _known(training, n)
    return {
        "generated": musical_statistics(generated, training, n),
        "reference": musical_statistics(reference, training, n),
        "overlap": {
            "pitch": overlap(pitch_histogram(generated), pitch_histogram(reference)),
            "duration": overlap(duration_histogram(generated), duration_histogram(reference)),
        },
    }


def pitch_histogram(pieces: Sequence[Piece]) -> np.ndarray:
    """Tells the share of each pitch among all notes.

    Args:
        pieces: Arrays of notes, or grids.

    Returns:
        float64 (128,), sums to 1.
    """
    pitch = np.concatenate([notes["pitch"] for notes in _checked(pieces)[1]])
    return np.bincount(pitch, minlength=128) / len(pitch)


def duration_histogram(pieces: Sequence[Piece]) -> np.ndarray:
    """Tells the share of durations among all notes, five bins an octave from 1/128 upwards.

    Args:
        pieces: Arrays of notes, or grids.

    Returns:
        float64 (64,), sums to 1.
    """
    bins = np.concatenate([duration_bins(notes) for notes in _checked(pieces)[1]])
    return np.bincount(bins, minlength=BINS) / len(bins)


def overlap(first: np.ndarray, second: np.ndarray) -> float:
    """Computes the area that two histograms share.

    Args:
        first: Shape (bins,), sums to 1.
        second: Likewise.

    Returns:
        The sum of the lesser values, from 0 (nothing in common) to 1 (alike).

    Reference:
        - Yang and Lerch 2020, "On the evaluation of generative models in music", Neural
          Computing and Applications 32 (overlapped area).

    Example:

    >>> overlap(np.array([0.5, 0.5, 0]), np.array([0, 0.25, 0.75]))
    0.25
    """
    return float(np.minimum(first, second).sum())


def _notes(piece: Piece) -> np.ndarray:
    if isinstance(piece, np.ndarray):
        return piece
    from rnnapps.data.grid import notes_from_grid

    return notes_from_grid(piece, 60.0)  # at 60 beats a minute a second is a beat


def _checked(pieces: Sequence[Piece]) -> tuple[list[Any], list[np.ndarray]]:
    grids = [piece for piece in pieces if not isinstance(piece, np.ndarray)]
    arrays = [_notes(piece) for piece in pieces]
    if not arrays or not all(map(len, arrays)):
        empty = [i for i, notes in enumerate(arrays) if not len(notes)]
        received = f"no notes in the pieces {empty[:3]}" if arrays else "no pieces"
        raise InputError(f"Expected at least one piece, each with notes. Received: {received}.")
    if len(grids) not in (0, len(arrays)):
        raise InputError(
            f"Expected pieces of one kind. Received: {len(grids)} grids and "
            f"{len(arrays) - len(grids)} arrays of notes. Do `notes_from_grid` instead."
        )
    return grids, arrays


def _known(training: Any, n: int) -> np.ndarray:
    if isinstance(training, np.ndarray) and training.dtype == np.uint64:
        return training
    return known_ngrams(map(_notes, training), n)
