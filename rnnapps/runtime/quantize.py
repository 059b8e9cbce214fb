"""Graphs with weights in eight bits: a quarter of the size, several times as fast."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path


def quantize(graph: bytes) -> bytes:
    """Turns the weights of a graph into 8-bit integers.

    Activations are quantised on the fly, so no data is needed. LSTM, matrix products and
    embeddings are quantised; GRU stays as it is, as ONNX Runtime has no such kernel. Weights use 7
    of the 8 bits: where a processor has no VNNI, sums of products of 8 bits overflow.

    Args:
        graph: bytes of an ONNX model.

    Returns:
        Bytes of another one.

    Reference: documentation of ONNX Runtime, "Quantize ONNX models", on `reduce_range`.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "float.onnx"), Path(folder, "int8.onnx")
        source.write_bytes(graph)
        logger = logging.getLogger()
        level = logger.level
        logger.setLevel(logging.ERROR)  # it recommends a preprocessing that we have no need of
        try:
            quantize_dynamic(
                source,
                target,
                weight_type=QuantType.QInt8,
                reduce_range=True,
                extra_options={"DefaultTensorType": 1},
            )
        finally:
            logger.setLevel(level)
        return target.read_bytes()
