"""Labels told from vectors of whole documents, which err otherwise than networks that read."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from rnnapps.errors import InputError
from rnnapps.pipelines.sentiment.baseline import TOKENS
from rnnapps.pipelines.sentiment.data import without_breaks

#: Phrases of up to three words that fewer texts have are left out.
LEAST = 10
WIDTH = 200
#: Settings of gensim's `Doc2Vec`: a vector learns to tell which phrases its text has.
SETTINGS: dict[str, Any] = {
    "dm": 0,
    "vector_size": WIDTH,
    "negative": 5,
    "sample": 1e-4,
    "alpha": 0.05,
    "min_alpha": 0.0005,
    "min_count": 1,
    "epochs": 12,
    "seed": 1,
    "workers": 1,
}
#: Inverse of the regularisation, chosen on the validation part of the film reviews.
STRENGTH = 0.01


def document_probabilities(
    texts: Sequence[str], labels: Sequence[str], others: Sequence[str], further: Sequence[str] = ()
) -> np.ndarray:
    """Tells the labels of texts by vectors that are learnt of all texts.

    Args:
        texts: The texts with labels.
        labels: Their labels.
        others: The texts without.
        further: More texts, of which vectors are learnt too, to tell what they are worth.

    Returns:
        Probabilities of the labels, by the alphabet, of shape `(others, classes)`.

    Raises:
        InputError: If gensim is not installed.

    Reference: Le and Mikolov 2014, "Distributed Representations of Sentences and Documents",
    arXiv:1405.4053, section 2.3; Li et al. 2016, "Learning Document Embeddings by Predicting
    N-grams for Sentiment Classification of Long Movie Reviews", arXiv:1512.08183 (phrases in place
    of words).
    """
    vectors = document_vectors([*texts, *further, *others])
    vectors *= np.sqrt(WIDTH) / np.linalg.norm(vectors, axis=1, keepdims=True)
    regression = LogisticRegression(C=STRENGTH, max_iter=300).fit(vectors[: len(texts)], labels)
    found: np.ndarray = regression.predict_proba(vectors[len(vectors) - len(others) :])
    return found


def document_vectors(texts: Sequence[str]) -> np.ndarray:
    """Learns a vector of each text, float32 of shape `(texts, WIDTH)`.

    Texts are read in a random order, as the vectors tell in part when they were learnt.
    """
    try:
        from gensim.models.doc2vec import Doc2Vec
    except ImportError as error:
        raise InputError(
            "Expected the package gensim, to learn vectors of documents. Received: none. Do run "
            "`pip install 'rnnapps[train]'`."
        ) from error
    counter = CountVectorizer(
        ngram_range=(1, 3), min_df=min(LEAST, len(texts)), token_pattern=TOKENS, binary=True
    )
    bare = [without_breaks(text) for text in texts]
    known, analyse = counter.fit(bare).vocabulary_, counter.build_analyzer()
    order = np.random.default_rng(SETTINGS["seed"]).permutation(len(texts))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "texts"
        with file.open("w", encoding="utf-8") as lines:
            for number in order:
                phrases = [each for each in analyse(bare[number]) if each in known]
                # An empty line would be left out, and the next text take its place.
                words = " ".join(each.replace(" ", "_") for each in phrases) or "<none>"
                lines.write(words + "\n")
        model = Doc2Vec(**SETTINGS)
        model.build_vocab(corpus_file=str(file))
        model.train(
            corpus_file=str(file),
            total_examples=model.corpus_count,
            total_words=model.corpus_total_words,
            epochs=model.epochs,
        )
    vectors = np.empty_like(model.dv.vectors)
    vectors[order] = model.dv.vectors
    return vectors
