"""Completion of what is typed: the likeliest whole words that begin with it."""

from __future__ import annotations

import heapq
import itertools
import re
from typing import Any

import numpy as np

from rnnapps.decoding.sampling import log_softmax
from rnnapps.pipelines.language.reading import Reader, continues_word
from rnnapps.pipelines.language.writing import Writer
from rnnapps.runtime.session import Session

#: Half a word at the end of a text, with the space before it.
_TYPED = re.compile(r" ?(?:[^\W_]+(?:['\u2019][^\W_]+)*['\u2019]?)?$")
#: How many beginnings of words are followed up, and with how many tokens each.
_FOLLOWED, _TOKENS = 400, 50


def complete(session: Session, reader: Reader, prefix: str, n: int) -> list[dict[str, Any]]:
    """Finds the likeliest words at the end of a text.

    The text is read up to the half-typed word, and beginnings of words that agree with the typed
    letters are followed up in the order of their probability until the words end.

    Args:
        session: The network.
        reader: What reads texts.
        prefix: The text so far.
        n: Number of words at most.

    Returns:
        Dicts of `text`, the whole word, and `score`, its probability among all words that begin
        as typed; the likeliest first.
    """
    prefix = reader.spelled(prefix)
    match = _TYPED.search(prefix)
    typed = match[0] if match else ""
    writer = Writer(session, reader, prefix[: len(prefix) - len(typed)])
    goes_on = np.array([continues_word(token) for token in writer.tokens]) & writer.allowed
    words: dict[str, float] = {}
    agreeing = 0.0
    order = itertools.count()  # decides between equals, and keeps states from being compared
    heap: list[Any] = [(0.0, next(order), "", writer.last, writer.states)]
    followed = 0
    while heap and len(words) < n and followed < _FOLLOWED:
        nats, _, word, last, states = heapq.heappop(heap)
        if last is None:  # the word has ended
            words[word.strip()] = words.get(word.strip(), 0.0) + float(np.exp(-nats))
            continue
        followed += 1
        logits, states = writer.step(np.array([last], np.int32), states)
        chances = log_softmax(np.where(writer.allowed, logits[0].astype(np.float64), -np.inf))
        if len(word) < len(typed) or not word.strip():
            places = _agreeing(writer.tokens, goes_on, word, typed)
            whole = [place for place in places if _covers(word + writer.tokens[place], typed)]
            agreeing += float(np.exp(chances[whole] - nats).sum())
        else:
            places = np.flatnonzero(goes_on)
            ends = float(np.logaddexp.reduce(chances[~goes_on]))
            heapq.heappush(heap, (nats - ends, next(order), word, None, None))
        for token in places[np.argsort(-chances[places], kind="stable")][:_TOKENS].tolist():
            longer = word + writer.tokens[token]
            heapq.heappush(heap, (nats - chances[token], next(order), longer, token, states))
    return [{"text": word, "score": min(1.0, chance / agreeing)} for word, chance in words.items()]


def _agreeing(tokens: list[str], goes_on: np.ndarray, word: str, typed: str) -> np.ndarray:
    """Finds the tokens that agree with what is typed behind the beginning of a word."""
    rest = typed[len(word) :]
    agree: list[bool] | np.ndarray
    if not typed:
        agree = [
            on or continues_word(token.removeprefix(" "))
            for token, on in zip(tokens, goes_on, strict=True)
        ]
    elif not rest:
        agree = goes_on
    elif rest == " ":
        agree = [
            token == " " or (token[:1] == " " and continues_word(token[1:])) for token in tokens
        ]
    else:
        agree = [token.startswith(rest) or rest.startswith(token) for token in tokens]
    return np.flatnonzero(agree)


def _covers(word: str, typed: str) -> bool:
    return len(word) >= len(typed) and bool(word.strip())
