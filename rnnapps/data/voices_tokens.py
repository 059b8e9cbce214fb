"""The tokens of voices on a grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnnapps.data.events import EventCodec
from rnnapps.data.grid_midi import Meter
from rnnapps.data.voices_cursor import MORE
from rnnapps.errors import InputError


@dataclass(frozen=True)
class VoicesTokens(EventCodec):
    """Start, end, keys, meters, shifts, then for each voice its OFF and its ONs.

    Args and what they mean are those of `VoicesCodec`.
    """

    ranges: tuple[tuple[int, int], ...]
    steps_per_beat: int = 4
    max_shift: int = 16
    keys: bool = True
    meters: tuple[int | Meter, ...] = (4,)
    barred_parallels: tuple[int, ...] = ()
    tonic: bool = False

    def __post_init__(self) -> None:
        ranges = tuple((int(low), int(high)) for low, high in self.ranges)
        meters = tuple(m if isinstance(m, int) else (int(m[0]), int(m[1])) for m in self.meters)
        object.__setattr__(self, "ranges", ranges)
        object.__setattr__(self, "barred_parallels", tuple(map(int, self.barred_parallels)))
        object.__setattr__(self, "meters", meters)
        if not ranges or any(not 0 <= low <= high <= 127 for low, high in ranges):
            raise InputError(f"Expected ranges within 0 to 127. Received: ranges={ranges}.")
        if not meters or any(min(meter) < 1 for meter in self.bars):
            raise InputError(f"Expected at least one meter. Received: meters={meters}.")
        if len(set(self.bars)) < len(self.bars):
            raise InputError(f"Expected meters that differ. Received: meters={meters}.")
        if any(not 0 <= interval < 12 for interval in self.barred_parallels):
            raise InputError(
                "Expected intervals from 0 to 11 semitones. Received: "
                f"barred_parallels={self.barred_parallels}."
            )
        if self.tonic and not self.keys:
            raise InputError("Expected keys=True beside tonic=True. Received: keys=False.")
        if self.max_shift < 1:
            raise InputError(f"Expected max_shift >= 1. Received: max_shift={self.max_shift}.")

    @property
    def bars(self) -> tuple[Meter, ...]:
        """The meters, each as beats in a bar and steps in a beat."""
        return tuple((m, self.steps_per_beat) if isinstance(m, int) else m for m in self.meters)

    @property
    def meter(self) -> int:
        """Token of the first METER."""
        return 2 + 24 * self.keys

    @property
    def shift(self) -> int:
        """Token of SHIFT by 1."""
        return self.meter + (len(self.meters) if len(self.meters) > 1 else 0)

    @property
    def offs(self) -> np.ndarray:
        """Token of OFF of each voice, then `size`; the ONs of a voice follow its OFF."""
        counts = [high - low + 2 for low, high in self.ranges]
        return self.shift + self.max_shift + np.cumsum([0, *counts])

    @property
    def size(self) -> int:
        return int(self.offs[-1])

    @property
    def channels(self) -> dict[str, int]:
        sounding = {f"voice_{v}": high - low + 2 for v, (low, high) in enumerate(self.ranges)}
        longest = max(beats * steps for beats, steps in self.bars)
        return {"position": longest, "remaining": MORE + 1, **sounding}

    def moved_to_tonic(self, key: int) -> int:
        """Tells by how many semitones a piece is moved before it becomes tokens.

        Args:
            key: Its key, from 0 to 23, or -1 where it has none.

        Returns:
            -6 to 5 with `tonic`, so that its tonic becomes C; else 0.
        """
        if not self.tonic or key < 0:
            return 0
        return -_nearest(key)

    def times(self, tokens: np.ndarray) -> np.ndarray:
        """Gives the step before each token, of shape `(time,)`."""
        shifts = self._shifts(self.check(tokens))
        return np.cumsum(shifts) - shifts

    def transpositions(self, tokens: np.ndarray) -> tuple[int, int]:
        tokens, offs = self.check(tokens), self.offs
        if self.tonic:
            keys = tokens[(tokens >= 2) & (tokens < self.meter)]
            return (-5 - _nearest(keys[0] - 2), 6 - _nearest(keys[0] - 2)) if len(keys) else (0, 0)
        downs, ups = [], []
        for first, after in zip(offs[:-1].tolist(), offs[1:].tolist(), strict=True):
            struck = tokens[(tokens > first) & (tokens < after)]
            if len(struck):
                downs.append(first + 1 - int(struck.min()))
                ups.append(after - 1 - int(struck.max()))
        return max(downs, default=0), min(ups, default=0)

    def _moved(self, tokens: np.ndarray, semitones: int) -> np.ndarray:
        offs = self.offs
        struck = (tokens >= offs[0]) & ~np.isin(tokens, offs)
        moved = tokens if self.tonic else np.where(struck, tokens + semitones, tokens)
        if self.keys:
            tonic, minor = (tokens - 2) % 12, (tokens - 2) // 12
            keys = (tokens >= 2) & (tokens < self.meter)
            moved = np.where(keys, 2 + 12 * minor + (tonic + semitones) % 12, moved)
        return moved.astype(np.int32)

    def name(self, token: int) -> str:
        token, offs = int(token), self.offs
        if token < 2:
            return ("START", "END")[token]
        if token < self.meter:
            return f"KEY {token - 2}"
        if token < self.shift:
            return f"METER {token - self.meter}"
        if token < offs[0]:
            return f"SHIFT {token - self.shift + 1}"
        voice = int(np.searchsorted(offs, token, side="right")) - 1
        struck = token - int(offs[voice])
        return f"ON {voice} {self.ranges[voice][0] + struck - 1}" if struck else f"OFF {voice}"

    def _shifts(self, tokens: np.ndarray) -> np.ndarray:
        shifts = (tokens >= self.shift) & (tokens < self.shift + self.max_shift)
        return np.where(shifts, tokens - self.shift + 1, 0)


def _nearest(key: int) -> int:
    """Gives the way from C to the tonic of a key, in semitones from -5 to 6."""
    return (int(key) + 5) % 12 - 5
