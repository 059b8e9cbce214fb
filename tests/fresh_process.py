"""Pipelines in a process of their own, where the network is shut."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

BEGIN = """
import json, sys
from pathlib import Path

def offline(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise OSError(f"The network is not to be used: {arguments}")

sys.addaudithook(offline)
from rnnapps import pipeline
from rnnapps.errors import RnnappsError
from rnnapps.tables import plain

pipe = pipeline(*sys.argv[1:])
"""

ANSWERS = """
answers = {"predict": pipe.predict(pipe.example())}
if hasattr(pipe, "generate"):
    answers["generate"] = pipe.generate(seed=1)
try:
    pipe.fit(5)
except (RnnappsError, TypeError):
    pass
else:
    raise AssertionError("5 was learnt from")
heavy = [name for name in ("tensorflow", "keras", "jax") if name in sys.modules]
assert not heavy, heavy
print(json.dumps(plain(answers)))
"""

GROWTH = """
def pages():
    return int(Path("/proc/self/statm").read_text().split()[1])

example = pipe.example()
for _ in range(200):
    pipe.predict(example)
before = pages()
for _ in range(2000):
    pipe.predict(example)
print(pages() - before)
"""


def answers(task: str, directory: Path) -> dict[str, Any]:
    """What a saved pipeline predicts and generates, without TensorFlow, Keras or JAX.

    Nor do these come in before wrong data is refused.
    """
    return _run(ANSWERS, task, directory)


def growth(task: str, directory: Path) -> int:
    """By how many pages of memory a process grows in 2,000 predictions."""
    return _run(GROWTH, task, directory)


def _run(code: str, task: str, directory: Path) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + code, task, str(directory)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent,
        env=os.environ,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
