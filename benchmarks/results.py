"""Keeps the outcome of a benchmark: files in `results`, its tables and figures in `README.md`."""

from __future__ import annotations

import json
import os
import platform
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rnnapps.files import replace_bytes
from rnnapps.report import Report

HERE = Path(__file__).resolve().parent
PACKAGES = ("rnnapps", "keras", "tensorflow", "jax", "torch", "onnxruntime", "numpy")


def publish(name: str, report: Report, **settings: Any) -> None:
    """Prints a report and keeps it.

    Args:
        name: Name of the benchmark; `README.md` has a region `<!-- result: NAME -->`.
        report: What was found.
        **settings: Seeds, data and whatever else the figures depend on.
    """
    print(report)
    about = {
        "date": _today(),
        "machine": f"{_processor()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        **{package: found for package in PACKAGES if (found := _version(package))},
        **({"Keras on": sys.modules["keras"].backend.backend()} if "keras" in sys.modules else {}),
        **settings,
    }
    result = {**report.to_dict(), "about": about}
    text = json.dumps(result, indent=2, ensure_ascii=False) + "\n"
    replace_bytes(HERE / "results" / f"{name}.json", text.encode())
    parts = [f"{title}\n\n{table.markdown()}" for title, table in report.tables.items()]
    for title, png in report.figures.items():
        file = f"results/{name}-{title}.png"
        replace_bytes(HERE / file, png)
        parts.append(f"![{title}]({file})")
    found = "\n\n".join(parts)
    facts = "; ".join(f"{key} {value}" for key, value in about.items())
    mark = f"<!-- result: {name} -->"
    readme = HERE / "README.md"
    text, count = re.subn(
        rf"({re.escape(mark)}\n).*?(<!-- /result -->)",
        lambda region: f"{region[1]}{found}\n\n{facts}\n{region[2]}",
        readme.read_text(encoding="utf-8"),
        flags=re.DOTALL,
    )
    if count != 1:
        raise SystemExit(f"Expected one region {mark} in {readme}. Received: {count}.")
    replace_bytes(readme, text.encode())


def beside_earlier(
    name: str, title: str, row: dict[str, Any], order: Iterable[str]
) -> list[dict[str, Any]]:
    """Dates a world's row and puts it beside those published before, in place of its earlier one.

    Columns are those of the new row.

    Args:
        name: Name of the benchmark.
        title: Title of the table.
        row: What was found.
        order: Worlds of the table; rows of others are left out.
    """
    file = HERE / "results" / f"{name}.json"
    known = json.loads(file.read_text())["tables"][title] if file.exists() else []
    dated = {**row, "date": _today()}
    rows = {each["world"]: each for each in [*known, dated]}
    found = [rows[world] for world in order if world in rows]
    return [{column: each.get(column, "") for column in dated} for each in found]


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
