"""Adversarial training: the network learns from texts whose embeddings are moved against it."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from rnnapps.nn.lengths import validity
from rnnapps.training.from_rest import FromRest
from rnnapps.training.gradients import gradients


class Adversarial(keras.Model):
    """Trains a network on whole rows; in every other row the embeddings are moved against it.

    A row is moved the way in which its loss grows most, by a share of the length of its embeddings
    taken as one vector. Outside of training nothing is moved.

    Args:
        network: As `rnnapps.training.from_rest.FromRest` takes it, with an embedding of the name
            `"token_embedding"`.
        loss: The loss, of a row.
        share: How far a row is moved, as a share of the norm of its embeddings.

    Call arguments:
        inputs: Dict of the network's other inputs, and in training `"targets"`.

    Returns:
        The prediction.

    Reference: Miyato, Dai, Goodfellow 2017, "Adversarial Training Methods for Semi-Supervised Text
    Classification", arXiv:1605.07725, section 3, equations 3 and 4; the share takes the place of
    its normalised embeddings.
    """

    def __init__(self, network: keras.Model, loss: keras.losses.Loss, share: float, **kwargs: Any):
        super().__init__(**kwargs)
        self.embedding = network.get_layer("token_embedding")
        self.place = self.embedding.output.name
        others = {name: each for name, each in network.input.items() if name != "tokens"}
        inputs = {self.place: self.embedding.output, **others}
        self.body = FromRest(keras.Model(inputs, network.output))
        self.loss_of_row, self.share = loss, share
        self.built = True

    def call(self, inputs, training=False):
        inputs = dict(inputs)
        targets = inputs.pop("targets", None)
        embedded = self.embedding(inputs.pop("tokens"))
        if training:
            embedded = embedded + self._worst(embedded, inputs, targets)
        return self.body({self.place: embedded, **inputs}, training=training)

    def _worst(self, embedded, inputs, targets):
        def total(moved):
            prediction = self.body({**moved, **inputs}, training=False)
            return ops.sum(self.loss_of_row.call(targets, prediction))

        embedded = ops.stop_gradient(embedded)
        real = validity(inputs["lengths"], ops.shape(embedded)[1])[:, :, None]
        gradient = gradients(total, {self.place: embedded})[self.place]
        length = ops.norm(embedded * real, axis=(1, 2), keepdims=True) * self.share
        slope = ops.norm(gradient, axis=(1, 2), keepdims=True)
        every_other = ops.cast(ops.arange(ops.shape(embedded)[0]) % 2, embedded.dtype)
        scale = length / ops.maximum(slope, 1e-12) * every_other[:, None, None]
        return ops.stop_gradient(gradient * scale)
