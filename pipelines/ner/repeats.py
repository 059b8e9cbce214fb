"""Names that a text has more than once: what is told of one helps to tell the others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnapps.data.batches import pad
from rnnapps.data.tags import OUTSIDE
from rnnapps.decoding.viterbi import Chain, Posterior
from rnnapps.pipelines.ner.decoding import groups
from rnnapps.pipelines.ner.features import normal

#: Number of a word that is not looked at.
NONE = -1


def numbered(words: Sequence[str]) -> np.ndarray:
    """Numbers the words of a text that may be names, the same word alike in any case.

    Args:
        words: The words.

    Returns:
        int32 of shape `(words,)`; `NONE` for words without a capital in front, and single letters.

    Example:
    >>> from rnnapps.pipelines.ner.repeats import numbered
    >>> numbered(["LONDON", "is", "in", "England", ".", "London", "I", "like"]).tolist()
    [0, -1, -1, 1, -1, 0, -1, -1]
    """
    numbers: dict[str, int] = {}
    return np.array(
        [
            numbers.setdefault(normal(word), len(numbers))
            if len(word) > 1 and word[0].isupper()
            else NONE
            for word in words
        ],
        np.int32,
    )


def agreed(
    scores: Sequence[np.ndarray],
    numbers: Sequence[np.ndarray],
    documents: Sequence[int],
    chain: Chain,
    tags: Sequence[str],
    weight: float,
) -> list[np.ndarray]:
    """Raises the scores of a label where the same word is likely to have it elsewhere in a text.

    Args:
        scores: Of each sentence, of shape `(time, tags)`.
        numbers: Of the words of each, as `numbered` gives them for a text or for several.
        documents: Number of the text of each sentence.
        chain: Scores of the chain of tags.
        tags: Names of the tags, in BIOES.
        weight: Nats by which a label is raised that the word certainly has everywhere else.

    Returns:
        The scores of each sentence.

    Reference: Krishnan and Manning 2006, "An Effective Two-Stage Model for Exploiting Non-Local
    Dependencies in Named Entity Recognition", ACL, section 3 (the majority of a token's labels);
    here their mean probabilities, with one weight for all.

    Example:
    >>> import numpy as np
    >>> from rnnapps.decoding.viterbi import Chain
    >>> from rnnapps.pipelines.ner.repeats import agreed, numbered
    >>> tags, chain = ["O", "S-LOC"], Chain(np.zeros((2, 2)), np.zeros(2), np.zeros(2))
    >>> scores, words = [np.array([[0.0, 9.0]]), np.array([[1.0, 0.0]])], ["Paris", "PARIS"]
    >>> both = agreed(scores, np.split(numbered(words), 2), [0, 0], chain, tags, weight=2.0)
    >>> both[1].round(1).tolist()
    [[1.0, 2.0]]
    """
    lengths = [len(each) for each in scores]
    number = np.concatenate([np.zeros(0, np.int32), *numbers]).astype(np.int64)
    text = np.repeat(np.asarray(documents, np.int64), lengths)
    keys = text * (number.max(initial=0) + 1) + number
    keys[number == NONE] = np.iinfo(np.int64).min
    _, word, counts = np.unique(keys, return_inverse=True, return_counts=True)
    repeated = (number != NONE) & (counts[word] > 1)
    if not repeated.any():
        return list(scores)
    labels = list(dict.fromkeys(map(_label, tags)))
    of_label = np.array([[_label(tag) == label for label in labels] for tag in tags], np.float64)
    ends = np.cumsum(lengths)[:-1]
    holding = [index for index, part in enumerate(np.split(repeated, ends)) if part.any()]
    probable = [np.zeros((length, len(labels))) for length in lengths]
    for group in groups([lengths[index] for index in holding]):
        chosen = [holding[place] for place in group]
        padded, steps = pad([scores[index] for index in chosen])
        every = Posterior(chain, padded, steps).tags() @ of_label
        for index, rows in zip(chosen, every, strict=True):
            probable[index] = rows[: lengths[index]]
    own, word = np.concatenate(probable)[repeated], word[repeated]
    total = np.zeros((len(counts), len(labels)))
    np.add.at(total, word, own)
    raised = np.zeros((len(repeated), len(tags)))
    raised[repeated] = weight * (total[word] - own) / (counts[word] - 1)[:, None] @ of_label.T
    return [a + b.astype(a.dtype) for a, b in zip(scores, np.split(raised, ends), strict=True)]


def _label(tag: str) -> str:
    return tag if tag == OUTSIDE else tag[2:]
