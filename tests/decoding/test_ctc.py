"""CTC beside brute force over all paths."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnapps.decoding import ctc
from rnnapps.decoding.ctc import BLANK, align, greedy, nats
from rnnapps.errors import InputError


def made(seed, frames, symbols):
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=(frames, symbols), scale=2)
    return scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)


def collapsed(path):
    return tuple(s for s, _ in itertools.groupby(path) if s != BLANK)


def every_path(log_probs):
    """Gives each path, what it spells and its log-probability."""
    frames, symbols = log_probs.shape
    for path in itertools.product(range(symbols), repeat=frames):
        yield path, collapsed(path), log_probs[np.arange(frames), path].sum()


@pytest.mark.parametrize("symbols", [(), (1,), (1, 1), (1, 2, 1), (2, 2, 1)])
def test_nats_are_those_of_all_paths(symbols):
    log_probs = made(1, 5, 3)
    likely = sum(np.exp(score) for _, spelt, score in every_path(log_probs) if spelt == symbols)
    assert nats(log_probs, symbols) == pytest.approx(-np.log(likely))


def test_too_few_frames_are_impossible():
    assert nats(made(1, 2, 3), [1, 1]) == np.inf
    with pytest.raises(InputError, match="at least 3 frames for 2 symbols"):
        align(made(1, 2, 3), [1, 1])


@pytest.mark.parametrize("symbols", [(1,), (1, 1), (1, 2, 1), (2, 2, 1)])
def test_an_alignment_is_the_likeliest_path(symbols):
    log_probs = made(2, 6, 3)
    paths = [(score, path) for path, spelt, score in every_path(log_probs) if spelt == symbols]
    _, best = max(paths)
    expected, place = [], 0
    for symbol, group in itertools.groupby(best):
        length = len(list(group))
        if symbol != BLANK:
            expected.append([place, place + length])
        place += length
    assert align(log_probs, symbols).tolist() == expected


def test_a_long_alignment_keeps_near_what_is_known(monkeypatch):
    monkeypatch.setattr(ctc, "NEAR", 20)
    log_probs = made(3, 3000, 6)
    found = greedy(log_probs)
    assert len(found.symbols) > 1000
    expected = align(log_probs, found.symbols.tolist())
    about = np.maximum(found.frames[:, 0] - 3, 0)
    np.testing.assert_array_equal(align(log_probs, found.symbols.tolist(), about), expected)


@given(st.integers(0, 10**6), st.integers(1, 40))
@settings(max_examples=30, deadline=None)
def test_greedy_symbols_are_in_order_and_where_they_say(seed, frames):
    log_probs = made(seed, frames, 5)
    found = greedy(log_probs)
    assert tuple(found.symbols) == collapsed(log_probs.argmax(axis=1))
    best = log_probs.argmax(axis=1)
    for symbol, (first, end) in zip(found.symbols, found.frames, strict=True):
        assert (best[first:end] == symbol).all()
    flat = found.frames.ravel()
    assert (np.diff(flat) >= 0).all() and (flat <= frames).all()
