import subprocess
import sys
import time

import pytest

import rnnapps

HEAVY = ("tensorflow", "keras", "jax", "pandas", "matplotlib", "scipy", "onnx", "onnxruntime")

CHECK = f"""
import sys
try:
    {{code}}
except SystemExit as end:
    assert not end.code, end.code
found = [name for name in {HEAVY!r} if name in sys.modules]
assert not found, found
"""


@pytest.mark.parametrize(
    "code",
    [
        "import rnnapps",
        "import rnnapps; rnnapps.tasks()",
        "from rnnapps.cli import main; main(['--help'])",
        "from rnnapps.cli import main; main(['generate', '--help'])",
        "from rnnapps.cli import main; main(['list'])",
    ],
)
def test_nothing_heavy_is_imported(code):
    subprocess.run(
        [sys.executable, "-c", CHECK.format(code=code)], check=True, stdout=subprocess.DEVNULL
    )


def test_import_is_quick():
    def seconds(code):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        return time.perf_counter() - start

    for _ in range(5):  # a busy machine may be slow for a moment
        if seconds("import rnnapps") - seconds("pass") < 0.3:
            return
    raise AssertionError("import rnnapps takes 0.3 s or more")


def test_pipeline_stays_the_function():
    import rnnapps.pipeline  # the module of the same name
    from rnnapps.pipeline import Pipeline

    assert callable(rnnapps.pipeline)
    assert rnnapps.Pipeline is Pipeline
    assert sys.modules["rnnapps.pipeline"].Pipeline is Pipeline


def test_public_names():
    assert set(rnnapps.__all__) <= set(dir(rnnapps))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = rnnapps.nothing


def test_no_module_is_loaded_under_two_names():
    assert "pipelines" not in sys.modules
    assert "pretrained" not in sys.modules
