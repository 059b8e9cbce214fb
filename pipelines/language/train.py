"""Trains the shipped presets: `python -m rnnapps.pipelines.language.train english`.

Needs the folder of public data in RNNAPPS_DATA. A killed training goes on where it was when the
same command is given again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rnnapps.data import datasets
from rnnapps.data.text import Subwords
from rnnapps.pipelines.language.data import all_passages
from rnnapps.pipelines.language.pipeline import VOCABULARY
from rnnapps.pipelines.language.reading import Reader
from rnnapps.pipelines.language.recipes import RECIPES
from rnnapps.training.command import command


def texts(name: str, split: str) -> list[str]:
    """Reads the texts of a preset's data sets.

    Args:
        name: Name of the preset.
        split: Name of the split.

    Returns:
        The texts, one paragraph a line.
    """
    return [text for each in RECIPES[name].datasets for text in datasets.load(each, split)]


def train(name: str, checkpoint_dir: Path, verbose: int = 1) -> tuple[Any, Any, Subwords]:
    """Trains a preset's network, going on from its checkpoint if there is one.

    Args:
        name: Name of the preset.
        checkpoint_dir: Folder of vocabulary and checkpoint.
        verbose: As in `keras.Model.fit`.

    Returns:
        The network with its best weights, the history, and the vocabulary.
    """
    from rnnapps.nn.token_network import token_network
    from rnnapps.training.loop import train_on_text

    recipe = RECIPES[name]
    training = all_passages(texts(name, "train"))
    subwords = Subwords.kept(checkpoint_dir / VOCABULARY, lambda: training, recipe.size)
    reader = Reader(subwords)
    network = token_network(len(subwords), seed=recipe.training["seed"], **recipe.network)
    history = train_on_text(
        network,
        reader.all_ids(training),
        reader.all_ids(all_passages(texts(name, "valid"))),
        checkpoint_dir=checkpoint_dir,
        resume=True,
        settings={"datasets": list(recipe.datasets), "network": recipe.network},
        verbose=verbose,
        **recipe.training,
    )
    return network, history, subwords


def make(name: str, checkpoints: Path, output: Path) -> None:
    """Trains and releases a preset, as `rnnapps.training.command` asks."""
    from rnnapps.pipelines.language.release import release

    network, history, subwords = train(name, checkpoints / name)
    release(name, network, history, subwords, output / name)


if __name__ == "__main__":
    command("language", RECIPES, make, __doc__)
