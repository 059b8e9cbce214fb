"""Runs the examples of every docstring."""

import doctest
import importlib
from pathlib import Path

import pytest

import rnnapps
import rnnapps.pipelines

ROOTS = {
    "rnnapps": Path(rnnapps.__file__).parent,
    "rnnapps.pipelines": Path(rnnapps.pipelines.__path__[0]),
}


def modules():
    for package, root in ROOTS.items():
        for path in sorted(root.rglob("*.py")):
            if path.name != "__main__.py" and ">>>" in path.read_text(encoding="utf-8"):
                parts = path.relative_to(root).with_suffix("").parts
                if package == "rnnapps" and parts[0] in ("pipelines", "pretrained"):
                    continue
                yield ".".join((package, *parts)).removesuffix(".__init__")


@pytest.mark.parametrize("name", sorted(set(modules())))
def test_examples(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # for examples that write files
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL
    result = doctest.testmod(importlib.import_module(name), optionflags=flags)
    assert result.failed == 0
