"""What a tagger answers: spans that are where they say, for any text."""

import json
import re
from html import escape

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnnapps.data.tags import spans
from rnnapps.decoding.viterbi import Chain, viterbi
from rnnapps.errors import InputError
from rnnapps.runtime.session import OnnxSession


def test_spans_are_found_with_label_place_and_probability(pipe):
    text = "In New York Bob met\tAnn."
    found = pipe.predict(text)
    assert [(each["entity_group"], each["word"]) for each in found] == [
        ("LOC", "New York"),
        ("PER", "Bob"),
        ("PER", "Ann"),
    ]
    assert all(text[each["start"] : each["end"]] == each["word"] for each in found)
    assert all(0.5 < each["score"] <= 1 for each in found)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
            st.sampled_from(["Ann ", "New York", "\r\n\n"]),
        )
    )
)
def test_a_word_is_where_it_says_in_any_text(pipe, parts):
    text = "".join(parts)
    for each in pipe.predict(text):
        assert text[each["start"] : each["end"]] == each["word"] != ""


def test_words_may_stand_in_place_of_a_text(pipe):
    (found,) = pipe.predict([["Bob", "met", "New", "York"]])
    joined = "Bob met New York"
    assert found == pipe.predict(joined)
    assert [joined[each["start"] : each["end"]] for each in found] == ["Bob", "New York"]


@pytest.mark.parametrize("text", ["", " \n\t", "👍🏽👍🏽", "..."])
def test_a_text_without_names_has_no_spans(pipe, text):
    assert [each for each in pipe.predict(text) if each["score"] > 0.9] == []


def test_a_long_sentence_is_read_whole(pipe):
    text = "Bob met Ann in New York and " * 400
    found = pipe.predict(text)
    assert [each["word"] for each in found] == ["Bob", "Ann", "New York"] * 400


def test_sentences_do_not_depend_on_each_other(pipe):
    alone = pipe.predict("Bob met Ann.")
    together = pipe.predict("Bob met Ann. In New York Ann left.")
    for one, other in zip(alone, together, strict=False):
        assert one["word"] == other["word"]
        np.testing.assert_allclose(one["score"], other["score"], atol=1e-5)


@pytest.mark.parametrize("wrong", [None, 5, b"Ann", [["Ann", 5]], [["Ann", " "]]])
def test_what_is_neither_text_nor_words_is_refused(pipe, wrong):
    with pytest.raises(InputError, match=r"Expected a (text|word)"):
        pipe.predict(wrong)


def test_a_rendering_shows_the_text_with_its_spans_and_nothing_else_of_it(pipe, tmp_path):
    text = "Bob <b>met</b> Ann & Bob"
    rendering = pipe.render(text)
    shown = re.sub(r" <small.*?</small>|</?mark.*?>|</?p.*?>", "", rendering._repr_html_())
    assert shown == escape(text)
    assert "PER" in rendering._repr_html_()
    page = rendering.save(tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count("<mark") == len(pipe.predict(text)) > 0
    with pytest.raises(InputError, match=r"\.html"):
        rendering.save(tmp_path / "page.txt")


def test_a_rendering_of_a_list_shows_each_text_as_predict_reads_it(pipe):
    texts = ["Ann left.", ["Bob", "met", "Ann"]]
    html = pipe.render(texts)._repr_html_()
    assert html == "\n".join(pipe.render([each])._repr_html_() for each in texts)
    assert html.count("<p ") == 2


def test_an_export_has_all_that_the_best_path_needs(pipe, tmp_path):
    path = pipe.export(tmp_path / "tagger.onnx")
    facts = json.loads((tmp_path / "tagger.onnx.json").read_text())
    chain = Chain(*(np.array(facts[name]) for name in Chain._fields))
    words = ["In", "New", "York", "Ann", "left", "."]
    inputs = {name: array[None] for name, array in pipe.features(words).items()}
    outputs, _ = OnnxSession(path.read_bytes()).run({**inputs, "lengths": np.array([6], np.int32)})
    (best,) = viterbi(chain, outputs["scores"], np.array([6]))
    found = spans([facts["tags"][number] for number in best], "BIOES")
    assert [(span.first, span.end, span.label) for span in found] == [
        (1, 3, "LOC"),
        (3, 4, "PER"),
    ]
