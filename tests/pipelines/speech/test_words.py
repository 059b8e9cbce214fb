"""Letters, words and what follows what."""

import numpy as np
import pytest

from rnnapps.errors import InputError
from rnnapps.pipelines.speech.decoding import Decoder
from rnnapps.pipelines.speech.spelling import ENGLISH, Alphabet
from rnnapps.pipelines.speech.words import language_model, prose

ALPHABET = Alphabet(ENGLISH)


def test_texts_are_written_in_the_letters_alone():
    assert ALPHABET.normal("  It’s well-known,\n“Mr. O'Brien”… ") == "it's well known mr o'brien"
    assert ALPHABET.normal("and/or yes,no…now well\u2011kept soft\xadly") == (
        "and or yes no now well kept softly"
    )
    assert Alphabet(" eginorsty").normal("rosy, it’s in") == "rosy its in"
    assert ALPHABET.text(ALPHABET.symbols("it's")) == "it's"
    assert ALPHABET.lacking("Room 12 at the café") == {"1", "2", "é"}
    assert ALPHABET.lacking("cafe\u0301") == {"é"}


def test_letters_that_are_asked_for_are_kept():
    own = Alphabet(" abc-’É")
    assert own.normal("a-b c’a É é") == "a-b c’a É"


@pytest.mark.parametrize("letters", ["abc", " aab", "", 5, [" ", 1]])
def test_letters_are_each_there_once_and_the_space_among_them(letters):
    with pytest.raises(InputError, match="each once and the space among them"):
        Alphabet(letters)


def test_prose_is_cut_into_sentences_that_can_be_written():
    text = "He left. “Why?” asked Mr. Brown.\nIn 1912 all was well. So it goes."
    assert prose(text, ALPHABET) == ["he left", "why asked mister brown", "so it goes"]
    quoted = "‘I say,’ said he, ‘’tis the boys’ dog, isn’t it?’ Mrs. Hall’s, ’em!"
    assert " ".join(prose(quoted, ALPHABET)) == (
        "i say said he 'tis the boys dog isn't it missus hall's 'em"
    )


def heard(text, doubt):
    """Gives log-probabilities of a text, with other letters nearly as likely in some places."""
    frames = []
    for place, symbol in enumerate(ALPHABET.symbols(text).tolist()):
        row = np.full(ALPHABET.size, 1e-4)
        row[symbol] = 0.9
        if place in doubt:
            row[ALPHABET.symbols(doubt[place])[0]], row[symbol] = 0.55, 0.44
        blank = np.full(ALPHABET.size, 1e-4)
        blank[0] = 0.99
        frames += [row, blank]
    frames = np.array(frames)
    return np.log(frames / frames.sum(axis=1, keepdims=True))


def test_words_that_follow_each_other_settle_what_the_sound_leaves_open():
    texts = ["the dog ran home", "the dog sat down", "a log burns", "the cat ran home"] * 5
    files = language_model(texts, least=(1, 1, 1))
    decoder = Decoder(ALPHABET, files, {"beam_width": 16, "lm_alpha": 1.0, "lm_beta": 1.0})
    log_probs = heard("the dog ran home", {4: "l"})
    (alone,) = (decoder.said(s) for s, _ in decoder.texts(log_probs, decoder.settings(1)))
    assert alone == "the log ran home"
    (told,) = (decoder.said(s) for s, _ in decoder.texts(log_probs, decoder.settings()))
    assert told == "the dog ran home"
    words = decoder.words(log_probs, ALPHABET.symbols(told))
    assert [word.text for word in words] == told.split()
    assert [word.first for word in words] == [0, 8, 16, 24]


def test_words_that_are_learnt_are_no_longer_strange():
    files = language_model(["the dog ran home", "the cat ran home"] * 5, least=(1, 1, 1))
    settings = {"beam_width": 16, "lm_alpha": 0.0, "lm_beta": 1.0}
    strange = Decoder(ALPHABET, files, settings)
    own = strange.learn(["the dug sat", "a zebu"])
    assert own["own_words.txt"].decode().split("\n") == ["a", "dug", "sat", "zebu"]
    told = Decoder(ALPHABET, {**files, **own}, settings)
    assert not told.learn(["a zebu sat"])
    log_probs = heard("the dog ran home", {5: "u"})
    for decoder, text in ((strange, "the dog ran home"), (told, "the dug ran home")):
        assert decoder.said(decoder.texts(log_probs, decoder.settings())[0][0]) == text


def test_words_that_are_learnt_share_what_unknown_ones_are_given():
    others = ("yak", "gnu", "emu", "ibex", "newt")
    texts = ["the dog ran home"] * 3 + [f"the {word} ran home" for word in others]
    files = language_model(texts, least=(1, 1, 1))
    log_probs = heard("the dog ran home", {5: "u"})
    settings = {"beam_width": 16, "lm_alpha": 1.0, "lm_beta": 1.0}
    many = ["dug", *("ab"[i % 2] * (2 + i) for i in range(40))]
    for own, text in ((["dug"], "the dug ran home"), (many, "the dog ran home")):
        decoder = Decoder(ALPHABET, {**files, "own_words.txt": "\n".join(own).encode()}, settings)
        assert decoder.said(decoder.texts(log_probs, decoder.settings())[0][0]) == text


def test_a_weight_without_a_language_model_is_told():
    decoder = Decoder(ALPHABET, {}, {"beam_width": 16, "lm_alpha": 1.0, "lm_beta": 1.0})
    for given in ({"lm_alpha": 0.5}, {"lm_beta": 0.5}):
        with pytest.raises(InputError, match="Expected a language model"):
            decoder.settings(**given)


def test_hot_words_settle_it_too_and_need_no_language_model():
    decoder = Decoder(ALPHABET, {}, {"beam_width": 16, "lm_alpha": 1.0, "lm_beta": 1.0})
    log_probs = heard("the dog ran home", {4: "l"})
    plain, hot = decoder.settings(), decoder.settings(hot_words={"Dog": 2.0})
    texts = [decoder.said(symbols) for symbols, _ in decoder.texts(log_probs, plain, 2)]
    assert texts == ["the log ran home", "the dog ran home"]
    assert decoder.said(decoder.texts(log_probs, hot)[0][0]) == "the dog ran home"
