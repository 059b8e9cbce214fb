import itertools

import numpy as np
import pytest

from rnnapps.decoding.beam import beam_search

SIZE, STEPS, END = 4, 4, 0


def table(seed):
    """Log-probabilities of a token given the two before it."""
    rng = np.random.default_rng(seed)
    chances = rng.dirichlet(np.ones(SIZE), size=(SIZE, SIZE))
    return np.log(chances)


def step_of(chances):
    def step(last, states):
        rows = chances[states["before"], last]
        return rows, {"before": last}

    return step


def searched(chances, **options):
    states = {"before": np.array([0])}
    settings = {"beams": SIZE**STEPS, "max_steps": STEPS, "end": END, **options}
    return beam_search(step_of(chances), 0, states, **settings)


def every_sequence(chances, power, ended=lambda tokens: False):
    """Scores all sequences that end, or are as long as may be."""
    found = {}
    for tokens in itertools.product(range(SIZE), repeat=STEPS):
        before, last, total, sequence = 0, 0, 0.0, []
        for token in tokens:
            total += chances[before, last, token]
            before, last = last, token
            sequence.append(token)
            if token == END or ended(sequence):
                break
        found[tuple(sequence)] = total / len(sequence) ** power
    return sorted(found.items(), key=lambda item: -item[1])


@pytest.mark.parametrize("power", [0.0, 0.6, 1.0])
@pytest.mark.parametrize("seed", range(5))
def test_with_room_for_all_it_finds_what_trying_all_finds(seed, power):
    chances = table(seed)
    found = searched(chances, power=power)
    best = every_sequence(chances, power)
    assert [tuple(each.tokens) for each in found[:10]] == [tokens for tokens, _ in best[:10]]
    np.testing.assert_allclose([each.score for each in found[:10]], [s for _, s in best[:10]])


@pytest.mark.parametrize("seed", range(5))
def test_sequences_end_where_they_are_told_to(seed):
    chances = table(seed)

    def follow(known, token):
        return (*known, token), (*known, token)[-2:] == (2, 2)

    found = searched(chances, follow=follow)
    best = every_sequence(chances, 1.0, lambda tokens: tokens[-2:] == [2, 2])
    assert [tuple(each.tokens) for each in found[:5]] == [tokens for tokens, _ in best[:5]]


def test_sequences_of_which_the_same_is_known_count_as_one():
    """Here 2 and 3 both tell that the sequence has ended before them."""
    chances = np.log(np.tile([0.0, 0.4, 0.35, 0.25], (SIZE, SIZE, 1)) + 1e-300)

    def follow(known, token):
        return (known, True) if token > 1 else ((*known, token), False)

    for beams in (3, SIZE**STEPS):
        found = searched(chances, beams=beams, max_steps=3, follow=follow, power=0.0)[:3]
        assert [each.known for each in found] == [(), (1,), (1, 1)]
        np.testing.assert_allclose([np.exp(each.score) for each in found], [0.6, 0.24, 0.096])


def test_as_many_are_found_as_asked_though_most_ends_are_one():
    chances = np.log(np.tile([0.001, 0.003, *[0.0996] * 10], (12, 1)))

    def follow(known, token):
        return (known, True) if token > 1 else ((*known, token), False)

    found = beam_search(
        lambda last, states: (chances[last], states), 1, {}, beams=3, max_steps=9, follow=follow
    )
    assert len({each.known for each in found}) == len(found) == 3


def test_one_beam_takes_the_likeliest_each_time():
    chances = table(1)
    before = last = 0
    greedy = []
    for _ in range(STEPS):
        token = int(chances[before, last].argmax())
        greedy.append(token)
        before, last = last, token
    (found,) = searched(chances, beams=1, end=None)
    assert found.tokens == greedy


def test_more_beams_never_find_worse():
    for seed in range(20):
        scores = [searched(table(seed), beams=beams, power=0.0)[0].score for beams in (1, 64)]
        assert scores[0] <= scores[1] + 1e-12


def test_what_may_not_come_does_not_come():
    chances = table(3)
    chances[..., 1] = -np.inf
    assert all(1 not in each.tokens for each in searched(chances))
    chances[...] = -np.inf
    assert searched(chances) == []


def test_a_long_sequence_counts_by_its_mean():
    chances = np.log(np.array([[[0.4, 0.6], [0.05, 0.95]]]).repeat(2, axis=0))
    options = {"beams": 4, "max_steps": 6, "end": 0}
    states = {"before": np.array([0])}
    short = beam_search(step_of(chances), 0, states, power=0.0, **options)
    long = beam_search(step_of(chances), 0, states, power=1.0, **options)
    assert len(short[0].tokens) <= len(long[0].tokens) == 6
