"""How well texts are predicted: nats per token, perplexity, bits per character."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from rnnapps.data.batches import buckets
from rnnapps.pipelines.language.likelihood import example, perplexity
from rnnapps.report import Report
from rnnapps.runtime.rows import steps


def evaluate(pipe: Any, texts: Sequence[str]) -> Report:
    """Measures a pipeline on texts; see `Language.evaluate`."""
    unknown, _ = pipe.reader.unknown(pipe.reader.check("\n".join(texts)))
    examples = [example(ids) for ids in pipe.reader.all_ids(texts)]
    nats: list[np.ndarray] = []
    for group in buckets([steps(each) for each in examples], pipe.batch_size):
        nats += [each["nats"] for each in pipe.forward([examples[index] for index in group])]
    figures = likelihood(
        sum(float(each.sum()) for each in nats), sum(map(len, nats)), sum(map(len, texts))
    )
    return Report(
        {**figures, "unknown": unknown},
        title=f"{pipe.metadata.get('name', 'language')} on {len(texts)} texts",
    )


def likelihood(nats: float, tokens: int, characters: int) -> dict[str, float]:
    """Divides a negative log-likelihood by what texts are counted in.

    Args:
        nats: Of all texts.
        tokens: Of all texts.
        characters: Of all texts.

    Returns:
        `nats_per_token`, `perplexity` (its exponential), `nats_per_character`,
        `bits_per_character`, `tokens` and `characters`.

    Example:
    >>> from rnnapps.pipelines.language.evaluation import likelihood
    >>> likelihood(8.0, tokens=2, characters=16)["nats_per_character"]
    0.5
    """
    return {
        "nats_per_token": nats / tokens,
        "perplexity": perplexity(nats / tokens),
        "nats_per_character": nats / characters,
        "bits_per_character": nats / characters / math.log(2),
        "tokens": tokens,
        "characters": characters,
    }
