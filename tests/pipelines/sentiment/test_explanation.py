import numpy as np
import pytest

from rnnapps import pipeline
from rnnapps.errors import InputError
from rnnapps.pipelines.sentiment import explanation
from rnnapps.pipelines.sentiment.explanation import MOST

TEXT = "A quiet triumph:  funny & <b>wise</b>.\nNot dull,<br />never."


def log_odds(pipe, text, label):
    score = next(e["score"] for e in pipe.predict(text, top_k=None) if e["label"] == label)
    return np.log(score / (1 - score))


def test_words_stand_where_they_say(pipe):
    words = pipe.explain(TEXT).words
    assert [word["word"] for word in words] == TEXT.replace("<br />", " ").split()
    for word in words:
        assert TEXT[word["start"] : word["end"]] == word["word"]


def test_a_contribution_is_what_the_word_makes_of_the_answer(pipe):
    explanation = pipe.explain(TEXT)
    for word in explanation.words:
        without = TEXT[: word["start"]] + " " * len(word["word"]) + TEXT[word["end"] :]
        change = log_odds(pipe, TEXT, explanation.label) - log_odds(
            pipe, without, explanation.label
        )
        assert word["contribution"] == pytest.approx(change, abs=1e-5)


def test_a_long_text_is_explained_in_stretches(pipe):
    text = "quiet triumph, " * 1000
    words = pipe.explain(text).words
    assert MOST / 2 < len(words) <= MOST
    assert " ".join(word["word"] for word in words) == text.strip()


def test_the_page_shows_the_text_and_nothing_of_it_is_markup(pipe, tmp_path):
    explanation = pipe.explain(TEXT)
    page = explanation.save(tmp_path / "why.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;wise&lt;/b&gt;" in page and "<b>wise" not in page
    assert page.count("<span") == len(explanation.words)
    assert explanation._repr_html_() in page
    with pytest.raises(InputError, match=r"ends in \.html. Received: 'why.txt'"):
        explanation.save("why.txt")


@pytest.mark.parametrize("wrong", [None, 5, ["a"]])
def test_what_is_no_text_is_refused(pipe, wrong):
    with pytest.raises(InputError, match="Expected a text"):
        pipe.explain(wrong)


def test_in_8_bits_a_contribution_is_what_the_word_makes_of_the_answer(pipe, tmp_path):
    compact = pipeline("sentiment", pipe.save(tmp_path / "compact", compact=True))
    one, other = compact.explain(TEXT), pipe.explain(TEXT)
    for mine, yours in zip(one.words, other.words, strict=True):
        assert mine["contribution"] == pytest.approx(yours["contribution"], abs=2e-3)


def test_a_very_long_text_is_explained_in_bounded_time(pipe, monkeypatch):
    monkeypatch.setattr(explanation, "BUDGET", 2000)
    assert len(pipe.explain("quiet triumph " * 1000).words) == 10
