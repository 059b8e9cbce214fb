"""The speech pipeline: writes down what is said, from files and live, and learns own recordings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from rnnapps.checks import LearningRate, check_count, check_fit, check_settings, pair
from rnnapps.decoding.ctc import nats
from rnnapps.errors import InputError, at
from rnnapps.fine_tuning import kept_if_refused
from rnnapps.pipeline import Example, Pipeline
from rnnapps.pipelines.speech.data import (
    Recorded,
    check_length,
    recorded,
    samples_of,
    spectra_of,
    symbols_of,
)
from rnnapps.pipelines.speech.decoding import (
    NGRAMS,
    OWN,
    WORDS,
    Decoder,
    Settings,
    log_probabilities,
)
from rnnapps.pipelines.speech.hearing import RUNNING, WHOLE, Hearing, levels, unlevelled
from rnnapps.pipelines.speech.live import BLOCK, SpeechStream
from rnnapps.pipelines.speech.spelling import ENGLISH, Alphabet
from rnnapps.pipelines.speech.transcript import Transcript, transcript
from rnnapps.runtime.rows import run_rows
from rnnapps.runtime.windows import run_windows

if TYPE_CHECKING:
    import keras
    from matplotlib.figure import Figure

    from rnnapps.report import Report

#: Steps of a window of a network that reads both ways, and how far windows reach over each other.
WINDOW, OVERLAP = 1000, 100
#: Longest sound that is drawn, in seconds.
DRAWN = 60
#: How texts are searched where nobody says otherwise.
DECODING: dict[str, Any] = {"beam_width": 128, "lm_alpha": 0.5, "lm_beta": 1.0}
#: A sample recording of a preset.
EXAMPLE = "example.ogg"


class Speech(Pipeline):
    """Writes down speech by a recurrent network that was trained with CTC.

    Presets: `english` (default; English that is read aloud), `english_streaming` (the same, fed
    live), `digits` (strings of English digits).

    Example:
    >>> from rnnapps import pipeline
    >>> digits = pipeline("speech", "digits")
    >>> digits.predict(digits.example())["text"]
    'one four five seven four three five'
    """

    task = "speech"

    def __init__(self, config: Mapping[str, Any], preprocessor: Mapping[str, Any], **options: Any):
        super().__init__(config, preprocessor, **options)
        self.read_settings()

    def read_settings(self) -> None:
        """Takes up settings of the preprocessing that have changed."""
        self.hearing = Hearing(self.preprocessor["hearing"])
        self.alphabet = Alphabet(self.preprocessor["letters"])
        self.decoder = Decoder(self.alphabet, self.files, self.preprocessor["decoding"])

    @classmethod
    def untrained(cls, letters: str = ENGLISH, **overrides: Any) -> Self:
        """Builds the pipeline with random weights.

        Args:
            letters: The signs that are written, the blank between words among them.
            **overrides: Settings of the network, as in `rnnapps.pipelines.speech.model`.

        Returns:
            The pipeline.

        Raises:
            InputError: If the letters lack the blank, or one comes twice.
            UnknownNameError: If there is no such setting.
        """
        from rnnapps.pipelines.speech.model import recogniser

        check_settings(overrides, recogniser, "letters")
        Alphabet(letters)
        preprocessor = {
            "hearing": unlevelled(centred=RUNNING if overrides.get("streaming") else WHOLE),
            "letters": letters,
            "decoding": dict(DECODING),
        }
        return cls(overrides, preprocessor)

    @property
    def streams(self) -> bool:
        """Whether the network reads forward only, so that it can be fed live."""
        return bool(self.config.get("streaming"))

    def build(self) -> keras.Model:
        from rnnapps.pipelines.speech.model import recogniser

        return recogniser(self.hearing.features, self.alphabet.size, **self.config)

    def preprocess(self, raw: Any) -> Example:
        samples = samples_of(raw, self.hearing)
        heard = self.hearing.centre(self.hearing.recording(samples))
        return {"spectra": heard, "seconds": np.array([len(samples) / self.hearing.rate])}

    def forward(self, examples: list[Example]) -> list[Example]:
        session = self.batch_session
        rows = [{"features": self.hearing.steps(each["spectra"])} for each in examples]
        if self.streams:
            logits = [each["logits"] for each in run_rows(session, rows, BLOCK)]
        else:
            logits = run_windows(session, rows, "logits", window=WINDOW, overlap=OVERLAP)
        return [
            {**each, "log_probs": log_probabilities(found)}
            for each, found in zip(examples, logits, strict=True)
        ]

    def postprocess(
        self,
        arrays: Example,
        raw: Any,
        beam_width: int | None = None,
        lm_alpha: float | None = None,
        lm_beta: float | None = None,
        hot_words: Mapping[str, float] | None = None,
        num_texts: int = 1,
    ) -> Transcript:
        """Turns the network's answers into a transcript.

        Args:
            arrays: What `forward` gave.
            raw: The recording.
            beam_width: Prefixes that the search keeps; 1 takes the likeliest symbol of each step.
            lm_alpha: Weight of the language model.
            lm_beta: What each word is worth beside, in nats.
            hot_words: Words that are likely here, a dict of what each is worth beside, in nats.
            num_texts: Number of texts, the likeliest first; those of a long recording differ in
                its last twelve seconds alone.
        """
        settings = self.decoder.settings(beam_width, lm_alpha, lm_beta, hot_words)
        log_probs = arrays["log_probs"]
        texts = self.decoder.texts(log_probs, settings, num_texts)
        words = self.decoder.words(log_probs, *texts[0])
        found = transcript(words, self.hearing.second, float(arrays["seconds"][0]))
        if num_texts > 1:
            found["alternatives"] = [self.decoder.said(symbols) for symbols, _ in texts[1:]]
        return found

    def predict(self, x: Any, batch_size: int | None = None, **options: Any) -> Any:
        """Writes down recordings of any length.

        Args:
            x: A recording, a list or an iterator of them: a path or the bytes of a file of sound,
                or a dict of samples, `"raw"`, of shape `(samples,)` or `(channels, samples)`, and
                their rate in Hz, `"sampling_rate"`.
            batch_size: How many recordings run at once; the results do not depend on it.
            **options: `beam_width`: prefixes that the search keeps; 1 takes the likeliest symbol
                of each step. `lm_alpha`: weight of the language model. `lm_beta`: what each word
                is worth beside, in nats. `hot_words`: words that are likely here, a dict of what
                each is worth beside, in nats. `num_texts`: number of texts, the likeliest first;
                those of a long recording differ in its last twelve seconds alone.

        Returns:
            For each recording a dict of `text`, `confidence` (mean score of the words) and
            `chunks`, the words: dicts of `text`, `timestamp`, begin and end in seconds, and
            `score` (geometric mean of the probabilities with which its letters begin); with
            `num_texts` also `alternatives`, the less likely texts. It can be saved as subtitles:
            `.save("talk.srt")`.

        Raises:
            InputError: If a recording cannot be read, or an option is out of range.
        """
        return super().predict(x, batch_size, **options)

    def stream(
        self,
        beam_width: int | None = None,
        lm_alpha: float | None = None,
        lm_beta: float | None = None,
        hot_words: Mapping[str, float] | None = None,
    ) -> SpeechStream:
        """Begins to listen; use it in a `with` block.

        Args:
            beam_width: Prefixes that the search keeps; 1 takes the likeliest symbol of each step.
            lm_alpha: Weight of the language model.
            lm_beta: What each word is worth beside, in nats.
            hot_words: Words that are likely here, a dict of what each is worth beside, in nats.

        Returns:
            The stream, with `feed(samples)`, `text` and `finish()`.

        Raises:
            InputError: If the network reads both ways, or an option is out of range.
        """
        if not self.streams:
            raise InputError(
                "Expected a network that reads forward only. Received: one that must hear the "
                "whole recording. Do take the preset english_streaming, or make one with "
                "streaming=True."
            )
        settings = self.decoder.settings(beam_width, lm_alpha, lm_beta, hot_words)
        return SpeechStream(self.session, self.hearing, self.decoder, settings)

    def align(self, audio: Any, text: str) -> Transcript:
        """Finds where the words of a known text are.

        Args:
            audio: A recording, as in `predict`.
            text: What is said in it.

        Returns:
            A dict as `predict` gives it, of this text.

        Raises:
            InputError: If the recording cannot be read, the text has letters that are not
                written, or is too long for the recording.
        """
        symbols = self.alphabet.written(text)
        (arrays,) = self.forward([self.preprocess(audio)])
        return self._at(arrays, symbols)

    def plot(self, audio: Any, text: str | None = None) -> Figure:
        """Draws what is heard: spectra, the probability of each letter, where the words are.

        Args:
            audio: A recording of a minute at most, as in `predict`.
            text: What is said in it; None takes what `predict` finds.

        Returns:
            The figure; a notebook shows it.

        Raises:
            InputError: As in `align`, or if the recording is longer.
        """
        from rnnapps.pipelines.speech.picture import draw

        symbols = None if text is None else self.alphabet.written(text)
        example = self.preprocess(audio)
        if (seconds := float(example["seconds"][0])) > DRAWN:
            raise InputError(
                f"Expected a recording of {DRAWN} seconds at most, to be drawn. Received: "
                f"{seconds:.1f} seconds. Do cut it, at a pause."
            )
        (arrays,) = self.forward([example])
        found = self.postprocess(arrays, audio) if symbols is None else self._at(arrays, symbols)
        return draw(arrays["spectra"], arrays["log_probs"], found, self.hearing, self.alphabet)

    def _at(self, arrays: Example, symbols: np.ndarray) -> Transcript:
        """Tells where the words of a text are."""
        words = self.decoder.words(arrays["log_probs"], symbols)
        return transcript(words, self.hearing.second, float(arrays["seconds"][0]))

    def fit(  # type: ignore[override]
        self,
        x: Any,
        y: Any = None,
        *,
        validation_data: Any = None,
        audio: str = "audio",
        text: str = "text",
        letters: str | None = None,
        epochs: int | None = None,
        batch_size: int = 16,
        learning_rate: LearningRate = 5e-4,
        patience: int | None = None,
        callbacks: Sequence[Any] = (),
        seed: int = 0,
        checkpoint_dir: str | Path | None = None,
        resume: bool = False,
        verbose: int = 1,
    ) -> keras.callbacks.History:
        """Trains on own recordings; a second call continues.

        Args:
            x: A manifest (.jsonl, .csv or .tsv) with columns of path and text, a folder of
                recordings with a .txt file beside each, a pandas frame, pairs of a recording and
                its text, or with `y` the recordings.
            y: The text of each recording.
            validation_data: Like `x`, or a pair `(x, y)`; decides which epoch is kept.
            audio: Name of the column with the paths.
            text: Name of the column with the texts.
            letters: The signs that are written, where they are to be others than now: those that
                stay are known, a large letter begins as the small one, and any other sign as the
                mean of all. Where any is new or gone, the language model is left out.
            epochs: Passes over the recordings; by default as many as give 1,000 batches, from 5
                to 60.
            batch_size: Recordings of a batch.
            learning_rate: Highest rate of the one-cycle schedule; a pair gives the first layers
                the lower rate and the head the higher one.
            patience: Epochs without a better loss after which training stops.
            callbacks: Keras callbacks.
            seed: Same seed, same result.
            checkpoint_dir: Folder of a checkpoint.
            resume: Whether to go on from it; recordings and options must be those of before.
            verbose: 1 shows progress, 0 nothing.

        Returns:
            Keras's history; `nats` is of a recording.

        Raises:
            InputError: If a recording cannot be read, a text has letters that are not written or
                is too long for its recording, or an argument is out of range.
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
        own = recorded(x, y, audio, text)
        others: list[Recorded] = []
        if validation_data is not None:
            with at("validation_data"):
                others = recorded(*pair(validation_data), audio, text)
        if epochs is None:
            epochs = int(np.clip(-(-1000 * batch_size // len(own)), 5, 60))
        # Imports Keras, which takes seconds: only when the data is known to be sound.
        from rnnapps.pipelines.speech.training import Recordings, train

        with kept_if_refused(self):
            if letters is not None and letters != self.preprocessor["letters"]:
                self._take_up(letters, seed)
            symbols = symbols_of(own, self.alphabet)
            with at("validation_data"):
                theirs = symbols_of(others, self.alphabet)
            spectra = spectra_of(own, self.hearing)
            if not any(self.preprocessor["hearing"]["mean"]):
                self.preprocessor["hearing"] = levels(self.preprocessor["hearing"], spectra)
                self.read_settings()
                spectra = [self.hearing.levelled(each) for each in spectra]
            rows = Recordings(spectra, symbols, self.hearing, batch_size, seed)
            held_out = None
            if others:
                with at("validation_data"):
                    heard = spectra_of(others, self.hearing)
                    held_out = Recordings(heard, theirs, self.hearing, batch_size, vary=0)
            with self.training(seed) as network:
                history = train(
                    network,
                    rows,
                    held_out,
                    epochs=epochs,
                    learning_rate=learning_rate,
                    patience=patience,
                    checkpoint_dir=checkpoint_dir,
                    resume=resume,
                    callbacks=callbacks,
                    verbose=verbose,
                    settings={"letters": self.preprocessor["letters"]},
                )
        self.files |= self.decoder.learn(self.alphabet.normal(each.text) for each in own)
        self.read_settings()
        return history

    def evaluate(
        self,
        x: Any,
        y: Any = None,
        audio: str = "audio",
        text: str = "text",
        batch_size: int | None = None,
        **options: Any,
    ) -> Report:
        """Measures on own recordings.

        Args:
            x: As in `fit`.
            y: As in `fit`.
            audio: As in `fit`.
            text: As in `fit`.
            batch_size: As in `predict`.
            **options: As in `predict`.

        Returns:
            Word and character error rates (`wer`, `cer`), the kinds of errors as shares of the
            words, nats per letter of what was said, and the recordings that were heard worst.

        Raises:
            InputError: If a recording cannot be read, or a text has letters that are not written
                or is too long for its recording.
        """
        from rnnapps.pipelines.speech.evaluation import report

        check_count(batch_size=batch_size)
        settings = self._settings(options)
        own = recorded(x, y, audio, text)
        symbols = symbols_of(own, self.alphabet)
        texts, likely = [], []
        size = batch_size or self.batch_size
        for first in range(0, len(own), size):
            examples = []
            for number, recording in enumerate(own[first : first + size], start=first):
                with at(f"Recording {number}"):
                    examples.append(self.preprocess(recording.sound))
                    check_length(examples[-1]["spectra"], symbols[number], self.hearing)
            answers = self.forward(examples)
            for each, arrays in zip(symbols[first:], answers, strict=False):
                (best, _), *_ = self.decoder.texts(arrays["log_probs"], settings)
                texts.append(self.decoder.said(best))
                likely.append(nats(arrays["log_probs"], each.tolist()))
        said = [self.alphabet.text(each) for each in symbols]
        title = f"{self.metadata.get('name', 'speech')} on {len(own)} recordings"
        return report(said, texts, likely, title)

    def example(self) -> Any:
        """Gives a sample recording: of the preset, or a tone where it has none."""
        if EXAMPLE in self.files:
            return self.files[EXAMPLE]
        rate = self.hearing.rate
        tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)
        return {"raw": tone.astype(np.float32), "sampling_rate": rate}

    def demo(self, folder: Path) -> list[tuple[str, str]]:
        from rnnapps.pipelines.speech.demo import demo

        return demo(self, folder)

    def check_options(self, options: Mapping[str, Any]) -> None:
        settings = self._settings(options)
        count = options.get("num_texts", 1)
        check_count(num_texts=0 if count is None else count)
        if count > settings.beam_width:
            raise InputError(
                f"Expected num_texts up to the beam_width of {settings.beam_width}. Received: "
                f"num_texts={count}."
            )

    def _settings(self, options: Mapping[str, Any]) -> Settings:
        """Gives the settings of a search by options that are checked."""
        super().check_options(options)
        given = {name: value for name, value in options.items() if name != "num_texts"}
        return self.decoder.settings(**given)

    def _take_up(self, letters: str, seed: int) -> None:
        """Writes in other letters: the last layer begins from those that it knows."""
        begun = Alphabet(letters).begun(self.alphabet)
        fresh = self._weights is None and not self.metadata
        known = {} if fresh else self.weights()
        kept = {path: a @ begun if "logits" in path else a for path, a in known.items()}
        if set(letters) != set(self.alphabet.letters):
            lost = (WORDS, NGRAMS, OWN)
            self.files = {name: data for name, data in self.files.items() if name not in lost}
        self.preprocessor["letters"] = letters
        self.read_settings()
        self._built_anew(seed, kept)
