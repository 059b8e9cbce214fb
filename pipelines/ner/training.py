"""The training of a tagger on sentences with a tag for each word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from rnnapps.data.rows import Rows
from rnnapps.data.tags import mark_spans
from rnnapps.decoding.viterbi import viterbi
from rnnapps.pipelines.ner.decoding import marked
from rnnapps.pipelines.ner.evaluation import measures
from rnnapps.training.checkpoint import digest
from rnnapps.training.given import Given, GivenMean
from rnnapps.training.resumable import fit

Row = dict[str, np.ndarray]
#: By how many nats beginnings of spans may be favoured.
FAVOURS = tuple(number / 4 for number in range(13))


class TagNats(keras.Model):
    """Gives how unlikely the tags of sentences are to a tagger.

    Args:
        network: as `rnnapps.pipelines.ner.model.tagger` builds it.

    Call arguments:
        inputs: dict of the network's inputs, and `"possible"`, bool of shape
            `(batch, time, tags)`, as `rnnapps.nn.crf.CRF.nats` takes it.

    Returns:
        Nats of each sentence, of shape `(batch,)`.
    """

    def __init__(self, network: keras.Model, **kwargs: Any):
        super().__init__(**kwargs)
        self.network, self.crf = network, network.get_layer("crf")
        self.built = True

    def call(self, inputs, training=False):
        inputs = dict(inputs)
        possible = inputs.pop("possible")
        scores = self.network(inputs, training=training)["scores"]
        return self.crf.nats(scores, possible, inputs["lengths"])


def train(
    network: keras.Model,
    rows: list[Row],
    validation: list[Row] | None = None,
    *,
    tags: Sequence[str],
    batch_size: int,
    seed: int = 0,
    settings: dict[str, Any],
    **options: Any,
) -> keras.callbacks.History:
    """Trains the network; it is left with its best weights.

    Args:
        network: As `rnnapps.pipelines.ner.model.tagger` builds it.
        rows: `"words"`, `"shapes"`, `"characters"` and `"possible"` of each sentence.
        validation: The same of sentences that decide which epoch is kept, the one with the fewest
            errors: nats grow long before errors do, as the network gets too sure of itself.
        tags: Names of the tags.
        batch_size: Sentences of a batch.
        seed: Seed of the order.
        settings: As in `rnnapps.training.resumable.fit`; what is trained on is added.
        **options: Those of `rnnapps.training.resumable.fit`, `epochs` among them.

    Returns:
        Keras's history; `nats` is of a sentence, `val_errors` 1 less the F1 of spans, or the share
        of wrong tags where they stand alone.
    """
    held_out = None if not validation else _batches(validation, batch_size, shuffle=False)
    return fit(
        TagNats(network),
        _batches(rows, batch_size, seed=seed),
        held_out,
        loss=Given(),
        metrics=[GivenMean()],
        monitor="errors" if held_out else "nats",
        judge=held_out and (lambda: errors(network, held_out, tags)),
        settings={**settings, "texts": digest([a for row in rows for a in row.values()])},
        **options,
    )


def errors(network: keras.Model, held_out: Rows, tags: Sequence[str]) -> float:
    """Measures a tagger on sentences whose tags are all known.

    Args:
        network: The tagger.
        held_out: Its inputs and `"possible"`.
        tags: Names of the tags.

    Returns:
        1 less the F1 of spans, or where tags stand alone the share that is wrong.
    """
    return 1 - _f1(_counts(network, list(_scored(network, held_out)), tags))


def favour_spans(network: keras.Model, rows: list[Row], tags: Sequence[str]) -> float:
    """Favours the beginnings of spans by as little as gives about the highest F1 on sentences.

    What is likeliest leaves out many a span that is rather there than not, once some other label
    is possible for it as well. Near its highest point F1 is flat, and higher favours are taken
    worse by other texts than these; so the least is chosen whose F1 is within a standard error.

    Args:
        network: The tagger; its bias of the tags that begin a span is raised.
        rows: As in `train`, sentences that it has not been trained on.
        tags: Names of the tags, in BIOES.

    Returns:
        What was added, in nats; one of `FAVOURS`.

    Reference: Minkov et al. 2006, "NER Systems that Suit User's Preferences", NAACL, section 2 (a
    bias tuned after training, there of the tag outside); Breiman et al. 1984, "Classification and
    Regression Trees", section 3.4.3 (the rule of one standard error).
    """
    batches = list(_scored(network, _batches(rows, 32, shuffle=False)))
    begins = np.array([tag[:2] in ("B-", "S-") for tag in tags], np.float32)
    tried = []
    for favour in FAVOURS:
        favoured = [(scores + favour * begins, *rest) for scores, *rest in batches]
        tried.append(_counts(network, favoured, tags))
    best = max(tried, key=_f1)
    enough = _f1(best) - _standard_error(best)
    least = next(f for f, counts in zip(FAVOURS, tried, strict=True) if _f1(counts) >= enough)
    bias = network.get_layer("scores").bias
    bias.assign(ops.convert_to_numpy(bias) + least * begins)
    return least


def _scored(network: keras.Model, held_out: Rows) -> Iterator[tuple[np.ndarray, ...]]:
    """Gives scores, lengths, and the numbers of the tags, of the sentences whose tags are known."""
    for inputs, _, weights in held_out:
        possible, lengths = inputs.pop("possible"), inputs["lengths"]
        scores = ops.convert_to_numpy(network.predict_on_batch(inputs)["scores"])
        within = np.arange(possible.shape[1]) < lengths[:, None]
        known = (weights > 0) & ((possible.sum(axis=2) == 1) | ~within).all(axis=1)
        yield scores[known], lengths[known], possible[known].argmax(axis=2)


def _counts(
    network: keras.Model, batches: Sequence[Sequence[np.ndarray]], tags: Sequence[str]
) -> np.ndarray:
    """Counts spans that are right, were found and are there, of shape `(sentences, 3)`."""
    chain, together = network.get_layer("crf").chain(), mark_spans(tags)
    counts = []
    for scores, lengths, numbers in batches:
        for row, path in enumerate(viterbi(chain, scores, lengths)):
            true = marked([tags[n] for n in numbers[row, : lengths[row]]], together)
            found = marked([tags[n] for n in path], together)
            counts.append((len(set(true) & set(found)), len(found), len(true)))
    return np.array(counts, np.float64).reshape(-1, 3)


def _f1(counts: np.ndarray) -> float:
    return float(measures(*counts.sum(axis=0))["f1"])


def _standard_error(counts: np.ndarray) -> float:
    """Gives the standard error of F1, a ratio of sums over sentences, by linearisation."""
    right, spans = counts[:, 0], counts[:, 1] + counts[:, 2]
    rest = 2 * right - _f1(counts) * spans
    return float(np.sqrt((rest**2).sum()) / max(spans.sum(), 1))


def _batches(rows: list[Row], batch_size: int, **options: Any) -> Rows:
    return Rows(rows, np.zeros(len(rows), np.float32), batch_size, **options)
