"""Where the gradient of a recurrent network vanishes or explodes: recorded, judged and drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import keras
import numpy as np

from rnnapps.errors import InputError
from rnnapps.figures import blank
from rnnapps.training.gradient_norms import gradient_norms

if TYPE_CHECKING:
    from matplotlib.figure import Figure

VANISHING = 1e-4
EXPLODING = 1e3


def verdict(norms: np.ndarray) -> str:
    """Says what becomes of a gradient on its way back through time.

    Args:
        norms: the norms of one layer, as `gradient_norms` gives them.

    Returns:
        `"exploding"` if a norm is not finite or more than `EXPLODING` times the one at the loss;
        else `"vanishing"` if the farthest is at most `VANISHING` times the one at the loss;
        else `"healthy"`.

    Example:
    >>> import numpy as np
    >>> from rnnapps.training.diagnostics import verdict
    >>> [verdict(rate ** np.arange(50)) for rate in (0.8, 0.9, 1.2)]
    ['vanishing', 'healthy', 'exploding']
    """
    if not np.all(np.isfinite(norms)) or np.max(norms) > EXPLODING * norms[0] > 0:
        return "exploding"
    return "vanishing" if norms[-1] <= VANISHING * norms[0] else "healthy"


class Record(NamedTuple):
    """The norms at one moment of a training.

    Attributes:
        moment: epochs or batches that had been trained.
        norms: as `gradient_norms` gives them.
    """

    moment: int
    norms: dict[str, np.ndarray]


class GradientFlow(keras.callbacks.Callback):
    """Records gradient norms through time, before a training and along it.

    A record runs the layers step by step, which takes a second or so for a hundred steps.

    Args:
        batch: the batch that is looked at, as the training data give it.
        every: batches between two records; None records after each epoch.

    Attributes:
        unit: `"epoch"` or `"batch"`, in which the moments of the records are counted.
        history: the records.

    Raises:
        InputError: If `every` is below 1.

    Reference: Bengio, Simard, Frasconi 1994, "Learning Long-Term Dependencies with Gradient
    Descent is Difficult".

    Example:
    >>> import keras, numpy as np
    >>> from rnnapps.nn.recurrent import Recurrent
    >>> from rnnapps.training.diagnostics import GradientFlow
    >>> x = keras.Input((None, 2))
    >>> outputs, _ = Recurrent(3, name="memory")(x)
    >>> model = keras.Model(x, outputs)
    >>> model.compile("adam", "mse")
    >>> batch = np.ones((4, 5, 2)), np.ones((4, 5, 3))
    >>> flow = GradientFlow(batch)
    >>> _ = model.fit(*batch, epochs=2, callbacks=[flow], verbose=0)
    >>> [record.moment for record in flow.history], flow.verdicts
    ([0, 1, 2], {'memory/forward_0': 'healthy'})
    """

    def __init__(self, batch: Sequence[Any], every: int | None = None):
        super().__init__()
        if every is not None and every < 1:
            raise InputError(f"Expected every to be 1 or more. Received: every={every}.")
        self.batch, self.every = batch, every
        self.unit = "epoch" if every is None else "batch"
        self.history: list[Record] = []
        self._done = 0

    @property
    def verdicts(self) -> dict[str, str]:
        """What `verdict` says of each layer in the last record.

        Raises:
            InputError: If nothing has been recorded.
        """
        if not self.history:
            raise InputError(
                "Expected a training with this callback before. Received: no records. Do pass it "
                "to `fit` as one of its `callbacks` instead."
            )
        return {name: verdict(norms) for name, norms in self.history[-1].norms.items()}

    def on_train_begin(self, logs=None):
        if not self.history:
            self._record()

    def on_train_batch_end(self, batch, logs=None):
        if self.every is not None:
            self._done += 1
            if self._done % self.every == 0:
                self._record()

    def on_epoch_end(self, epoch, logs=None):
        if self.every is None:
            self._done += 1
            self._record()

    def _record(self) -> None:
        model = self.model
        self.history.append(Record(self._done, gradient_norms(model, self.batch, model.loss)))

    def plot(self) -> Figure:
        """Draws the norms, one line a record.

        Returns:
            The figure, with a panel for each layer; a notebook shows it.

        Raises:
            InputError: If nothing has been recorded.
        """
        return plot_side_by_side({"": self})


def plot_side_by_side(flows: Mapping[str, GradientFlow]) -> Figure:
    """Draws the records of several trainings side by side on one scale.

    Args:
        flows: by title.

    Returns:
        The figure, with a panel for each training and layer; a notebook shows it.

    Raises:
        InputError: If one of them has recorded nothing.

    Example:
    >>> import numpy as np
    >>> from rnnapps.training.diagnostics import GradientFlow, Record, plot_side_by_side
    >>> flow = GradientFlow(batch=())
    >>> flow.history.append(Record(0, {"memory/forward_0": 0.5 ** np.arange(20)}))
    >>> figure = plot_side_by_side({"plain RNN": flow, "the same": flow})
    >>> [ax.get_title() for ax in figure.axes]
    ['plain RNN: vanishing', 'the same: vanishing']
    """
    from matplotlib import colormaps

    panels = [(title, flow, name) for title, flow in flows.items() for name in flow.verdicts]
    figure = blank(figsize=(1 + 4 * len(panels), 3.6), layout="constrained")
    axes = figure.subplots(1, len(panels), sharex=True, sharey=True, squeeze=False)[0]
    for ax, (title, flow, name) in zip(axes, panels, strict=True):
        labelled = np.linspace(0, len(flow.history) - 1, 6).round()
        for index, (moment, norms) in enumerate(flow.history):
            ax.semilogy(
                norms[name],
                color=colormaps["viridis"](0.9 * index / len(flow.history)),
                label=f"{flow.unit} {moment}" if index in labelled else None,
            )
        heading = title if len(flow.verdicts) == 1 else f"{title} {name}".strip()
        ax.set_title(f"{heading}: {flow.verdicts[name]}" if heading else flow.verdicts[name])
        ax.set_xlabel("steps back from the loss")
        ax.grid(alpha=0.3)
        ax.legend(frameon=False, fontsize="small")
    axes[0].set_ylabel("norm of the gradient")
    return figure
