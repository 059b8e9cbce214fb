"""The contract of a pipeline: what every task does alike, and how its tests are written.

A class in `test_pipelines.py` names what is peculiar to a task, and inherits the tests:

```python
class TestLetters(PipelineCase):
    task = "letters"
    small = {"units": 8}
    learning = {"epochs": 4, "learning_rate": 0.05}

    def error(self, report):
        return report["nats_per_letter"]
```

What a task does beyond that is tested in `tests/pipelines/<task>/`.
"""

import json
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from rnnapps import pipeline, presets
from rnnapps.errors import InputError, RnnappsError
from rnnapps.pipeline import Pipeline
from rnnapps.report import Report
from rnnapps.runtime.session import KerasSession, OnnxSession
from rnnapps.tables import plain
from tests import fresh_process


def told(result: Any) -> Any:
    """Turns a result into plain values, as they come out of JSON."""
    return json.loads(json.dumps(plain(result)))


def assert_close(one: Any, other: Any, tolerance: float) -> None:
    """Compares plain values; numbers may differ by a share of their size."""
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        one, other = list(one.values()), list(other.values())
    if isinstance(one, list):
        assert len(one) == len(other)
        for mine, yours in zip(one, other, strict=True):
            assert_close(mine, yours, tolerance)
    elif isinstance(one, float):
        assert one == pytest.approx(other, rel=tolerance, abs=tolerance)
    else:
        assert one == other


class PipelineCase:
    """Tests of one task; a subclass says which, and gives it material."""

    task: ClassVar[str]
    small: ClassVar[dict[str, Any]] = {}
    """Settings of a network that trains in a moment."""
    learning: ClassVar[dict[str, Any]] = {}
    """Options of `fit` with which it learns its examples."""
    wrong_inputs: ClassVar[tuple[Any, ...]] = (None, 5, object())
    """What `predict` refuses."""

    def inputs(self, pipe: Pipeline) -> list[Any]:
        """Gives inputs from the smallest to a very long one."""
        return [pipe.example()] * 3

    def examples(self, pipe: Pipeline) -> Any:
        """Gives what `fit` and `evaluate` take."""
        return [pipe.example()] * 4

    def error(self, report: Report) -> float:
        """Gives a figure of `evaluate` that falls as the task is learnt."""
        raise NotImplementedError

    def offline_and_streamed(self, pipe: Pipeline) -> tuple[Any, Any]:
        """Gives one result twice, in a form that compares: whole, and out of `stream`."""
        raise NotImplementedError

    @pytest.fixture(scope="class")
    @classmethod
    def saved(cls, tmp_path_factory: pytest.TempPathFactory) -> Path:
        """A directory with the small network, untrained."""
        folder = tmp_path_factory.mktemp(cls.task)
        return pipeline(cls.task, False, **cls.small).save(folder / "small")

    @pytest.fixture(scope="class")
    @classmethod
    def compact(cls, saved: Path) -> Path:
        """The same as shipped presets are, with an 8-bit graph."""
        return pipeline(cls.task, saved).save(saved.with_name("compact"), compact=True)

    @pytest.fixture
    def pipe(self, saved: Path) -> Pipeline:
        """The small pipeline, fresh for each test."""
        return pipeline(self.task, saved)

    def fit(self, pipe: Pipeline, **options: Any) -> dict[str, list[float]]:
        return pipe.fit(self.examples(pipe), **{**self.learning, **options}).history

    # What goes in and what comes out

    def test_an_input_a_list_and_an_iterator_agree(self, pipe):
        inputs, taken = self.inputs(pipe), []

        def one_by_one():
            for each in inputs:
                taken.append(each)
                yield each

        alone = [told(pipe.predict(each)) for each in inputs]
        assert_close(told(pipe.predict(inputs)), alone, 1e-5)
        assert_close(told(pipe.predict(tuple(inputs))), alone, 1e-5)
        results = pipe.predict(one_by_one(), batch_size=1)
        assert not taken
        assert told(next(results)) == alone[0] and len(taken) == 1
        assert [told(each) for each in results] == alone[1:]
        assert pipe.predict([]) == [] == list(pipe.predict(iter(())))

    @pytest.mark.parametrize("kind", ["saved", "compact"])
    @pytest.mark.parametrize("batch_size", [1, 2, None])
    def test_answers_do_not_depend_on_neighbours(self, request, kind, batch_size):
        pipe = pipeline(self.task, request.getfixturevalue(kind))
        inputs = self.inputs(pipe)
        alone = [told(pipe.predict(each)) for each in inputs]
        for order in (1, -1):
            results = pipe.predict([*inputs, *inputs][::order], batch_size=batch_size)
            assert_close(told(results), [*alone, *alone][::order], 1e-5)

    def test_wrong_inputs_are_refused(self, pipe):
        for wrong in self.wrong_inputs:
            with pytest.raises(InputError, match=r"^Expected .* Received: "):
                pipe.predict(wrong)
            with pytest.raises(InputError, match=r"^Input 1: Expected .* Received: "):
                pipe.predict([pipe.example(), wrong])

    @pytest.mark.parametrize("batch_size", [0, -1, 2.5, "many", True])
    def test_wrong_batch_sizes_are_refused(self, pipe, batch_size):
        with pytest.raises(InputError, match="batch_size of 1 or more"):
            pipe.predict(pipe.example(), batch_size)

    @pytest.mark.parametrize("settings", [{"no_such_setting": 1}, {"units": "many"}])
    def test_wrong_settings_are_refused(self, settings):
        (name,) = settings
        with pytest.raises(RnnappsError, match=rf"Expected .*{name}"):
            _ = pipeline(self.task, False, **{**self.small, **settings}).network

    # Runtime

    def test_the_runtime_answers_as_keras_does(self, pipe):
        with pipe.training() as network:
            for weight in network.trainable_weights:
                weight.assign(4 * weight)  # far from the beginning, where all gates stand alike
        self.assert_runtime_is_keras(pipe)

    def assert_runtime_is_keras(self, pipe: Pipeline) -> None:
        answer = told(pipe.predict(pipe.example()))
        pipe._session = KerasSession(pipe.network)
        assert_close(told(pipe.predict(pipe.example())), answer, 1e-4)

    def test_recurrent_layers_are_fused_on_a_gpu(self, pipe):
        import keras

        from rnnapps.nn.recurrent import fused

        shipped = [pipeline(self.task, name) for name in presets(self.task)]
        for each in (pipe, *shipped):
            layers = each.network._flatten_layers()
            recurrent = [layer for layer in layers if isinstance(layer, keras.layers.RNN)]
            assert recurrent and all(fused(layer) for layer in recurrent)

    def test_memory_does_not_grow(self, saved):
        if not Path("/proc/self/statm").is_file():
            pytest.skip("this system does not tell how much memory a process holds")
        assert fresh_process.growth(self.task, saved) < 1000  # of 4 kB each

    # Making something new

    def test_generate(self, pipe):
        if not hasattr(pipe, "generate"):
            pytest.skip("the task makes nothing new")
        assert pipe.generate() is not None
        made = told(pipe.generate(seed=3))
        assert made == told(pipe.generate(seed=3)) != told(pipe.generate(seed=4))
        several = pipe.generate(seed=3, num_outputs=3)
        assert isinstance(several, list) and len(several) == 3
        for wrong in (0, 1.5, "two"):
            with pytest.raises(InputError, match="num_outputs"):
                pipe.generate(num_outputs=wrong)

    def test_a_stream_gives_what_comes_out_offline(self, pipe):
        if not hasattr(pipe, "stream"):
            pytest.skip("the task does not stream")
        offline, streamed = self.offline_and_streamed(pipe)
        assert_close(told(streamed), told(offline), 1e-9)

    # Saving

    @pytest.mark.parametrize("compact", [False, True], ids=["full", "compact"])
    def test_saved_it_answers_alike_in_a_fresh_process(self, tmp_path, compact):
        pipe = pipeline(self.task, False, **self.small)
        directory = pipe.save(tmp_path / "own", compact=compact)
        loaded = pipeline(self.task, directory)
        answers = fresh_process.answers(self.task, directory)
        assert answers["predict"] == told(loaded.predict(loaded.example()))
        if hasattr(pipe, "generate"):
            assert answers["generate"] == told(loaded.generate(seed=1))
        if not compact:
            assert told(pipe.predict(pipe.example())) == told(loaded.predict(loaded.example()))
        for path, values in pipe.weights().items():
            exact = {"rtol": 1e-3, "atol": 1e-6} if compact else {"rtol": 0}
            np.testing.assert_allclose(loaded.weights()[path], values, **exact)

    def test_what_was_there_stays_when_saving_fails(self, pipe, tmp_path):
        directory = pipe.save(tmp_path / "own")
        before = {path.name: path.read_bytes() for path in directory.iterdir()}
        pipe.network.weights[0].assign(np.full(pipe.network.weights[0].shape, np.nan))
        for target in (directory, tmp_path / "new"):
            with pytest.raises(InputError, match="finite"):
                pipe.save(target)
        assert [path.name for path in tmp_path.iterdir()] == ["own"]
        assert {path.name: path.read_bytes() for path in directory.iterdir()} == before

    def test_other_files_are_not_replaced(self, pipe, tmp_path):
        (tmp_path / "diary.txt").write_text("mine")
        for write in (pipe.save, pipe.export):
            with pytest.raises(InputError, match="other files"):
                write(tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["diary.txt"]

    def test_card(self, pipe, saved):
        text = (saved / "README.md").read_text(encoding="utf-8")
        assert pipe.card == text
        assert f'pipeline("{self.task}", "small")' in text
        assert "Parameters" in text and "Versions" in text
        assert f'pipeline("{self.task}"' in pipeline(self.task, False, **self.small).card

    def test_export(self, pipe, tmp_path):
        import keras

        exported = pipe.export(tmp_path / "network.onnx")
        answer = told(pipe.predict(pipe.example()))
        pipe._session = OnnxSession(exported.read_bytes())
        assert_close(told(pipe.predict(pipe.example())), answer, 1e-5)
        for name, part in (("network.tflite", ""), ("network", "saved_model.pb")):
            if keras.backend.backend() == "tensorflow":
                assert (pipe.export(tmp_path / name) / part).is_file()
            else:
                with pytest.raises(InputError, match="KERAS_BACKEND"):
                    pipe.export(tmp_path / name)
        with pytest.raises(InputError, match=r"\.onnx or \.tflite"):
            pipe.export(tmp_path / "network.pb")

    # Training

    def test_own_examples_are_learnt_and_a_second_fit_goes_on(self, pipe, saved, capsys):
        answer = told(pipe.predict(pipe.example()))
        before = self.error(pipe.evaluate(self.examples(pipe)))
        first = self.fit(pipe)
        between = self.error(pipe.evaluate(self.examples(pipe)))
        assert capsys.readouterr().out
        second = self.fit(pipe, verbose=0)
        assert capsys.readouterr().out == ""
        after = self.error(pipe.evaluate(self.examples(pipe)))
        assert after < between < 0.9 * before
        assert second["loss"][0] < first["loss"][0]
        assert told(pipe.predict(pipe.example())) != answer
        self.assert_runtime_is_keras(pipe)
        assert f"Fine-tuned from {saved.name}" in pipe.card

    def test_a_killed_training_goes_on_to_the_same_end(self, saved, tmp_path):
        whole, killed, resumed = (pipeline(self.task, saved) for _ in range(3))
        answer = told(killed.predict(killed.example()))
        history = self.fit(whole, epochs=2, seed=5)
        with pytest.raises(KeyboardInterrupt):
            self.fit(killed, epochs=2, seed=5, checkpoint_dir=tmp_path, callbacks=[killing(1)])
        assert told(killed.predict(killed.example())) != answer  # with the weights it got so far
        again = self.fit(resumed, epochs=2, seed=5, checkpoint_dir=tmp_path, resume=True)
        assert_close(again, history, 1e-5)
        for path, values in whole.weights().items():
            np.testing.assert_allclose(resumed.weights()[path], values, atol=1e-5)
        refused = pipeline(self.task, saved)
        with pytest.raises(InputError, match="checkpoint"):
            self.fit(refused, epochs=3, seed=5, checkpoint_dir=tmp_path, resume=True)
        assert refused.metadata == pipeline(self.task, saved).metadata

    def test_what_is_frozen_stays_while_the_head_learns(self, pipe, saved, tmp_path):
        from rnnapps.training.freezing import frozen_weights, layer_groups

        pipe.freeze()
        before = pipe.weights()
        for _ in range(2):
            self.fit(pipe, epochs=1)
        after = pipe.weights()
        moved = {path for path in before if not np.array_equal(before[path], after[path])}
        head = {w.path for layer in layer_groups(pipe.network)[-1] for w in layer.weights}
        assert moved and moved <= head
        loaded = pipeline(self.task, pipe.save(tmp_path / "own"))
        assert frozen_weights(loaded.network) == frozen_weights(pipeline(self.task, saved).network)

    def test_fine_tuning_learns_own_examples(self, pipe):
        before = self.error(pipe.evaluate(self.examples(pipe)))
        options = {**self.learning, "base_lr": 0.1, "lr_mult": 2}
        options.pop("learning_rate", None)
        history = pipe.fine_tune(self.examples(pipe), **options).history
        assert self.error(pipe.evaluate(self.examples(pipe))) < 0.9 * before
        assert len(history["loss"]) == options["epochs"] + 1

    def test_finding_a_learning_rate_changes_nothing(self, pipe):
        answer, weights, graph = told(pipe.predict(pipe.example())), pipe.weights(), pipe.graph
        kept = {name: dict(getattr(pipe, name)) for name in ("config", "preprocessor", "metadata")}
        chosen = ("epochs", "learning_rate")
        options = {name: value for name, value in self.learning.items() if name not in chosen}
        found = pipe.lr_find(self.examples(pipe), num_it=20, **options)
        assert len(found.lrs) == len(found.losses) <= 20
        assert 1e-7 <= found.valley <= 10
        for path, values in weights.items():
            np.testing.assert_array_equal(pipe.weights()[path], values)
        assert told(pipe.predict(pipe.example())) == answer and pipe.graph is graph
        assert all(getattr(pipe, name) == value for name, value in kept.items())

    @pytest.mark.gpu
    def test_training_on_a_gpu(self, pipe):
        import keras
        import tensorflow as tf

        if keras.backend.backend() != "tensorflow" or not tf.config.list_physical_devices("GPU"):
            pytest.skip("TensorFlow sees no GPU")
        history = self.fit(pipe)
        assert history["loss"][-1] < history["loss"][0]
        assert all("GPU" in weight.value.device for weight in pipe.network.trainable_weights)


def killing(epoch: int) -> Any:
    """Makes a callback that ends the process's training when an epoch begins."""
    import keras

    class Kill(keras.callbacks.Callback):
        def on_epoch_begin(self, current, logs=None):
            if current == epoch:
                raise KeyboardInterrupt

    return Kill()
