"""What `rnnapps demo` shows of language: texts that go on, words that are completed."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from rnnapps.files import replace_bytes
from rnnapps.tables import Table

PROMPTS = ("Once upon a time", "She opened the letter and", "The history of the town")
TYPED = ("It was a dark and sto", "I beg your par", "He sat down at the ")
MEASURED = (
    "She walked into the garden.",
    "She walked into the symphony.",
    "Garden the into walked she.",
)


def demo(pipe: Any, folder: Path) -> list[tuple[str, str]]:
    """Writes on from a few beginnings, completes words, and measures sentences.

    Args:
        pipe: The pipeline.
        folder: Where the texts go, as `texts.txt`.

    Returns:
        Titles with fragments of HTML.
    """
    texts = [pipe.generate(prompt, seed=3) for prompt in PROMPTS]
    replace_bytes(folder / "texts.txt", ("\n\n".join(texts) + "\n").encode())
    shown = "".join(
        f"<p><b>{escape(prompt)}</b>{escape(text[len(prompt) :])}</p>"
        for prompt, text in zip(PROMPTS, texts, strict=True)
    )
    completed = [
        {"typed": typed, "words": ", ".join(word["word"] for word in pipe.complete(typed))}
        for typed in TYPED
    ]
    measured = [
        {"sentence": text, "perplexity": result["perplexity"]}
        for text, result in zip(MEASURED, pipe.predict(list(MEASURED)), strict=True)
    ]
    return [
        ("Texts that go on", shown + '<p><a href="texts.txt">texts.txt</a></p>'),
        ("Half-typed words, completed", Table.of(completed).html()),
        ("How usual a sentence is", Table.of(measured).html()),
    ]
