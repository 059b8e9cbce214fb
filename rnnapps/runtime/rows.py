"""Runs a session on rows of different length."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from rnnapps.data.batches import pad
from rnnapps.decoding.sampling import log_softmax
from rnnapps.runtime.session import LENGTHS, Arrays, Session, zero_states


def run_rows(
    session: Session,
    rows: Sequence[Arrays],
    window: int | None = None,
    keep: Callable[[Arrays, Arrays], Arrays] | None = None,
) -> list[Arrays]:
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
        keep: Takes the arrays of a row and the outputs of the network, both cut to a window, and
            gives what is kept in place of the outputs, arrays of shape `(time, ...)` by name; so
            wide outputs of a long row are never there at once. By default all outputs are kept.

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
        return [answer for row in rows for answer in run_rows(session, [row], window, keep)]
    lengths = np.array([steps(row) for row in rows], np.int32)
    window = window or int(lengths.max())
    parts: list[list[Arrays]] = [[] for _ in rows]
    alive, states = np.arange(len(rows)), zero_states(session, len(rows))
    for begin in range(0, int(lengths.max()), window):
        going_on = lengths[alive] > begin
        alive = alive[going_on]
        states = {name: values[going_on] for name, values in states.items()}
        cut = [
            {name: values[begin : begin + window] for name, values in rows[i].items()}
            for i in alive.tolist()
        ]
        left = np.minimum(lengths[alive] - begin, window)
        names = [name for name in session.inputs if name != LENGTHS]
        inputs = {name: pad([row[name] for row in cut])[0] for name in names}
        if LENGTHS in session.inputs:
            inputs[LENGTHS] = left
        outputs, states = session.run({**inputs, **states})
        for index, (i, length) in enumerate(zip(alive.tolist(), left.tolist(), strict=True)):
            part = {
                name: values[index, :length] if name in session.sequences else values[index]
                for name, values in outputs.items()
            }
            parts[i].append(part if keep is None else keep(cut[index], part))
    joined = None if keep is not None else session.sequences
    return [{**row, **_joined(part, joined)} for row, part in zip(rows, parts, strict=True)]


def target_nats(row: Arrays, outputs: Arrays) -> Arrays:
    """Measures how probable tokens are to a network; for `keep` of `run_rows`.

    Args:
        row: `"targets"`, the tokens, of shape `(time,)`.
        outputs: `"logits"`, of shape `(time, size)`.

    Returns:
        `"nats"` of each token, float64 of shape `(time,)`.

    Example:
    >>> import numpy as np
    >>> from rnnapps.runtime.rows import target_nats
    >>> target_nats({"targets": np.array([1])}, {"logits": np.zeros((1, 4))})["nats"].round(3)
    array([1.386])
    """
    scores = log_softmax(outputs["logits"].astype(np.float64))
    return {"nats": -np.take_along_axis(scores, row["targets"][:, None], axis=1)[:, 0]}


def _joined(parts: list[Arrays], sequences: list[str] | None) -> Arrays:
    """Puts the windows of a row together: of all arrays, or of those that are sequences."""
    if len(parts) == 1:
        return parts[0]
    return {
        name: np.concatenate([part[name] for part in parts])
        if sequences is None or name in sequences
        else parts[-1][name]
        for name in parts[0]
    }


def steps(row: Arrays) -> int:
    """Counts the steps of a row, which its first array tells."""
    return len(next(iter(row.values())))
