"""The contract of a pipeline: preprocess, forward, postprocess, and all that follows from it."""

from __future__ import annotations

import io
import itertools
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from rnnapps import preset as presets
from rnnapps.checks import check_count
from rnnapps.data.batches import buckets
from rnnapps.errors import InputError, PresetError, UnknownNameError, at
from rnnapps.fine_tuning import FineTuning
from rnnapps.nn.seeding import seeded
from rnnapps.runtime.rows import run_rows, steps
from rnnapps.runtime.session import KerasSession, OnnxSession, Session, keras_on_gpu

if TYPE_CHECKING:
    import keras

    from rnnapps.report import Report

Example = dict[str, np.ndarray]


class Pipeline(FineTuning):
    """Preprocessing, a recurrent network and a high-level way to use them.

    Predictions run on ONNX Runtime; Keras is imported when the network is trained, exported or
    asked for. In a process that has Keras on a GPU, batches run there.

    Args:
        config: settings of the network.
        preprocessor: settings of the preprocessing.
        weights: array by path of each weight; None leaves the network as it is initialised.
        graph: the lowered network; None lowers it when it is needed.
        metadata: what is known of the weights.
        files: content by name of further files, such as vocabularies, which are saved and loaded
            with the rest.

    A subclass says how the network is built (`build`), and how raw input becomes a result:
    `preprocess`, `forward` where one run of the network is not all of it, `postprocess`.
    """

    task: ClassVar[str]
    batch_size: ClassVar[int] = 16
    takes_files: ClassVar[bool] = True
    """Whether the name of a file stands for its content; False where inputs are texts."""
    takes_names: ClassVar[bool] = False
    """Whether `fit` and `evaluate` take a name, such as an environment's, in place of a file, or
    None for the one that the preset knows."""
    fit_settings: ClassVar[type | None] = None
    """A dataclass with further keywords that `fit` takes."""

    def __init__(
        self,
        config: Mapping[str, Any],
        preprocessor: Mapping[str, Any],
        *,
        weights: Mapping[str, np.ndarray] | None = None,
        graph: bytes | None = None,
        metadata: Mapping[str, Any] | None = None,
        files: Mapping[str, bytes] | None = None,
    ):
        self.config, self.preprocessor = dict(config), dict(preprocessor)
        self.metadata, self.files = dict(metadata or {}), dict(files or {})
        self._weights, self._graph = weights, graph
        self._network: keras.Model | None = None
        self._session: Session | None = None

    @classmethod
    def from_preset(cls, directory: str | Path) -> Self:
        """Loads a preset directory.

        Args:
            directory: as `save` writes it.

        Returns:
            The pipeline.

        Raises:
            PresetError: If the directory is damaged, of another task or of another format.
        """
        preset = presets.read(directory)
        task = preset.config.pop("task", None)
        if task != cls.task:
            raise PresetError(
                f"Expected a preset of the task {cls.task!r}. Received: one of {task!r} in "
                f"{str(directory)!r}."
            )
        return cls(
            preset.config,
            preset.preprocessor,
            weights=_Lazy(preset),
            graph=preset.graph if presets.GRAPH in preset.files else None,
            metadata=preset.metadata,
            files=preset.extra_files,
        )

    @classmethod
    @abstractmethod
    def untrained(cls, **overrides: Any) -> Self:
        """Builds the pipeline with random weights; `overrides` are settings of the network."""

    @abstractmethod
    def build(self) -> keras.Model:
        """Builds the network from `config`, with its initial weights.

        Its layers have names, by which their weights are saved.
        """

    @abstractmethod
    def preprocess(self, raw: Any) -> Example:
        """Turns one raw input into arrays of shape `(time, ...)`: inputs of the network and more.

        Raises:
            InputError: If the input cannot be used; it says why.
        """

    def forward(self, examples: list[Example]) -> list[Example]:
        """Runs the network on examples of about equal length.

        Args:
            examples: What `preprocess` gave. The input `lengths` is filled in where the network
                has it.

        Returns:
            For each example its arrays and the outputs of the network, without padding.
        """
        return run_rows(self.batch_session, examples)

    @abstractmethod
    def postprocess(self, arrays: Example, raw: Any) -> Any:
        """Turns what `forward` gave for one input into the result.

        A subclass adds its options of `predict` here, as keywords with a default.
        """

    @abstractmethod
    def example(self) -> Any:
        """Gives a sample input."""

    @property
    def network(self) -> keras.Model:
        """The Keras network, built when first asked for."""
        if self._network is None:
            try:
                network = self.build()
            except (TypeError, ValueError) as error:
                raise InputError(
                    f"Expected settings of the network. Received: {self.config} ({error})."
                ) from error
            if self._weights is not None:
                self._assign(network, self._weights)
            self._network = network
        return self._network

    @property
    def session(self) -> Session:
        """What steps and streams run on, and batches where there is no GPU: ONNX Runtime."""
        if self._session is None:
            self._session = OnnxSession(self.graph)
        return self._session

    @property
    def batch_session(self) -> Session:
        """What batches run on: Keras where this process has it on a GPU, else `session`."""
        return KerasSession(self.network) if keras_on_gpu() else self.session

    @property
    def graph(self) -> bytes:
        """The lowered network, an ONNX model."""
        if self._graph is None:
            from rnnapps.runtime.lower import lower

            self._graph = lower(self.network)
        return self._graph

    def __repr__(self) -> str:
        base = self.metadata.get("base", "nothing")
        name = self.metadata.get("name", f"trained from {base}" if self.metadata else "untrained")
        return f"<{type(self).__name__}: {name}>"

    @property
    def card(self) -> str:
        """The card of the preset, Markdown."""
        return presets.card({"task": self.task, **self.metadata})

    def predict(self, x: Any, batch_size: int | None = None, **options: Any) -> Any:
        """Predicts: one input gives one result, a list a list, an iterator a lazy iterator.

        Args:
            x: The input or inputs; a column of a frame counts as a list.
            batch_size: How many inputs run at once; the results do not depend on it.
            **options: What the task's `postprocess` takes beside the input.

        Returns:
            The result or results.

        Raises:
            InputError: If an input cannot be used.
            UnknownNameError: If the task has no such option.
        """
        check_count(batch_size=batch_size)
        self.check_options(options)
        size = batch_size or self.batch_size
        if getattr(getattr(x, "dtype", None), "kind", "") in ("O", "U"):  # a column of a frame
            x = x.tolist()
        if isinstance(x, Iterator) and not isinstance(x, io.RawIOBase | io.BufferedIOBase):
            return self._lazily(x, size, options)
        if isinstance(x, list | tuple):
            return self._predict_all(list(x), size, options)
        return self._predict_all([x], size, options, first=None)[0]

    def answers(
        self, inputs: Iterator[Any], batch_size: int | None = None, **options: Any
    ) -> Iterator[Any]:
        """Predicts for what stands on a command line or in its input, as the shell does.

        Args:
            inputs: Texts, and paths where the task reads files.
            batch_size: How many inputs run at once; the results do not depend on it.
            **options: As in `predict`.

        Returns:
            The results, as they come.

        Raises:
            InputError: As in `predict`.
        """
        found: Iterator[Any] = self.predict(inputs, batch_size, **options)
        return found

    def check_options(self, options: Mapping[str, Any]) -> None:
        """Checks options of `predict`, before anything is read.

        Raises:
            UnknownNameError: If the task has no such option.
        """
        known = list(signature(self.postprocess).parameters)[2:]
        for name in options:
            if name not in known:
                kind = f"option of the task {self.task!r}"
                raise UnknownNameError.of(kind, name, ["batch_size", *known])

    def _lazily(
        self, inputs: Iterable[Any], batch_size: int, options: Mapping[str, Any]
    ) -> Iterator[Any]:
        inputs, first = iter(inputs), 0
        while chunk := list(itertools.islice(inputs, batch_size)):
            yield from self._predict_all(chunk, batch_size, options, first)
            first += len(chunk)

    def _predict_all(
        self,
        raws: list[Any],
        batch_size: int,
        options: Mapping[str, Any],
        first: int | None = 0,
    ) -> list[Any]:
        examples = []
        for index, raw in enumerate(raws):
            with nullcontext() if first is None else at(f"Input {first + index}"):
                examples.append(self.preprocess(raw))
        results: list[Any] = [None] * len(raws)
        for group in buckets([steps(example) for example in examples], batch_size):
            outputs = self.forward([examples[i] for i in group])
            for index, arrays in zip(group, outputs, strict=True):
                results[index] = self.postprocess(arrays, raws[index], **options)
        return results

    @abstractmethod
    def evaluate(self, x: Any, y: Any = None) -> Report:
        """Measures on own data."""

    @abstractmethod
    def demo(self, folder: Path) -> list[tuple[str, str]]:
        """Writes what the task can do to a folder; gives titles with fragments of HTML."""

    @contextmanager
    def training(self, seed: int = 0) -> Iterator[keras.Model]:
        """Lends the network to a training; `fit` does its work within.

        Predictions and the card follow the weights afterwards, also where the training breaks off;
        where no weight has changed, all stays as it was.

        Args:
            seed: Seed of the network's dropouts, and of its weights where it is not built yet.

        Yields:
            The network.
        """
        with seeded(seed):
            network = self.network
        if self._frozen_to:  # a task may have built its network anew
            self.freeze_to(self._frozen_to)
        states = [each for each in network.variables if each.name == "seed_generator_state"]
        for index, state in enumerate(states):
            state.assign(np.random.default_rng([seed, index]).integers(2**32, size=2))
        before = self.weights()
        try:
            yield network
        finally:
            after = self.weights()
            if before.keys() != after.keys() or not all(
                np.array_equal(before[path], after[path]) for path in before
            ):
                self._weights = self._graph = self._session = None
                self.metadata = _fine_tuned(self.metadata)

    def _begin_anew(self) -> None:
        """Forgets the network and what was made of it, as its settings have changed."""
        self._network = self._weights = self._graph = self._session = None

    def _built_anew(self, seed: int, kept: Mapping[str, np.ndarray] | None = None) -> keras.Model:
        """Builds the network after such a change, and assigns what is kept of it by path."""
        self._begin_anew()
        with seeded(seed):
            network = self.network
        for weight in network.weights:
            if kept and weight.path in kept:
                weight.assign(kept[weight.path])
        return network

    def save(self, directory: str | Path, *, compact: bool = False, metadata: Any = None) -> Path:
        """Saves the pipeline, whole or not at all.

        Args:
            directory: Where; a preset that is there is replaced.
            compact: Whether to keep float16 weights and an 8-bit graph, as shipped presets do;
                else the weights are float32 and predictions stay equal, as the graph is the one
                that the pipeline predicts with: of a shipped preset in 8 bits until it is trained.
            metadata: Entries of the card beside those that the pipeline has.

        Returns:
            The directory.

        Raises:
            InputError: If the directory holds something else than a preset.
        """
        from rnnapps.runtime.lower import lower
        from rnnapps.runtime.quantize import quantize

        graph = quantize(lower(self.network)) if compact else self.graph
        return presets.write(
            directory,
            config={"task": self.task, **self.config},
            preprocessor=self.preprocessor,
            weights=self.weights(),
            graph=graph,
            metadata={**self.metadata, "name": Path(directory).resolve().name, **(metadata or {})},
            extra_files=self.files,
            dtype="float16" if compact else "float32",
        )

    def weights(self) -> dict[str, np.ndarray]:
        """Gives the network's weights by path, float32."""
        from keras.ops import convert_to_numpy

        return {weight.path: convert_to_numpy(weight) for weight in self.network.weights}

    def export(self, path: str | Path) -> Path:
        """Exports the network in float32, and compares the export with Keras.

        Args:
            path: `.onnx`, `.tflite` (one step with states, for the edge), or a name without a
                suffix for a SavedModel folder, which replaces one that is there. The last two
                need the TensorFlow backend.

        Returns:
            The path.

        Raises:
            InputError: If the suffix is none of these, or the folder holds something else.
            RnnappsError: If the export answers otherwise than Keras.
        """
        from rnnapps.runtime.export import export

        path = Path(path)
        if path.is_dir() and any(path.iterdir()) and not (path / "saved_model.pb").is_file():
            raise InputError(
                f"Expected an empty folder or a SavedModel to replace. Received: {str(path)!r}, "
                "which holds other files. Do choose another name instead."
            )
        return export(self.network, path)

    @staticmethod
    def _assign(network: keras.Model, weights: Mapping[str, np.ndarray]) -> None:
        for weight in network.weights:
            if weight.path not in weights:
                raise PresetError(
                    f"Expected the weight {weight.path!r} in the preset. Received: "
                    f"{sorted(weights)[:5]} and others. It was saved by another architecture."
                )
            weight.assign(weights[weight.path])


def _fine_tuned(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Keeps what stays true of weights that were trained further."""
    kept = {key: metadata[key] for key in ("base", "data", "license", "limits") if key in metadata}
    if "name" in metadata:
        kept["base"] = metadata["name"]
    if "base" not in kept:
        return {**kept, "description": "Trained."}
    base = kept["base"]
    whose = f" What is told here of data, licence and limits is told of {base}."
    return {**kept, "description": f"Fine-tuned from {base}.{whose if len(kept) > 1 else ''}"}


class _Lazy(Mapping[str, np.ndarray]):
    """The weights of a preset, read from its file when first asked for."""

    def __init__(self, preset: presets.Preset):
        self._preset = preset

    def __getitem__(self, path: str) -> np.ndarray:
        return self._preset.weights[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._preset.weights)

    def __len__(self) -> int:
        return len(self._preset.weights)
