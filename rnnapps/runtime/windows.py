"""Runs a network that reads both ways on rows of any length, in windows that overlap."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnapps.data.batches import buckets
from rnnapps.runtime.rows import run_rows, steps
from rnnapps.runtime.session import Arrays, Session


def run_windows(
    session: Session,
    rows: Sequence[Arrays],
    output: str,
    *,
    window: int,
    overlap: int,
    together: int = 32,
) -> list[np.ndarray]:
    """Runs a network on rows; on a long one in windows that reach over each other.

    Each step is told by the window in whose middle it stands, so that it has seen `overlap` steps
    on either side where there are as many.

    Args:
        session: The network, without states.
        rows: Its inputs, arrays of shape `(time, ...)` by name; the first tells the length.
        output: Name of an output with an axis of time.
        window: Steps of a window, less the overlaps.
        overlap: Steps that a window reaches to either side.
        together: Windows that run together at most.

    Returns:
        The output of each row, of shape `(time, ...)`.
    """
    cuts = [
        (index, begin) for index, row in enumerate(rows) for begin in range(0, steps(row), window)
    ]
    parts = [
        {
            name: array[max(0, begin - overlap) : begin + window + overlap]
            for name, array in rows[index].items()
        }
        for index, begin in cuts
    ]
    answers: dict[int, np.ndarray] = {}
    for group in buckets([steps(part) for part in parts], together):
        found = run_rows(session, [parts[number] for number in group])
        answers |= {n: each[output] for n, each in zip(group.tolist(), found, strict=True)}
    joined: list[list[np.ndarray]] = [[] for _ in rows]
    for number, (index, begin) in enumerate(cuts):
        first = min(begin, overlap)
        joined[index].append(answers[number][first : first + window])
    return [np.concatenate(each) for each in joined]
