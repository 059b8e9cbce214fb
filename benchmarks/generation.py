"""Is the runtime that generates music as fast as we say? `python benchmarks/generation.py`

Steps per second of one shipped network, one step a call with states in and out: our graph on ONNX
Runtime, the same network with the same weights in PyTorch, and the Keras model itself called in a
loop. PyTorch gets what is best for it: no autograd, denormals flushed, and the faster of one thread
and all of them. Needs torch beside the package; run it while nothing else runs.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from peer import torch_dense, torch_embedding, torch_lstm
from results import publish

from rnnapps import pipeline
from rnnapps.report import Report
from rnnapps.runtime.lower import lower
from rnnapps.runtime.session import OnnxSession, zero_states

PRESET, BATCHES, SECONDS, ROUNDS = "pop_piano", (1, 16), 2.0, 3


class TorchNetwork(torch.nn.Module):
    """The network of `rnnapps.nn.token_network` in PyTorch, with the weights of a Keras one."""

    def __init__(self, network: Any, channels: dict[str, int]):
        super().__init__()
        array = {weight.path: np.array(weight) for weight in network.weights}
        layers = {"tokens": "token", **{name: name for name in channels}}
        self.embeddings = torch.nn.ModuleDict(
            {
                name: torch_embedding(array[f"{layer}_embedding/embeddings"])
                for name, layer in layers.items()
            }
        )
        self.lstm = torch_lstm(array)
        self.logits = torch_dense(array["logits/kernel"], array["logits/bias"])

    def forward(self, inputs: dict[str, torch.Tensor], states: Any) -> Any:
        x = sum(self.embeddings[name](value) for name, value in inputs.items())
        x, states = self.lstm(x, states)
        return self.logits(x), states


def steps_per_second(step: Callable[[int], Any]) -> float:
    """Measures how often a step runs in a second: the median of some rounds, after a warm-up."""
    for index in range(10):
        step(index)
    rates = []
    for _ in range(ROUNDS):
        begin, count = time.perf_counter(), 0
        while time.perf_counter() - begin < SECONDS:
            step(count)
            count += 1
        rates.append(count / (time.perf_counter() - begin))
    return float(np.median(rates))


def onnx_step(graph: bytes, inputs: dict[str, np.ndarray]) -> Callable[[int], Any]:
    session = OnnxSession(graph)
    states = zero_states(session, len(inputs["tokens"][0]))

    def step(index: int) -> np.ndarray:
        nonlocal states
        now = {name: values[index % len(values)] for name, values in inputs.items()}
        outputs, states = session.run({**now, **states})
        return outputs["logits"]

    return step


def torch_step(network: TorchNetwork, inputs: dict[str, np.ndarray]) -> Callable[[int], Any]:
    states = None

    def step(index: int) -> np.ndarray:
        nonlocal states
        now = {n: torch.from_numpy(values[index % len(values)]) for n, values in inputs.items()}
        with torch.no_grad():
            logits, states = network(now, states)
        return logits.numpy()

    return step


def keras_step(network: Any, inputs: dict[str, np.ndarray]) -> Callable[[int], Any]:
    from keras.ops import convert_to_numpy, convert_to_tensor, zeros

    batch = len(inputs["tokens"][0])
    names = [name for name in network.input if name in network.output]
    states = {name: zeros((batch, network.input[name].shape[-1])) for name in names}

    def step(index: int) -> np.ndarray:
        now = {
            name: convert_to_tensor(values[index % len(values)]) for name, values in inputs.items()
        }
        outputs = network({**now, **states}, training=False)
        states.update({name: outputs[name] for name in names})
        return convert_to_numpy(outputs["logits"])

    return step


def check_same(*ways: Callable[[int], np.ndarray]) -> None:
    """Checks that all ways give the same logits, step after step."""
    for index in range(5):
        first, *others = [way(index) for way in ways]
        for other in others:
            np.testing.assert_allclose(other, first, atol=1e-3)


def rows(pipe: Any) -> Iterator[dict[str, Any]]:
    """Measures every way at every batch size."""
    network, float32 = pipe.network, lower(pipe.network)
    peer = TorchNetwork(network, pipe.codec.channels)
    rng = np.random.default_rng(0)
    for batch in BATCHES:
        sizes = {"tokens": pipe.codec.size, **pipe.codec.channels}
        inputs = {
            name: rng.integers(0, size, (256, batch, 1)).astype(np.int32)
            for name, size in sizes.items()
        }
        check_same(
            onnx_step(float32, inputs), torch_step(peer, inputs), keras_step(network, inputs)
        )
        ours = steps_per_second(onnx_step(pipe.graph, inputs))
        torch_rates = {}
        for threads in {1, os.cpu_count() or 1}:
            torch.set_num_threads(threads)
            torch_rates[threads] = steps_per_second(torch_step(peer, inputs))
        best = max(torch_rates, key=torch_rates.__getitem__)
        ways = {
            "rnnapps, the shipped graph (int8)": ours,
            "rnnapps, float32": steps_per_second(onnx_step(float32, inputs)),
            f"PyTorch nn.LSTM ({best} thread{'s' * (best > 1)})": torch_rates[best],
            "Keras, a loop of model(x)": steps_per_second(keras_step(network, inputs)),
        }
        for way, rate in ways.items():
            yield {
                "batch": batch,
                "way": way,
                "steps a second": round(rate),
                "tokens a second": round(rate * batch),
                "the shipped graph is faster by": round(ours / rate, 1),
            }


def main() -> None:
    torch.set_flush_denormal(True)
    pipe = pipeline("music", PRESET)
    network = ", ".join(f"{key} {value}" for key, value in pipe.config.items())
    report = Report({}, title=f"Generation, {PRESET}", tables={f"`{PRESET}`": list(rows(pipe))})
    publish("generation", report, network=network, seconds=SECONDS, rounds=ROUNDS)


if __name__ == "__main__":
    main()
