"""Phrases beside the recurrent network: what they add up to, and how their weights are learnt."""

import itertools

import numpy as np
import pytest
from keras.ops import convert_to_numpy
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression

from rnnapps import pipeline
from rnnapps.data.batches import pad
from rnnapps.pipelines.sentiment.baseline import LogCountRatios
from rnnapps.pipelines.sentiment.phrase_weights import add_phrases, counted, learnt, phrases, said
from rnnapps.pipelines.sentiment.phrases import (
    KINDS,
    MARKS,
    MOST_TOKENS,
    PLACES,
    CarriedPhrases,
    hashed,
)
from rnnapps.runtime.lower import lower
from rnnapps.runtime.quantize import quantize
from rnnapps.runtime.session import KerasSession, OnnxSession, zero_states
from tests.pipelines.sentiment.conftest import SMALL, TEXTS

BUCKETS = 50
GOOD = ["not bad", "very good", "never dull", "always wise"] * 5
POOR = ["not good", "very bad", "never wise", "always dull"] * 5


@pytest.fixture
def pipe():
    built = pipeline(
        "sentiment", False, vocabulary=GOOD + POOR + TEXTS, phrase_buckets=BUCKETS, **SMALL
    )
    with built.training() as network:
        layer, rng = network.get_layer("phrases"), np.random.default_rng(0)
        layer.table.assign(rng.normal(size=layer.table.shape))
        rows = [built.preprocess(text)["tokens"] for text in GOOD + TEXTS]
        found = phrases(rows, len(built.subwords), BUCKETS)
        marks = np.zeros(layer.marks.shape)
        marks[found.place] = found.mark
        layer.marks.assign(marks)
    return built


def test_single_tokens_have_places_of_their_own_and_order_counts():
    size, buckets = 40, 2**10
    triples = np.array(list(itertools.product(range(size), repeat=3))).T
    single, pairs, all_three = hashed(*triples, size, buckets)
    assert (single[0] == triples[2]).all() and not single[1].any()
    assert len(set(zip(*map(np.ndarray.tolist, pairs), strict=True))) == size**2
    assert len(set(zip(*map(np.ndarray.tolist, all_three), strict=True))) > 0.8 * size**3
    for place, mark in (pairs, all_three):
        assert size <= place.min() and place.max() < size + buckets
        assert mark.min() >= 1 and mark.max() <= KINDS
    assert np.bincount(all_three[0])[size:].min() > 0  # no place is left out


def test_products_of_the_largest_tokens_fit_32_bits():
    every = [*PLACES, *MARKS]
    assert all(sum(factors) * (MOST_TOKENS - 1) < 2**31 for factors in every)
    with pytest.raises(ValueError, match="32768"):
        CarriedPhrases(MOST_TOKENS + 1, 10)


def test_each_phrase_has_a_key_of_its_own():
    rows = [np.array(row) for row in itertools.product(range(4), repeat=3)]
    found = phrases(rows, 4, BUCKETS)
    spelt = {}
    for order in range(3):
        keys = found.key[order * 192 : (order + 1) * 192][2::3]
        for row, key in zip(rows, keys, strict=True):
            spelt.setdefault(int(key), set()).add(tuple(row[2 - order :].tolist()))
    assert all(len(each) == 1 for each in spelt.values())
    assert len(spelt) == 4 + 16 + 64
    assert found.text.tolist() == [number for number in range(64) for _ in range(3)] * 3


def test_what_is_said_is_the_sum_of_the_phrases_over_the_root_of_the_length(pipe):
    texts = ["not bad at all", "dull", "never dull, never wise"]
    rows = [pipe.preprocess(text)["tokens"] for text in texts]
    layer = pipe.network.get_layer("phrases")
    table = pipe.weights()["phrases/table"]
    tokens, lengths = pad(rows)
    summed, _, before = layer(
        tokens, lengths, lengths[:, None].astype("float32"), np.zeros((3, 1)), np.zeros((3, 2))
    )
    found = phrases(rows, len(pipe.subwords), BUCKETS)
    expected = said(found, table, pipe.weights()["phrases/marks"])
    np.testing.assert_allclose(convert_to_numpy(summed)[:, 0], expected, rtol=1e-5)
    assert convert_to_numpy(before).tolist() == [[0, *row][-2:] for row in rows]


def test_keras_and_the_graph_say_the_same_in_whatever_windows(pipe, monkeypatch):
    text = "Not bad at all, never dull, and wise; " * 3
    whole = pipe.predict(text, top_k=None)
    tokens, lengths = pad([pipe.preprocess(each)["tokens"] for each in (text, "dull")])
    answers = []
    for session in (KerasSession(pipe.network), OnnxSession(lower(pipe.network))):
        rng = np.random.default_rng(1)
        states = {
            name: rng.integers(9, size=(2, width)).astype(np.float32)
            for name, width in session.states.items()
        }
        outputs, after = session.run({"tokens": tokens, "lengths": lengths, **states})
        answers.append({**outputs, **after})
    for name, values in answers[0].items():
        np.testing.assert_allclose(answers[1][name], values, atol=1e-4, err_msg=name)
    monkeypatch.setattr("rnnapps.pipelines.sentiment.pipeline.WINDOW", 5)
    for one, other in zip(pipe.predict(text, top_k=None), whole, strict=True):
        assert one["score"] == pytest.approx(other["score"], abs=1e-5)


def test_words_are_explained_with_their_phrases(pipe):
    text = "never dull"
    first, _ = pipe.explain(text).words
    scores = [
        {each["label"]: each["score"] for each in pipe.predict(part, top_k=None)}
        for part in (text, "dull")
    ]
    label = pipe.predict(text)["label"]
    odds = [np.log(each[label] / (1 - each[label])) for each in scores]
    assert first["contribution"] == pytest.approx(odds[0] - odds[1], abs=1e-4)


def test_weights_are_learnt_of_phrases_that_no_single_word_tells():
    pipe = pipeline("sentiment", False, vocabulary=(GOOD + POOR) * 3, **SMALL)
    texts, labels, size = GOOD + POOR, np.repeat([1, 0], 20), len(pipe.subwords)
    found = phrases([pipe.preprocess(text)["tokens"] for text in texts], size, 500)
    single = counted(found, found.place, found.place < size, size).toarray()
    np.testing.assert_allclose(single[:20].sum(axis=0), single[20:].sum(axis=0), rtol=1e-5)
    whole, told = add_phrases(pipe, texts, labels, (texts, labels), buckets=500, strength=100.0)
    assert told["share"] > 0
    assert told["validation accuracy"] == 1
    report = whole.evaluate(texts, ["positive"] * 20 + ["negative"] * 20)
    assert report["accuracy"] == 1
    assert report["nats"] == pytest.approx(told["validation nats"], abs=1e-4)


def test_phrases_that_do_not_help_are_given_no_say(pipe):
    plain = pipeline("sentiment", False, vocabulary=TEXTS, **SMALL)
    texts, labels = GOOD + POOR, np.repeat([1, 0], 20)
    whole, told = add_phrases(plain, texts, labels, (texts, 1 - labels), buckets=99, strength=9.0)
    assert told["share"] == 0
    for text in texts[:4]:
        assert whole.predict(text)["score"] == pytest.approx(plain.predict(text)["score"], abs=1e-6)


def test_learnt_weights_times_their_scale_are_log_odds():
    rng = np.random.default_rng(0)
    rows = [rng.integers(1, 9, size=rng.integers(3, 30)) for _ in range(60)]
    labels = np.array([(row == 1).sum() > (row == 2).sum() for row in rows]).astype(int)
    found = phrases(rows, 9, BUCKETS)
    table, marks, scale = learnt(found, labels, 9 + BUCKETS, 10.0)
    assert said(found, table, marks).std() == pytest.approx(1, abs=1e-5)
    counts = counted(found, found.place, marks[found.place] == found.mark, 9 + BUCKETS)
    features = TfidfTransformer(norm=None).fit_transform(counts)
    features = LogCountRatios().fit_transform(features, labels)
    regression = LogisticRegression(
        C=10.0, solver="liblinear", dual=True, fit_intercept=False, random_state=0
    )
    odds = regression.fit(features, labels).decision_function(features)
    np.testing.assert_allclose(said(found, table, marks) * scale, odds, rtol=1e-3, atol=1e-3)


def test_of_the_phrases_of_a_place_the_one_that_matters_most_has_it():
    rows = [np.array(row) for row in ([0, 5, 6], [0, 6, 5]) for _ in range(20)]
    rows += [np.array([0, 7, 8])] * 2
    labels = np.array([1] * 20 + [0] * 20 + [1, 0])
    found = phrases(rows, 9, 1)  # all of two and three tokens fall on one place
    _, marks, _ = learnt(found, labels, 10, 10.0)
    wanted = {
        int(mark)
        for tokens in ((0, 5, 6), (0, 6, 5))
        for _, mark in hashed(*tokens, 9, 1)[1:] + hashed(0, *tokens[:2], 9, 1)[1:]
    }
    assert int(marks[9]) in wanted
    assert not marks[:9].any()


def test_phrases_that_came_in_one_text_only_have_no_place():
    rows = [np.array(row) for row in ([0, 1, 2], [0, 3, 4], [0, 5, 6], [0, 5, 6])]
    found = phrases(rows, 9, 1000)
    _, marks, _ = learnt(found, np.array([0, 1, 0, 1]), 1009, 10.0)
    counts = {key: len(set(found.text[found.key == key])) for key in found.key.tolist()}
    alone = np.array([counts[key] == 1 for key in found.key.tolist()]) & (found.mark > 0)
    assert alone.sum() == 8
    assert not marks[found.place[alone]].any()


def test_the_graph_in_8_bits_says_nearly_the_same(pipe):
    text = "not bad at all, never dull; very good and wise " * 4
    tokens, lengths = pad([pipe.preprocess(text)["tokens"]])
    graph = lower(pipe.network)
    answers = []
    for session in map(OnnxSession, (graph, quantize(graph))):
        inputs = {"tokens": tokens, "lengths": lengths, **zero_states(session, 1)}
        outputs, states = session.run(inputs)
        answers.append((outputs["logits"], states["said"]))
    assert abs(answers[0][1]).max() > 5
    for one, other in zip(*answers, strict=True):
        np.testing.assert_allclose(other, one, rtol=0.05, atol=0.05)


def test_training_leaves_the_weights_of_phrases(pipe):
    before = pipe.weights()["phrases/table"]
    pipe.fit(GOOD + POOR, ["positive"] * 20 + ["negative"] * 20, epochs=1)
    np.testing.assert_array_equal(pipe.weights()["phrases/table"], before)


def test_phrases_stay_when_labels_are_new_and_when_saved(pipe, tmp_path):
    before = pipe.weights()["phrases/table"]
    pipe.fit(GOOD + POOR, ["a", "b"] * 20, epochs=1)
    np.testing.assert_array_equal(pipe.weights()["phrases/table"], before)
    text = "never dull, not bad"
    again = pipeline("sentiment", pipe.save(tmp_path / "own"))
    assert again.predict(text)["score"] == pytest.approx(pipe.predict(text)["score"], abs=1e-6)


@pytest.mark.parametrize("name", ["own.onnx", "own.tflite", "folder"])
def test_phrases_are_exported(pipe, tmp_path, name):
    import keras

    if not name.endswith(".onnx") and keras.backend.backend() != "tensorflow":
        pytest.skip("needs the TensorFlow backend")
    assert pipe.export(tmp_path / name).exists()
