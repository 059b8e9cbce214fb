"""Makes a preset of a trained pipeline: weighs its words, measures it and writes its card."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import soundfile

from rnnapps.data import datasets
from rnnapps.data.joined import joined
from rnnapps.data.speech_sets import Utterance
from rnnapps.pipelines.speech.decoding import WORDS
from rnnapps.pipelines.speech.evaluation import word_errors
from rnnapps.pipelines.speech.pipeline import EXAMPLE, Speech
from rnnapps.pipelines.speech.recipes import RECIPES, Recipe
from rnnapps.pipelines.speech.train import written_out
from rnnapps.precision import precisions

#: Sets on whose test part a preset is measured.
TESTS = {
    "librispeech": "LibriSpeech test-clean, Opus-coded",
    "common_voice_v1": "Common Voice v1, sentences that training has not got",
    "kathleen": "Kathleen, prompts that training has not got",
    "spoken_digits": "single digits",
}
#: Strings of digits, put together from the test part.
STRINGS, LENGTHS, STRINGS_SEED = 300, (3, 8), 2
#: Weights of the language model, and what a word is worth, among which validation chooses: first
#: the weight, a word being worth `BETA`.
ALPHAS, BETA, BETAS = (0.3, 0.5, 0.7, 0.9, 1.1), 0.75, (0.0, 0.75, 1.5, 2.25, 3.0)
#: Recordings of the validation part by which they are chosen, at most.
WEIGHED = 300
#: About how long the sample recording is.
SAMPLE_SECONDS = 4.2


def release(
    name: str, pipe: Speech, history: Any, held_out: Sequence[Utterance], directory: Path
) -> None:
    """Writes a preset directory with its figures.

    Args:
        name: Name of the preset.
        pipe: The trained pipeline.
        history: Keras's history of the training.
        held_out: The validation part.
        directory: Where the preset goes.
    """
    recipe = RECIPES[name]
    told = "librispeech" in recipe.datasets
    valid = weigh(pipe, held_out)
    pipe.files[EXAMPLE] = ogg(sample(pipe, recipe, held_out).sound.read())
    ways = precisions(pipe)
    every = test_parts(recipe)
    title, *others = every
    precision = {kind: figures(way, every[title], beam_width=1) for kind, way in ways.items()}
    alone = {part: figures(ways["int8"], every[part], beam_width=1) for part in others}
    alone[title] = precision["int8"]
    metrics = {
        ("test" if part == title else f"{part}, test"): {
            **figures(ways["int8"], own),
            "wer without language model": alone[part]["wer"],
        }
        for part, own in every.items()
    }
    pipe.save(
        directory,
        compact=True,
        metadata={
            "name": name,
            "summary": SUMMARIES[name],
            "description": f"Under `test` stand the figures on {title}; those by the precision of "
            f"the weights are without the language model. {PUBLISHED if told else ''}".rstrip(),
            "license": "Apache-2.0",
            "data": [
                datasets.DATASETS[each].credit
                for each in (*recipe.datasets, *(() if recipe.strings else ("english_novels",)))
            ],
            "metrics": metrics,
            "precision": precision,
            "training": {
                "command": f"python -m rnnapps.pipelines.speech.train {name}",
                "seed": recipe.seed,
                "batch_size": recipe.batch_size,
                "hearing": recipe.hearing,
                "network": recipe.network,
                **recipe.training,
                "share of the variation": recipe.vary,
                **({"phonemes learnt beside letters": True} if recipe.phonemes else {}),
                **({"strings put together": recipe.strings} if recipe.strings else {}),
                "validation nats per recording": min(history.history["val_nats"]),
                "validation wer, by which the weights of the words were chosen": valid,
                "gradient clipping (global norm)": 1.0,
            },
            "limits": LIMITS["digits" if recipe.strings else "english"],
        },
    )


def test_parts(recipe: Recipe) -> dict[str, list[Utterance]]:
    """Gives the recordings that a preset is measured on, the ones of the card first.

    Args:
        recipe: The recipe of the preset.

    Returns:
        Utterances by what they are.
    """
    found = {
        TESTS[name]: written_out(datasets.load(name, "test"))
        for name in recipe.datasets
        if name in TESTS
    }
    if recipe.strings:
        (single,) = found.values()
        name = f"strings of {LENGTHS[0]} to {LENGTHS[1]} digits"
        found[name] = joined(single, STRINGS, LENGTHS, STRINGS_SEED)
    return found


def figures(pipe: Speech, utterances: list[Utterance], **options: Any) -> dict[str, float]:
    """Gives the error rates on utterances."""
    found = pipe.evaluate(utterances, **options)
    return {name: found[name] for name in ("wer", "cer", "nats_per_letter")}


def sample(pipe: Speech, recipe: Recipe, held_out: Sequence[Utterance]) -> Utterance:
    """Chooses the sample recording: clean, of ordinary words, about as long as a sentence."""
    clean = datasets.load("kathleen", "valid") if "kathleen" in recipe.datasets else held_out
    known = set(pipe.files[WORDS].decode().split())
    plain = [each for each in clean if set(pipe.alphabet.normal(each.text).split()) <= known]
    return min(plain, key=lambda each: abs(each.seconds - SAMPLE_SECONDS))


def ogg(sound: bytes) -> bytes:
    """Gives a file of sound as Ogg."""
    if sound[:4] == b"OggS":
        return sound
    samples, rate = soundfile.read(io.BytesIO(sound))
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format="OGG", subtype="VORBIS")
    return file.getvalue()


def weigh(pipe: Speech, held_out: Sequence[Utterance]) -> float:
    """Chooses the weight of the language model and what a word is worth, and sets them.

    Args:
        pipe: The pipeline.
        held_out: The validation part.

    Returns:
        The word error rate with them.
    """
    held_out = held_out[:: -(-len(held_out) // WEIGHED)]
    said = [pipe.alphabet.normal(each.text) for each in held_out]
    heard = [
        pipe.forward([pipe.preprocess(each.sound.read())])[0]["log_probs"] for each in held_out
    ]

    @cache
    def wer(alpha: float, beta: float) -> float:
        settings = pipe.decoder.settings(lm_alpha=alpha, lm_beta=beta)
        best = [pipe.decoder.texts(log_probs, settings)[0][0] for log_probs in heard]
        return word_errors(said, [pipe.decoder.said(symbols) for symbols in best])

    alpha = min(ALPHAS, key=lambda alpha: wer(alpha, BETA))
    beta = min(BETAS, key=lambda beta: wer(alpha, beta))
    pipe.preprocessor["decoding"] |= {"lm_alpha": alpha, "lm_beta": beta}
    pipe.read_settings()
    return wer(alpha, beta)


SUMMARIES = {
    "english": "English, read aloud; hears whole recordings.",
    "english_streaming": "English, read aloud; hears as it is spoken.",
    "digits": "Strings of English digits, zero to nine.",
}
PUBLISHED = (
    "Published word error rates on test-clean, not coded, by hours of training: 5.5 % after 960 "
    "(Panayotov et al. 2015), 5.3 % after 11,940, where people who write it down err in 5.8 % "
    "(Amodei et al. 2016)."
)
LIMITS = {
    "english": [
        "English that is read aloud, near a microphone; free talk and noise are heard much worse.",
        "It learnt from 11 hours of speech; systems that had hundreds err far less.",
        "Noise alone may be heard as words; digital silence is not.",
        "No signs but the apostrophe, no capital letters, no digits: numbers are written out.",
    ],
    "digits": [
        "Six speakers taught it, who are those of its test part: a new one is heard worse.",
        "Strings were put together from single digits; in fluent speech they run into each other.",
        "It writes words, `one` for 1, and hears each word as one of ten.",
    ],
}
