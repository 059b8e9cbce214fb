"""From log-probabilities to words: greedy, or by a search that knows words and their order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

from rnnapps.checks import check_count
from rnnapps.decoding.ctc import align, greedy
from rnnapps.decoding.ctc_beam import BeamSearch
from rnnapps.decoding.ngrams import NGrams, kneser_ney
from rnnapps.decoding.sampling import log_softmax
from rnnapps.decoding.word_scores import UNKNOWN, WordScores
from rnnapps.errors import InputError
from rnnapps.pipelines.speech.spelling import SPACE, Alphabet

#: Files of the language model: its words, one a line, and their n-grams; words learnt since.
WORDS, NGRAMS, OWN = "words.txt", "ngrams.npz", "own_words.txt"


class Settings(NamedTuple):
    """How a beam search weighs sound against words.

    Attributes:
        beam_width: prefixes that are kept; 1 takes the likeliest symbol of each step.
        lm_alpha: weight of the language model.
        lm_beta: what each word is worth beside, in nats.
        hot_words: what words are worth beside, in nats.
    """

    beam_width: int
    lm_alpha: float
    lm_beta: float
    hot_words: tuple[tuple[str, float], ...] = ()


class Word(NamedTuple):
    """A word that was heard.

    Attributes:
        text: the word.
        first: step with which it begins.
        end: the step after its last.
        score: geometric mean of the probabilities with which its symbols begin.
    """

    text: str
    first: int
    end: int
    score: float


class Decoder:
    """Turns log-probabilities into texts.

    Args:
        alphabet: The symbols.
        files: `words.txt` and `ngrams.npz` of a language model, if there is one, and
            `own_words.txt`, which it has not got.
        settings: `"beam_width"`, `"lm_alpha"` and `"lm_beta"` where nobody asks for others.
    """

    def __init__(self, alphabet: Alphabet, files: Mapping[str, bytes], settings: Mapping[str, Any]):
        self.alphabet, self._files, self._settings = alphabet, files, dict(settings)
        self._scores = lru_cache(maxsize=4)(self._made)

    def settings(
        self,
        beam_width: int | None = None,
        lm_alpha: float | None = None,
        lm_beta: float | None = None,
        hot_words: Mapping[str, float] | None = None,
    ) -> Settings:
        """Gives the settings that are asked for, and the preset's for the rest.

        Raises:
            InputError: If one is out of range, or a hot word has signs that are not written.
        """
        check_count(beam_width=beam_width)
        given: dict[str, Any] = {
            "beam_width": beam_width,
            "lm_alpha": lm_alpha,
            "lm_beta": lm_beta,
        }
        for name in ("lm_alpha", "lm_beta"):
            if given[name] is not None:
                _check_number(name, given[name])
        if beam_width == 1 and (hot_words or lm_alpha is not None or lm_beta is not None):
            raise InputError(
                "Expected a beam_width of 2 or more for words to count. Received: beam_width=1 "
                "with hot_words, lm_alpha or lm_beta."
            )
        if NGRAMS not in self._files and (lm_alpha is not None or lm_beta is not None):
            raise InputError(
                "Expected a language model for lm_alpha and lm_beta to weigh. Received: a "
                "recogniser without one. Do leave them out; hot_words need none."
            )
        chosen = {k: self._settings[k] if v is None else v for k, v in given.items()}
        return Settings(**chosen, hot_words=tuple(self._hot(hot_words)))

    def search(self, settings: Settings) -> BeamSearch:
        """Begins a search."""
        return BeamSearch(settings.beam_width, self._scores(*settings[1:]))

    def texts(
        self, log_probs: np.ndarray, settings: Settings, count: int = 1
    ) -> list[tuple[np.ndarray, np.ndarray]]:
        """Gives the likeliest texts, the likeliest first: symbols, and about where they begin."""
        if settings.beam_width == 1:
            best = greedy(log_probs)
            return [(best.symbols, best.frames[:, 0])]
        search = self.search(settings)
        search.feed(log_probs)
        found: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        for each in search.best():
            found.setdefault(self.said(each.symbols), (each.symbols, each.frames))
            if len(found) == count:
                break
        return list(found.values())

    def said(self, symbols: np.ndarray) -> str:
        """Gives the text of symbols, with one blank between words."""
        return SPACE.join(self.alphabet.text(symbols).split())

    def words(
        self, log_probs: np.ndarray, symbols: np.ndarray, about: np.ndarray | None = None
    ) -> list[Word]:
        """Finds where the words of a text are.

        Args:
            log_probs: Log-probabilities of shape `(steps, symbols)`.
            symbols: The text.
            about: Steps near which its symbols begin, where they are known.

        Raises:
            InputError: If there are too few steps for the text.
        """
        frames = align(log_probs, symbols.tolist(), about)
        likely = np.exp(log_probs[frames[:, 0], symbols]) if len(symbols) else np.zeros(0)
        found = []
        ends = np.flatnonzero(np.append(symbols, self.alphabet.space) == self.alphabet.space)
        first = 0
        for end in ends.tolist():
            if end > first:
                text = self.alphabet.text(symbols[first:end])
                score = float(np.exp(np.mean(np.log(np.maximum(likely[first:end], 1e-10)))))
                found.append(Word(text, int(frames[first, 0]), int(frames[end - 1, 1]), score))
            first = end + 1
        return found

    def learn(self, texts: Iterable[str]) -> dict[str, bytes]:
        """Takes up words that the language model has not got, so that they are no longer strange.

        Args:
            texts: Texts in normal form.

        Returns:
            The file of the own words, where there are new ones and a language model.
        """
        if NGRAMS not in self._files:
            return {}
        known = {word for name in (WORDS, OWN) for word in self._listed(name)}
        more = sorted({word for text in texts for word in text.split()} - known)
        return {OWN: "\n".join([*self._listed(OWN), *more]).encode()} if more else {}

    def _listed(self, name: str) -> list[str]:
        return self._files.get(name, b"").decode().split()

    @cached_property
    def _language(self) -> tuple[list[list[int]], list[list[int]], NGrams] | None:
        """The spelling of the words of the language model, of own words, and the model."""
        if NGRAMS not in self._files:
            return None
        words, own = (
            [self.alphabet.symbols(word).tolist() for word in self._listed(name)]
            for name in (WORDS, OWN)
        )
        return words, own, NGrams.from_bytes(self._files[NGRAMS])

    def _hot(self, words: Mapping[str, float] | None) -> list[tuple[str, float]]:
        if words is None:
            return []
        if not isinstance(words, Mapping):
            raise InputError(
                f'Expected hot_words as {{"word": boost in nats}}. Received: {words!r:.80}.'
            )
        found = []
        for word, boost in words.items():
            normal = self.alphabet.normal(str(word))
            _check_number(f"the boost of {word!r}", boost)
            if not normal or SPACE in normal or self.alphabet.lacking(str(word)):
                raise InputError(
                    f"Expected hot words of the letters {''.join(self.alphabet.letters)!r}, one "
                    f"word each. Received: {word!r}."
                )
            found.append((normal, float(boost)))
        return found

    def _made(
        self, alpha: float, beta: float, hot: tuple[tuple[str, float], ...]
    ) -> WordScores | None:
        boosts = {tuple(self.alphabet.symbols(word).tolist()): boost for word, boost in hot}
        size, space = self.alphabet.size, self.alphabet.space
        if self._language is not None:
            words, own, model = self._language
            share = -alpha * float(np.log(max(1, len(own))))
            boosts = {**{tuple(word): share for word in own}, **boosts}
            return WordScores(words, model, size, space, alpha, beta, boosts)
        if hot:
            nothing = kneser_ney([np.array([UNKNOWN])], 2, 1)
            return WordScores([], nothing, size, space, 0.0, 0.0, boosts, 0.0)
        return None


def _check_number(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, Real) or not np.isfinite(float(value)):
        raise InputError(f"Expected {name} to be a number. Received: {value!r}.")


def log_probabilities(logits: np.ndarray) -> np.ndarray:
    """Gives log-probabilities of logits, in float64."""
    return log_softmax(logits.astype(np.float64))
