"""Every task keeps the contract of a pipeline, the one that CONTRIBUTING.md makes as well."""

import os
import re
from pathlib import Path

import numpy as np
import pytest

from rnnapps import pipeline, tasks
from rnnapps.data.midi import midi_of
from rnnapps.errors import InputError
from rnnapps.pipelines.music.representation import melody_notes

pytest.register_assert_rewrite("tests.pipeline_case", "tests.fresh_process")
from tests.pipeline_case import PipelineCase, assert_close, killing  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent


class TestMusic(PipelineCase):
    task = "music"
    small = {"embedding": 8, "units": 16, "layers": 1, "output_dropout": 0.1, "seed": 1}
    learning = {"epochs": 4, "learning_rate": 0.05}
    wrong_inputs = (None, 5, object(), "nowhere.mid")

    def inputs(self, pipe):
        smallest, longest = melody_notes([60]), melody_notes([60, 62, 64, 65] * 500)
        return [midi_of(smallest), pipe.example(), midi_of(longest)]

    def error(self, report):
        return report["nats_per_event"]

    def offline_and_streamed(self, pipe):
        columns = ["start", "pitch", "end", "velocity"]
        notes = pipe.generate(bars=4, seed=1).notes
        streamed = [[note[name] for name in columns] for note in pipe.stream(bars=4, seed=1)]
        return sorted(notes[columns].to_numpy().tolist()), sorted(streamed)


class TestSentiment(PipelineCase):
    task = "sentiment"
    texts = ("A quiet triumph: funny, sad and wise.", "Dull, loud, and far too long.")
    small = {"vocabulary": texts * 3, "embedding": 8, "units": 16, "hidden": 8, "seed": 1}
    learning = {"epochs": 8, "learning_rate": 0.05, "batch_size": 2}
    wrong_inputs = (None, 5, object(), b"bytes")

    def inputs(self, pipe):
        return ["", "👍🏽 größer als 1 €", pipe.example(), "quiet " * 2500]

    def examples(self, pipe):
        return [(text, label) for text, label in zip(self.texts, pipe.labels, strict=True)] * 4

    def error(self, report):
        return report["nats"]


class TestLanguage(PipelineCase):
    task = "language"
    small = {
        "vocabulary": ["It was a bright morning, and she walked into the town."] * 3,
        "embedding": 8,
        "units": 16,
        "input_dropout": 0.0,
        "output_dropout": 0.1,
        "seed": 1,
    }
    learning = {"epochs": 4, "learning_rate": 0.05}
    wrong_inputs = (None, 5, object(), "", "Доброе утро", "\ud800")

    def inputs(self, pipe):
        return ["a", "größer als 1 € 🌹", pipe.example() * 100]

    def examples(self, pipe):
        return [pipe.example()] * 16

    def error(self, report):
        return report["nats_per_token"]

    def offline_and_streamed(self, pipe):
        prompt, options = pipe.example(), {"max_tokens": 40, "seed": 1}
        return pipe.generate(prompt, **options), prompt + "".join(pipe.stream(prompt, **options))


class TestNER(PipelineCase):
    task = "ner"
    rows = ((["Ann", "met", "Bob"], ["B-PER", "O", "B-PER"]), (["Go", "on"], ["O", "O"]))
    small = {"labels": ["PER"], "units": 8, "filters": 6, "seed": 1}
    small |= {"vocabulary": [word for words, _ in rows for word in words]}
    learning = {"epochs": 8, "learning_rate": 0.05, "batch_size": 2}
    wrong_inputs = (None, 5, object(), b"bytes")

    def inputs(self, pipe):
        return ["", "👍🏽 größer als 1 €", pipe.example(), "Ann met Bob. " * 400]

    def examples(self, pipe):
        return list(self.rows) * 4

    def error(self, report):
        return report["nats_per_word"]


class TestSpeech(PipelineCase):
    task = "speech"
    small = {"front": 16, "units": 16, "layers": 1, "seed": 1}
    learning = {"epochs": 12, "learning_rate": 0.01, "batch_size": 2}
    wrong_inputs = (None, 5, object(), b"bytes", "nowhere.wav")

    def sound(self, seconds, *hertz):
        """Makes tones, one after the other."""
        times = np.array_split(np.arange(int(16_000 * seconds)) / 16_000, len(hertz))
        tones = [np.sin(2 * np.pi * f * part) / 2 for f, part in zip(hertz, times, strict=True)]
        return {"raw": np.concatenate(tones), "sampling_rate": 16_000}

    def inputs(self, pipe):
        return [self.sound(0.06, 300), pipe.example(), self.sound(70, 440)]

    def examples(self, pipe):
        return [(self.sound(0.7, 300, 900), "a"), (self.sound(0.8, 900, 200, 2000), "o b")] * 4

    def error(self, report):
        return report["nats_per_letter"]

    def offline_and_streamed(self, pipe):
        live = pipeline("speech", False, **{**self.small, "streaming": True})
        samples = np.random.default_rng(0).normal(scale=0.1, size=40_000)
        with live.stream() as stream:
            for piece in np.array_split(samples, 7):
                stream.feed(piece)
        return live.predict({"raw": samples, "sampling_rate": 16_000})["text"], stream.text


class TestAgent(PipelineCase):
    task = "agent"
    small = {"env": "CartPoleNoVel-v1", "encoder": 8, "units": 8, "hidden": 8, "seed": 1}
    learning = {"num_envs": 4, "n_steps": 64, "n_epochs": 4, "verbose": 0}
    wrong_inputs = (None, "text", object(), [1.0, 2.0], [np.nan] * 4, [[1.0, 2.0]])

    def fit(self, pipe, epochs=8, **options):
        options = {**self.learning, **options}
        return pipe.fit(steps=epochs * 4 * 64, **options).history

    def test_an_input_a_list_and_an_iterator_agree(self, pipe):
        seen = np.random.default_rng(0).normal(scale=0.1, size=(5, 4))
        actions, (h, c) = pipe.predict(seen)
        for index, each in enumerate(seen):
            action, (h_one, c_one) = pipe.predict(each)
            assert action == actions[index] and action.shape == ()
            assert_close(
                [h_one[0].tolist(), c_one[0].tolist()], [h[index].tolist(), c[index].tolist()], 1e-5
            )

    def test_answers_do_not_depend_on_neighbours(self, pipe):
        seen = np.random.default_rng(0).normal(scale=0.1, size=(5, 4))
        _, first = pipe.predict(seen)
        _, second = pipe.predict(2 * seen, first)
        _, (h, _) = pipe.predict(2 * seen[3], tuple(each[3:4] for each in first))
        np.testing.assert_allclose(h[0], second[0][3], atol=1e-6)

    def test_wrong_inputs_are_refused(self, pipe):
        for wrong in self.wrong_inputs:
            with pytest.raises(InputError, match=r"^Expected .* Received: "):
                pipe.predict(wrong)

    def test_a_killed_training_goes_on_to_the_same_end(self, saved, tmp_path):
        whole, killed, resumed = (pipeline(self.task, saved) for _ in range(3))
        kept = {"seed": 5, "checkpoint_dir": tmp_path}
        history = self.fit(whole, epochs=4, seed=5)
        with pytest.raises(KeyboardInterrupt):
            self.fit(killed, epochs=4, callbacks=[killing(2)], **kept)
        assert not np.array_equal(
            killed.weights()["value/kernel"], pipeline(self.task, saved).weights()["value/kernel"]
        )
        again = self.fit(resumed, epochs=4, resume=True, **kept)
        # New episodes begin, so that what follows differs; what was is kept.
        assert len(again["loss"]) == 4 and again["steps"] == history["steps"]
        assert again["loss"][:2] == pytest.approx(history["loss"][:2], rel=1e-4)
        with pytest.raises(InputError, match="checkpoint"):
            self.fit(pipeline(self.task, saved), epochs=3, resume=True, **kept)

    def test_own_examples_are_learnt_and_a_second_fit_goes_on(self, pipe, saved):
        before = pipe.evaluate(episodes=20)["mean_return"]
        for _ in range(2):
            self.fit(pipe)
        assert pipe.evaluate(episodes=20)["mean_return"] > 1.5 * before
        self.assert_runtime_is_keras(pipe)
        assert f"Fine-tuned from {saved.name}" in pipe.card

    def test_fine_tuning_learns_own_examples(self, pipe):
        with pytest.raises(InputError, match="Do call fit"):
            pipe.fine_tune("CartPole-v1")

    def test_finding_a_learning_rate_changes_nothing(self, pipe):
        with pytest.raises(InputError, match="Do call fit"):
            pipe.lr_find("CartPole-v1")

    test_wrong_batch_sizes_are_refused = None  # an agent takes a batch as one


class TestLetters(PipelineCase):
    task = "letters"
    small = {"embedding": 8, "units": 16, "seed": 1}
    learning = {"epochs": 6, "learning_rate": 0.05}
    wrong_inputs = (None, 5, object(), "")

    def inputs(self, pipe):
        return ["a", "größer als 1 €", pipe.example() * 1000]

    def error(self, report):
        return report["nats_per_letter"]


@pytest.fixture(scope="module", autouse=True)
def letters(tmp_path_factory):
    """Installs the task that CONTRIBUTING.md shows as a package of its own."""
    site = tmp_path_factory.mktemp("site")
    for folder in ("letters", "letters-1.0.dist-info"):
        (site / folder).mkdir()
    for name in ("__init__.py", "pipeline.py"):
        text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
        (code,) = re.findall(rf"<!-- example: {name} -->\n```python\n(.*?)```", text, re.DOTALL)
        (site / "letters" / name).write_text(code.replace("rnnapps.pipelines.letters", "letters"))
    facts = {"METADATA": "Metadata-Version: 2.1\nName: letters\nVersion: 1.0\n"}
    facts["entry_points.txt"] = "[rnnapps.pipelines]\nletters = letters\n"
    for name, text in facts.items():
        (site / "letters-1.0.dist-info" / name).write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(site)
        patch.setenv("PYTHONPATH", str(site), prepend=os.pathsep)
        yield


def test_every_task_has_its_case():
    assert {case.task for case in PipelineCase.__subclasses__()} == set(tasks())
