"""What the linear model learns, and what it and the classifier make of unlabelled texts."""

import numpy as np

from rnnapps.pipelines.sentiment.baseline import linear_model
from rnnapps.pipelines.sentiment.document_vectors import document_probabilities
from rnnapps.pipelines.sentiment.self_training import (
    Backward,
    kept_mean,
    like,
    mean_of,
    probabilities,
)

TEXTS = ["wise and funny", "a wise film", "dull and loud", "a dull film"] * 3
LABELS = ["positive", "positive", "negative", "negative"] * 3


def test_the_linear_model_learns_which_phrases_stand_for_a_label():
    linear = linear_model(TEXTS, LABELS)
    assert linear.predict(["wise", "loud"]).tolist() == ["positive", "negative"]


def test_the_mean_of_opinions_is_kept(tmp_path):
    one, other = np.array([[0.2, 0.8]]), np.array([[0.6, 0.4]])
    file = tmp_path / "judges" / "mean.npy"
    for opinions in ([lambda: one, lambda: other], []):
        np.testing.assert_allclose(kept_mean(file, opinions), [[0.4, 0.6]], rtol=1e-6)


def test_vectors_of_documents_tell_labels():
    words = {"positive": "wise funny warm moving bright", "negative": "dull loud stale slow grim"}
    pick = np.random.default_rng(1).choice
    labels = list(words) * 200
    texts = [" ".join(pick(words[label].split(), 100)) for label in labels]
    found = document_probabilities(texts[:200], labels[:200], texts[200:], ["nothing of it"])
    assert np.array(["negative", "positive"])[found.argmax(axis=1)].tolist() == labels[200:]


def test_the_backward_classifier_reads_from_the_end(pipe):
    other = like(pipe, Backward)
    one, turned = (each.preprocess("wise and dull")["tokens"] for each in (pipe, other))
    assert turned.tolist() == one.tolist()[::-1]
    scores = [probabilities(each, ["wise and dull"]) for each in (pipe, other)]
    assert abs(scores[0] - scores[1]).max() > 1e-6


def test_the_mean_of_classifiers_has_the_mean_of_their_weights(pipe):
    other = like(pipe)
    other.network.set_weights([weight + 2 for weight in other.network.get_weights()])
    mean = mean_of([pipe, other]).weights()
    for name, weight in pipe.weights().items():
        np.testing.assert_allclose(mean[name], weight + 1, rtol=1e-5)
