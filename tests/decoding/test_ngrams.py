"""Language models of n-grams: beside the paper, read on the fly, pruned, packed."""

import itertools

import numpy as np
import pytest

from rnnapps.decoding.ngrams import NGrams, kneser_ney

SIZE = 7


def documents(count=20, length=60, seed=0):
    """Texts of a Markov chain."""
    rng = np.random.default_rng(seed)
    chances = rng.dirichlet(0.3 * np.ones(SIZE - 1), size=SIZE)
    texts = []
    for _ in range(count):
        text = [0]
        for _ in range(length):
            text.append(1 + int(rng.choice(SIZE - 1, p=chances[text[-1]])))
        texts.append(np.array(text[1:], np.int32))
    return texts


def next_chances(model, context):
    """Probabilities of all tokens behind a context."""
    return np.exp([-model.nats(np.array([*context, token]))[-1] for token in range(model.size)])


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_probabilities_sum_to_one(order):
    texts = documents()
    model = kneser_ney(texts, SIZE + 2, order)  # two tokens are never seen
    contexts = [(), (1,), (8,), (1, 8), (8, 1), *[text[:n] for text in texts[:4] for n in (2, 7)]]
    for context in contexts:
        chances = next_chances(model, context)
        assert chances.sum() == pytest.approx(1) and chances.min() > 0


def test_one_text_of_a_few_tokens():
    for text in ([1], [1, 1], [1, 2, 1, 2, 1]):
        model = kneser_ney([np.array(text)], 4)
        for context in ((), (1,), (1, 2), (3,)):
            assert next_chances(model, context).sum() == pytest.approx(1)


def by_hand(texts, size):
    """Bigrams with dicts, after the paper."""
    stream = [token for text in texts for token in (0, *text)]
    pairs, before = {}, {}
    for first, second in itertools.pairwise(stream):
        pairs[first, second] = pairs.get((first, second), 0) + 1
    for _, second in pairs:
        before[second] = before.get(second, 0) + 1

    def discounts(counts):
        n = [sum(value == i for value in counts) for i in range(5)]
        y = n[1] / (n[1] + 2 * n[2])
        return [0, *(i - (i + 1) * y * n[i + 1] / n[i] for i in (1, 2, 3))]

    d2, d1 = discounts(pairs.values()), discounts(before.values())
    left1 = sum(d1[min(value, 3)] for value in before.values()) / sum(before.values())

    def single(token):
        count = before.get(token, 0)
        return (count - d1[min(count, 3)]) / sum(before.values()) + left1 / size

    def chance(first, second):
        row = {b: count for (a, b), count in pairs.items() if a == first}
        total = sum(row.values())
        left = sum(d2[min(count, 3)] for count in row.values())
        count = row.get(second, 0)
        return (count - d2[min(count, 3)] + left * single(second)) / total

    return chance


def test_bigrams_are_those_of_the_paper():
    rng = np.random.default_rng(1)
    shares = 1 / np.arange(1, 60)
    texts = [rng.choice(np.arange(1, 60), 300, p=shares / shares.sum()) for _ in range(3)]
    model, chance = kneser_ney(texts, 70, order=2), by_hand(texts, 70)
    for first, second in [(0, 1), (1, 1), (1, 2), (5, 9), (9, 30), (2, 65)]:
        nats = model.nats(np.array([first, second]))[-1]
        assert np.exp(-nats) == pytest.approx(chance(first, second))


def test_longer_contexts_help_where_the_text_has_them():
    rng = np.random.default_rng(0)
    phrases = [rng.integers(1, 30, 6) for _ in range(8)]
    texts = [np.concatenate([phrases[i] for i in rng.integers(8, size=40)]) for _ in range(6)]
    nats = [kneser_ney(texts[:5], 30, order).nats(texts[5]).mean() for order in (1, 2, 3, 5)]
    assert nats[0] > nats[1] > nats[2]
    assert nats[3] < 0.3 * nats[0]


def test_token_by_token_is_the_same_as_a_whole_text():
    texts = documents()
    model = kneser_ney(texts, SIZE + 2, 3)
    for text in (texts[0], np.array([1, 8, 1, 2]), np.array([7])):
        state, found = model.start, []
        for token in text.tolist():
            nats, state = model.read(state, token)
            found.append(nats)
        np.testing.assert_allclose(found, model.nats(text), rtol=1e-6)


def test_a_pruned_model_is_smaller_and_its_probabilities_sum_to_one():
    texts = documents(count=5)
    model = kneser_ney(texts, SIZE + 2, 3)
    small = model.pruned((1, 2, 4))
    assert len(small.levels[2].grams) < len(model.levels[2].grams)
    assert (small.levels[2].counts >= 4).all()
    for context in ((), (1,), (8,), *[text[:n] for text in texts for n in (2, 7, 30)]):
        assert next_chances(small, context).sum() == pytest.approx(1)


def test_a_model_of_a_short_text_may_lose_all_its_long_n_grams():
    model = kneser_ney([np.array([1, 2, 3, 1, 2])], 5, 3).pruned((1, 2, 3))
    assert not len(model.levels[2].grams)
    assert next_chances(model, (1, 2)).sum() == pytest.approx(1)
    assert next_chances(kneser_ney([np.array([1])], 3, 3).pruned((1, 2, 3)), ()).sum() > 0


def test_a_packed_model_answers_alike():
    texts = documents()
    model = kneser_ney(texts, SIZE, 3).pruned((1, 1, 2))
    data = model.to_bytes()
    loaded = NGrams.from_bytes(data)
    np.testing.assert_allclose(loaded.nats(texts[0]), model.nats(texts[0]), atol=0.02)
    assert loaded.to_bytes() == data
