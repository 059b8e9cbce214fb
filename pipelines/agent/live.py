"""What a training shows while it goes on."""

from __future__ import annotations

import sys
import time
from typing import Any

import keras

from rnnapps.figures import blank

#: Seconds between two drawings of the returns.
EVERY = 2.0


def live(verbose: int) -> list[keras.callbacks.Callback]:
    """Gives the callbacks that show a training: a bar, and in a notebook a curve of returns."""
    if not verbose:
        return []
    return [_Curve()] if "ipykernel" in sys.modules else [_Bar()]


class _Bar(keras.callbacks.Callback):
    """A bar with the mean return of the last update's episodes."""

    def on_train_begin(self, logs=None):
        self.bar = keras.utils.Progbar(
            self.params["epochs"], stateful_metrics=["return", "steps"], unit_name="update"
        )

    def on_epoch_end(self, epoch, logs=None):
        self.bar.update(epoch + 1, [(name, logs[name]) for name in ("return", "steps")])


class _Curve(keras.callbacks.Callback):
    """A curve of mean returns that grows below the cell."""

    def on_train_begin(self, logs=None):
        from IPython.display import display

        self.steps: list[float] = []
        self.returns: list[float] = []
        self.shown: Any = display(self._drawn(), display_id=True)
        self.last = time.monotonic()

    def on_epoch_end(self, epoch, logs=None):
        self.steps.append(logs["steps"])
        self.returns.append(logs["return"])
        if time.monotonic() - self.last >= EVERY or epoch + 1 == self.params["epochs"]:
            self.shown.update(self._drawn())
            self.last = time.monotonic()

    def _drawn(self) -> Any:
        figure = blank(figsize=(6, 3), layout="constrained")
        axes = figure.subplots()
        axes.plot(self.steps, self.returns)
        axes.set(xlabel="steps", ylabel="mean return of an episode")
        return figure
