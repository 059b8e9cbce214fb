"""The sentiment pipeline: labels texts, explains its answers, learns labels from few examples."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from hashlib import sha256
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from rnnapps.checks import LearningRate, check_count, check_fit
from rnnapps.data.text import BOUNDARY, Subwords, Tokens, check_text
from rnnapps.decoding.sampling import log_softmax
from rnnapps.errors import InputError, UnknownNameError
from rnnapps.pipeline import Example, Pipeline
from rnnapps.pipelines.sentiment.data import label_order, labelled, without_breaks
from rnnapps.pipelines.sentiment.explanation import Explanation, contributions
from rnnapps.pipelines.sentiment.recipes import SIZE
from rnnapps.runtime.rows import run_rows

if TYPE_CHECKING:
    import keras

    from rnnapps.report import Report

VOCABULARY = "tokenizer.json"
#: Tokens that run at once; a longer text is read on with the states carried over.
WINDOW = 1000


class Sentiment(Pipeline):
    """Labels texts with a recurrent network that learnt to read before it learnt to judge.

    Presets: `imdb` (film reviews of any length, the default), `sst2` (single sentences).

    Example:
    >>> from rnnapps import pipeline
    >>> texts, labels = ["wise and funny", "dull and loud"] * 8, ["praise", "blame"] * 8
    >>> small = {"vocabulary": texts, "embedding": 8, "units": 8, "seed": 1}
    >>> judge = pipeline("sentiment", False, **small)
    >>> _ = judge.fit(texts, labels, epochs=10, learning_rate=0.05)  # doctest: +ELLIPSIS
    Epoch 1/10...
    >>> judge.predict("wise and funny")["label"]
    'praise'
    """

    task = "sentiment"
    takes_files = False

    def __init__(self, config: Mapping[str, Any], preprocessor: Mapping[str, Any], **options: Any):
        super().__init__(config, preprocessor, **options)
        self.subwords = Subwords(self.files[VOCABULARY])

    @property
    def labels(self) -> list[str]:
        """The names of the labels."""
        return list(self.preprocessor["labels"])

    @classmethod
    def untrained(
        cls,
        labels: Sequence[str] = ("negative", "positive"),
        vocabulary: Sequence[str] | None = None,
        size: int = SIZE,
        **overrides: Any,
    ) -> Self:
        """Builds the pipeline with random weights.

        Args:
            labels: Names of the labels.
            vocabulary: Texts from which the subwords are learnt. By default the first `fit` learns
                them from its own texts; until then the pipeline knows the letters of a keyboard.
            size: Number of subwords at most.
            **overrides: Settings of the network, as in `rnnapps.pipelines.sentiment.model`.

        Returns:
            The pipeline.

        Raises:
            InputError: If the size is no count.
            UnknownNameError: If there is no such setting.
        """
        from rnnapps.pipelines.sentiment.model import classifier

        known = [*list(signature(classifier).parameters)[2:], "labels", "vocabulary", "size"]
        for name in overrides:
            if name not in known:
                raise UnknownNameError.of("setting of the network", name, known)
        check_count(size=size)
        preprocessor: dict[str, Any] = {"labels": list(labels)}
        if vocabulary is None:
            preprocessor["learns"] = size
        subwords = Subwords.learn(vocabulary or (), size, folded=True)
        return cls(overrides, preprocessor, files={VOCABULARY: subwords.to_bytes()})

    def build(self) -> keras.Model:
        from rnnapps.pipelines.sentiment.model import classifier

        return classifier(len(self.subwords), len(self.labels), **self.config)

    def preprocess(self, raw: Any) -> Example:
        ids = self._tokens(raw).ids
        return {"tokens": np.concatenate([np.array([BOUNDARY], np.int32), ids])}

    def forward(self, examples: list[Example]) -> list[Example]:
        return run_rows(self.batch_session, examples, WINDOW)

    def postprocess(self, arrays: Example, raw: Any, top_k: int | None = 1) -> Any:
        """Gives the likeliest labels with their probabilities.

        Args:
            arrays: What `forward` gave.
            raw: The text.
            top_k: How many labels; one comes as a dict, several as a list.
        """
        check_count(top_k=top_k)
        scores = np.exp(log_softmax(arrays["logits"].astype(np.float64)))
        order = np.argsort(-scores, kind="stable")[:top_k]
        results = [{"label": self.labels[i], "score": float(scores[i])} for i in order]
        return results[0] if top_k == 1 else results

    def predict(self, x: Any, batch_size: int | None = None, **options: Any) -> Any:
        """Labels texts of any length, each read whole.

        Args:
            x: A text, a list of texts, or an iterator of texts.
            batch_size: How many texts run at once (8-bit networks run each alone); the results do
                not depend on it.
            **options: `top_k`: 1, the default, gives the likeliest label; a larger number as many,
                the likeliest first; None all.

        Returns:
            For each text a dict of `label` and `score`, its probability; a list of such dicts
            where `top_k` is not 1.

        Raises:
            InputError: If an input is no text.
        """
        return super().predict(x, batch_size, **options)

    def explain(self, text: str) -> Explanation:
        """Tells what each word of a text adds to its label.

        Each word is left out once, and the answer without it is set beside the answer with it.

        Args:
            text: A text; of more than 300 words, several together are left out.

        Returns:
            The explanation, which a notebook shows with the words tinted.

        Raises:
            InputError: If it is no text.
        """
        tokens = self._tokens(text)
        answer = self.predict(text)
        number = self.labels.index(answer["label"])
        words = contributions(self.session, tokens, text, number) if text.strip() else []
        return Explanation(text, answer["label"], answer["score"], words)

    def fit(  # type: ignore[override]
        self,
        x: Any,
        y: Any = None,
        *,
        validation_data: Any = None,
        text: str = "text",
        label: str = "label",
        epochs: int | None = None,
        batch_size: int = 32,
        learning_rate: LearningRate = (1e-4, 1e-3),
        class_weight: Any = None,
        patience: int | None = None,
        callbacks: Sequence[Any] = (),
        seed: int = 0,
        checkpoint_dir: str | Path | None = None,
        resume: bool = False,
    ) -> keras.callbacks.History:
        """Trains on own texts; a second call continues.

        Labels that the pipeline does not know replace its own, and the head's last layer begins
        anew; what the layers below have learnt of the language stays.

        Args:
            x: Texts, or with `y` left out pairs of text and label, a pandas frame, a .csv, .tsv or
                .jsonl file, a folder with a folder of .txt files for each label, or a
                `tf.data.Dataset` of pairs.
            y: A label for each text.
            validation_data: Like `x`, or a pair `(x, y)`; decides which epoch is kept.
            text: Name of the column with the texts.
            label: Name of the column with the labels.
            epochs: Passes over the texts; by default as many as give 300 batches, from 3 to 30.
            batch_size: Texts of a batch.
            learning_rate: Highest rate of the one-cycle schedule; a pair gives the first layers
                the lower rate and the head the higher one, as in ULMFiT.
            class_weight: Weight by label, or `"balanced"` to let all labels count alike.
            patience: Epochs without a better loss after which training stops.
            callbacks: Keras callbacks.
            seed: Same seed, same result.
            checkpoint_dir: Folder of a checkpoint.
            resume: Whether to go on from it; texts and options must be those of before.

        Returns:
            Keras's history; `nats` is the cross-entropy, `accuracy` a share.

        Raises:
            InputError: If the texts cannot be read, all have one label, or an argument is out of
                range.

        Reference: Howard and Ruder 2018, "Universal Language Model Fine-tuning for Text
        Classification", arXiv:1801.06146, section 3.3.
        """
        from rnnapps.pipelines.sentiment.training import LONGEST, one_hot, train

        check_fit(
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            patience=patience,
            seed=seed,
            checkpoint_dir=checkpoint_dir,
            resume=resume,
        )
        texts, labels = labelled(x, y, text, label)
        known = self.labels if set(labels) <= set(self.labels) else label_order(labels)
        if len(set(labels)) < 2:
            raise InputError(
                f"Expected texts of two labels or more. Received: all {len(texts)} texts are "
                f"{labels[0]!r}."
            )
        weights = _weights(labels, class_weight)
        others: list[str] = []
        names: list[str] = []
        if validation_data is not None:
            pair = isinstance(validation_data, tuple) and len(validation_data) == 2
            others, names = labelled(
                *(validation_data if pair else (validation_data,)), text=text, label=label
            )
            _check_known(names, known)
        if epochs is None:
            epochs = int(np.clip(-(-300 * batch_size // len(texts)), 3, 30))
        self._take_up(known, texts)
        rows = [self.preprocess(each) for each in texts]
        long = sum(len(row["tokens"]) > LONGEST for row in rows)
        if long:
            warnings.warn(
                f"Of {long} texts with more than {LONGEST} tokens, training reads the beginning "
                "and the end; predict reads them whole.",
                stacklevel=2,
            )
        held_out = None
        if others:
            held_out = [self.preprocess(each) for each in others], one_hot(names, known)
        digest = sha256("\0".join([*texts, *labels]).encode()).hexdigest()
        with self.training(seed) as network:
            return train(
                network,
                rows,
                one_hot(labels, known),
                held_out,
                weights=weights,
                batch_size=batch_size,
                seed=seed,
                epochs=epochs,
                learning_rate=learning_rate,
                patience=patience,
                checkpoint_dir=checkpoint_dir,
                resume=resume,
                callbacks=callbacks,
                settings={"texts": digest, "labels": known, "class_weight": class_weight},
            )

    def evaluate(self, x: Any, y: Any = None, text: str = "text", label: str = "label") -> Report:
        """Measures on own texts.

        Args:
            x: As in `fit`.
            y: A label for each text.
            text: Name of the column with the texts.
            label: Name of the column with the labels.

        Returns:
            Accuracy, macro F1 and cross-entropy in nats, precision and recall by label, and what
            was taken for what.

        Raises:
            InputError: If the texts cannot be read, or a label is none of the pipeline's.
        """
        from rnnapps.pipelines.sentiment.evaluation import report

        texts, labels = labelled(x, y, text, label)
        _check_known(labels, self.labels)
        return report(self.predict(texts, top_k=None), labels, self.labels)

    def example(self) -> str:
        return "A quiet triumph: funny, sad and wise, and not a minute too long."

    def demo(self, folder: Path) -> list[tuple[str, str]]:
        from rnnapps.pipelines.sentiment.demo import demo

        return demo(self, folder)

    def _tokens(self, raw: Any) -> Tokens:
        check_text(raw)
        return self.subwords.encode(without_breaks(raw))

    def _take_up(self, labels: list[str], texts: list[str]) -> None:
        """Changes what is not known yet: the labels, and the vocabulary where there is none.

        For new labels the last layer begins anew and all others stay as they are.
        """
        kept: dict[str, np.ndarray] = {}
        if size := self.preprocessor.pop("learns", None):
            self.subwords = Subwords.learn(texts, size, folded=True)
            self.files[VOCABULARY] = self.subwords.to_bytes()
        elif labels == self.labels:
            return
        else:
            kept = {path: array for path, array in self.weights().items() if "logits" not in path}
        self.preprocessor["labels"] = labels
        self._network = self._weights = self._graph = self._session = None
        for weight in self.network.weights:
            if weight.path in kept:
                weight.assign(kept[weight.path])


def _check_known(labels: list[str], known: list[str]) -> None:
    for name in labels:
        if name not in known:
            raise InputError(f"Expected labels among {known}. Received: {name!r}.")


def _weights(labels: list[str], class_weight: Any) -> np.ndarray | None:
    """Gives the weight of each text."""
    if class_weight is None:
        return None
    names = label_order(labels)
    if isinstance(class_weight, str):
        if class_weight != "balanced":
            raise InputError(
                "Expected class_weight as 'balanced' or a weight by label. Received: "
                f"{class_weight!r}."
            )
        class_weight = {name: len(labels) / (len(names) * labels.count(name)) for name in names}
    if not isinstance(class_weight, Mapping) or not set(names) <= set(map(str, class_weight)):
        raise InputError(
            f"Expected class_weight with a weight for each of {names}. Received: {class_weight!r}."
        )
    by_name = {str(name): float(weight) for name, weight in class_weight.items()}
    return np.array([by_name[label] for label in labels], np.float32)
