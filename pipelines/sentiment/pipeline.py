"""The sentiment pipeline: labels texts, explains its answers, learns labels from few examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from rnnapps.checks import LearningRate, check_count, check_fit, check_settings, pair
from rnnapps.data.text import BOUNDARY, UNKNOWN, Subwords, Tokens, check_text
from rnnapps.decoding.sampling import log_softmax
from rnnapps.errors import InputError, at
from rnnapps.fine_tuning import kept_if_refused
from rnnapps.pipeline import Example, Pipeline
from rnnapps.pipelines.sentiment.data import (
    check_known,
    label_order,
    labelled,
    name_of,
    weights_of,
    without_breaks,
)
from rnnapps.pipelines.sentiment.explanation import Explanation, contributions
from rnnapps.pipelines.sentiment.recipes import SIZE, WINDOW
from rnnapps.runtime.rows import run_rows

if TYPE_CHECKING:
    import keras

    from rnnapps.report import Report

VOCABULARY = "tokenizer.json"


class Sentiment(Pipeline):
    """Labels texts with a recurrent network that learnt to read before it learnt to judge.

    Presets: `imdb` (film reviews of any length, the default), `sst2` (single sentences).

    Example:
    >>> from rnnapps import pipeline
    >>> judge = pipeline("sentiment")
    >>> answers = judge.predict(["Wise, funny and sad.", "A dull, loud waste of two hours."])
    >>> [answer["label"] for answer in answers]
    ['positive', 'negative']
    >>> words = judge.explain("The jokes are old, but the ending is wonderful.").words
    >>> max(words, key=lambda word: word["contribution"])["word"]
    'wonderful.'
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
            InputError: If the size is no count, or the labels or texts are none.
            UnknownNameError: If there is no such setting.
        """
        from rnnapps.pipelines.sentiment.model import classifier

        check_settings(overrides, classifier, "labels", "vocabulary", "size")
        check_count(size=size)
        names = [] if isinstance(labels, str) else list(dict.fromkeys(map(name_of, labels)))
        if len(names) < 2:
            raise InputError(f"Expected names of two labels or more. Received: {labels!r}.")
        if isinstance(vocabulary, str | Path) or hasattr(vocabulary, "columns"):
            raise InputError(
                f"Expected vocabulary as a list of texts. Received: {vocabulary!r:.80}. Do give "
                "the texts themselves, such as a column of a frame."
            )
        preprocessor: dict[str, Any] = {"labels": names}
        if vocabulary is None:
            preprocessor["learns"] = size
        texts = [] if vocabulary is None else list(vocabulary)
        for text in texts:
            check_text(text)
        subwords = Subwords.learn(texts, size, folded=True)
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
        check_count(top_k=options.get("top_k"))
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
        batch_size: int | None = None,
        learning_rate: LearningRate | None = None,
        class_weight: Any = None,
        patience: int | None = None,
        callbacks: Sequence[Any] = (),
        seed: int = 0,
        checkpoint_dir: str | Path | None = None,
        resume: bool = False,
        verbose: int = 1,
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
            epochs: Passes over the texts; by default as many as give 300 batches, from 3 to 40.
            batch_size: Texts of a batch; by default a 16th of them, from 4 to 32.
            learning_rate: Highest rate of the one-cycle schedule; a pair gives the first layers
                the lower rate and the head the higher one, as in ULMFiT. By default
                `(1e-4, 1e-3)`, or 1e-3 where all weights are random.
            class_weight: Weight by label, or `"balanced"` to let all labels count alike.
            patience: Epochs without a better loss after which training stops.
            callbacks: Keras callbacks.
            seed: Same seed, same result.
            checkpoint_dir: Folder of a checkpoint.
            resume: Whether to go on from it; texts and options must be those of before.
            verbose: 1 shows progress, 0 nothing.

        Returns:
            Keras's history; `nats` is the cross-entropy, `accuracy` a share.

        Raises:
            InputError: If the texts cannot be read, all have one label, or an argument is out of
                range.

        Reference: Howard and Ruder 2018, "Universal Language Model Fine-tuning for Text
        Classification", arXiv:1801.06146, section 3.3.
        """
        if learning_rate is None:
            learning_rate = 1e-3 if self._fresh else (1e-4, 1e-3)
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
        if len(set(labels)) < 2:
            raise InputError(
                f"Expected texts of two labels or more. Received: all {len(texts)} texts are "
                f"{labels[0]!r}."
            )
        known = self.labels if set(labels) <= set(self.labels) else label_order(labels)
        weights = weights_of(labels, class_weight)
        others: tuple[list[str], list[str]] = [], []
        if validation_data is not None:
            with at("validation_data"):
                others = labelled(*pair(validation_data), text, label)
                check_known(others[1], known)
        if batch_size is None:
            batch_size = int(np.clip(len(texts) // 16, 4, 32))
        if epochs is None:
            epochs = int(np.clip(-(-300 * batch_size // len(texts)), 3, 40))
        # Imports Keras, which takes seconds: only when the data is known to be sound.
        from rnnapps.pipelines.sentiment.training import one_hot, train, warn_of_loss

        with kept_if_refused(self):
            self._take_up(known, texts, seed)
            rows = [self.preprocess(each) for each in texts]
            held_out = [self.preprocess(each) for each in others[0]]
            warn_of_loss(rows)
            with self.training(seed) as network:
                return train(
                    network,
                    rows,
                    one_hot(labels, known),
                    (held_out, one_hot(others[1], known)) if held_out else None,
                    weights=weights,
                    batch_size=batch_size,
                    seed=seed,
                    epochs=epochs,
                    learning_rate=learning_rate,
                    patience=patience,
                    checkpoint_dir=checkpoint_dir,
                    resume=resume,
                    callbacks=callbacks,
                    verbose=verbose,
                    settings={"labels": known},
                )

    def evaluate(self, x: Any, y: Any = None, text: str = "text", label: str = "label") -> Report:
        """Measures on own texts.

        Args:
            x: As in `fit`.
            y: A label for each text.
            text: Name of the column with the texts.
            label: Name of the column with the labels.

        Returns:
            Accuracy, macro F1, cross-entropy in nats and the share of unknown tokens; precision
            and recall by label, and what was taken for what.

        Raises:
            InputError: If the texts cannot be read, or a label is none of the pipeline's.
        """
        from rnnapps.pipelines.sentiment.evaluation import report

        texts, labels = labelled(x, y, text, label)
        check_known(labels, self.labels)
        tokens = np.concatenate([self.preprocess(each)["tokens"] for each in texts])
        return report(
            self.predict(texts, top_k=None),
            labels,
            self.labels,
            title=f"{self.metadata.get('name', 'sentiment')} on {len(texts)} texts",
            unknown=float((tokens == UNKNOWN).mean()),
        )

    def example(self) -> str:
        return "A quiet triumph: funny, sad and wise, and not a minute too long."

    def demo(self, folder: Path) -> list[tuple[str, str]]:
        from rnnapps.pipelines.sentiment.demo import demo

        return demo(self, folder)

    def _tokens(self, raw: Any) -> Tokens:
        check_text(raw)
        return self.subwords.encode(without_breaks(raw))

    @property
    def _fresh(self) -> bool:
        """Whether all weights are random, or will be as there is no vocabulary yet."""
        return "learns" in self.preprocessor or (self._weights is None and not self.metadata)

    def _take_up(self, labels: list[str], texts: list[str], seed: int) -> None:
        """Changes what is not known yet: the labels, and the vocabulary where there is none.

        For new labels the last layer begins anew and all others stay as they are.
        """
        kept: dict[str, np.ndarray] = {}
        if size := self.preprocessor.pop("learns", None):
            self.subwords = Subwords.learn(texts, size, folded=True)
            self.files[VOCABULARY] = self.subwords.to_bytes()
        elif labels == self.labels:
            return
        elif not self._fresh:
            kept = {path: array for path, array in self.weights().items() if "logits" not in path}
        self.preprocessor["labels"] = labels
        self._built_anew(seed, kept)
