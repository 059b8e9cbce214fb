"""What the base class does for every task."""

import keras
import numpy as np
import pytest

from rnnapps import preset
from rnnapps.errors import InputError, UnknownNameError
from rnnapps.nn.pooling import Pooling
from rnnapps.nn.recurrent import Recurrent
from rnnapps.pipeline import Pipeline


class Moods(Pipeline):
    """Classifies texts by the words of a vocabulary."""

    task = "moods"
    preprocessed = 0

    @classmethod
    def untrained(cls, **overrides):
        files = {"vocabulary.txt": b"good\nbad\nfilm\n"}
        return cls({"units": 4, **overrides}, {}, files=files)

    def build(self):
        keras.utils.set_random_seed(0)
        tokens = keras.Input((None,), dtype="int32", name="tokens")
        lengths = keras.Input((), dtype="int32", name="lengths")
        x = keras.layers.Embedding(len(self.words) + 1, 3, name="words")(tokens)
        recurrent = Recurrent(**self.config, direction="bidirectional", name="recurrent")
        x = Pooling("mean")(recurrent(x, lengths)[0], lengths)
        outputs = {"scores": keras.layers.Dense(2, "softmax", name="scores")(x)}
        return keras.Model({"tokens": tokens, "lengths": lengths}, outputs)

    @property
    def words(self):
        return self.files["vocabulary.txt"].decode().split()

    def preprocess(self, raw):
        if not isinstance(raw, str) or not raw:
            raise InputError(f"Expected a text. Received: {raw!r}.")
        self.preprocessed += 1
        ids = [self.words.index(word) + 1 if word in self.words else 0 for word in raw.split()]
        return {"tokens": np.array(ids, np.int32)}

    def postprocess(self, arrays, raw, *, digits: int = 6):
        return {"scores": [round(float(score), digits) for score in arrays["scores"]]}

    fit = evaluate = demo = example = None


@pytest.fixture
def moods():
    return Moods.untrained()


def test_forward_needs_no_code_of_the_task(moods):
    texts = ["good", "bad bad film", "good film", "film"]
    alone = [moods.predict(text)["scores"] for text in texts]
    for batch_size in (1, 2, None):
        answers = [answer["scores"] for answer in moods.predict(texts, batch_size)]
        np.testing.assert_allclose(answers, alone, atol=2e-6)
    assert len({tuple(scores) for scores in alone}) == 4


def test_options_go_to_postprocess(moods):
    fine, coarse = moods.predict("good film"), moods.predict("good film", digits=1)
    assert fine != coarse == {"scores": [round(score, 1) for score in fine["scores"]]}
    assert moods.predict(["good film"], digits=1) == [coarse]
    assert list(moods.predict(iter(["good film"]), digits=1)) == [coarse]


@pytest.mark.parametrize("inputs", ["good", ["good"], iter(["good"])], ids=["one", "list", "iter"])
def test_unknown_options_are_refused_before_any_work(moods, inputs):
    with pytest.raises(UnknownNameError, match=r"option of the task 'moods'.*'digits'\?"):
        moods.predict(inputs, digit=1)
    for reserved in ("raw", "arrays"):
        with pytest.raises(UnknownNameError, match="Expected one of: digits"):
            moods.predict(inputs, **{reserved: 1})
    assert moods.preprocessed == 0


def test_further_files_are_saved_and_loaded(moods, tmp_path):
    directory = moods.save(tmp_path / "own")
    assert (directory / "vocabulary.txt").read_text() == "good\nbad\nfilm\n"
    assert "vocabulary.txt" in preset.read(directory).files
    loaded = Moods.from_preset(directory)
    assert loaded.files == moods.files
    assert loaded.predict("good film") == moods.predict("good film")
    again = Moods.from_preset(loaded.save(tmp_path / "again", compact=True))
    assert again.files == moods.files
