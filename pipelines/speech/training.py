"""The training of a recogniser on recordings with what is said in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from rnnapps.decoding.ctc import BLANK, needed
from rnnapps.errors import InputError
from rnnapps.pipelines.speech.hearing import Hearing
from rnnapps.pipelines.speech.variation import varied
from rnnapps.training.checkpoint import digest
from rnnapps.training.from_rest import FromRest
from rnnapps.training.given import Given, GivenMean, RowsWithTargets
from rnnapps.training.resumable import fit

#: How much recordings are varied after the first epochs, where not alike in all.
LATER = 0.3


class CTCNats(keras.Model):
    """Gives how unlikely texts are to a recogniser, by connectionist temporal classification.

    Args:
        network: As `rnnapps.pipelines.speech.model.recogniser` builds it.

    Call arguments:
        inputs: Dict of `"features"` of shape `(batch, time, features)`, `"lengths"` of shape
            `(batch,)`, and `"targets"`, the symbols, int of shape `(batch, symbols)`, right-padded
            with blanks.

    Returns:
        Nats of each recording, of shape `(batch,)`.

    Reference: Graves et al. 2006, "Connectionist Temporal Classification", section 4.
    """

    def __init__(self, network: keras.Model, **kwargs: Any):
        super().__init__(**kwargs)
        self.body = FromRest(network)
        self.reads = [name for name in network.input if name not in network.output]
        self.built = True

    def call(self, inputs, training=False):
        targets, lengths = inputs["targets"], ops.cast(inputs["lengths"], "int32")
        heard = {name: inputs[name] for name in self.reads}
        logits = self.body(heard, training=training)
        count = ops.sum(ops.cast(targets != BLANK, "int32"), axis=1)
        return ops.ctc_loss(targets, logits, count, lengths, mask_index=BLANK)


class Recordings(RowsWithTargets):
    """Batches of recordings; each epoch hears them as they might have been.

    Args:
        spectra: Levelled spectra of each, of shape `(frames, mels)`.
        symbols: Symbols of each, of shape `(symbols,)`.
        hearing: What puts spectra side by side.
        batch_size: Recordings of a batch.
        seed: Seed of the order and the variations.
        vary: False hears them as they are and in one order, for validation.
        strong: Epochs in which they are varied as much as can be, and `LATER` of it afterwards;
            None varies them so to the end.

    Raises:
        InputError: If a text is too long for its recording.
    """

    def __init__(
        self,
        spectra: Sequence[np.ndarray],
        symbols: Sequence[np.ndarray],
        hearing: Hearing,
        batch_size: int,
        seed: int = 0,
        vary: bool = True,
        strong: int | None = None,
    ):
        for number, (each, said) in enumerate(zip(spectra, symbols, strict=True)):
            if hearing.count(len(each)) < needed(said):
                raise InputError(
                    f"Recording {number}: Expected sound of {needed(said)} steps or more for its "
                    f"{len(said)} letters. Received: {hearing.count(len(each))} steps."
                )
        longest = max(len(each) for each in symbols)
        targets = np.stack([np.pad(each, (0, longest - len(each))) for each in symbols])
        rows = [{"features": each} for each in spectra]
        super().__init__(rows, targets, batch_size, seed=seed, shuffle=vary)
        self.hearing, self.strong = hearing, strong

    def row(self, index: int) -> dict[str, np.ndarray]:
        spectra = self.rows[index]["features"].astype(np.float32)
        if self.shuffle:
            rng = np.random.default_rng([self.seed, self.epoch, index])
            strength = 1.0 if self.strong is None or self.epoch < self.strong else LATER
            spectra = self.whole(varied(spectra, self.hearing, rng, strength), index)
        return {"features": self.hearing.steps(spectra)}

    def whole(self, spectra: np.ndarray, index: int) -> np.ndarray:
        """Gives the recording as it is where its variation is too short for its symbols."""
        symbols = self.targets[index][self.targets[index] != BLANK]
        enough = self.hearing.count(len(spectra)) >= needed(symbols)
        return spectra if enough else self.rows[index]["features"].astype(np.float32)


def train(
    network: keras.Model,
    recordings: Recordings,
    validation: Recordings | None = None,
    *,
    settings: dict[str, Any],
    **options: Any,
) -> keras.callbacks.History:
    """Trains the network; it is left with its best weights.

    Args:
        network: As `rnnapps.pipelines.speech.model.recogniser` builds it.
        recordings: The recordings.
        validation: Recordings that decide which epoch is kept.
        settings: As in `rnnapps.training.resumable.fit`; what is trained on is added.
        **options: Those of `rnnapps.training.resumable.fit`, `epochs` among them.

    Returns:
        Keras's history; `nats` is of a recording.
    """
    heard = [recordings.targets, *(row["features"] for row in recordings.rows)]
    return fit(
        CTCNats(network),
        recordings,
        validation,
        loss=Given(),
        metrics=[GivenMean()],
        monitor="nats",
        settings={**settings, "recordings": digest(heard)},
        **options,
    )
