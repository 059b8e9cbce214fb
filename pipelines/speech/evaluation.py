"""The figures of a recogniser: how many words and letters are wrong, and which recordings most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rnnapps.report import Report

#: How many of the worst recordings are shown.
WORST = 20


def word_errors(said: Sequence[str], heard: Sequence[str]) -> float:
    """Gives the word error rate over all recordings.

    Args:
        said: Texts in normal form, none of them empty.
        heard: What was heard for each.
    """
    import jiwer

    return float(jiwer.wer(list(said), list(heard)))


def report(
    said: Sequence[str], heard: Sequence[str], nats: Sequence[float], title: str = ""
) -> Report:
    """Sets what was heard beside what was said.

    Args:
        said: Texts in normal form, none of them empty.
        heard: What was heard for each.
        nats: How unlikely what was said is to the network.
        title: Of the report.

    Returns:
        Word and character error rates over all recordings, by kind of error, and the recordings
        that were heard worst.
    """
    import jiwer

    found = jiwer.process_words(list(said), list(heard))
    words = found.hits + found.substitutions + found.deletions
    rows: list[dict[str, Any]] = []
    for said_, heard_ in zip(said, heard, strict=True):
        each = jiwer.process_words(said_, heard_)
        errors = each.substitutions + each.deletions + each.insertions
        rows.append({"errors": errors, "wer": each.wer, "said": said_, "heard": heard_})
    rows.sort(key=lambda row: -row["errors"])
    return Report(
        {
            "wer": found.wer,
            "cer": jiwer.cer(list(said), list(heard)),
            "nats_per_letter": sum(nats) / sum(map(len, said)),
            "words": words,
            "substitutions": found.substitutions / words,
            "deletions": found.deletions / words,
            "insertions": found.insertions / words,
            "exact": sum(a == b for a, b in zip(said, heard, strict=True)) / len(said),
        },
        title=title,
        tables={"worst": rows[:WORST]},
    )
