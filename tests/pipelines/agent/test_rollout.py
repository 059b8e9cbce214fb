"""Episodes that an agent has played: their figures and their film."""

import io
import re
import sys
from base64 import b64decode

import numpy as np
import pytest
from PIL import Image

from rnnapps.errors import InputError, RnnappsError
from rnnapps.pipelines.agent.rollout import Rollout


def film(number, height=40, width=60):
    """A red square on white that moves two pixels a frame."""
    frames = []
    for index in range(number):
        frame = np.full((height, width, 3), 255, np.uint8)
        left = 2 * index % (width - 10)
        frame[10:20, left : left + 10] = (200, 30, 40)
        frames.append(frame)
    return frames


def shown(data):
    """Frames of a GIF, and for how many milliseconds each is shown."""
    with Image.open(io.BytesIO(data)) as image:
        frames, durations = [], []
        for index in range(image.n_frames):
            image.seek(index)
            durations.append(image.info["duration"])
            frames.append(np.asarray(image.convert("RGB")))
        return frames, durations, image.info.get("loop")


@pytest.fixture
def rollout():
    return Rollout([500.0, 420.5], [500, 421], frames=film(60), fps=30, title="A <world>")


@pytest.fixture
def blind():
    return Rollout([1, 2, 6], [10, 20, 30], title="A <world>")


def test_what_a_rollout_knows(rollout, blind):
    assert rollout.returns.tolist() == [500.0, 420.5] and rollout.returns.dtype == np.float64
    assert rollout.lengths.tolist() == [500, 421] and rollout.lengths.dtype.kind == "i"
    assert (len(rollout.frames), rollout.fps, rollout.title) == (60, 30, "A <world>")
    assert rollout.mean == 460.25 and blind.mean == 3 and blind.frames == []
    assert repr(blind) == "Rollout(3 episodes, mean return 3.0)"
    assert repr(Rollout([0.9551], [15])) == "Rollout(1 episode, mean return 0.955)"


def test_nothing_can_be_changed_afterwards(blind):
    for name in ("returns", "lengths", "frames", "fps", "title"):
        with pytest.raises(AttributeError):
            setattr(blind, name, None)
    with pytest.raises(ValueError, match="read-only"):
        blind.returns[0] = 7


@pytest.mark.parametrize(
    ("returns", "lengths"), [([], []), ([1.0], []), ([1.0], [1, 2]), ([[1.0]], [[1]])]
)
def test_episodes_have_a_return_and_a_length_each(returns, lengths):
    with pytest.raises(InputError, match="a return and a length for each episode"):
        Rollout(returns, lengths)


@pytest.mark.parametrize(
    "frames",
    [
        [np.zeros((4, 4), np.uint8)],
        [np.zeros((4, 4, 4), np.uint8)],
        [np.zeros((4, 4, 3), np.float32)],
        [np.zeros((4, 4, 3), np.uint8), np.zeros((4, 6, 3), np.uint8)],
    ],
)
def test_frames_are_pictures_of_one_size(frames):
    with pytest.raises(InputError, match=r"uint8 frames .*Received: (uint8|float32) \(4, 4"):
        Rollout([1.0], [1], frames=frames)
    with pytest.raises(InputError, match="fps of 1 or more"):
        Rollout([1.0], [1], fps=0)


@pytest.mark.parametrize("fps", [4, 10, 24, 30, 50, 60, 144])
def test_gif_runs_in_real_time_and_never_faster_than_browsers(fps, tmp_path):
    number = 3 * fps
    path = Rollout([1.0], [number], frames=film(number), fps=fps).save(tmp_path / "film.gif")
    frames, durations, loop = shown(path.read_bytes())
    assert loop == 0  # for ever
    assert sum(durations) == pytest.approx(3000, abs=30)
    assert min(durations) >= 30 and len(frames) == len(durations)
    assert len(frames) >= 3 * min(fps, 24)


def test_gif_keeps_the_pictures(rollout, tmp_path):
    path = rollout.save(str(tmp_path / "deep" / "film.GIF"))
    frames, _, _ = shown(path.read_bytes())
    np.testing.assert_allclose(np.stack(frames), np.stack(rollout.frames), atol=1)


def test_gif_of_many_colours_is_close():
    ramp = np.linspace(0, 255, 64).astype(np.uint8)
    picture = np.stack([*np.meshgrid(ramp, ramp), np.full((64, 64), 128, np.uint8)], axis=-1)
    html = Rollout([1.0], [1], frames=[picture, picture[::-1]])._repr_html_()
    frames, _, _ = shown(b64decode(re.search(r"base64,([^\"]+)", html)[1]))
    assert len(frames) == 2
    assert np.abs(frames[0].astype(int) - picture).mean() < 8


@pytest.mark.parametrize("side", [40, 200])
def test_gif_shows_what_is_there_for_one_frame_only(side, tmp_path):
    frames = film(60, side, side)
    frames[5][:10] = (0, 200, 0)
    path = Rollout([1.0], [60], frames=frames).save(tmp_path / "film.gif")
    seen, _, _ = shown(path.read_bytes())
    np.testing.assert_allclose(seen[5], frames[5], atol=1)


@pytest.mark.parametrize("size", [(40, 60), (35, 51)])
def test_mp4_holds_every_frame(size, tmp_path):
    pytest.importorskip("imageio_ffmpeg", reason="the rl extra is not installed")
    iio = pytest.importorskip("imageio.v3", reason="the rl extra is not installed")
    made = film(25, *size)
    path = Rollout([1.0], [25], frames=made, fps=50).save(tmp_path / "film.mp4")
    again = iio.imread(path, plugin="FFMPEG")
    assert iio.immeta(path, plugin="FFMPEG")["fps"] == 50
    assert len(again) == 25
    assert again.shape[1:] == (*(side + side % 2 for side in size), 3)
    seen = again[:, : size[0], : size[1]].astype(int)
    assert np.abs(seen - np.stack(made)).mean() < 6
    assert [each.name for each in tmp_path.iterdir()] == ["film.mp4"]


@pytest.mark.parametrize("missing", ["imageio_ffmpeg", "imageio.v3"])
def test_mp4_without_the_extra_says_what_to_install(rollout, missing, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(RnnappsError, match=r"pip install 'rnnapps\[rl\]'.*\.gif"):
        rollout.save(tmp_path / "film.mp4")
    assert not list(tmp_path.iterdir())


def test_only_films_are_written(rollout, blind, tmp_path):
    for name in ("film.avi", "film"):
        with pytest.raises(InputError, match=r"\.gif or \.mp4.*film"):
            rollout.save(tmp_path / name)
    for name in ("film.gif", "film.mp4"):
        with pytest.raises(InputError, match="render=True"):
            blind.save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_failed_save_keeps_what_was_there(rollout, tmp_path, monkeypatch):
    path = rollout.save(tmp_path / "film.gif")
    before = path.read_bytes()
    monkeypatch.setattr(Image.Image, "save", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        rollout.save(path)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["film.gif"]


def test_plot_shows_each_return_and_their_mean_without_pyplot(blind):
    modules = set(sys.modules)
    (axes,) = blind.plot().axes
    assert "matplotlib.pyplot" not in set(sys.modules) - modules
    points, mean = axes.lines
    assert points.get_xydata().tolist() == [[1, 1], [2, 2], [3, 6]]
    assert set(mean.get_ydata()) == {3}
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("episode", "return")
    assert axes.get_title() == "A <world>"


def test_notebooks_show_the_film_or_else_the_plot(rollout, blind):
    page = rollout._repr_html_()
    assert "A &lt;world&gt;" in page and "<world>" not in page
    kind, data = re.search(r"src=\"data:image/(\w+);base64,([^\"]+)\"", page).groups()
    assert kind == "gif" and len(shown(b64decode(data))[0]) == 60
    plain = blind._repr_html_()
    assert b64decode(re.search(r"image/png;base64,([^\"]+)\"", plain)[1]).startswith(b"\x89PNG")
    for text in ("episodes", "mean return", "deviation", ">3<", ">2.16<"):
        assert text in plain
