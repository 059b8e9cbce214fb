"""How a tagger learns: from any form and scheme, new labels, new words, tags that stand alone."""

import numpy as np
import pytest

from rnnapps import pipeline
from rnnapps.errors import InputError

PLACES = [(["Go", "to", "Oslo"], ["O", "O", "B-town"]), (["Oslo", "sleeps"], ["B-town", "O"])] * 8
LEARNING = {"epochs": 20, "learning_rate": 0.05, "seed": 1}


def test_new_labels_replace_the_old_ones_and_the_rest_stays(pipe):
    before = pipe.weights()
    with pytest.warns(UserWarning, match="did not know town.* forgets LOC, PER"):
        pipe.fit(PLACES, epochs=1, learning_rate=1e-6)
    after = pipe.weights()
    assert pipe.labels == ["town"]
    assert after["scores/kernel"].shape[1] == 5
    np.testing.assert_allclose(
        before["recurrent/forward_0/lstm_cell/kernel"],
        after["recurrent/forward_0/lstm_cell/kernel"],
        atol=1e-4,
    )


def test_the_warning_of_new_labels_names_the_line_that_asked(pipe):
    with pytest.warns(UserWarning, match="did not know town") as found:
        pipe.fine_tune(PLACES, epochs=1, freeze_epochs=1)
    assert {warning.filename for warning in found if "town" in str(warning.message)} == {__file__}


def test_an_unknown_tag_that_stands_alone_is_told_with_its_sentence():
    pipe = pipeline("ner", False, units=6, seed=1)
    rows = [(["a", "b"], ["NOUN", "VERB"])] * 4
    with pytest.raises(InputError, match=r"Sentence 0: .*\['NOUN', 'VERB'\]. Received: \['O'\]"):
        pipe.fit(rows, validation_data=[(["a", "b"], ["NOUN", "O"])], epochs=1)


def test_new_labels_are_learnt(pipe):
    pipe.fit(PLACES, **LEARNING)
    assert [each["word"] for each in pipe.predict("Go to Oslo")] == ["Oslo"]
    assert pipe.evaluate(PLACES)["f1"] == 1


def test_known_labels_stay_and_new_words_are_added(pipe):
    words, kept = pipe.features.sizes[0], pipe.labels
    pipe.fit([(["Zoe", "left"], ["B-PER", "O"])] * 4, epochs=1)
    assert pipe.labels == kept
    assert pipe.features.sizes[0] == words + 1
    assert pipe.network.get_layer("words_embedding").embeddings.shape[0] == words + 1


def test_a_new_word_begins_as_an_unknown_one(pipe):
    before = pipe.predict("Zoe met Ann")
    pipe.fit([(["Zoe", "met"], ["B-PER", "O"])] * 4, epochs=1, learning_rate=1e-9)
    after = pipe.predict("Zoe met Ann")
    assert [each["word"] for each in before] == [each["word"] for each in after]


def test_tags_that_stand_alone_are_learnt_too():
    rows = [(["dogs", "bark"], ["NOUN", "VERB"]), (["bark", "is", "O"], ["NOUN", "VERB", "X"])] * 8
    pipe = pipeline("ner", False, units=12, seed=1)
    pipe.fit(rows, **LEARNING)
    assert pipe.labels == ["NOUN", "VERB", "X"]
    assert [each["entity_group"] for each in pipe.predict("dogs bark")] == ["NOUN", "VERB"]


def test_the_same_seed_gives_the_same_tagger_from_random_weights():
    kernels = []
    for _ in range(2):
        pipe = pipeline("ner", False, labels=["PER"], units=6)
        pipe.fit([(["Ann", "left"], ["B-PER", "O"])] * 4, epochs=1, seed=5)
        kernels.append(pipe.weights()["spelling/kernel"])
    np.testing.assert_array_equal(*kernels)


def test_a_sentence_without_spans_counts_every_word_where_tags_stand_alone():
    rows = [(["a", "b"], ["O", "COMMA"]), (["b", "a"], ["O", "O"])] * 8
    pipe = pipeline("ner", False, units=12, seed=1)
    pipe.fit(rows, **LEARNING)
    report = pipe.evaluate(rows)
    assert report["accuracy"] == report["f1"] > 0.7
    assert len(pipe.predict([["b", "a"]])[0]) == 2


def test_labels_that_only_the_test_has_count_as_missed(pipe):
    rows = [(["Ann", "met", "Bob"], ["B-PER", "O", "B-ROBOT"])]
    report = pipe.evaluate(rows)
    assert report["recall"] == 0.5


def test_a_text_with_spans_teaches_the_same_as_its_words(tmp_path):
    file = tmp_path / "own.conll"
    file.write_text("-DOCSTART- O\n\nAnn I-PER\nmet O\nBob I-PER\n\n", encoding="utf-8")
    forms = [
        [(["Ann", "met", "Bob"], ["B-PER", "O", "B-PER"])],
        [("Ann met Bob", [(0, 3, "PER"), (8, 11, "PER")])],
        file,
    ]
    kernels = []
    for form in forms:
        pipe = pipeline("ner", False, labels=["PER"], units=6, seed=1)
        pipe.fit(form, epochs=2, seed=1)
        kernels.append(pipe.weights()["scores/kernel"])
    np.testing.assert_array_equal(kernels[0], kernels[1])
    np.testing.assert_array_equal(kernels[0], kernels[2])


def test_labels_that_the_pipeline_lacks_are_named_by_evaluate_and_validation(pipe):
    with pytest.raises(InputError, match=r"among \['LOC', 'PER'\]. Received: \['town'\].* by fit"):
        pipe.evaluate(PLACES)
    with pytest.raises(InputError, match=r"Received: \['town'\]. What is not in the training data"):
        pipe.fit([(["Ann"], ["B-PER"])] * 2, validation_data=PLACES, epochs=1)
    assert pipe.labels == ["LOC", "PER"]


def test_a_report_shows_labels_and_mistakes(pipe):
    wrong = [(["Ann", "met", "Bob"], ["B-PER", "O", "B-LOC"])]
    report = pipe.evaluate(wrong)
    assert (report["precision"], report["recall"]) == (0.5, 0.5)
    mistakes = report.tables["most frequent mistakes"]
    assert "Bob" in str(mistakes)
    assert "LOC" in str(mistakes)
