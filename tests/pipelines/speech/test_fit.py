"""Own recordings: the forms in which they come, and what cannot be learnt."""

import json

import keras
import numpy as np
import pandas as pd
import pytest
import soundfile

from rnnapps import pipeline
from rnnapps.errors import InputError
from rnnapps.pipelines.speech.data import recorded
from rnnapps.pipelines.speech.words import language_model
from tests.pipelines.speech.conftest import RATE, SMALL, sound, spoken

TEXTS = ["a b", "cab"]


@pytest.fixture
def files(tmp_path):
    for number, text in enumerate(TEXTS):
        soundfile.write(tmp_path / f"{number}.wav", spoken(text), RATE)
        (tmp_path / f"{number}.txt").write_text(text + "\n")
    return tmp_path


def test_every_form_gives_the_same(files):
    paths = [files / f"{number}.wav" for number in range(2)]
    pd.DataFrame({"audio": ["0.wav", "1.wav"], "text": TEXTS}).to_csv(files / "m.csv", index=False)
    rows = [{"audio": f"{n}.wav", "text": text} for n, text in enumerate(TEXTS)]
    (files / "m.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (files / "m.tsv").write_text("audio\ttext\n0.wav\ta b\n1.wav\tcab\n")
    frame = pd.DataFrame({"file": paths, "said": TEXTS})
    expected = list(zip(paths, TEXTS, strict=True))
    for form in (files, files / "m.csv", files / "m.tsv", str(files / "m.jsonl"), expected):
        assert recorded(form) == expected
    assert recorded(frame, audio="file", text="said") == expected
    assert recorded(paths, TEXTS) == expected


def test_what_cannot_be_read_is_told(files):
    pd.DataFrame({"path": ["0.wav"], "text": ["a"]}).to_csv(files / "m.csv", index=False)
    (files / "m.jsonl").write_text('{"audio": "0.wav"}\n')
    (files / "1.txt").unlink()
    cases = [
        ("nowhere", "neither file nor folder"),
        (files, r"none for .*1\.wav"),
        (
            files / "m.csv",
            "one column 'audio'.*Do name it by audio=",
        ),
        (files / "m.jsonl", "one column 'text'"),
        (files / "0.txt", r"Expected a \.csv, \.tsv or \.jsonl file"),
        (5, "Expected a manifest"),
        ([], "no recording at all"),
        ([("0.wav", 5)], "Recording 0: Expected its text"),
    ]
    for x, message in cases:
        with pytest.raises(InputError, match=message):
            recorded(x)
    with pytest.raises(InputError, match="2 recordings and 1 texts"):
        recorded(["a", "b"], ["a"])


@pytest.mark.parametrize(
    ("sounds", "texts", "message"),
    [
        ([sound("a")], ["zoo"], r"Recording 0: Expected texts of the letters ' abc'.*'z'"),
        ([sound("a")], ["...!"], "Recording 0: Expected a text with something to say"),
        ([sound("a")], ["abc" * 40], "Recording 0: Expected sound of 120 steps or more"),
        (["nowhere.wav"], ["a"], "Recording 0: Expected sound"),
    ],
)
def test_what_cannot_be_learnt_is_told_and_changes_nothing(recogniser, sounds, texts, message):
    before = recogniser.weights()
    with pytest.raises(InputError, match=message):
        recogniser.fit(sounds, texts)
    for path, array in recogniser.weights().items():
        np.testing.assert_array_equal(array, before[path])


def test_other_letters_begin_as_those_that_are_known(tmp_path):
    pipe = pipeline("speech", False, letters=" abc", seed=1, **SMALL)
    pipe.fit([sound("a")] * 4, ["a"] * 4, epochs=1)
    before = pipe.weights()
    pipe.fit([sound("a")] * 4, ["A"] * 4, letters=" xAc", epochs=1, learning_rate=1e-7)
    after = pipe.weights()
    for path in ("logits/kernel", "logits/bias"):
        blank, space, a, b, c = np.moveaxis(before[path], -1, 0)
        expected = np.stack([blank, space, (space + a + b + c) / 4, a, c], axis=-1)
        np.testing.assert_allclose(after[path], expected, atol=1e-5)
    np.testing.assert_allclose(after["front/kernel"], before["front/kernel"], atol=1e-5)
    loaded = pipeline("speech", pipe.save(tmp_path / "own"))
    assert loaded.alphabet.letters == list(" xAc")


def test_a_training_that_broke_off_leaves_the_levels_as_they_were_measured():
    class Broken(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            raise KeyboardInterrupt

    own = [sound("a")] * 4, ["a"] * 4
    pipe = pipeline("speech", False, letters=" abc", streaming=True, seed=1, **SMALL)
    with pytest.raises(KeyboardInterrupt):
        pipe.fit(*own, epochs=1, callbacks=[Broken()])
    measured = pipe.preprocessor["hearing"]
    assert np.mean(measured["mean"]) < -3
    pipe.fit(*own, epochs=1)
    assert pipe.preprocessor["hearing"] == measured


def test_words_of_own_texts_are_taken_up(recogniser):
    files = language_model(["a cab"] * 5, least=(1, 1, 1))
    pipe = type(recogniser)(recogniser.config, recogniser.preprocessor, files=files)
    pipe.fit([sound("ab")] * 2, ["ab"] * 2, epochs=1)
    assert pipe.files["own_words.txt"] == b"ab"


def test_the_words_stay_where_the_letters_do_or_the_training_is_refused(recogniser):
    files = language_model(["a cab"] * 5, least=(1, 1, 1))
    pipe = type(recogniser)(recogniser.config, recogniser.preprocessor, files=files)
    with pytest.raises(InputError, match="'o'"):
        pipe.fit([sound("a")] * 2, ["zoo"] * 2, letters=" abcz")
    pipe.predict(sound("ab"), lm_alpha=0.1)
    pipe.fit([sound("ab")] * 2, ["ab"] * 2, letters="cba ", epochs=1)
    pipe.predict(sound("ab"), lm_alpha=0.1)
    pipe.fit([sound("ab")] * 2, ["ab"] * 2, letters=" abcz", epochs=1)
    assert "words.txt" not in pipe.files


def test_one_recording_is_enough_and_the_validation_part_is_named(recogniser, tmp_path):
    soundfile.write(tmp_path / "talk.wav", spoken("ab"), RATE)
    for one in (tmp_path / "talk.wav", sound("ab")):
        assert recogniser.evaluate(one, "ab")["exact"] == 1
    with pytest.raises(InputError, match=r"validation_data: Recording 1: .*nowhere\.wav"):
        held_out = [sound("a"), "nowhere.wav"], ["a"] * 2
        recogniser.fit([sound("a")], ["a"], validation_data=held_out)


def test_a_report_counts_words_and_shows_the_worst(recogniser):
    report = recogniser.evaluate([sound("ab cab"), sound("c")], ["ab cab", "b c c"])
    assert report["wer"] == pytest.approx(2 / 5) and report["deletions"] == pytest.approx(2 / 5)
    assert report["exact"] == 0.5 and report["nats_per_letter"] > 0
    assert "b c c" in str(report)


def test_recordings_that_cannot_be_measured_are_named(recogniser):
    click = {"raw": np.zeros(160), "sampling_rate": RATE}
    for measure in (recogniser.evaluate, recogniser.fit):
        with pytest.raises(InputError, match=r"Recording 1: Expected sound of 0\.05 seconds"):
            measure([sound("a"), click], ["a", "a"])
        with pytest.raises(InputError, match="Recording 1: Expected sound of 120 steps"):
            measure([sound("a")] * 2, ["a", "abc" * 40])


def test_subtitles(recogniser, tmp_path):
    found = recogniser.predict(sound("ab cab a " * 12))
    found.save(tmp_path / "talk.srt")
    blocks = (tmp_path / "talk.srt").read_text().strip().split("\n\n")
    assert " ".join(block.split("\n")[2] for block in blocks) == found["text"]
    assert all(len(block.split("\n")[2]) <= 42 for block in blocks)
    assert blocks[0].split("\n")[1].startswith("00:00:00,")
    assert found.save(tmp_path / "talk.vtt").read_text().startswith("WEBVTT\n\n1\n00:00:00.")
    assert json.loads(found.save(tmp_path / "talk.json").read_text())["text"] == found["text"]
    with pytest.raises(InputError, match=r"\.srt, \.vtt, \.txt or \.json"):
        found.save(tmp_path / "talk.doc")
    with pytest.raises(InputError, match="'srt' or 'vtt'"):
        found.subtitles("SRT")
