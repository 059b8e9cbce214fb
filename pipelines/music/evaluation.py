"""Measures of music: likelihood, and statistics beside those of the corpus."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rnnapps.pipelines.music.composer import Composer
from rnnapps.pipelines.music.data import counts_of, example, nats_per, pieces_of
from rnnapps.pipelines.music.statistics import compare
from rnnapps.report import Report


def evaluate(pipe: Any, files: Sequence[Path]) -> Report:
    """Measures a pipeline on MIDI files; see `Music.evaluate`."""
    pieces = pieces_of(pipe.codec, files, pipe.preprocessor["voices"])
    made = compositions(pipe, min(len(pieces), 20), seed=0)
    compared = compare(made, [comparable(pipe, score) for score, _ in pieces])
    measured = likelihood(pipe, [tokens for _, tokens in pieces])
    return Report(
        {**measured, "overlap": compared["overlap"]},
        title=f"{pipe.metadata.get('name', 'music')} on {len(files)} pieces",
        tables={
            "Statistics": [
                {"statistic": name, "generated": value, "files": compared["reference"].get(name)}
                for name, value in compared["generated"].items()
            ]
        },
    )


def likelihood(pipe: Any, pieces: Sequence[np.ndarray]) -> dict[str, float]:
    """Computes the negative log-likelihood of pieces.

    Args:
        pipe: The pipeline.
        pieces: Tokens of each piece, of shape `(time,)`.

    Returns:
        Nats per event, per note and per step (of the grid, or 10 ms), over all pieces.
    """
    nats = 0.0
    for tokens in pieces:
        (arrays,) = pipe.forward([example(pipe.codec, tokens)])
        nats += float(arrays["nats"].sum())
    return nats_per(nats, counts_of(pipe.codec, pieces))


def compositions(pipe: Any, count: int, seed: int) -> list[Any]:
    """Composes pieces of the corpus's usual lengths, as scores.

    Args:
        pipe: The pipeline.
        count: Number of pieces.
        seed: Seed of the first; the others follow.

    Returns:
        Grids or arrays of notes.
    """
    composer = Composer(pipe.session, pipe.codec, pipe.preprocessor)
    pieces = (composer.compose(composer.sampling(), seed=seed + each)[0] for each in range(count))
    return [piece for (piece,) in pieces]


def comparable(pipe: Any, score: Any) -> Any:
    """Puts a score on the grid of the representation, as compositions are."""
    return pipe.codec.quantize(score) if isinstance(score, np.ndarray) else score
