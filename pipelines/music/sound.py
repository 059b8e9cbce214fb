"""The sound of a MIDI file: sampled instruments where a renderer is there, else our own tones."""

from __future__ import annotations

from collections import defaultdict
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pretty_midi import Instrument, PrettyMIDI

PEAK = 0.9
RELEASE = 0.15  # seconds in which a tone dies away after its note ends
TAIL = 1.5  # seconds that sampled instruments may ring on
PARTIALS = np.array([1, 0.42, 0.24, 0.13, 0.08, 0.045, 0.03, 0.018], np.float32)


def render(midi: PrettyMIDI, sample_rate: int = 44100) -> np.ndarray:
    """Plays a MIDI file into an array.

    Args:
        midi: The file's content.
        sample_rate: Samples per second.

    Returns:
        float32 (samples,), one channel, peaks at 0.9; all zeros where there are no notes.
    """
    has_renderer = find_spec("midirenderer") and find_spec("soxr")
    sound = sampled(midi, sample_rate) if has_renderer else synthesize(midi, sample_rate)
    peak = float(np.abs(sound).max(initial=0))
    return sound * np.float32(PEAK / peak) if peak else sound


def sampled(midi: PrettyMIDI, sample_rate: int) -> np.ndarray:
    """Plays with the soundfont that comes with pretty-midi; needs the `audio` extra.

    Args:
        midi: The file's content.
        sample_rate: Samples per second.

    Returns:
        float32 (samples,), one channel.
    """
    import midirenderer
    import pretty_midi
    import soundfile
    import soxr

    soundfont = Path(pretty_midi.__file__).with_name("TimGM6mb.sf2").read_bytes()
    wav = midirenderer.render_wave_from(soundfont, _bytes(midi, TAIL))
    stereo, rate = soundfile.read(BytesIO(wav), dtype="float32", always_2d=True)
    return soxr.resample(stereo.mean(axis=1), rate, sample_rate)


def synthesize(midi: PrettyMIDI, sample_rate: int) -> np.ndarray:
    """Plays with tones of eight partials: struck ones decay, blown and bowed ones last.

    Higher partials are weaker and die away sooner, as on a string. A tone is computed once for
    each pitch and cut to the length of each of its notes.

    Args:
        midi: The file's content.
        sample_rate: Samples per second.

    Returns:
        float32 (samples,), one channel.
    """
    sound = np.zeros(int((midi.get_end_time() + 2 * RELEASE) * sample_rate), np.float32)
    for instrument in midi.instruments:
        notes = defaultdict(list)
        for note in instrument.notes:
            notes[note.pitch].append(note)
        for pitch, same in notes.items():
            longest = max(note.end - note.start for note in same)
            tone = _tone(instrument, pitch, longest + RELEASE, sample_rate)
            for note in same:
                begin = int(note.start * sample_rate)
                held = max(int((note.end - note.start) * sample_rate), 1)
                part = tone[: held + int(RELEASE * sample_rate)].copy()
                part[held:] *= np.linspace(1, 0, len(part) - held, dtype=np.float32) ** 2
                room = sound[begin : begin + len(part)]
                room += part[: len(room)] * np.float32((note.velocity / 127) ** 1.5)
    return sound


def _tone(instrument: Instrument, pitch: int, seconds: float, sample_rate: int) -> np.ndarray:
    time = np.arange(int(seconds * sample_rate) + 1) / sample_rate
    if instrument.is_drum:
        noise = np.random.default_rng(pitch).normal(0, 0.2, len(time))
        return (noise * np.exp(-time * 30)).astype(np.float32)
    struck = instrument.program < 16 or 24 <= instrument.program < 40 or instrument.program >= 104
    frequency = 440 * 2 ** ((pitch - 69) / 12)
    damping = 0.6 + frequency / 500 if struck else 0
    turn = np.exp((2j * np.pi * frequency - damping) * time).astype(np.complex64)
    tone = np.zeros(len(time), np.float32)
    partial = np.ones_like(turn)
    for number, strength in enumerate(PARTIALS, 1):
        if number * frequency < 0.45 * sample_rate:
            partial *= turn
            tone += strength * partial.imag
    attack = 0.004 if struck else 0.05
    return tone * np.minimum(time / attack, 1).astype(np.float32)


def encode(sound: np.ndarray, sample_rate: int) -> tuple[bytes, str]:
    """Packs sound for a web page, as small as the sound library at hand can.

    Args:
        sound: float32 (samples,).
        sample_rate: Samples per second.

    Returns:
        The bytes of the file and its media type.
    """
    import soundfile

    known = soundfile.available_formats()
    form = next(form for form in ("MP3", "OGG", "WAV") if form in known)
    buffer = BytesIO()
    with soundfile.SoundFile(buffer, "w", sample_rate, 1, format=form) as file:
        for begin in range(0, len(sound), 1 << 16):  # libsndfile fails on long Vorbis writes
            file.write(sound[begin : begin + (1 << 16)])
    return buffer.getvalue(), {"MP3": "audio/mpeg", "OGG": "audio/ogg", "WAV": "audio/wav"}[form]


def _bytes(midi: PrettyMIDI, tail: float) -> bytes:
    import mido

    buffer = BytesIO()
    midi.write(buffer)
    file = mido.MidiFile(file=BytesIO(buffer.getvalue()))
    file.tracks[0][-1].time += midi.time_to_tick(midi.get_end_time() + tail)
    buffer = BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()
