"""Figures that a notebook shows, whether or not pyplot is in use."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def blank(**options: Any) -> Figure:
    """Makes an empty figure that is shown as the last value of a notebook's cell.

    Args:
        **options: Those of `matplotlib.figure.Figure`.

    Returns:
        The figure, which belongs to no window.

    Example:
    >>> from rnnapps.figures import blank
    >>> blank(figsize=(1, 1))._repr_png_()[:4]
    b'\\x89PNG'
    """
    from matplotlib.figure import Figure

    class Shown(Figure):
        def _repr_png_(self) -> bytes:
            return png(self)

    return Shown(**options)


def png(figure: Figure, dpi: float | str = "figure") -> bytes:
    """Gives a figure as the bytes of a PNG file.

    Args:
        figure: The figure.
        dpi: Dots per inch; by default the figure's own.

    Returns:
        The bytes.
    """
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi)
    return buffer.getvalue()
