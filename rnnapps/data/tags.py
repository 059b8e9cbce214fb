"""Tags of tokens and the spans that they mark: IOB1, IOB2 and BIOES."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from rnnapps.decoding.viterbi import Chain
from rnnapps.errors import InputError

OUTSIDE = "O"
#: What the letters of BILOU and BMEWO say in BIOES.
LETTERS = {"B": "B", "I": "I", "E": "E", "S": "S", "L": "E", "U": "S", "M": "I", "W": "S"}


class Span(NamedTuple):
    """A stretch of tokens with a label.

    Attributes:
        first: number of its first token.
        end: number of the token after its last.
        label: its label.
    """

    first: int
    end: int
    label: str


class TagError(InputError):
    """A tag that cannot stand where it does.

    Attributes:
        index: its number in the sequence.
    """

    def __init__(self, message: str, index: int):
        super().__init__(message)
        self.index = index


def mark_spans(tags: Iterable[str]) -> bool:
    """Tells whether tags mark spans, as `B-PER` and `O` do, or stand alone, as `NOUN` does.

    Args:
        tags: The tags.

    Returns:
        True where each is `O`, or a letter, a hyphen and a label.
    """
    return all(
        tag == OUTSIDE or (tag[0] in LETTERS and tag[1:2] == "-" and tag[2:]) for tag in tags
    )


def scheme(sequences: Iterable[Sequence[str]]) -> str:
    """Recognises how tags tell where spans begin and end, by what most of them begin with.

    Args:
        sequences: Tags of each text.

    Returns:
        `"BIOES"`, `"IOB2"` or `"IOB1"` (which also reads tags that have `I` alone).

    Reference: Ramshaw and Marcus 1995, "Text Chunking using Transformation-Based Learning" (IOB1);
    Ratinov and Roth 2009, "Design Challenges and Misconceptions in Named Entity Recognition"
    (BILOU).

    Example:
    >>> from rnnapps.data.tags import scheme
    >>> scheme([["I-PER", "I-PER", "O"]]), scheme([["B-PER", "I-PER"]]), scheme([["O", "S-LOC"]])
    ('IOB1', 'IOB2', 'BIOES')
    """
    begins = {"B": 0, "I": 0}
    for tags in sequences:
        for before, tag in pairwise((OUTSIDE, *tags)):
            if tag != OUTSIDE and LETTERS[tag[0]] in "ES":
                return "BIOES"
            if tag != OUTSIDE and tag[1:] != before[1:]:
                begins[LETTERS[tag[0]]] += 1
    return "IOB1" if begins["I"] > begins["B"] else "IOB2"


def spans(tags: Sequence[str], scheme: str) -> list[Span]:
    """Reads the spans that tags mark.

    Args:
        tags: The tags of a text.
        scheme: As `scheme` gives it.

    Returns:
        The spans, from the first to the last.

    Raises:
        TagError: If a span goes on that has not begun, or in BIOES is not ended.

    Example:
    >>> from rnnapps.data.tags import spans
    >>> spans(["I-PER", "I-PER", "B-PER", "O"], "IOB1")
    [Span(first=0, end=2, label='PER'), Span(first=2, end=3, label='PER')]
    """
    found: list[Span] = []
    begun: tuple[int, str] | None = None  # where the open span begins, and its label
    for index, tag in enumerate([*tags, OUTSIDE]):
        letter = LETTERS.get(tag[0], OUTSIDE) if tag != OUTSIDE else OUTSIDE
        goes_on = letter in "IE" and begun is not None and begun[1] == tag[2:]
        if letter in "IE" and not goes_on and scheme != "IOB1":
            before = "first" if index == 0 else f"after {tags[index - 1]!r}"
            raise TagError(
                f"Expected a tag that begins a span, as {'B' + tag[1:]!r} does. Received: {tag!r} "
                f"{before}.",
                index,
            )
        if begun is not None and not goes_on:
            if scheme == "BIOES":
                raise TagError(
                    f"Expected a tag that ends the span of {begun[1]!r}. Received: {tag!r}.", index
                )
            found.append(Span(begun[0], index, begun[1]))
            begun = None
        if letter != OUTSIDE and not goes_on:
            begun = (index, tag[2:])
        if letter in "ES" and begun is not None:
            found.append(Span(begun[0], index + 1, begun[1]))
            begun = None
    return found


def bioes(spans: Iterable[Span], length: int) -> list[str]:
    """Writes spans as BIOES, which tells most of where they begin and end.

    Args:
        spans: Spans that do not overlap.
        length: Number of tokens.

    Returns:
        A tag for each token.

    Example:
    >>> from rnnapps.data.tags import Span, bioes
    >>> bioes([Span(0, 1, "PER"), Span(1, 4, "LOC")], 5)
    ['S-PER', 'B-LOC', 'I-LOC', 'E-LOC', 'O']
    """
    tags = [OUTSIDE] * length
    for first, end, label in spans:
        inner = ["I"] * (end - first - 2)
        letters = ["S"] if end - first == 1 else ["B", *inner, "E"]
        tags[first:end] = [f"{letter}-{label}" for letter in letters]
    return tags


def allowed(tags: Sequence[str]) -> Chain:
    """Tells what may follow what.

    Args:
        tags: All tags, in BIOES, or tags that stand alone.

    Returns:
        1 where a transition, a beginning or an end can be and 0 where not.

    Example:
    >>> from rnnapps.data.tags import allowed
    >>> allowed(["O", "B-PER", "I-PER", "E-PER", "S-PER"]).transitions.tolist()[1]
    [0.0, 0.0, 1.0, 1.0, 0.0]
    """
    if not mark_spans(tags):
        count = len(tags)
        return Chain(*(np.ones(shape, np.float32) for shape in ((count, count), count, count)))
    opens = np.array([tag[0] in "BI" for tag in tags])
    goes_on = np.array([tag[0] in "IE" for tag in tags])
    labels = np.array([tag[2:] for tag in tags])
    same = labels[:, None] == labels
    transitions = (opens[:, None] & goes_on & same) | (~opens[:, None] & ~goes_on)
    return Chain(*(each.astype(np.float32) for each in (transitions, ~goes_on, ~opens)))


def possible(
    tag: str, tags: Sequence[str], meanings: Mapping[str, Sequence[str]] | None = None
) -> np.ndarray:
    """Tells what a tag of another set of texts may be among one's own.

    Args:
        tag: The tag.
        tags: One's own tags.
        meanings: What a label there may be here, `O` too; a label that is not among them is the
            same here.

    Returns:
        True where it may be one's own tag, of shape `(tags,)`.

    Raises:
        InputError: If it may be none of them.

    Example:
    >>> from rnnapps.data.tags import possible
    >>> own = ["O", "S-group", "S-firm", "B-firm"]
    >>> possible("S-ORG", own, {"ORG": ["group", "firm"]}).tolist()
    [False, True, True, False]
    >>> possible("O", own, {"O": ["O", "group"]}).tolist()
    [True, True, False, False]
    """
    marked = tag != OUTSIDE and mark_spans([tag])
    mark, label = (tag[:2], tag[2:]) if marked else ("", tag)
    names = (meanings or {}).get(label, [label])
    fitting = {mark + name for name in names} | {OUTSIDE}.intersection(names)
    if tag == OUTSIDE:
        fitting |= {f"{letter}-{name}" for letter in "BIES" for name in names if name != OUTSIDE}
    found = np.array([each in fitting for each in tags], bool)
    if not found.any():
        raise InputError(f"Expected a tag that may be one of {list(tags)}. Received: {tag!r}.")
    return found
