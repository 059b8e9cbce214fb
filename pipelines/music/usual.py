"""What is usual in a corpus, from which `generate` draws: how long pieces are, keys and meters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

#: Quantiles of the lengths of pieces that are kept.
LEVELS = np.linspace(0.1, 0.9, 9)


def usual(codec: Any, scores: Sequence[Any]) -> dict[str, Any]:
    """Tells what is usual in pieces.

    Args:
        codec: The representation.
        scores: The pieces, as `rnnapps.pipelines.music.data.pieces_of` reads them.

    Returns:
        `"lengths"`, in bars, of a performance in seconds; of a grid also `"keys"`, how often each
        of the 24 comes, and `"meters"`, the same of each that the representation has.
    """
    if codec.kind == "performance":
        lengths = [float(score["end"].max()) for score in scores]
        return {"lengths": np.quantile(lengths, LEVELS).round().tolist()}
    lengths = [-(-score.steps // score.bar_steps) for score in scores]
    keys = [score.key for score in scores if score.key >= 0]
    meters = [(score.beats_per_bar, score.steps_per_beat) for score in scores]
    return {
        "lengths": np.quantile(lengths, LEVELS).round().astype(int).tolist(),
        "keys": np.bincount(keys, minlength=24).tolist() if keys else [1] * 24,
        "meters": [meters.count(meter) for meter in codec.bars],
    }
