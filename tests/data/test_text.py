import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnapps.data.text import BOUNDARY, UNKNOWN, Subwords
from rnnapps.errors import InputError, PresetError

TEXTS = ["It's a rose, a rose is a rose.\nDon't ask why: 1914, 42!", "Größe, ça va? “Yes”"] * 5
EXACT = Subwords.learn(TEXTS, 120)
FOLDED = Subwords.learn(TEXTS, 120, folded=True)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(ANY_TEXT)
def test_exact_tokens_make_up_the_text(text):
    tokens = EXACT.encode(text)
    pieces = [text[start:end] for start, end in tokens.offsets]
    assert "".join(pieces) == text
    for piece, number in zip(pieces, tokens.ids, strict=True):
        assert EXACT.tokens[number] == piece or number == UNKNOWN


@given(ANY_TEXT)
def test_folded_tokens_stand_where_they_say(text):
    tokens = FOLDED.encode(text)
    ends = tokens.offsets
    assert (ends[:, 0] < ends[:, 1]).all() and (np.diff(ends[:, 0]) >= 0).all()
    for (start, end), number in zip(tokens.offsets, tokens.ids, strict=True):
        letters = FOLDED.tokens[number].removeprefix("##")
        assert number == UNKNOWN or text[start:end].lower().startswith(letters)
    read = {i for start, end in ends for i in range(start, end)}
    assert all(text[i].isspace() for i in set(range(len(text))) - read)


@given(st.text("a rose isDon't,\n42", max_size=40))
def test_known_text_comes_back(text):
    assert "".join(EXACT.tokens[i] for i in EXACT.encode(text).ids) == text


def test_folded_tokens_know_no_capitals_and_no_spaces():
    one, other = FOLDED.encode("  A ROSE ,\n"), FOLDED.encode("a rose,")
    assert one.ids.tolist() == other.ids.tolist()


@pytest.mark.parametrize("subwords", [EXACT, FOLDED], ids=["exact", "folded"])
def test_markup_in_a_text_is_text(subwords):
    ids = subwords.encode("<boundary> <unknown>").ids
    assert BOUNDARY not in ids and len(ids) > 4
    assert subwords.encode("").ids.shape == (0,) and subwords.encode("").offsets.shape == (0, 2)


def test_an_unknown_character_keeps_its_place():
    text = "a 👍🏽 rose"
    tokens = FOLDED.encode(text)
    unknown = [text[a:b] for (a, b), i in zip(tokens.offsets, tokens.ids, strict=True) if i == 1]
    assert "".join(unknown) == "👍🏽"
    assert EXACT.encode("a→").ids[-1] == UNKNOWN


def test_many_at_once_are_as_one_by_one():
    for text, tokens in zip(TEXTS, EXACT.encode_all(TEXTS), strict=True):
        np.testing.assert_array_equal(tokens.ids, EXACT.encode(text).ids)


def test_a_vocabulary_is_json_and_loads_to_the_same():
    data = EXACT.to_bytes()
    assert json.loads(data)["model"]["type"] == "BPE"
    assert Subwords(data).tokens == EXACT.tokens
    assert len(EXACT) == len(EXACT.tokens) <= 120
    with pytest.raises(PresetError, match=r"Expected a vocabulary .* Received: b'\{\}'"):
        Subwords(b"{}")


@pytest.mark.parametrize("wrong", [None, 5, b"bytes", ["a"], "half \ud800"])
def test_what_is_no_text_is_refused(wrong):
    with pytest.raises(InputError, match=r"^Expected a text.*Received: "):
        EXACT.encode(wrong)


@pytest.mark.parametrize("folded", [False, True])
def test_the_characters_of_a_keyboard_are_known_anywhere_in_a_word(folded):
    subwords = Subwords.learn([], 10, folded=folded)
    assert UNKNOWN not in subwords.encode("The quick brown fox, jazz & 'pub' (1+2) = ~3\\4_").ids


def test_every_process_learns_the_same():
    code = (
        "from rnnapps.data.text import Subwords; import hashlib;"
        "texts = [''.join(chr(c) for c in range(0x4e00 + i, 0x4e00 + i + 40)) for i in range(300)];"
        "print([hashlib.sha256(Subwords.learn(texts + ['größe ça'] * 3, 900, folded=f).to_bytes())"
        ".hexdigest() for f in (False, True)])"
    )
    one, other = (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        for _ in range(2)
    )
    assert one.stdout == other.stdout


def test_a_kept_vocabulary_is_learnt_once(tmp_path):
    kept = Subwords.kept(tmp_path / "own.json", lambda: TEXTS, 120)
    assert Subwords.kept(tmp_path / "own.json", None, 120).tokens == kept.tokens
