import dataclasses
import io
import json
import os
import subprocess
import sys
import types

import pytest

from rnnapps import registry
from rnnapps.cli import main
from rnnapps.cli.output import save_all
from rnnapps.report import Report


@pytest.fixture
def shell(echo_task, tmp_path, monkeypatch, capsys):
    """Runs a command in this process; gives exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return end.value.code or 0, out, err

    return run


def process(*arguments, text=None, **options):
    return subprocess.run(
        [sys.executable, "-m", "rnnapps", *arguments],
        input=text,
        capture_output=True,
        text=True,
        **options,
    )


def test_help_and_version(shell):
    code, out, _ = shell("--help")
    assert code == 0
    commands = (
        "demo",
        "list",
        "info",
        "predict",
        "generate",
        "stream",
        "train",
        "evaluate",
        "export",
    )
    assert all(name in out for name in commands)
    assert shell()[0] in (0, 2)
    assert shell("--version")[1].startswith("rnnapps 0.")
    for name in commands:
        code, out, _ = shell(name, "--help")
        assert code == 0 and f"rnnapps {name}" in out


def test_help_of_a_task_lists_its_options(shell):
    code, out, _ = shell("generate", "echo", "--help")
    assert code == 0
    assert "--seconds FLOAT" in out and "How long it lasts." in out
    assert "--num-outputs INT" in out and "[default: 1]" in out
    assert "--style SOFT OR HARD" in out
    assert "--quick " in out
    out = shell("predict", "echo", "-h")[1]
    assert out.count("--times") == 1 and "How often." in out


def test_list_and_info(shell):
    assert "echo" in shell("list")[1]
    rows = [json.loads(line) for line in shell("list", "--json")[1].splitlines()]
    echo = next(row for row in rows if row["task"] == "echo")
    assert echo["presets"] == ["loud"] and echo["aliases"] == ["text-to-echo"]
    code, out, _ = shell("info", "text-to-echo")
    assert code == 0 and "# loud" in out and "Ends with a mark." in out
    facts = json.loads(shell("info", "echo", "--json")[1])
    assert facts["metadata"]["task"] == "echo"


def test_generate(shell, tmp_path):
    code, out, err = shell("generate", "echo", "--seed", 7, "--seconds=-0.0", "-o", "a/b.txt")
    assert (code, out) == (0, "")
    assert "wrote" in err and "a stray print" in err
    assert json.loads((tmp_path / "a/b.txt").read_text()) == [0, "soft", 7, None, False, "!"]
    options = ("--seconds", 3, "--style", "hard", "--primer", "x.mid", "--quick")
    assert shell("generate", "echo", *options)[0] == 0
    made = json.loads((tmp_path / "echo.txt").read_text())
    assert made == [3, "hard", None, "x.mid", True, "!"]
    assert shell("generate", "echo", "--num-outputs", 10, "-o", "s.txt")[0] == 0
    assert (tmp_path / "s-01.txt").exists() and (tmp_path / "s-10.txt").exists()


def test_a_text_that_is_made_is_printed_and_saved_as_it_is(shell, tmp_path, monkeypatch):
    text = 'He said:\n"Yes."'

    def generate(self, *, num_outputs: int = 1):
        return text if num_outputs == 1 else [text] * num_outputs

    monkeypatch.setattr(registry.find("echo").load(), "generate", generate)
    assert shell("generate", "echo")[1] == f"{text}\n"
    assert shell("generate", "echo", "--num-outputs", 2)[1] == f"{text}\n\n{text}\n"
    shell("generate", "echo", "-o", "said.txt")
    shell("generate", "echo", "--num-outputs", 2, "-o", "more.txt")
    for name in ("said.txt", "more-1.txt", "more-2.txt"):
        assert (tmp_path / name).read_text() == f"{text}\n"
    shell("generate", "echo", "-o", "said.json")
    assert json.loads((tmp_path / "said.json").read_text()) == text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--secnds", "3"], "Did you mean '--seconds'?"),
        (["--seconds", "long"], "Expected --seconds as float. Received: 'long'."),
        (["--style", "medium"], "soft or hard"),
        (["--seconds"], "Expected a value after --seconds."),
        (["--seconds", "--quick"], "Expected a value after --seconds."),
        (["stray"], "stray"),
        (["-x"], "'-x'"),
    ],
)
def test_wrong_command_lines(shell, options, message):
    code, out, err = shell("generate", "echo", *options)
    assert (code, out) == (2, "")
    assert message in err and "Traceback" not in err


def test_errors_have_no_traceback(shell):
    code, out, err = shell("generate", "ekho")
    assert (code, out) == (1, "")
    assert "Did you mean 'echo'?" in err and "Traceback" not in err
    assert shell("generate", "echo", "--seconds", "-1")[0] == 1
    assert shell("generate", "echo", "--preset", "soft")[0] == 1
    assert shell("evaluate", "echo", "nowhere")[0] == 1
    assert shell("generate")[0] == 2
    assert shell("nonsense")[0] == 2


def test_predict_arguments(shell, tmp_path):
    code, out, _ = shell("predict", "echo", "a", "--times", 2, "b ä")
    assert code == 0
    assert [json.loads(line)["text"] for line in out.splitlines()] == ["aa!", "b äb ä!"]
    shell("predict", "echo", "a", "-o", "one.json")
    assert json.loads((tmp_path / "one.json").read_text()) == {"text": "a!"}
    for inputs in (["a"], ["a", "b"]):
        shell("predict", "echo", *inputs, "-o", "lines.jsonl")
        lines = (tmp_path / "lines.jsonl").read_text().splitlines()
        assert [json.loads(line)["text"] for line in lines] == [f"{each}!" for each in inputs]


@pytest.mark.parametrize("takes_files", [True, False])
def test_inputs_are_files_where_the_task_takes_them(shell, tmp_path, monkeypatch, takes_files):
    monkeypatch.setattr(registry.find("echo").load(), "takes_files", takes_files)
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    _, out, err = shell("predict", "echo", "folder", "file", "nowhere")
    assert (
        err.count("is read as a text") == ("'file' is read as a text" in err) == (not takes_files)
    )
    answers = [json.loads(line) for line in out.splitlines()]
    path = {"path": True} if takes_files else {}
    assert answers == [{"text": "folder!", **path}, {"text": "file!", **path}, {"text": "nowhere!"}]


@pytest.mark.parametrize("text", ["word " * 80, "word " * 2000, "a/" * 3000, "null\0character"])
def test_texts_that_no_file_can_be_named(shell, text):
    code, out, _ = shell("predict", "echo", text)
    assert code == 0 and json.loads(out) == {"text": text + "!"}
    code, _, err = shell("evaluate", "echo", text)
    assert code == 1 and "which is not there" in err
    assert shell("train", "echo", text, "-o", "own")[0] == 1


def test_predict_filters_stdin(echo_task):
    done = process("predict", "echo", text="\none\n\n \ntwo\n\n")
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert answers == [None, {"text": "one!"}, None, None, {"text": "two!"}, None]


def test_train_evaluate_export(shell, tmp_path):
    (tmp_path / "data.txt").write_text("%")
    code, out, err = shell("train", "echo", "data.txt", "--rate", 0.5, "-o", "own", "--epochs", 2)
    assert code == 0, err
    assert json.loads(out) == {"loss": 0.5, "epochs": 2}
    assert "Epoch" in err
    assert json.loads(shell("predict", "echo", "a", "-p", "own")[1])["text"] == "a%"
    assert "loss  0.5" in shell("evaluate", "echo", "data.txt")[1]
    assert json.loads(shell("evaluate", "echo", "data.txt", "--json")[1]) == {"loss": 0.5}
    assert shell("evaluate", "echo", "data.txt", "-o", "r.html")[0] == 0
    assert shell("evaluate", "echo", "data.txt", "-o", "r.pdf")[0] == 2
    assert shell("export", "echo", "e.onnx")[0] == 0
    assert (tmp_path / "e.onnx").read_bytes() == b"onnx"


def test_train_wants_all_it_needs(shell, tmp_path):
    (tmp_path / "data.txt").write_text("%")
    assert shell("train", "echo")[0] == 2
    assert shell("train", "echo", "data.txt")[0] == 2
    assert shell("train", "echo", "data.txt", "-o", "own", "--resume")[0] == 2
    assert shell("train", "echo", "data.txt", "-o", "own", "-p", "loud", "--untrained")[0] == 2
    assert shell("train", "echo", "nowhere", "-o", "own")[0] == 1
    assert shell("train", "echo", "data.txt", "--untrained", "-o", "own")[0] == 0
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "other.txt").touch()
    code, _, err = shell("train", "echo", "data.txt", "-o", "full")
    assert code == 1 and "Epoch" not in err and "which holds other files" in err


def test_options_of_a_task_may_stand_before_data(shell, tmp_path):
    (tmp_path / "data.txt").write_text("%")
    code, out, err = shell("train", "echo", "--rate", 0.5, "data.txt", "-o", "own")
    assert code == 0 and json.loads(out)["loss"] == 0.5, err
    code, _, err = shell("train", "echo", "--rate", 0.5, "-o", "own")
    assert code == 2 and "Expected DATA after the task" in err
    code, _, err = shell("train", "echo", "data.txt", "more.txt", "-o", "own")
    assert code == 2 and "Expected one DATA. Received: data.txt more.txt." in err


def test_all_behind_two_dashes_is_no_option(shell, tmp_path):
    (tmp_path / "--odd").write_text("%")
    assert shell("evaluate", "echo", "--json", "--", "--odd")[0] == 0
    assert json.loads(shell("predict", "echo", "--times", 2, "--", "--a")[1])["text"] == "--a--a!"
    code, _, err = shell("evaluate", "echo", "--", "--odd", "--json")
    assert code == 2 and "Received: --odd --json." in err


def test_unknown_options_are_told_those_of_the_command_too(shell):
    code, _, err = shell("train", "echo", "data.txt", "-o", "own", "--epoch", 3)
    assert code == 2 and "Did you mean '--epochs'?" in err and "--rate" in err


def test_options_that_a_task_does_not_take_are_not_shown(shell, monkeypatch, tmp_path):
    (tmp_path / "data.txt").touch()
    echo = registry.find("echo").load()
    monkeypatch.setattr(echo, "fit", lambda self, x, rate=0.1: None)
    code, _, err = shell("train", "echo", "data.txt", "-o", "own", "--epochs", 3)
    assert code == 2 and "The task 'echo' takes no --epochs." in err
    _, out, _ = shell("train", "echo", "--help")
    assert "Passes over the data" not in out and "Directory for the preset" in out


def test_an_agent_takes_steps_and_no_epochs(shell):
    out = shell("train", "agent", "--help")[1]
    assert "--steps" in out and "--gamma" in out and "Passes over the data" not in out
    options = ("--epochs", 3, "--validation-data", "more")
    code, _, err = shell("train", "agent", "CartPole-v1", "-o", "own", *options)
    assert code == 2 and "The task 'agent' takes no --validation-data, --epochs." in err


def test_demo(shell, tmp_path):
    code, out, _ = shell("demo", "echo", "--output", "shown")
    assert code == 0 and out.strip().endswith("index.html")
    page = (tmp_path / "shown/index.html").read_text()
    assert "An &lt;echo&gt;" in page and 'href="echo.txt"' in page
    assert "$" not in page
    assert (tmp_path / "shown/echo.txt").read_text() == "hello"


def test_a_broken_preset_fails_the_demo(shell, echo_task):
    (echo_task / "pretrained/loud/model.weights.h5").write_bytes(b"")
    code, _, err = shell("demo", "echo")
    assert code == 1 and "SHA-256" in err and "Traceback" not in err


@pytest.fixture
def loud_task(echo_task, monkeypatch):
    """A second task, with a demo that a test sets."""
    echo = registry.entries()["echo"]
    known = {"echo": echo, "loud": dataclasses.replace(echo, task="loud", pipeline="loud:Loud")}
    module = types.ModuleType("loud")
    module.Loud = type("Loud", (echo.load(),), {"task": "loud"})
    monkeypatch.setitem(sys.modules, "loud", module)
    monkeypatch.setattr(registry, "entries", lambda: known)
    return module.Loud


@pytest.mark.parametrize("name", ["echo.txt", "index.html"])
def test_tasks_do_not_overwrite_what_others_show(shell, loud_task, tmp_path, name):
    def demo(self, folder):
        assert not list(folder.iterdir())
        (folder / "loud.txt").write_text("LOUD")
        (folder / name).write_text("HELLO")
        return [("Loud", "")]

    loud_task.demo = demo
    code, _, err = shell("demo", "echo", "loud", "-o", "shown")
    assert code == 1 and repr(name) in err and "Traceback" not in err
    assert sorted(path.name for path in (tmp_path / "shown").iterdir()) == [
        "echo.txt",
        "index.html",
    ]
    assert (tmp_path / "shown/echo.txt").read_text() == "hello"
    assert shell("demo", "echo", "echo", "-o", "shown")[0] == 0  # a second run may


def test_any_error_of_a_task_leaves_the_others_shown(shell, loud_task, tmp_path):
    def demo(self, folder):
        raise ZeroDivisionError("no reason")

    loud_task.demo = demo
    code, _, err = shell("demo", "loud", "echo", "-o", "shown")
    assert code == 1 and "loud: ZeroDivisionError: no reason" in err and "Traceback" not in err
    assert "echo.txt" in (tmp_path / "shown/index.html").read_text()


def test_a_task_may_show_files_in_folders(shell, loud_task, tmp_path):
    def demo(self, folder):
        (folder / "a").mkdir()
        (folder / "a/b.txt").write_text("LOUD")
        return [("Loud", '<a href="a/b.txt">b</a>')]

    loud_task.demo = demo
    assert shell("demo", "-o", "shown")[0] == 0
    assert (tmp_path / "shown/a/b.txt").read_text() == "LOUD"
    assert (tmp_path / "shown/echo.txt").read_text() == "hello"


def test_exit_codes_of_the_process(echo_task, tmp_path):
    assert process("list").returncode == 0
    assert process("generate", "ekho").returncode == 1
    assert process("generate", "echo", "--nothing", "1").returncode == 2


def test_interrupt(shell, monkeypatch):
    import rnnapps.registry

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(rnnapps.registry, "load", interrupted)
    assert shell("generate", "echo")[0] == 130


def test_a_closed_pipe_is_quiet(echo_task):
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "rnnapps", "predict", "echo"],
        input="a\n" * 3,
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writer)
    assert "Traceback" not in done.stderr


def test_a_task_that_takes_names_is_measured_on_one(shell, monkeypatch):
    echo = registry.find("echo").load()
    monkeypatch.setattr(echo, "takes_names", True)
    monkeypatch.setattr(echo, "evaluate", lambda self, world: Report({"name": world}))
    code, out, _ = shell("evaluate", "echo", "CartPole-v1", "--json")
    assert code == 0 and json.loads(out) == {"name": "CartPole-v1"}
    assert json.loads(shell("evaluate", "echo", "--json")[1]) == {"name": None}
    assert "--world" not in shell("evaluate", "echo", "--help")[1]


def test_faults_of_files_are_told_in_a_line(shell, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    for arguments in (
        ("generate", "echo", "-o", tmp_path / "file" / "song.txt"),
        ("train", "echo", tmp_path / "file", "-o", tmp_path / "file" / "own"),
    ):
        code, out, error = shell(*arguments)
        assert (code, out) == (1, "") and "Error: " in error and "Traceback" not in error
    latin = io.TextIOWrapper(io.BytesIO("é".encode("latin-1")), encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", latin)
    code, _, error = shell("predict", "echo")
    assert code == 1 and "utf-8" in error


def test_a_checkpoint_within_the_preset_that_is_made_is_refused(shell, tmp_path):
    (tmp_path / "data").write_text("")
    run = ("--checkpoint-dir", tmp_path / "own" / "run")
    code, _, error = shell("train", "echo", tmp_path / "data", "-o", tmp_path / "own", *run)
    assert code == 2 and "outside of --output" in error


def test_what_is_made_is_printed_piece_by_piece(shell, monkeypatch):
    echo = registry.find("echo").load()
    assert shell("stream", "echo")[0] == 2  # it makes nothing so
    texts = {"text": ["The ", "end"], "notes": [{"pitch": 60}, {"pitch": 62}], "none": []}

    def stream(self, kind: str = "text"):
        """Gives pieces."""
        return iter(texts[kind])

    monkeypatch.setattr(echo, "stream", stream, raising=False)
    assert shell("stream", "echo")[:2] == (0, "The end\n")
    assert shell("stream", "echo", "--kind", "notes")[1] == '{"pitch": 60}\n{"pitch": 62}\n'
    assert shell("stream", "echo", "--kind", "none")[1] == ""
    assert shell("stream", "echo", "more")[0] == 2


def test_sound_on_stdin_is_written_down_as_it_comes(shell, monkeypatch):
    class Heard:
        text = settled = "well"

        def listen(self, file):
            yield from (word.decode() for word in file.read().split(b"|"))

    echo = registry.find("echo").load()
    monkeypatch.setattr(echo, "stream", lambda self: Heard(), raising=False)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"it|| is|well")))
    assert shell("stream", "echo")[:2] == (0, "it\n is\nwell\n")
    terminal = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys, "stdin", terminal)
    code, _, error = shell("stream", "echo")
    assert code == 2 and "raw sound on stdin" in error


def test_dicts_that_can_be_saved_stand_in_lines_too(tmp_path):
    class Saved(dict):
        def save(self, path):
            path.write_text("saved")

    for results in ([Saved(text="a")], [Saved(text="a"), Saved(text="b")]):
        (path,) = save_all(results, tmp_path / "lines.jsonl")
        assert [json.loads(line) for line in path.read_text().splitlines()] == results
    assert [path.name for path in save_all(results, tmp_path / "talk.srt")] == [
        "talk-1.srt",
        "talk-2.srt",
    ]
