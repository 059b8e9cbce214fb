"""Every task keeps the contract of a pipeline, the one that CONTRIBUTING.md makes as well."""

import os
import re
from pathlib import Path

import pytest

from rnnapps import tasks
from rnnapps.data.midi import midi_of
from rnnapps.pipelines.music.representation import melody_notes

pytest.register_assert_rewrite("tests.pipeline_case", "tests.fresh_process")
from tests.pipeline_case import PipelineCase  # noqa: E402

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
