"""Training over a large vocabulary: the softmax of a sample of the tokens in place of all."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from rnnapps.training.carried import CarriedStates


class SampledSoftmax(keras.Model):
    """Gives a next-token network's nats per token, in training from a sample of the vocabulary.

    Each window draws tokens, the frequent ones always and the others by their frequency to the
    power 0.75, each at most once; targets are told from these alone. All logits are corrected by
    the odds of being drawn, which makes the softmax of all tokens the one that fits best. Outside
    of training the nats are exact.

    Args:
        network: as `rnnapps.nn.token_network.token_network(..., tied=True)` builds it.
        batch_size: rows of each batch.
        counts: how often each token stands in the training text, of shape `(size,)`.
        samples: number of tokens drawn for a window.
        seed: seed of the draws.

    Call arguments:
        inputs: as `CarriedStates` takes them, with `"targets"`: the tokens that follow, int of
            shape `(batch, time)`.

    Returns:
        Nats of shape `(batch, time)`.

    Reference: Jean et al. 2015, "On Using Very Large Target Vocabulary for Neural Machine
    Translation", arXiv:1412.2007, section 3; Mikolov et al. 2013, arXiv:1310.4546, section 2.2
    (the power).
    """

    def __init__(
        self,
        network: keras.Model,
        batch_size: int,
        counts: np.ndarray,
        samples: int,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        states = {name: network.output[name] for name in network.input if name in network.output}
        features = network.get_layer("features").output
        self.carried = CarriedStates(
            keras.Model(network.input, {"features": features, **states}), batch_size
        )
        self.embedding = network.get_layer("token_embedding")
        self.samples = min(samples, len(counts))
        self.odds = inclusion(np.maximum(counts, 1.0) ** 0.75, self.samples)
        self.generator = keras.random.SeedGenerator(seed)
        self.built = True

    def call(self, inputs, training=False):
        inputs = dict(inputs)
        targets = inputs.pop("targets")
        features = self.carried(inputs, training=training)
        table = ops.convert_to_tensor(self.embedding.embeddings)
        if not training:
            return self.nats(features, targets)
        # Evenly spaced from a random start, over the tokens in a random order: each is drawn with
        # its odds, and once at most.
        order = keras.random.shuffle(ops.arange(len(self.odds)), seed=self.generator)
        places = keras.random.uniform((), seed=self.generator)
        places = places + ops.arange(self.samples, dtype="float32")
        reached = ops.cumsum(ops.take(ops.convert_to_tensor(self.odds), order))
        found = ops.minimum(ops.searchsorted(reached, places), len(self.odds) - 1)
        drawn = ops.take(order, found)
        correction = ops.convert_to_tensor(np.log(self.odds))
        others = ops.matmul(features, ops.transpose(ops.take(table, drawn, axis=0)))
        others = ops.logsumexp(others - ops.take(correction, drawn), axis=-1)
        known = ops.sum(ops.take(table, targets, axis=0) * features, axis=-1)
        known = known - ops.take(correction, targets)
        times = ops.segment_sum(ops.ones_like(places), drawn, len(self.odds))
        once = ops.where(ops.take(times, targets) > 0, -1e9, known)  # it may be among the others
        return ops.logaddexp(others, once) - known

    def nats(self, features, targets):
        """Gives the exact nats of tokens.

        Args:
            features: what `carried` gives before each, of shape `(batch, time, features)`.
            targets: the tokens, int of shape `(batch, time)`.

        Returns:
            A tensor of shape `(batch, time)`.
        """
        logits = ops.matmul(features, ops.transpose(self.embedding.embeddings))
        known = ops.take_along_axis(logits, targets[..., None], axis=-1)[..., 0]
        return ops.logsumexp(logits, axis=-1) - known


def inclusion(weights: np.ndarray, samples: int) -> np.ndarray:
    """Gives the odds of being among as many draws, in proportion to weights and 1 at most.

    Args:
        weights: positive weights of shape `(size,)`.
        samples: number of draws, up to the size.

    Returns:
        float32 odds that add up to `samples`.

    Reference: Hansen and Hurwitz 1943, "On the Theory of Sampling from Finite Populations";
    Madow 1949, "On the Theory of Systematic Sampling, II".

    Example:
    >>> import numpy as np
    >>> from rnnapps.training.sampled_softmax import inclusion
    >>> inclusion(np.array([9.0, 2.0, 1.0, 1.0]), 3).tolist()
    [1.0, 1.0, 0.5, 0.5]
    """
    odds = np.zeros(len(weights))
    sure = np.zeros(len(weights), bool)
    while True:
        rest = np.where(sure, 0.0, weights)
        odds = np.where(sure, 1.0, rest * (samples - sure.sum()) / max(rest.sum(), 1e-30))
        if not (odds > 1).any():
            return odds.astype(np.float32)
        sure |= odds > 1
