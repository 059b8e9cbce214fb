import numpy as np
import pytest

from rnnapps import pipeline
from rnnapps.errors import InputError

TEXTS = ["funny and wise", "a quiet triumph", "dull and loud", "two hours I'll never get back"] * 4
LABELS = ["positive", "positive", "negative", "negative"] * 4
FAST = {"epochs": 8, "batch_size": 8, "learning_rate": 0.03, "seed": 1}


def test_labels_of_ones_own_begin_the_last_layer_anew_and_keep_the_rest(pipe):
    before = pipe.weights()
    topics = ["comedy", "drama", "noise", "time"] * 4
    pipe.fit(TEXTS, topics, **{**FAST, "learning_rate": 1e-6, "epochs": 1})
    after = pipe.weights()
    assert pipe.labels == ["comedy", "drama", "noise", "time"]
    assert after["logits/kernel"].shape == (6, 4)
    for path in before.keys() - {"logits/kernel", "logits/bias"}:
        np.testing.assert_allclose(after[path], before[path], atol=1e-4)
    pipe.fit(TEXTS, topics, **{**FAST, "epochs": 30})
    assert [answer["label"] for answer in pipe.predict(TEXTS[:4])] == topics[:4]


def test_the_seed_is_that_of_random_weights_too():
    settings = {"embedding": 4, "units": 4, "layers": 1, "vocabulary": TEXTS}
    one, other = (pipeline("sentiment", False, **settings) for _ in range(2))
    for pipe in (one, other):
        pipe.fit(TEXTS, ["a", "b"] * 8, **FAST)
    for path, array in one.weights().items():
        np.testing.assert_array_equal(array, other.weights()[path])


def test_the_rate_is_that_of_random_weights_where_all_begin_anew(tmp_path, monkeypatch):
    rates = []
    monkeypatch.setattr(
        "rnnapps.pipelines.sentiment.training.train",
        lambda *_, learning_rate, **__: rates.append(learning_rate),
    )
    fresh = pipeline("sentiment", False, embedding=4, units=4, layers=1, seed=1)
    for pipe in (fresh, pipeline("sentiment", fresh.save(tmp_path / "own"))):
        pipe.fit(TEXTS, LABELS)
    assert rates == [1e-3, 1e-3]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"labels": ["a", "a"]}, "two labels or more"),
        ({"vocabulary": "reviews.txt"}, "vocabulary as a list of texts"),
    ],
)
def test_wrong_labels_and_vocabularies_are_told(settings, message):
    with pytest.raises(InputError, match=message):
        pipeline("sentiment", False, **settings)


def test_validation_data_that_cannot_be_used_is_named(pipe):
    with pytest.raises(InputError, match="validation_data: Text 0: Expected labels among"):
        pipe.fit(TEXTS, LABELS, validation_data=(TEXTS[:1], ["mixed"]))


def test_known_labels_keep_the_last_layer(pipe):
    pipe.fit(TEXTS, LABELS, **FAST)
    learnt = pipe.predict(TEXTS)
    assert [answer["label"] for answer in learnt] == LABELS
    pipe.fit(TEXTS, LABELS, **{**FAST, "epochs": 1, "learning_rate": 1e-7})
    scores = [answer["score"] for answer in pipe.predict(TEXTS)]
    np.testing.assert_allclose(scores, [answer["score"] for answer in learnt], atol=1e-3)


def test_own_labels_are_saved(pipe, tmp_path):
    pipe.fit(TEXTS, [1, 1, 0, 0] * 4, **FAST)
    loaded = pipeline("sentiment", pipe.save(tmp_path / "own"))
    assert loaded.labels == ["0", "1"]
    assert loaded.predict(TEXTS) == pipe.predict(TEXTS)


def test_rare_labels_can_be_made_to_count(saved):
    labels = ["negative"] * 14 + ["positive"] * 2
    texts = ["dull and loud"] * 14 + ["dull and wise"] * 2
    plain, balanced, named = (pipeline("sentiment", saved) for _ in range(3))
    few = {**FAST, "epochs": 2}
    plain.fit(texts, labels, **few)
    balanced.fit(texts, labels, class_weight="balanced", **few)
    named.fit(texts, labels, class_weight={"negative": 16 / 28, "positive": 4.0}, **few)

    def positive(pipe):
        return pipe.predict("dull and wise", top_k=None)[0]["label"], next(
            e["score"]
            for e in pipe.predict("dull and wise", top_k=None)
            if e["label"] == "positive"
        )

    assert positive(balanced)[1] > positive(plain)[1]
    assert positive(balanced)[1] == pytest.approx(positive(named)[1], abs=1e-5)


@pytest.mark.parametrize(
    ("x", "y", "options", "message"),
    [
        (TEXTS, ["one"] * 16, {}, "two labels or more. Received: all 16 texts are 'one'"),
        (TEXTS, LABELS[1:], {}, "as many labels as texts"),
        (TEXTS, LABELS, {"class_weight": "even"}, "'balanced' or a weight by label"),
        (TEXTS, LABELS, {"class_weight": {"positive": 1}}, "a weight for each of"),
        (TEXTS, LABELS, {"validation_data": (["a"], ["neutral"])}, "labels among.*'neutral'"),
        (TEXTS, LABELS, {"epochs": 0}, "epochs of 1 or more"),
        (TEXTS, LABELS, {"batch_size": 0}, "batch_size of 1 or more"),
        (TEXTS, LABELS, {"resume": True}, "checkpoint_dir beside resume"),
    ],
)
def test_what_cannot_be_learnt_is_told_and_changes_nothing(pipe, x, y, options, message):
    before, labels = pipe.weights(), pipe.labels
    with pytest.raises(InputError, match=f"Expected .*{message}"):
        pipe.fit(x, y, **options)
    assert pipe.labels == labels
    for path, array in pipe.weights().items():
        np.testing.assert_array_equal(array, before[path])


def test_unknown_labels_cannot_be_measured(pipe):
    with pytest.raises(InputError, match=r"labels among \['negative', 'positive'\].*'neutral'"):
        pipe.evaluate(["a"], ["neutral"])


def test_a_report_counts(pipe):
    report = pipe.evaluate(TEXTS, LABELS)
    answers = [answer["label"] for answer in pipe.predict(TEXTS)]
    right = np.mean([a == b for a, b in zip(answers, LABELS, strict=True)])
    assert report["accuracy"] == pytest.approx(right)
    assert {"macro_f1", "nats"} < set(report)
    assert [row[-1] for row in report.tables["by label"].rows] == [8, 8]


def test_long_texts_are_told_to_be_shortened_in_training(pipe):
    with pytest.warns(UserWarning, match="1 texts? with more than 1024 tokens"):
        pipe.fit([*TEXTS, "quiet " * 2000], [*LABELS, "positive"], **{**FAST, "epochs": 1})


def test_a_first_fit_learns_the_vocabulary_and_depends_on_the_seed_alone():
    def made(seed):
        pipe = pipeline("sentiment", False, embedding=8, units=12, hidden=6)
        pipe.fit(TEXTS, LABELS, **{**FAST, "epochs": 2, "seed": seed})
        return pipe

    one, same, other = made(1), made(1), made(2)
    assert "quiet" in one.subwords.tokens
    assert one.predict(TEXTS) == same.predict(TEXTS) != other.predict(TEXTS)


def test_a_refused_fit_leaves_labels_and_vocabulary(pipe, tmp_path):
    pipe.fit(TEXTS, LABELS, checkpoint_dir=tmp_path, **FAST)
    before, answers = pipe.weights(), pipe.predict(TEXTS)
    with pytest.raises(InputError, match="checkpoint"):
        pipe.fit(TEXTS, ["a", "b"] * 8, checkpoint_dir=tmp_path, resume=True, **FAST)
    assert pipe.labels == ["negative", "positive"] and pipe.predict(TEXTS) == answers
    for path, array in pipe.weights().items():
        np.testing.assert_array_equal(array, before[path])


def test_weights_of_scikit_learn_are_taken(pipe, tmp_path):
    weights = dict(zip(np.array([0, 1]), np.array([0.5, 2.0]), strict=True))
    rate = np.float32(1e-3)
    options = {**FAST, "epochs": np.int64(1), "learning_rate": rate, "checkpoint_dir": tmp_path}
    pipe.fit(TEXTS, [1, 1, 0, 0] * 4, class_weight=weights, **options)
    with pytest.raises(InputError, match="class_weight of '0' above 0"):
        pipe.fit(TEXTS, [1, 1, 0, 0] * 4, class_weight={0: -1, 1: 1})


def test_what_the_vocabulary_lacks_is_told(pipe):
    with pytest.warns(UserWarning, match="has not got .*% of what the texts are made of"):
        pipe.fit(["отличный фильм", "скучный фильм"] * 4, ["a", "b"] * 4, epochs=1)
    assert pipe.evaluate(["отличный", "dull"], ["a", "b"])["unknown"] > 0.5


def test_a_failed_fine_tuning_leaves_all_layers_trained(pipe):
    with pytest.raises(InputError):
        pipe.fine_tune("nowhere.csv")
    assert pipe._frozen_to == 0 and len(pipe.network.trainable_weights) == 8
