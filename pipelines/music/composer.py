"""The beginning of a piece: key, meter, length and primer; and the voices below a melody."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnapps.data.grid import Grid
from rnnapps.data.grid_midi import Meter, grid_from_midi
from rnnapps.data.midi import midi_of, read_midi
from rnnapps.errors import InputError
from rnnapps.pipelines.music.data import score_of
from rnnapps.pipelines.music.generation import Writer, harmonies, write
from rnnapps.pipelines.music.representation import key_number, melody_notes
from rnnapps.runtime.session import Session

if TYPE_CHECKING:
    from pretty_midi import PrettyMIDI

PARTICLES = 16


class Composer:
    """Begins pieces of a preset.

    Args:
        session: the network.
        codec: the representation.
        preprocessor: the preset's settings.
    """

    def __init__(self, session: Session, codec: Any, preprocessor: Mapping[str, Any]):
        self.session, self.codec, self.preprocessor = session, codec, preprocessor

    def sampling(
        self,
        temperature: float | None = None,
        top_k: int | None = None,
        top_p: float | None = None,
    ) -> dict[str, Any]:
        """Takes the preset's values where none are given."""
        given = {"temperature": temperature, "top_k": top_k, "top_p": top_p}
        usual = {"temperature": 1.0, "top_k": None, **self.preprocessor.get("sampling", {})}
        return {**given, **{name: usual.get(name) for name in given if given[name] is None}}

    def compose(self, sampling: Mapping[str, Any], **controls: Any) -> tuple[list[Any], float]:
        """Writes pieces to their ends.

        Args:
            sampling: what `sampling` gave.
            **controls: as in `begin`.

        Returns:
            The pieces as scores, and their tempo.
        """
        writer, rng, tempo = self.begin(**controls)
        for _ in write(writer, rng, **sampling):
            pass
        return [self.codec.decode(np.array(tokens)) for tokens in writer.tokens], tempo

    def begin(
        self,
        *,
        seconds: float | None = None,
        bars: int | None = None,
        seed: int | None = None,
        num_outputs: int = 1,
        tempo: float | None = None,
        key: str | None = None,
        primer: Any = None,
    ) -> tuple[Writer, np.random.Generator, float]:
        """Begins pieces side by side; the arguments are those of `Music.generate`.

        Returns:
            What writes them, the source of randomness, and their tempo.

        Raises:
            InputError: If the primer cannot be used, or fills the length.
        """
        rng = np.random.default_rng(seed)
        quarters, header, begun = None, [], 0
        if primer is not None:
            midi, quarters = read_melody(primer)
            alone = isinstance(primer, list | tuple | np.ndarray)
            header = self._primed(midi, alone, seed, key)
            begun = int(self.codec.times(np.append(header, 1))[-1])
        elif self.codec.kind == "voices":
            header = self._header(rng, None if key is None else key_number(key))
        if quarters and self.codec.kind == "voices":
            tempo = tempo or self.tempo(quarters, self._meter(header)[1])
        tempo = float(tempo or self.preprocessor["tempo"])
        total = self._total(rng, seconds, bars, tempo, header, begun)
        if total <= begun:
            step = self._seconds_a_step(tempo, header)
            raise InputError(
                f"Expected a length above that of the primer, {begun * step:.1f} seconds. "
                f"Received: {total * step:.1f} seconds. Do raise seconds or bars instead."
            )
        cursors = [self.codec.cursor(total) for _ in range(num_outputs)]
        writer = Writer(self.session, self.codec, cursors)
        if header:
            writer.prime(np.array(header, np.int32), total)
        return writer, rng, tempo

    def harmonized(
        self, melody: PrettyMIDI, temperature: float, seed: int | None, key: str | None
    ) -> Grid:
        """Writes the other voices below a melody; the arguments are those of `Music.harmonize`.

        Raises:
            InputError: If the preset has a single voice, or the melody is out of its range.
        """
        codec = self.codec
        if codec.kind != "voices" or len(codec.ranges) < 2:
            raise InputError(
                "Expected a preset with several voices to harmonise with, such as "
                "'bach_chorales'. Received: one with a single voice."
            )
        given = grid_from_midi(melody, [1], codec.steps_per_beat, meters=codec.meters)
        alone = np.full((given.steps, len(codec.ranges)), -1, np.int16)
        onsets = np.zeros(alone.shape, bool)
        alone[:, 0], onsets[:, 0] = given.pitches[:, 0], given.onsets[:, 0]
        number = given.key if key is None else key_number(key)
        grid = Grid(alone, onsets, given.steps_per_beat, given.beats_per_bar, number)
        header = codec.encode(grid)[: int(codec.keys) + (len(codec.meters) > 1)]
        rng = np.random.default_rng(seed)
        cursors = [
            codec.cursor(grid.steps, barred_voices=(0,), given=grid) for _ in range(PARTICLES)
        ]
        writer = Writer(self.session, codec, cursors)
        if len(header):
            writer.prime(header, grid.steps)
        tokens = harmonies(writer, rng, grid.bar_steps, grid.steps, temperature=temperature)
        return codec.decode(np.array(tokens))

    def tempo(self, quarters: float, steps_per_beat: int) -> float:
        """Turns quarter notes per minute into beats of as many steps."""
        return quarters * float(self.codec.steps_per_beat) / steps_per_beat

    def _header(self, rng: np.random.Generator, key: int | None) -> list[int]:
        """Draws key and meter from those of the training data."""
        codec, header = self.codec, []
        if codec.keys:
            shares = self.preprocessor.get("keys") or [1] * 24
            drawn = int(rng.choice(24, p=np.array(shares) / np.sum(shares)))
            header.append(2 + (drawn if key is None else key))
        if len(codec.meters) > 1:
            shares = self.preprocessor.get("meters") or [1] * len(codec.meters)
            header.append(
                codec.meter + int(rng.choice(len(shares), p=np.array(shares) / np.sum(shares)))
            )
        return header

    def _total(
        self,
        rng: np.random.Generator,
        seconds: float | None,
        bars: int | None,
        tempo: float,
        header: list[int],
        begun: int,
    ) -> int:
        """Gives the length in steps or ticks, `begun` of which the primer takes."""
        length: float | None = seconds
        if self.codec.kind == "performance":
            unit = self.codec.ticks_per_second
        else:
            beats, steps = self._meter(header)
            unit = beats * steps
            length = bars if seconds is None else max(1, round(seconds * tempo / 60 / beats))
        usual = float(rng.choice(self.preprocessor["lengths"]))
        if length is None:
            length = usual if usual * unit > begun else usual + math.ceil(begun / unit)
        return max(1, round(length * unit))

    def _seconds_a_step(self, tempo: float, header: list[int]) -> float:
        if self.codec.kind == "performance":
            return 1 / float(self.codec.ticks_per_second)
        return 60 / tempo / self._meter(header)[1]

    def _meter(self, header: list[int]) -> Meter:
        meters = [token - self.codec.meter for token in header[:2] if token >= self.codec.meter]
        several = len(self.codec.meters) > 1
        bar: Meter = self.codec.bars[meters[0] if several and meters else 0]
        return bar

    def _primed(
        self, midi: PrettyMIDI, alone: bool, seed: int | None, key: str | None
    ) -> list[int]:
        """Gives the tokens of a primer without their end; `alone` is a melody that wants voices."""
        voices = self.preprocessor["voices"]
        if alone and sum(voices) > 1:
            score = self.harmonized(midi, 0.8, seed, key)
        else:
            score = score_of(self.codec, midi, voices, None if key is None else key_number(key))
        tokens: list[int] = self.codec.encode(score)[:-1].tolist()
        return tokens


def read_melody(source: Any) -> tuple[PrettyMIDI, float | None]:
    """Reads pitches, or a file with its tempo.

    Args:
        source: a list of MIDI pitches, or what `rnnapps.data.midi.read_midi` takes.

    Returns:
        The content of the file, and its quarter notes per minute; None for pitches.
    """
    if isinstance(source, list | tuple | np.ndarray):
        return midi_of(melody_notes(list(source))), None
    midi = read_midi(source)
    return midi, round(float(midi.get_tempo_changes()[1][0]), 2)  # files keep whole microseconds
