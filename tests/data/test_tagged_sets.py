import lzma

import pytest

from rnnapps.data import datasets
from rnnapps.data.tagged_sets import (
    read_btc,
    read_conll2003,
    read_parts_of_speech,
    read_slots,
    read_wikiann,
    read_wikigold,
)

SIZES = {
    "conll2003": (14_041, 3_250, 3_453),
    "wnut17": (3_394, 1_009, 1_287),
    "btc": (5_338, 2_000, 2_000),
    "wikigold": (1_318, 186, 192),
    "wikiann_en": (20_000, 10_000, 10_000),
    "snips_slots": (13_084, 700, 700),
    "atis_slots": (4_478, 500, 893),
    "ud_english_ewt": (12_544, 2_001, 2_077),
}
TAGS = {"conll2003": 8, "wnut17": 13, "btc": 7, "wikigold": 5, "ud_english_ewt": 17}


def write(path, text):
    with lzma.open(path, "wt", encoding="utf-8") as file:
        file.write(text)


def test_marks_of_documents_are_no_words_and_number_these(tmp_path):
    text = "-DOCSTART- -X- O O\n\nEU NNP I-NP I-ORG\nsays VBZ I-VP O\n\n\n"
    text += "It PRP O O\n\n-DOCSTART- -X- O O\n\nHi UH O O\n"
    write(tmp_path / "eng.testa.xz", text)
    found = read_conll2003(tmp_path, "valid")
    assert found == [(["EU", "says"], ["I-ORG", "O"], 1), (["It"], ["O"], 1), (["Hi"], ["O"], 2)]


def test_a_sign_and_the_user_name_after_it_are_one_word(tmp_path):
    rows = ["Hi\tO", "@\tB-PER", "ann\tI-PER", "Lee\tI-PER", "@\tO", "bob\tB-PER"]
    write(tmp_path / "h.conll.xz", "\n".join(rows))
    found = read_btc(tmp_path, "valid")
    assert found == [(["Hi", "@ann", "Lee", "@bob"], ["O", "B-PER", "I-PER", "B-PER"], None)]


def test_sentences_of_wikipedia_are_in_one_part_each(tmp_path):
    write(tmp_path / "wikigold.conll.txt.xz", "\n\n".join(f"Word{n} O" for n in range(100)))
    parts = {part: read_wikigold(tmp_path, part) for part in ("train", "valid", "test")}
    words = [row.words[0] for rows in parts.values() for row in rows]
    assert sorted(words) == sorted(f"Word{n}" for n in range(100))
    assert len(parts["train"]) > 60 and parts["valid"] and parts["test"]


def test_the_mark_of_the_language_is_left_out(tmp_path):
    write(tmp_path / "dev.xz", "en:Bonn\tB-LOC\nen:en:\tO\n")
    assert read_wikiann(tmp_path, "valid") == [(["Bonn", "en:"], ["B-LOC", "O"], None)]


def test_slots_stand_beside_their_words(tmp_path):
    write(tmp_path / "test.seq.in.xz", "play some jazz\n\nstop\n")
    write(tmp_path / "test.seq.out.xz", "O O B-genre\n\nO\n")
    found = read_slots(tmp_path, "test")
    assert [each[:2] for each in found] == [
        (["play", "some", "jazz"], ["O", "O", "B-genre"]),
        (["stop"], ["O"]),
    ]


def test_words_that_were_joined_or_left_out_are_no_words(tmp_path):
    rows = ["# text = Don't", "1-2\tDon't\t_\t_", "1\tDo\tdo\tAUX", "2\tn't\tnot\tPART"]
    write(tmp_path / "en_ewt-ud-dev.conllu.xz", "\n".join([*rows, "2.1\tgo\tgo\tVERB", ""]))
    assert read_parts_of_speech(tmp_path, "valid") == [(["Do", "n't"], ["AUX", "PART"], None)]


@pytest.mark.data
@pytest.mark.parametrize("name", SIZES)
def test_public_sets_have_their_sizes(name):
    parts = [datasets.load(name, part) for part in ("train", "valid", "test")]
    assert tuple(map(len, parts)) == SIZES[name]
    tags = set()
    for words, each, _ in (row for part in parts for row in part):
        assert len(words) == len(each) and all(words)
        tags.update(each)
    assert len(tags) == TAGS.get(name, len(tags))
