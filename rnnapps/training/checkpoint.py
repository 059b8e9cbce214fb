"""Checkpoints that let a killed training go on as if nothing had happened."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from rnnapps.errors import InputError
from rnnapps.files import replaced_file
from rnnapps.tables import plain

if TYPE_CHECKING:
    from rnnapps.training.resumable import Epochs

FILE = "checkpoint.npz"


class Checkpoint(keras.callbacks.Callback):
    """Saves everything that training depends on, often and whole, and restores it.

    That is: weights, carried states, the optimiser's variables, the states of all random
    generators, the sums of the running metrics, the position in the data, the history so far
    and the best weights.

    Args:
        directory: where the checkpoint is kept, one file; None keeps none.
        data: the training data.
        monitor: name of the loss or metric whose lowest value is the best; of epochs that are alike
            in it the one with the lowest loss.
        every: seconds between two checkpoints within an epoch.
        settings: JSON values that must be the same when training is resumed.
    """

    def __init__(
        self,
        directory: str | Path | None,
        data: Epochs,
        monitor: str,
        every: float = 300.0,
        settings: dict[str, Any] | None = None,
    ):
        super().__init__()
        self.path = None if directory is None else Path(directory) / FILE
        self.data, self.monitor, self.every = data, monitor, every
        self.settings = json.loads(json.dumps(plain(settings or {})))
        self.history: dict[str, list[float]] = {}
        self.best: dict = {"epoch": -1, "value": None}
        self.best_weights: list[np.ndarray] = []
        self._metrics: list[np.ndarray] = []
        self._saved = time.monotonic()

    @property
    def values(self) -> list[float]:
        """What decides, of each epoch so far: of the validation, else of the training data."""
        return self.history.get(f"val_{self.monitor}", self.history.get(self.monitor, []))

    def restore(self, model: keras.Model) -> int:
        """Restores the checkpoint if there is one.

        Args:
            model: the compiled model, with its optimiser built.

        Returns:
            The epoch to go on with; 0 where there is no checkpoint.

        Raises:
            InputError: If the checkpoint is of another training.
        """
        if self.path is None or not self.path.is_file():
            return 0
        with np.load(self.path, allow_pickle=False) as file:
            facts = json.loads(str(file["facts"]))
            check_same(self.settings, facts["settings"], self.path)
            model.test_on_batch(*self.data[0])  # builds the metrics, whose sums are restored
            for index, variable in enumerate(variables(model)):
                variable.assign(file[f"v{index}"])
            self._metrics = [file[f"m{index}"] for index in range(facts["metrics"])]
            self.best_weights = [file[f"b{index}"] for index in range(facts["best_weights"])]
        self.history, self.best = facts["history"], facts["best"]
        self.data.start(facts["epoch"], facts["first"])
        return facts["epoch"]

    def on_epoch_begin(self, epoch, logs=None):
        if self._metrics:
            for variable, value in zip(self.model.metrics_variables, self._metrics, strict=True):
                variable.assign(value)
            self._metrics = []
        self._done = 0
        self._first = self.data.first

    def on_train_batch_end(self, batch, logs=None):
        self._done += 1
        last = self._done == self.data.num_batches
        if not last and time.monotonic() - self._saved >= self.every:
            self.save(self.data.epoch, self._first + self._done, self._read_metrics())

    def on_epoch_end(self, epoch, logs=None):
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(float(value))
        losses = self.history.get("val_loss", self.history.get("loss", [0.0]))
        value, loss = self.values[-1], losses[-1]
        best = self.best["value"], self.best.get("loss", np.inf)
        if np.isfinite(value) and (best[0] is None or (value, loss) < best):
            self.best = {"epoch": epoch, "value": value, "loss": loss}
            self.best_weights = [np.array(weight) for weight in self.model.get_weights()]
        self.save(epoch + 1, 0, [])

    def save(self, epoch: int, first: int, metrics: list[np.ndarray]) -> None:
        """Writes the checkpoint.

        Args:
            epoch: the epoch to go on with.
            first: the batch of it to go on with.
            metrics: values of the running metrics within the epoch.
        """
        if self.path is None:
            return
        facts = {
            "epoch": epoch,
            "first": first,
            "settings": self.settings,
            "history": self.history,
            "best": self.best,
            "metrics": len(metrics),
            "best_weights": len(self.best_weights),
        }
        arrays = {
            f"v{i}": keras.ops.convert_to_numpy(v) for i, v in enumerate(variables(self.model))
        }
        arrays |= {f"m{i}": value for i, value in enumerate(metrics)}
        arrays |= {f"b{i}": value for i, value in enumerate(self.best_weights)}
        arrays["facts"] = np.array(json.dumps(facts))
        with replaced_file(self.path) as temporary:
            np.savez(temporary, **arrays)
        self._saved = time.monotonic()

    def _read_metrics(self) -> list[np.ndarray]:
        return [keras.ops.convert_to_numpy(each) for each in self.model.metrics_variables]


def variables(model: keras.Model) -> list[Any]:
    """Gives what a compiled model and its optimiser learn and count, always in the same order."""
    return [*model.variables, *model.optimizer.variables]


def digest(arrays: Iterable[np.ndarray]) -> str:
    """Tells arrays apart, so that a training is resumed with its own data only.

    Args:
        arrays: any arrays.

    Returns:
        The SHA-256 of their bytes, one after the other.
    """
    found = sha256()
    for each in arrays:
        found.update(each.tobytes())
    return found.hexdigest()


def check_same(expected: dict[str, Any], found: dict[str, Any], path: Path) -> None:
    """Checks that a checkpoint is of the training that goes on from it.

    Args:
        expected: JSON values on which that training depends.
        found: those of the checkpoint.
        path: where it is.

    Raises:
        InputError: If they differ.
    """
    names = sorted(expected.keys() | found.keys())
    ours, theirs = (
        {name: each.get(name) for name in names if expected.get(name) != found.get(name)}
        for each in (expected, found)
    )
    if ours:
        raise InputError(
            f"Expected a checkpoint with the settings {ours}. Received: {theirs} in {str(path)!r}. "
            "Do choose another directory or start without `resume` instead. To go on from what is "
            "finished, load what it saved and call `fit` again."
        )
