"""Best sequences and probabilities, beside all sequences of small cases counted one by one."""

import itertools

import numpy as np
import pytest

from rnnapps.decoding.viterbi import Chain, Posterior, viterbi


def every(chain, scores):
    """Gives the score of every sequence of a row."""
    found = {}
    for path in itertools.product(range(scores.shape[1]), repeat=len(scores)):
        steps = sum(scores[step, tag] for step, tag in enumerate(path))
        joints = sum(chain.transitions[pair] for pair in itertools.pairwise(path))
        found[path] = chain.start[path[0]] + steps + joints + chain.end[path[-1]]
    return found


@pytest.fixture(params=range(20))
def case(request):
    rng = np.random.default_rng(request.param)
    tags, lengths = int(rng.integers(2, 4)), rng.integers(1, 6, 3)
    transitions = rng.normal(size=(tags, tags))
    transitions[rng.random((tags, tags)) < 0.2] = -np.inf
    np.fill_diagonal(transitions, 0.1)
    chain = Chain(transitions, rng.normal(size=tags), rng.normal(size=tags))
    return chain, rng.normal(size=(3, lengths.max(), tags)) * 2, lengths


def test_viterbi_finds_the_best_of_all_sequences(case):
    chain, scores, lengths = case
    for row, path in enumerate(viterbi(chain, scores, lengths)):
        known = every(chain, scores[row, : lengths[row]])
        assert tuple(path) == max(known, key=known.get)


def test_the_total_is_that_of_all_sequences(case):
    chain, scores, lengths = case
    rows = zip(scores, lengths, strict=True)
    totals = [np.logaddexp.reduce([*every(chain, row[:end]).values()]) for row, end in rows]
    np.testing.assert_allclose(Posterior(chain, scores, lengths).total, totals)


def test_marginals_add_up_to_one_and_are_those_of_all_sequences(case):
    chain, scores, lengths = case
    marginals = Posterior(chain, scores, lengths).tags()
    for row, length in enumerate(lengths):
        known = every(chain, scores[row, :length])
        odds = np.exp(np.array([*known.values()]))
        paths = np.array([*known])
        np.testing.assert_allclose(marginals[row, :length].sum(axis=1), 1)
        for step, tag in itertools.product(range(length), range(scores.shape[2])):
            share = odds[paths[:, step] == tag].sum() / odds.sum()
            np.testing.assert_allclose(marginals[row, step, tag], share, atol=1e-12)


def test_a_stretch_is_as_likely_as_all_sequences_that_have_it(case):
    chain, scores, lengths = case
    known = Posterior(chain, scores, lengths)
    for row, length in enumerate(lengths):
        sequences = every(chain, scores[row, :length])
        odds = np.exp(np.array([*sequences.values()]))
        paths = np.array([*sequences])
        first, last = 0 if length < 3 else 1, length
        best = list(max(sequences, key=sequences.get))[first:last]
        share = odds[(paths[:, first:last] == best).all(axis=1)].sum() / odds.sum()
        np.testing.assert_allclose(known.stretch(row, first, best), np.log(share), atol=1e-12)


def test_a_row_is_read_alone_as_in_a_batch(case):
    chain, scores, lengths = case
    together = Posterior(chain, scores, lengths)
    for row, length in enumerate(lengths):
        alone = Posterior(chain, scores[row : row + 1, :length], lengths[row : row + 1])
        np.testing.assert_allclose(alone.tags()[0], together.tags()[row, :length])
