"""Training examples of music: from scores to arrays, with transposition and random beginnings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnapps.data.grid_midi import grid_from_midi
from rnnapps.data.midi import notes_of, read_midi
from rnnapps.errors import InputError, at, warn_user

if TYPE_CHECKING:
    from pretty_midi import PrettyMIDI

#: Share of the pieces that begin somewhere in the middle, and the shortest rest, in seconds.
CROPPED, SHORTEST = 0.5, 20.0
#: Share of the notes that may be left out without a warning.
LEFT_OUT = 0.1


def example(codec: Any, tokens: np.ndarray) -> dict[str, np.ndarray]:
    """Makes what the network learns from one piece.

    Args:
        codec: The representation.
        tokens: Tokens of the piece, of shape `(time,)`.

    Returns:
        `"tokens"` (shifted by one, START first), the channels of the codec and `"targets"`, all
        int32 of shape `(time,)`.
    """
    tokens = np.asarray(tokens, np.int32)
    shifted = np.concatenate(([codec.start], tokens[:-1])).astype(np.int32)
    return {"tokens": shifted, **codec.contexts(tokens), "targets": tokens}


def score_of(codec: Any, midi: PrettyMIDI, voices: Sequence[int], key: int | None = None) -> Any:
    """Turns a MIDI file into the score of a representation.

    Args:
        codec: The representation.
        midi: The file's content.
        voices: Number of voices of each instrument, for voices on a grid.
        key: Key of the piece, likewise; by default the file's, or a guess.

    Returns:
        A grid that keeps within the codec's meters, or notes of one voice.

    Raises:
        InputError: If there are no notes to read.
    """
    if codec.kind == "voices":
        return grid_from_midi(midi, voices, codec.steps_per_beat, meters=codec.meters, key=key)
    notes = notes_of(midi)
    if not len(notes):
        raise InputError("Expected notes that last. Received: only some that end as they begin.")
    notes["voice"] = 0
    notes["end"] -= notes["start"].min()
    notes["start"] -= notes["start"].min()
    return notes


def pieces_of(
    codec: Any, files: Iterable[Any], voices: Sequence[int]
) -> list[tuple[Any, np.ndarray]]:
    """Reads MIDI files as scores and as tokens.

    Args:
        codec: The representation.
        files: Paths, or what else `rnnapps.data.midi.read_midi` takes.
        voices: As in `score_of`.

    Returns:
        The score and the tokens of each file. A warning tells where much is left out.

    Raises:
        InputError: If one cannot be read or does not fit the representation; it names the file.
    """
    pieces, written, kept = [], 0, 0
    for index, file in enumerate(files):
        midi = read_midi(file)
        with at(file if isinstance(file, Path) else f"Input {index}"):
            score = score_of(codec, midi, voices)
            pieces.append((score, codec.encode(score)))
        if codec.kind == "voices":
            written += sum(len(part.notes) for part in midi.instruments if not part.is_drum)
            kept += int(score.onsets.sum())
    if kept < (1 - LEFT_OUT) * written:
        warn_user(
            f"Left out {1 - kept / written:.0%} of the notes: of each file the first {len(voices)} "
            f"instruments are read, with {list(voices)} notes at a time.",
        )
    return pieces


def counts_of(codec: Any, pieces: Iterable[np.ndarray]) -> Counter[str]:
    """Counts what happens in pieces.

    Args:
        codec: The representation.
        pieces: Tokens of each piece, of shape `(time,)`.

    Returns:
        How many events, notes and steps (of the grid, or 10 ms) there are, as `"event"`, `"note"`
        and `"step"`.
    """
    counts: Counter[str] = Counter()
    for tokens in pieces:
        counts["event"] += len(tokens)
        counts["note"] += sum(codec.name(token).startswith("ON") for token in tokens)
        counts["step"] += int(codec.times(tokens)[-1])
    return counts


def nats_per(nats: float, counts: Mapping[str, int]) -> dict[str, float]:
    """Divides a negative log-likelihood by what `counts_of` gave."""
    return {f"nats_per_{unit}": nats / count for unit, count in counts.items()}


class Augmented:
    """Makes the examples of an epoch: each piece transposed at random, some begun late.

    Args:
        codec: The representation.
        pieces: The score and the tokens of each piece.
        semitones: Furthest transposition down and up; kept within the codec's range.
        crop: Whether half of the pieces begin at a random note, so that the network learns to
            begin a piece of any length. Only for arrays of notes.
    """

    def __init__(
        self,
        codec: Any,
        pieces: Sequence[tuple[Any, np.ndarray]],
        semitones: tuple[int, int],
        crop: bool = False,
    ):
        self.codec, self.pieces, self.semitones, self.crop = codec, pieces, semitones, crop

    def __call__(self, rng: np.random.Generator) -> list[dict[str, np.ndarray]]:
        examples = []
        for score, whole in self.pieces:
            cropped = self.crop and rng.random() < CROPPED
            tokens = self.codec.encode(_begun_late(score, rng)) if cropped else whole
            lowest, highest = self.codec.transpositions(tokens)
            lowest, highest = max(lowest, self.semitones[0]), min(highest, self.semitones[1])
            move = int(rng.integers(lowest, highest + 1)) if lowest <= highest else 0
            examples.append(example(self.codec, self.codec.transpose(tokens, move)))
        return examples


def _begun_late(notes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    seconds = notes["end"].max() - notes["start"].min()
    if seconds <= SHORTEST:
        return notes
    rest = np.exp(rng.uniform(np.log(SHORTEST), np.log(seconds)))
    first = np.searchsorted(notes["start"], notes["end"].max() - rest)
    late = notes[min(first, len(notes) - 1) :].copy()
    offset = late["start"][0]
    late["start"] -= offset
    late["end"] -= offset
    return late
