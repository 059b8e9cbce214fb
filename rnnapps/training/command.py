"""The command that trains the presets of a task, which ship once they are released."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path

from rnnapps.sharing import part, share


def command(
    task: str, presets: Iterable[str], make: Callable[[str, Path, Path], None], about: str | None
) -> None:
    """Makes the presets that the command line names.

    Args:
        task: Name of the task.
        presets: Names of those that there are.
        make: Makes one, of its name, the folder of the checkpoints and that of the task's presets.
        about: What `--help` says.
    """
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("presets", nargs="+", choices=list(presets))
    parser.add_argument("--checkpoints", type=Path, default=Path("checkpoints"))
    parser.add_argument("--output", type=Path, default=Path("pretrained") / task)
    options = parser.parse_args()
    prefer_speed()
    part(options.output)
    try:
        for name in options.presets:
            make(name, options.checkpoints, options.output)
    finally:
        share(options.output)


def prefer_speed() -> None:
    """Lets PyTorch take for zero what is next to it, and round to bfloat16 where that is fast.

    A processor without bfloat16 imitates it, some fifty times slower than float32.
    """
    import keras

    if keras.backend.backend() == "torch":
        import torch

        able = torch.cpu.get_capabilities()
        if able.get("avx512_bf16") or able.get("amx_bf16") or able.get("bf16"):
            torch.set_float32_matmul_precision("medium")
        torch.set_flush_denormal(True)
