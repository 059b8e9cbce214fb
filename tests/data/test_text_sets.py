import json
import lzma

import pytest

from rnnapps.data import datasets
from rnnapps.data.text_sets import joined, read_imdb, read_sst2


@pytest.mark.parametrize(
    ("apart", "together"),
    [
        ("it 's -lrb- almost -rrb- perfect , is n't it ?", "it's (almost) perfect, isn't it?"),
        ("`` yes , '' he said ... and left !", '" yes, " he said... and left!'),
        ("the 80 's , a 'hood and rock 'n' roll", "the 80's, a 'hood and rock 'n' roll"),
        ("plain", "plain"),
    ],
)
def test_words_are_put_together(apart, together):
    assert joined(apart) == together


def write(path, lines):
    with lzma.open(path, "wt", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def review(text, label, movie):
    return json.dumps({"text": text, "label": label, "movie": movie})


def test_reviews_of_a_film_are_all_trained_on_or_all_held_out(tmp_path):
    films = [f"tt{number}" for number in range(60)]
    rows = [review(f"{film} {i}", i % 2, film) for film in films for i in range(3)]
    write(tmp_path / "train.jsonl.xz", rows)
    parts = [{r.text.split()[0] for r in read_imdb(tmp_path, part)} for part in ("train", "valid")]
    assert parts[0] | parts[1] == set(films) and not parts[0] & parts[1]
    assert 0 < len(parts[1]) < len(parts[0])


def test_unlabelled_reviews_are_none_of_the_test_part(tmp_path):
    write(tmp_path / "test.jsonl.xz", [review("known", 1, "tt1")])
    write(tmp_path / "unsup.jsonl.xz", [review("known", -1, "tt1"), review("new", -1, "tt1")])
    assert read_imdb(tmp_path, "unlabelled") == [("new", None)]


def test_phrases_of_other_parts_are_not_trained_on(tmp_path):
    write(tmp_path / "stsa.binary.dev.xz", ["1 it 's good"])
    write(tmp_path / "stsa.binary.test.xz", ["0 bad"])
    write(tmp_path / "stsa.binary.train.xz", ["1 fine , really"])
    phrases = ["label\tsentence", "0\tbad ", "1\tit 's good ", "1\tfine "]
    write(tmp_path / "glue.phrases.train.tsv.xz", phrases)
    assert read_sst2(tmp_path, "train") == [("fine", "positive"), ("fine, really", "positive")]
    assert read_sst2(tmp_path, "valid") == [("it's good", "positive")]


@pytest.mark.data
def test_public_sets_have_their_sizes():
    sizes = {
        "imdb": {"train": 22_388, "valid": 2_612, "test": 25_000, "unlabelled": 49_730},
        "sst2": {"valid": 872, "test": 1821},
    }
    for name, parts in sizes.items():
        for part, size in parts.items():
            assert len(datasets.load(name, part)) == size
    words = [word for line in datasets.load("wikitext_2_words", "test") for word in line]
    assert len(words) == 245_569
