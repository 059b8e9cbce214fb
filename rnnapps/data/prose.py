"""Running prose out of printed pages and out of words set apart: one paragraph a line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np

#: Plain signs in place of typographic ones, so that an alphabet stays small.
SIGNS = {
    **dict.fromkeys("\u2018\u2019\u201b\u2032\u02bb\u00b4`", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u2033\u00ab\u00bb", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2212", "-"),
    "\u2026": "...",
    "\ufeff": "",
}
_TABLE = str.maketrans({**SIGNS, "_": ""})  # which marks italics in plain texts
_WORDS = re.compile(r"[^\W\d_]+")
_SPLIT = re.compile(r"([^\W\d_]+)-[ \n]+([^\W\d_]+)")
#: A line's words fill it, unless fewer characters would than in all but this share of lines.
_RAGGED = 0.02
#: Lines of most printed pages are shorter than this.
_PRINTED = 100

_QUOTES = {'"': "\u201c\u201d", "'": "\u2018\u2019"}
_CLOSING = {")", "\u201d", "\u2019"}
_BEFORE = {",", ".", ";", ":", "!", "?", "]", "%", "...", "\u00b0", *_CLOSING}
_AFTER = {"(", "[", "$", "\u00a3", "\u20ac", "#", "\u201c", "\u2018"}
_BETWEEN = {"@-@": "-", "@,@": ",", "@.@": ".", "/": "/"}


def plain(text: str) -> str:
    """Writes plain quotes and dashes in place of typographic ones, and no needless spaces.

    Args:
        text: any text.

    Returns:
        The same with a smaller alphabet.

    Example:
    >>> from rnnapps.data.prose import plain
    >>> plain("“Don’t  stop” \N{EM DASH} he said in 1914\N{EN DASH}18")
    '"Don\\'t stop" - he said in 1914-18'
    """
    text = text.translate(_TABLE)
    text = re.sub(r"(?<=\d) ?\u2013 ?(?=\d)", "-", text)
    text = re.sub(r"[^\S\n]*(?:[\u2013-\u2015]|(?<!-)--(?!-))[^\S\n]*", " - ", text)
    text = re.sub(r" ?\n ?", "\n", re.sub(r"[^\S\n]+", " ", text))
    return re.sub(r"(?<=\w) ([,.;:!?])(?![\w.])", r"\1", text).strip()


def unwrapped(text: str) -> str:
    """Finds the paragraphs of a plain text, whether its lines are printed lines or paragraphs.

    In a text of printed lines a paragraph ends with a blank line, before a line that is further
    indented, and with a line so short that the next word would have fitted on it, unless that has
    a small letter. No paragraph begins with a small letter, unless the one before ended its
    sentence. A word split at a line's end is put together where the text has it elsewhere so.

    Args:
        text: a text with breaks.

    Returns:
        One paragraph a line, in plain signs.

    Example:
    >>> from rnnapps.data.prose import unwrapped
    >>> print(unwrapped("It was a dark and stormy\\nnight.\\n\\nThe rain fell."))
    It was a dark and stormy night.
    The rain fell.
    """
    lines = text.replace("\f", " ").expandtabs().splitlines()
    lengths = [len(line) for line in lines if line.strip()]
    if lengths and np.quantile(lengths, 0.9) < _PRINTED:
        paragraphs = _joined("\n".join(rows) for rows in _paragraphs(lines))
    else:
        paragraphs = _joined(line.strip() for line in lines if line.strip())
    words = set(_WORDS.findall(text))
    whole = [match[1] + match[2] in words for match in _SPLIT.finditer("\n\n".join(paragraphs))]
    splits_words = sum(whole) > len(whole) / 2

    def put_together(match: re.Match[str]) -> str:
        first, second = match.groups()
        if first + second in words:
            return first + second
        if "\n" not in match[0]:
            return match[0]
        return first + ("" if splits_words and second.islower() else "-") + second

    return "\n".join(
        plain(_SPLIT.sub(put_together, each).replace("\n", " ")) for each in paragraphs
    )


def _paragraphs(lines: Sequence[str]) -> Iterator[list[str]]:
    """Groups printed lines into paragraphs."""
    filled = [_filled(*pair) for pair in pairwise(lines)]
    going_on = [
        width
        for width, (line, following) in zip(filled, pairwise(lines), strict=True)
        if line.rstrip()[-1:].islower() and following[:1].islower()
    ]
    least = np.quantile(going_on, _RAGGED) if going_on else 0
    rows: list[str] = []
    for line, width, following in zip(lines, [*filled, 0], [*lines[1:], ""], strict=True):
        if line.strip():
            rows.append(line.strip())
        short = width < least and not following[:1].islower()
        if rows and (not following.strip() or _indent(following) > _indent(line) or short):
            yield rows
            rows = []


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _joined(paragraphs: Iterable[str]) -> list[str]:
    """Puts a paragraph that begins with a small letter to the one before."""
    together: list[str] = []
    for each in paragraphs:
        if together and each[0].islower() and together[-1].rstrip("\"')")[-1:] not in ".!?:":
            together[-1] += "\n" + each
        else:
            together.append(each)
    return together


def _filled(line: str, following: str) -> int:
    """Counts what a line would hold with the first word of the next one."""
    return len(line.rstrip()) + 1 + len(following.split(maxsplit=1)[0] if following.strip() else "")


def untokenized(line: str) -> str:
    """Puts together the words of a line of WikiText; leaves out sentences with `<unk>`.

    Args:
        line: words and signs apart, as published.

    Returns:
        The line as people write it, in plain signs; empty if there is no sentence left.

    Example:
    >>> from rnnapps.data.prose import untokenized
    >>> untokenized("The 17th @-@ place ( in 2012 – 13 ) was York 's . A <unk> won .")
    "The 17th-place (in 2012-13) was York's."
    """
    sentences: list[list[str]] = [[]]
    ended, opened = False, {'"': False, "'": False}
    for token in line.split():
        if token == '"' or (token == "'" and not _plural(sentences[-1], opened[token])):
            opened[token] = not opened[token]
            token = _QUOTES[token][0 if opened[token] else 1]
        if ended and token not in _CLOSING:
            sentences.append([])
            ended = False
        sentences[-1].append(token)
        ended = ended or token in (".", "!", "?")
    text, glued = "", True
    for token in (each for sentence in sentences if "<unk>" not in sentence for each in sentence):
        before = token in _BEFORE or token in _BETWEEN or token[0] == "'"
        text += ("" if glued or before else " ") + _BETWEEN.get(token, token)
        glued = token in _AFTER or token in _BETWEEN
    return re.sub(r"(?<=\w)' (?=(?:s|t|re|ve|ll|d|m)\b)", "'", plain(text))


def _plural(before: Sequence[str], opened: bool) -> bool:
    """Tells whether an apostrophe stands for the genitive of a plural."""
    return not opened and bool(before) and before[-1].endswith("s")
