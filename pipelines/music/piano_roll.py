"""Piano rolls: time from left to right, pitch upwards, a colour for each voice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

from rnnapps.figures import blank

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from pretty_midi import PrettyMIDI

COLOURS = ("#3b6fb6", "#d9772b", "#3d9a6a", "#b8478f", "#7a5bc2", "#8a7a2f", "#c4453c", "#3b9fb0")
INK, RULE, BLACK_KEY = "#3c4450", "#d5dae2", "#f1f3f7"
NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


def pitch_name(pitch: int) -> str:
    """Names a MIDI pitch.

    Args:
        pitch: MIDI number.

    Returns:
        Its name; middle C is C4.

    Example:

    >>> pitch_name(60), pitch_name(58)
    ('C4', 'A#3')
    """
    return f"{NAMES[pitch % 12]}{pitch // 12 - 1}"


def voice_names(midi: PrettyMIDI) -> list[str]:
    """Names the instruments of a file; those that share a name are numbered.

    Args:
        midi: The file's content.

    Returns:
        One name an instrument.
    """
    import pretty_midi

    names = [
        each.name.strip()
        or ("Drums" if each.is_drum else pretty_midi.program_to_instrument_name(each.program))
        for each in midi.instruments
    ]
    return [
        f"{name} {names[:i].count(name) + 1}" if names.count(name) > 1 else name
        for i, name in enumerate(names)
    ]


def draw(midi: PrettyMIDI, ax: Axes | None = None, title: str = "") -> Figure:
    """Draws a piano roll, without a display and without pyplot's state.

    Args:
        midi: The file's content.
        ax: Axes to draw on; a new figure is made if None.
        title: Title above the roll.

    Returns:
        The figure; a notebook shows it.
    """
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import to_rgba
    from matplotlib.patches import Patch

    if ax is None:
        figure = blank(figsize=(11, 4.2), facecolor="white", dpi=120)
        ax = figure.add_axes((0.045, 0.125, 0.945, 0.765))
    else:
        figure = cast("Figure", ax.figure)
    shown = [(i, each) for i, each in enumerate(midi.instruments) if each.notes]
    names = voice_names(midi)
    pitches = [note.pitch for _, each in shown for note in each.notes] or [60]
    seconds = midi.get_end_time() or 1.0
    _keyboard(ax, min(pitches) - 1, max(pitches) + 1)
    _clock(ax, seconds)
    labels = []
    for i, each in shown:
        colour = COLOURS[i % len(COLOURS)]
        notes = np.array([(n.start, n.end, n.pitch, n.velocity) for n in each.notes])
        start, end, pitch, velocity = notes.T
        gap = np.minimum(0.2 * (end - start), seconds / 600)  # repeated notes stay apart
        end = np.maximum(end - gap, start + seconds / 900)
        low, high = pitch - 0.44, pitch + 0.44
        corners = np.array([[start, start, end, end], [low, high, high, low]])
        fills = [to_rgba(colour, 0.55 + 0.45 * v / 127) for v in velocity]
        ax.add_collection(
            PolyCollection(
                list(corners.transpose(2, 1, 0)), facecolors=fills, lw=0, zorder=3 - i / 99
            )
        )
        labels.append(Patch(color=colour, label=names[i]))
    if title:
        ax.set_title(title, loc="left", color=INK, fontsize=12, fontweight="bold")
    if labels:
        ax.legend(
            handles=labels, loc="lower right", bbox_to_anchor=(1, 1), ncols=min(len(labels), 6),
            frameon=False, fontsize=9, labelcolor=INK, handlelength=1, handleheight=1,
        )  # fmt: skip
    return figure


def _keyboard(ax: Any, low: int, high: int) -> None:
    for pitch in range(low, high + 1):
        if "#" in NAMES[pitch % 12]:
            ax.axhspan(pitch - 0.5, pitch + 0.5, color=BLACK_KEY, lw=0, zorder=0)
        if pitch % 12 == 0:
            ax.axhline(pitch - 0.5, color=RULE, lw=1, zorder=0.5)
    steps = (0, 4, 7) if high - low <= 42 else (0, 7)
    ticks = [pitch for pitch in range(low, high + 1) if pitch % 12 in steps]
    ax.set_yticks(ticks, [pitch_name(pitch) for pitch in ticks])
    ax.set_ylim(low - 0.5, high + 0.5)


def _clock(ax: Any, seconds: float) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    long = seconds >= 90
    ax.xaxis.set_major_locator(MaxNLocator(12, steps=[1.5, 3, 6, 10] if long else [1, 2, 5, 10]))
    if long:
        ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{int(x) // 60}:{int(x) % 60:02}"))
    ax.set_xlabel("minutes" if long else "seconds", color=INK, fontsize=9)
    ax.grid(axis="x", color=RULE, lw=0.6)
    ax.set_axisbelow(True)
    ax.tick_params(colors=INK, labelsize=8.5, length=0)
    ax.spines[:].set_visible(False)
    ax.set_xlim(0, seconds)
