"""The conditional random field over the tags of a sequence."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from rnnapps.decoding.viterbi import Chain
from rnnapps.nn.lengths import validity


@keras.saving.register_keras_serializable("rnnapps")
class CRF(keras.layers.Layer):
    """Holds how tags follow each other, and tells how unlikely a sequence of tags is.

    Called on the scores of the tags it gives them back, so that it can stand in a network as its
    last layer.

    Args:
        tags: number of tags.
        allowed: `Chain` of 1 where a transition, a beginning or an end can be and 0 where not, so
            that no impossible sequence counts; None allows all.

    Call arguments:
        scores: tensor of shape `(batch, time, tags)`.

    Reference: Lafferty et al. 2001, "Conditional Random Fields"; Lample et al. 2016, "Neural
    Architectures for Named Entity Recognition", arXiv:1603.01360, section 2.2.

    Example:
    >>> import numpy as np
    >>> from rnnapps.nn.crf import CRF
    >>> crf = CRF(2)
    >>> scores = crf(np.zeros((1, 3, 2), "float32"))
    >>> nats = crf.nats(scores, np.array([[0, 1, 1]]), np.array([3]))
    >>> round(float(nats[0]), 3)  # one of eight sequences that are all alike
    2.079
    """

    def __init__(self, tags: int, allowed: Chain | None = None, **kwargs):
        super().__init__(**kwargs)
        self.tags = tags
        self.allowed = allowed and Chain(*(np.asarray(each, np.float32) for each in allowed))

    def build(self, scores_shape):
        shapes = {"transitions": (self.tags, self.tags), "start": (self.tags,), "end": (self.tags,)}
        self.chain_weights = [
            self.add_weight(shape=shape, initializer="zeros", name=name)
            for name, shape in shapes.items()
        ]
        self.built = True

    def call(self, scores):
        return scores

    def nats(self, scores, tags, lengths):
        """Gives the negative log-likelihood of sequences of tags.

        Args:
            scores: tensor of shape `(batch, time, tags)`.
            tags: int tensor of shape `(batch, time)`.
            lengths: int tensor of shape `(batch,)`, each at least 1.

        Returns:
            A tensor of shape `(batch,)`, in nats per sequence.
        """
        transitions, start, end = self._chain(ops.convert_to_tensor)
        valid = validity(lengths, ops.shape(scores)[1])
        known = ops.take_along_axis(scores, tags[:, :, None], axis=2)[:, :, 0]
        joints = ops.take(ops.reshape(transitions, (-1,)), tags[:, :-1] * self.tags + tags[:, 1:])
        last = ops.take_along_axis(tags, ops.cast(lengths, tags.dtype)[:, None] - 1, axis=1)[:, 0]
        own = ops.sum(known * valid, axis=1) + ops.sum(joints * valid[:, 1:], axis=1)
        own = own + ops.take(start, tags[:, 0]) + ops.take(end, last)

        def step(reached, packed):
            score, live = packed[:, :-1], packed[:, -1:]
            following = ops.logsumexp(reached[:, :, None] + transitions[None], axis=1) + score
            return ops.where(live > 0, following, reached), None

        # One tensor, as Keras on TensorFlow cannot scan several over a free number of steps.
        packed = ops.concatenate([scores, valid[:, :, None]], axis=2)
        reached, _ = ops.scan(step, start + scores[:, 0], ops.swapaxes(packed, 0, 1)[1:])
        return ops.logsumexp(reached + end, axis=1) - own

    def chain(self) -> Chain:
        """Gives its scores as arrays, for `rnnapps.decoding.viterbi`."""
        return self._chain(ops.convert_to_numpy)

    def _chain(self, convert) -> Chain:
        learnt = Chain(*map(convert, self.chain_weights))
        return learnt if self.allowed is None else learnt.only(self.allowed)

    def get_config(self):
        allowed = self.allowed and [np.asarray(each).tolist() for each in self.allowed]
        return {**super().get_config(), "tags": self.tags, "allowed": allowed}

    def compute_output_shape(self, scores_shape):
        return scores_shape
