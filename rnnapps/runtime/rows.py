"""Runs a session on rows of different length."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnapps.data.batches import pad
from rnnapps.runtime.session import LENGTHS, Arrays, Session, zero_states


def run_rows(session: Session, rows: Sequence[Arrays], window: int | None = None) -> list[Arrays]:
    """Runs a network on rows, each from zero states; none depends on the others.

    The rows are right-padded to one length and run together. A graph that quantises its
    activations takes their scale from all that runs together, so there each row runs alone.

    Args:
        session: The network.
        rows: Arrays of shape `(time, ...)` by name, those that the network reads among them; the
            first tells the length. The input `lengths`, of shape `(batch,)`, is filled in where
            the network has it.
        window: Steps that run at once, so that long rows need no more memory than short ones; the
            states are carried from one window to the next. None runs rows whole.

    Returns:
        For each row its arrays and the outputs of the network: those with an axis of time cut to
        the length of the row, the others as they are after its last step.

    Example:
    >>> import numpy as np
    >>> from rnnapps.nn.token_network import token_network
    >>> from rnnapps.runtime.lower import lower
    >>> from rnnapps.runtime.rows import run_rows
    >>> from rnnapps.runtime.session import OnnxSession
    >>> session = OnnxSession(lower(token_network(10, embedding=3, units=5, layers=1)))
    >>> rows = [{"tokens": np.array(tokens, np.int32)} for tokens in ([1, 2, 3], [4])]
    >>> [row["logits"].shape for row in run_rows(session, rows)]
    [(3, 10), (1, 10)]
    """
    if session.quantized and len(rows) > 1:
        return [answer for row in rows for answer in run_rows(session, [row], window)]
    lengths = np.array([steps(row) for row in rows], np.int32)
    window = window or int(lengths.max())
    results = [dict(row) for row in rows]
    alive, states = np.arange(len(rows)), zero_states(session, len(rows))
    for begin in range(0, int(lengths.max()), window):
        going_on = lengths[alive] > begin
        alive = alive[going_on]
        states = {name: values[going_on] for name, values in states.items()}
        parts = [
            {
                name: rows[i][name][begin : begin + window]
                for name in session.inputs
                if name != LENGTHS
            }
            for i in alive.tolist()
        ]
        left = np.minimum(lengths[alive] - begin, window)
        inputs = {name: pad([part[name] for part in parts])[0] for name in parts[0]}
        if LENGTHS in session.inputs:
            inputs[LENGTHS] = left
        outputs, states = session.run({**inputs, **states})
        for index, (i, length) in enumerate(zip(alive.tolist(), left.tolist(), strict=True)):
            for name, values in outputs.items():
                value = values[index, :length] if name in session.sequences else values[index]
                if name in session.sequences and begin:
                    value = np.concatenate([results[i][name], value])
                results[i][name] = value
    return results


def steps(row: Arrays) -> int:
    """Counts the steps of a row, which its first array tells."""
    return len(next(iter(row.values())))
