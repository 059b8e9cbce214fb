"""What each word adds to a label: the answer with the word beside the answer without."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from rnnapps.data.text import Tokens
from rnnapps.decoding.sampling import log_softmax
from rnnapps.pipelines.sentiment.data import without_breaks
from rnnapps.pipelines.sentiment.recipes import WINDOW
from rnnapps.report import save_page
from rnnapps.runtime.session import Session, zero_states

#: A text is explained by as many stretches of words at most, and by fewer where that would read
#: more tokens than this.
MOST, BUDGET = 300, 2_000_000


@dataclass(frozen=True)
class Explanation:
    """A text with its label, and what each stretch of it adds to the label.

    Attributes:
        text: The text.
        label: Its likeliest label.
        score: The label's probability.
        words: Dicts of `word`, `start`, `end` and `contribution`: by how much the log-odds of the
            label, in nats, would fall without the word. `text[start:end]` is the word; in texts of
            more than 300 words, several words that follow one another.
    """

    text: str
    label: str
    score: float
    words: list[dict[str, Any]]

    def _repr_html_(self) -> str:
        largest = max((abs(word["contribution"]) for word in self.words), default=0) or 1
        parts, end = [], 0
        for word in self.words:
            share = word["contribution"] / largest
            colour = "46,160,67" if share > 0 else "218,54,51"
            style = f"background:rgba({colour},{abs(share):.2f});border-radius:3px"
            parts += [
                escape(self.text[end : word["start"]]),
                f'<span title="{word["contribution"]:+.2f}" style="{style}">',
                f"{escape(word['word'])}</span>",
            ]
            end = word["end"]
        body = "".join([*parts, escape(self.text[end:])])
        return (
            f"<p><b>{escape(self.label)}</b> {self.score:.1%} "
            "<small>(green speaks for it, red against)</small></p>\n"
            f'<p style="white-space:pre-wrap;line-height:1.7">{body}</p>'
        )

    def save(self, path: str | Path) -> Path:
        """Writes a page with the words tinted.

        Args:
            path: A file that ends in `.html`.

        Returns:
            The path.

        Raises:
            InputError: If it ends otherwise.
        """
        return save_page(path, self._repr_html_(), self.label)


def contributions(session: Session, tokens: Tokens, text: str, label: int) -> list[dict[str, Any]]:
    """Leaves out one word after the other, and tells what becomes of a label.

    What stands before a word is read once for all: only what follows is read anew, with the word
    and without.

    Args:
        session: The classifier, which reads forward and carries its states.
        tokens: The text's tokens, the boundary left out.
        text: The text.
        label: Number of the label.

    Returns:
        As `Explanation.words`.

    Reference: Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks",
    arXiv:1311.2901, section 4.2 (occlusion), with words for squares.
    """
    most = min(MOST, max(10, BUDGET // max(1, len(tokens.ids))))
    spans = _spans(without_breaks(text), most)
    starts = np.array([start for start, _ in spans])
    owner = np.searchsorted(starts, tokens.offsets[:, 0], side="right") - 1
    firsts = np.searchsorted(owner, np.arange(len(spans) + 1))
    logits, states = _run(session, np.zeros(1, np.int32), zero_states(session, 1), None)
    words = []
    for (start, end), first, after in zip(spans, firsts[:-1], firsts[1:], strict=True):
        # Both are read from the same states in the same way, as 8 bits round by what runs together.
        with_it, _ = _run(session, tokens.ids[first:], states, logits)
        without, _ = _run(session, tokens.ids[after:], states, logits)
        words.append(
            {
                "word": text[start:end],
                "start": start,
                "end": end,
                "contribution": _log_odds(with_it, label) - _log_odds(without, label),
            }
        )
        logits, states = _run(session, tokens.ids[first:after], states, logits)
    return words


def _spans(text: str, most: int) -> list[tuple[int, int]]:
    words = [match.span() for match in re.finditer(r"\S+", text)]
    size = -(-len(words) // most) or 1
    groups = [words[begin : begin + size] for begin in range(0, len(words), size)]
    return [(group[0][0], group[-1][1]) for group in groups]


def _run(session: Session, ids: np.ndarray, states: Any, logits: Any) -> tuple[Any, Any]:
    """Reads on; without a token all stays as it is."""
    for begin in range(0, len(ids), WINDOW):
        part = ids[begin : begin + WINDOW]
        inputs = {"tokens": part[None], "lengths": np.array([len(part)], np.int32)}
        outputs, states = session.run({**inputs, **states})
        logits = outputs["logits"][0]
    return logits, states


def _log_odds(logits: np.ndarray, label: int) -> float:
    scores = log_softmax(logits.astype(np.float64))
    others = np.logaddexp.reduce(np.delete(scores, label))
    return float(scores[label] - others)
