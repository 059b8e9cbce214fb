"""Completion of what is typed: the likeliest whole words that begin with it."""

from __future__ import annotations

import heapq
import itertools
from typing import Any

import numpy as np

from rnnapps.data.text import UNKNOWN
from rnnapps.decoding.sampling import log_softmax
from rnnapps.pipelines.language.reading import Reader, continues_word, in_word
from rnnapps.pipelines.language.writing import Writer
from rnnapps.runtime.session import Arrays, Session

#: Characters of half a word at most.
_LONGEST = 100
#: How many beginnings of words are followed up, and with how many tokens each.
_FOLLOWED, _TOKENS = 400, 50


def complete(session: Session, reader: Reader, prefix: str, n: int) -> list[dict[str, Any]]:
    """Finds the likeliest words at the end of a text.

    The text is read up to the half-typed word. All tokens that come up to the end of what is typed
    or reach over it are weighed first; the beginnings of words that they make are then followed up
    in the order of their probability until the words end. So the scores do not depend on `n`.

    Args:
        session: The network.
        reader: What reads texts.
        prefix: The text so far.
        n: Number of words at most.

    Returns:
        Dicts of `word`, the whole word, and `score`, its probability among all words that begin
        as typed; the likeliest first. A word counts by the likeliest of its ways through the
        tokens.
    """
    prefix = reader.spelled(prefix)
    typed = typed_of(prefix)
    writer = Writer(session, reader, prefix[: len(prefix) - len(typed)])
    goes_on = np.array([continues_word(token) for token in writer.tokens]) & writer.allowed
    order = itertools.count()  # decides between equals, and keeps states from being compared
    heap: list[Any] = []
    agreeing = -np.inf
    for begun, nats, chances, states in _beginnings(writer, reader, typed):
        places = _reaching(writer.tokens, begun, typed[len(begun) :])
        agreeing = np.logaddexp(agreeing, np.logaddexp.reduce(chances[places]) - nats)
        for token in _likeliest(places, chances):
            word = begun + writer.tokens[token]
            heapq.heappush(heap, (nats - chances[token], next(order), word, token, states))
    words: dict[str, float] = {}
    followed = 0
    while heap and len(words) < n and followed < _FOLLOWED:
        nats, _, word, last, states = heapq.heappop(heap)
        if last is None:  # the word has ended
            words.setdefault(word.strip(), float(np.exp(min(0.0, -nats - agreeing))))
            continue
        followed += 1
        chances, states = _after(writer, last, states)
        ends = float(np.logaddexp.reduce(chances[~goes_on]))
        heapq.heappush(heap, (nats - ends, next(order), word, None, None))
        for token in _likeliest(np.flatnonzero(goes_on), chances):
            longer = word + writer.tokens[token]
            heapq.heappush(heap, (nats - chances[token], next(order), longer, token, states))
    found = [{"word": word, "score": score} for word, score in words.items()]
    return sorted(found, key=lambda each: -each["score"])


def typed_of(text: str) -> str:
    """Gives half a word at the end of a text, with the space before it.

    Example:
    >>> from rnnapps.pipelines.language.completion import typed_of
    >>> [typed_of(text) for text in ("I can'", "the ca", "the ", "the\\n", "'tis")]
    [" can'", ' ca', ' ', '', 'tis']
    """
    begin, least = len(text), max(0, len(text) - _LONGEST)
    while begin > least and (
        in_word(text[begin - 1])
        or (text[begin - 1] in "'\u2019" and begin > 1 and in_word(text[begin - 2]))
    ):
        begin -= 1
    if text[begin - 1 : begin] == " ":
        begin -= 1
    return text[begin:]


def _beginnings(
    writer: Writer, reader: Reader, typed: str
) -> list[tuple[str, float, np.ndarray, Arrays]]:
    """Runs the network over what is typed, up to each place from which a token reaches its end.

    Returns:
        What is run over, its nats, the log-probabilities of what follows, and the states.
    """
    least = max(0, len(typed) - max(map(len, writer.tokens)))
    ends = range(least, len(typed) + (not typed.strip()))
    runs: dict[tuple[int, ...], tuple[float, np.ndarray, Arrays]] = {}
    runs[()] = (0.0, *_after(writer, writer.last, writer.states))
    found = []
    for end in ends:
        ids = tuple(reader.subwords.encode(typed[:end]).ids.tolist())
        if UNKNOWN in ids:
            continue
        for size in range(1, len(ids) + 1):
            if ids[:size] not in runs:
                nats, chances, states = runs[ids[: size - 1]]
                last = ids[size - 1]
                runs[ids[:size]] = (nats - chances[last], *_after(writer, last, states))
        found.append((typed[:end], *runs[ids]))
    return found


def _reaching(tokens: list[str], begun: str, rest: str) -> np.ndarray:
    """Finds the tokens that begin with the rest of what is typed, and make a word with it."""
    space = "" if begun else " "
    return np.flatnonzero(
        [
            token.startswith(rest)
            and (token == rest != " " or continues_word(token.removeprefix(space)))
            for token in tokens
        ]
    )


def _likeliest(places: np.ndarray, chances: np.ndarray) -> list[int]:
    return places[np.argsort(-chances[places], kind="stable")][:_TOKENS].tolist()


def _after(writer: Writer, last: int, states: Arrays) -> tuple[np.ndarray, Arrays]:
    """Gives the log-probabilities of what follows a token, and the states after it."""
    logits, states = writer.step(np.array([last], np.int32), states)
    return log_softmax(np.where(writer.allowed, logits[0].astype(np.float64), -np.inf)), states
