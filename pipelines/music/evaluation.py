"""Measures of music: likelihood, and statistics beside those of the corpus."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rnnapps.data.midi import read_midi
from rnnapps.pipelines.music.composer import Composer
from rnnapps.pipelines.music.data import score_of
from rnnapps.pipelines.music.statistics import compare
from rnnapps.report import Report

LIKELIHOODS = ("event", "note", "step")


def evaluate(pipe: Any, files: Sequence[Path]) -> Report:
    """Measures a pipeline on MIDI files; see `Music.evaluate`."""
    scores = [score_of(pipe.codec, read_midi(file), pipe.preprocessor["voices"]) for file in files]
    made = compositions(pipe, min(len(scores), 20), seed=0)
    compared = compare(made, [comparable(pipe, score) for score in scores])
    return Report(
        {**likelihood(pipe, scores), "overlap": compared["overlap"]},
        title=f"{pipe.metadata.get('name', 'music')} on {len(files)} pieces",
        tables={
            "Statistics": [
                {"statistic": name, "generated": value, "files": compared["reference"].get(name)}
                for name, value in compared["generated"].items()
            ]
        },
    )


def likelihood(pipe: Any, scores: Sequence[Any]) -> dict[str, float]:
    """Computes the negative log-likelihood of scores.

    Args:
        pipe: The pipeline.
        scores: Grids or arrays of notes.

    Returns:
        Nats per event, per note and per step (of the grid, or 10 ms), over all scores.
    """
    from rnnapps.pipelines.music.data import example

    nats = events = notes = steps = 0.0
    for score in scores:
        (arrays,) = pipe.forward([example(pipe.codec, pipe.codec.encode(score))])
        result = pipe.postprocess(arrays, score)
        nats += result["nats"]
        events += result["nats"] / result["nats_per_event"]
        notes += result["notes"]
        steps += result["nats"] / result["nats_per_step"]
    counts = dict(zip(LIKELIHOODS, (events, notes, steps), strict=True))
    return {f"nats_per_{name}": nats / count for name, count in counts.items()}


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
