"""How a tagger takes up what its own texts bring: new labels, words and characters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from rnnapps.data.tags import OUTSIDE, mark_spans
from rnnapps.errors import warn_user
from rnnapps.pipelines.ner.features import UNKNOWN

#: Layers that begin anew with other tags.
HEAD = ("scores", "crf")


def span_tags(labels: Iterable[str]) -> list[str]:
    """Gives the tags that mark spans in BIOES.

    Args:
        labels: Labels of the spans.

    Returns:
        `O`, and four tags for each label by the alphabet.
    """
    return [OUTSIDE, *(f"{letter}-{label}" for label in sorted(set(labels)) for letter in "BIES")]


def tags_for(seen: Iterable[str], known: list[str]) -> list[str]:
    """Chooses the tags of a training.

    Args:
        seen: Tags of the texts.
        known: Tags of the pipeline.

    Returns:
        Those that are known if they are enough, else those that mark the labels that were seen.
    """
    seen = set(seen)
    if seen <= set(known):
        return known
    return span_tags(tag[2:] for tag in seen - {OUTSIDE}) if mark_spans(seen) else sorted(seen)


def warn_of_new_head(known: list[str], labels: list[str]) -> None:
    """Warns that labels replace those that the tagger knows.

    Args:
        known: Labels that it knows.
        labels: Labels that it shall learn.
    """
    new, lost = (
        ", ".join(label for label in one if label not in other and label != OUTSIDE)
        for one, other in ((labels, known), (known, labels))
    )
    reason = f"did not know {new}" if new else "knew other tags"
    forgotten = f" It forgets {lost}, of which no example is given." if lost else ""
    warn_user(f"The tagger {reason}, so it learns all labels anew.{forgotten}")


def carried_over(network: Any, kept: Mapping[str, np.ndarray], same_tags: bool) -> None:
    """Assigns what was learnt to a network that has more words or characters, or other tags.

    A new word begins as an unknown one, which it was before.

    Args:
        network: The new network.
        kept: Weights of the old one by path.
        same_tags: Whether both have the same tags.
    """
    for weight in network.weights:
        if weight.path.split("/")[0] in HEAD and not same_tags:
            continue
        old = kept[weight.path]
        more = weight.shape[0] - len(old)
        weight.assign(np.concatenate([old, np.repeat(old[UNKNOWN : UNKNOWN + 1], more, axis=0)]))
