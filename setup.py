"""Build script: `pipelines/` and `pretrained/` install as parts of `rnnapps`."""

from setuptools import find_packages, setup

FOLDERS = ("pipelines", "pretrained")

found = find_packages(include=["rnnapps", "rnnapps.*"]) + [
    f"rnnapps.{name}"
    for name in find_packages(include=[f"{f}{s}" for f in FOLDERS for s in ("", ".*")])
]

setup(packages=found, package_dir={f"rnnapps.{f}": f for f in FOLDERS})
