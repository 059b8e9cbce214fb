"""How well does a recurrent network know polyphony? `python benchmarks/polyphony.py`

The benchmark of Boulanger-Lewandowski et al. 2012 in the protocol of Bai et al. 2018: official
splits, the negative log-likelihood of each frame of a piece but the first, given those before it,
averaged over the frames of the test part, in nats.

Sigmoid outputs, as in the figures of Bai et al., take the keys of a frame as independent. Here a
frame is written as its keys from low to high and a mark of its end, so the likelihood of a set of
keys is the product of the likelihoods of these tokens: exact, as in RNN-NADE. Beside the last token
the network is told the step in the bar, how many keys the frame has so far, and which key would be
next in each of the two frames before. Needs the data set in RNNAPPS_DATA; a killed run goes on.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from results import publish

from rnnapps.data import datasets
from rnnapps.data.windows import Windows
from rnnapps.decoding.sampling import log_softmax
from rnnapps.report import Report
from rnnapps.runtime.session import OnnxSession, Session, zero_states

KEYS = 88
END, START, SIZE = KEYS, KEYS + 1, KEYS + 2
NONE = KEYS  # in place of a key: there is none
MOST = 8
SEEDS = (1, 2, 3)


@dataclass(frozen=True)
class Recipe:
    """How the network of a set is built and trained; chosen on the validation part."""

    title: str
    bar: int
    epochs: int
    learning_rate: float
    network: dict[str, Any]
    published: dict[str, float]
    batch_size: int = 16
    window: int = 128


RECIPES = {
    "jsb_frames": Recipe(
        title="JSB Chorales",
        bar=4,
        epochs=30,
        learning_rate=4e-3,
        network={
            "embedding": 96,
            "units": 128,
            "layers": 1,
            "input_dropout": 0.2,
            "output_dropout": 0.4,
            "weight_drop": 0.3,
        },
        published={"LSTM": 8.45, "TCN": 8.10, "RNN-RBM": 6.27, "RNN-NADE": 5.56},
    ),
    "nottingham_frames": Recipe(
        title="Nottingham",
        bar=16,
        epochs=6,
        learning_rate=4e-3,
        network={
            "embedding": 96,
            "units": 192,
            "layers": 1,
            "input_dropout": 0.1,
            "output_dropout": 0.2,
            "weight_drop": 0.1,
        },
        published={"LSTM": 3.29, "TCN": 3.07, "RNN-RBM": 2.39, "RNN-NADE": 2.31},
    ),
}
SOURCES = {
    "LSTM": "Bai et al. 2018, arXiv:1803.01271, table 1",
    "TCN": "Bai et al. 2018, arXiv:1803.01271, table 1",
    "RNN-RBM": "Boulanger-Lewandowski et al. 2012, arXiv:1206.6392, as commonly quoted",
    "RNN-NADE": "Boulanger-Lewandowski et al. 2012, arXiv:1206.6392, as commonly quoted",
}


@dataclass
class Written:
    """A piece as tokens, with the frame of each."""

    example: dict[str, np.ndarray]
    frames: np.ndarray = field(repr=False)


def channels(bar: int) -> dict[str, int]:
    return {"position": bar, "count": MOST + 1, "next_key": KEYS + 1, "next_key_before": KEYS + 1}


def written(piece: np.ndarray, bar: int) -> Written:
    """Writes a piece as tokens.

    Args:
        piece: bool of shape `(frames, 88)`.
        bar: frames of a bar.
    """
    rows, tokens = [], []
    before = older = np.zeros(0, int)
    for frame, keys in enumerate(map(np.flatnonzero, piece)):
        last = -1
        for count, token in enumerate([*keys, END]):
            rows.append((frame % bar, min(count, MOST), _next(before, last), _next(older, last)))
            tokens.append(token)
            last = token
        before, older = keys, before
    targets = np.array(tokens, np.int32)
    context = dict(zip(channels(bar), np.array(rows, np.int32).T, strict=True))
    frames = np.cumsum(targets == END) - (targets == END)
    shifted = np.insert(targets[:-1], 0, START)
    return Written({"tokens": shifted, **context, "targets": targets}, frames)


def _next(keys: np.ndarray, last: int) -> int:
    above = keys[keys > last]
    return int(above[0]) if len(above) else NONE


def nats_per_frame(session: Session, pieces: list[Written]) -> float:
    """Computes the mean negative log-likelihood of all frames but the first of each piece."""
    total, count = 0.0, 0
    for piece in pieces:
        inputs = {name: piece.example[name][None] for name in session.inputs}
        outputs, _ = session.run({**inputs, **zero_states(session, 1)})
        logits = outputs["logits"][0].astype(np.float64)
        last = piece.example["tokens"]
        lowest = np.where(last < KEYS, last + 1, 0)
        allowed = (np.arange(SIZE) >= lowest[:, None]) & (np.arange(SIZE) != START)
        scores = log_softmax(np.where(allowed, logits, -np.inf))
        nats = -np.take_along_axis(scores, piece.example["targets"][:, None], axis=1)[:, 0]
        total += nats[piece.frames > 0].sum()
        count += int(piece.frames[-1])
    return total / count


def trained(name: str, seed: int, checkpoints: Path) -> Any:
    """Trains a network, going on from its checkpoint if there is one."""
    from rnnapps.nn.token_network import token_network
    from rnnapps.training.loop import train

    recipe = RECIPES[name]
    training, held_out = (
        [written(piece, recipe.bar).example for piece in datasets.load(name, split)]
        for split in ("train", "valid")
    )
    network = token_network(SIZE, channels(recipe.bar), seed=seed, **recipe.network)
    sizes = recipe.batch_size, recipe.window
    train(
        network,
        Windows(lambda rng: training, *sizes, seed=seed),
        Windows(lambda rng: held_out, *sizes, shuffle=False),
        epochs=recipe.epochs,
        learning_rate=recipe.learning_rate,
        checkpoint_dir=checkpoints / f"{name}-{seed}",
        resume=True,
        settings={"network": recipe.network, "bar": recipe.bar},
        verbose=2,
    )
    return network


def measured(name: str, checkpoints: Path) -> dict[str, Any]:
    """Trains with every seed and measures on the validation and the test part."""
    from rnnapps.runtime.lower import lower

    recipe = RECIPES[name]
    figures: dict[str, list[float]] = {"valid": [], "test": []}
    for seed in SEEDS:
        network = trained(name, seed, checkpoints)
        session = OnnxSession(lower(network))
        for split, found in figures.items():
            pieces = [written(piece, recipe.bar) for piece in datasets.load(name, split)]
            found.append(nats_per_frame(session, pieces))
    return {
        "parameters": network.count_params(),
        **figures,
        "mean": float(np.mean(figures["test"])),
        "deviation": float(np.std(figures["test"], ddof=1)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoints", type=Path, default=Path("checkpoints/polyphony"))
    options = parser.parse_args()
    found = {name: measured(name, options.checkpoints) for name in RECIPES}
    ours = f"rnnapps, LSTM (mean and deviation of {len(SEEDS)} seeds)"
    rows: list[dict[str, Any]] = [
        {
            "model": ours,
            **{
                RECIPES[name].title: f"{each['mean']:.2f} ± {each['deviation']:.2f}"
                for name, each in found.items()
            },
            "source": "this benchmark",
        }
    ]
    for model, source in SOURCES.items():
        published = {recipe.title: recipe.published[model] for recipe in RECIPES.values()}
        rows.append({"model": model, **published, "source": source})
    report = Report(found, title="Polyphony", tables={"Nats per frame, test part": rows})
    publish("polyphony", report, seeds=", ".join(map(str, SEEDS)))


if __name__ == "__main__":
    main()
