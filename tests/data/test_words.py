"""Words and sentences, and their places in any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnapps.data.words import sentences, words

PIECES = [
    "U.S.",
    "don't",
    "@joe",
    "👍🏽",
    "👨‍👩‍👧",
    "نص",
    "e\u0301",
    "\t",
    "\r\n",
    "\n\n",
    " ",
    "!",
    '"',
    "ﷺ",
    "3.5",
    "שלום",
]


def split(text):
    return [text[start:end] for start, end in words(text)]


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join)))
def test_words_are_where_they_say_and_nothing_else_is_left_but_blanks(text):
    places, end = words(text), 0
    for start, following in places:
        assert start >= end
        assert not text[end:start].strip()
        assert text[start:following].strip() == text[start:following] != ""
        end = following
    assert not text[end:].strip()


@given(st.one_of(st.text(), st.lists(st.sampled_from([*PIECES, ". A", "b"])).map("".join)))
def test_sentences_hold_every_word_once(text):
    places = words(text)
    numbers = [n for first, end in sentences(text, places) for n in range(first, end)]
    assert numbers == list(range(len(places)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It's 50% of AT&T's.", ["It", "'s", "50", "%", "of", "AT&T", "'s", "."]),
        ("can't they’re", ["ca", "n't", "they", "’re"]),
        ("O'Brien, well-known", ["O'Brien", ",", "well-known"]),
        ("George W. Bush, 5 W.", ["George", "W.", "Bush", ",", "5", "W", "."]),
        ("हिन्दी שָׁלוֹם", ["हिन्दी", "שָׁלוֹם"]),
        ("see http://a.b/c?d=e. @joe #yes", ["see", "http://a.b/c?d=e", ".", "@joe", "#yes"]),
        ("me@x.org on 2003-04-01", ["me@x.org", "on", "2003-04-01"]),
        ("👍🏽 👨‍👩‍👧", ["👍🏽", "👨‍👩‍👧"]),
        ("e\u0301te\u0301", ["e\u0301te\u0301"]),
        ("", []),
    ],
)
def test_words_are_those_of_treebanks(text, expected):
    assert split(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two.", ["One.", "Two."]),
        ("Mr. Smith left. He ran.", ["Mr. Smith left.", "He ran."]),
        ("George W. Bush met J. K. Rowling on Jan. 5.",) * 1
        + (["George W. Bush met J. K. Rowling on Jan. 5."],),
        ("他走了。我也走了。", ["他走了。", "我也走了。"]),
        ("about 3.5 km. of road", ["about 3.5 km. of road"]),
        ("A title\n\nA text.", ["A title", "A text."]),
        ("A title\r\n\r\nA text.", ["A title", "A text."]),
        ('"Go!" he said. "No."', ['"Go!" he said.', '"No."']),
        ("broken\nline", ["broken\nline"]),
    ],
)
def test_sentences_end_where_people_end_them(text, expected):
    places = words(text)
    found = [text[places[f][0] : places[e - 1][1]] for f, e in sentences(text, places)]
    assert found == expected
