"""What the linear model learns, and what it and the classifier make of unlabelled texts."""

import numpy as np

from rnnapps.pipelines.sentiment.baseline import linear_model
from rnnapps.pipelines.sentiment.self_training import soft_labels

TEXTS = ["wise and funny", "a wise film", "dull and loud", "a dull film"] * 3
LABELS = ["positive", "positive", "negative", "negative"] * 3


def test_the_linear_model_learns_which_phrases_stand_for_a_label():
    linear = linear_model(TEXTS, LABELS)
    assert linear.predict(["wise", "loud"]).tolist() == ["positive", "negative"]


def test_soft_labels_are_the_mean_of_classifier_and_linear_model(pipe):
    unlabelled = ["wise and dull", "funny"]
    linear = linear_model(TEXTS, LABELS)
    soft = soft_labels(pipe, linear, unlabelled)
    ours = [
        {each["label"]: each["score"] for each in answer}
        for answer in pipe.predict(unlabelled, top_k=None)
    ]
    for given, own, other in zip(soft, ours, linear.predict_proba(unlabelled), strict=True):
        theirs = dict(zip(linear.classes_, other, strict=True))
        assert given.sum() == np.float32(1)
        assert given[1] == np.float32((own["positive"] + theirs["positive"]) / 2)
