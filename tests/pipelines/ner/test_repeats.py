"""What a text tells of a name helps to tell it elsewhere in the text, and in no other."""

import numpy as np
import pytest
from keras import ops

from rnnapps.decoding.viterbi import Chain
from rnnapps.errors import InputError
from rnnapps.pipelines.ner.data import tagged
from rnnapps.pipelines.ner.repeats import agreed, numbered

TAGS = ["O", "S-LOC", "S-PER"]
CHAIN = Chain(np.zeros((3, 3)), np.zeros(3), np.zeros(3))


def _scores(*probabilities):
    return [np.log(np.array(each, np.float32)) for each in probabilities]


def _agreed(scores, words, documents, weight=1.0):
    ends = np.cumsum([len(each) for each in scores])[:-1]
    return agreed(scores, np.split(numbered(words), ends), documents, CHAIN, TAGS, weight)


def test_each_mention_is_raised_by_the_mean_of_the_others():
    scores = _scores([[0.2, 0.7, 0.1], [0.9, 0.05, 0.05]], [[0.5, 0.3, 0.2]], [[0.1, 0.1, 0.8]])
    found = _agreed(scores, ["Rome", "is", "ROME", "Rome"], [0, 0, 0], weight=2.0)
    np.testing.assert_allclose(found[0][0] - scores[0][0], [0.6, 0.4, 1.0], rtol=1e-5)
    np.testing.assert_allclose(found[1][0] - scores[1][0], [0.3, 0.8, 0.9], rtol=1e-5)
    np.testing.assert_array_equal(found[0][1], scores[0][1])


@pytest.mark.parametrize(
    ("words", "documents"),
    [
        (["Rome", "Rome"], [0, 1]),  # of two texts
        (["Rome", "Rome"], [-1, -2]),
        (["rome", "Rome"], [0, 0]),  # the first is no name
        (["I", "I"], [0, 0]),
        (["Rome", "Oslo"], [0, 0]),
    ],
)
def test_nothing_else_is_raised(words, documents):
    scores = _scores([[0.2, 0.7, 0.1]], [[0.5, 0.3, 0.2]])
    for before, after in zip(scores, _agreed(scores, words, documents), strict=True):
        np.testing.assert_array_equal(before, after)


def test_no_sentences_give_none():
    assert _agreed([], [], []) == []


def test_sentences_of_a_text_help_each_other_and_those_of_others_do_not(pipe):
    with pipe.training(1) as network:  # less sure of itself, so that there is something to help
        for weight in network.get_layer("scores").weights:
            weight.assign(0.3 * ops.convert_to_numpy(weight))
    texts = ["Ann met. Ann and Bob.", "Ann met.", "Ann and Bob."]
    before = pipe.predict(texts)
    pipe.preprocessor["repeats"] = 2.0
    after = pipe.predict(texts)
    for text, old, new in zip(texts, before, after, strict=True):
        assert [each["word"] for each in new] == [each["word"] for each in old]
        assert all(text[each["start"] : each["end"]] == each["word"] for each in new)
    scores = [[each["score"] for each in every] for every in (*before, *after)]
    assert scores[3][0] > scores[0][0] + 1e-3 and scores[3][1] > scores[0][1] + 1e-3
    for old, new in zip(scores[1:3], scores[4:], strict=True):
        assert new == pytest.approx(old, abs=1e-5)


def test_new_labels_do_not_take_over_what_names_shared(pipe):
    pipe.preprocessor["repeats"] = 2.0
    pipe.fit([(["Ann", "left"], ["B-PER", "O"])] * 4, epochs=1)
    assert pipe.preprocessor["repeats"] == 2
    pipe.fit([(["Oslo", "slept"], ["B-town", "O"])] * 4, epochs=1)
    assert "repeats" not in pipe.preprocessor


def test_documents_of_a_file_are_told_apart(tmp_path):
    file = tmp_path / "news.conll"
    mark = "-DOCSTART- -X- O O\n\n"
    file.write_text(f"{mark}Ann B-PER\n\nleft O\n\n{mark}Bob B-PER\n")
    assert [each.document for each in tagged(file)] == [1, 1, 2]
    file.write_text(f"Ann B-PER\n\nleft O\n\n{mark}Bob B-PER\n")
    assert [each.document for each in tagged(file)] == [0, 0, 1]
    file.write_text("Ann B-PER\n\nleft O\n")
    assert [each.document for each in tagged(file)] == [None, None]


def test_sentences_of_a_text_are_of_one_document():
    texts = [("Ann left. Bob stayed.", []), ("Ann.", [(0, 3, "PER")])]
    assert [each.document for each in tagged(texts)] == [0, 0, 1]


def test_sentences_may_tell_their_document():
    rows = [(["Ann"], ["B-PER"], 4), (["left"], ["O"], None), (["Bob"], ["B-PER"])]
    assert [each.document for each in tagged(rows)] == [4, None, None]
    assert tagged(tagged(rows)) == tagged(rows)
    with pytest.raises(InputError, match="numbers of documents"):
        tagged([("Ann left.", [], 4)])


def test_a_measure_heeds_documents(pipe):
    words, tags = ["Ann", "met"], ["S-PER", "O"]
    pipe.preprocessor["repeats"] = 50.0
    apart = pipe.evaluate([(words, tags)] * 2)
    together = pipe.evaluate([(words, tags, 0)] * 2)
    assert together["nats_per_word"] < apart["nats_per_word"]
