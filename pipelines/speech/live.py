"""Speech as it is spoken: sound goes in bit by bit, and the text so far comes out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any, BinaryIO, Self

import numpy as np

from rnnapps.data.audio import read_audio
from rnnapps.decoding.ctc import BLANK
from rnnapps.errors import InputError
from rnnapps.pipelines.speech.decoding import Decoder, Settings, log_probabilities
from rnnapps.pipelines.speech.hearing import Hearing
from rnnapps.pipelines.speech.spelling import SPACE
from rnnapps.runtime.session import Session, zero_states

#: Steps that the network reads at once, live and of a file alike, so that both are the same.
BLOCK = 8
#: How files of sound begin, which raw samples do not.
HEADERS = (b"RIFF", b"OggS", b"fLaC", b"FORM")


class SpeechStream:
    """Writes down speech as it comes, at constant cost for each bit of sound.

    Args:
        session: The network, which reads forward only.
        hearing: What it hears.
        decoder: What turns its answers into text.
        settings: How.

    Attributes:
        settled: the text that no longer changes, up to where the search is sure.
    """

    def __init__(
        self, session: Session, hearing: Hearing, decoder: Decoder, settings: Settings
    ) -> None:
        self._session, self._hearing, self._decoder = session, hearing, decoder
        self._search = decoder.search(settings) if settings.beam_width > 1 else None
        self._heard = hearing.stream()
        self._states = zero_states(session, 1)
        self._rest = np.zeros((0, hearing.features), np.float32)
        self.settled = ""
        self._last = BLANK
        self._begun = self._ended = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: Any) -> None:
        self.finish()

    @property
    def text(self) -> str:
        """The text so far; its end may still change."""
        if self._search is None:
            return self.settled.rstrip()
        return self._joined(next(self._search.best()).symbols).rstrip()

    def feed(self, samples: Any) -> str:
        """Takes the next bit of sound.

        Args:
            samples: Samples at the rate of the preset, of shape `(samples,)`: floats from -1 to 1,
                or integers that fill their type.

        Returns:
            The text so far.

        Raises:
            InputError: If they are no samples, or the stream has ended.
        """
        if self._ended:
            raise InputError("Expected a stream that goes on. Received: sound after finish().")
        if isinstance(samples, bytes | bytearray | Mapping):
            raise InputError(
                f"Expected an array of samples at {self._hearing.rate} Hz. Received: "
                f"{type(samples).__name__}. Do pass np.frombuffer(data, np.int16) of raw bytes."
            )
        samples = np.asarray(samples)
        if samples.size:
            self._begun = True
            rate = self._hearing.rate
            sound = {"raw": samples, "sampling_rate": rate}
            self._read(self._heard.feed(read_audio(sound, rate)))
        return self.text

    def listen(self, file: BinaryIO) -> Iterator[str]:
        """Writes down raw sound that comes from a file or a pipe, until it ends.

        Args:
            file: Samples of 16 bits, little-endian, at the rate of the preset, one channel; half a
                sample at the end is left out. Ctrl-C ends it, too.

        Yields:
            After each tenth of a second the words that no longer change, mostly none; at the end
            the last ones.

        Raises:
            InputError: If the stream has ended, or a file with a header comes.
        """
        told = 0
        size = 2 * (self._hearing.rate // 10)
        with suppress(KeyboardInterrupt):
            while data := file.read(size):
                if data[:4] in HEADERS and not self._begun:
                    raise InputError(
                        f"Expected raw samples of 16 bits. Received: {data[:4]!r}, the header of a "
                        "file of sound. Do give it to predict, or leave the header out."
                    )
                self.feed(np.frombuffer(data[: len(data) // 2 * 2], "<i2"))
                whole = max(told, self.settled.rfind(SPACE))
                yield self.settled[told:whole].strip()
                told = whole
        yield self.finish()[told:].strip()

    def finish(self) -> str:
        """Ends the stream.

        Returns:
            The whole text.
        """
        if self._begun and not self._ended:
            self._read(self._heard.feed(np.zeros(self._hearing.reach, np.float32)), whole=True)
        self._ended = True
        return self.text

    def _read(self, steps: np.ndarray, whole: bool = False) -> None:
        """Reads steps in blocks; what is left waits, unless it is the end."""
        steps = np.concatenate([self._rest, steps])
        end = len(steps) if whole else len(steps) // BLOCK * BLOCK
        self._rest = steps[end:]
        for first in range(0, end, BLOCK):
            inputs = {"features": steps[None, first : min(first + BLOCK, end)], **self._states}
            outputs, self._states = self._session.run(inputs)
            self.settled = self._joined(self._new(log_probabilities(outputs["logits"][0])))

    def _new(self, log_probs: np.ndarray) -> Sequence[int] | np.ndarray:
        """Decodes a block; gives the symbols that can no longer change."""
        if self._search is not None:
            self._search.feed(log_probs)
            return self._search.take()
        best = log_probs.argmax(axis=1).tolist()
        begins = [a for before, a in pairwise([self._last, *best]) if a not in (BLANK, before)]
        self._last = best[-1]
        return begins

    def _joined(self, symbols: Sequence[int] | np.ndarray) -> str:
        """Gives the settled text with more behind it, one blank between words."""
        more = re.sub(f"{SPACE}+", SPACE, self._decoder.alphabet.text(symbols))
        if not self.settled or self.settled.endswith(SPACE):
            more = more.lstrip(SPACE)
        return self.settled + more
