"""The grammar of performance events, for writing them one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rnnapps.data.events import EventCursor

if TYPE_CHECKING:
    from rnnapps.data.performance import PerformanceCodec

#: Remaining seconds at which the next value of the channel `remaining` begins.
EDGES = np.array([1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192])


class PerformanceCursor(EventCursor):
    """Writes one piece token by token and tells what may come next.

    Args:
        codec: The representation.
        total: Length of the piece in ticks.

    Raises:
        InputError: If the length is not at least one tick.
    """

    total: int

    def __init__(self, codec: PerformanceCodec, total: int) -> None:
        super().__init__(codec, total)
        self.codec = codec
        self._sounding = np.zeros(codec.pitches, bool)
        self._begun = np.zeros(codec.pitches, bool)  # begun at this very time
        self._start = np.zeros(codec.pitches, int)
        self._level = -1
        self._lowest_on = self._lowest_off = 0
        self._after_velocity = self._after_rest = False
        self._edges = EDGES * codec.ticks_per_second

    def context(self) -> dict[str, int]:
        return {"remaining": int(np.searchsorted(self._edges, self.total - self.time, "right"))}

    def _allows(self, token: int) -> bool:
        if self.mask()[token]:
            return True
        if self.codec.longest is None or self.done:
            return False
        allowed = np.zeros(len(self._mask), bool)
        self._fill(allowed, bounded=False)
        return bool(allowed[token])

    def _fill(self, mask: np.ndarray, bounded: bool = True) -> None:
        codec, bound = self.codec, self.codec.longest if bounded else None
        offs = mask[codec.off : codec.shift]
        if self._lowest_on == 0 and not self._after_velocity:
            first = self._lowest_off
            np.greater(self._sounding[first:], self._begun[first:], out=offs[first:])
        left = self.total - self.time
        if not left:  # what still sounds ends, lowest first
            offs[int(offs.argmax()) + 1 :] = False
            mask[self._end] = not offs.any()
            return
        if bound is not None:
            due = offs & (self.time - self._start >= bound)
            if due.any():
                offs[int(due.argmax()) + 1 :] = False
                return
        silent = ~self._sounding[self._lowest_on :]
        if self._level >= 0:
            mask[codec.on + self._lowest_on : codec.off] = silent
        if self._after_velocity:
            return
        if silent.any():
            mask[codec.velocity :] = True
            if self._level >= 0:
                mask[codec.velocity + self._level] = False
        if not self._after_rest:
            longest = left if self._sounding.any() else left - 1  # the last note ends the piece
            if bound is not None and self._sounding.any():
                first_end = int(self._start[self._sounding].min()) + bound
                longest = min(longest, max(1, first_end - self.time))
            mask[codec.shift : codec.shift + min(longest, codec.max_shift)] = True

    def _advance(self, token: int) -> None:
        codec = self.codec
        if token >= codec.velocity:
            self._level, self._after_velocity = token - codec.velocity, True
            return
        self._after_velocity = False
        if token >= codec.shift:
            step = token - codec.shift + 1
            self.time += step
            self._begun[:] = False
            self._lowest_on = self._lowest_off = 0
            self._after_rest = step < codec.max_shift
            return
        self._after_rest = False
        if token >= codec.off:
            key = token - codec.off
            self._sounding[key], self._lowest_off = False, key + 1
        else:
            key = token - codec.on
            self._sounding[key] = self._begun[key] = True
            self._start[key] = self.time
            self._lowest_on = key + 1
