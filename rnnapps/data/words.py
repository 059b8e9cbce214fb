"""Words and sentences of a text, each with its place."""

from __future__ import annotations

import re
from collections.abc import Sequence

_LETTERS = r"[\w\u0300-\u036f]+"
_JOINED = rf"(?:[-&]|['’](?!(?:s|m|d|re|ve|ll)\b)){_LETTERS}"
_MARKS = r"[\u0300-\u036f\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]*"
#: What a word may be, the first that fits.
_WORD = re.compile(
    rf"""
    (?:https?://|www\.)[^\s<>"]+[^\s<>".,;:!?)\]}}'’]  # addresses of pages
    | [\w.+-]+@\w[\w-]*(?:\.\w[\w-]*)+                # addresses of mail
    | [@\#]\w+                                        # users and tags
    | (?:[^\W\d_]\.){{2,}}                             # U.S.
    | \b(?:Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|Inc|Ltd|Corp|Co|Gen|Col|Sen|Rep|Gov|vs)\.
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
_ENDS, _CLOSES = {".", "!", "?", "...", "…", "。", "！", "？"}, {'"', "'", "''", "”", "’", ")", "]"}


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

    A sentence ends with a mark that ends it before a blank and no small letter, and with a line
    that is followed by an empty one.

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
        if "\n\n" in gap.replace("\r", "") or (gap and _ended(text, places, first, index)):
            found.append((first, index))
            first = index
    return [*found, (first, len(places))] if places else []


def _ended(text: str, places: Sequence[tuple[int, int]], first: int, index: int) -> bool:
    """Tells whether a sentence ends before a word that a blank stands before."""
    following = text[places[index][0]]
    if following.islower():
        return False
    for start, end in reversed(places[first:index]):
        word = text[start:end]
        if word in _ENDS:
            return True
        if word not in _CLOSES:
            return False
    return False
