"""The prefix beam search beside brute force, with and without words."""

import itertools
from itertools import islice

import numpy as np
import pytest

from rnnapps.decoding import ctc_beam
from rnnapps.decoding.ctc import nats
from rnnapps.decoding.ctc_beam import BeamSearch
from rnnapps.decoding.ngrams import kneser_ney
from rnnapps.decoding.word_scores import WordScores

SPACE, A, B = 1, 2, 3
#: Words, of which the i-th is token i + 2, and texts of them.
WORDS = [(A,), (A, B), (B, B)]
MODEL = kneser_ney([np.array([2, 3, 2, 3, 4]), np.array([2, 3, 4, 4, 1])], size=5, order=2)


def made(seed, frames, symbols=4, scale=2.0):
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=(frames, symbols), scale=scale)
    return scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)


def every(frames, symbols):
    for length in range(frames + 1):
        yield from itertools.product(range(1, symbols), repeat=length)


def found(log_probs, words=None, width=300, count=1):
    search = BeamSearch(width, words)
    search.feed(log_probs)
    return list(islice(search.best(), count))


@pytest.mark.parametrize("seed", range(6))
def test_a_wide_search_finds_the_likeliest_symbols_of_all(seed, monkeypatch):
    monkeypatch.setattr(ctc_beam, "UNLIKELY", 50)
    log_probs = made(seed, 5, 3)
    likely = sorted(((-nats(log_probs, s), s) for s in every(5, 3)), reverse=True)
    for hypothesis, (score, symbols) in zip(found(log_probs, count=5), likely, strict=False):
        assert tuple(hypothesis.symbols) == symbols
        assert hypothesis.score == pytest.approx(score)


def worth(symbols, alpha, beta, hot, unknown):
    """Scores whole words by the language model; None where a space stands alone."""
    words = [tuple(g) for space, g in itertools.groupby(symbols, lambda s: s == SPACE) if not space]
    text = ",".join(map(str, symbols)).split(f"{SPACE}")
    if any(not part.strip(",") for part in text[:-1]):
        return None
    tokens = [WORDS.index(word) + 2 if word in WORDS else 1 for word in words]
    score = -alpha * MODEL.nats(np.array(tokens, int)).sum() + beta * len(words)
    score += sum(hot.get(word, 0.0) for word in words)
    return score + sum(unknown for word in words if word not in WORDS and word not in hot)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("hot", [{}, {(B, B): 3.0}, {(B, A): 2.5}])
def test_words_count_as_the_language_model_says(seed, hot, monkeypatch):
    monkeypatch.setattr(ctc_beam, "UNLIKELY", 50)
    monkeypatch.setattr(ctc_beam, "BEHIND", 100)
    settings = {"alpha": 0.7, "beta": 0.4, "hot": hot, "unknown": -2.0}
    words = WordScores(WORDS, MODEL, symbols=4, space=SPACE, **settings)
    log_probs = made(seed, 5, scale=1.0)
    totals = {}
    for symbols in every(5, 4):
        score = worth(symbols, **settings)
        if score is not None:
            totals[symbols] = score - nats(log_probs, symbols)
    best = max(totals, key=totals.get)
    (hypothesis,) = found(log_probs, words, width=2000)
    assert tuple(hypothesis.symbols) == best
    assert hypothesis.score == pytest.approx(totals[best])


def test_the_language_model_settles_what_the_sound_leaves_open():
    log_probs = np.log(np.array([[0.02, 0.02, 0.94, 0.02], [0.02, 0.02, 0.46, 0.5]]) + 1e-9)
    (alone,) = found(log_probs)
    assert tuple(alone.symbols) == (A, B)
    words = WordScores([(A,)], MODEL, symbols=4, space=SPACE, alpha=1.0)
    (told,) = found(log_probs, words)
    assert tuple(told.symbols) == (A,)


def test_what_is_settled_changes_nothing(monkeypatch):
    log_probs = made(3, 300, scale=3.0)
    words = WordScores(WORDS, MODEL, symbols=4, space=SPACE)
    before = found(log_probs, words, width=12, count=3)
    monkeypatch.setattr(ctc_beam, "SETTLE", 7)
    search = BeamSearch(12, words)
    for piece in np.array_split(log_probs, 11):
        search.feed(piece)
    after = islice(search.best(), 3)
    assert len(search._parents) < 300
    for one, other in zip(before, after, strict=True):
        assert one.symbols.tolist() == other.symbols.tolist()
        assert np.abs(one.frames - other.frames).max() < 10  # it is told only about where
        assert one.score == pytest.approx(other.score)


def test_no_prefix_stands_twice_in_the_beam():
    for seed in range(5):
        search = BeamSearch(8, WordScores(WORDS, MODEL, symbols=4, space=SPACE))
        for row in made(seed, 120, scale=1.5):
            search.feed(row[None])
            spelt = [tuple(search._spelt(int(node))[0]) for node in search._nodes]
            assert len(set(spelt)) == len(spelt)


def test_an_early_doubt_is_settled_and_costs_no_more_later():
    doubtful = np.log(np.array([[0.02, 0.5, 0.46, 0.02], [0.94, 0.02, 0.02, 0.02]]))
    sure = np.log(np.full((2, 4), 1e-9) + np.eye(4)[[1, 0]])
    search = BeamSearch(4)
    search.feed(np.concatenate([doubtful, *[sure] * 2000]))
    taken = search.take()
    assert taken[0] == 1 and len(taken) > 1500
    assert len(search._parents) < 2000


def test_what_is_taken_is_not_given_again():
    log_probs = made(7, 900, scale=4.0)
    whole, search, taken = found(log_probs, width=6)[0], BeamSearch(6), []
    for piece in np.array_split(log_probs, 9):
        search.feed(piece)
        taken += search.take().tolist()
    assert taken + next(search.best()).symbols.tolist() == whole.symbols.tolist()
    assert len(taken) > 0.5 * len(whole.symbols)
