"""What is kept of a training that may be killed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np

from rnnapps.files import replaced_file
from rnnapps.tables import plain
from rnnapps.training.checkpoint import check_same, variables

FILE = "checkpoint.npz"


class Progress:
    """Keeps weights, the optimiser's variables and the history after each update.

    Environments cannot be kept; a training that goes on begins new episodes.

    Args:
        directory: folder of the checkpoint, one file.
        settings: JSON values that must be the same when training goes on.
        resume: whether to go on from what is there.
    """

    def __init__(self, directory: str | Path, settings: dict[str, Any], resume: bool):
        self.path = Path(directory) / FILE
        self.settings = json.loads(json.dumps(plain(settings)))
        self.resume = resume
        self.history: dict[str, list[float]] = {}
        self.spread: dict[str, float] = {}

    def restore(self, model: keras.Model) -> int:
        """Restores what was kept.

        Args:
            model: The compiled model, with its optimiser built.

        Returns:
            The update to go on with; 0 where there is nothing.

        Raises:
            InputError: If it is of another training.
        """
        if not self.resume or not self.path.is_file():
            return 0
        with np.load(self.path, allow_pickle=False) as file:
            facts = json.loads(str(file["facts"]))
            check_same(self.settings, facts["settings"], self.path)
            for index, variable in enumerate(variables(model)):
                variable.assign(file[f"v{index}"])
        self.history, self.spread = facts["history"], facts["spread"]
        return int(facts["updates"])

    def save(self, model: keras.Model, updates: int, spread: dict[str, float]) -> None:
        """Writes the checkpoint, whole or not at all.

        Args:
            model: The model.
            updates: How many were made.
            spread: What is known of how far returns spread.
        """
        arrays = {
            f"v{index}": keras.ops.convert_to_numpy(variable)
            for index, variable in enumerate(variables(model))
        }
        facts = {
            "updates": updates,
            "settings": self.settings,
            "history": self.history,
            "spread": plain(spread),
        }
        with replaced_file(self.path) as temporary:
            np.savez(temporary, facts=np.array(json.dumps(facts)), **arrays)
