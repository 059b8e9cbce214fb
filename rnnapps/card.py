"""The card of a preset: Markdown generated from its metadata.

The keys below have their own place; any other key becomes a section of its own, with a mapping
or a list of mappings shown as a table.

```
name, task, summary, description, license
base         name of the preset it was fine-tuned from
parameters   number of parameters
data         [{"name", "license", "address", ...}]    what it was trained on
metrics      {"test": {"nll_per_note": 1.2, ...}, ...}
precision    {"float32": {...}, "float16": {...}, "int8": {...}}
training     {"command", "seed", "epochs", ...}
limits       str or [str]                               what it cannot do
versions, date, files                                   filled in by `preset.write`
```
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnnapps.tables import Table

_HEAD = ("name", "task", "summary", "description", "base", "license", "parameters", "date", "files")
_TITLES = {
    "data": "Training data",
    "metrics": "Metrics",
    "precision": "By the precision of the weights",
    "training": "Training",
    "limits": "Limits",
    "versions": "Versions",
}


def card(metadata: Mapping[str, Any]) -> str:
    """Writes the card of a preset.

    Args:
        metadata: What `metadata.json` holds.

    Returns:
        Markdown.

    Example:

    >>> print(card({"name": "tiny", "task": "music", "summary": "Two notes."}))
    # tiny
    <BLANKLINE>
    Two notes.
    <BLANKLINE>
    ```python
    from rnnapps import pipeline
    <BLANKLINE>
    pipeline("music", "tiny")
    ```
    <BLANKLINE>
    """
    name, task = metadata.get("name", "preset"), metadata.get("task", "")
    parts = [f"# {name}"]
    parts += [str(metadata[key]) for key in ("summary", "description") if metadata.get(key)]
    parts.append(f'```python\nfrom rnnapps import pipeline\n\npipeline("{task}", "{name}")\n```')
    facts = _facts(metadata)
    if facts:
        parts.append("\n".join(f"- {label}: {value}" for label, value in facts.items()))
    others = [key for key in metadata if key not in _HEAD and key not in _TITLES]
    order = [*list(_TITLES)[:-1], *others, "versions"]
    for key in order:
        if metadata.get(key):
            title = _TITLES.get(key, key.replace("_", " ").capitalize())
            parts.append(f"## {title}\n\n{_section(metadata[key])}")
    return "\n\n".join(parts) + "\n"


def _facts(metadata: Mapping[str, Any]) -> dict[str, str]:
    facts: dict[str, str] = {}
    if "parameters" in metadata:
        facts["Parameters"] = f"{metadata['parameters']:,}"
    if "files" in metadata:
        size = sum(file["bytes"] for file in metadata["files"].values())
        facts["Size"] = f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.1f} kB"
    for key in ("base", "license", "date"):
        if key in metadata:
            facts[key.capitalize()] = str(metadata[key])
    return facts


def _section(value: Any) -> str:
    if isinstance(value, Mapping):
        return Table.of(value).markdown()
    if isinstance(value, list | tuple):
        if all(isinstance(item, Mapping) for item in value):
            return Table.of(value).markdown()
        return "\n".join(f"- {item}" for item in value)
    return str(value)
