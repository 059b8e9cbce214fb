"""How probable texts are: nats of each token, window by window, so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnapps.data.batches import pad
from rnnapps.data.text import BOUNDARY
from rnnapps.decoding.sampling import log_softmax
from rnnapps.runtime.session import Arrays, Session, zero_states

#: Tokens that run at once; a window's logits take `rows * WINDOW * size` floats.
WINDOW = 128


def example(ids: np.ndarray) -> Arrays:
    """Makes what the network reads of a text, and what it predicts.

    Args:
        ids: Tokens of the text, of shape `(time,)`.

    Returns:
        `"tokens"`, shifted by one with the boundary first, and `"targets"`.

    Example:
    >>> import numpy as np
    >>> from rnnapps.pipelines.language.likelihood import example
    >>> example(np.array([7, 8, 9], np.int32))["tokens"].tolist()
    [0, 7, 8]
    """
    return {"tokens": np.insert(ids[:-1], 0, BOUNDARY).astype(np.int32), "targets": ids}


def nats_of(session: Session, rows: Sequence[Arrays]) -> list[np.ndarray]:
    """Measures rows, each from the beginning of a text; none depends on the others.

    Args:
        session: The network.
        rows: What `example` gave of each text.

    Returns:
        Nats of each token, float64 of shape `(time,)`.
    """
    if session.quantized and len(rows) > 1:  # its scales come from all that runs together
        return [nats for row in rows for nats in nats_of(session, [row])]
    tokens, targets = (pad([row[name] for row in rows])[0] for name in ("tokens", "targets"))
    states = zero_states(session, len(rows))
    parts = []
    for begin in range(0, tokens.shape[1], WINDOW):
        window = slice(begin, begin + WINDOW)
        outputs, states = session.run({"tokens": tokens[:, window], **states})
        scores = log_softmax(outputs["logits"].astype(np.float64))
        parts.append(-np.take_along_axis(scores, targets[:, window, None], axis=2)[..., 0])
    nats = np.concatenate(parts, axis=1)
    return [values[: len(row["targets"])] for values, row in zip(nats, rows, strict=True)]
