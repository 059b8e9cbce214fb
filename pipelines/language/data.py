"""Text to learn from: own texts and files, cut into passages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

#: Characters of a passage at least.
PASSAGE = 10_000


def passages(text: str, length: int = PASSAGE) -> Iterator[str]:
    """Cuts a long text into passages, which an epoch reads in a new order.

    Args:
        text: one paragraph a line.
        length: characters of a passage at least; it ends with the paragraph.

    Yields:
        The passages; with a break between them they are the text.

    Example:
    >>> from rnnapps.pipelines.language.data import passages
    >>> list(passages("one\\ntwo\\nthree\\n", length=5))
    ['one\\ntwo', 'three\\n']
    """
    begin = 0
    while len(text) - begin > length:
        end = text.find("\n", begin + length)
        if end < 0 or end + 1 == len(text):
            break
        yield text[begin:end]
        begin = end + 1
    yield text[begin:]


def all_passages(texts: Iterable[str]) -> list[str]:
    """Cuts texts into passages, and leaves empty ones out."""
    return [each for text in texts for each in passages(text) if each.strip()]
