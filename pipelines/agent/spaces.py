"""What an agent sees and what it can do, as plain values that a preset keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rnnapps.errors import InputError

Spec = dict[str, Any]
#: Name of the part of an observation that tells which choices are allowed.
MASK = "action_mask"


def described(space: Any, name: str = "observation") -> Spec:
    """Describes a space of observations, or a part of one.

    Args:
        space: A `gymnasium.Space`: `Box`, `Discrete`, `MultiDiscrete`, `MultiBinary`, or a `Tuple`
            or `Dict` of these.
        name: What the part is called in an error.

    Returns:
        `{"box": shape}` with `"divide"`, `{"discrete": sizes}` with `"start"`, `{"tuple": parts}`
        or `{"dict": parts}`.

    Raises:
        InputError: If there is no such description.
    """
    from gymnasium import spaces

    if isinstance(space, spaces.Box):
        divide = 255 if space.dtype == np.uint8 and (space.high == 255).all() else 1
        return {"box": list(space.shape), "divide": divide}
    if isinstance(space, spaces.MultiBinary):
        return {"box": list(space.shape), "divide": 1}
    if isinstance(space, spaces.Discrete):
        return {"discrete": [int(space.n)], "start": [int(space.start)], "shape": []}
    if isinstance(space, spaces.MultiDiscrete):
        sizes, start = space.nvec.ravel().tolist(), space.start.ravel().tolist()
        return {"discrete": sizes, "start": start, "shape": list(space.shape)}
    if isinstance(space, spaces.Tuple):
        parts = [described(part, f"{name}[{i}]") for i, part in enumerate(space.spaces)]
        return {"tuple": parts}
    if isinstance(space, spaces.Dict) and all(isinstance(key, str) for key in space):
        return {"dict": {key: described(part, f"{name}[{key!r}]") for key, part in space.items()}}
    raise InputError(
        f"Expected a space of numbers: Box, Discrete, MultiDiscrete, MultiBinary, or a Tuple or "
        f"Dict of these, with texts as keys. Received: {space} as the {name}. Do leave it out by a "
        "wrapper, such as gymnasium.wrappers.FilterObservation, instead."
    )


def width_of(spec: Spec) -> int:
    """Tells how long a vector is.

    Example:
    >>> from rnnapps.pipelines.agent.spaces import width_of
    >>> width_of({"tuple": [{"box": [2, 3], "divide": 1}, {"discrete": [4, 2]}]})
    12
    """
    if "box" in spec:
        return int(np.prod(spec["box"]))
    if "discrete" in spec:
        return int(sum(spec["discrete"]))
    parts = spec["tuple"] if "tuple" in spec else spec["dict"].values()
    return sum(map(width_of, parts))


def mask_place(spec: Spec, choices: int) -> int | None:
    """Finds where in a vector it stands which choices are allowed.

    Args:
        spec: As `described` gives it; a part `"action_mask"` of a dict tells it.
        choices: Number of the choices.

    Returns:
        The place of the first; None where there is no such part.

    Raises:
        InputError: If the part is of another size.
    """
    parts = spec.get("dict", {})
    if MASK not in parts:
        return None
    if parts[MASK].get("box") != [choices]:
        raise InputError(
            f"Expected an observation {MASK!r} of {choices} numbers, one for each choice. "
            f"Received: {parts[MASK]}."
        )
    before = list(parts)[: list(parts).index(MASK)]
    return sum(width_of(parts[name]) for name in before)


def vectors(spec: Spec, observations: Any) -> np.ndarray:
    """Turns a batch of observations into vectors: numbers as they are, choices as one-hot.

    Args:
        spec: As `described` gives it.
        observations: A batch as vector environments give it: an array of shape `(batch, ...)`, or
            a tuple or dict of such.

    Returns:
        float32 of shape `(batch, width)`.

    Raises:
        InputError: If they do not fit.

    Example:
    >>> from rnnapps.pipelines.agent.spaces import vectors
    >>> vectors({"discrete": [3], "start": [0], "shape": []}, [2, 0]).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    if "tuple" in spec:
        _check_parts(observations, len(spec["tuple"]), tuple | list)
        parts = zip(spec["tuple"], observations, strict=True)
        return _together([vectors(part, given) for part, given in parts])
    if "dict" in spec:
        _check_parts(observations, spec["dict"], Mapping)
        return _together([vectors(part, observations[key]) for key, part in spec["dict"].items()])
    shape = spec["box"] if "box" in spec else spec["shape"]
    given = _array(observations)
    if given.ndim == 0 or list(given.shape[1:]) != shape:
        raise _misfit(f"an observation of shape {tuple(shape)}, or a batch of such", given.shape)
    if "box" in spec:
        values = given.reshape(len(given), width_of(spec)).astype(np.float32) / spec["divide"]
        if not np.isfinite(values).all():
            raise _misfit("finite numbers", observations)
        return values
    sizes = np.array(spec["discrete"])
    choices = given.reshape(len(given), len(sizes)) - np.array(spec["start"])
    if given.dtype.kind not in "iub" or (choices < 0).any() or (choices >= sizes).any():
        raise _misfit(f"whole numbers from {spec['start']}, of {spec['discrete']}", observations)
    chosen = np.zeros((len(given), sizes.sum()), np.float32)
    chosen[np.arange(len(given))[:, None], np.cumsum(sizes) - sizes + choices] = 1
    return chosen


def is_batch(spec: Spec, observations: Any) -> bool:
    """Tells a batch of observations from a single one."""
    while "box" not in spec and "discrete" not in spec:
        if "tuple" in spec:
            _check_parts(observations, len(spec["tuple"]), tuple | list)
            spec, observations = spec["tuple"][0], observations[0]
        else:
            _check_parts(observations, spec["dict"], Mapping)
            key = next(iter(spec["dict"]))
            spec, observations = spec["dict"][key], observations[key]
    return _array(observations).ndim > len(spec["box"] if "box" in spec else spec["shape"])


def batch_of_one(spec: Spec, observation: Any) -> Any:
    """Makes a batch of a single observation.

    Raises:
        InputError: If it has not got the parts of the space.
    """
    if "tuple" in spec:
        _check_parts(observation, len(spec["tuple"]), tuple | list)
        parts = zip(spec["tuple"], observation, strict=True)
        return tuple(batch_of_one(part, given) for part, given in parts)
    if "dict" in spec:
        _check_parts(observation, spec["dict"], Mapping)
        return {key: batch_of_one(part, observation[key]) for key, part in spec["dict"].items()}
    return _array(observation)[None]


def sample(spec: Spec, rng: np.random.Generator) -> Any:
    """Gives an observation of the space: small numbers, and choices by chance."""
    if "tuple" in spec:
        return tuple(sample(part, rng) for part in spec["tuple"])
    if "dict" in spec:
        return {key: sample(part, rng) for key, part in spec["dict"].items()}
    if "box" in spec:
        return np.float32(rng.normal(scale=0.1, size=spec["box"]))
    return (np.array(spec["start"]) + rng.integers(spec["discrete"])).reshape(spec["shape"])


def _together(parts: list[np.ndarray]) -> np.ndarray:
    if len({len(part) for part in parts}) > 1:
        raise _misfit("parts of one batch", f"batches of {[len(part) for part in parts]}")
    return np.concatenate(parts, axis=1)


def _check_parts(observations: Any, parts: Any, kind: Any) -> None:
    if not isinstance(observations, kind) or (
        len(observations) != parts if isinstance(parts, int) else parts.keys() - observations.keys()
    ):
        what = f"{parts} parts" if isinstance(parts, int) else f"the parts {list(parts)}"
        raise _misfit(f"an observation of {what}", observations)


def _array(values: Any) -> np.ndarray:
    try:
        given = np.asarray(values)
    except ValueError as error:
        raise _misfit("numbers in rows of equal length", values) from error
    if given.dtype.kind not in "fiub":
        raise _misfit("numbers", values)
    return given


def _misfit(expected: str, received: Any) -> InputError:
    return InputError(f"Expected {expected}. Received: {received!r:.80}.")
