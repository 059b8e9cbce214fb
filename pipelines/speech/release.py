"""Makes a preset of a trained pipeline: weighs its words, measures it and writes its card."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rnnapps.data import datasets
from rnnapps.data.speech_sets import Utterance
from rnnapps.pipelines.speech.evaluation import word_errors
from rnnapps.pipelines.speech.pipeline import EXAMPLE, Speech
from rnnapps.pipelines.speech.recipes import RECIPES
from rnnapps.precision import precisions

#: Sets on whose test part a preset is measured, the one of the card first.
TESTS = {
    "librispeech": "LibriSpeech test-clean, Opus-coded",
    "common_voice_v1": "Common Voice v1, sentences that training has not got",
    "kathleen": "Kathleen, prompts that training has not got",
}
#: Weights of the language model, and what a word is worth, among which validation chooses.
ALPHAS, BETAS = (0.3, 0.5, 0.7, 0.9, 1.1), (0.0, 1.0, 2.0, 3.0)
#: Recordings of the validation part by which they are chosen.
WEIGHED = 300


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
    spread = held_out[:: max(1, len(held_out) // WEIGHED)]
    alpha, beta, valid = weighed(pipe, spread)
    decoding = {**pipe.preprocessor["decoding"], "lm_alpha": alpha, "lm_beta": beta}
    pipe.preprocessor["decoding"] = decoding
    pipe.read_settings()
    kathleen = datasets.load("kathleen", "valid")
    pipe.files[EXAMPLE] = max(kathleen, key=lambda each: -abs(each.seconds - 4)).sound.read()
    ways = precisions(pipe)
    tests = {each: datasets.load(each, "test") for each in TESTS}
    precision = {
        kind: figures(way, tests["librispeech"], beam_width=1) for kind, way in ways.items()
    }
    metrics = {
        (f"{title}, test" if number else "test"): {
            **figures(ways["int8"], tests[each]),
            "wer without language model": figures(ways["int8"], tests[each], beam_width=1)["wer"],
        }
        for number, (each, title) in enumerate(TESTS.items())
    }
    pipe.save(
        directory,
        compact=True,
        metadata={
            "name": name,
            "summary": SUMMARIES[name],
            "description": f"Under `test` stand the figures on {TESTS['librispeech']}.",
            "license": "Apache-2.0",
            "data": [
                datasets.DATASETS[each].credit for each in (*recipe.datasets, "english_novels")
            ],
            "metrics": metrics,
            "precision": precision,
            "training": {
                "command": f"python -m rnnapps.pipelines.speech.train {name}",
                "seed": recipe.seed,
                "batch size": recipe.batch_size,
                **recipe.training,
                "validation nats per recording": min(history.history["val_nats"]),
                "validation wer, by which the weights of the words were chosen": valid,
                "gradient clipping (global norm)": 1.0,
            },
            "limits": LIMITS,
        },
    )


def figures(pipe: Speech, utterances: list[Utterance], **options: Any) -> dict[str, float]:
    """Gives the error rates on utterances."""
    found = pipe.evaluate(utterances, **options)
    return {name: found[name] for name in ("wer", "cer", "nats_per_letter")}


def weighed(pipe: Speech, held_out: Sequence[Utterance]) -> tuple[float, float, float]:
    """Chooses the weight of the language model and what a word is worth.

    Args:
        pipe: The pipeline.
        held_out: Recordings of the validation part.

    Returns:
        Both, and the word error rate with them.
    """
    said = [pipe.alphabet.normal(each.text) for each in held_out]
    heard = [
        pipe.forward([pipe.preprocess(each.sound.read())])[0]["log_probs"] for each in held_out
    ]

    def wer(alpha: float, beta: float) -> float:
        settings = pipe.decoder.settings(lm_alpha=alpha, lm_beta=beta)
        best = [pipe.decoder.texts(log_probs, settings)[0][0] for log_probs in heard]
        return word_errors(said, [pipe.decoder.said(symbols) for symbols in best])

    return min(
        ((alpha, beta, wer(alpha, beta)) for alpha in ALPHAS for beta in BETAS),
        key=lambda found: found[2],
    )


SUMMARIES = {
    "english": "English, read aloud; hears whole recordings.",
    "english_streaming": "English, read aloud; hears as it is spoken.",
}
LIMITS = [
    "English that is read aloud, near a microphone; free talk and noise are heard much worse.",
    "It learnt from less than 11 hours of speech; systems with hundreds err far less.",
    "No signs but the apostrophe, no capital letters, no digits: numbers are written out.",
]
