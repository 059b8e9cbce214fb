"""Episodes that an agent has played: their returns, and a film of them."""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rnnapps.checks import check_count
from rnnapps.errors import InputError, RnnappsError
from rnnapps.figures import blank, png
from rnnapps.files import replace_bytes, replaced_file
from rnnapps.tables import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL.Image import Image

#: A GIF counts time in hundredths of a second, and browsers slow down frames that are shorter
#: than 2 of them; with 3 at least, films of up to 33 frames a second keep all of theirs.
SHORTEST = 3
COLOURS = 255  # one is left for what stays as it was
SAMPLE = 1_000_000  # pixels, of all frames, by which the colours are chosen


@dataclass(frozen=True, init=False, repr=False, eq=False)
class Rollout:
    """Episodes that an agent has played. A notebook shows the film, or the returns without one.

    Args:
        returns: Sum of the rewards of each episode.
        lengths: Number of steps of each episode.
        frames: uint8 pictures (height, width, 3), of all episodes one after the other.
        fps: Frames a second.
        title: What stands above.

    Raises:
        InputError: If there is no episode, or returns, lengths and frames do not fit each other.

    Example:

    >>> from rnnapps.pipelines.agent.rollout import Rollout
    >>> rollout = Rollout([500.0, 420.0], [500, 420], title="CartPole-v1")
    >>> rollout
    Rollout(2 episodes, mean return 460.0)
    >>> rollout.lengths.tolist()
    [500, 420]
    """

    returns: np.ndarray
    lengths: np.ndarray
    frames: list[np.ndarray]
    fps: int
    title: str

    def __init__(
        self,
        returns: Sequence[float],
        lengths: Sequence[int],
        *,
        frames: Sequence[np.ndarray] = (),
        fps: int = 30,
        title: str = "",
    ) -> None:
        check_count(fps=fps)
        totals, steps = np.array(returns, np.float64), np.array(lengths, np.int64)
        if totals.ndim != 1 or not totals.size or totals.shape != steps.shape:
            raise InputError(
                "Expected a return and a length for each episode, of one or more. Received: "
                f"returns of shape {totals.shape} and lengths of shape {steps.shape}."
            )
        pictures = [np.asarray(frame) for frame in frames]
        kinds = {(each.shape, each.dtype) for each in pictures}
        fit = all(len(size) == 3 == size[-1] and kind == np.uint8 for size, kind in kinds)
        if len(kinds) > 1 or not fit:
            listed = ", ".join(sorted(f"{kind} {size}" for size, kind in kinds))
            raise InputError(f"Expected uint8 frames (height, width, 3) alike. Received: {listed}.")
        totals.flags.writeable = steps.flags.writeable = False
        # the class is frozen
        vars(self).update(returns=totals, lengths=steps, frames=pictures, fps=fps, title=title)

    @property
    def mean(self) -> float:
        """Mean of the returns."""
        return float(self.returns.mean())

    def save(self, path: str | Path) -> Path:
        """Writes the film; a file is there whole or not at all.

        Args:
            path: A file whose suffix says the form: `.gif`, of 33 frames a second at most, or
                `.mp4`, which needs the `rl` extra.

        Returns:
            The path of the file.

        Raises:
            InputError: If the suffix is neither, or there are no frames.
            RnnappsError: If the extra is not installed.
        """
        path = Path(path)
        suffix = path.suffix.lower()
        if suffix not in (".gif", ".mp4"):
            raise InputError(f"Expected a file that ends in .gif or .mp4. Received: {str(path)!r}.")
        if not self.frames:
            raise InputError(
                "Expected frames to write. Received: a rollout without any. Do play with "
                "render=True instead."
            )
        if suffix == ".gif":
            return replace_bytes(path, self._gif())
        with replaced_file(path) as temporary:
            self._write_mp4(temporary)
        return path

    def plot(self) -> Figure:
        """Draws the return of each episode, and their mean as a line.

        Returns:
            The figure; a notebook shows it.
        """
        from matplotlib.ticker import MaxNLocator

        figure = blank(figsize=(6, 3), layout="constrained")
        axes = figure.subplots()
        axes.plot(np.arange(1, len(self.returns) + 1), self.returns, "o")
        axes.axhline(self.mean, color="tab:red", linestyle=":", label=f"mean {self.mean:.4g}")
        axes.set(xlabel="episode", ylabel="return", title=self.title)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend()
        return figure

    def __repr__(self) -> str:
        number = len(self.returns)
        return f"Rollout({number} episode{'s'[: number > 1]}, mean return {round(self.mean, 3)})"

    def _repr_html_(self) -> str:
        line = [len(self.returns), self.mean, float(self.returns.std())]
        if self.frames:
            kind, data = "gif", self._gif()
        else:
            kind, data = "png", png(self.plot())
        parts = [f"<h3>{escape(self.title)}</h3>"] if self.title else []
        table = Table(("episodes", "mean return", "deviation"), [line]).html()
        source = f"data:image/{kind};base64,{b64encode(data).decode()}"
        image = f'<img alt="{escape(repr(self))}" style="max-width:100%" src="{source}">'
        return "\n".join([*parts, table, image])

    def _gif(self) -> bytes:
        starts = np.rint(np.arange(len(self.frames) + 1) * 100 / self.fps).astype(int)
        kept = [0]
        for index, start in enumerate(starts[:-1]):
            if start - starts[kept[-1]] >= SHORTEST:
                kept.append(index)
        durations = np.diff(starts[[*kept, -1]]).clip(SHORTEST) * 10
        images = _in_few_colours([self.frames[i] for i in kept])
        buffer = BytesIO()
        images[0].save(
            buffer,
            format="GIF",
            save_all=True,
            append_images=images[1:],
            duration=durations.tolist(),
            loop=0,
        )
        return buffer.getvalue()

    def _write_mp4(self, path: Path) -> None:
        try:
            import imageio_ffmpeg  # noqa: F401  imageio looks for it only as it writes
            from imageio.v3 import imwrite
        except ModuleNotFoundError as error:
            raise RnnappsError(
                f"Expected the package {error.name} to write .mp4. Received: none. Do "
                "`pip install 'rnnapps[rl]'`, or save as .gif instead."
            ) from error

        height, width, _ = self.frames[0].shape
        margins = ((0, height % 2), (0, width % 2), (0, 0))  # H.264 wants even sides
        images = [np.pad(frame, margins, mode="edge") for frame in self.frames]
        imwrite(path, images, plugin="FFMPEG", fps=self.fps, macro_block_size=1)


def _in_few_colours(frames: list[np.ndarray]) -> list[Image]:
    from PIL import Image

    step = math.ceil(math.sqrt(len(frames) * frames[0][..., 0].size / SAMPLE))
    pixels = [frame[i % step :: step, ::step].reshape(-1, 1, 3) for i, frame in enumerate(frames)]
    sample = Image.fromarray(np.concatenate(pixels))
    palette = sample.quantize(COLOURS)
    images = [
        Image.fromarray(frame).quantize(palette=palette, dither=Image.Dither.NONE)
        for frame in frames
    ]
    # Pillow looks up colours roughly: each becomes the mean of what has been mapped to it
    indices = np.asarray(sample.quantize(palette=palette, dither=Image.Dither.NONE)).ravel()
    listed = palette.getpalette() or []
    colours = np.pad(np.array(listed, np.float64), (0, 3 * COLOURS - len(listed))).reshape(-1, 3)
    counts = np.bincount(indices, minlength=COLOURS)
    for channel, values in enumerate(np.asarray(sample).reshape(-1, 3).T):
        sums = np.bincount(indices, values, COLOURS)
        np.divide(sums, counts, out=colours[:, channel], where=counts > 0)
    for image in images:
        image.putpalette(np.rint(colours).astype(np.uint8).tobytes())
    return images
