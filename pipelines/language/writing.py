"""Writing on after a prompt: the states of the network, sampling, beam search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from rnnapps.data.text import BOUNDARY, UNKNOWN
from rnnapps.decoding.beam import beam_search
from rnnapps.decoding.sampling import log_softmax, sample
from rnnapps.pipelines.language.controls import Controls
from rnnapps.pipelines.language.ending import Draft
from rnnapps.pipelines.language.reading import Reader
from rnnapps.runtime.session import Arrays, Session, zero_states

#: Characters of a prompt that are read, the last ones: the network remembers no further back.
READ = 20_000
#: Tokens of a prompt that run at once.
WINDOW = 256


class Writer:
    """The network after a prompt.

    A space at the end of the prompt is left to the next token, as tokens have their space before
    them.

    Args:
        session: The network.
        reader: What reads texts.
        prompt: The text that goes on.
    """

    def __init__(self, session: Session, reader: Reader, prompt: str):
        self.session, self.tokens = session, reader.subwords.tokens
        prompt = reader.spelled(prompt[-READ:])
        spaced = np.array([len(token) > 1 and token[0] == " " for token in self.tokens])
        self.typed = " " if prompt.endswith(" ") and spaced.any() else ""
        self.allowed = np.ones(len(self.tokens), bool)
        self.allowed[UNKNOWN] = False
        self.first = self.allowed & (spaced if self.typed else True)
        self.first[BOUNDARY] = False
        ids = reader.subwords.encode(prompt.removesuffix(self.typed)).ids
        read: list[int] = [BOUNDARY, *map(int, ids)]
        before, self.last = read[:-1], read[-1]
        self.states = zero_states(session, 1)
        for begin in range(0, len(before), WINDOW):
            window = np.array([before[begin : begin + WINDOW]], np.int32)
            _, self.states = session.run({"tokens": window, **self.states})

    def step(self, last: np.ndarray, states: Mapping[str, np.ndarray]) -> tuple[np.ndarray, Arrays]:
        """Predicts what follows each row.

        Args:
            last: The last token of each row, int32 of shape `(rows,)`.
            states: The states before it.

        Returns:
            Logits of shape `(rows, size)`, and the states after it.
        """
        outputs, states = self.session.run({"tokens": last[:, None], **states})
        return outputs["logits"][:, 0], states

    def sampled(self, rng: np.random.Generator, controls: Controls) -> Iterator[str]:
        """Draws token by token.

        Args:
            rng: Source of randomness.
            controls: How the text is drawn, and where it ends.

        Yields:
            Pieces of the text that follows the prompt.
        """
        ending, sampling = controls.ending(), controls.sampling
        last, states = np.array([self.last], np.int32), self.states
        for index in range(controls.length):
            logits, states = self.step(last, states)
            allowed = self.allowed if index else self.first
            last = sample(logits, rng, allowed=allowed[None], **sampling).astype(np.int32)
            if last[0] == BOUNDARY:
                break
            text, ended = ending.push(self._piece(int(last[0]), first=not index))
            if text:
                yield text
            if ended:
                return
        if rest := ending.rest():
            yield rest

    def searched(self, controls: Controls) -> list[str]:
        """Searches for the most probable texts.

        Args:
            controls: How many beginnings go on at a time, and where a text ends.

        Returns:
            Texts that follow the prompt, all different, the best first.
        """

        def step(last: np.ndarray, states: Any) -> tuple[np.ndarray, Any]:
            begun = states["begun"]
            network = {name: states[name] for name in self.states}
            logits, network = self.step(last, network)
            allowed = np.where(begun[:, None], self.allowed, self.first)
            chances = np.where(allowed, log_softmax(logits.astype(np.float64)), -np.inf)
            return chances, {**network, "begun": np.ones_like(begun)}

        def follow(draft: Draft, token: int) -> tuple[Draft, bool]:
            return draft.follow(self._piece(token, first=not draft.text))

        found = beam_search(
            step,
            self.last,
            {**self.states, "begun": np.zeros(1, bool)},
            beams=controls.beams,
            max_steps=controls.length,
            end=BOUNDARY,
            follow=follow,
            known=Draft(controls.ending()),
        )
        return [each.known.text for each in found]

    def _piece(self, token: int, first: bool) -> str:
        return self.tokens[token].removeprefix(self.typed if first else "")
