"""The forms of tagged texts, and the errors that tell what is wrong with them."""

import json

import numpy as np
import pandas as pd
import pytest

from rnnapps.errors import InputError
from rnnapps.pipelines.ner.data import tagged

FOUND = {"entity_group": "PER", "score": 0.9, "word": "Ann", "start": 0, "end": 3}


def test_columns_are_read_whatever_their_scheme(tmp_path):
    first = "EU NNP I-NP I-ORG\nrejects VBZ I-VP O\nGerman JJ I-NP I-MISC\n"
    files = {
        "iob1.conll": "-DOCSTART- -X- O O\n\n" + first,
        "iob2.tsv": "EU\tB-ORG\r\nrejects\tO\r\nGerman\tB-MISC\r\n\r\n",
        "bioes.txt": "EU S-ORG\nrejects O\nGerman S-MISC",
    }
    for name, text in files.items():
        (tmp_path / name).write_bytes(text.encode())
        (sentence,) = tagged(tmp_path / name)
        assert sentence.words == ["EU", "rejects", "German"]
        assert sentence.tags == ["S-ORG", "O", "S-MISC"]


def test_other_columns_and_universal_dependencies(tmp_path):
    file = tmp_path / "own.conllu"
    rows = [
        "# text = I'm in",
        "1-2\tI'm\t_\t_",
        "1\tI\ti\tPRON",
        "2\t'm\tbe\tAUX",
        "3\tin\tin\tADP",
    ]
    file.write_text("\n".join(rows) + "\n\n", encoding="utf-8")
    (sentence,) = tagged(file)
    assert sentence == tagged(file, columns=(1, 3))[0]
    assert sentence[:2] == (["I", "'m", "in"], ["PRON", "AUX", "ADP"])


def test_a_text_is_cut_where_a_span_cuts_a_word_and_where_sentences_end():
    sentences = tagged([("Ann-Marie saw Roy. He left.", [(0, 3, "PER"), (14, 17, "PER")])])
    assert sentences == [
        (["Ann", "-Marie", "saw", "Roy", "."], ["S-PER", "O", "O", "S-PER", "O"], 0),
        (["He", "left", "."], ["O", "O", "O"], 0),
    ]


def test_a_span_may_come_as_predict_gives_it():
    assert tagged([("Ann left", [FOUND])]) == tagged([("Ann left", [(0, 3, "PER")])])


def test_places_within_a_word_are_warned_of():
    with pytest.warns(UserWarning, match="Of 2 spans 1 begin or end within .* 'helves' in 'Two sh"):
        (sentence,) = tagged([("Two shelves", [(0, 3, "QUANTITY"), (5, 11, "PRODUCT")])])
    assert sentence.words == ["Two", "s", "helves"]


def test_places_between_words_are_not_warned_of(recwarn):
    tagged([("Ann-Marie met 李白.", [(0, 3, "PER"), (4, 9, "PER"), (14, 16, "PER")])])
    tagged([("李白去北京了。", [(0, 2, "PER"), (3, 5, "LOC")])])
    assert not recwarn


def test_a_text_without_tags_is_told_by_number():
    with pytest.raises(InputError, match="2 texts, and of these 1"):
        tagged([["Ann"], ["Bob"]], [["O"]])


@pytest.mark.parametrize("columns", [(0, 0), (0, 5)])
def test_columns_that_cannot_be_are_told(tmp_path, columns):
    file = tmp_path / "own.conll"
    file.write_text("Ann B-PER\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"differ|a tag in column 5, .*'Ann B-PER'"):
        tagged(file, columns=columns)


def test_other_libraries_spans_are_read():
    expected = tagged([("Ann left", [(0, 3, "PER")])])
    for spans in (
        [(0, 4, "PER")],
        {"entities": [(0, 3, "PER")]},
        {"spans": [{"start": 0, "end": 3, "label": "PER"}]},
    ):
        assert tagged([("Ann left", spans)]) == expected


def test_tables_are_read(tmp_path):
    words = pd.DataFrame({"tokens": [np.array(["Ann", "left"]), []], "ner_tags": [["B", "O"], []]})
    assert tagged(words) == [(["Ann", "left"], ["S-entity", "O"], None)]
    rows = [{"text": "Ann left", "label": [[0, 3, "PER"]]}, {"text": "It rained.", "label": []}]
    (tmp_path / "own.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert tagged(rows) == tagged(tmp_path / "own.jsonl")
    first, second = tagged(tmp_path / "own.jsonl")
    assert first.tags == ["S-PER", "O"] and second.tags == ["O"] * 3
    with pytest.raises(InputError, match=r"columns of words and tags.*columns \['words'\]"):
        tagged(pd.DataFrame({"words": [["Ann"]]}))
    (tmp_path / "own.json").write_text("[]")
    with pytest.raises(InputError, match=r"JSON lines \(\.jsonl\)"):
        tagged(tmp_path / "own.json")


def test_lines_of_documents_and_comments_part_sentences(tmp_path):
    file = tmp_path / "own.conll"
    file.write_text("# id = 5\n0 Ann B-PER\n1 -DOCSTART- O\n0 # O\n1 Bob B-PER\n")
    assert [each.words for each in tagged(file, columns=(1, 2))] == [["Ann"], ["#", "Bob"]]


def test_prose_and_lines_of_other_columns_are_no_file_of_tags(tmp_path):
    file = tmp_path / "own.txt"
    file.write_text("Ann x B-PER\nleft O\n")
    with pytest.raises(InputError, match=r"own\.txt, line 2: Expected 3 columns.*Received: 2 in"):
        tagged(file)
    file.write_text("Ann B-PER x\nleft O\n")
    assert tagged(file, columns=(0, 1))[0].tags == ["S-PER", "O"]


def test_a_span_over_the_end_of_a_sentence_keeps_it_whole():
    (sentence,) = tagged([("He read What? No! twice.", [(8, 17, "TITLE")])])
    assert "".join(tag[0] for tag in sentence.tags) == "OOBIIEOO"


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([], "no sentence"),
        (5, "Expected a file of CoNLL columns"),
        ([(["Ann"], ["O", "O"])], "Sentence 0: Expected a tag for each word"),
        ([(["Ann", ""], ["O", "O"])], "Sentence 0: Expected a word"),
        ([("Ann left", [(1, 3, "PER"), (2, 8, "PER")])], "do not overlap"),
        ([("Ann left", [(0, 5, "PER"), (4, 8, "PER")])], r"overlap. .*\(0, 5, 'PER'\) and \(4"),
        ([("Ann left", [(0, 3, "O"), (4, 8, "PER")])], "Expected spans with bare labels.*'O'"),
        ([("Ann left", [(0, 3, "B-PER")])], "bare labels, such as 'PER'.*'B-PER'.* leave 'B-'"),
        ([(["Ann"], None)], "Sentence 0, its tags: Expected a list of words"),
        ([(["Ann"], float("nan"))], "Sentence 0, its tags: Expected a list of words"),
        ([("Ann left", [(0, 9, "PER")])], r"8 characters of the text. Received: \(0, 9, 'PER'\)"),
        ([("Ann left", [(-8, 3, "PER")])], r"Received: \(-8, 3, 'PER'\)"),
        ([("Ann left", [(0, 10**30, "PER")])], "8 characters of the text"),
        ([("Ann left", [(0, 3)])], "Expected spans"),
        ([("Ann left", [(0, 3, None)])], "Expected spans"),
        ([("Ann left", [{"start": 0, "end": 3, "type": "PER"}])], "Expected spans"),
        ([("Ann left", []), (None, [])], "Text 1: Expected a text"),
        ([("Ann left", [(0, float("inf"), "PER")])], "Expected spans"),
        ([("Ann left", [(3, 4, "PER")])], r"Received: \(3, 4, 'PER'\)"),
        ([("Ann left", [(3, 0, "PER")])], r"Received: \(3, 0, 'PER'\)"),
        ([(["Ann"], [3])], r"Sentence 0, its tags: Expected names.*Received: 3.*\[names\[n\]"),
        ([(["Ann"], [None])], "Sentence 0, its tags: Expected a word"),
        ([(["Ann", "left"], ["B_PER", "O"])], "word 0: Expected 'O' or a tag such as 'B-PER'"),
        ([([f"w{i}"], [f"t{i}"]) for i in range(101)], "101 different ones for 101 words"),
        ([(["Ann"], ["O"]), ([], [])][1:], "no sentence"),
        ([("Ann left", [("a", 4, "PER")])], "Expected spans"),
        (
            [(["Ann", "left"], ["B-PER", "I-LOC"])],
            "word 1: .*'B-LOC' does.*'I-LOC' after 'B-PER'",
        ),
        ("nowhere.conll", "no file"),
        ([("", [])], "texts without a word"),
        ([("Ann left", [(0, 3, " ")])], "Expected spans"),
        ([(["Ann", "left"], ["B-PER", "0"])], "word 1: Expected 'O' or a tag such as 'B-PER'"),
        ([(["Ann\nRoy"], ["O"])], "Expected a word"),
        ([(["\ud800"], ["O"])], "Sentence 0"),
    ],
)
def test_what_cannot_be_read_is_told(x, message):
    with pytest.raises(InputError, match=message):
        tagged(x)


def test_an_impossible_tag_is_told_with_file_and_line(tmp_path):
    file = tmp_path / "own.conll"
    file.write_text("Ann B-PER\nRoy I-PER\n\nleft O\nOslo I-LOC\nBob B-PER\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"own.conll, line 5: .*'I-LOC'.* IOB2"):
        tagged(file)


def test_only_line_breaks_and_blanks_part_what_a_file_holds(tmp_path):
    file = tmp_path / "own.conll"
    file.write_text("10\u00a0000 O\nAnn\u2028 B-PER\n", encoding="utf-8")
    (sentence,) = tagged(file)
    assert sentence.words == ["10\u00a0000", "Ann\u2028"]


@pytest.mark.parametrize("columns", [3, (0,), (0, 1, 2), ("a", "b")])
def test_columns_are_two_numbers(tmp_path, columns):
    file = tmp_path / "own.conll"
    file.write_text("Ann B-PER\n", encoding="utf-8")
    with pytest.raises(InputError, match="columns as two numbers"):
        tagged(file, columns=columns)


def test_a_column_that_is_not_there_is_told(tmp_path):
    file = tmp_path / "own.conll"
    file.write_text("Ann B-PER\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 1"):
        tagged(file, columns=(-3, -1))


def test_a_line_without_a_tag_is_told_with_its_number(tmp_path):
    file = tmp_path / "own.conll"
    file.write_text("Ann B-PER\nleft\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 2"):
        tagged(file)
