"""Readers of the public sets of text: reviews, novels, encyclopedia articles."""

from __future__ import annotations

import json
import re
import zlib
from pathlib import Path
from typing import NamedTuple

from rnnapps.data.packed import lines
from rnnapps.data.prose import untokenized, unwrapped


class Labelled(NamedTuple):
    """A text with its label.

    Attributes:
        text: the text.
        label: its label, or None where nobody gave one.
    """

    text: str
    label: str | None


def read_imdb(folder: Path, split: str) -> list[Labelled]:
    """Reads the film reviews; a tenth of the training films is held out as `"valid"`.

    Args:
        folder: folder of the set, with `{train,test,unsup}.jsonl.xz`.
        split: `"train"`, `"valid"`, `"test"` or `"unlabelled"`; of the last, those are left out
            that stand in the test part as well.

    Returns:
        The reviews, labelled `"positive"` or `"negative"`.
    """
    file = {"valid": "train", "unlabelled": "unsup"}.get(split, split)
    rows = _json_lines(folder / f"{file}.jsonl.xz")
    if split in ("train", "valid"):
        held_out = [zlib.crc32(row["movie"].encode()) % 10 == 0 for row in rows]
        rows = [row for row, out in zip(rows, held_out, strict=True) if out == (split == "valid")]
    if split == "unlabelled":
        known = {row["text"] for row in _json_lines(folder / "test.jsonl.xz")}
        rows = [row for row in rows if row["text"] not in known]
    names = {1: "positive", 0: "negative", -1: None}
    return [Labelled(row["text"], names[row["label"]]) for row in rows]


def read_sst2(folder: Path, split: str) -> list[Labelled]:
    """Reads the sentences of the Stanford Sentiment Treebank with two labels.

    Args:
        folder: folder of the set.
        split: `"train"` (phrases and sentences, those of the other parts left out), `"valid"` or
            `"test"` (sentences).

    Returns:
        The texts as people write them, labelled `"positive"` or `"negative"`.
    """
    parts = {
        name: lines(folder / f"stsa.binary.{file}.xz")
        for name, file in (("valid", "dev"), ("test", "test"))
    }
    rows = parts.get(split)
    if rows is None:
        held_out = {row.split(" ", 1)[1] for part in parts.values() for row in part}
        rows = [row.replace("\t", " ", 1) for row in lines(folder / "glue.phrases.train.tsv.xz")]
        rows = [row.rstrip() for row in rows[1:]] + lines(folder / "stsa.binary.train.xz")
        rows = [row for row in dict.fromkeys(rows) if row.split(" ", 1)[1] not in held_out]
    names = {"1": "positive", "0": "negative"}
    return [Labelled(joined(text), names[label]) for label, text in (r.split(" ", 1) for r in rows)]


def read_novels(folder: Path, split: str) -> list[str]:
    """Reads whole novels, one paragraph a line.

    Args:
        folder: folder of the set, with `{train,valid,test}.jsonl.xz`.
        split: name of the split.

    Returns:
        The novels, in plain signs.
    """
    return [unwrapped(row["text"]) for row in _json_lines(folder / f"{split}.jsonl.xz")]


def read_wikitext(folder: Path, split: str) -> list[str]:
    """Reads the articles of WikiText-2 as running prose, one paragraph a line.

    Args:
        folder: folder of the set, with `wiki.{train,valid,test}.tokens.xz`.
        split: name of the split.

    Returns:
        The articles without headings and without the sentences that have `<unk>` for a word; in
        plain signs.
    """
    articles: list[list[str]] = [[]]
    for line in lines(folder / f"wiki.{split}.tokens.xz"):
        if line.startswith(" = "):
            if not line.startswith(" = = "):
                articles.append([])
        elif text := untokenized(line):
            articles[-1].append(text)
    return ["\n".join(paragraphs) for paragraphs in articles if paragraphs]


def read_wikitext_words(folder: Path, split: str) -> list[list[str]]:
    """Reads WikiText-2 as published, for the perplexity of words: `<unk>` and headings count.

    Args:
        folder: folder of the set, with `wiki.{train,valid,test}.tokens.xz`.
        split: name of the split.

    Returns:
        The words of each line, `<eos>` after the last.
    """
    return [[*line.split(), "<eos>"] for line in lines(folder / f"wiki.{split}.tokens.xz")]


def joined(text: str) -> str:
    """Puts together words that a treebank has taken apart.

    Example:
    >>> from rnnapps.data.text_sets import joined
    >>> joined("it 's -lrb- almost -rrb- perfect , but you ca n't say why .")
    "it's (almost) perfect, but you can't say why."
    """
    for marks, sign in (("-lrb-", "("), ("-rrb-", ")"), ("``", '"'), ("''", '"')):
        text = re.sub(rf"(?<!\S){marks}(?!\S)", sign, text, flags=re.IGNORECASE)
    text = re.sub(r" (n't|'(?:s|re|ve|ll|d|m))(?!\w)", r"\1", text, flags=re.IGNORECASE)
    text = re.sub(r" ([.,;:!?)%]|\.\.\.)(?=\s|$|[.,;:!?)])", r"\1", text)
    return re.sub(r"([(]) ", r"\1", text).strip()


def _json_lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in lines(path)]
