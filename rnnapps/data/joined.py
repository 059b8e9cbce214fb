"""Recordings put together from shorter ones, as strings of digits from single digits."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnnapps.data.audio import read_audio
from rnnapps.data.speech_sets import Sound, Utterance

#: Rate of what is put together, in Hz.
RATE = 16_000
#: Longest silence before, between and behind sounds, in seconds.
PAUSE = 0.3


@dataclass(frozen=True)
class Joined:
    """Sounds one after the other.

    Args:
        sounds: The sounds.
        pauses: Seconds of silence before each, and behind the last.
    """

    sounds: tuple[Sound, ...]
    pauses: tuple[float, ...]

    @property
    def name(self) -> str:
        """What tells it from others."""
        pairs = zip(self.pauses[1:], self.sounds, strict=True)
        return f"{self.pauses[0]:.3f} " + " ".join(f"{s.name} {pause:.3f}" for pause, s in pairs)

    def read(self) -> bytes:
        """Gives the bytes of a WAV file."""
        import soundfile

        parts = [np.zeros(round(self.pauses[0] * RATE), np.float32)]
        for sound, pause in zip(self.sounds, self.pauses[1:], strict=True):
            parts += [read_audio(sound.read(), RATE), np.zeros(round(pause * RATE), np.float32)]
        file = io.BytesIO()
        soundfile.write(file, np.concatenate(parts), RATE, format="WAV", subtype="PCM_16")
        return file.getvalue()


def joined(
    utterances: Sequence[Utterance], count: int, lengths: tuple[int, int], seed: int
) -> list[Utterance]:
    """Draws recordings and puts them together, each from those of one speaker.

    Args:
        utterances: The recordings, of speakers that are known.
        count: How many to make.
        lengths: Of how many recordings each is made, the least and the most.
        seed: Seed.

    Returns:
        What was made.
    """
    rng = np.random.default_rng(seed)
    speakers = sorted({str(each.speaker) for each in utterances})
    own = {name: [each for each in utterances if str(each.speaker) == name] for name in speakers}
    found = []
    for _ in range(count):
        speaker = speakers[rng.integers(len(speakers))]
        length = int(rng.integers(lengths[0], lengths[1] + 1))
        drawn = [own[speaker][place] for place in rng.integers(len(own[speaker]), size=length)]
        pauses = tuple(rng.uniform(0, PAUSE, size=length + 1).tolist())
        found.append(
            Utterance(
                Joined(tuple(each.sound for each in drawn), pauses),
                " ".join(each.text for each in drawn),
                speaker,
                sum(each.seconds for each in drawn) + sum(pauses),
            )
        )
    return found
