"""The ner pipeline: finds names in texts, and tags words as own examples do."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from rnnapps.checks import LearningRate, check_fit, check_settings, pair
from rnnapps.data.tags import OUTSIDE, allowed, mark_spans, possible
from rnnapps.decoding.viterbi import Chain
from rnnapps.errors import at
from rnnapps.files import replace_bytes
from rnnapps.fine_tuning import kept_if_refused
from rnnapps.pipeline import Example, Pipeline
from rnnapps.pipelines.ner.data import check_known, labels_of, tagged
from rnnapps.pipelines.ner.decoding import decode, score
from rnnapps.pipelines.ner.features import Features
from rnnapps.pipelines.ner.growth import carried_over, span_tags, tags_for, warn_of_new_head
from rnnapps.pipelines.ner.reading import Sentence, check_words, located
from rnnapps.pipelines.ner.rendering import Rendering
from rnnapps.pipelines.ner.repeats import agreed, numbered

if TYPE_CHECKING:
    import keras

    from rnnapps.report import Report


class NamedEntities(Pipeline):
    """Finds spans of words by a bidirectional recurrent network and a conditional random field.

    Presets: `conll2003` (persons, places, organisations and other names in news, the default),
    `open` (persons, places, firms, groups, products and works in posts and articles).

    Example:
    >>> from rnnapps import pipeline
    >>> found = pipeline("ner").predict("Angela Merkel flew to Paris.")
    >>> [(span["entity_group"], span["word"]) for span in found]
    [('PER', 'Angela Merkel'), ('LOC', 'Paris')]
    >>> rows = [(["Ann", "met", "Bob"], ["B-PER", "O", "B-PER"])] * 8
    >>> small = {"labels": ["PER"], "vocabulary": ["Ann", "met", "Bob"], "units": 8, "seed": 1}
    >>> tagger = pipeline("ner", False, **small)
    >>> _ = tagger.fit(rows, epochs=20, learning_rate=0.05)  # doctest: +ELLIPSIS
    Epoch 1/20...
    >>> [(found["word"], found["start"], found["end"]) for found in tagger.predict("Bob met Ann")]
    [('Bob', 0, 3), ('Ann', 8, 11)]
    """

    task = "ner"
    takes_files = False

    def __init__(self, config: Mapping[str, Any], preprocessor: Mapping[str, Any], **options: Any):
        super().__init__(config, preprocessor, **options)
        self.features = Features(self.files)

    @property
    def tags(self) -> list[str]:
        """The tags of words: BIOES, or tags that stand alone."""
        return list(self.preprocessor["tags"])

    @property
    def labels(self) -> list[str]:
        """The labels of spans."""
        return labels_of(self.tags)

    @classmethod
    def untrained(
        cls,
        labels: Sequence[str] = ("PER", "LOC", "ORG", "MISC"),
        vocabulary: Sequence[str] | None = None,
        **overrides: Any,
    ) -> Self:
        """Builds the pipeline with random weights.

        Args:
            labels: Labels of spans.
            vocabulary: Words that it shall know; by default the first `fit` takes those that it
                sees.
            **overrides: Settings of the network, as in `rnnapps.pipelines.ner.model`.

        Returns:
            The pipeline.

        Raises:
            InputError: If there is no label, or a word is none.
            UnknownNameError: If there is no such setting.
        """
        from rnnapps.pipelines.ner.model import tagger

        check_settings(overrides, tagger, "labels", "vocabulary")
        check_words(labels)
        if vocabulary is not None:
            check_words(vocabulary)
        files = Features.learn(vocabulary or ())
        return cls(overrides, {"tags": span_tags(labels)}, files=files)

    def build(self) -> keras.Model:
        from rnnapps.pipelines.ner.model import tagger

        width = self.features.public.width
        return tagger(*self.features.sizes, self.tags, vectors=width, **self.config)

    def preprocess(self, raw: Any) -> Example:
        read = located(raw)
        return {
            **self.features(read.words),
            "begins": read.begins,
            "places": read.places,
            "numbers": numbered(read.words),
        }

    def forward(self, examples: list[Example]) -> list[Example]:
        """Finds the spans of examples.

        Args:
            examples: What `preprocess` gave.

        Returns:
            For each example its arrays, `"spans"`, int of shape `(spans, 3)`: first word, the word
            after the last, number of the label; and `"scores"`, their probabilities.
        """
        owners, firsts, sentences, numbers = [], [], [], []
        for index, example in enumerate(examples):
            begins = np.flatnonzero(example["begins"]).tolist()
            for first, end in pairwise([*begins, len(example["begins"])]):
                owners.append(index)
                firsts.append(first)
                sentences.append({name: example[name][first:end] for name in self.features.names})
                numbers.append(example["numbers"][first:end])
        spans: list[list[tuple[int, int, int]]] = [[] for _ in examples]
        scores: list[list[float]] = [[] for _ in examples]
        labels = {label: number for number, label in enumerate(self.labels)}
        found = decode(self.chain, self.tags, self._scores(sentences, numbers, owners))
        for owner, first, every in zip(owners, firsts, found, strict=True):
            spans[owner] += [(first + s.first, first + s.end, labels[s.label]) for s, _ in every]
            scores[owner] += [probability for _, probability in every]
        return [
            {**each, "spans": np.array(s, np.int32).reshape(-1, 3), "scores": np.array(p)}
            for each, s, p in zip(examples, spans, scores, strict=True)
        ]

    def postprocess(self, arrays: Example, raw: Any) -> list[dict[str, Any]]:
        text = raw if isinstance(raw, str) else " ".join(raw)
        starts, ends = arrays["places"].T.tolist()
        labels = self.labels
        return [
            {
                "entity_group": labels[label],
                "score": float(probability),
                "word": text[starts[first] : ends[end - 1]],
                "start": starts[first],
                "end": ends[end - 1],
            }
            for (first, end, label), probability in zip(
                arrays["spans"].tolist(), arrays["scores"], strict=True
            )
        ]

    def predict(self, x: Any, batch_size: int | None = None, **options: Any) -> Any:
        """Finds the spans of texts of any length.

        Args:
            x: A text, or a list or iterator of texts; in place of a text also a list of its words,
                so one text in words is `[["Ann", "met", "Bob"]]`.
            batch_size: How many texts run at once; the results do not depend on it.

        Returns:
            For each text its spans, dicts of `entity_group` (the label), `score` (the probability
            of the span), `word`, `start` and `end`: `text[start:end]` is the word. A text in words
            counts as these with blanks between them. Where tags stand alone, as parts of speech
            do, each word is a span. Where the preset says so (`repeats`), a name that a text
            repeats may be told by its other places.

        Raises:
            InputError: If an input is neither text nor words.
        """
        return super().predict(x, batch_size, **options)

    def render(self, x: Any) -> Rendering:
        """Shows texts with their spans.

        Args:
            x: A text or several, as in `predict`: a text in words is `[["Ann", "met", "Bob"]]`.

        Returns:
            The rendering, which a notebook shows with the spans coloured.

        Raises:
            InputError: If an input is neither text nor words.
        """
        texts = [x] if isinstance(x, str) or not isinstance(x, Iterable) else list(x)
        found = self.predict(texts)
        return Rendering([located(text).text for text in texts], found)

    def fit(  # type: ignore[override]
        self,
        x: Any,
        y: Any = None,
        *,
        validation_data: Any = None,
        columns: tuple[int, int] | None = None,
        epochs: int | None = None,
        batch_size: int = 16,
        learning_rate: LearningRate = 3e-3,
        patience: int | None = None,
        callbacks: Sequence[Any] = (),
        seed: int = 0,
        checkpoint_dir: str | Path | None = None,
        resume: bool = False,
        verbose: int = 1,
    ) -> keras.callbacks.History:
        """Trains on own texts; a second call continues.

        Labels that the pipeline does not know replace its own, and the head begins anew, of which
        there is a warning. Words and characters that it does not know are added.

        Args:
            x: A file of CoNLL columns (IOB1, IOB2 and BIOES are recognised); a .jsonl file or a
                pandas frame with the columns `words` (or `tokens`) and `tags` (`ner_tags`), or
                `text` and `spans` (`entities`, `label`); pairs of words and tags; pairs of a text
                and its spans, `(start, end, label)` or dicts as `predict` gives them; or with `y`
                the words of each sentence, or the texts.
            y: The tags of each sentence, or the spans of each text.
            validation_data: Like `x`, or a pair `(x, y)`; decides which epoch is kept.
            columns: Which columns of a file have the word and the tag, from 0; by default the
                first and the last, of a `.conllu` file the form and its part of speech.
            epochs: Passes over the sentences; by default as many as give 6,000 batches, from 10
                to 40.
            batch_size: Sentences of a batch.
            learning_rate: Highest rate of the one-cycle schedule; a pair gives the first layers
                the lower rate and the head the higher one.
            patience: Epochs without fewer errors after which training stops.
            callbacks: Keras callbacks.
            seed: Same seed, same result.
            checkpoint_dir: Folder of a checkpoint.
            resume: Whether to go on from it; texts and options must be those of before.
            verbose: 1 shows progress, 0 nothing.

        Returns:
            Keras's history; `nats` is of a sentence, `val_errors` 1 less the F1 of spans.

        Raises:
            InputError: If the texts cannot be read, tags cannot follow each other, or an argument
                is out of range.
        """
        check_fit(
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            patience=patience,
            seed=seed,
            checkpoint_dir=checkpoint_dir,
            resume=resume,
        )
        own = tagged(x, y, columns)
        others: list[Sentence] = []
        if validation_data is not None:
            with at("validation_data"):
                others = tagged(*pair(validation_data), columns)
        if epochs is None:
            epochs = int(np.clip(-(-6000 * batch_size // len(own)), 10, 40))
        tags = tags_for({tag for sentence in own for tag in sentence.tags}, self.tags)
        with at("validation_data"):
            check_known(others, tags, "What is not in the training data cannot be learnt.")
        # Imports Keras, which takes seconds: only when the data is known to be sound.
        from rnnapps.pipelines.ner.training import train

        with kept_if_refused(self):
            self._take_up(tags, own, seed)
            rows, held_out = self.rows(own), self.rows(others)
            with self.training(seed) as network:
                return train(
                    network,
                    rows,
                    held_out,
                    tags=self.tags,
                    batch_size=batch_size,
                    seed=seed,
                    epochs=epochs,
                    learning_rate=learning_rate,
                    patience=patience,
                    checkpoint_dir=checkpoint_dir,
                    resume=resume,
                    callbacks=callbacks,
                    verbose=verbose,
                    settings={"tags": self.tags},
                )

    def evaluate(self, x: Any, y: Any = None, columns: tuple[int, int] | None = None) -> Report:
        """Measures on own texts.

        Args:
            x: As in `fit`. Sentences of one text help each other, as in `predict`: those between
                two lines of `-DOCSTART-` in a file, and of a text with its spans; pairs of words
                and tags may have the number of their text as a third.
            y: As in `fit`.
            columns: As in `fit`.

        Returns:
            F1, precision and recall of whole spans, and where tags stand alone the accuracy, which
            is all three; the same by label, what was taken for what, and the most frequent
            mistakes. Labels that the pipeline does not know count as missed, and their sentences
            not in the nats.

        Raises:
            InputError: If the texts cannot be read, or the pipeline knows none of their labels.
        """
        from rnnapps.pipelines.ner.evaluation import report

        own = tagged(x, y, columns)
        seen = {tag for sentence in own for tag in sentence.tags} - {OUTSIDE}
        if seen and not seen & set(self.tags):
            check_known(own, self.tags, "Do teach them by fit, or name a preset that knows them.")
        ends = np.cumsum([len(sentence.words) for sentence in own])[:-1]
        numbers = np.split(numbered([word for sentence in own for word in sentence.words]), ends)
        numbered_texts: dict[Any, int] = {}
        documents = [
            numbered_texts.setdefault(n if n is not None else (place,), len(numbered_texts))
            for place, n in enumerate(sentence.document for sentence in own)
        ]
        sentences = [self.features(sentence.words) for sentence in own]
        scores = self._scores(sentences, numbers, documents)
        title = f"{self.metadata.get('name', 'ner')} on {len(own)} sentences"
        return report(own, scores, self.chain, self.tags, title)

    def export(self, path: str | Path) -> Path:
        """Exports the network as all pipelines do, and beside it what the best path needs.

        Args:
            path: As in `rnnapps.pipeline.Pipeline.export`.

        Returns:
            The path; beside it stands a file of the same name and `.json` with the names of the
            tags, the scores of the chain that `rnnapps.decoding.viterbi` reads, and how much
            repeated names share in a text (`rnnapps.pipelines.ner.repeats`).
        """
        path = super().export(path)
        scores = {name: each.tolist() for name, each in self.chain._asdict().items()}
        repeats = self.preprocessor.get("repeats", 0.0)
        facts = json.dumps({"tags": self.tags, **scores, "repeats": repeats})
        replace_bytes(path.with_name(path.name + ".json"), facts.encode())
        return path

    def rows(
        self, sentences: Sequence[Sentence], meanings: Mapping[str, Sequence[str]] | None = None
    ) -> list[Example]:
        """Turns tagged sentences into rows for training.

        Args:
            sentences: The sentences.
            meanings: What a label there may be here, as in `rnnapps.data.tags.possible`; by default
                all tags are known.

        Returns:
            Inputs of the network, of shape `(time, ...)`, and `"possible"`, bool of shape
            `(time, tags)`: true for each tag that a word may have.
        """
        seen = {tag for sentence in sentences for tag in sentence.tags}
        those = {tag: possible(tag, self.tags, meanings) for tag in seen}
        return [
            {
                **self.features(sentence.words),
                "possible": np.stack([those[tag] for tag in sentence.tags]),
            }
            for sentence in sentences
        ]

    @property
    def chain(self) -> Chain:
        """The scores of the chain of tags."""
        if self._network is not None or self._weights is None:
            return self.network.get_layer("crf").chain()
        learnt = Chain(*(self._weights[f"crf/{name}"] for name in Chain._fields))
        return learnt.only(allowed(self.tags))

    def example(self) -> str:
        return "Ada Lovelace met Charles Babbage in London in 1833."

    def demo(self, folder: Path) -> list[tuple[str, str]]:
        from rnnapps.pipelines.ner.demo import demo

        return demo(self, folder)

    def _scores(
        self,
        sentences: Sequence[Example],
        numbers: Sequence[np.ndarray],
        documents: Sequence[int],
    ) -> list[np.ndarray]:
        """Gives the scores of sentences, some of which are of the same text."""
        scores = score(self.batch_session, sentences)
        weight = self.preprocessor.get("repeats", 0.0)
        if not weight or not mark_spans(self.tags):
            return scores
        return agreed(scores, numbers, documents, self.chain, self.tags, weight)

    def _take_up(self, tags: list[str], own: Sequence[Sentence], seed: int) -> None:
        """Takes up new labels, words and characters; what was learnt of all others stays."""
        files = self.features.grown(word for sentence in own for word in sentence.words)
        same_tags = tags == self.tags
        if same_tags and all(self.files[name] == data for name, data in files.items()):
            return
        fresh = self._weights is None and not self.metadata
        if not same_tags and not fresh:
            warn_of_new_head(self.labels, labels_of(tags))
        if not same_tags:
            self.preprocessor.pop("repeats", None)
        kept = {} if fresh else self.weights()
        self.preprocessor["tags"] = tags
        self.files.update(files)
        self.features = Features(self.files)
        self.config["seed"] = seed
        network = self._built_anew(seed)
        if not fresh:
            carried_over(network, kept, same_tags)
