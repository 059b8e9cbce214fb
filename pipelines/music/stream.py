"""Notes as they are made, from tokens as they are made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any


def notes_as_made(
    codec: Any,
    given: Iterable[tuple[int, int]],
    news: Iterable[list[tuple[int, int]]],
    tempo: float,
) -> Iterator[dict[str, Any]]:
    """Turns the tokens of one piece into notes, each as soon as it has ended.

    Args:
        codec: The representation.
        given: Tokens that are there already, as `(row, token)`.
        news: Further tokens, step by step.
        tempo: Beats per minute, for voices on a grid.

    Yields:
        Dicts of `start` and `end` in seconds, `pitch`, `velocity` and `voice`.
    """
    on_grid = codec.kind == "voices"
    second = 0.0 if on_grid else float(codec.ticks_per_second)
    velocity = 80 if on_grid else int(codec.loudness(codec.velocities // 2))
    time = moved = 0
    sounding: dict[tuple[int, int], tuple[int, int]] = {}

    def ended(keys: list[tuple[int, int]]) -> Iterator[dict[str, Any]]:
        for voice, pitch in keys:
            start, loudness = sounding.pop((voice, pitch))
            yield {
                "start": start / second,
                "end": time / second,
                "pitch": pitch - moved,
                "velocity": loudness,
                "voice": voice,
            }

    for _, token in _all(given, news):
        kind, *numbers = codec.name(token).split()
        values = [int(number) for number in numbers]
        if kind == "SHIFT":
            if not second:
                second = tempo / 60 * codec.bars[0][1]
            time += values[0]
        elif kind == "KEY":
            moved = codec.moved_to_tonic(values[0])
        elif kind == "METER":
            second = tempo / 60 * codec.bars[values[0]][1]
        elif kind == "VELOCITY":
            velocity = int(codec.loudness(values[0]))
        elif kind == "END":
            yield from ended(sorted(sounding))
        else:
            voice = values[0] if on_grid else 0
            yield from ended(
                [key for key in sounding if (key[0] == voice if on_grid else key[1] == values[-1])]
            )
            if kind == "ON":
                sounding[voice, values[-1]] = (time, velocity)


def _all(given: Iterable[Any], news: Iterable[list[Any]]) -> Iterator[Any]:
    yield from given
    for step in news:
        yield from step
