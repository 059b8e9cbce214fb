import numpy as np
import pytest

from rnnapps.errors import InputError
from rnnapps.pipelines.sentiment import pipeline as module

LONG = "A quiet triumph, but two hours I'll never get back. " * 200


def test_scores_are_probabilities_and_top_k_orders_them(pipe):
    every = pipe.predict(LONG, top_k=None)
    assert {each["label"] for each in every} == {"negative", "positive"}
    assert sum(each["score"] for each in every) == pytest.approx(1)
    assert every[0]["score"] >= every[1]["score"]
    assert pipe.predict(LONG) == every[0]
    assert pipe.predict([LONG], top_k=2) == [every]
    for wrong in (0, "all", 1.5):
        with pytest.raises(InputError, match="top_k of 1 or more"):
            pipe.predict(LONG, top_k=wrong)


def test_a_long_text_is_read_whole_whatever_the_window(pipe, monkeypatch):
    (example,) = [pipe.preprocess(LONG)]
    assert len(example["tokens"]) > 2 * module.WINDOW
    answers = []
    for window in (100, module.WINDOW, 10**6):
        monkeypatch.setattr(module, "WINDOW", window)
        answers.append(pipe.predict(LONG)["score"])
    assert answers[0] == pytest.approx(answers[1], abs=1e-6) == answers[2]
    assert pipe.predict(LONG + "Loud. " * 50)["score"] != pytest.approx(answers[0], abs=1e-9)


@pytest.mark.parametrize(
    "text", ["", "   \n", "👍🏽👍🏽", "\x00", "ﷺ مرحبا", "a" * 5000, "<br /><br />"]
)
def test_any_text_gets_an_answer(pipe, text):
    answer = pipe.predict(text)
    assert 0.5 <= answer["score"] <= 1
    assert pipe.explain(text).score == answer["score"]


def test_a_megabyte_is_read(pipe):
    answer = pipe.predict("Dull, long and loud. " * 50_000)
    assert np.isfinite(answer["score"])


def test_breaks_in_markup_are_spaces(pipe):
    assert pipe.predict("Dull.<br /><br />Long.") == pipe.predict("Dull. Long.")


def test_capitals_do_not_matter(pipe):
    assert pipe.predict("A QUIET Triumph") == pipe.predict("a quiet triumph")
