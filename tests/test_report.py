import json
import math

import numpy as np
import pandas as pd
import pytest

from rnnapps.errors import InputError
from rnnapps.report import Report
from rnnapps.tables import Table, plain

PNG = b"\x89PNG"


@pytest.fixture
def report():
    return Report(
        {"nll": np.float32(1.25), "pieces": 3, "f1": {"PER": 0.5, "LOC": 0.75}},
        title="music on <3> files",
        tables={"by voice": pd.DataFrame({"voice": ["S", "A|T"], "share": [0.5, 0.25]})},
        figures={"roll": PNG},
    )


def test_it_is_a_mapping(report):
    assert report["pieces"] == 3
    assert list(report) == ["nll", "pieces", "f1"]
    assert dict(report)["f1"] == {"PER": 0.5, "LOC": 0.75}
    with pytest.raises(KeyError):
        report["loss"]
    with pytest.raises(TypeError):
        report["nll"] = 0


def test_text(report):
    lines = str(report).splitlines()
    assert lines[0] == "music on <3> files"
    assert "nll     1.25" in lines
    assert "f1.LOC  0.75" in lines
    assert "A|T     0.25" in lines


def test_html(report):
    html = report._repr_html_()
    assert "music on &lt;3&gt; files" in html
    assert "<td>A|T</td>" in html
    assert "data:image/png;base64,iVBORw==" in html


def test_save(report, tmp_path):
    values = json.loads(report.save(tmp_path / "new" / "r.json").read_text())
    assert values["nll"] == 1.25
    assert values["tables"]["by voice"][1] == {"voice": "A|T", "share": 0.25}
    assert report.save(tmp_path / "r.txt").read_text() == f"{report}\n"
    assert report.save(tmp_path / "r.html").read_text().startswith("<!doctype html>")
    with pytest.raises(InputError, match=r"\.json, \.html or \.txt"):
        report.save(tmp_path / "r.pdf")


def test_a_figure_becomes_png():
    from matplotlib.figure import Figure

    report = Report({}, figures={"empty": Figure()})
    assert report.figures["empty"].startswith(PNG)
    assert str(report) == ""


def test_tables():
    nested = Table.of({"test": {"nll": 1.0}, "train": {"nll": 0.5, "n": 2}})
    assert nested.columns == ["", "nll", "n"]
    assert nested.markdown().splitlines()[-1] == "| train | 0.5 | 2 |"
    assert Table.of({"a|b": 1}).markdown().splitlines()[-1] == "| a\\|b | 1 |"
    assert Table(("a",), []).text() == "a"


def test_plain():
    value = {"a": np.arange(2), "b": math.inf, "c": {1}, 4: np.float64("nan"), "e": (b"x",)}
    assert plain(value) == {"a": [0, 1], "b": "inf", "c": [1], "4": None, "e": ["b'x'"]}
    assert plain(pd.DataFrame({"x": [1]})) == [{"x": 1}]
