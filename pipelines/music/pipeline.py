"""The music pipeline: composes, continues, harmonises, measures and learns from MIDI."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from rnnapps.checks import check_count, check_positive
from rnnapps.data.grid import Grid
from rnnapps.data.grid_midi import grid_from_midi
from rnnapps.data.midi import midi_files, midi_of, read_midi
from rnnapps.decoding.sampling import log_softmax
from rnnapps.errors import InputError, UnknownNameError
from rnnapps.pipeline import Example, Pipeline
from rnnapps.pipelines.music.controls import check_controls
from rnnapps.pipelines.music.data import Augmented, example, score_of
from rnnapps.pipelines.music.generation import Writer, harmonies, write
from rnnapps.pipelines.music.representation import codec_of, key_number, melody_notes, song_of
from rnnapps.pipelines.music.song import Song
from rnnapps.pipelines.music.stream import notes_as_made
from rnnapps.runtime.session import zero_states

if TYPE_CHECKING:
    import keras
    from pretty_midi import PrettyMIDI

    from rnnapps.report import Report

PARTICLES = 16
NETWORK = {"embedding": 160, "units": 256, "layers": 2}


class Music(Pipeline):
    """Composes music with a recurrent network that reads and writes musical events.

    Presets: `bach_chorales` (four voices, the default), `folk_tunes` (melody with chords),
    `pop_piano` (expressive piano).

    Example:
    >>> from rnnapps import pipeline
    >>> song = pipeline("music").generate(bars=4, seed=1)
    >>> len(song) > 0
    True
    """

    task = "music"

    def __init__(self, config: Mapping[str, Any], preprocessor: Mapping[str, Any], **options: Any):
        super().__init__(config, preprocessor, **options)
        self.codec = codec_of(self.preprocessor["codec"])

    @classmethod
    def untrained(cls, like: str = "bach_chorales", **overrides: Any) -> Self:
        """Builds the pipeline with random weights.

        Args:
            like: Shipped preset whose representation is taken.
            **overrides: Settings of the network, as in `rnnapps.nn.token_network`.

        Returns:
            The pipeline.

        Raises:
            InputError: If there is no such preset.
            UnknownNameError: If there is no such setting.
        """
        from rnnapps.nn.token_network import token_network
        from rnnapps.pipelines.music.train import RECIPES, preprocessor_of

        known = list(signature(token_network).parameters)[2:]
        for name in overrides:
            if name not in known:
                raise UnknownNameError.of("setting of the network", name, known)
        if like not in RECIPES:
            raise InputError(f"Expected a preset among {list(RECIPES)}. Received: {like!r}.")
        return cls({**NETWORK, **overrides}, preprocessor_of(like))

    def build(self) -> keras.Model:
        from rnnapps.nn.token_network import token_network

        return token_network(self.codec.size, self.codec.channels, **self.config)

    def generate(
        self,
        seconds: float | None = None,
        bars: int | None = None,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = 0.97,
        seed: int | None = None,
        num_outputs: int = 1,
        tempo: float | None = None,
        key: str | None = None,
        primer: Any = None,
    ) -> Song | list[Song]:
        """Composes a whole piece that ends.

        Args:
            seconds: Length of the piece, the primer counted in; voices on a grid end with the
                nearest whole bar. By default the length of a piece of the training data.
            bars: Length in bars, for voices on a grid.
            temperature: Below 1 is safer, above 1 bolder; 0 takes the likeliest events.
            top_k: Draw from this many of the likeliest events.
            top_p: Draw from the likeliest events that together have this probability.
            seed: Same seed, same piece.
            num_outputs: Number of pieces; more than one gives a list.
            tempo: Beats per minute, for voices on a grid; by default the primer's, or the preset's.
            key: Such as "G major" or "F# minor", for voices on a grid.
            primer: Beginning that is continued: path of a MIDI file, song, PrettyMIDI, or list of
                MIDI pitches (quarter notes, harmonised first where the preset has several
                voices).

        Returns:
            The song or songs.

        Raises:
            InputError: If an argument is out of range or does not fit the preset.

        Example:
        >>> from rnnapps import pipeline
        >>> song = pipeline("music").generate(seconds=8, seed=7)
        >>> 4 < song.seconds < 16
        True
        """
        writer, rng, tempo = self._begin(
            seconds, bars, seed, num_outputs, tempo, key, primer, temperature, top_k, top_p
        )
        for _ in write(writer, rng, temperature=temperature, top_k=top_k, top_p=top_p):
            pass
        songs = [self._song(tokens, tempo) for tokens in writer.tokens]
        return songs if num_outputs > 1 else songs[0]

    def stream(
        self,
        seconds: float | None = None,
        bars: int | None = None,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = 0.97,
        seed: int | None = None,
        tempo: float | None = None,
        key: str | None = None,
        primer: Any = None,
    ) -> Iterator[dict[str, Any]]:
        """Composes note by note, at constant cost; the notes are those of `generate`.

        Args: as in `generate`.

        Yields:
            Each note when it ends: dict of `start` and `end` in seconds, `pitch`, `velocity` and
            `voice`.
        """
        writer, rng, tempo = self._begin(
            seconds, bars, seed, 1, tempo, key, primer, temperature, top_k, top_p
        )
        news = write(writer, rng, temperature=temperature, top_k=top_k, top_p=top_p)
        given = [(0, token) for token in writer.tokens[0]]
        return notes_as_made(self.codec, given, news, tempo)

    def harmonize(
        self,
        melody: Any,
        temperature: float = 0.8,
        seed: int | None = None,
        tempo: float | None = None,
        key: str | None = None,
    ) -> Song:
        """Keeps a melody as the highest voice and writes the others.

        Args:
            melody: Path of a MIDI file, song or PrettyMIDI (its first instrument counts), or a
                list of MIDI pitches, played as quarter notes.
            temperature: Below 1 is safer, above 1 bolder.
            seed: Same seed, same harmonies.
            tempo: Beats per minute; by default the file's, or the preset's.
            key: Such as "G major"; by default the file's, or a guess.

        Returns:
            The song.

        Raises:
            InputError: If the preset has a single voice or the melody is out of its range.
        """
        check_controls("voices", temperature=temperature, seed=seed, tempo=tempo, key=key)
        midi, own = _melody(melody)
        grid = self._harmonized(midi, temperature, seed, key)
        return song_of(grid, self.preprocessor, tempo or own)

    def preprocess(self, raw: Any) -> Example:
        score = score_of(self.codec, read_midi(raw), self.preprocessor["voices"])
        return example(self.codec, self.codec.encode(score))

    def forward(self, examples: list[Example]) -> list[Example]:
        outputs = []
        for each in examples:  # alone: 8-bit graphs scale by batch
            inputs = {name: each[name][None] for name in self.session.inputs}
            states = zero_states(self.session, 1)
            logits = self.session.run({**inputs, **states})[0]["logits"][0]
            targets = each["targets"]
            nats = -np.take_along_axis(log_softmax(logits), targets[:, None], axis=1)[:, 0]
            outputs.append({"nats": nats, "targets": targets})
        return outputs

    def postprocess(self, arrays: Example, raw: Any) -> dict[str, float]:
        tokens, nats = arrays["targets"], float(arrays["nats"].sum())
        names = [self.codec.name(token) for token in tokens]
        notes = sum(name.startswith("ON") for name in names)
        units = int(self.codec.times(tokens)[-1])
        return {
            "nats": nats,
            "nats_per_event": nats / len(tokens),
            "nats_per_note": nats / notes,
            "nats_per_step": nats / units,
            "notes": notes,
        }

    def predict(self, x: Any, batch_size: int | None = None) -> Any:
        """Tells how probable music is to the network, which is how usual it is in the style.

        Args:
            x: Path of a MIDI file, song or PrettyMIDI, a list of them, or an iterator.
            batch_size: How many inputs are read at once.

        Returns:
            For each piece a dict: `nats` (negative log-likelihood), `nats_per_event`,
            `nats_per_note`, `nats_per_step` (of the grid, or 10 ms) and the number of `notes`.
        """
        return super().predict(x, batch_size)

    def fit(  # type: ignore[override]
        self,
        x: Any,
        y: None = None,
        *,
        validation_data: Any = None,
        epochs: int = 5,
        batch_size: int = 16,
        learning_rate: float = 5e-4,
        patience: int | None = None,
        callbacks: Sequence[Any] = (),
        seed: int = 0,
        checkpoint_dir: str | Path | None = None,
        resume: bool = False,
    ) -> keras.callbacks.History:
        """Trains on own MIDI files, transposed at random; a second call continues.

        Args:
            x: A folder of MIDI files, a file, or a list of files or songs.
            y: Not used: the music itself is what is predicted.
            validation_data: Like `x`; decides which epoch is kept.
            epochs: Passes over the files.
            batch_size: Pieces side by side.
            learning_rate: Highest rate of the one-cycle schedule.
            patience: Epochs without a better loss after which training stops.
            callbacks: Keras callbacks.
            seed: Same seed, same result.
            checkpoint_dir: Folder of a checkpoint.
            resume: Whether to go on from it; files and options must be those of before.

        Returns:
            Keras's history; `nats` and `val_nats` are per event.

        Raises:
            InputError: If a file cannot be read or does not fit the preset, or an argument is
                out of range.
        """
        from rnnapps.data.windows import Windows
        from rnnapps.training.loop import train

        check_count(epochs=epochs, batch_size=batch_size, patience=patience)
        check_count(0, seed=seed)
        check_positive(learning_rate=learning_rate)
        if resume and checkpoint_dir is None:
            raise InputError("Expected checkpoint_dir beside resume=True. Received: none.")
        scores = self._scores(x)
        held_out = None
        if validation_data is not None:
            rows = [
                example(self.codec, self.codec.encode(score))
                for score in self._scores(validation_data)
            ]
            held_out = Windows(lambda rng: rows, batch_size, 128, shuffle=False)
        windows = Windows(Augmented(self.codec, scores, (-3, 3)), batch_size, 128, seed=seed)
        with self.training(seed) as network:
            return train(
                network,
                windows,
                held_out,
                epochs=epochs,
                learning_rate=learning_rate,
                patience=patience,
                checkpoint_dir=checkpoint_dir,
                resume=resume,
                callbacks=callbacks,
                settings={"batch_size": batch_size, "seed": seed, "pieces": len(scores)},
            )

    def evaluate(self, x: Any, y: None = None) -> Report:
        """Measures the likelihood of own MIDI files, and compares own compositions with them.

        Args:
            x: A folder of MIDI files, a file, or a list of files or songs.
            y: Not used.

        Returns:
            Negative log-likelihood in nats per event, note and step, and the musical statistics
            of the files beside those of as many compositions (at most 20).
        """
        from rnnapps.pipelines.music.evaluation import evaluate

        return evaluate(self, midi_files(x))

    def example(self) -> Any:
        """Gives a scale as a MIDI file."""
        return midi_of(melody_notes([72, 74, 76, 77, 79, 81, 83, 84]))

    def demo(self, folder: Path) -> list[tuple[str, str]]:
        from rnnapps.pipelines.music.demo import demo

        return demo(self, folder)

    def _scores(self, source: Any) -> list[Any]:
        scores = []
        for path in midi_files(source):
            score = score_of(self.codec, read_midi(path), self.preprocessor["voices"])
            try:
                self.codec.encode(score)
            except InputError as error:
                raise InputError(f"{path}: {error}") from error
            scores.append(score)
        return scores

    def _song(self, tokens: list[int], tempo: float) -> Song:
        return song_of(self.codec.decode(np.array(tokens)), self.preprocessor, tempo)

    def _begin(
        self,
        seconds: float | None,
        bars: int | None,
        seed: int | None,
        num_outputs: int,
        tempo: float | None,
        key: str | None,
        primer: Any,
        *sampling: Any,
    ) -> tuple[Writer, np.random.Generator, float]:
        temperature, top_k, top_p = sampling
        check_controls(
            self.codec.kind,
            seconds=seconds,
            bars=bars,
            tempo=tempo,
            key=key,
            temperature=temperature,
            top_k=top_k,
            top_p=top_p,
            seed=seed,
            num_outputs=num_outputs,
        )
        number = None if key is None else key_number(key)
        rng = np.random.default_rng(seed)
        own, header, begun = None, [], 0
        if primer is not None:
            midi, own = _melody(primer)
            alone = isinstance(primer, list | tuple | np.ndarray)
            header = self._primed(midi, alone, seed, key)
            begun = int(self.codec.times(np.append(header, 1))[-1])
        elif self.codec.kind == "voices":
            header = self._header(rng, number)
        tempo = float(tempo or own or self.preprocessor["tempo"])
        total = self._total(rng, seconds, bars, tempo, header, begun)
        if total <= begun:
            raise InputError(
                f"Expected a length above that of the primer ({begun} steps). Received: {total} "
                "steps. Do raise seconds or bars instead."
            )
        cursors = [self.codec.cursor(total) for _ in range(num_outputs)]
        writer = Writer(self.session, self.codec, cursors)
        if header:
            writer.prime(np.array(header, np.int32), total)
        return writer, rng, tempo

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
            meters = [token - self.codec.meter for token in header[:2] if token >= self.codec.meter]
            several = len(self.codec.meters) > 1
            beats, steps = self.codec.bars[meters[0] if several and meters else 0]
            unit = beats * steps
            length = bars if seconds is None else max(1, round(seconds * tempo / 60 / beats))
        usual = float(rng.choice(self.preprocessor["lengths"]))
        if length is None:
            length = usual if usual * unit > begun else usual + math.ceil(begun / unit)
        return max(1, round(length * unit))

    def _primed(
        self, midi: PrettyMIDI, alone: bool, seed: int | None, key: str | None
    ) -> list[int]:
        """Gives the tokens of a primer without their end; `alone` is a melody that wants voices."""
        voices = self.preprocessor["voices"]
        if alone and sum(voices) > 1:
            score = self._harmonized(midi, 0.8, seed, key)
        else:
            score = score_of(self.codec, midi, voices, None if key is None else key_number(key))
        tokens: list[int] = self.codec.encode(score)[:-1].tolist()
        return tokens

    def _harmonized(
        self, melody: PrettyMIDI, temperature: float, seed: int | None, key: str | None
    ) -> Grid:
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


def _melody(source: Any) -> tuple[PrettyMIDI, float | None]:
    """Reads pitches, or a file with its tempo."""
    if isinstance(source, list | tuple | np.ndarray):
        return midi_of(melody_notes(list(source))), None
    midi = read_midi(source)
    return midi, round(float(midi.get_tempo_changes()[1][0]), 2)  # files keep whole microseconds
