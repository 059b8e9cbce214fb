import sys
from pathlib import Path

import pytest

import rnnapps
import rnnapps.pipelines
from rnnapps import errors, registry

FOLDER = {
    "__init__.py": """
TASK = "reverse"
ALIASES = ("text-reversal",)
PIPELINE = "rnnapps.pipelines.reverse.pipeline:Reverse"
SUMMARY = "Reads a text backwards."
""",
    "pipeline.py": """
class Reverse:
    def __init__(self, upper):
        self.upper = upper

    @classmethod
    def untrained(cls, upper=False):
        return cls(upper)

    from_preset = None

    def predict(self, x):
        return x[::-1].upper() if self.upper else x[::-1]
""",
}


@pytest.fixture
def pipelines(tmp_path, monkeypatch):
    """A folder that stands beside the shipped pipelines."""
    monkeypatch.setattr(rnnapps.pipelines, "__path__", [*rnnapps.pipelines.__path__, str(tmp_path)])
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("rnnapps.pipelines.reverse")]:
        del sys.modules[name]


def write(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)


def test_a_folder_is_a_task(pipelines):
    assert "reverse" not in rnnapps.tasks()
    write(pipelines / "reverse", FOLDER)
    assert "reverse" in rnnapps.tasks()
    assert rnnapps.presets("reverse") == []
    assert rnnapps.pipeline("Text_Reversal", preset=False).predict("abc") == "cba"
    assert rnnapps.pipeline("reverse", preset=False, upper=True).predict("abc") == "CBA"


def test_a_task_without_weights_says_what_to_do(pipelines):
    write(pipelines / "reverse", FOLDER)
    with pytest.raises(errors.PresetError, match="preset=False"):
        rnnapps.pipeline("reverse")


def test_a_broken_folder_harms_no_other(pipelines):
    write(pipelines / "broken", {"__init__.py": "1 / 0"})
    write(pipelines / "bare", {"__init__.py": ""})
    write(pipelines / "reverse", FOLDER)
    with pytest.warns(RuntimeWarning) as caught:
        assert "reverse" in registry.entries()
    messages = " ".join(str(each.message) for each in caught)
    assert "broken: ZeroDivisionError" in messages
    assert "bare" in messages and "TASK" in messages


def test_a_wrong_class_name_is_named(pipelines):
    text = FOLDER["__init__.py"].replace(":Reverse", ":Revers")
    write(pipelines / "reverse", {**FOLDER, "__init__.py": text})
    with pytest.raises(errors.RnnappsError, match="Revers'"):
        rnnapps.pipeline("reverse", preset=False)


def test_an_import_error_inside_a_task_comes_through(pipelines):
    write(pipelines / "reverse", {**FOLDER, "pipeline.py": "import no_such_package"})
    with pytest.raises(ModuleNotFoundError, match="no_such_package"):
        rnnapps.pipeline("reverse", preset=False)


def test_an_installed_package_is_a_task(echo_task, tmp_path):
    entry = registry.find("text-to-echo")
    assert (entry.task, entry.default, entry.folder) == ("echo", "loud", echo_task)
    assert rnnapps.presets("echo") == ["loud"]
    assert rnnapps.pipeline("echo").predict("a") == {"text": "a!"}
    rnnapps.pipeline("echo", False, mark="#").save(tmp_path / "own")
    assert rnnapps.pipeline("echo", tmp_path / "own").predict("a") == {"text": "a#"}
    assert rnnapps.pipeline("echo", str(tmp_path / "own")).predict("a") == {"text": "a#"}


def test_a_folder_of_the_name_of_a_shipped_preset_is_pointed_out(echo_task, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rnnapps.pipeline("echo", False, mark="#").save("loud")
    with pytest.warns(UserWarning, match="'./loud' for the folder"):
        assert rnnapps.pipeline("echo", "loud").predict("a") == {"text": "a!"}
    assert rnnapps.pipeline("echo", "./loud").predict("a") == {"text": "a#"}


@pytest.mark.parametrize("preset", [None, "loud"])
def test_settings_are_of_the_untrained_network_only(echo_task, preset):
    with pytest.raises(errors.InputError, match=r"Received: \['mark'\].*preset=False"):
        rnnapps.pipeline("echo", preset, mark="#")


def test_unknown_names(echo_task):
    with pytest.raises(errors.UnknownNameError, match=r"Did you mean 'echo'\?") as caught:
        rnnapps.pipeline("ekho")
    assert isinstance(caught.value, KeyError)
    assert not str(caught.value).startswith('"')
    with pytest.raises(errors.UnknownNameError, match=r"Did you mean 'loud'\?"):
        rnnapps.pipeline("echo", "lowd")
    with pytest.raises(errors.PresetError, match="not a folder"):
        rnnapps.pipeline("echo", "no/such/folder")
    with pytest.raises(errors.InputError, match="task=3"):
        rnnapps.pipeline(3)
    for wrong in (True, 3, b"loud"):
        with pytest.raises(errors.InputError, match=f"Expected `preset` as a name.*{wrong}"):
            rnnapps.pipeline("echo", wrong)


def test_the_default_preset_is_first(echo_task):
    from rnnapps import preset

    for name in ("aaa", "zzz"):
        preset.write(
            echo_task / "pretrained" / name, config={"task": "echo"}, preprocessor={}, weights={}
        )
    assert rnnapps.presets("echo") == ["loud", "aaa", "zzz"]
    assert registry.find("echo").preset().name == "loud"


def test_every_shipped_task_has_an_overload():
    text = Path(rnnapps.__file__).read_text()
    for entry in registry.entries().values():
        if entry.package.startswith("rnnapps.pipelines."):
            module, _, name = entry.pipeline.partition(":")
            assert f'Literal["{entry.task}"]' in text
            assert f"from {module} import {name}" in text


def test_every_shipped_preset_verifies():
    from rnnapps import preset

    for entry in registry.entries().values():
        for directory in entry.presets().values():
            assert preset.read(directory).config["task"] == entry.task
