"""Is the runtime that labels texts as fast as we say? `python benchmarks/inference.py`

Reviews per second on one core, of one shipped classifier over film reviews of real lengths: our
graph on ONNX Runtime, Keras, and the same network with the same weights in PyTorch. All get the
same tokens in the same batches, reviews of about equal length together; PyTorch has packed rows, no
autograd and denormals flushed. Needs torch and RNNAPPS_DATA; run it while nothing else runs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from peer import one_core, torch_dense, torch_embedding, torch_lstm
from results import publish

from rnnapps import pipeline
from rnnapps.data import datasets
from rnnapps.data.batches import buckets, pad
from rnnapps.pipelines.sentiment.phrases import hashed
from rnnapps.report import Report
from rnnapps.runtime.lower import lower
from rnnapps.runtime.rows import run_rows
from rnnapps.runtime.session import OnnxSession

PRESET, REVIEWS, BATCHES, ROUNDS = "imdb", 256, (1, 64), 3
Way = Callable[[list[np.ndarray]], np.ndarray]


class TorchClassifier(torch.nn.Module):
    """The network of `rnnapps.pipelines.sentiment.model` in PyTorch."""

    def __init__(self, weights: dict[str, np.ndarray]):
        super().__init__()
        self.embedding = torch_embedding(weights["token_embedding/embeddings"])
        self.lstm = torch_lstm(weights)
        self.hidden = torch_dense(weights["hidden/kernel"], weights["hidden/bias"])
        self.logits = torch_dense(weights["logits/kernel"], weights["logits/bias"])
        self.table, self.marks = (
            torch.tensor(weights[f"phrases/{name}"]) for name in ("table", "marks")
        )
        self.size = len(weights["token_embedding/embeddings"])

    def forward(self, tokens: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        rows = torch.nn.utils.rnn.pack_padded_sequence(
            self.embedding(tokens), lengths, batch_first=True, enforce_sorted=False
        )
        packed, (last, _) = self.lstm(rows)
        x, _ = torch.nn.utils.rnn.pad_packed_sequence(packed, batch_first=True)
        peak = x.amax(dim=1).clamp(min=0)
        pooled = torch.cat([last[-1], x.sum(dim=1) / lengths[:, None], peak], dim=1)
        both = [torch.relu(self.hidden(pooled)), self.said(tokens, lengths)]
        return self.logits(torch.cat(both, dim=1))

    def said(self, tokens: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """Adds up the weights of phrases, as `rnnapps.pipelines.sentiment.phrases` does."""
        context = torch.nn.functional.pad(tokens, (2, 0))
        steps = context[:, :-2], context[:, 1:-1], tokens
        real = torch.arange(tokens.shape[1]) < lengths[:, None]
        total = sum(
            (self.table[place] * (self.marks[place] == mark) * real).sum(dim=1)
            for place, mark in hashed(*steps, self.size, len(self.table) - self.size)
        )
        return (total / lengths.sqrt())[:, None]


def ways(pipe: Any) -> dict[str, Way]:
    """Gives every way to label a batch of reviews."""
    from rnnapps.training.from_rest import FromRest

    shipped, float32 = OnnxSession(pipe.graph), OnnxSession(lower(pipe.network))
    model, peer = FromRest(pipe.network), TorchClassifier(pipe.weights()).eval()

    def onnx(session: OnnxSession) -> Way:
        return lambda rows: np.array(
            [answer["logits"] for answer in run_rows(session, [{"tokens": row} for row in rows])]
        )

    def keras(call: Callable[[dict[str, np.ndarray]], Any]) -> Way:
        def run(rows: list[np.ndarray]) -> np.ndarray:
            tokens, lengths = pad(rows)
            return np.array(call({"tokens": tokens, "lengths": lengths}))

        return run

    def pytorch(rows: list[np.ndarray]) -> np.ndarray:
        tokens, lengths = map(torch.from_numpy, pad(rows))
        with torch.no_grad():
            return peer(tokens, lengths.long()).numpy()

    return {
        "rnnapps, the shipped graph (int8)": onnx(shipped),
        "rnnapps, float32": onnx(float32),
        "PyTorch nn.LSTM": pytorch,
        "Keras, predict": keras(lambda inputs: model.predict(inputs, verbose=0)),
        "Keras, predict_on_batch": keras(model.predict_on_batch),
    }


def rate(way: Way, batches: list[list[np.ndarray]]) -> float:
    """Measures reviews per second: the median of some rounds, after one to warm up."""
    rates = []
    for _ in range(ROUNDS + 1):
        begin = time.perf_counter()
        for rows in batches:
            way(rows)
        rates.append(sum(map(len, batches)) / (time.perf_counter() - begin))
    return float(np.median(rates[1:]))


def check_same(every: dict[str, Way], rows: list[np.ndarray]) -> None:
    """Checks that all ways answer alike; 8 bits may differ a little."""
    answers = {name: way(rows) for name, way in every.items()}
    for name, answer in answers.items():
        tolerance = 0.5 if "int8" in name else 1e-3
        np.testing.assert_allclose(answer, answers["rnnapps, float32"], atol=tolerance)


def rows_of(pipe: Any) -> Iterator[dict[str, Any]]:
    """Measures every way at every batch size."""
    reviews = datasets.load("imdb", "test")
    chosen = np.random.default_rng(0).choice(len(reviews), REVIEWS, replace=False)
    tokens = [pipe.preprocess(reviews[i].text)["tokens"] for i in chosen]
    every = ways(pipe)
    check_same(every, tokens[:16])
    for size in BATCHES:
        groups = buckets([len(row) for row in tokens], size)
        batches = [[tokens[i] for i in group] for group in groups]
        rates = {name: rate(way, batches) for name, way in every.items()}
        ours = next(iter(rates.values()))
        for name, value in rates.items():
            yield {
                "batch": size,
                "way": name,
                "reviews a second": round(value, 1),
                "the shipped graph is faster by": round(ours / value, 1),
            }


def main() -> None:
    one_core()
    pipe = pipeline("sentiment", PRESET)
    title = f"`sentiment`, `{PRESET}`, one core"
    report = Report({}, title=title, tables={title: list(rows_of(pipe))})
    publish("inference", report, reviews=REVIEWS, rounds=ROUNDS)


if __name__ == "__main__":
    main()
