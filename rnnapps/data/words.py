"""Words and sentences of a text, each with its place."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: Marks that stand over or under a letter, in the scripts that have them apart.
_OVER = (
    r"\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u0610-\u061a\u064b-\u065f"
    r"\u0670\u06d6-\u06dc\u06df-\u06ed\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983"
    r"\u09bc-\u09cd\u0a01-\u0a03\u0a3c-\u0a4d\u0a81-\u0a83\u0abc-\u0acd\u0b82\u0bbe-\u0bcd\u0bd7"
    r"\u0c00-\u0c04\u0c3e-\u0c56\u0d00-\u0d03\u0d3e-\u0d4d\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
)
_LETTERS = rf"[\w{_OVER}]+"
_JOINED = rf"(?:[-&]|['’](?!(?:s|m|d|re|ve|ll)\b)){_LETTERS}"
_MARKS = rf"[{_OVER}\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]*"
_ABBREVIATIONS = (
    "Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|Inc|Ltd|Corp|Co|Bros|Gen|Col|Lt|Capt|Maj|Sgt|Adm|Sen|Rep|Gov|Rev|"
    "Mt|vs|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec"
)
#: What a word may be, the first that fits.
_WORD = re.compile(
    rf"""
    (?:https?://|www\.)[^\s<>"]+[^\s<>".,;:!?)\]}}'’]  # addresses of pages
    | [\w.+-]{{1,64}}@\w[\w-]*(?:\.\w[\w-]*)+         # addresses of mail
    | [@\#]\w+                                        # users and tags
    | (?:[^\W\d_]\.){{2,}}                             # U.S.
    | \b(?-i:[A-Z])\.(?=\s+[^\W\d_])                  # George W. Bush
    | \b(?-i:{_ABBREVIATIONS})\.
    | \bNo\.(?=\s*\d)                                # No. 5
    | \d+(?:[.,:/-]\d+)+                              # 1,000.50 and 2003-04-01 and 3:30
    | \w+(?=n['’]t\b) | n['’]t\b                      # do|n't
    | ['’](?:s|m|d|re|ve|ll)\b                        # it|'s
    | {_LETTERS}(?:{_JOINED})*                        # well-known, AT&T, O'Brien
    | \.{{2,}} | -{{2,}} | `` | ''
    | \S{_MARKS}(?:\u200d\S{_MARKS})*                 # all else, families of emoji in one
    """,
    re.VERBOSE | re.IGNORECASE,
)
#: What may end a sentence, and what may stand between it and the next.
_ENDS, _CLOSES = {*".!?…。！？؟।", "..."}, {'"', "'", "''", "”", "’", ")", "]"}
#: How many of the latter may stand there.
CLOSING = 8


def words(text: str) -> list[tuple[int, int]]:
    """Finds the words and signs of a text, as treebanks of English split them.

    Args:
        text: any text.

    Returns:
        Beginning and end of each: it stands in `text[start:end]`. None overlap, and what is left
        between them is blank.

    Reference: the Penn Treebank's tokenisation (Marcus et al. 1993), with its clitics apart.

    Example:
    >>> from rnnapps.data.words import words
    >>> text = "He didn't leave the U.S. on 3.5."
    >>> [text[start:end] for start, end in words(text)]
    ['He', 'did', "n't", 'leave', 'the', 'U.S.', 'on', '3.5', '.']
    """
    return [match.span() for match in _WORD.finditer(text)]


def sentences(text: str, places: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Finds the sentences of a text.

    A sentence ends with a mark that ends it before a blank and no small letter (or before anything,
    where the script has no blanks), and with a line that is followed by an empty one.

    Args:
        text: the text.
        places: its words, as `words` finds them.

    Returns:
        Numbers of the first word of each sentence and of the word after its last.

    Example:
    >>> from rnnapps.data.words import sentences, words
    >>> text = 'He said "Go!" and went. "Why?" Nobody knew.'
    >>> places = words(text)
    >>> [text[places[first][0] : places[end - 1][1]] for first, end in sentences(text, places)]
    ['He said "Go!" and went.', '"Why?"', 'Nobody knew.']
    """
    found, first = [], 0
    for index, (_, end) in enumerate(places[:-1], start=1):
        gap = text[end : places[index][0]]
        apart = "\n\n" in gap.replace("\r", "")
        if apart or ((gap or text[end - 1] in "。！？") and _ended(text, places, first, index)):
            found.append((first, index))
            first = index
    return [*found, (first, len(places))] if places else []


def _ended(text: str, places: Sequence[tuple[int, int]], first: int, index: int) -> bool:
    """Tells whether a sentence ends before a word."""
    if text[places[index][0]].islower():
        return False
    for number in range(index - 1, max(first, index - CLOSING) - 1, -1):
        word = text[slice(*places[number])]
        if word in _ENDS:
            return True
        if word not in _CLOSES:
            return False
    return False
