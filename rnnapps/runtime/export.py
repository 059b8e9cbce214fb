"""Exports a network for other runtimes, and compares each export with Keras."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np

from rnnapps.errors import InputError, RnnappsError
from rnnapps.files import replace_bytes, replaced_folder
from rnnapps.runtime.lower import lower
from rnnapps.runtime.session import LENGTHS, NEXT, KerasSession, OnnxSession, zero_states

TOLERANCE = 1e-3
#: Steps that a LiteRT network without states reads, its rows right-padded.
LITE_STEPS = 128

Arrays = dict[str, np.ndarray]


def export(network: keras.Model, path: Path) -> Path:
    """Exports a network in float32.

    Args:
        network: functional model with a dict of inputs, integer ids, floats and `lengths`, and a
            dict of outputs.
        path: `.onnx`; `.tflite` (LiteRT: one row; one step with states in and out, or 128 steps
            of a network that has no states); without a suffix a SavedModel folder. The last two
            need the TensorFlow backend.

    Returns:
        The path.

    Raises:
        InputError: If the suffix or the backend does not fit.
        RnnappsError: If the export answers otherwise than Keras; then nothing is written.
    """
    if path.suffix not in (".onnx", ".tflite", ""):
        raise InputError(
            f"Expected a file .onnx or .tflite, or a folder without a suffix. Received: {path}."
        )
    if path.suffix != ".onnx" and keras.backend.backend() != "tensorflow":
        raise InputError(
            f"Expected the TensorFlow backend for {path.name!r}. Received: "
            f"{keras.backend.backend()!r}. Do set KERAS_BACKEND=tensorflow, or export to .onnx."
        )
    session = KerasSession(network)
    batch, time = _lite_shape(network) if path.suffix == ".tflite" else (2, 3)
    sample = _sample(network, batch, time)
    _, states = session.run({**sample, **zero_states(session, batch)})
    sample |= states  # such as do occur
    outputs, states = session.run(sample)
    wanted = {**outputs, **{NEXT + name: value for name, value in states.items()}}
    if path.suffix == ".onnx":
        graph = lower(network)
        outputs, states = OnnxSession(graph).run(sample)
        _compare({**outputs, **{NEXT + name: value for name, value in states.items()}}, wanted)
        return replace_bytes(path, graph)
    if path.suffix == ".tflite":
        model = _lite(network)
        _compare(_run_lite(model, sample), wanted)
        return replace_bytes(path, model)
    import tensorflow as tf

    with replaced_folder(path) as folder:
        _saved_model(network, folder)
        loaded = tf.saved_model.load(str(folder)).signatures["serving_default"]
        answers = loaded(**{name: tf.constant(value) for name, value in sample.items()})
        _compare({name: value.numpy() for name, value in answers.items()}, wanted)
    return path


def _sample(network: keras.Model, batch: int, time: int) -> Arrays:
    """Draws inputs but no states: ids of an embedding, rows from full length to a single step."""
    rng = np.random.default_rng(0)
    sizes = _vocabularies(network)
    sample: Arrays = {}
    for name, tensor in network.input.items():
        if name in network.output:
            continue
        shape = _shape(tensor, (batch, time))
        if name == LENGTHS:
            sample[name] = np.linspace(time, 1, batch).astype(np.int32)
        elif "int" in tensor.dtype:
            sample[name] = rng.integers(sizes.get(name, 2), size=shape).astype(np.int32)
        else:
            sample[name] = rng.normal(size=shape, scale=0.3).astype(np.float32)
    return sample


def _vocabularies(network: keras.Model) -> dict[str, int]:
    """Tells how many ids each input may have, by the embeddings that read it."""
    names = {id(tensor): name for name, tensor in network.input.items()}
    sizes: dict[str, int] = {}
    for node in itertools.chain.from_iterable(network._nodes_by_depth.values()):
        if isinstance(node.operation, keras.layers.Embedding):
            name, size = names.get(id(node.input_tensors[0])), node.operation.input_dim
            if name is not None:
                sizes[name] = min(size, sizes.get(name, size))
    return sizes


def _lite_shape(network: keras.Model) -> tuple[int, int]:
    """Gives the rows and the steps that LiteRT reads."""
    return 1, 1 if set(network.input) & set(network.output) else LITE_STEPS


def _shape(tensor: Any, free: tuple[int | None, int | None]) -> list[Any]:
    """Gives the shape of an input with so many rows and steps."""
    return [free[i] if size is None else size for i, size in enumerate(tensor.shape)]


def _saved_model(network: keras.Model, folder: Path) -> None:
    import tensorflow as tf

    module = tf.Module()
    module.network = network
    signatures = {"serving_default": _concrete(network, (None, None))}
    tf.saved_model.save(module, str(folder), signatures=signatures)


def _concrete(network: keras.Model, free: tuple[int | None, int | None]) -> Any:
    import tensorflow as tf

    @tf.function
    def run(**inputs: Any) -> Any:
        outputs = network(inputs, training=False)
        return {
            NEXT + name if name in network.input else name: value for name, value in outputs.items()
        }

    return run.get_concrete_function(**_shapes(network, free))


def _shapes(network: keras.Model, free: tuple[int | None, int | None]) -> dict[str, Any]:
    import tensorflow as tf

    return {
        name: tf.TensorSpec(_shape(tensor, free), tensor.dtype, name=name)
        for name, tensor in network.input.items()
    }


def _lite(network: keras.Model) -> bytes:
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import (
        convert_variables_to_constants_v2 as frozen,
    )

    free = _lite_shape(network)
    step = frozen(_concrete(network, free))  # LiteRT cannot read variables within loops
    names = [tensor.name.split(":")[0] for tensor in step.inputs]
    results = sorted(NEXT + name if name in network.input else name for name in network.output)

    @tf.function
    def run(**inputs: Any) -> Any:
        return dict(zip(results, step(*[inputs[name] for name in names]), strict=True))

    signature = run.get_concrete_function(**_shapes(network, free))
    with tempfile.TemporaryDirectory() as folder:
        module = tf.Module()
        tf.saved_model.save(module, folder, signatures={"serving_default": signature})
        model: bytes = tf.lite.TFLiteConverter.from_saved_model(folder).convert()
    return model


def _run_lite(model: bytes, sample: Arrays) -> Arrays:
    import tensorflow as tf

    runner = tf.lite.Interpreter(model_content=model).get_signature_runner("serving_default")
    answers: Arrays = runner(**sample)
    return answers


def _compare(answers: Arrays, wanted: Arrays) -> None:
    for name, value in wanted.items():
        if name not in answers or not np.allclose(answers[name], value, atol=TOLERANCE):
            raise RnnappsError(f"The export gives another {name!r} than Keras. Nothing is written.")
