"""The conditional random field over the tags of a sequence."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from rnnapps.decoding.viterbi import BARRED, Chain
from rnnapps.nn.lengths import validity

#: Added to a sum of exponentials before its logarithm is taken, so that none is of zero: what is
#: barred, or more than 69 nats less likely than the best, counts as that.
SMALLEST = 1e-30


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
    >>> first, any_tag = [True, False], [True, True]
    >>> nats = crf.nats(scores, np.array([[first, first, any_tag]]), np.array([3]))
    >>> round(float(nats[0]), 3)  # two of eight sequences that are all alike
    1.386
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

    def nats(self, scores, possible, lengths):
        """Gives the negative log-likelihood of what is known of sequences of tags.

        Args:
            scores: tensor of shape `(batch, time, tags)`.
            possible: tensor of the same shape, true for each tag that a step may have: one where
                it is known, several where it is known in part, all where it is not.
            lengths: int tensor of shape `(batch,)`, each at least 1.

        Returns:
            A tensor of shape `(batch,)`, in nats per sequence.

        Reference: Bellare and McCallum 2007, "Learning Extractors from Unlabeled Text using
        Relevant Databases"; Tsuboi et al. 2008, "Training Conditional Random Fields Using
        Incomplete Annotations", section 4 (the marginal likelihood of known parts).
        """
        transitions, start, end = self._chain(ops.convert_to_tensor)
        known = scores + BARRED * (1 - ops.cast(possible, scores.dtype))
        valid = validity(ops.concatenate([lengths, lengths]), ops.shape(scores)[1])

        likely = ops.exp(transitions)

        def step(reached, packed):
            score, live = packed[:, :-1], packed[:, -1:]
            highest = ops.stop_gradient(ops.max(reached, axis=1, keepdims=True))
            following = ops.matmul(ops.exp(reached - highest), likely)
            following = ops.log(following + SMALLEST) + highest + score
            return ops.where(live > 0, following, reached), None

        # One tensor, as Keras on TensorFlow cannot scan several over a free number of steps.
        packed = ops.concatenate([ops.concatenate([scores, known]), valid[:, :, None]], axis=2)
        packed = ops.pad(packed, [(0, 0), (0, 1), (0, 0)])  # a row of one step is scanned too
        packed = ops.swapaxes(packed, 0, 1)
        reached, _ = ops.scan(step, start + packed[0, :, :-1], packed[1:])
        total, own = ops.split(ops.logsumexp(reached + end, axis=1), 2)
        return total - own

    def chain(self) -> Chain:
        """Gives its scores as arrays, for `rnnapps.decoding.viterbi`."""
        return self._chain(ops.convert_to_numpy)

    def _chain(self, convert) -> Chain:
        learnt = Chain(*map(convert, self.chain_weights))
        return learnt if self.allowed is None else learnt.only(Chain(*map(convert, self.allowed)))

    def get_config(self):
        allowed = self.allowed and [np.asarray(each).tolist() for each in self.allowed]
        return {**super().get_config(), "tags": self.tags, "allowed": allowed}

    def compute_output_shape(self, scores_shape):
        return scores_shape
