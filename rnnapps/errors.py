"""The exceptions that rnnapps raises on purpose."""

import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches


class RnnappsError(Exception):
    """Base class of every error that rnnapps raises on purpose.

    The shell prints such an error without a traceback.
    """


class InputError(RnnappsError, ValueError):
    """An input or an argument that cannot be used: a broken file, a value out of range."""


class UnknownNameError(RnnappsError, KeyError):
    """A task, preset or option that does not exist.

    Example:

    >>> str(UnknownNameError.of("task", "musik", ["music", "speech"]))
    "Unknown task. Expected one of: music, speech. Received: 'musik'. Did you mean 'music'?"
    """

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""  # KeyError would print the repr

    @classmethod
    def of(cls, kind: str, name: object, known: Iterable[str]) -> "UnknownNameError":
        """Builds the error that lists what exists and points to the nearest name.

        Args:
            kind: What was looked for, such as `"task"`.
            name: The name that was not found.
            known: The names that exist.

        Returns:
            The error, to be raised by the caller.
        """
        names = sorted(known)
        expected = f"Expected one of: {', '.join(names)}" if names else f"There is no {kind} at all"
        folded = {each.lower().replace("-", "_"): each for each in names}
        close = get_close_matches(str(name).lower().replace("-", "_"), folded, n=1, cutoff=0.6)
        hint = f" Did you mean {folded[close[0]]!r}?" if close else ""
        return cls(f"Unknown {kind}. {expected}. Received: {name!r}.{hint}")


class PresetError(RnnappsError):
    """A preset directory that is damaged, incomplete or of another format version."""


def warn_user(text: str) -> None:
    """Warns, and names the line outside of rnnapps from which it was called.

    Args:
        text: What is told.
    """
    frame, level = sys._getframe(1), 2
    while frame.f_back and frame.f_globals.get("__name__", "").split(".")[0] == "rnnapps":
        frame, level = frame.f_back, level + 1
    warnings.warn(text, stacklevel=level)


@contextmanager
def at(where: object) -> Iterator[None]:
    """Tells of an `InputError` where it arose.

    Args:
        where: The input, such as `"Text 3"` or a path.

    Raises:
        InputError: That of the block, with the place before it.

    Example:

    >>> with at("Text 3"):
    ...     raise InputError("Expected a text.")
    Traceback (most recent call last):
    ...
    rnnapps.errors.InputError: Text 3: Expected a text.
    """
    try:
        yield
    except InputError as error:
        raise InputError(f"{where}: {error}") from error
