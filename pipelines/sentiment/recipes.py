"""The recipes of the shipped presets: vocabulary, networks, training."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

#: Tokens that run at once; a longer text is read on with the states carried over.
WINDOW = 1000
#: Number of subwords of the vocabulary.
SIZE = 10_000
#: Settings of `rnnapps.nn.token_network.token_network` for the language model.
LANGUAGE_MODEL: dict[str, Any] = {
    "embedding": 200,
    "units": 512,
    "layers": 1,
    "input_dropout": 0.05,
    "output_dropout": 0.1,
    "weight_drop": 0.0,
    "tied": True,
}
PRETRAINING: dict[str, Any] = {
    "batch_size": 64,
    "window": 70,
    "epochs": 3,
    "learning_rate": 3e-3,
    "warm_up": 0.05,
    "samples": 2000,
    "seed": 1,
}


@dataclass(frozen=True)
class Phase:
    """Passes over the texts, the rates of the first layers and of the head, adversarial moves.

    Of several `runs`, which read the texts in different orders, the mean of the weights is taken.

    Where there is `backward`, there are four judges: a network that reads from the end has learnt
    so before, the linear model has learnt from all texts, and there are vectors of documents.
    """

    epochs: int
    learning_rate: tuple[float, float]
    adversarial: float = 0.0
    runs: int = 1
    backward: Phase | None = None


@dataclass(frozen=True)
class Recipe:
    """How a preset is made: its data, where its weights come from, its training.

    After the labelled texts come, in each phase of `self_training`, these with the unlabelled ones,
    whose labels are made anew. At last the network gets weights of phrases where `phrases` tells
    how many, and how strongly they are learnt; what begins with another preset has those of that.
    """

    dataset: str
    base: str
    training: Phase
    self_training: tuple[Phase, ...] = ()
    phrases: dict[str, Any] = field(default_factory=dict)
    batch_size: int = 64
    network: dict[str, Any] = field(default_factory=dict)
    seed: int = 1


RECIPES = {
    "imdb": Recipe(
        dataset="imdb",
        base="language_model",
        training=Phase(epochs=2, learning_rate=(1e-3, 4e-3), adversarial=0.02),
        self_training=(
            Phase(epochs=2, learning_rate=(8e-4, 3e-3), adversarial=0.02),
            Phase(epochs=1, learning_rate=(5e-4, 2e-3)),
            Phase(
                epochs=1,
                learning_rate=(5e-4, 2e-3),
                runs=2,
                backward=Phase(epochs=2, learning_rate=(2e-3, 4e-3)),
            ),
        ),
        phrases={"buckets": 2**17, "strength": 10.0},
        network={
            "token_dropout": 0.05,
            "input_dropout": 0.05,
            "output_dropout": 0.1,
            "dropout": 0.2,
            "weight_drop": 0.1,
        },
    ),
    "sst2": Recipe(dataset="sst2", base="imdb", training=Phase(4, (2e-4, 1e-3))),
}
