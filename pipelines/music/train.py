"""Trains the shipped presets: `python -m rnnapps.pipelines.music.train bach_chorales`.

Needs the folder of public data in RNNAPPS_DATA. A killed training goes on where it was when the
same command is given again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rnnapps.data import datasets
from rnnapps.data.grid import Grid, estimate_key
from rnnapps.pipelines.music.data import Augmented, example, score_of
from rnnapps.pipelines.music.recipes import RECIPES
from rnnapps.training.command import command


def scores(name: str, split: str) -> list[Any]:
    """Reads the pieces of a preset's data set as the scores of its representation.

    Args:
        name: Name of the preset.
        split: Name of the split.

    Returns:
        The scores: grids or arrays of notes.
    """
    recipe = RECIPES[name]
    pieces = datasets.load(recipe.dataset, split)
    if recipe.dataset == "jsb_chorales":
        return [Grid(piece, key=estimate_key(Grid(piece))) for piece in pieces]
    return [score_of(recipe.codec, piece.read(), recipe.preprocessor["voices"]) for piece in pieces]


def train(name: str, checkpoint_dir: Path, verbose: int = 1) -> Any:
    """Trains a preset's network, going on from its checkpoint if there is one.

    Args:
        name: Name of the preset.
        checkpoint_dir: Folder of the checkpoint.
        verbose: As in `keras.Model.fit`.

    Returns:
        The network with its best weights, and the history.
    """
    from rnnapps.data.windows import Windows
    from rnnapps.nn.token_network import token_network
    from rnnapps.training.loop import train as run

    recipe = RECIPES[name]
    codec = recipe.codec
    held_out = [example(codec, codec.encode(score)) for score in scores(name, "valid")]
    pieces = [(score, codec.encode(score)) for score in scores(name, "train")]
    examples = Augmented(codec, pieces, recipe.semitones, recipe.crop)
    network = token_network(codec.size, codec.channels, seed=recipe.seed, **recipe.network)
    history = run(
        network,
        Windows(examples, recipe.batch_size, recipe.window, seed=recipe.seed),
        Windows(lambda rng: held_out, recipe.batch_size, recipe.window, shuffle=False),
        epochs=recipe.epochs,
        learning_rate=recipe.learning_rate,
        checkpoint_dir=checkpoint_dir,
        resume=True,
        settings={
            "dataset": recipe.dataset,
            "codec": codec.to_json(),
            "network": recipe.network,
            "semitones": recipe.semitones,
            "crop": recipe.crop,
        },
        verbose=verbose,
    )
    return network, history


def make(name: str, checkpoints: Path, output: Path) -> None:
    """Trains and releases a preset, as `rnnapps.training.command` asks."""
    from rnnapps.pipelines.music.release import release

    network, history = train(name, checkpoints / name)
    release(name, network, history, output / name)


if __name__ == "__main__":
    command("music", RECIPES, make, __doc__)
