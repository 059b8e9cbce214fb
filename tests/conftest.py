"""What all tests share: real data if it is there, no network, a task made on the spot."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

INIT = """
TASK = "echo"
ALIASES = ("text-to-echo",)
DEFAULT = "loud"
PIPELINE = "rnnapps_echo.pipeline:Echo"
SUMMARY = "Gives back what it gets."
"""

PIPELINE = '''
import json
from pathlib import Path
from types import SimpleNamespace

from rnnapps import preset
from rnnapps.errors import InputError
from rnnapps.report import Report


class Text(str):
    suffix = ".txt"

    def save(self, path):
        Path(path).write_text(self)


class Echo:
    task = "echo"
    takes_files = True
    takes_names = False
    fit_settings = None

    def __init__(self, config):
        self.config = config

    @classmethod
    def from_preset(cls, directory):
        return cls(preset.read(directory).config)

    @classmethod
    def untrained(cls, **overrides):
        return cls({"task": "echo", "mark": "?", **overrides})

    def predict(self, x, **options):
        """Repeats.

        Args:
            x: A text or many.
        """
        if isinstance(x, (str, Path)):
            return self.postprocess({}, x, **options)
        answers = (self.predict(each, **options) for each in x)
        return list(answers) if isinstance(x, list) else answers

    def answers(self, inputs, **options):
        return self.predict(inputs, **options)

    def postprocess(self, arrays, raw, *, times: int = 1):
        """Makes the answer.

        Args:
            times: How often.
        """
        kind = {"path": True} if isinstance(raw, Path) else {}
        return {"text": str(raw) * times + self.config["mark"], **kind}

    def generate(self, *, seconds: "float | None" = None, num_outputs: int = 1,
                 style: "Literal['soft', 'hard']" = "soft", seed: "int | None" = None,
                 primer: "str | Path | Unknown | None" = None, quick: bool = False):
        """Makes a text.

        Args:
            seconds: How long it
                lasts.
            num_outputs: How many.
            style: How it sounds.
            primer: What to continue.
            quick: Whether to hurry.
        """
        if seconds is not None and seconds < 0:
            raise InputError(f"Expected seconds above 0. Received: seconds={seconds}.")
        print("a stray print")
        made = Text(json.dumps([seconds, style, seed, primer, quick, self.config["mark"]]))
        return made if num_outputs == 1 else [made] * num_outputs

    def fit(self, x, y=None, *, validation_data=None, epochs=1, rate: float = 0.1, **others):
        print("Epoch 1/1")
        self.config["mark"] = Path(x).read_text()
        return SimpleNamespace(history={"loss": [1.0, rate], "epochs": [epochs]})

    def evaluate(self, x, y=None):
        return Report({"loss": 0.5}, title=f"echo on {Path(x).name}")

    def save(self, directory):
        preset.write(directory, config=self.config, preprocessor={}, weights={})

    def export(self, path):
        Path(path).write_bytes(b"onnx")

    def demo(self, folder):
        (folder / "echo.txt").write_text("hello")
        return [("An <echo>", '<a href="echo.txt">hear it</a>')]
'''


@pytest.fixture(autouse=True)
def real_data(request: pytest.FixtureRequest) -> None:
    """Skips tests of real data where there is none."""
    if request.node.get_closest_marker("data") and "RNNAPPS_DATA" not in os.environ:
        pytest.skip("RNNAPPS_DATA is not set")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets no test leave this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else "localhost"
        if host not in ("localhost", "127.0.0.1", "::1"):
            raise OSError(f"Tests must not use the network. Received: {address!r}.")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def echo_task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package that brings the task `echo` with one preset; gives its folder.

    Processes that a test starts see it too.
    """
    from rnnapps import preset

    site = tmp_path / "site"
    package = site / "rnnapps_echo"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(INIT)
    (package / "pipeline.py").write_text(PIPELINE)
    info = site / "rnnapps_echo-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: rnnapps-echo\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[rnnapps.pipelines]\necho = rnnapps_echo\n")
    preset.write(
        package / "pretrained" / "loud",
        config={"task": "echo", "mark": "!"},
        preprocessor={},
        weights={},
        metadata={"summary": "Ends with a mark."},
    )
    monkeypatch.syspath_prepend(site)
    for name in [name for name in sys.modules if name.partition(".")[0] == "rnnapps_echo"]:
        monkeypatch.delitem(sys.modules, name)
    checkout = Path(__file__).resolve().parent.parent
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(site), str(checkout)]))
    return package
