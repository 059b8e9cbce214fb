"""Completion of half-typed words."""

import time

import numpy as np
import pytest

from rnnapps import pipeline
from rnnapps.decoding.sampling import log_softmax
from rnnapps.errors import InputError
from rnnapps.pipelines.language.completion import typed_of
from rnnapps.pipelines.language.writing import Writer

SMALL = {"embedding": 48, "units": 96, "input_dropout": 0, "output_dropout": 0, "seed": 1}


def words(language, prefix, n=5):
    return [word["word"] for word in language.complete(prefix, n)]


@pytest.mark.parametrize("prefix", ["The ca", "The cat saw a ca", "ca", "c", "The cow's ca"])
def test_words_begin_as_typed(language, prefix):
    typed = prefix.split()[-1]
    found = language.complete(prefix)
    assert found and all(word["word"].startswith(typed) for word in found)
    scores = [word["score"] for word in found]
    assert scores == sorted(scores, reverse=True)
    assert 0 < sum(scores) <= 1.001


def test_what_was_learnt_comes_first(language):
    assert words(language, "The cat sat on the m")[0] == "mat"
    assert words(language, "The cow saw a ca")[0] == "castle"
    assert words(language, "The cat sat ")[0] == "on"
    assert (
        words(language, "The cat sat on the mat. The cow saw a castle. The cat can")[0] == "can't"
    )


def test_a_word_may_take_several_tokens(language):
    alone = pipeline("language", False, vocabulary=["x"], **SMALL)  # a token a character
    assert len(alone.reader.ids(" castle")) == 7
    alone.fit(["the castle. "] * 90, epochs=30, learning_rate=0.02)
    assert words(alone, "the ca", 1) == ["castle"] == words(alone, "the ", 1)


def test_after_a_space_or_a_sign_comes_the_next_word(language):
    for prefix in ("The cat ", "The cat. ", "The cow saw a castle,", ""):
        found = words(language, prefix)
        assert len(found) == 5 and all(word[0].isalnum() for word in found)


def test_scores_are_shares_of_the_words_that_begin_so(language):
    writer = Writer(language.session, language.reader, "The cat")
    logits, _ = writer.step(np.array([writer.last], np.int32), writer.states)
    assert len(language.reader.ids(" sat")) == 1
    assert len(language.reader.ids(" s")) == 1
    (found,) = (word for word in language.complete("The cat s", 9) if word["word"] == "sat")
    tokens = writer.tokens
    chances = np.exp(log_softmax(np.where(writer.allowed, logits[0], -np.inf)))
    (place,) = (i for i, token in enumerate(tokens) if token == " sat")
    begin = sum(p for p, token in zip(chances, tokens, strict=True) if token.startswith(" s"))
    share = chances[place] / begin
    assert 0.8 * share < found["score"] < share + 1e-4


@pytest.mark.parametrize("prefix", ["The c", "The cow saw a cas", "The ", "A co", "ca"])
def test_scores_do_not_depend_on_the_number_of_words(language, prefix):
    most = language.complete(prefix, n=8)
    for n in (1, 2, 5):
        assert language.complete(prefix, n=n) == most[:n]


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("the cat\n", ""),
        ("the\ncat", "cat"),
        ("वह हिन्दी", " हिन्दी"),
        ("a cafe\u0301", " cafe\u0301"),
        ("I can\u2019", " can\u2019"),
        ("rock'n'ro", "rock'n'ro"),
        ("a 'ro", "ro"),
        ("can''", ""),
        ("snake_ca", "ca"),
        ("the  ", " "),
        ("", ""),
    ],
)
def test_what_is_typed(text, typed):
    assert typed_of(text) == typed


def test_much_that_is_typed_takes_no_time(language):
    begin = time.perf_counter()
    for text in ("cat" * 300_000, "cat'" * 300_000, " " * 1_000_000):
        language.complete(text)
    assert time.perf_counter() - begin < 10


def test_as_many_as_asked_at_most(language):
    assert len(language.complete("The c", n=1)) == 1
    assert len(language.complete("The ", n=20)) == 20
    assert language.complete("The zzqx") == [] or words(language, "The zzqx")[0] == "zzqx"


@pytest.mark.parametrize("n", [0, 1.5, "many"])
def test_a_wrong_number_is_refused(language, n):
    with pytest.raises(InputError, match="Expected n of 1 or more"):
        language.complete("The", n)
