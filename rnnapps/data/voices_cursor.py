"""The grammar of voices on a grid, for writing their events one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rnnapps.data.events import EventCursor
from rnnapps.errors import InputError

if TYPE_CHECKING:
    from rnnapps.data.grid import Grid
    from rnnapps.data.voices import VoicesCodec

MORE = 16
"""Most bars to the end that the context channel `remaining` tells apart."""


class VoicesCursor(EventCursor):
    """Writes one piece token by token and tells what may come next.

    Its attribute `limit`, which may be set at any time, is a step that no SHIFT may cross; once
    it is reached and every voice has had its turn, nothing is allowed until it is raised.

    Args:
        codec: The representation.
        total: Length of the piece in steps; `None` leaves it open.
        barred_voices: Voices of which `mask` allows no event, though `push` takes them.
        given: A piece of `total` steps whose barred voices are written as they stand there.

    Raises:
        InputError: If `total` is below 1, all voices are barred or `given` has another length.
    """

    def __init__(
        self,
        codec: VoicesCodec,
        total: int | None = None,
        barred_voices: Sequence[int] = (),
        given: Grid | None = None,
    ) -> None:
        super().__init__(codec, total)
        voices = len(codec.ranges)
        barred = sorted({int(voice) for voice in barred_voices})
        if len(barred) == voices or any(not 0 <= voice < voices for voice in barred):
            raise InputError(
                f"Expected barred voices from 0 to {voices - 1}, not all of them. Received: "
                f"barred_voices={tuple(barred_voices)}."
            )
        if given is not None and given.steps != total:
            raise InputError(
                f"Expected a given piece of total={total} steps. Received: {given.steps} steps."
            )
        self._offs = codec.offs.tolist()
        self._voice_of = np.searchsorted(codec.offs, np.arange(codec.size), side="right") - 1
        self._barred = [slice(self._offs[v], self._offs[v + 1]) for v in barred]
        self._meter, self._shift, self._longest = codec.meter, codec.shift, codec.max_shift
        self._bars = [beats * steps for beats, steps in codec.bars]
        self._bar = self._bars[0] if codec.shift == codec.meter else 0  # 0: not known yet
        self._limit = total
        self._sounding = [0] * voices  # what each voice sounds, as in the channels
        self._before = [0] * voices  # the same before the events at this step
        self._pitches = [np.arange(low, high + 1) for low, high in codec.ranges]
        self._parallels = codec.barred_parallels
        self._names = [f"voice_{voice}" for voice in range(voices)]
        self._last = -1  # voice of the last event at this step
        self._begun = False  # whether there has been a note
        self._after = "start" if codec.keys else "key"
        self._script: list[tuple[int, int, int]] = []  # given events, the next one last
        if given is not None:
            events = zip(*(each.tolist() for each in codec.events(given)), strict=True)
            self._script = [event for event in events if event[1] in barred][::-1]
        self._skip_header()

    @property
    def limit(self) -> int | None:
        """A step that no SHIFT may cross."""
        return self._limit

    @limit.setter
    def limit(self, step: int | None) -> None:
        if step is not None and self.total is not None:
            step = min(step, self.total)
        self._limit = self.total if step is None else step
        self._fresh = False

    def context(self) -> dict[str, int]:
        position, remaining = 0, MORE
        if self._bar:
            position = self.time % self._bar
            if self.total is not None:
                remaining = min((self.total - self.time) // self._bar, MORE)
        sounding = zip(self._names, self._sounding, strict=True)
        return {"position": position, "remaining": remaining, **dict(sounding)}

    def _skip_header(self) -> None:
        if self._after == "key" and self._shift == self._meter:
            self._after = "shift"

    def _advance(self, token: int) -> None:
        if token >= self._offs[0]:
            voice = int(self._voice_of[token])
            struck = token - self._offs[voice]
            self._sounding[voice] = struck
            self._begun |= struck > 0
            self._last = voice
            self._after = "event"
            if self._script and self._script[-1][2] == token and self._script[-1][0] == self.time:
                self._script.pop()
        elif token >= self._shift:
            step = token - self._shift + 1
            self.time += step
            self._last = -1
            self._before = list(self._sounding)
            self._after = "shift" if step == self._longest else "rest"
        elif token >= self._meter:
            self._bar = self._bars[token - self._meter]
            self._after = "shift"
        else:
            self._after = "key"
            self._skip_header()

    def _allows(self, token: int) -> bool:
        if self.mask()[token]:
            return True
        if self._script or token < self._offs[0] or self.done:
            return False
        allowed = np.zeros(len(self._mask), bool)
        self._fill(allowed, barred=False)
        return bool(allowed[token])

    def _bar_parallels(self, mask: np.ndarray) -> None:
        for voice in range(self._last + 1, len(self._before)):
            if not self._before[voice]:
                continue
            pitches = self._pitches[voice]
            old = pitches[self._before[voice] - 1]
            ons = mask[self._offs[voice] + 1 : self._offs[voice] + 1 + len(pitches)]
            for other in range(voice):
                was, now = self._before[other], self._sounding[other]
                if not was or not now or was == now:
                    continue
                was, now = self._pitches[other][was - 1], self._pitches[other][now - 1]
                interval = abs(was - old) % 12
                if interval in self._parallels:
                    same = np.abs(now - pitches) % 12 == interval
                    ons[same & (np.sign(pitches - old) == np.sign(now - was))] = False

    def _fill(self, mask: np.ndarray, barred: bool = True) -> None:
        if self._after == "start":
            mask[2 : self._meter] = True
            return
        if self._after == "key":
            mask[self._meter : self._shift] = True
            return
        if self.time == self.total:
            mask[self._end] = True
            return
        mask[self._offs[self._last + 1] :] = True
        for off, sounds in zip(self._offs, self._sounding, strict=False):
            if not sounds:
                mask[off] = False
        if barred:
            for tokens in self._barred:
                mask[tokens] = False
            if self._parallels:
                self._bar_parallels(mask)
        longest, limit = self._longest, self._limit
        if self._script:
            time, voice, token = self._script[-1]
            if time == self.time:
                mask[self._offs[voice] :] = False
                mask[token] = True
                return
            limit = time if limit is None else min(limit, time)
        if limit is not None:
            longest = min(longest, limit - self.time)
        if self.total is not None and not self._begun:  # a piece has a note
            longest = min(longest, self.total - 1 - self.time)
        if self._after != "rest" and longest > 0:
            mask[self._shift : self._shift + longest] = True
        if self.total is None and self._begun and self._after in ("shift", "rest"):
            mask[self._end] = True
