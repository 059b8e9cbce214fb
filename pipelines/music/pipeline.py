"""The music pipeline: composes, continues, harmonises, measures and learns from MIDI."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from rnnapps.checks import LearningRate, check_fit, check_settings
from rnnapps.data.midi import midi_files, midi_of, read_midi
from rnnapps.errors import InputError
from rnnapps.pipeline import Example, Pipeline
from rnnapps.pipelines.music.composer import Composer, read_melody
from rnnapps.pipelines.music.controls import check_controls
from rnnapps.pipelines.music.data import (
    Augmented,
    counts_of,
    example,
    nats_per,
    pieces_of,
    score_of,
)
from rnnapps.pipelines.music.generation import write
from rnnapps.pipelines.music.representation import codec_of, melody_notes, song_of
from rnnapps.pipelines.music.song import Song
from rnnapps.pipelines.music.stream import notes_as_made
from rnnapps.pipelines.music.usual import usual
from rnnapps.runtime.rows import run_rows, target_nats

if TYPE_CHECKING:
    import keras

    from rnnapps.report import Report

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
        from rnnapps.pipelines.music.recipes import RECIPES, preprocessor_of

        check_settings(overrides, token_network)
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
        temperature: float | None = None,
        top_k: int | None = None,
        top_p: float | None = None,
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
            temperature: Below 1 is safer, above 1 bolder; 0 takes the likeliest events. By default
                the preset's.
            top_k: Draw from this many of the likeliest events.
            top_p: Draw from the likeliest events that together have this probability; 1 draws
                from all. By default the preset's.
            seed: Same seed, same piece.
            num_outputs: Number of pieces; more than one gives a list.
            tempo: Beats per minute, for voices on a grid; by default the primer's, or the preset's.
                A beat of 6/8 is a dotted quarter.
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
        composer = self._composer()
        sampling = composer.sampling(temperature, top_k, top_p)
        controls = {
            "seconds": seconds,
            "bars": bars,
            "seed": seed,
            "num_outputs": num_outputs,
            "tempo": tempo,
            "key": key,
        }
        check_controls(self.codec.kind, **sampling, **controls)
        scores, tempo = composer.compose(sampling, **controls, primer=primer)
        songs = [song_of(score, self.preprocessor, tempo) for score in scores]
        return songs if num_outputs > 1 else songs[0]

    def stream(
        self,
        seconds: float | None = None,
        bars: int | None = None,
        temperature: float | None = None,
        top_k: int | None = None,
        top_p: float | None = None,
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
        composer = self._composer()
        sampling = composer.sampling(temperature, top_k, top_p)
        controls: dict[str, Any] = {
            "seconds": seconds,
            "bars": bars,
            "seed": seed,
            "tempo": tempo,
            "key": key,
        }
        check_controls(self.codec.kind, **sampling, **controls)
        writer, rng, tempo = composer.begin(**controls, primer=primer)
        news = write(writer, rng, **sampling)
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
        midi, quarters = read_melody(melody)
        composer = self._composer()
        grid = composer.harmonized(midi, temperature, seed, key)
        if quarters:
            tempo = tempo or composer.tempo(quarters, grid.steps_per_beat)
        return song_of(grid, self.preprocessor, tempo)

    def preprocess(self, raw: Any) -> Example:
        score = score_of(self.codec, read_midi(raw), self.preprocessor["voices"])
        return example(self.codec, self.codec.encode(score))

    def forward(self, examples: list[Example]) -> list[Example]:
        return run_rows(self.batch_session, examples, keep=target_nats)

    def postprocess(self, arrays: Example, raw: Any) -> dict[str, float]:
        tokens, nats = arrays["targets"], float(arrays["nats"].sum())
        counts = counts_of(self.codec, [tokens])
        return {"nats": nats, **nats_per(nats, counts), "notes": counts["note"]}

    def predict(self, x: Any, batch_size: int | None = None, **options: Any) -> Any:
        """Tells how probable music is to the network, which is how usual it is in the style.

        Args:
            x: Path of a MIDI file, song or PrettyMIDI, a list of them, or an iterator.
            batch_size: How many pieces run at once (8-bit networks run each alone); the results
                do not depend on it.

        Returns:
            For each piece a dict: `nats` (negative log-likelihood), `nats_per_event`,
            `nats_per_note`, `nats_per_step` (of the grid, or 10 ms) and the number of `notes`.
        """
        return super().predict(x, batch_size, **options)

    def fit(  # type: ignore[override]
        self,
        x: Any,
        y: None = None,
        *,
        validation_data: Any = None,
        epochs: int = 5,
        batch_size: int = 16,
        learning_rate: LearningRate = 5e-4,
        patience: int | None = None,
        callbacks: Sequence[Any] = (),
        seed: int = 0,
        checkpoint_dir: str | Path | None = None,
        resume: bool = False,
        verbose: int = 1,
    ) -> keras.callbacks.History:
        """Trains on own MIDI files, transposed at random; a second call continues.

        Lengths, keys and meters that `generate` draws from are then those of these files.

        Args:
            x: A folder of MIDI files, a file, or a list of files or songs.
            y: Not used: the music itself is what is predicted.
            validation_data: Like `x`; decides which epoch is kept.
            epochs: Passes over the files.
            batch_size: Pieces side by side.
            learning_rate: Highest rate of the one-cycle schedule; a pair of the lowest and the
                highest is spread over the layers; a Keras schedule is used as it is.
            patience: Epochs without a better loss after which training stops.
            callbacks: Keras callbacks.
            seed: Same seed, same result.
            checkpoint_dir: Folder of a checkpoint.
            resume: Whether to go on from it; files and options must be those of before.
            verbose: 1 shows progress, 0 nothing.

        Returns:
            Keras's history; `nats` and `val_nats` are per event.

        Raises:
            InputError: If a file cannot be read or does not fit the preset, or an argument is
                out of range.
        """
        check_fit(
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            patience=patience,
            seed=seed,
            checkpoint_dir=checkpoint_dir,
            resume=resume,
        )
        pieces = self._pieces(x)
        others = None if validation_data is None else self._pieces(validation_data)
        # Imports Keras, which takes seconds: only when the data is known to be sound.
        from rnnapps.data.windows import Windows
        from rnnapps.training.checkpoint import digest
        from rnnapps.training.loop import train

        held_out = None
        if others is not None:
            rows = [example(self.codec, tokens) for _, tokens in others]
            held_out = Windows(lambda rng: rows, batch_size, 128, shuffle=False)
        windows = Windows(Augmented(self.codec, pieces, (-3, 3)), batch_size, 128, seed=seed)
        with self.training(seed) as network:
            history = train(
                network,
                windows,
                held_out,
                epochs=epochs,
                learning_rate=learning_rate,
                patience=patience,
                checkpoint_dir=checkpoint_dir,
                resume=resume,
                callbacks=callbacks,
                verbose=verbose,
                settings={"pieces": digest(tokens for _, tokens in pieces)},
            )
        self.preprocessor |= usual(self.codec, [score for score, _ in pieces])
        return history

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

    def _pieces(self, source: Any) -> list[tuple[Any, np.ndarray]]:
        return pieces_of(self.codec, midi_files(source), self.preprocessor["voices"])

    def _composer(self) -> Composer:
        return Composer(self.session, self.codec, self.preprocessor)
