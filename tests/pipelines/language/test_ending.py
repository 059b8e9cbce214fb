"""Where texts end that are made piece by piece."""

import pytest

from rnnapps.pipelines.language.ending import Draft, Ending


def through(pieces, sentences=None, stops=()):
    """Gives the text that is let through, and whether the end was reached."""
    ending, text = Ending(sentences, stops), ""
    for piece in pieces:
        part, ended = ending.push(piece)
        text += part
        if ended:
            return text, True
    return text + ending.rest(), False


def branched(pieces, sentences=None, stops=()):
    """Gives the same of a draft, which is followed by something else too each time."""
    draft = Draft(Ending(sentences, stops))
    for piece in pieces:
        draft.follow(" Or.")
        draft, ended = draft.follow(piece)
        if ended:
            return draft.text, True
    return draft.text, False


@pytest.mark.parametrize(
    ("text", "sentences", "expected"),
    [
        ("One.| Two.| Three.", 1, "One."),
        ("One.| Two.| Three.", 2, "One. Two."),
        ('"Go!"| said| he|.| Then', 1, '"Go!" said he.'),
        ('"Go|!"| He| went', 1, '"Go!"'),
        ("Mr.| Pip| came|.| It", 1, "Mr. Pip came."),
        ("E|.| M|.| Forster| wrote|.| So", 1, "E. M. Forster wrote."),
        ("CHAPTER I|\n|It was.", 1, "CHAPTER I"),
        ("He said|...| and| went|.| Then", 1, "He said... and went."),
        ("at 3|.|15|.| Then", 1, "at 3.15."),
        ("Why|?|\n|Because", 1, "Why?"),
    ],
)
def test_sentences(text, sentences, expected):
    for way in (through, branched):
        assert way(text.split("|"), sentences) == (expected, True)


def test_the_end_of_the_pieces_is_no_end_of_the_text():
    assert through(["One.", " Two."], sentences=2) == ("One. Two.", False)


@pytest.mark.parametrize(
    ("text", "stops", "expected"),
    [
        ("one| two| three", ["two"], "one "),
        ("o|n|e| t|w|o", ["two"], "one "),
        ("aa|ab", ["aab"], "a"),
        ("abab|abc", ["abac", "abc"], "abab"),
        ("one two", ["two", "one"], ""),
        ("tw|o", ["two"], ""),
    ],
)
def test_stops(text, stops, expected):
    for way in (through, branched):
        assert way(text.split("|"), stops=stops) == (expected, True)


def test_what_might_begin_a_stop_is_held_back_and_given_in_the_end():
    ending = Ending(None, ["two"])
    assert ending.push("one t") == ("one ", False)
    assert ending.push("wi") == ("twi", False)
    assert ending.push("ce tw") == ("ce ", False)
    assert ending.rest() == "tw"
