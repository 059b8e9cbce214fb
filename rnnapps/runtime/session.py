"""Sessions: one way to run a network, on ONNX Runtime or on compiled Keras."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

Arrays = dict[str, np.ndarray]

#: Prefix of the outputs that are the next values of the inputs of that name.
NEXT = "next_"

#: Name of the input, int32 of shape `(batch,)`, that tells how long the rows of a batch are.
LENGTHS = "lengths"


class Session(Protocol):
    """Runs a network.

    Attributes:
        inputs: names of the inputs that are no states.
        states: width of each state by name.
        sequences: names of the outputs of shape `(batch, time, ...)`.
        quantized: whether activations are quantised, with a scale taken from the whole batch.
    """

    inputs: list[str]
    states: dict[str, int]
    sequences: list[str]
    quantized: bool

    def run(self, arrays: Mapping[str, np.ndarray]) -> tuple[Arrays, Arrays]:
        """Runs the network; gives its outputs and its next states by name."""


def zero_states(session: Session, batch: int) -> Arrays:
    """Gives the states in which a sequence begins, zeros of shape `(batch, units)`."""
    return {name: np.zeros((batch, units), np.float32) for name, units in session.states.items()}


class OnnxSession:
    """Runs an ONNX graph on the CPU; imports neither Keras nor TensorFlow.

    Args:
        graph: bytes of the model, as `rnnapps.runtime.lower.lower` makes them.
        threads: threads of one call; 1 is best for steps of small networks.
    """

    def __init__(self, graph: bytes, threads: int = 1):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            graph, options, providers=["CPUExecutionProvider"]
        )
        results = {each.name: each.shape for each in self._session.get_outputs()}
        shapes = {each.name: each.shape for each in self._session.get_inputs()}
        self.states: dict[str, int] = {
            name: shape[-1] for name, shape in shapes.items() if NEXT + name in results
        }
        self.inputs = [name for name in shapes if name not in self.states]
        self._outputs = [name for name in results if name.removeprefix(NEXT) not in self.states]
        self.sequences = [
            name
            for name in self._outputs
            if len(results[name]) > 1 and isinstance(results[name][1], str)
        ]
        self.quantized = b"DynamicQuantize" in graph
        self._fetch = self._outputs + [NEXT + name for name in self.states]

    def run(self, arrays: Mapping[str, np.ndarray]) -> tuple[Arrays, Arrays]:
        """Runs the graph.

        Args:
            arrays: the inputs and states by name.

        Returns:
            The outputs and the next states by name.
        """
        values = self._session.run(self._fetch, arrays)
        count = len(self._outputs)
        return (
            dict(zip(self._outputs, values[:count], strict=True)),
            dict(zip(self.states, values[count:], strict=True)),
        )


class KerasSession:
    """Runs a functional Keras model as one compiled function: the choice for batches on a GPU.

    Args:
        model: model with a dict of inputs and a dict of outputs.
    """

    def __init__(self, model: Any):
        self._model = model
        self.states = {
            name: model.input[name].shape[-1] for name in model.input if name in model.output
        }
        self.inputs = [name for name in model.input if name not in self.states]
        self.sequences = [
            name
            for name, tensor in model.output.items()
            if name not in self.states and len(tensor.shape) > 1 and tensor.shape[1] is None
        ]
        self.quantized = False

    def run(self, arrays: Mapping[str, np.ndarray]) -> tuple[Arrays, Arrays]:
        """Runs the model.

        Args:
            arrays: the inputs and states by name.

        Returns:
            The outputs and the next states by name.
        """
        values = self._model.predict_on_batch(dict(arrays))
        return (
            {name: value for name, value in values.items() if name not in self.states},
            {name: values[name] for name in self.states},
        )


def keras_on_gpu() -> bool:
    """Tells whether this process has imported Keras, on a backend that runs batches on a GPU.

    Imports nothing by itself. JAX does not count: it would compile anew for each length of a batch.

    Returns:
        Whether `KerasSession` is the choice for batches.
    """
    keras = sys.modules.get("keras")
    backend = keras.backend.backend() if keras else None
    if backend == "tensorflow":
        return bool(sys.modules["tensorflow"].config.list_physical_devices("GPU"))
    return backend == "torch" and bool(sys.modules["torch"].cuda.is_available())
