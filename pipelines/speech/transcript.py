"""What was said: the text, its words with their times, and subtitles of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rnnapps.errors import InputError
from rnnapps.files import replace_bytes
from rnnapps.pipelines.speech.decoding import Word

#: Longest line of a subtitle, in signs; longest time that one stands and longest pause in it, in
#: seconds.
LINE, STANDS, PAUSE = 42, 6.0, 1.0


class Transcript(dict):
    """A dict of `text`, `confidence` and `chunks`, which can be saved as subtitles.

    `chunks` are the words, dicts of `text`, `timestamp` (begin and end in seconds) and `score`.

    Example:
    >>> from rnnapps.pipelines.speech.transcript import Transcript
    >>> words = [{"text": "hello", "timestamp": (0.2, 0.5), "score": 0.9}]
    >>> print(Transcript(text="hello", confidence=0.9, chunks=words).subtitles("srt"))
    1
    00:00:00,200 --> 00:00:00,500
    hello
    <BLANKLINE>
    """

    def save(self, path: str | Path) -> Path:
        """Saves the transcript: .srt or .vtt subtitles, .txt the text, .json all of it.

        Args:
            path: The file.

        Returns:
            The path.

        Raises:
            InputError: If the suffix is none of these.
        """
        path = Path(path)
        suffix = path.suffix.lower().removeprefix(".")
        if suffix in ("srt", "vtt"):
            content = self.subtitles(suffix)
        elif suffix == "txt":
            content = self["text"] + "\n"
        elif suffix == "json":
            content = json.dumps(self, ensure_ascii=False, indent=2) + "\n"
        else:
            raise InputError(f"Expected a file .srt, .vtt, .txt or .json. Received: {str(path)!r}.")
        return replace_bytes(path, content.encode())

    def subtitles(self, kind: str = "srt") -> str:
        """Gives subtitles, in lines that can be read while they stand.

        Args:
            kind: `"srt"` or `"vtt"`.

        Raises:
            InputError: If the kind is another.
        """
        if kind not in ("srt", "vtt"):
            raise InputError(f"Expected kind to be 'srt' or 'vtt'. Received: kind={kind!r}.")
        mark = "," if kind == "srt" else "."
        blocks = []
        for number, words in enumerate(_lines(self["chunks"]), start=1):
            begin, end = words[0]["timestamp"][0], words[-1]["timestamp"][1]
            text = " ".join(word["text"] for word in words)
            times = f"{_clock(begin, mark)} --> {_clock(end, mark)}"
            blocks.append(f"{number}\n{times}\n{text}\n")
        return "\n".join(blocks if kind == "srt" else ["WEBVTT\n", *blocks])


def transcript(words: Sequence[Word], second: Callable[[int], float], seconds: float) -> Transcript:
    """Tells words with their times.

    Args:
        words: The words, with the steps where they are.
        second: Gives the second of a step.
        seconds: Length of the recording.

    Returns:
        The transcript; its confidence is the mean score of the words.
    """
    chunks = []
    for word in words:
        times = (round(min(second(step), seconds), 3) for step in (word.first, word.end))
        chunks.append({"text": word.text, "timestamp": tuple(times), "score": word.score})
    confidence = float(np.mean([word.score for word in words])) if words else 0.0
    text = " ".join(word.text for word in words)
    return Transcript(text=text, confidence=confidence, chunks=chunks)


def _lines(words: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    line: list[dict[str, Any]] = []
    for word in words:
        begin, end = word["timestamp"]
        signs = sum(len(each["text"]) + 1 for each in line) + len(word["text"])
        if line and (
            signs > LINE
            or end - line[0]["timestamp"][0] > STANDS
            or begin - line[-1]["timestamp"][1] > PAUSE
        ):
            yield line
            line = []
        line.append(word)
    if line:
        yield line


def _clock(seconds: float, mark: str) -> str:
    whole = round(seconds * 1000)
    minutes, rest = divmod(whole, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{mark}{rest % 1000:03}"
