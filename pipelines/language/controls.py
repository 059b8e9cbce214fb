"""What the user asks of a text: its length, its end, how it is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnapps.checks import check_count
from rnnapps.decoding.sampling import check_sampling
from rnnapps.errors import InputError
from rnnapps.pipelines.language.ending import Ending, check_stop

#: Sentences of a text by default, and tokens of a sentence at most.
SENTENCES, LONGEST = 3, 100


@dataclass(frozen=True)
class Controls:
    """The checked controls of `Language.generate`, by their names there.

    Args:
        usual: What is taken of `temperature`, `top_k` and `top_p` where they are None.

    Raises:
        InputError: If one is out of range.
    """

    usual: Mapping[str, Any]
    max_tokens: int | None = None
    sentences: int | None = None
    temperature: float | None = None
    top_k: int | None = None
    top_p: float | None = None
    num_beams: int | None = None
    seed: int | None = None
    num_outputs: int = 1
    stop: str | list[str] | None = None

    def __post_init__(self) -> None:
        check_count(max_tokens=self.max_tokens, sentences=self.sentences)
        check_count(num_beams=self.num_beams, num_outputs=self.num_outputs or 0)
        check_count(0, seed=self.seed)
        check_sampling(**self.sampling)
        check_stop(self.stop)
        given = [name for name in ("temperature", "top_k", "top_p") if self._given(name)]
        if self.beams and given:
            raise InputError(
                "Expected no sampling beside num_beams, which leaves nothing to chance. Received: "
                f"{', '.join(given)}. Do leave one of them out instead."
            )
        if self.beams and self.num_outputs > self.beams:
            raise InputError(
                f"Expected num_outputs up to num_beams. Received: num_outputs={self.num_outputs}, "
                f"num_beams={self.beams}."
            )

    @property
    def sampling(self) -> dict[str, Any]:
        """The options of `rnnapps.decoding.sampling.sample`."""
        usual = {"temperature": 1.0, "top_k": None, "top_p": None, **self.usual}
        return {name: getattr(self, name) if self._given(name) else usual[name] for name in usual}

    @property
    def beams(self) -> int:
        """How many beginnings are searched at a time; 0 where the text is drawn."""
        return self.num_beams if self.num_beams is not None and self.num_beams > 1 else 0

    @property
    def length(self) -> int:
        """Tokens at most."""
        return self.max_tokens or LONGEST * (self.sentences or SENTENCES)

    @property
    def generators(self) -> list[np.random.Generator]:
        """A source of randomness for each text; the first does not depend on their number."""
        seeds = np.random.SeedSequence(self.seed).spawn(self.num_outputs)
        return [np.random.default_rng(seed) for seed in seeds]

    def ending(self) -> Ending:
        """Makes what tells where a text ends."""
        usual = SENTENCES if self.max_tokens is None else None
        return Ending(self.sentences or usual, check_stop(self.stop))

    def _given(self, name: str) -> bool:
        return getattr(self, name) is not None
