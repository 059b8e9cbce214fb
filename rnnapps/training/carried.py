"""Truncated back-propagation through time with states carried from window to window."""

from __future__ import annotations

import keras
from keras import ops


class CarriedStates(keras.Model):
    """Trains a network with states in and out on `rnnapps.data.windows.Windows`.

    The states are non-trainable weights, so they are carried on every Keras backend and stand in
    every checkpoint; Keras's own `stateful=True` loses them on JAX.

    Args:
        network: model whose inputs and outputs are dicts that share the names of its states;
            the one other output is the prediction.
        batch_size: rows of each batch.

    Call arguments:
        inputs: dict of the network's other inputs and `"carry"`, float of shape `(batch,)`: 0
            where a sequence begins, else 1.

    Returns:
        The prediction.

    Reference: Williams and Peng 1990, "An Efficient Gradient-Based Algorithm for On-Line
    Training of Recurrent Network Trajectories".
    """

    def __init__(self, network: keras.Model, batch_size: int, **kwargs):
        super().__init__(**kwargs)
        self.network = network
        self.state_names = [name for name in network.input if name in network.output]
        (self.prediction,) = set(network.output) - set(self.state_names)
        self.carried = [
            self.add_weight(
                shape=(batch_size, network.input[name].shape[-1]),
                initializer="zeros",
                trainable=False,
                name=f"carried_{name}",
            )
            for name in self.state_names
        ]
        self.built = True

    def call(self, inputs, training=False):
        inputs = dict(inputs)
        carry = inputs.pop("carry")[:, None]
        for name, state in zip(self.state_names, self.carried, strict=True):
            inputs[name] = ops.stop_gradient(ops.convert_to_tensor(state) * carry)
        outputs = self.network(inputs, training=training)
        for name, state in zip(self.state_names, self.carried, strict=True):
            state.assign(ops.stop_gradient(outputs[name]))
        return outputs[self.prediction]
