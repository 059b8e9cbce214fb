"""Does the recogniser keep up with a speaker? `python benchmarks/hearing.py`

On one core, the search for the text with the language model counted in: the real-time factor
(seconds of work for a second of sound) of whole recordings and of a stream, what a stream costs
over ten minutes, and how long after a word's end its text comes. Needs RNNAPPS_DATA and the shipped
presets; run it while nothing else runs.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from results import publish

from rnnapps import pipeline
from rnnapps.data import datasets
from rnnapps.data.audio import read_audio
from rnnapps.figures import blank
from rnnapps.report import Report

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DATASET, RECORDINGS, RATE, CHUNK, MINUTES = "librispeech", 100, 16_000, 0.1, 10


def offline(speech: Any, sounds: list[np.ndarray]) -> float:
    """Gives the real-time factor of recordings, one after the other."""
    begin = time.perf_counter()
    for each in sounds:
        speech.predict({"raw": each, "sampling_rate": RATE})
    return (time.perf_counter() - begin) * RATE / sum(map(len, sounds))


def streamed(speech: Any, sound: np.ndarray) -> tuple[list[float], list[float]]:
    """Streams sound; gives for each chunk its seconds of work, and how many MB are in use then."""
    size = round(CHUNK * RATE)
    costs: list[float] = []
    memory: list[float] = []
    with speech.stream() as stream:
        for first in range(0, len(sound), size):
            begin = time.perf_counter()
            stream.feed(sound[first : first + size])
            costs.append(time.perf_counter() - begin)
            memory.append(resident() / 1e6)
    return costs, memory


def by_minute(costs: list[float], memory: list[float]) -> list[dict[str, float]]:
    """Sums up what each minute of a stream cost."""
    each = round(60 / CHUNK)
    return [
        {
            "minute": 1 + first // each,
            "real-time factor": float(np.sum(costs[first : first + each])) / 60,
            "longest chunk, ms": 1000 * float(np.max(costs[first : first + each])),
            "memory, MB": memory[min(first + each, len(memory)) - 1],
        }
        for first in range(0, len(costs), each)
    ]


def drawn(costs: list[float], memory: list[float]) -> Figure:
    """Draws what a stream costs, chunk by chunk."""
    figure = blank(figsize=(8, 4), layout="constrained")
    above, below = figure.subplots(2, sharex=True)
    minutes = np.arange(1, len(costs) + 1) * CHUNK / 60
    above.plot(minutes, 1000 * np.array(costs), ".", markersize=1)
    above.set_ylabel(f"ms a chunk of {CHUNK} s")
    below.plot(minutes, memory)
    below.set(ylabel="memory, MB", xlabel="minutes of sound", ylim=(0, None))
    return figure


def delays(speech: Any, whole: Any, sounds: list[np.ndarray]) -> list[float]:
    """Gives for each word the seconds of sound from its end until its text changes no more.

    Where words end a network tells that hears whole recordings, as one that is fed live tells late.
    """
    size, found = round(CHUNK * RATE), []
    for sound in sounds:
        with speech.stream() as stream:
            texts = [stream.feed(sound[i : i + size]).split() for i in range(0, len(sound), size)]
            words = stream.finish()
        if not words:
            continue
        aligned = whole.align({"raw": sound, "sampling_rate": RATE}, words)
        ends = [each["timestamp"][1] for each in aligned["chunks"]]
        for index, end in enumerate(ends):
            until = words.split()[: index + 1]
            unlike = [n for n, text in enumerate(texts) if text[: index + 1] != until]
            heard = min((unlike[-1] + 2 if unlike else 1) * CHUNK, len(sound) / RATE)
            found.append(heard - end)
    return found


def resident() -> int:
    """Gives the bytes of memory that this process has in use."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    every = datasets.load(DATASET, "test")
    chosen = every[:: len(every) // RECORDINGS][:RECORDINGS]
    sounds = [read_audio(each.sound.read(), RATE) for each in chosen]
    long = np.resize(np.concatenate(sounds), MINUTES * 60 * RATE)
    whole, live = pipeline("speech", "english"), pipeline("speech", "english_streaming")
    whole.predict({"raw": sounds[0], "sampling_rate": RATE})
    costs, memory = streamed(live, long)
    rows = by_minute(costs, memory)
    late = delays(live, whole, sounds[:20])
    speed = [
        {"way": "whole recordings", "real-time factor": offline(whole, sounds)},
        {
            "way": f"a stream, in chunks of {CHUNK} s",
            "real-time factor": float(np.mean([row["real-time factor"] for row in rows])),
        },
    ]
    latency = [
        {"": "median", "seconds": float(np.median(late))},
        {"": "95 of 100 words within", "seconds": float(np.percentile(late, 95))},
    ]
    tables = {
        "Seconds of work for a second of sound, one core": speed,
        "A stream of ten minutes": rows,
        "From the end of a word until its text stands, in seconds of sound": latency,
    }
    figures = {"stream": drawn(costs, memory)}
    report = Report({}, title="Hearing", tables=tables, figures=figures)
    publish("hearing", report, recordings=f"{len(sounds)} of the test part of {DATASET}")


if __name__ == "__main__":
    main()
