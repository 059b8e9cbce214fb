"""Is the runtime that tags words as fast as we say? `python benchmarks/tagging.py`

Words per second on one core from text to spans, the splitting into words and the best path with
its probabilities counted in: our graph on ONNX Runtime, Keras, and the same network with the same
weights in PyTorch. Only the network differs. Needs torch and RNNAPPS_DATA; run it while nothing
else runs.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from peer import one_core, torch_dense, torch_embedding, torch_lstm
from results import publish

from rnnapps import pipeline
from rnnapps.data import datasets
from rnnapps.pipelines.ner.pipeline import NamedEntities
from rnnapps.pipelines.ner.reading import located
from rnnapps.report import Report
from rnnapps.runtime.lower import lower
from rnnapps.runtime.session import KerasSession, OnnxSession, Session

PRESET, PARAGRAPHS, BATCH, ROUNDS = "conll2003", 600, 32, 3
INPUTS = ["words", "shapes", "characters", "vectors", "lengths"]


class TorchTagger(torch.nn.Module):
    """The network of `rnnapps.pipelines.ner.model` in PyTorch, as a `Session`."""

    inputs, states, sequences = INPUTS, {}, ["scores"]
    quantized = False

    def __init__(self, weights: dict[str, np.ndarray]):
        super().__init__()
        self.words = torch_embedding(weights["words_embedding/embeddings"])
        self.shapes = torch_embedding(weights["shapes_embedding/embeddings"])
        self.characters = torch_embedding(weights["spelling/embeddings"])
        kernel = weights["spelling/kernel"]  # of shape (width, embedding, filters)
        self.filters = torch.nn.Conv1d(kernel.shape[1], kernel.shape[2], 3, padding=1)
        self.filters.weight.data = torch.tensor(kernel.transpose(2, 1, 0).copy())
        self.filters.bias.data = torch.tensor(weights["spelling/bias"])
        self.lstm = torch_lstm(weights)
        self.scores = torch_dense(weights["scores/kernel"], weights["scores/bias"])

    def forward(
        self,
        words: torch.Tensor,
        shapes: torch.Tensor,
        letters: torch.Tensor,
        vectors: torch.Tensor,
        lengths: torch.Tensor,
    ) -> torch.Tensor:
        rows = letters.flatten(0, 1)
        valid = (rows > 0)[:, :, None]
        seen = self.filters((self.characters(rows) * valid).transpose(1, 2)).transpose(1, 2)
        spelling = (torch.relu(seen) * valid).amax(dim=1).unflatten(0, words.shape)
        x = torch.cat([self.words(words), vectors, spelling, self.shapes(shapes)], dim=2)
        packed = torch.nn.utils.rnn.pack_padded_sequence(
            x, lengths, batch_first=True, enforce_sorted=False
        )
        y, _ = torch.nn.utils.rnn.pad_packed_sequence(self.lstm(packed)[0], batch_first=True)
        return self.scores(y)

    def run(self, arrays: Mapping[str, np.ndarray]) -> tuple[dict[str, np.ndarray], dict]:
        """Runs the network, as a `Session` does."""
        given = {name: torch.from_numpy(np.ascontiguousarray(arrays[name])) for name in self.inputs}
        given = {name: each.long() if name != "vectors" else each for name, each in given.items()}
        with torch.no_grad():
            return {"scores": self(*given.values()).numpy()}, {}


class Timed(NamedEntities):
    """Runs its batches on a given session."""

    given: Session

    @property
    def batch_session(self) -> Session:
        return self.given


def ways(pipe: NamedEntities) -> dict[str, NamedEntities]:
    """Gives every way to tag a batch of texts."""
    sessions: dict[str, Any] = {
        "rnnapps, the shipped graph (int8)": OnnxSession(pipe.graph),
        "rnnapps, float32": OnnxSession(lower(pipe.network)),
        "PyTorch nn.LSTM": TorchTagger(pipe.weights()).eval(),
        "Keras": KerasSession(pipe.network),
    }
    found: dict[str, NamedEntities] = {}
    for name, session in sessions.items():
        way = Timed(pipe.config, pipe.preprocessor, weights=pipe.weights(), files=pipe.files)
        way.given = session
        found[name] = way
    return found


def rate(way: NamedEntities, texts: list[str], words: int) -> float:
    """Measures words per second: the median of some rounds, after one to warm up."""
    rates = []
    for _ in range(ROUNDS + 1):
        begin = time.perf_counter()
        way.predict(texts, batch_size=BATCH)
        rates.append(words / (time.perf_counter() - begin))
    return float(np.median(rates[1:]))


def rows_of(pipe: NamedEntities) -> Iterator[dict[str, Any]]:
    """Measures every way."""
    articles = datasets.load("wikitext_2", "test")
    texts = [line for article in articles for line in article.split("\n")][:PARAGRAPHS]
    words = sum(len(located(text).words) for text in texts)
    every = ways(pipe)
    check_same(every, texts[:BATCH])
    rates = {name: rate(way, texts, words) for name, way in every.items()}
    ours = next(iter(rates.values()))
    for name, value in rates.items():
        yield {
            "way": name,
            "words a second": round(value),
            "the shipped graph is faster by": round(ours / value, 1),
        }


def check_same(every: dict[str, NamedEntities], texts: list[str]) -> None:
    """Checks that all ways in float32 find the same spans."""
    answers = {name: way.predict(texts) for name, way in every.items() if "int8" not in name}
    places = [
        [[(span["start"], span["end"], span["entity_group"]) for span in row] for row in answer]
        for answer in answers.values()
    ]
    if any(each != places[0] for each in places):
        raise SystemExit("Expected the same spans of all ways. Received: different ones.")


def main() -> None:
    one_core()
    pipe = pipeline("ner", PRESET)
    title = f"`ner`, `{PRESET}`, batches of {BATCH} paragraphs, one core"
    report = Report({}, title=title, tables={title: list(rows_of(pipe))})
    publish("tagging", report, paragraphs=PARAGRAPHS, rounds=ROUNDS)


if __name__ == "__main__":
    main()
