"""Runs a session on rows of different length."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnapps.data.batches import pad
from rnnapps.runtime.session import LENGTHS, Arrays, Session, zero_states


def run_rows(session: Session, rows: Sequence[Arrays]) -> list[Arrays]:
    """Runs a network on rows, each from zero states; none depends on the others.

    The rows are right-padded to one length and run together. A graph that quantises its
    activations takes their scale from all that runs together, so there each row runs alone.

    Args:
        session: The network.
        rows: Arrays of shape `(time, ...)` by name, those that the network reads among them; the
            first tells the length. The input `lengths`, of shape `(batch,)`, is filled in where
            the network has it.

    Returns:
        For each row its arrays and the outputs of the network, those with an axis of time cut to
        the length of the row.

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
        return [answer for row in rows for answer in run_rows(session, [row])]
    lengths = [steps(row) for row in rows]
    inputs = {
        name: pad([row[name] for row in rows])[0] for name in session.inputs if name != LENGTHS
    }
    if LENGTHS in session.inputs:
        inputs[LENGTHS] = np.array(lengths, np.int32)
    outputs, _ = session.run({**inputs, **zero_states(session, len(rows))})
    return [
        {
            **row,
            **{
                name: values[index, :length] if name in session.sequences else values[index]
                for name, values in outputs.items()
            },
        }
        for index, (row, length) in enumerate(zip(rows, lengths, strict=True))
    ]


def steps(row: Arrays) -> int:
    """Counts the steps of a row, which its first array tells."""
    return len(next(iter(row.values())))
