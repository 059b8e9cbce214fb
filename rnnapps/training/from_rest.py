"""The training of networks with states on whole rows, each from zero states."""

from __future__ import annotations

import keras
from keras import ops


class FromRest(keras.Model):
    """Trains a network with states in and out on rows that begin and end in one batch.

    Args:
        network: model whose inputs and outputs are dicts that share the names of its states;
            the one other output is the prediction.

    Call arguments:
        inputs: dict of the network's other inputs.

    Returns:
        The prediction.
    """

    def __init__(self, network: keras.Model, **kwargs):
        super().__init__(**kwargs)
        self.network = network
        states = [name for name in network.input if name in network.output]
        self.widths = {name: network.input[name].shape[-1] for name in states}
        (self.prediction,) = set(network.output) - set(states)
        self.built = True

    def call(self, inputs, training=False):
        batch = ops.shape(next(iter(inputs.values())))[0]
        states = {name: ops.zeros((batch, width)) for name, width in self.widths.items()}
        return self.network({**inputs, **states}, training=training)[self.prediction]
