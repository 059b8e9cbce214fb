from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import pytest

from rnnapps.cli.options import UsageError, options_of, parse


class Task:
    def method(
        self,
        x,
        *,
        count: int = 1,
        rate: float | None = None,
        seconds: "float | Missing" = 1.0,  # noqa: F821
        pitches: "list[int] | str | None" = None,
        pair: tuple[float, float] = (0, 1),
        names: list[str] | None = None,
        size: Literal[1, 2] = 1,
        where: Path | None = None,
        loud: bool = True,
        free=None,
        worth: "Mapping[str, float] | None" = None,
        **others,
    ):
        """Does it."""


OPTIONS = options_of(Task.method, skip=("x",))


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("--count 3", {"count": 3}),
        ("--count -3", {"count": -3}),
        ("--rate 3", {"rate": 3.0}),
        ("--rate=none", {"rate": None}),
        ("--seconds 2", {"seconds": 2.0}),
        ("--pitches 60,62", {"pitches": [60, 62]}),
        ("--pitches 60", {"pitches": [60]}),
        ("--pitches [60,62]", {"pitches": [60, 62]}),
        ("--pitches a.mid", {"pitches": "a.mid"}),
        ("--pair 0.5,2", {"pair": [0.5, 2.0]}),
        ("--names a,b", {"names": ["a", "b"]}),
        ("--size 2", {"size": 2}),
        ("--where a/b", {"where": Path("a/b")}),
        ("--loud", {"loud": True}),
        ("--no-loud", {"loud": False}),
        ("--loud=no", {"loud": False}),
        ("--free 0.5", {"free": 0.5}),
        ("--free text", {"free": "text"}),
        ("--worth a=2,b=0.5", {"worth": {"a": 2.0, "b": 0.5}}),
        ('--worth {"a,b":2}', {"worth": {"a,b": 2}}),
        ("--worth none", {"worth": None}),
    ],
)
def test_values(line, values):
    assert parse(line.split(), OPTIONS) == ([], values)


def test_inputs_stay_in_order():
    assert parse(["a", "--count", "1", "-5", "--", "--b"], OPTIONS) == (
        ["a", "-5", "--b"],
        {"count": 1},
    )


@pytest.mark.parametrize(
    "line",
    ["--count 1.5", "--size 3", "--loud=maybe", "--others 1", "-c 1", "--worth a", "--worth a=b"],
)
def test_errors(line):
    with pytest.raises(UsageError):
        parse(line.split(), OPTIONS)


def test_how_to_give_names_with_values_is_told():
    with pytest.raises(
        UsageError, match=r"Expected --worth as text=float,\.\.\.\. Received: 'a,5'"
    ):
        parse(["--worth", "a,5"], OPTIONS)
