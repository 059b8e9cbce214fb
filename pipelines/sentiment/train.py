"""Trains the shipped presets: `python -m rnnapps.pipelines.sentiment.train imdb`.

Needs the folder of public data in RNNAPPS_DATA. A killed training goes on where it was when the
same command is given again.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path

import numpy as np

from rnnapps.data import datasets
from rnnapps.data.text_sets import Labelled
from rnnapps.pipelines.sentiment.document_vectors import document_probabilities
from rnnapps.pipelines.sentiment.pipeline import VOCABULARY, Sentiment
from rnnapps.pipelines.sentiment.pretraining import pretrain, vocabulary
from rnnapps.pipelines.sentiment.recipes import RECIPES, Phase
from rnnapps.pipelines.sentiment.self_training import (
    Backward,
    Opinion,
    kept_mean,
    like,
    mean_of,
    phrase_probabilities,
    probabilities,
)
from rnnapps.training.checkpoint import digest
from rnnapps.training.command import command

#: By the alphabet, as scikit-learn gives their probabilities.
LABELS = ["negative", "positive"]


def train(
    name: str, checkpoints: Path, presets: Path, verbose: int = 1
) -> tuple[Sentiment, dict[str, dict[str, float]]]:
    """Trains a preset, going on from its checkpoint if there is one.

    Args:
        name: Name of the preset.
        checkpoints: Folder of the checkpoints.
        presets: Folder of the presets, one of which may be what it starts from.
        verbose: As in `keras.Model.fit`.

    Returns:
        The pipeline with its best weights, and what the validation part told, by section of the
        card.
    """
    from rnnapps.pipelines.sentiment.phrase_weights import add_phrases
    from rnnapps.pipelines.sentiment.training import one_hot
    from rnnapps.pipelines.sentiment.training import train as run_training

    recipe = RECIPES[name]
    pipe = beginning(name, checkpoints, presets)

    def read(split: str) -> tuple[list[str], np.ndarray]:
        texts: list[Labelled] = datasets.load(recipe.dataset, split)
        return [each.text for each in texts], one_hot([str(e.label) for e in texts], LABELS)

    held_out, held_out_targets = read("valid")

    def learn(
        pipe: Sentiment,
        texts: list[str],
        targets: np.ndarray,
        phase: Phase,
        folder: str,
        order: int = 0,
    ) -> None:
        def rows(texts: list[str]) -> list[dict[str, np.ndarray]]:
            return [pipe.preprocess(each) for each in texts]

        with pipe.training(recipe.seed) as network:
            run_training(
                network,
                rows(texts),
                targets,
                (rows(held_out), held_out_targets),
                batch_size=recipe.batch_size,
                seed=recipe.seed + order,
                epochs=phase.epochs,
                learning_rate=phase.learning_rate,
                adversarial=phase.adversarial,
                checkpoint_dir=checkpoints / folder,
                resume=True,
                settings={
                    "dataset": recipe.dataset,
                    "network": recipe.network,
                    "begins with": digest(pipe.weights().values()),
                },
                verbose=verbose,
            )

    def all_targets(step: str, judges: Sequence[Sentiment], *opinions: Opinion) -> np.ndarray:
        arrays = [targets, *(weight for each in judges for weight in each.weights().values())]
        file = f"{step}_{digest(arrays)[:12]}.npy"
        folder = checkpoints / f"sentiment_{name}_self_training"
        return np.concatenate([targets, kept_mean(folder / file, opinions)])

    texts, targets = read("train")
    learn(pipe, texts, targets, recipe.training, f"sentiment_{name}")
    if recipe.self_training:
        more = [each.text for each in datasets.load(recipe.dataset, "unlabelled")]
        every = texts + more
        by_phrases = cache(partial(phrase_probabilities, texts, names(targets), more))
    for number, phase in enumerate(recipe.self_training):
        folder = f"sentiment_{name}_self_training_{number + 1}"
        own = cache(partial(probabilities, pipe, more))
        found = all_targets("two", [pipe], own, by_phrases)
        if phase.backward:
            taught = cache(partial(phrase_probabilities, every, names(found), more))
            found = all_targets("backward", [pipe], own, taught)
            other = like(pipe, Backward)
            learn(other, every, found, phase.backward, f"{folder}_backward")
            from_the_end = partial(probabilities, other, more)
            by_vector = partial(document_probabilities, texts, names(targets), more, held_out)
            found = all_targets("four", [pipe, other], own, taught, from_the_end, by_vector)
        runs = [like(pipe) for _ in range(phase.runs)]
        for place, run in enumerate(runs):
            learn(run, every, found, phase, f"{folder}_run_{place + 1}", number + place)
        pipe = mean_of(runs)
    labels, held_out_labels = (each.argmax(axis=1) for each in (targets, held_out_targets))
    right = probabilities(pipe, held_out)[np.arange(len(held_out)), held_out_labels]
    chosen = {
        "training": {
            "validation accuracy": float((right > 0.5).mean()),
            "validation nats": float(-np.log(right).mean()),
        }
    }
    if recipe.phrases:
        pipe, chosen["phrases"] = add_phrases(
            pipe, texts, labels, (held_out, held_out_labels), **recipe.phrases
        )
    return pipe, chosen


def names(targets: np.ndarray) -> list[str]:
    """Gives the likeliest label of each text."""
    return [LABELS[number] for number in targets.argmax(axis=1)]


def beginning(name: str, checkpoints: Path, presets: Path) -> Sentiment:
    """Gives the pipeline from which the training of a preset begins.

    Args:
        name: Name of the preset.
        checkpoints: Folder of the checkpoints.
        presets: Folder of the presets.

    Returns:
        The pipeline, with what the language model or another preset has learnt.
    """
    recipe = RECIPES[name]
    if recipe.base != "language_model":
        return Sentiment.from_preset(presets / recipe.base)
    folder = checkpoints / "sentiment_language_model"
    language_model, _ = pretrain(folder)
    files = {VOCABULARY: vocabulary(folder).to_bytes()}
    pipe = Sentiment({**recipe.network, "seed": recipe.seed}, {"labels": LABELS}, files=files)
    learnt = {weight.path: weight for weight in language_model.weights}
    for weight in pipe.network.weights:
        if weight.path.startswith(("token_embedding", "recurrent/forward")):
            weight.assign(learnt[weight.path])
    return pipe


def make(name: str, checkpoints: Path, output: Path) -> None:
    """Trains and releases a preset, as `rnnapps.training.command` asks."""
    from rnnapps.pipelines.sentiment.release import release

    pipe, chosen = train(name, checkpoints, output)
    release(name, pipe, chosen, output / name)


if __name__ == "__main__":
    command("sentiment", RECIPES, make, __doc__)
