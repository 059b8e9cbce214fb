"""The training of a recogniser on recordings with what is said in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from rnnapps.decoding.ctc import BLANK, needed
from rnnapps.errors import at
from rnnapps.pipelines.speech.data import check_length
from rnnapps.pipelines.speech.hearing import Hearing
from rnnapps.pipelines.speech.variation import varied
from rnnapps.training.checkpoint import digest
from rnnapps.training.from_rest import FromRest
from rnnapps.training.given import Given, GivenMean, RowsWithTargets
from rnnapps.training.resumable import fit

#: What the nats of the phonemes count beside those of the letters.
BESIDE = 0.5


class CTCNats(keras.Model):
    """Gives how unlikely texts are to a recogniser, by connectionist temporal classification.

    In training a second last layer may learn to tell the phonemes of the words, which teach the
    layers before it more than letters do; only training has it.

    Args:
        network: As `rnnapps.pipelines.speech.model.recogniser` builds it.
        phonemes: Number of symbols of phonemes, the blank among them; 0 learns none.
        seed: Seed of the layer that tells them.

    Call arguments:
        inputs: Dict of `"features"` of shape `(batch, time, features)`, `"lengths"` of shape
            `(batch,)`, `"targets"`, the symbols, int of shape `(batch, symbols)`, right-padded
            with blanks, and with phonemes `"phonemes"`, theirs, all blank where they are not known.

    Returns:
        Nats of each recording, of shape `(batch,)`; in training those of its phonemes, weighed by
        `BESIDE`, are added.

    Reference: Graves et al. 2006, "Connectionist Temporal Classification", section 4; Krishna et
    al. 2018, "Hierarchical Multitask Learning for CTC-based Speech Recognition",
    arXiv:1807.06234 (phonemes).
    """

    def __init__(
        self, network: keras.Model, phonemes: int = 0, seed: int | None = None, **kwargs: Any
    ):
        super().__init__(**kwargs)
        letters = network.get_layer("logits")
        states = {name: tensor for name, tensor in network.output.items() if name != "logits"}
        self.body = FromRest(keras.Model(network.input, {**states, "heard": letters.input}))
        self.letters = letters  # behind the body, as layers are grouped in this order
        self.reads = [name for name in network.input if name not in network.output]
        self.phonemes = None
        if phonemes:
            start = keras.initializers.GlorotUniform(seed)
            self.phonemes = keras.layers.Dense(phonemes, kernel_initializer=start, name="phonemes")
            self.phonemes.build(self.letters.input.shape)
        self.built = True

    def call(self, inputs, training=False):
        lengths = ops.cast(inputs["lengths"], "int32")
        heard = self.body({name: inputs[name] for name in self.reads}, training=training)
        nats = _ctc(inputs["targets"], self.letters(heard), lengths)
        if training and self.phonemes is not None:
            known = ops.cast(ops.any(inputs["phonemes"] != BLANK, axis=1), nats.dtype)
            others = _ctc(inputs["phonemes"], self.phonemes(heard), lengths)
            nats = nats + BESIDE * known * others
        return nats


def _ctc(targets: Any, logits: Any, lengths: Any) -> Any:
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
        vary: Share of all that may be varied; 0 hears them as they are and in one order, for
            validation.
        phonemes: Symbols of the phonemes of each, of shape `(phonemes,)`, empty where they are not
            known.

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
        vary: float = 0.5,
        phonemes: Sequence[np.ndarray] | None = None,
    ):
        for number, (each, said) in enumerate(zip(spectra, symbols, strict=True)):
            with at(f"Recording {number}"):
                check_length(each, said, hearing)
        longest = max(len(each) for each in symbols)
        targets = np.stack([np.pad(each, (0, longest - len(each))) for each in symbols])
        rows = [{"features": each} for each in spectra]
        super().__init__(rows, targets, batch_size, seed=seed, shuffle=vary > 0)
        self.hearing, self.vary, self.phonemes = hearing, vary, phonemes

    @property
    def settings(self) -> dict[str, Any]:
        heard = {"centred": self.hearing.centred, "stride": self.hearing.stride}
        return {**super().settings, **heard, "vary": self.vary}

    def row(self, index: int) -> dict[str, np.ndarray]:
        if self.vary:
            spectra = self.rows[index]["features"].astype(np.float32)
            rng = np.random.default_rng([self.seed, self.epoch, index])
            heard = self.whole(varied(spectra, self.hearing, rng, self.vary), index)
        else:
            heard = self.as_it_is(index)
        row = {"features": self.hearing.steps(heard)}
        if self.phonemes is not None:
            known = self.phonemes[index]
            fits = len(known) and needed(known) <= len(row["features"])
            row["phonemes"] = known if fits else np.full(1, BLANK)
        return row

    def whole(self, spectra: np.ndarray, index: int) -> np.ndarray:
        """Gives the recording as it is where its variation is too short for its symbols."""
        symbols = self.targets[index][self.targets[index] != BLANK]
        enough = self.hearing.count(len(spectra)) >= needed(symbols)
        return spectra if enough else self.as_it_is(index)

    def as_it_is(self, index: int) -> np.ndarray:
        """Gives a recording that is not varied."""
        return self.hearing.centre(self.rows[index]["features"].astype(np.float32))


def train(
    network: keras.Model,
    recordings: Recordings,
    validation: Recordings | None = None,
    *,
    settings: dict[str, Any],
    phonemes: int = 0,
    **options: Any,
) -> keras.callbacks.History:
    """Trains the network; it is left with its best weights.

    Args:
        network: As `rnnapps.pipelines.speech.model.recogniser` builds it.
        recordings: The recordings.
        validation: Recordings that decide which epoch is kept.
        settings: As in `rnnapps.training.resumable.fit`; what is trained on is added.
        phonemes: As in `CTCNats`.
        **options: Those of `rnnapps.training.resumable.fit`, `epochs` among them.

    Returns:
        Keras's history; `nats` is of a recording.
    """
    heard = [recordings.targets, *(row["features"] for row in recordings.rows)]
    heard += recordings.phonemes or []
    return fit(
        CTCNats(network, phonemes, recordings.seed),
        recordings,
        validation,
        loss=Given(),
        metrics=[GivenMean()],
        monitor="nats",
        settings={**settings, "recordings": digest(heard)},
        **options,
    )
