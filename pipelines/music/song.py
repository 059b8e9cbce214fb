"""A piece of music that can be heard, looked at, saved and taken apart."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnnapps.errors import InputError
from rnnapps.figures import png
from rnnapps.files import replace_bytes, replaced_file

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from pandas import DataFrame
    from pretty_midi import PrettyMIDI

SUFFIXES = (".mid", ".midi", ".wav", ".png", ".html")


class Song:
    """A piece of music, as pipelines return it. A notebook shows a player and a piano roll.

    Args:
        midi: The music, a `pretty_midi.PrettyMIDI`.
        title: What stands above the piano roll.

    Example:

    >>> from rnnapps.data.midi import midi_of, notes_array
    >>> from rnnapps.pipelines.music.song import Song
    >>> song = Song(midi_of(notes_array([(0, 1, 60, 80, 0), (1, 2, 64, 80, 0)])))
    >>> song
    Song(2 notes, 2.0 seconds)
    >>> song.notes[["start", "name", "voice"]].values.tolist()
    [[0.0, 'C4', 'Piano'], [1.0, 'E4', 'Piano']]
    """

    suffix = ".mid"

    def __init__(self, midi: PrettyMIDI, title: str = "") -> None:
        self.midi = midi
        self.title = title

    @property
    def seconds(self) -> float:
        """Time at which the last note ends."""
        return float(self.midi.get_end_time())

    @property
    def notes(self) -> DataFrame:
        """The notes as a frame, sorted by time.

        Columns: `start` and `end` in seconds, `pitch` as a MIDI number, `name` (middle C is C4),
        `velocity` (1 to 127) and `voice`, the name of the instrument.
        """
        import pandas as pd

        rows = self._rows()
        return pd.DataFrame(rows, columns=["start", "end", "pitch", "name", "velocity", "voice"])

    def audio(self, sample_rate: int = 44100) -> np.ndarray:
        """Plays the song into an array, with sampled instruments if the `audio` extra is there.

        Args:
            sample_rate: Samples per second.

        Returns:
            float32 (samples,), one channel, within -1 and 1.
        """
        from rnnapps.pipelines.music import sound

        return sound.render(self.midi, sample_rate)

    def plot(self, ax: Axes | None = None) -> Figure:
        """Draws the piano roll.

        Args:
            ax: Matplotlib axes to draw on; a new figure is made if None.

        Returns:
            The figure.
        """
        from rnnapps.pipelines.music import piano_roll

        return piano_roll.draw(self.midi, ax, self.title)

    def save(self, path: str | Path) -> Path:
        """Writes the song; a file is there whole or not at all.

        Args:
            path: A file whose suffix says the form: `.mid` or `.midi`, `.wav` (16 bit,
                44.1 kHz), `.png` (piano roll) or `.html` (player and piano roll).

        Returns:
            The path of the file.

        Raises:
            InputError: If the suffix is none of these.
        """
        path = Path(path)
        match path.suffix.lower():
            case ".mid" | ".midi":
                with replaced_file(path) as temporary:
                    self.midi.write(str(temporary))
            case ".wav":
                import soundfile

                with replaced_file(path) as temporary:
                    soundfile.write(temporary, self.audio(), 44100, "PCM_16", format="WAV")
            case ".png":
                replace_bytes(path, png(self.plot(), dpi=160))
            case ".html":
                title = escape(self.title or "Song")
                replace_bytes(path, _PAGE.format(title=title, body=self._repr_html_()).encode())
            case _:
                raise InputError(
                    f"Expected a file that ends in one of {', '.join(SUFFIXES)}. "
                    f"Received: {str(path)!r}."
                )
        return path

    def to_dict(self) -> dict[str, Any]:
        """Gives the song as plain values.

        Returns:
            `seconds`, and `notes` with the columns of the frame of that name as mappings.
        """
        names = ("start", "end", "pitch", "name", "velocity", "voice")
        notes = [dict(zip(names, row, strict=True)) for row in self._rows()]
        return {"title": self.title, "seconds": self.seconds, "notes": notes}

    def __len__(self) -> int:
        return sum(len(each.notes) for each in self.midi.instruments)

    def __repr__(self) -> str:
        title = f"{self.title!r}, " if self.title else ""
        return f"Song({title}{len(self)} notes, {self.seconds:.1f} seconds)"

    def _repr_html_(self) -> str:
        from rnnapps.pipelines.music import sound

        figure = self.plot()
        data, media = sound.encode(self.audio(32000), 32000)
        box = figure.axes[0].get_position()
        return _PLAYER.format(
            sound=f"data:{media};base64,{b64encode(data).decode()}",
            roll=f"data:image/png;base64,{b64encode(png(figure, dpi=120)).decode()}",
            alt=escape(f"Piano roll: {len(self)} notes, {self.seconds:.1f} seconds"),
            seconds=self.seconds or 1,
            left=box.x0 * 100,
            width=box.width * 100,
            top=(1 - box.y1) * 100,
            height=box.height * 100,
        )

    def _rows(self) -> list[tuple[float, float, int, str, int, str]]:
        from rnnapps.pipelines.music.piano_roll import pitch_name, voice_names

        rows = [
            (float(n.start), i, int(n.pitch), float(n.end), int(n.velocity), name)
            for i, (each, name) in enumerate(
                zip(self.midi.instruments, voice_names(self.midi), strict=True)
            )
            for n in each.notes
        ]
        return [
            (start, end, pitch, pitch_name(pitch), velocity, name)
            for start, _, pitch, end, velocity, name in sorted(rows)
        ]


# The line over the roll follows the player; a click on the roll moves both. Where a page forbids
# scripts, player and roll stay.
_PLAYER = """<figure class="rnnapps-song" style="margin:0;max-width:1100px">
<div style="position:relative;cursor:pointer;line-height:0" onclick="
var a=this.parentNode.querySelector('audio'),b=this.getBoundingClientRect();
a.currentTime=Math.max(0,((event.clientX-b.left)/b.width*100-{left:.3f})/{width:.3f}*{seconds:.3f});">
<img src="{roll}" alt="{alt}" \
style="display:block;width:100%;margin:0;border-radius:8px">
<i style="position:absolute;left:{left:.3f}%;top:{top:.3f}%;height:{height:.3f}%;width:2px;\
margin-left:-1px;background:#c4453c;border-radius:1px;opacity:.85;pointer-events:none"></i>
</div>
<audio controls preload="metadata" src="{sound}" style="width:100%;margin-top:8px" onplay="
var a=this,l=this.parentNode.querySelector('i');
(function move(){{if(!a.paused)requestAnimationFrame(move);a.ontimeupdate();}})();" ontimeupdate="
this.parentNode.querySelector('i').style.left=
{left:.3f}+{width:.3f}*Math.min(1,this.currentTime/{seconds:.3f})+'%';"></audio>
</figure>"""

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 1100px; padding: 0 1rem;
  color-scheme: light dark }}
</style>
{body}
</html>
"""
