"""The end of a text made piece by piece: after so many sentences, or before a given text."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rnnapps.errors import InputError

#: What a sentence ends with, a quote or bracket behind it.
_CLOSED = re.compile(r"[.!?\u2026][\"'\u2019\u201d)\]]*$")
_ABBREVIATED = re.compile(r"(?:^|[\s\"'(])(?:Mrs?|Ms|Dr|St|Messrs|Prof|Capt|Col|Gen|Rev|[A-Z])\.$")
#: Characters behind which no end of a sentence is looked for.
_TAIL = 16


def check_stop(stop: Any) -> list[str]:
    """Checks the texts at which a text ends.

    Args:
        stop: A text, a list of texts, or None.

    Returns:
        The texts.

    Raises:
        InputError: If it is something else, or a text is empty.

    Example:
    >>> from rnnapps.pipelines.language.ending import check_stop
    >>> check_stop("THE END")
    ['THE END']
    """
    stops = [stop] if isinstance(stop, str) else [] if stop is None else stop
    if not isinstance(stops, list | tuple) or not all(isinstance(s, str) and s for s in stops):
        raise InputError(f"Expected stop as a text or a list of texts. Received: stop={stop!r}.")
    return list(stops)


class Ending:
    """Lets through the pieces of a text up to its end.

    Args:
        sentences: Number of sentences, at least one, after which it ends; None for any number.
        stops: Texts before which it ends.

    Example:
    >>> from rnnapps.pipelines.language.ending import Ending
    >>> ending = Ending(sentences=1, stops=[])
    >>> [ending.push(piece) for piece in ("I", " see", ".", " You")]
    [('I', False), (' see', False), ('.', False), ('', True)]
    """

    def __init__(self, sentences: int | None, stops: Sequence[str]):
        self.sentences, self.stops = sentences, stops
        self.count = 0
        self.tail = self.held = ""

    def push(self, piece: str) -> tuple[str, bool]:
        """Takes the next piece.

        Args:
            piece: Text that follows.

        Returns:
            The text that is now sure to stand before the end, and whether the end is reached.
        """
        self.count += self._closes(piece)
        if self.count == self.sentences:
            return self.rest(), True
        self.tail = (self.tail + piece)[-_TAIL:]
        self.held += piece
        places = [place for each in self.stops if (place := self.held.find(each)) >= 0]
        if places:
            return self.held[: min(places)], True
        keep = max((_overlap(self.held, each) for each in self.stops), default=0)
        sure = self.held[: len(self.held) - keep]
        self.held = self.held[len(sure) :]
        return sure, False

    def rest(self) -> str:
        """Gives what was held back, as no more pieces follow."""
        held, self.held = self.held, ""
        return held

    def _closes(self, piece: str) -> bool:
        """Tells whether a sentence ends before a piece."""
        if piece[:1] == "\n":
            return bool(self.tail) and not self.tail.endswith("\n")
        if not piece[:1].isspace() or piece.strip()[:1].islower():
            return False
        return bool(_CLOSED.search(self.tail)) and not _ABBREVIATED.search(self.tail)


@dataclass(frozen=True)
class Draft:
    """A text made piece by piece that goes on in several ways; equal to another of the same text.

    Args:
        ending: Tells where the text ends.
        text: The text so far.

    Example:
    >>> from rnnapps.pipelines.language.ending import Draft, Ending
    >>> draft, _ = Draft(Ending(sentences=1, stops=[])).follow("I see.")
    >>> draft.follow(" You") == draft.follow(" He") == (draft, True)
    True
    """

    ending: Ending = field(compare=False)
    text: str = ""

    def follow(self, piece: str) -> tuple[Draft, bool]:
        """Goes on with a piece.

        Args:
            piece: Text that follows.

        Returns:
            The text with it, or up to its end, and whether the end is reached.
        """
        ending = copy.copy(self.ending)
        sure = self.text[: len(self.text) - len(ending.held)]
        part, ended = ending.push(piece)
        return Draft(ending, sure + part + ("" if ended else ending.held)), ended


def _overlap(text: str, stop: str) -> int:
    """Counts the characters at the end of a text with which another begins."""
    longest = min(len(text), len(stop) - 1)
    return next((size for size in range(longest, 0, -1) if text.endswith(stop[:size])), 0)
