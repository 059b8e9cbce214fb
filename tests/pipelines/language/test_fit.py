"""Own texts: what is read, what the vocabulary becomes, what is told of what it lacks."""

import keras
import numpy as np
import pandas as pd
import pytest

from rnnapps import pipeline
from rnnapps.errors import InputError, UnknownNameError
from rnnapps.pipelines.language.data import texts_of

RUSSIAN = "Кот сидел на окне. Кот видел замок.\n"
ENGLISH = "The cat sat on the mat. The cow came to the castle.\n"
SMALL = {"embedding": 8, "units": 16, "seed": 1}


@pytest.fixture
def fresh():
    return pipeline("language", False, size=200, **SMALL)


def test_the_first_fit_learns_the_vocabulary_and_the_second_keeps_it(fresh, tmp_path):
    assert len(fresh.reader.subwords) < 110  # the characters of a keyboard
    fresh.fit([RUSSIAN] * 9, epochs=1)
    tokens = fresh.reader.subwords.tokens
    assert " замок" in tokens
    assert fresh.network.get_layer("token_embedding").input_dim == len(tokens)
    with pytest.warns(UserWarning, match=r"has not got .*%.*ß.*pipeline\(\"language\", False\)"):
        fresh.fit([RUSSIAN + "Grüße"], epochs=1)
    assert fresh.reader.subwords.tokens == tokens
    loaded = pipeline("language", fresh.save(tmp_path / "own"))
    assert loaded.reader.subwords.tokens == tokens
    assert loaded.generate("Кот", seed=1) == fresh.generate("Кот", seed=1)
    assert "learns" not in loaded.preprocessor


def test_a_given_vocabulary_is_kept(fresh):
    language = pipeline("language", False, vocabulary=[ENGLISH] * 5, size=200, **SMALL)
    tokens = language.reader.subwords.tokens
    assert " castle" in tokens
    language.fit([ENGLISH * 3], epochs=1)
    assert language.reader.subwords.tokens == tokens


def test_text_that_the_vocabulary_cannot_write_is_refused():
    language = pipeline("language", False, vocabulary=[ENGLISH], **SMALL)
    before = language.weights()
    for use in (language.predict, language.generate, language.complete):
        with pytest.raises(InputError, match=r"%.*pipeline\(\"language\", False\)"):
            use(RUSSIAN)
    for use in (language.fit, language.evaluate):
        with pytest.raises(InputError, match=r"%.*pipeline\(\"language\", False\)"):
            use([RUSSIAN])
    with pytest.raises(InputError, match="%"):
        language.fit([ENGLISH], validation_data=[RUSSIAN])
    for path, values in language.weights().items():
        np.testing.assert_array_equal(values, before[path])


def test_typographic_signs_and_accents_are_read_as_plain_ones(language):
    plain = language.predict('The "cat" - sat, can\'t...')
    typographic = language.predict("The “cat” — sat, can’t…")
    assert plain["nats"] == typographic["nats"]
    assert language.predict("cafe\r\n")["nats"] == language.predict("café\n")["nats"]


def test_files_folders_and_lists_read_alike(fresh, tmp_path):
    folder = tmp_path / "texts" / "deeper"
    folder.mkdir(parents=True)
    file = folder / "one.txt"
    file.write_text(ENGLISH * 9, encoding="utf-8-sig")
    (folder.parent / "notes.md").write_text("Not read.")
    for source in (file, str(file), tmp_path / "texts", [ENGLISH * 9], [file], iter([file])):
        assert texts_of(source) == [ENGLISH * 9]
    assert fresh.fit(tmp_path / "texts", epochs=1).history["loss"]
    assert dict(fresh.evaluate(file)) == dict(fresh.evaluate([ENGLISH * 9]))


def test_frames_tables_and_datasets_read_alike(fresh, tmp_path):
    import tensorflow as tf

    texts = [ENGLISH.strip(), "NA", RUSSIAN.strip()]
    frame = pd.DataFrame({"body": texts, "page": range(3)})
    frame.to_csv(tmp_path / "texts.csv", index=False)
    frame.to_json(tmp_path / "texts.jsonl", orient="records", lines=True)
    for source in (frame, tmp_path / "texts.csv", str(tmp_path / "texts.jsonl")):
        assert texts_of(source, text="body") == texts
    dataset = tf.data.Dataset.from_tensor_slices(texts)
    for source in (frame["body"], dataset, dataset.batch(2)):
        assert texts_of(source) == texts
    fresh.fit(frame, text="body", validation_data=tmp_path / "texts.csv", epochs=1)
    assert fresh.evaluate(frame, text="body")["tokens"]
    vocabulary = frame["body"]
    learnt = pipeline("language", False, vocabulary=vocabulary, size=200, **SMALL)
    assert learnt.reader.alphabet == fresh.reader.alphabet


@pytest.mark.parametrize(
    "options",
    [
        {"x": ["".join(map(chr, range(0x4E00, 0x4E00 + 900)))]},
        {"x": [ENGLISH], "validation_data": [RUSSIAN]},
        {"x": [ENGLISH] * 9, "checkpoint_dir": "", "resume": True},
    ],
    ids=["letters", "validation", "checkpoint"],
)
def test_a_first_fit_that_is_refused_changes_nothing(fresh, options, tmp_path):
    if "checkpoint_dir" in options:
        options["checkpoint_dir"] = tmp_path
        other = pipeline("language", False, size=200, **SMALL)
        other.fit([ENGLISH * 8], epochs=1, checkpoint_dir=tmp_path)
    files, reader, weights = dict(fresh.files), fresh.reader, fresh.weights()
    expected = "Expected" if "checkpoint_dir" in options else "A vocabulary has .* 200 others"
    with pytest.raises(InputError, match=expected) as told:
        fresh.fit(**options)
    assert "False" not in str(told.value)
    assert fresh.preprocessor["learns"] == 200
    assert fresh.files == files and fresh.reader is reader
    for path, values in fresh.weights().items():
        np.testing.assert_array_equal(values, weights[path])
    fresh.fit([ENGLISH] * 9, epochs=1)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (5, "a file, a folder of .txt files, a list"),
        (None, "a file, a folder of .txt files, a list"),
        (b"text", "a file, a folder of .txt files, a list"),
        ({"text": [ENGLISH]}, r"a list of texts.*\(dict\)"),
        (pd.DataFrame({"body": [ENGLISH]}), "one column 'text'.*'body'.*text="),
        (pd.DataFrame({"text": [ENGLISH, None]}), "Text 1: Expected a text"),
        ("nowhere.txt", "a file or a folder.*not there"),
        ("A whole text. " * 500, "a file or a folder.*list of texts"),
        ([], "without a word"),
        (["", " \n"], "without a word"),
        (["A text.", 5], "Text 1: Expected a text"),
    ],
)
def test_wrong_sources_are_refused(fresh, source, expected):
    for use in (fresh.fit, fresh.evaluate):
        with pytest.raises(InputError, match=expected):
            use(source)


def test_folders_and_files_without_text(fresh, tmp_path):
    with pytest.raises(InputError, match=r"\.txt files in the folder"):
        fresh.fit(tmp_path)
    (tmp_path / "latin.txt").write_bytes("é".encode("latin-1"))
    with pytest.raises(InputError, match=r"UTF-8.*latin\.txt"):
        fresh.fit(tmp_path)


@pytest.mark.parametrize(
    "wrong", [{"epochs": 0}, {"batch_size": 0}, {"learning_rate": -1}, {"resume": True}], ids=str
)
def test_wrong_options_are_refused(fresh, wrong):
    with pytest.raises(InputError, match=r"^Expected"):
        fresh.fit([ENGLISH], **wrong)
    assert "learns" in fresh.preprocessor


def test_validation_decides_which_epoch_is_kept(fresh):
    class Spoil(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                self.model.set_weights([9 * weight + 1 for weight in self.model.get_weights()])

    options = {"validation_data": [ENGLISH], "learning_rate": 0.03, "epochs": 3}
    history = fresh.fit([ENGLISH * 9], **options, callbacks=[Spoil()])
    nats = history.history["val_nats"]
    assert len(nats) == 3 and nats[2] > min(nats)
    assert fresh.evaluate([ENGLISH])["nats_per_token"] == pytest.approx(min(nats), rel=0.02)


def test_one_text_of_strange_signs_among_many_is_measured(fresh):
    fresh.fit([ENGLISH * 9], epochs=1)
    found = fresh.evaluate([ENGLISH * 9, "→→"])
    assert 0 < found["unknown"] < 0.01
    with pytest.raises(InputError, match="characters"):
        fresh.evaluate(["→→"])


@pytest.mark.parametrize("settings", [{"size": 0}, {"size": "big"}, {"vocabulary": [5]}], ids=str)
def test_wrong_vocabularies_are_refused(settings):
    with pytest.raises(InputError, match="Expected"):
        pipeline("language", False, **settings)


def test_unknown_settings_are_named():
    with pytest.raises(UnknownNameError, match=r"'unit'.*Did you mean 'units'"):
        pipeline("language", False, unit=5)


def test_a_network_without_tied_embeddings():
    language = pipeline("language", False, vocabulary=[ENGLISH], tied=False, layers=2, **SMALL)
    language.fit([ENGLISH * 9], epochs=1)
    assert language.generate("The", seed=1)
