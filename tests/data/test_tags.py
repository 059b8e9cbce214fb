"""Schemes of tags: recognised, read, written, and what may follow what."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnapps.data.tags import Span, TagError, allowed, bioes, mark_spans, scheme, spans
from rnnapps.decoding.viterbi import Chain, viterbi

TAGS = ["O", *(f"{letter}-{label}" for label in ("PER", "LOC") for letter in "BIES")]


@st.composite
def marked(draw):
    """Draws spans and the number of tokens."""
    lengths = draw(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 4)), max_size=5))
    found, place = [], 0
    for gap, length in lengths:
        place += gap
        found.append(Span(place, place + length, draw(st.sampled_from(["PER", "LOC"]))))
        place += length
    return found, place + draw(st.integers(0, 2))


def iob(found, length, first):
    """Writes spans as IOB2, or as IOB1 where B stands only after a span of the same label."""
    tags = ["O"] * length
    for begin, end, label in found:
        touches = begin > 0 and tags[begin - 1][2:] == label
        tags[begin:end] = [f"I-{label}"] * (end - begin)
        if first == "IOB2" or touches:
            tags[begin] = f"B-{label}"
    return tags


@given(marked())
def test_spans_are_what_was_written(case):
    found, length = case
    assert spans(bioes(found, length), "BIOES") == found
    assert spans(iob(found, length, "IOB1"), "IOB1") == found
    assert spans(iob(found, length, "IOB2"), "IOB2") == found


@pytest.mark.parametrize(
    ("sequences", "expected"),
    [
        ([["I-PER", "I-PER", "B-PER", "O"]], "IOB1"),
        ([["I-PER"], ["O", "I-LOC"]], "IOB1"),
        ([["B-PER", "I-PER", "B-PER"]], "IOB2"),
        ([["O"], ["O", "O"]], "IOB2"),
        ([["B-PER", "I-PER"], ["I-LOC"]], "IOB2"),
        ([["I-PER", "O", "I-LOC"], ["O", "B-LOC"]], "IOB1"),
        ([["B-PER", "E-PER"]], "BIOES"),
        ([["O", "U-PER"]], "BIOES"),
    ],
)
def test_schemes_are_recognised(sequences, expected):
    assert scheme(sequences) == expected


@pytest.mark.parametrize(
    ("tags", "kind", "index"),
    [
        (["O", "I-PER"], "IOB2", 1),
        (["B-PER", "I-LOC"], "IOB2", 1),
        (["B-PER", "O"], "BIOES", 1),
        (["S-PER", "E-PER"], "BIOES", 1),
        (["B-PER", "I-PER"], "BIOES", 2),
    ],
)
def test_an_impossible_tag_is_named_with_its_place(tags, kind, index):
    with pytest.raises(TagError) as error:
        spans(tags, kind)
    assert error.value.index == index


def test_bilou_is_read_as_bioes():
    assert spans(["B-PER", "I-PER", "L-PER", "U-LOC"], "BIOES") == [
        Span(0, 3, "PER"),
        Span(3, 4, "LOC"),
    ]


def test_tags_that_stand_alone_are_told_from_those_of_spans():
    assert mark_spans(["O", "B-PER", "I-creative-work"])
    assert not mark_spans(["NOUN", "O"])
    assert not mark_spans(["B-"])


def test_whatever_the_scores_only_sequences_that_can_be_come_out():
    may = allowed(TAGS)
    with np.errstate(divide="ignore"):
        chain = Chain(*(np.log(each) for each in may))
    scores = np.random.default_rng(0).normal(size=(50, 7, len(TAGS))) * 5
    for path in viterbi(chain, scores, np.full(50, 7)):
        spans([TAGS[tag] for tag in path], "BIOES")


def test_every_sequence_that_can_be_is_allowed():
    may = allowed(TAGS)
    for path in itertools.product(range(len(TAGS)), repeat=3):
        legal = may.start[path[0]] * may.end[path[-1]]
        for pair in itertools.pairwise(path):
            legal *= may.transitions[pair]
        try:
            spans([TAGS[tag] for tag in path], "BIOES")
        except TagError:
            assert not legal
        else:
            assert legal


def test_tags_that_stand_alone_may_all_follow_each_other():
    assert allowed(["NOUN", "VERB"]).transitions.all()
