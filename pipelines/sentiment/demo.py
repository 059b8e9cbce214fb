"""What `rnnapps demo` shows of sentiment: labels of some sentences, and why one got its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rnnapps.tables import Table

SENTENCES = [
    "A quiet triumph.",
    "Two dull hours.",
    "I expected little and was moved to tears.",
    "The actors do what they can, but the script does not help them.",
    "I laughed, I cried, and then I bought another ticket.",
]
REVIEW = (
    "I went in with low hopes, since the trailer was dreadful. But the acting is superb, the "
    "music moving, and although the ending drags a little, I have not enjoyed a film this much "
    "for years."
)


def demo(pipe: Any, folder: Path) -> list[tuple[str, str]]:
    """Labels sentences and explains a review.

    Args:
        pipe: The pipeline.
        folder: Where `sentiment.html` goes, the explanation.

    Returns:
        Titles with fragments of HTML.
    """
    answers = pipe.predict(SENTENCES)
    rows = [(s, a["label"], round(a["score"], 3)) for s, a in zip(SENTENCES, answers, strict=True)]
    explanation = pipe.explain(REVIEW)
    explanation.save(folder / "sentiment.html")
    link = '<p><a href="sentiment.html">sentiment.html</a></p>'
    return [
        ("Some sentences", Table(("text", "label", "score"), rows).html()),
        ("What each word adds", explanation._repr_html_() + link),
    ]
