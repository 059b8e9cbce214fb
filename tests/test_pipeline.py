"""What the base class does for every task."""

import sys

import keras
import numpy as np
import pandas as pd
import pytest

from rnnapps import preset
from rnnapps.errors import InputError, UnknownNameError
from rnnapps.nn.pooling import Pooling
from rnnapps.nn.recurrent import Recurrent
from rnnapps.pipeline import Pipeline
from rnnapps.runtime.session import KerasSession


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


def train(pipe):
    with pipe.training() as network:
        network.weights[0].assign(network.weights[0] + 1)


def test_forward_needs_no_code_of_the_task(moods):
    texts = ["good", "bad bad film", "good film", "film"]
    alone = [moods.predict(text)["scores"] for text in texts]
    for batch_size in (1, 2, None):
        answers = [answer["scores"] for answer in moods.predict(texts, batch_size)]
        np.testing.assert_allclose(answers, alone, atol=2e-6)
    assert len({tuple(scores) for scores in alone}) == 4


def test_batches_run_on_keras_where_it_has_a_gpu(moods, monkeypatch):
    answers = [Moods.untrained().predict(text)["scores"] for text in ("good", "bad film")]
    monkeypatch.setattr(sys.modules["rnnapps.pipeline"], "keras_on_gpu", lambda: True)
    assert isinstance(moods.batch_session, KerasSession)
    on_keras = [answer["scores"] for answer in moods.predict(["good", "bad film"])]
    np.testing.assert_allclose(on_keras, answers, atol=2e-6)
    assert moods._session is None and moods._graph is None


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
        with pytest.raises(UnknownNameError, match="Expected one of: batch_size, digits"):
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


FACTS = {
    "summary": "Tells good films from bad ones.",
    "data": [{"name": "Reviews", "license": "CC0"}],
    "license": "Apache-2.0",
    "limits": ["films only"],
    "metrics": {"test": {"accuracy": 0.9}},
}


def test_a_fine_tuned_preset_tells_where_it_comes_from(moods, tmp_path):
    loaded = Moods.from_preset(moods.save(tmp_path / "films", metadata=FACTS))
    kept = {name: FACTS[name] for name in ("data", "license", "limits")}
    for _ in range(2):
        train(loaded)
        assert {**loaded.metadata, "description": ""} == {
            **kept,
            "base": "films",
            "description": "",
        }
        assert repr(loaded) == "<Moods: trained from films>"
    again = Moods.from_preset(loaded.save(tmp_path / "mine"))
    for text in (
        "limits is told of films.",
        "- Base: films",
        "- License: Apache-2.0",
        "Reviews",
    ):
        assert text in again.card
    assert "0.9" not in again.card  # figures are of the weights before
    train(again)
    assert again.metadata["base"] == "mine" and "told of mine" in again.metadata["description"]
    train(moods)
    assert moods.metadata == {"description": "Trained."}
    assert repr(moods) == "<Moods: trained from nothing>"
    plain = Moods.from_preset(moods.save(tmp_path / "plain"))
    train(plain)
    assert plain.metadata == {"base": "plain", "description": "Fine-tuned from plain."}


def test_a_column_of_a_frame_is_a_list(moods):
    texts = ["good film", "bad film"]
    for column in (pd.Series(texts), np.array(texts), np.array(texts, object)):
        assert moods.predict(column) == moods.predict(texts)


def test_predictions_follow_the_training_also_one_that_breaks_off(moods):
    answer = moods.predict("good film")
    with pytest.raises(KeyboardInterrupt), moods.training() as network:
        network.weights[0].assign(network.weights[0] + 1)
        raise KeyboardInterrupt
    assert moods.predict("good film") != answer


def test_a_training_that_was_refused_changes_nothing(moods, tmp_path):
    loaded = Moods.from_preset(moods.save(tmp_path / "films", compact=True, metadata=FACTS))
    graph, session, metadata = loaded.graph, loaded.session, dict(loaded.metadata)
    with pytest.raises(InputError, match="refused"), loaded.training():
        raise InputError("The checkpoint was refused.")
    assert loaded.graph is graph and loaded.session is session
    assert loaded.metadata == metadata
