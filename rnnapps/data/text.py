"""Subwords: from text to token numbers and back, with the place of each token in the text."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

from rnnapps.errors import InputError, PresetError
from rnnapps.files import replace_bytes

#: Stands where a text begins or ends, and in padding; no text contains it.
BOUNDARY = 0
#: Stands for a character that the vocabulary has not got.
UNKNOWN = 1
#: Characters that every vocabulary has, and how many it has at most beside them.
KEYBOARD = "".join(map(chr, range(ord(" "), ord("~") + 1)))
OTHERS = 200
#: What a token of a folded vocabulary begins with that goes on with a word.
GOES_ON = "##"
#: Words, digits one by one, runs of punctuation or of breaks, single spaces; `{}` is the space that
#: a piece may begin with.
PIECES = (
    r"{0}[\p{{L}}\p{{M}}]+(?:['’][\p{{L}}\p{{M}}]+)*|{0}\p{{N}}|"
    r"{0}[^\s\p{{L}}\p{{M}}\p{{N}}]+|\n+|\s"
)


class Tokens(NamedTuple):
    """Tokens of a text.

    Attributes:
        ids: int32 numbers of shape `(time,)`.
        offsets: int32 of shape `(time, 2)`: token `i` stands in `text[start:end]`.
    """

    ids: np.ndarray
    offsets: np.ndarray


class Subwords:
    """Splits text into subwords by byte-pair encoding; each knows its place in the text.

    A token never reaches over a word's end. There are two kinds of vocabulary. The exact one loses
    nothing: tokens carry the space before them, and put together they are the text. The folded one
    is for reading only: it knows no capitals and no spaces, and marks what goes on with a word by
    `##`.

    Args:
        data: bytes of a `tokenizer.json` as Hugging Face's tokenizers writes it.

    Raises:
        PresetError: If the bytes are none.

    Reference: Sennrich, Haddow, Birch 2016, "Neural Machine Translation of Rare Words with
    Subword Units", arXiv:1508.07909, section 3.2.

    Example:
    >>> from rnnapps.data.text import Subwords
    >>> subwords = Subwords.learn(["a rose is a rose"] * 9, size=120)
    >>> text = "a rose, a Rosé"
    >>> tokens = subwords.encode(text)
    >>> [text[start:end] for start, end in tokens.offsets][:3]
    ['a', ' rose', ',']
    """

    def __init__(self, data: bytes):
        try:
            self._tokenizer = Tokenizer.from_buffer(data)
        except ValueError as error:
            raise PresetError(
                f"Expected a vocabulary of subwords. Received: {data[:40]!r}."
            ) from error
        self.tokens = [str(self._tokenizer.id_to_token(i)) for i in range(len(self))]

    @classmethod
    def learn(cls, texts: Iterable[str], size: int, *, folded: bool = False) -> Subwords:
        """Learns a vocabulary.

        Args:
            texts: texts to learn it from.
            size: number of tokens; fewer where the texts have not as many, and never less than the
                characters.
            folded: whether to leave out capitals and spaces.

        Returns:
            The subwords, those merged first in front. All characters of a keyboard are among them,
            and the 200 most frequent others of the texts.
        """
        texts = list(texts)
        alphabet = _alphabet(texts, folded)
        prefix = GOES_ON if folded else ""
        tokenizer = Tokenizer(models.BPE(unk_token="<unknown>", continuing_subword_prefix=prefix))
        if folded:
            tokenizer.normalizer = normalizers.Lowercase()
            spaces = pre_tokenizers.Split(Regex(r"\s+"), "removed")
            pieces = pre_tokenizers.Split(Regex(PIECES.format("")), "isolated")
            tokenizer.pre_tokenizer = pre_tokenizers.Sequence([spaces, pieces])
        else:
            tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(PIECES.format(" ?")), "isolated")
        trainer = trainers.BpeTrainer(
            vocab_size=size,
            min_frequency=2,
            # All that is given here has its number before the texts are read, in any order.
            special_tokens=["<boundary>", "<unknown>", *(prefix + each for each in alphabet)],
            initial_alphabet=alphabet,
            limit_alphabet=len(alphabet),
            continuing_subword_prefix=prefix,
            show_progress=False,
        )
        tokenizer.train_from_iterator(texts, trainer)
        settings = json.loads(tokenizer.to_str())
        settings["added_tokens"] = []  # else the markup would be found in texts
        return cls(json.dumps(settings, ensure_ascii=False).encode())

    @classmethod
    def kept(
        cls, path: Path, texts: Callable[[], Iterable[str]], size: int, *, folded: bool = False
    ) -> Subwords:
        """Reads a vocabulary from a file, or learns it and writes the file.

        Args:
            path: the file.
            texts: called where there is no file, for the texts to learn it from.
            size: as in `learn`.
            folded: as in `learn`.

        Returns:
            The subwords.
        """
        if not path.is_file():
            replace_bytes(path, cls.learn(texts(), size, folded=folded).to_bytes())
        return cls(path.read_bytes())

    def to_bytes(self) -> bytes:
        """Gives the vocabulary as JSON, which the class takes again."""
        return self._tokenizer.to_str().encode()

    def __len__(self) -> int:
        return self._tokenizer.get_vocab_size()

    def encode(self, text: str) -> Tokens:
        """Splits a text.

        Args:
            text: any text; markup of the vocabulary's own is text like any other.

        Returns:
            Its tokens, none for an empty text.

        Raises:
            InputError: If it is not a text.
        """
        return self.encode_all([text])[0]

    def encode_all(self, texts: Sequence[str]) -> list[Tokens]:
        """Splits texts, as `encode` does, in parallel.

        Args:
            texts: any texts.

        Returns:
            The tokens of each.

        Raises:
            InputError: If one is not a text.
        """
        for text in texts:
            check_text(text)
        return [
            Tokens(np.array(each.ids, np.int32), np.array(each.offsets, np.int32).reshape(-1, 2))
            for each in self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        ]


def _alphabet(texts: Iterable[str], folded: bool) -> list[str]:
    """Gives the characters of a vocabulary in their order, so that it is always the same."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(text.lower() if folded else text)
    always = set(KEYBOARD.lower()) - {" "} if folded else {*KEYBOARD, "\n"}
    others = [each for each in counts if each not in always and not (folded and each.isspace())]
    others.sort(key=lambda each: (-counts[each], each))
    return sorted(always.union(others[:OTHERS]))


def check_text(text: object) -> None:
    """Checks that something is a text.

    Raises:
        InputError: If it is none.

    Example:
    >>> from rnnapps.data.text import check_text
    >>> check_text(5)
    Traceback (most recent call last):
    ...
    rnnapps.errors.InputError: Expected a text. Received: 5 (int).
    """
    if not isinstance(text, str):
        raise InputError(f"Expected a text. Received: {str(text)[:80]} ({type(text).__name__}).")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InputError(
            "Expected a text of whole Unicode characters. Received: half a surrogate pair, "
            f"{text[error.start : error.end]!r}."
        ) from error
