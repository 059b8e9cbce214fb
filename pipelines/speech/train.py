"""Trains the shipped presets: `python -m rnnapps.pipelines.speech.train digits`.

Needs the folder of public data in RNNAPPS_DATA. A killed training goes on where it was when the
same command is given again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from rnnapps.data import datasets
from rnnapps.data.audio import read_audio
from rnnapps.data.joined import joined
from rnnapps.data.speech_sets import Utterance
from rnnapps.decoding.ctc import needed
from rnnapps.files import replaced_file
from rnnapps.pipelines.speech.hearing import Hearing, levels, unlevelled
from rnnapps.pipelines.speech.phonemes import SIZE, phonemes
from rnnapps.pipelines.speech.pipeline import DECODING, Speech
from rnnapps.pipelines.speech.recipes import RECIPES, Recipe
from rnnapps.pipelines.speech.spelling import ENGLISH, Alphabet
from rnnapps.pipelines.speech.words import as_said, language_model, prose
from rnnapps.training.checkpoint import digest
from rnnapps.training.command import command

ALPHABET = Alphabet(ENGLISH)
#: How many words the recordings have that are put together, and the seed of these.
LENGTHS, SEED = (2, 8), 1


def train(
    recipe: Recipe, own: Mapping[str, list[Utterance]], folder: Path, verbose: int = 1
) -> tuple[Speech, Any]:
    """Trains a preset, going on from its checkpoint if there is one.

    Args:
        recipe: The recipe of the preset.
        own: Its utterances, for `"train"` and `"valid"`.
        folder: Folder of the checkpoint and of what was heard.
        verbose: As in `keras.Model.fit`.

    Returns:
        The pipeline with its best weights, and the history.
    """
    from rnnapps.pipelines.speech.training import Recordings
    from rnnapps.pipelines.speech.training import train as run
    from rnnapps.training.schedules import OneCycle

    plain = Hearing(unlevelled(**recipe.hearing))
    raw = {split: heard(own[split], plain, folder) for split in own}
    hearing = levels(unlevelled(**recipe.hearing), raw["train"])
    pipe = Speech(
        {**recipe.network, "seed": recipe.seed},
        {
            "hearing": hearing,
            "letters": ENGLISH,
            "decoding": dict(DECODING),
        },
    )

    def recordings(split: str) -> Recordings:
        levelled = [pipe.hearing.levelled(s.astype(np.float32)) for s in raw.pop(split)]
        texts = [ALPHABET.normal(each.text) for each in own[split]]
        symbols = [ALPHABET.symbols(text) for text in texts]
        told = [
            index
            for index, (spectra, each) in enumerate(zip(levelled, symbols, strict=True))
            if len(each) and pipe.hearing.count(len(spectra)) >= needed(each)
        ]
        return Recordings(
            [levelled[i].astype(np.float16) for i in told],
            [symbols[i] for i in told],
            pipe.hearing,
            recipe.batch_size,
            recipe.seed,
            vary=recipe.vary if split == "train" else 0,
            phonemes=[phonemes(texts[i]) for i in told]
            if split == "train" and recipe.phonemes
            else None,
        )

    own_recordings = recordings("train")
    epochs, highest, warm_up = (recipe.training[k] for k in ("epochs", "learning_rate", "warm_up"))
    with pipe.training(recipe.seed) as network:
        history = run(
            network,
            own_recordings,
            recordings("valid"),
            epochs=epochs,
            learning_rate=OneCycle(highest, epochs * own_recordings.num_batches, warm_up),
            checkpoint_dir=folder,
            resume=True,
            settings={"datasets": list(recipe.datasets), "network": recipe.network},
            phonemes=SIZE if recipe.phonemes else 0,
            verbose=verbose,
        )
    pipe.files |= language_model(reading(recipe, own["train"]))
    pipe.read_settings()
    return pipe, history


def utterances(recipe: Recipe, split: str) -> list[Utterance]:
    """Gives the utterances of a recipe's sets whose texts can be written.

    Those for training say nothing that is said in what is held out, but of single words.
    """
    own = parts(recipe, split)
    if recipe.strings:
        count = recipe.strings if split == "train" else recipe.strings // 10
        return own + joined(own, count, LENGTHS, SEED)
    if split == "train":
        held_out = {ALPHABET.normal(each.text) for each in others(recipe)}
        own = [each for each in own if ALPHABET.normal(each.text) not in held_out]
    return [each for each in own if not ALPHABET.lacking(each.text)]


def parts(recipe: Recipe, split: str) -> list[Utterance]:
    """Gives the utterances of a split of all sets of a recipe, titles written out."""
    sets = [name for name in recipe.datasets if split in datasets.DATASETS[name].splits]
    return [said for name in sets for said in written_out(datasets.load(name, split))]


def written_out(own: Iterable[Utterance]) -> list[Utterance]:
    """Gives utterances with their titles written out, as LibriSpeech has them."""
    return [each._replace(text=as_said(each.text)) for each in own]


def others(recipe: Recipe) -> list[Utterance]:
    """Gives what training must not hear: the parts for validation and test."""
    return [*parts(recipe, "valid"), *parts(recipe, "test")]


def heard(every: list[Utterance], hearing: Hearing, folder: Path) -> list[np.ndarray]:
    """Hears utterances, or reads what was heard before.

    Args:
        every: The utterances.
        hearing: How they are heard, without levels.
        folder: Where their spectra are kept, in float16.

    Returns:
        Log-mel spectra of shape `(frames, mels)`, not levelled.
    """
    names = [each.sound.name for each in every]
    known = "\n".join([*names, repr(hearing.spec), str(hearing.reach)])
    of = digest([np.frombuffer(known.encode(), np.uint8)])
    path = folder / f"heard_{of[:12]}.npz"
    if not path.exists():
        found = [hearing.recording(read_audio(each.sound.read(), hearing.rate)) for each in every]
        lengths = np.array([len(each) for each in found])
        with replaced_file(path) as temporary, temporary.open("wb") as file:
            np.savez(file, lengths=lengths, frames=np.concatenate(found).astype(np.float16))
    with np.load(path, allow_pickle=False) as arrays:
        return np.split(arrays["frames"], np.cumsum(arrays["lengths"])[:-1])


#: Words in a row that a novel may share with what is held out only a few times, by chance.
SHARED, CHANCE = 7, 3


def reading(recipe: Recipe, own: list[Utterance]) -> list[str]:
    """Gives what the language model reads: what is said in training, and novels.

    Of single words it reads no novels, and of novels none from which held-out
    recordings were read.
    """
    found = [ALPHABET.normal(each.text) for each in own]
    if recipe.strings:
        return found
    held_out = {run for each in others(recipe) for run in _runs(ALPHABET.normal(each.text).split())}
    for novel in datasets.load("english_novels", "train"):
        runs = _runs(ALPHABET.normal(novel).split())
        if sum(run in held_out for run in runs) < CHANCE:
            found += prose(novel, ALPHABET)
    return found


def _runs(words: list[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(words[first:] for first in range(SHARED)), strict=False)


def make(name: str, checkpoints: Path, output: Path) -> None:
    """Trains and releases a preset, as `rnnapps.training.command` asks."""
    from rnnapps.pipelines.speech.release import release

    own = {split: utterances(RECIPES[name], split) for split in ("train", "valid")}
    pipe, history = train(RECIPES[name], own, checkpoints / f"speech_{name}")
    release(name, pipe, history, own["valid"], output / name)


if __name__ == "__main__":
    command("speech", RECIPES, make, __doc__)
