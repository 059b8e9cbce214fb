"""Weights in HDF5: one dataset a weight, float16 or float32, never a pickle."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rnnapps.errors import InputError, PresetError
from rnnapps.files import replaced_file

if TYPE_CHECKING:
    import numpy as np


def write_weights(
    path: str | Path, weights: Mapping[str, np.ndarray], dtype: str = "float16"
) -> None:
    """Writes arrays to an HDF5 file, one dataset a path.

    Args:
        path: The file.
        weights: Array by path.
        dtype: `"float16"` or `"float32"`, for arrays of floats; others keep their type.

    Raises:
        InputError: If a weight is not finite, or too large for the type.
    """
    import h5py
    import numpy as np

    if dtype not in ("float16", "float32"):
        raise InputError(f"Expected 'float16' or 'float32'. Received: dtype={dtype!r}.")
    with replaced_file(path) as temporary, h5py.File(temporary, "w", track_order=True) as file:
        for name, value in weights.items():
            array = np.asarray(value)
            if array.dtype.kind == "f":
                with np.errstate(over="ignore"):
                    array = array.astype(dtype)
                if not np.isfinite(array).all():
                    raise InputError(
                        f"Expected finite weights that fit {dtype}. Received: {name!r} with "
                        f"values up to {np.abs(np.asarray(value)).max()}."
                    )
            file.create_dataset(name, data=array)


def read_weights(path: str | Path) -> dict[str, np.ndarray]:
    """Reads what `write_weights` wrote.

    Args:
        path: The file.

    Returns:
        Array by path; floats come back as float32.

    Raises:
        PresetError: If the file is not HDF5.
    """
    import h5py
    import numpy as np

    weights: dict[str, np.ndarray] = {}

    def visit(name: str, item: object) -> None:
        if isinstance(item, h5py.Dataset):
            array = np.asarray(item[()])
            weights[name] = array.astype("float32") if array.dtype.kind == "f" else array

    try:
        with h5py.File(path, "r") as file:
            file.visititems(visit)
    except OSError as error:
        raise PresetError(f"Expected an HDF5 file. Received: {str(path)!r} ({error}).") from error
    return weights
