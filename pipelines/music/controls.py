"""Checks of what the user asks of a piece."""

from __future__ import annotations

from typing import Any

from rnnapps.checks import check_count, check_positive
from rnnapps.decoding.sampling import check_sampling
from rnnapps.errors import InputError
from rnnapps.pipelines.music.representation import key_number


def check_controls(
    kind: str,
    *,
    seconds: Any = None,
    bars: Any = None,
    tempo: Any = None,
    key: Any = None,
    temperature: Any = 1.0,
    top_k: Any = None,
    top_p: Any = None,
    seed: Any = None,
    num_outputs: Any = 1,
) -> None:
    """Checks the controls of `Music.generate`, by their names there.

    Args:
        kind: Kind of the representation: `"voices"` or `"performance"`.

    Raises:
        InputError: If one is out of range or does not suit the representation.
    """
    check_positive(seconds=seconds, tempo=tempo)
    check_count(bars=bars, num_outputs=num_outputs or 0)
    check_count(0, seed=seed)
    check_sampling(temperature, top_k, top_p)
    if seconds is not None and bars is not None:
        raise InputError(
            f"Expected seconds or bars, not both. Received: seconds={seconds!r}, bars={bars!r}."
        )
    for name, setting in (("bars", bars), ("tempo", tempo), ("key", key)):
        if setting is not None and kind != "voices":
            raise InputError(
                f"Expected no {name}, as this preset has expressive time. Received: "
                f"{name}={setting!r}. Do leave it out, and give a length in seconds instead."
            )
    if key is not None:
        key_number(key)
