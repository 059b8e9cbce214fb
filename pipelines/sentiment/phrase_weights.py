"""How the weights of phrases are learnt: logistic regression on how often texts have them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression

from rnnapps.data.text import BOUNDARY
from rnnapps.pipelines.sentiment.baseline import LogCountRatios
from rnnapps.pipelines.sentiment.phrases import hashed
from rnnapps.pipelines.sentiment.self_training import probabilities

if TYPE_CHECKING:
    from rnnapps.pipelines.sentiment.pipeline import Sentiment

#: How much of what phrases say may be added to what the network makes of a text.
SHARES = tuple(number / 10 for number in range(11))


def add_phrases(
    pipe: Sentiment,
    texts: list[str],
    labels: np.ndarray,
    held_out: tuple[list[str], np.ndarray],
    *,
    buckets: int,
    strength: float,
) -> tuple[Sentiment, dict[str, float]]:
    """Puts phrases beside the network of a classifier of two labels.

    Args:
        pipe: The classifier.
        texts: The texts from which the weights are learnt.
        labels: 0 or 1 for each text.
        held_out: Texts and labels that decide how much phrases say.
        buckets: As in `phrases`.
        strength: As in `learnt`.

    Returns:
        The classifier with phrases; the share of what they say that was chosen, and accuracy and
        cross-entropy on the held-out texts with it.
    """

    def found(texts: list[str]) -> Phrases:
        rows = [pipe.preprocess(text)["tokens"] for text in texts]
        return phrases(rows, len(pipe.subwords), buckets)

    places = len(pipe.subwords) + buckets
    table, marks, scale = learnt(found(texts), labels, places, strength)
    odds = said(found(held_out[0]), table, marks) * scale
    scores = np.log(probabilities(pipe, held_out[0]))
    own, sign = scores[:, 1] - scores[:, 0], 2 * held_out[1] - 1
    right = {share: sign * (own + share * odds) for share in SHARES}
    nats = {share: float(np.logaddexp(0, -each).mean()) for share, each in right.items()}
    share = min(SHARES, key=lambda share: nats[share])
    weights = pipe.weights()
    row = np.array([[-share * scale / 2, share * scale / 2]], np.float32)
    kernel = np.concatenate([weights["logits/kernel"], row])
    weights |= {"logits/kernel": kernel, "phrases/table": table, "phrases/marks": marks}
    whole = type(pipe)(
        {**pipe.config, "phrase_buckets": buckets},
        pipe.preprocessor,
        weights=weights,
        metadata=pipe.metadata,
        files=pipe.files,
    )
    return whole, {
        "share": share,
        "validation accuracy": float((right[share] > 0).mean()),
        "validation nats": nats[share],
    }


class Phrases(NamedTuple):
    """All phrases of texts in their order.

    Attributes:
        text: Number of the text of each.
        key: What each is made of, a number that no other phrase has.
        place: Its place in the table.
        mark: Its mark.
        lengths: Number of tokens of each text.
    """

    text: np.ndarray
    key: np.ndarray
    place: np.ndarray
    mark: np.ndarray
    lengths: np.ndarray


def phrases(rows: list[np.ndarray], size: int, buckets: int) -> Phrases:
    """Finds the phrases of one to three tokens, as `rnnapps.pipelines.sentiment.phrases` does.

    Args:
        rows: Tokens of each text, of shape `(time,)`.
        size: Number of tokens.
        buckets: Number of places of phrases of several tokens.
    """
    context = np.full(2, BOUNDARY, np.int64)
    windows = [np.concatenate([context, row]) for row in rows]
    first, second, third = (
        np.concatenate([each[begin : len(each) - 2 + begin] for each in windows])
        for begin in range(3)
    )
    places, marks = zip(*hashed(first, second, third, size, buckets), strict=True)
    base = size + 1
    pairs = (second + 1) * base + third + 1
    keys = [third + 1, pairs, (first + 1) * base**2 + pairs]
    lengths = np.array([len(row) for row in rows])
    text = np.tile(np.repeat(np.arange(len(rows)), lengths), 3)
    key, place, mark = map(np.concatenate, (keys, places, marks))
    return Phrases(text, key, place, mark, lengths)


def counted(found: Phrases, column: np.ndarray, valid: np.ndarray, columns: int) -> Any:
    """Counts phrases in texts, over the root of their number of tokens.

    Args:
        found: The phrases.
        column: Where each is counted.
        valid: Whether it is.
        columns: Number of columns.

    Returns:
        A sparse array of shape `(texts, columns)`.
    """
    text = found.text[valid]
    weight = (found.lengths**-0.5).astype(np.float32)[text]
    shape = len(found.lengths), columns
    return sparse.coo_array((weight, (text, column[valid])), shape=shape).tocsr()


def said(found: Phrases, table: np.ndarray, marks: np.ndarray) -> np.ndarray:
    """Adds up what the phrases of each text say, as the network does.

    Args:
        found: The phrases.
        table: Weight of each place.
        marks: Mark of each place.

    Returns:
        Shape `(texts,)`.
    """
    sums: np.ndarray = _of_table(found, marks) @ table
    return sums


def learnt(
    found: Phrases, labels: np.ndarray, places: int, strength: float
) -> tuple[np.ndarray, np.ndarray, float]:
    """Learns what each phrase says for the second of two labels.

    Of the phrases that fall on one place of the table, the one that matters most has it: the one
    with the largest weight times the root of the number of its texts, two or more, where all have
    a weight. Then the weights of those that have a place are learnt.

    Args:
        found: The phrases of the texts.
        labels: 0 or 1 for each text.
        places: Number of places of the table.
        strength: Inverse of the regularisation.

    Returns:
        Weight and mark of each place, float32 of shape `(places,)`, such that what texts say has
        a deviation of 1; and by how much it is to be multiplied to be log-odds, in nats.

    Reference: Wang and Manning 2012, "Baselines and Bigrams", ACL, section 2.
    """
    keys, index, column = np.unique(found.key, return_index=True, return_inverse=True)
    counts = counted(found, column, np.ones(len(column), bool), len(keys))
    texts = np.bincount(counts.indices, minlength=len(keys))
    kept = np.flatnonzero(texts > 1)
    weights = _weights(counts[:, kept], labels, strength)
    order = kept[np.argsort(-np.abs(weights) * np.sqrt(texts[kept]), kind="stable")]
    place, best = np.unique(found.place[index[order]], return_index=True)
    marks = np.zeros(places, np.float32)
    marks[place] = found.mark[index[order[best]]]
    counts = _of_table(found, marks)
    table = _weights(counts, labels, strength)
    deviation = float((counts @ table).std())
    return (table / deviation).astype(np.float32), marks, deviation


def _of_table(found: Phrases, marks: np.ndarray) -> Any:
    return counted(found, found.place, marks[found.place] == found.mark, len(marks))


def _weights(counts: Any, labels: np.ndarray, strength: float) -> np.ndarray:
    """Trains a logistic regression, and gives the weight of each column as it is."""
    frequency, ratios = TfidfTransformer(norm=None), LogCountRatios()
    features = ratios.fit_transform(frequency.fit_transform(counts), labels)
    regression = LogisticRegression(
        C=strength, solver="liblinear", dual=True, fit_intercept=False, random_state=0
    ).fit(features, labels)
    weights: np.ndarray = regression.coef_[0] * ratios.ratios_ * frequency.idf_
    return weights
