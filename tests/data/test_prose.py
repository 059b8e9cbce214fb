import pytest

from rnnapps.data.prose import plain, untokenized, unwrapped

PROSE = (
    "The road went down to the river, where a barge lay at the wharf, and the man who had "
    "walked all night sat down upon the stones to wait until somebody should come."
)


def wrapped(paragraph, width=40):
    lines = [""]
    for word in paragraph.split():
        if len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("“Don’t,” she said…", '"Don\'t," she said...'),
        ("in 1914–18 — or so", "in 1914-18 - or so"),
        ("one--two  three\u00a0four", "one - two three four"),
        ("I don't . Why not ?", "I don't. Why not?"),
        ("_very_ good\n \nso", "very good\n\nso"),
        ("well ... perhaps", "well ... perhaps"),
        ("---", "---"),
    ],
)
def test_plain_signs(given, expected):
    assert plain(given) == expected == plain(plain(given))


def test_paragraphs_between_blank_lines():
    text = "CHAPTER I\n\n" + "\n\n".join([wrapped(PROSE)] * 3)
    assert unwrapped(text).split("\n") == ["CHAPTER I", *[PROSE] * 3]


def test_paragraphs_that_only_a_short_line_ends():
    text = "\n".join([wrapped(PROSE)] * 20)
    assert unwrapped(text).split("\n") == [PROSE] * 20


def test_indented_paragraphs():
    text = "\n".join("   " + wrapped(PROSE[:-5] + "arrive there now.") for _ in range(5))
    assert len(unwrapped(text).split("\n")) == 5


def test_a_paragraph_a_line():
    lines = [PROSE, "A short one.", PROSE + " " + PROSE, "Another."]
    for between in ("\n", "\n\n", "\r\n"):
        assert unwrapped(between.join(lines)).split("\n") == lines


def test_a_sentence_that_a_blank_line_breaks_goes_on():
    text = f'{PROSE}\n"Tell me," she\n\nasked. "Who was it?"\n{PROSE}'
    assert unwrapped(text).split("\n")[1] == '"Tell me," she asked. "Who was it?"'


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("some-\nbody came", "somebody came"),  # the text has "somebody"
        ("a well-\nmade coat, well worn", "a well-made coat, well worn"),
        ("the provi- sions and provisions", "the provisions and provisions"),
        ("two- and three-storied", "two- and three-storied"),
    ],
)
def test_words_split_at_the_end_of_a_line(given, expected):
    assert unwrapped(f"{given}\n\nAnd so somebody went away.").split("\n")[0] == expected


def test_a_text_that_splits_words_splits_the_unknown_ones_too():
    text = "some-\nbody, some-\nbody and any-\nbody\n\nsomebody"
    assert unwrapped(text).startswith("somebody, somebody and anybody")


def test_nothing_comes_of_nothing():
    assert unwrapped("") == unwrapped(" \n\n") == untokenized("  \n") == ""


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("It was , he said , 3 @.@ 5 % .", "It was, he said, 3.5%."),
        ("1 @,@ 200 men ( and 17th @-@ century guns ) .", "1,200 men (and 17th-century guns)."),
        ('He wrote " The End " ; " Why ? " she asked .', 'He wrote "The End"; "Why?" she asked.'),
        ("The players ' ball and O 'Neill 's", "The players' ball and O'Neill's"),
        ("They ’ ll call it ' great ' .", "They'll call it 'great'."),
        ("2012 – 13 , or 1 – 0", "2012-13, or 1-0"),
        ("He saw <unk> . He left . <unk> came .", "He left."),
        ('She said " Go . " Then <unk> went . It ended .', 'She said "Go." It ended.'),
        ("$ 5 and [ sic ] it", "$5 and [sic] it"),
    ],
)
def test_words_set_apart(given, expected):
    assert untokenized(given) == expected
