"""The recipes of the shipped presets: vocabulary, networks, training."""

from __future__ import annotations

#: Number of subwords of the vocabulary.
SIZE = 10_000
#: Settings of `rnnapps.nn.token_network.token_network` for the language model.
LANGUAGE_MODEL = {
    "embedding": 200,
    "units": 512,
    "layers": 1,
    "input_dropout": 0.05,
    "output_dropout": 0.1,
    "weight_drop": 0.0,
    "tied": True,
}
PRETRAINING = {
    "batch_size": 64,
    "window": 70,
    "epochs": 2,
    "learning_rate": 3e-3,
    "samples": 1000,
    "seed": 1,
}
