import io
import re
import sys
from base64 import b64decode

import numpy as np
import pretty_midi
import pytest
import soundfile

from rnnapps.data.midi import midi_of, notes_array, notes_of
from rnnapps.errors import InputError
from rnnapps.pipelines.music import sound
from rnnapps.pipelines.music.song import Song

NOTES = notes_array(
    [(0, 1, 60, 80, 0), (0, 2, 48, 70, 1), (1, 1.5, 64, 90, 0), (1.5, 2, 67, 100, 0)]
)


@pytest.fixture
def song():
    return Song(midi_of(NOTES, names=("Melody", "Bass")), "A <tune>")


@pytest.fixture
def without_renderer(monkeypatch):
    monkeypatch.setattr(sound, "find_spec", lambda name: None)


def test_what_a_song_knows(song):
    assert len(song) == 4
    assert song.seconds == 2
    assert repr(song) == "Song('A <tune>', 4 notes, 2.0 seconds)"
    frame = song.notes
    assert list(frame) == ["start", "end", "pitch", "name", "velocity", "voice"]
    assert frame["name"].tolist() == ["C4", "C3", "E4", "G4"]
    assert frame["voice"].tolist() == ["Melody", "Bass", "Melody", "Melody"]
    assert song.to_dict()["notes"] == frame.to_dict(orient="records")


def test_voices_without_a_name_take_the_instruments(song):
    for each in song.midi.instruments:
        each.name = ""
    song.midi.instruments.append(pretty_midi.Instrument(0, is_drum=True))
    song.midi.instruments[-1].notes.append(pretty_midi.Note(80, 36, 0, 0.1))
    assert set(song.notes["voice"]) == {"Acoustic Grand Piano 1", "Acoustic Grand Piano 2", "Drums"}


def test_midi_survives_saving(song, tmp_path):
    path = song.save(tmp_path / "deep" / "song.mid")
    again = notes_of(pretty_midi.PrettyMIDI(str(path)))
    assert again["pitch"].tolist() == NOTES["pitch"].tolist()
    np.testing.assert_allclose(again["start"], NOTES["start"], atol=1e-3)
    assert song.save(tmp_path / "song.MIDI").is_file()


def test_wav_is_what_audio_gives(song, tmp_path, without_renderer):
    path = song.save(str(tmp_path / "song.wav"))
    info = soundfile.info(path)
    assert (info.samplerate, info.channels, info.subtype) == (44100, 1, "PCM_16")
    np.testing.assert_allclose(soundfile.read(path)[0], song.audio(), atol=1e-4)


def test_pictures_and_pages_are_whole(song, tmp_path):
    assert song.save(tmp_path / "song.png").read_bytes().startswith(b"\x89PNG")
    page = song.save(tmp_path / "song.html").read_text(encoding="utf-8")
    assert "A &lt;tune&gt;" in page and "<tune>" not in page
    assert not re.search(r"(src|href)=\"(?!data:)", page)  # nothing from elsewhere


def test_other_suffixes_list_what_exists(song, tmp_path):
    for name in ("song.mp4", "song"):
        with pytest.raises(InputError, match=r"\.mid, \.midi, \.wav, \.png, \.html.*song"):
            song.save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_failed_save_keeps_what_was_there(song, tmp_path, monkeypatch):
    path = song.save(tmp_path / "song.wav")
    before = path.read_bytes()
    monkeypatch.setattr(soundfile, "write", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        song.save(path)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["song.wav"]


@pytest.mark.parametrize("rate", [22050, 44100])
def test_audio_sounds_at_the_right_pitch(rate, without_renderer):
    audio = Song(midi_of(notes_array([(0, 1, 69, 80, 0)]))).audio(rate)
    assert audio.dtype == np.float32 and audio.ndim == 1
    assert len(audio) == pytest.approx(1.3 * rate, abs=2)
    assert 0.85 < np.abs(audio).max() <= 0.9 + 1e-6
    spectrum = np.abs(np.fft.rfft(audio[:rate]))
    assert spectrum.argmax() == pytest.approx(440, abs=1)
    assert np.abs(audio[-10:]).max() < 1e-2  # no click at the end


@pytest.mark.parametrize("program", [0, 19, 48, 73])
def test_blown_notes_last_and_struck_ones_decay(program):
    audio = sound.synthesize(midi_of(notes_array([(0, 2, 60, 80, 0)]), programs=(program,)), 44100)
    early, late = (np.abs(audio[int(t * 44100) :][:4410]).max() for t in (0.2, 1.8))
    assert (late < 0.5 * early) == (program == 0)


def test_louder_notes_are_louder_and_high_ones_do_not_alias():
    quiet, loud = (
        sound.synthesize(midi_of(notes_array([(0, 1, 60, v, 0)])), 22050) for v in (40, 120)
    )
    assert np.abs(loud).max() > 3 * np.abs(quiet).max()
    high = sound.synthesize(midi_of(notes_array([(0, 1, 108, 80, 0)])), 22050)
    spectrum = np.abs(np.fft.rfft(high[:22050]))
    assert spectrum[:3800].max() < 0.05 * spectrum.max()


def test_songs_without_notes_are_silent_and_drawn():
    empty = Song(pretty_midi.PrettyMIDI())
    assert len(empty) == 0 and empty.seconds == 0
    assert not empty.audio().any()
    assert "<audio" in empty._repr_html_()
    assert empty.notes.empty


def test_sound_of_the_page_is_compact_and_decodes(song):
    audio = song.audio(32000)
    data, media = sound.encode(audio, 32000)
    assert media in ("audio/mpeg", "audio/ogg", "audio/wav")
    again, rate = soundfile.read(io.BytesIO(data))
    assert rate == 32000 and len(again) == pytest.approx(len(audio), abs=4000)
    found = re.search(r"src=\"data:(audio/\w+);base64,([^\"]+)\"", song._repr_html_())
    assert found[1] == media and b64decode(found[2])


@pytest.mark.parametrize("form", ["OGG", "WAV"])
def test_sound_is_packed_by_what_is_there(form, monkeypatch):
    monkeypatch.setattr(soundfile, "available_formats", lambda: {"WAV": "", form: ""})
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 2_000_000).astype(np.float32)
    data, media = sound.encode(noise, 32000)
    assert media == f"audio/{form.lower()}"
    assert soundfile.info(io.BytesIO(data)).frames == len(noise)


def test_renderer_of_the_extra_plays_and_rings_on(song):
    pytest.importorskip("midirenderer", reason="the audio extra is not installed")
    audio = song.audio()
    assert audio.dtype == np.float32 and audio.ndim == 1
    assert song.seconds + 1 < len(audio) / 44100 < song.seconds + 3
    assert np.abs(audio).max() == pytest.approx(0.9, abs=1e-3)
    assert np.abs(audio[: 44100 // 2]).max() > 0.1


def test_plot_draws_every_note_without_pyplot(song):
    modules = set(sys.modules)
    figure = song.plot()
    assert "matplotlib.pyplot" not in set(sys.modules) - modules
    (ax,) = figure.axes
    assert [len(each.get_paths()) for each in ax.collections if len(each.get_paths())] == [3, 1]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["Melody", "Bass"]
    assert "C4" in [tick.get_text() for tick in ax.get_yticklabels()]
    assert ax.get_title(loc="left") == "A <tune>"
    assert figure._repr_png_().startswith(b"\x89PNG")


def test_plot_takes_axes(song):
    from matplotlib.figure import Figure

    figure = Figure()
    ax = figure.add_subplot(2, 1, 1)
    assert song.plot(ax) is figure
    assert ax.get_xlim() == (0, 2)
