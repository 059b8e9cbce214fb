"""What the linear model learns, and what it and the classifier make of unlabelled texts."""

import numpy as np

from rnnapps.pipelines.sentiment.baseline import linear_model
from rnnapps.pipelines.sentiment.self_training import BackwardSentiment, soft_labels

TEXTS = ["wise and funny", "a wise film", "dull and loud", "a dull film"] * 3
LABELS = ["positive", "positive", "negative", "negative"] * 3


def test_the_linear_model_learns_which_phrases_stand_for_a_label():
    linear = linear_model(TEXTS, LABELS)
    assert linear.predict(["wise", "loud"]).tolist() == ["positive", "negative"]


def test_soft_labels_are_the_mean_of_classifiers_and_linear_model(pipe, saved):
    unlabelled = ["wise and dull", "funny"]
    linear = linear_model(TEXTS, LABELS)
    backward = BackwardSentiment.from_preset(saved)
    soft = soft_labels([pipe, backward], linear, unlabelled)
    place = list(linear.classes_).index("positive")
    likely = [linear.predict_proba(unlabelled)[:, place]]
    for each in (pipe, backward):
        answers = each.predict(unlabelled, top_k=None)
        likely.append([{a["label"]: a["score"] for a in answer}["positive"] for answer in answers])
    np.testing.assert_allclose(soft[:, 1], np.mean(likely, axis=0), rtol=1e-5)
    np.testing.assert_allclose(soft.sum(axis=1), 1, rtol=1e-5)


def test_the_backward_classifier_reads_the_same_words_from_the_end(pipe, saved):
    forward = pipe.preprocess("wise and dull")["tokens"].tolist()
    backward = BackwardSentiment.from_preset(saved).preprocess("wise and dull")["tokens"].tolist()
    assert backward == [forward[0], *reversed(forward[1:])]
