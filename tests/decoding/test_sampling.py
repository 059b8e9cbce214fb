import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rnnapps.decoding.sampling import check_sampling, log_softmax, sample
from rnnapps.errors import InputError

PROBABILITIES = np.array([0.05, 0.4, 0.0, 0.25, 0.2, 0.1])
LOGITS = np.log(np.maximum(PROBABILITIES, 1e-300))
DRAWS = 20_000

logits_of = arrays(
    np.float64, st.tuples(st.integers(1, 4), st.integers(1, 8)), elements=st.floats(-50, 50)
)


def shares(**options):
    """How often each token is drawn."""
    tokens = sample(np.tile(LOGITS, (DRAWS, 1)), np.random.default_rng(0), **options)
    return np.bincount(tokens, minlength=len(LOGITS)) / DRAWS


def assert_drawn_as(expected, **options):
    expected = np.array(expected) / np.sum(expected)
    drawn = shares(**options)
    assert not drawn[expected == 0].any()
    np.testing.assert_allclose(drawn, expected, atol=4 * np.sqrt(0.25 / DRAWS))


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_temperature(temperature):
    assert_drawn_as(PROBABILITIES ** (1 / temperature), temperature=temperature)


@pytest.mark.parametrize("top_k", [1, 2, 4, 6, 100])
def test_top_k(top_k):
    expected = PROBABILITIES.copy()
    expected[np.argsort(-PROBABILITIES)[top_k:]] = 0
    assert_drawn_as(expected, top_k=top_k)


@pytest.mark.parametrize(
    ("top_p", "kept"),
    [(1e-9, [1]), (0.39, [1]), (0.41, [1, 3]), (0.7, [1, 3, 4]), (0.9, [1, 3, 4, 5]), (1.0, None)],
)
def test_top_p(top_p, kept):
    expected = PROBABILITIES.copy()
    if kept:
        expected[[token for token in range(6) if token not in kept]] = 0
    assert_drawn_as(expected, top_p=top_p)


def test_top_p_counts_what_temperature_and_top_k_leave():
    sharp = PROBABILITIES**2  # 0.16, 0.0625, 0.04, ...: the first two are 0.85 of three
    expected = [0, sharp[1], 0, sharp[3], 0, 0]
    assert_drawn_as(expected, temperature=0.5, top_k=3, top_p=0.8)


def test_only_what_is_allowed_is_drawn():
    allowed = np.array([True, False, True, False, True, True])
    everywhere = np.tile(allowed, (DRAWS, 1))
    assert_drawn_as(PROBABILITIES * allowed, allowed=everywhere)
    assert_drawn_as([0, 0, 0, 0, 0.2, 0.1], allowed=everywhere, top_k=2)
    assert_drawn_as([0, 0, 0, 0, 1, 0], allowed=everywhere, top_p=0.5)
    assert_drawn_as([0, 0, 0, 0, 1, 0], allowed=everywhere, temperature=0)


@given(logits_of, st.data())
def test_any_draw_obeys(logits, data):
    batch, size = logits.shape
    one = np.eye(size, dtype=bool)[data.draw(st.integers(0, size - 1))]
    allowed = data.draw(arrays(bool, logits.shape)) | one
    tokens = sample(
        logits.astype(np.float32),
        np.random.default_rng(data.draw(st.integers(0, 99))),
        temperature=data.draw(st.sampled_from([0, 1e-3, 1.0, 1e3])),
        top_k=data.draw(st.none() | st.integers(1, 9)),
        top_p=data.draw(st.none() | st.floats(1e-6, 1)),
        allowed=allowed,
    )
    assert tokens.shape == (batch,)
    assert tokens.dtype == np.int64
    assert allowed[np.arange(batch), tokens].all()


@given(logits_of)
def test_temperature_zero_takes_the_most_likely(logits):
    tokens = sample(logits, np.random.default_rng(0), temperature=0)
    assert tokens.tolist() == logits.argmax(axis=1).tolist()
    assert sample(logits, np.random.default_rng(1), temperature=0).tolist() == tokens.tolist()


@pytest.mark.parametrize("temperature", [5e-324, 1e-309, 1e-30])
@pytest.mark.parametrize("options", [{}, {"top_k": 2}, {"top_p": 0.9}], ids=str)
def test_a_temperature_next_to_zero_takes_the_most_likely(temperature, options):
    logits = np.array([[3.0, 700.0, 699.0], [-700.0, -800.0, -900.0]])
    allowed = np.array([[True, False, True], [True, True, True]])
    tokens = sample(
        logits, np.random.default_rng(0), temperature=temperature, allowed=allowed, **options
    )
    assert tokens.tolist() == [2, 0]


def test_seed_decides():
    logits = np.zeros((64, 10))
    drawn = [sample(logits, np.random.default_rng(seed)).tolist() for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]


@pytest.mark.parametrize("options", [{}, {"top_k": 3}, {"top_p": 0.6}, {"temperature": 0.7}])
def test_rows_do_not_depend_on_their_neighbours(options):
    rng = np.random.default_rng(5)
    logits = rng.normal(size=(8, 6))
    others = logits.copy()
    others[1::2] = rng.normal(size=(4, 6), scale=30)
    tokens = sample(logits, np.random.default_rng(0), **options)
    assert sample(others, np.random.default_rng(0), **options)[::2].tolist() == tokens[::2].tolist()
    drawn = sample(np.zeros((DRAWS, 2)), np.random.default_rng(0)).reshape(2, -1)
    assert abs(np.corrcoef(drawn)[0, 1]) < 0.05  # each row has its own luck


@given(logits_of)
def test_log_softmax_sums_to_one(logits):
    scores = log_softmax(logits)
    np.testing.assert_allclose(np.exp(scores).sum(axis=1), 1)
    np.testing.assert_allclose(np.diff(scores), np.diff(logits), atol=1e-9)


@pytest.mark.parametrize(
    ("controls", "match"),
    [
        ((-0.1, None, None), "temperature=-0.1"),
        ((float("nan"), None, None), "temperature=nan"),
        ((float("inf"), None, None), "temperature=inf"),
        (("hot", None, None), "temperature='hot'"),
        ((None, None, None), "temperature=None"),
        ((True, None, None), "temperature=True"),
        ((1.0, 0, None), "top_k=0"),
        ((1.0, 2.5, None), r"top_k=2\.5"),
        ((1.0, "few", None), "top_k='few'"),
        ((1.0, None, "most"), "top_p='most'"),
        ((1.0, None, float("nan")), "top_p=nan"),
        ((1.0, None, 0.0), "top_p=0.0"),
        ((1.0, None, 1.1), "top_p=1.1"),
    ],
)
def test_controls_out_of_range_are_refused(controls, match):
    with pytest.raises(InputError, match=f"Expected .* Received: {match}"):
        check_sampling(*controls)


def test_usual_controls_are_accepted():
    check_sampling(0, 1, 1.0)
    check_sampling(1.0, None, None)
    check_sampling(np.float32(0.5), np.int64(3), np.float32(0.9))
