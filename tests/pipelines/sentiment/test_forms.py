import numpy as np
import pandas as pd
import pytest

from rnnapps.errors import InputError
from rnnapps.pipelines.sentiment.data import label_order, labelled

TEXTS, LABELS = ["Größe, “yes”", "no,\tnot that", 'a "quoted" one'], ["up", "down", "up"]
FRAME = pd.DataFrame({"text": TEXTS, "label": LABELS})


def folder(path):
    for index, (text, label) in enumerate(zip(TEXTS, LABELS, strict=True)):
        (path / label).mkdir(exist_ok=True)
        (path / label / f"{index}.txt").write_text(text, encoding="utf-8")
    return path


def csv(path):
    FRAME.to_csv(path / "own.csv", index=False)
    return path / "own.csv"


def jsonl(path):
    FRAME.to_json(path / "own.jsonl", orient="records", lines=True)
    return str(path / "own.jsonl")


def tsv(path):
    lines = [
        "text\tlabel",
        *(f"{t.replace(chr(9), ' ')}\t{n}" for t, n in zip(TEXTS, LABELS, strict=True)),
    ]
    (path / "own.tsv").write_text("\n".join(lines), encoding="utf-8")
    return path / "own.tsv"


@pytest.mark.parametrize(
    "form",
    [folder, csv, jsonl, lambda _: FRAME, lambda _: list(zip(TEXTS, LABELS, strict=True))],
    ids=["folder", "csv", "jsonl", "frame", "pairs"],
)
def test_every_form_gives_the_same(tmp_path, form):
    texts, labels = labelled(form(tmp_path))
    assert sorted(zip(texts, labels, strict=True)) == sorted(zip(TEXTS, LABELS, strict=True))


def test_a_tsv_may_hold_quotes(tmp_path):
    assert labelled(tsv(tmp_path))[0][2] == TEXTS[2]


def test_a_tf_dataset():
    tf = pytest.importorskip("tensorflow")
    for labels in (LABELS, [1, 0, 1]):
        data = tf.data.Dataset.from_tensor_slices((TEXTS, labels))
        assert labelled(data) == (TEXTS, [str(label) for label in labels])


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (np.array([1, 0, 1]), ["1", "0", "1"]),
        ([1.0, 0.0, 1.0], ["1", "0", "1"]),
        ([True, False, True], ["True", "False", "True"]),
        (pd.Series([" a", "b", "a"]), ["a", "b", "a"]),
    ],
)
def test_labels_become_texts(given, expected):
    assert labelled(TEXTS, given) == (TEXTS, expected)


def test_rows_may_be_dicts():
    rows = [{"text": text, "label": label} for text, label in zip(TEXTS, LABELS, strict=True)]
    assert labelled(rows) == (TEXTS, LABELS)


def test_labels_are_ordered_as_people_would():
    assert label_order(["10", "9", "b", "a", "b"]) == ["a", "b", "9", "10"]


def test_columns_have_names_of_their_own():
    frame = FRAME.rename(columns={"text": "review", "label": "stars"})
    assert labelled(frame, text="review", label="stars") == (TEXTS, LABELS)
    with pytest.raises(InputError, match=r"one column 'text'.*\['review', 'stars'\].*text="):
        labelled(frame)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (TEXTS, LABELS[:2], "as many labels as texts.*3 texts and 2 labels"),
        ([], [], "no text at all"),
        (["a", 5], ["x", "y"], "Text 1: Expected a text. Received: 5"),
        (["a", "b"], ["x", None], "a label for each text.*none for text 1"),
        (["a", "b"], ["x", float("nan")], "a label for each text.*none for text 1"),
        (["a", "b"], ["x", pd.NA], "a label for each text.*none for text 1"),
        (["a", "b"], [[0, 1], [1, 0]], r"a name or a number. Received: \[0, 1\] for text 0"),
        (["ab", "cd"], None, "texts without labels"),
        (5, None, "texts with labels.*Received: 5"),
        ("nowhere.csv", None, "Received: 'nowhere.csv', which is not there"),
        ("a text", "a label", "lists of texts"),
    ],
)
def test_what_cannot_be_read_is_told(x, y, message):
    with pytest.raises(InputError, match=message) as refused:
        labelled(x, y)
    assert str(refused.value).removeprefix("Text 1: ").startswith("Expected")


def test_other_files_are_told(tmp_path):
    (tmp_path / "a.docx").write_bytes(b"PK")
    with pytest.raises(InputError, match=r"\.csv.*Received: .*a\.docx"):
        labelled(tmp_path / "a.docx")
    (tmp_path / "up").mkdir()
    with pytest.raises(InputError, match=r"a folder of \.txt files for each label"):
        labelled(tmp_path)
    (tmp_path / "up" / "a.txt").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(InputError, match=r"text file in UTF-8.*a\.txt"):
        labelled(tmp_path)
