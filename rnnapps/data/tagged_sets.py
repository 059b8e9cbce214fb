"""Readers of the public sets of texts with a tag for each word."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from rnnapps.data.packed import lines

#: A line that begins a document.
MARK = "-DOCSTART-"


class Tagged(NamedTuple):
    """Words with a tag each.

    Attributes:
        words: the words.
        tags: their tags, in the scheme of the set.
        document: number of the document that they are of, where the set has documents.
    """

    words: list[str]
    tags: list[str]
    document: int | None = None


def read_conll2003(folder: Path, split: str) -> list[Tagged]:
    """Reads the news of Reuters, tagged in IOB1; `"valid"` is testa and `"test"` testb."""
    file = {"valid": "testa", "test": "testb"}.get(split, split)
    return _columns(folder / f"eng.{file}.xz", " ")


def read_wnut17(folder: Path, split: str) -> list[Tagged]:
    """Reads posts with rare and emerging entities, tagged in IOB2."""
    files = {
        "train": "wnut17train.conll.xz",
        "valid": "emerging.dev.conll.xz",
        "test": "emerging.test.annotated.xz",
    }
    return _columns(folder / files[split], "\t")


def read_btc(folder: Path, split: str) -> list[Tagged]:
    """Reads the tweets of the Broad Twitter Corpus, tagged in IOB2, a user's name in one word.

    Sections a, b, e and g are for training, h for validation and f for the test. Where the sign
    before a user's name and the name have a tag each, the word that they become has the name's.
    """
    parts = {"train": "abeg", "valid": "h", "test": "f"}[split]
    tweets = [each for part in parts for each in _columns(folder / f"{part}.conll.xz", "\t")]
    return [_with_user_names(each) for each in tweets]


def read_wikigold(folder: Path, split: str) -> list[Tagged]:
    """Reads sentences of Wikipedia, tagged in IOB1; splits by the hash of the words."""
    return _hashed(_columns(folder / "wikigold.conll.txt.xz", " "), split)


def read_wikiann(folder: Path, split: str) -> list[Tagged]:
    """Reads sentences and titles of Wikipedia whose tags were made of links, in IOB2."""
    file = {"valid": "dev"}.get(split, split)
    rows = _columns(folder / f"{file}.xz", "\t")
    return [row._replace(words=[word.removeprefix("en:") for word in row.words]) for row in rows]


def read_slots(folder: Path, split: str) -> list[Tagged]:
    """Reads requests to an assistant with their slots, tagged in IOB2."""
    words, tags = (lines(folder / f"{split}.seq.{kind}.xz") for kind in ("in", "out"))
    return [Tagged(w.split(), t.split()) for w, t in zip(words, tags, strict=True) if w.strip()]


def read_parts_of_speech(folder: Path, split: str) -> list[Tagged]:
    """Reads sentences of the web with the universal part of speech of each word."""
    file = {"valid": "dev"}.get(split, split)
    found: list[Tagged] = []
    for block in _blocks(lines(folder / f"en_ewt-ud-{file}.conllu.xz")):
        rows = [line.split("\t") for line in block if not line.startswith("#")]
        rows = [row for row in rows if row[0].isdecimal()]
        found.append(Tagged([row[1] for row in rows], [row[3] for row in rows]))
    return found


def _columns(path: Path, separator: str) -> list[Tagged]:
    """Reads blocks of lines whose first column is a word and whose last is its tag.

    Rows whose word is blank are left out. Marks of documents number these.
    """
    found = []
    document = 0
    for block in _blocks(lines(path)):
        rows = [line.rstrip().split(separator) for line in block]
        document += any(row[0] == MARK for row in rows)
        rows = [row for row in rows if row[0].strip() and row[0] != MARK]
        if rows:
            found.append(Tagged([row[0] for row in rows], [row[-1] for row in rows], document))
    return found if document else [each._replace(document=None) for each in found]


def _blocks(rows: Iterable[str]) -> list[list[str]]:
    blocks: list[list[str]] = [[]]
    for line in rows:
        if line.strip():
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    return blocks if blocks[-1] else blocks[:-1]


def _with_user_names(tweet: Tagged) -> Tagged:
    words: list[str] = []
    tags: list[str] = []
    for word, tag in zip(tweet.words, tweet.tags, strict=True):
        if words and words[-1] == "@":
            words[-1], tags[-1] = "@" + word, tag
        else:
            words.append(word)
            tags.append(tag)
    return Tagged(words, _mended(tags))


def _mended(tags: list[str]) -> list[str]:
    """Begins a span anew where what began it went into the word before."""
    before, found = "O", []
    for tag in tags:
        starts = tag.startswith("I-") and before[2:] != tag[2:]
        found.append("B" + tag[1:] if starts else tag)
        before = tag
    return found


def _hashed(rows: list[Tagged], split: str) -> list[Tagged]:
    parts = {0: "test", 1: "valid"}
    hashes = [zlib.crc32(" ".join(row.words).encode()) % 10 for row in rows]
    named = [parts.get(number, "train") for number in hashes]
    return [row for row, part in zip(rows, named, strict=True) if part == split]
