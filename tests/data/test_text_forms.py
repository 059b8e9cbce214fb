"""Text files, tables and bytes of which texts are made."""

import numpy as np
import pandas as pd
import pytest

from rnnapps.data.text_forms import column, decoded, read_table, read_text
from rnnapps.errors import InputError

WORDS = ["NA", "null", "", 'One, "or" two.', "nan", "Zoë"]


@pytest.mark.parametrize("kind", [".csv", ".tsv", ".jsonl", ".CSV"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_tables_give_back_what_was_written(tmp_path, kind, encoding):
    path = tmp_path / f"texts{kind}"
    frame = pd.DataFrame({"text": WORDS, "page": map(str, range(len(WORDS)))})
    if kind == ".jsonl":
        written = frame.to_json(orient="records", lines=True, force_ascii=False)
    elif kind == ".tsv":
        written = "text\tpage\n" + "".join(f"{w}\t{p}\n" for w, p in frame.to_numpy())
    else:
        written = frame.to_csv(index=False)
    path.write_text(written, encoding=encoding)
    table = read_table(path)
    assert column(table, "text") == WORDS
    assert column(table, "page") == list("012345")


def test_cells_may_be_parted_by_semicolons(tmp_path):
    path = tmp_path / "texts.csv"
    path.write_text(pd.DataFrame({"text": WORDS, "page": WORDS}).to_csv(index=False, sep=";"))
    assert column(read_table(path), "text") == column(read_table(path), "page") == WORDS
    path.write_text("text\none; two\n")
    assert column(read_table(path), "text") == ["one; two"]


def test_cells_that_are_missing_are_none(tmp_path):
    path = tmp_path / "texts.jsonl"
    path.write_text('{"text": "One."}\n{"text": null}\n{"page": 1}\n')
    assert column(read_table(path), "text") == ["One.", None, None]
    cells = ["One.", None, float("nan"), pd.NA, pd.NaT, np.nan]
    assert column(pd.DataFrame({"text": cells}), "text") == ["One.", *[None] * 5]


def test_a_column_is_there_once():
    frame = pd.DataFrame([["a", "b", "c"]], columns=["body", "text", "text"])
    assert column(frame, "body") == ["a"]
    for name in ("title", "text"):
        with pytest.raises(InputError, match=rf"one column '{name}'.*'body'.*Do name it by text="):
            column(frame, name, "text")


def test_files_that_cannot_be_read_are_told(tmp_path):
    (tmp_path / "latin.csv").write_bytes("text\né\n".encode("latin-1"))
    (tmp_path / "ragged.csv").write_text("text\na\nb,c\n")
    (tmp_path / "shifted.csv").write_text("text,label\nGood, very good,pos\nBad,neg\n")
    (tmp_path / "broken.jsonl").write_text("{no\n")
    (tmp_path / "later.jsonl").write_text('{"text": "a"}\n\n{"text": \n')
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "folder.csv").mkdir()
    told = {
        "latin.csv": "in UTF-8",
        "ragged.csv": "parted by commas or semicolons",
        "shifted.csv": "parted by commas or semicolons",
        "broken.jsonl": "a JSON object a line",
        "later.jsonl": "a JSON object a line",
        "empty.csv": "parted by commas or semicolons",
        "folder.csv": "parted by commas or semicolons",
        "none.tsv": "parted by tabs",
    }
    for name, form in told.items():
        with pytest.raises(InputError, match=rf"Expected a table.*{form}. Received: .*{name}"):
            read_table(tmp_path / name)
    for name in ("latin.csv", "folder.csv", "none.tsv"):
        with pytest.raises(InputError, match=rf"Expected a text file in UTF-8.*{name}"):
            read_text(tmp_path / name)
    with pytest.raises(InputError, match=r"later.*line 3"):
        read_table(tmp_path / "later.jsonl")
    with pytest.raises(InputError, match=r"a \.csv, \.tsv or \.jsonl file.*notes\.md"):
        read_table(tmp_path / "notes.md")


def test_bytes_that_are_no_text():
    with pytest.raises(InputError, match="Expected a text in UTF-8"):
        decoded("é".encode("latin-1"))
