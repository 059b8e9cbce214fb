"""Music from a process that has just begun."""

import subprocess
import sys
import time
from pathlib import Path

CHORALE = """
import sys
from rnnapps import pipeline

song = pipeline("music").generate(seconds=30, seed=7)
song.save(sys.argv[1])
heavy = [name for name in ("tensorflow", "keras", "jax", "onnx", "h5py") if name in sys.modules]
assert not heavy, heavy
"""


def test_a_chorale_comes_in_seconds_and_without_tensorflow(tmp_path):
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", CHORALE, str(tmp_path / "chorale.mid")],
        check=True,
        cwd=Path(__file__).parents[3],
    )
    assert time.perf_counter() - begin < 10  # under 3 where nothing else runs
    assert (tmp_path / "chorale.mid").stat().st_size > 500
