"""How a pipeline is adapted to own data: frozen layers, rates by layer, a rate that is found."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnnapps.checks import check_count, check_positive
from rnnapps.errors import InputError

if TYPE_CHECKING:
    import keras

    from rnnapps.training.lr_finder import FoundRate


class FineTuning(ABC):
    """The part of a pipeline that trains; names and rates are fastai's."""

    _frozen_to: int = 0

    @property
    @abstractmethod
    def network(self) -> keras.Model:
        """The Keras network."""

    @abstractmethod
    def fit(self, x: Any, y: Any = None, **options: Any) -> keras.callbacks.History:
        """Trains on own data; a second call continues."""

    def freeze(self) -> None:
        """Freezes all but the last layer group, the head: `fit` then leaves the rest as it is."""
        self.freeze_to(-1)

    def unfreeze(self) -> None:
        """Lets `fit` train all layers again."""
        self.freeze_to(0)

    def freeze_to(self, n: int) -> None:
        """Freezes the layer groups before one, until it is called again; it is not saved.

        The groups go from input to output: embeddings, each recurrent layer, the head.

        Args:
            n: Index of the first group that is trained; negative counts from the end.

        Raises:
            InputError: If there is no such group.
        """
        from rnnapps.training.freezing import freeze_to

        freeze_to(self.network, n)
        self._frozen_to = n

    def fine_tune(
        self,
        x: Any,
        y: Any = None,
        *,
        epochs: int | None = None,
        base_lr: float = 2e-3,
        freeze_epochs: int = 1,
        lr_mult: float = 100,
        checkpoint_dir: str | Path | None = None,
        resume: bool = False,
        **options: Any,
    ) -> keras.callbacks.History:
        """Trains the head alone, then all layers, the first ones at lower rates.

        Args:
            x: As in `fit`.
            y: As in `fit`.
            epochs: Passes over the data with all layers; by default as many as `fit` makes.
            base_lr: Highest rate of the head alone; with all layers it is half of that.
            freeze_epochs: Passes over the data with the head alone; 0 leaves them out.
            lr_mult: How many times the rate of the first layers goes into that of the head.
            checkpoint_dir: Folder of the checkpoints, a folder within it for each of the two.
            resume: Whether to go on from them; data and options must be those of before.
            **options: Other options of `fit`.

        Returns:
            Keras's history over all epochs of both.

        Raises:
            InputError: As in `fit`.

        Reference: Howard and Ruder 2018, "Universal Language Model Fine-tuning for Text
        Classification", arXiv:1801.06146, section 3.2.
        """
        check_count(epochs=epochs)
        check_count(0, freeze_epochs=freeze_epochs)
        check_positive(base_lr=base_lr, lr_mult=lr_mult)
        if lr_mult < 1:
            raise InputError(f"Expected lr_mult of 1 or more. Received: lr_mult={lr_mult}.")
        half = base_lr / 2
        passes = {} if epochs is None else {"epochs": epochs}
        phases: list[tuple[int, str, dict[str, Any]]] = [
            (-1, "frozen", {"epochs": freeze_epochs, "learning_rate": base_lr}),
            (0, "unfrozen", {**passes, "learning_rate": (half / lr_mult, half)}),
        ]
        if checkpoint_dir is not None and not resume:
            _forget(Path(checkpoint_dir) / "unfrozen")
        self._built(options)
        histories, before = [], self._frozen_to
        try:
            for first, name, chosen in phases if freeze_epochs else phases[1:]:
                folder = None if checkpoint_dir is None else Path(checkpoint_dir) / name
                self.freeze_to(first)
                histories.append(
                    self.fit(x, y, checkpoint_dir=folder, resume=resume, **chosen, **options)
                )
        except BaseException:
            self.freeze_to(before)
            raise
        return _joined(histories)

    def lr_find(
        self,
        x: Any,
        y: Any = None,
        *,
        start_lr: float = 1e-7,
        end_lr: float = 10,
        num_it: int = 100,
        stop_div: bool = True,
        **options: Any,
    ) -> FoundRate:
        """Tells which learning rate to take, by a mock training at rates that grow.

        The pipeline is as before afterwards.

        Args:
            x: As in `fit`.
            y: As in `fit`.
            start_lr: The first rate.
            end_lr: The rate at the end.
            num_it: Number of steps.
            stop_div: Whether to stop once the loss is 4 times the best.
            **options: Other options of `fit`.

        Returns:
            `lrs`, `losses` and the rate to take, `valley`; `plot()` draws them.

        Raises:
            InputError: As in `fit`, or if the loss diverges from the beginning.
        """
        from rnnapps.training.lr_finder import lr_find

        weights = self._built(options).get_weights()
        trial = copy.copy(self)
        for name, value in vars(self).items():
            if isinstance(value, dict):
                setattr(trial, name, dict(value))
        try:
            return lr_find(
                partial(trial.fit, x, y),
                start_lr=start_lr,
                end_lr=end_lr,
                num_it=num_it,
                stop_div=stop_div,
                **options,
            )
        finally:
            self.network.set_weights(weights)

    def _built(self, options: Mapping[str, Any]) -> keras.Model:
        """Gives the network, whose weights where they are random come from the seed of `fit`."""
        from rnnapps.nn.seeding import seeded

        with seeded(options.get("seed", 0)):
            return self.network


@contextmanager
def kept_if_refused(pipe: FineTuning) -> Iterator[None]:
    """Puts a pipeline back as it was where its training is refused, as by a wrong checkpoint.

    Args:
        pipe: The pipeline.
    """
    before = {name: dict(v) if type(v) is dict else v for name, v in vars(pipe).items()}
    try:
        yield
    except InputError:
        vars(pipe).update(before)
        raise


def _forget(folder: Path) -> None:
    """Removes the checkpoint of an earlier training, which a later resume would take up."""
    from rnnapps.training.checkpoint import FILE

    (folder / FILE).unlink(missing_ok=True)


def _joined(histories: list[keras.callbacks.History]) -> keras.callbacks.History:
    import keras

    joined = keras.callbacks.History()
    for each in histories:
        for name, values in each.history.items():
            joined.history.setdefault(name, []).extend(values)
    joined.epoch = list(range(sum(len(each.epoch) for each in histories)))
    return joined
