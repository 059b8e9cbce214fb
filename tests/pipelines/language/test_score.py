"""How probable texts are."""

import math
import time

import numpy as np
import pytest

from rnnapps.decoding.sampling import log_softmax
from rnnapps.pipelines.language.likelihood import WINDOW
from rnnapps.pipelines.language.reading import words_of
from rnnapps.runtime.session import KerasSession, zero_states


def test_nats_are_those_of_keras(language):
    text = "The cow saw the castle. " * 20
    ids = language.reader.ids(text)
    assert len(ids) > WINDOW / 2
    session = KerasSession(language.network)
    inputs = {"tokens": np.array([[0, *ids[:-1]]], np.int32), **zero_states(session, 1)}
    scores = log_softmax(np.asarray(session.run(inputs)[0]["logits"])[0])
    nats = -scores[np.arange(len(ids)), ids].sum()
    assert language.predict(text)["nats"] == pytest.approx(nats, rel=1e-4)


def test_the_figures_go_together(language):
    text = "The cat sat on the mat."
    result = language.score(text)
    assert result == language.predict(text)
    assert result["nats_per_token"] == result["nats"] / result["tokens"]
    assert result["perplexity"] == math.exp(result["nats_per_token"])
    assert result["nats_per_character"] == result["nats"] / len(text)


def test_what_was_learnt_is_likelier(language):
    usual, odd = language.predict(["The cat sat on the mat.", "mat the on sat cat The."])
    assert usual["nats"] < 0.5 * odd["nats"]


def test_words_have_their_nats(language):
    text = "The cat can't come, said 42 cows."
    result = language.predict(text, words=True)
    words = result["words"]
    assert "".join(word["word"] for word in words) == text
    assert [word["word"] for word in words][2:5] == [" can't", " come", ","]
    assert sum(word["nats"] for word in words) == pytest.approx(result["nats"])


@pytest.mark.parametrize(
    "text",
    [
        "“The cät” — sat…\r\nOn—the 🌹🌹 mat",
        "a cafe\u0301, the c\u0436at",
        "\u0301The cat...",
        "\ufeffThe\u00a0cat\ttook ½ — or —",
    ],
)
def test_words_are_those_of_the_text_as_it_was_given(language, text):
    result = language.predict(text, words=True)
    words = result["words"]
    assert all(text[word["start"] : word["end"]] == word["word"] for word in words)
    assert "".join(word["word"] for word in words) == text
    assert all(word["word"] for word in words)
    assert sum(word["nats"] for word in words) == pytest.approx(result["nats"])


def test_a_word_of_a_megabyte_takes_no_time(language):
    ids = language.reader.ids(text := "cat" * 300_000)
    begin = time.perf_counter()
    words = words_of(text, language.reader.tokens(text), np.ones(len(ids)))
    assert [word["word"] for word in words] == [text]
    assert time.perf_counter() - begin < 10


def test_likelihoods_that_are_no_float_any_more(language, monkeypatch):
    monkeypatch.setattr(
        "rnnapps.pipelines.language.pipeline.measured",
        lambda session, rows: [{**row, "nats": np.full(len(row["targets"]), 1e4)} for row in rows],
    )
    assert language.predict("The cat")["perplexity"] == math.inf
    assert language.evaluate(["The cat"])["perplexity"] == math.inf


def test_windows_make_no_difference(language, monkeypatch):
    texts = ["The cat sat. " * 30, "A cow.", "The castle saw the cow. " * 9]
    whole = language.predict(texts)
    for window in (1, 7, 64):
        monkeypatch.setattr("rnnapps.pipelines.language.likelihood.WINDOW", window)
        for one, other in zip(language.predict(texts), whole, strict=True):
            assert one["nats"] == pytest.approx(other["nats"], rel=1e-5)


def test_evaluate_counts_all_texts(language):
    texts = ["The cat sat on the mat.", "A cow came."]
    report, results = language.evaluate(texts), language.predict(texts)
    nats, tokens = (sum(result[name] for result in results) for name in ("nats", "tokens"))
    assert report["nats_per_token"] == pytest.approx(nats / tokens)
    assert report["perplexity"] == pytest.approx(math.exp(nats / tokens))
    characters = sum(map(len, texts))
    assert report["bits_per_character"] == pytest.approx(nats / characters / math.log(2))
    assert (report["tokens"], report["characters"]) == (tokens, characters)
    assert report["unknown"] == 0
    assert language.evaluate(["The cat 🌹🌹", "sat\n"])["unknown"] == 2 / 11


def test_demo(language, tmp_path):
    shown = language.demo(tmp_path)
    assert len(shown) == 3 and all("<" in fragment for _, fragment in shown)
    assert (tmp_path / "texts.txt").stat().st_size > 20
