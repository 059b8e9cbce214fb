"""The precisions in which a network is kept: float32, float16 weights, a graph in 8 bits."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from rnnapps.pipeline import Pipeline

Kind = TypeVar("Kind", bound="Pipeline")


def precisions(pipe: Kind) -> dict[str, Kind]:
    """Gives a pipeline in each precision, so that a card can tell what the smaller ones cost.

    Args:
        pipe: The pipeline.

    Returns:
        Pipelines by `"float32"`, `"float16"` and `"int8"`.
    """
    from rnnapps.runtime.lower import lower
    from rnnapps.runtime.quantize import quantize

    weights = pipe.weights()
    half = {path: array.astype("float16").astype("float32") for path, array in weights.items()}
    graph = lower(pipe.network)
    ways = {
        "float32": (weights, graph),
        "float16": (half, None),
        "int8": (weights, quantize(graph)),
    }
    return {
        name: type(pipe)(
            pipe.config,
            pipe.preprocessor,
            weights=arrays,
            graph=lowered,
            metadata=pipe.metadata,
            files=pipe.files,
        )
        for name, (arrays, lowered) in ways.items()
    }
