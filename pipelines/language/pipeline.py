"""The language pipeline: writes on, completes, measures and learns from text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from rnnapps.checks import LearningRate, check_count, check_fit, check_settings
from rnnapps.data.text import Subwords
from rnnapps.errors import InputError, at
from rnnapps.fine_tuning import kept_if_refused
from rnnapps.pipeline import Example, Pipeline
from rnnapps.pipelines.language.completion import complete
from rnnapps.pipelines.language.controls import Controls
from rnnapps.pipelines.language.data import all_passages, documents_of, texts_of
from rnnapps.pipelines.language.likelihood import example, measured, perplexity
from rnnapps.pipelines.language.reading import ANEW, FIRST, Reader, words_of
from rnnapps.pipelines.language.writing import Writer

if TYPE_CHECKING:
    import keras

    from rnnapps.report import Report

VOCABULARY = "tokenizer.json"
NETWORK = {
    "embedding": 128,
    "units": 384,
    "layers": 1,
    "input_dropout": 0.1,
    "output_dropout": 0.2,
    "tied": True,
}


class Language(Pipeline):
    """Writes text with a recurrent network that has read a lot of it.

    Presets: `english` (novels and articles, the default).

    Example:
    >>> from rnnapps import pipeline
    >>> language = pipeline("language")
    >>> language.generate("Once upon a time", sentences=1, seed=1).startswith("Once upon a time")
    True
    >>> language.complete("It was a dark and sto", n=1)[0]["word"]
    'stormy'
    """

    task = "language"
    takes_files = False

    def __init__(self, config: Mapping[str, Any], preprocessor: Mapping[str, Any], **options: Any):
        super().__init__(config, preprocessor, **options)
        self.reader = Reader(Subwords(self.files[VOCABULARY]))

    @classmethod
    def untrained(cls, vocabulary: Any = None, size: int = 8_000, **overrides: Any) -> Self:
        """Builds the pipeline with random weights.

        Args:
            vocabulary: Texts from which the subwords are learnt, as in `fit`. By default the first
                `fit` learns them from its own texts; until then the pipeline knows the characters
                of a keyboard.
            size: Number of subwords at most.
            **overrides: Settings of the network, as in `rnnapps.nn.token_network`.

        Returns:
            The pipeline.

        Raises:
            InputError: If the texts cannot be read, or the size is no count.
            UnknownNameError: If there is no such setting.
        """
        from rnnapps.nn.token_network import token_network

        check_settings(overrides, token_network, "vocabulary", "size")
        check_count(size=size)
        preprocessor: dict[str, Any] = {"sampling": {}}
        if vocabulary is None:
            preprocessor["learns"] = size
        texts = [] if vocabulary is None else texts_of(vocabulary)
        files = {VOCABULARY: Subwords.learn(texts, size).to_bytes()}
        return cls({**NETWORK, **overrides}, preprocessor, files=files)

    def build(self) -> keras.Model:
        from rnnapps.nn.token_network import token_network

        return token_network(len(self.reader.subwords), **self.config)

    def generate(
        self,
        prompt: str = "",
        max_tokens: int | None = None,
        sentences: int | None = None,
        temperature: float | None = None,
        top_k: int | None = None,
        top_p: float | None = None,
        num_beams: int | None = None,
        seed: int | None = None,
        num_outputs: int = 1,
        stop: str | list[str] | None = None,
    ) -> str | list[str]:
        """Writes a text.

        Args:
            prompt: Beginning that goes on; the text begins with it.
            max_tokens: Number of subwords at most, the prompt not counted; without `sentences` the
                text may break off there. By default 100 a sentence.
            sentences: Number of sentences behind the prompt, fewer where the text has come to its
                end. By default 3, or any number where `max_tokens` is given.
            temperature: Below 1 is safer, above 1 bolder; 0 takes the likeliest subwords. By
                default the preset's.
            top_k: Draw from this many of the likeliest subwords.
            top_p: Draw from the likeliest subwords that together have this probability; 1 draws
                from all. By default the preset's.
            num_beams: More than 1 searches for the text with the likeliest subwords on the mean,
                that many beginnings at a time, and leaves nothing to chance.
            seed: Same seed, same text.
            num_outputs: Number of texts; more than one gives a list.
            stop: Text, or list of texts, before the first of which the text ends.

        Returns:
            The text or texts, which begin with the prompt.

        Raises:
            InputError: If an argument is out of range, or the vocabulary has not got the
                characters of the prompt.

        Example:
        >>> from rnnapps import pipeline
        >>> language = pipeline("language", False, units=16)
        >>> language.generate("To be", max_tokens=9, stop="To") != "To be"
        True
        """
        controls = Controls(
            self.preprocessor["sampling"],
            max_tokens,
            sentences,
            temperature,
            top_k,
            top_p,
            num_beams,
            seed,
            num_outputs,
            stop,
        )
        writer = Writer(self.session, self.reader, self.reader.check(prompt))
        if controls.beams:
            ends = writer.searched(controls)
        else:
            ends = ["".join(writer.sampled(rng, controls)) for rng in controls.generators]
        texts = [prompt + end for end in ends[:num_outputs]]
        return texts if num_outputs > 1 else texts[0]

    def stream(
        self,
        prompt: str = "",
        max_tokens: int | None = None,
        sentences: int | None = None,
        temperature: float | None = None,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int | None = None,
        stop: str | list[str] | None = None,
    ) -> Iterator[str]:
        """Writes a text piece by piece, at constant cost; joined they are what `generate` adds.

        Args: as in `generate`.

        Yields:
            Pieces of the text behind the prompt.
        """
        controls = Controls(
            self.preprocessor["sampling"],
            max_tokens,
            sentences,
            temperature,
            top_k,
            top_p,
            seed=seed,
            stop=stop,
        )
        writer = Writer(self.session, self.reader, self.reader.check(prompt))
        return writer.sampled(controls.generators[0], controls)

    def complete(self, prefix: str, n: int = 5) -> list[dict[str, Any]]:
        """Completes the last word of a text, or tells the next one where it ends with a space.

        Args:
            prefix: The text so far.
            n: Number of words at most.

        Returns:
            The likeliest words, each a dict of `word`, the whole word, and `score`, its probability
            among the words that begin as typed. Fewer than `n` where the vocabulary has no more.

        Raises:
            InputError: If it is no text, or in characters that the vocabulary has not got.

        Example:
        >>> from rnnapps import pipeline
        >>> language = pipeline("language", False, vocabulary=["the cat sat"] * 9, units=16)
        >>> all(word["word"].startswith("ca") for word in language.complete("the ca"))
        True
        """
        check_count(n=n)
        return complete(self.session, self.reader, self.reader.check(prefix), n)

    def preprocess(self, raw: Any) -> Example:
        text = self.reader.check(raw)
        ids = self.reader.ids(text)
        if not len(ids):
            raise InputError(f"Expected a text with a character at least. Received: {raw!r}.")
        return example(ids)

    def forward(self, examples: list[Example]) -> list[Example]:
        return measured(self.batch_session, examples)

    def postprocess(self, arrays: Example, raw: Any, words: bool = False) -> dict[str, Any]:
        """Makes the answer.

        Args:
            words: Whether to tell the nats of each word.
        """
        nats, count = float(arrays["nats"].sum()), len(arrays["nats"])
        result: dict[str, Any] = {
            "nats": nats,
            "nats_per_token": nats / count,
            "perplexity": perplexity(nats / count),
            "nats_per_character": nats / len(raw),
            "tokens": count,
        }
        if words:
            result["words"] = words_of(raw, self.reader.tokens(raw), arrays["nats"])
        return result

    def predict(self, x: Any, batch_size: int | None = None, **options: Any) -> Any:
        """Tells how probable texts are, which is how usual they are in what was read.

        Args:
            x: A text, a list of texts, or an iterator of texts, of any length.
            batch_size: How many texts run at once (8-bit networks run each alone); the results do
                not depend on it.
            **options: `words=True` adds `words`, a list of dicts that together are the text:
                `word`, with the space before it, its place `start` and `end`, `nats`.

        Returns:
            For each text a dict: `nats` (negative log-likelihood), `nats_per_token`, `perplexity`
            (the exponential of that), `nats_per_character` and the number of `tokens`.

        Raises:
            InputError: If an input is no text, is empty, or is in characters that the vocabulary
                has not got.

        Example:
        >>> from rnnapps import pipeline
        >>> language = pipeline("language", False, units=16)
        >>> 70 < language.predict("A quiet triumph.")["perplexity"] < 130
        True
        """
        return super().predict(x, batch_size, **options)

    score = predict

    def fit(  # type: ignore[override]
        self,
        x: Any,
        y: None = None,
        *,
        validation_data: Any = None,
        text: str = "text",
        epochs: int = 5,
        batch_size: int = 16,
        learning_rate: LearningRate = 1e-3,
        patience: int | None = None,
        callbacks: Sequence[Any] = (),
        seed: int = 0,
        checkpoint_dir: str | Path | None = None,
        resume: bool = False,
        verbose: int = 1,
    ) -> keras.callbacks.History:
        """Trains on own texts, as running text with the states carried; a second call continues.

        Args:
            x: A text file in UTF-8, a folder of .txt files, a list of texts, a pandas frame, a
                .csv, .tsv or .jsonl file, or a `tf.data.Dataset` of texts.
            y: Not used: the text itself is what is predicted.
            validation_data: Like `x`; decides which epoch is kept.
            text: Name of the column with the texts.
            epochs: Passes over the texts.
            batch_size: Rows of text that are read side by side, at most.
            learning_rate: Highest rate of the one-cycle schedule; a pair of the lowest and the
                highest over the layers, or a Keras schedule.
            patience: Epochs without a better loss after which training stops.
            callbacks: Keras callbacks.
            seed: Same seed, same result.
            checkpoint_dir: Folder of a checkpoint.
            resume: Whether to go on from it; texts and options must be those of before.
            verbose: 1 shows progress, 0 nothing.

        Returns:
            Keras's history; `nats` and `val_nats` are per token.

        Raises:
            InputError: If a text cannot be read, the vocabulary has not got its characters, or an
                argument is out of range.
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
        texts = all_passages(texts_of(x, text))
        with at("validation_data"):
            others = (
                None if validation_data is None else all_passages(texts_of(validation_data, text))
            )
        learns = self.preprocessor.get("learns")
        reader = Reader(Subwords.learn(texts, learns)) if learns else self.reader
        advice = FIRST if learns else ANEW
        documents = documents_of(reader, texts, advice)
        with at("validation_data"):
            held_out = None if others is None else documents_of(reader, others, advice)
        # Imports Keras, which takes seconds: only when the data is known to be sound.
        from rnnapps.pipelines.language.training import train

        with kept_if_refused(self):
            if learns:
                self._take_up(reader)
            with self.training(seed) as network:
                return train(
                    network,
                    documents,
                    held_out,
                    batch_size=batch_size,
                    seed=seed,
                    epochs=epochs,
                    learning_rate=learning_rate,
                    patience=patience,
                    checkpoint_dir=checkpoint_dir,
                    resume=resume,
                    callbacks=callbacks,
                    verbose=verbose,
                )

    def evaluate(self, x: Any, y: None = None, text: str = "text") -> Report:
        """Measures how well own texts are predicted.

        Args:
            x: As in `fit`.
            y: Not used.
            text: Name of the column with the texts.

        Returns:
            Nats per token, perplexity, nats and bits per character over all texts, and the share
            of characters that are `unknown`, which cost little: the figures of texts with many of
            them flatter.

        Raises:
            InputError: If a text cannot be read, or the vocabulary has not got its characters.
        """
        from rnnapps.pipelines.language.evaluation import evaluate

        return evaluate(self, [each for each in texts_of(x, text) if each])

    def example(self) -> str:
        return "It was a bright morning, and she had nothing to do but to walk into the town."

    def demo(self, folder: Path) -> list[tuple[str, str]]:
        from rnnapps.pipelines.language.demo import demo

        return demo(self, folder)

    def _take_up(self, reader: Reader) -> None:
        """Changes the vocabulary, with which the network begins anew."""
        del self.preprocessor["learns"]
        self.files[VOCABULARY] = reader.subwords.to_bytes()
        self.reader = reader
        self._begin_anew()
