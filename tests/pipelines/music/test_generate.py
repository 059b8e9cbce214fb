"""What the controls of `generate` do."""

import numpy as np
import pytest

from rnnapps.errors import InputError

MAJOR = {0, 2, 4, 5, 7, 9, 11}


def rows(song):
    return song.notes[["start", "end", "pitch", "velocity", "voice"]].values.tolist()


def same_notes(one, other):
    return one.notes["pitch"].tolist() == other.notes["pitch"].tolist()


def tempo_of(song):
    return song.midi.get_tempo_changes()[1][0]


@pytest.mark.parametrize("controls", [{}, {"temperature": 100.0, "top_p": 1}, {"top_k": 3}])
def test_no_piece_is_empty(any_music, controls):
    for seed in range(8):
        song = any_music.generate(seconds=0.01, seed=seed, **controls)
        assert len(song) > 0 and song.seconds > 0


def test_no_piece_is_longer_than_asked(any_music):
    for seconds in (5, 12.5):
        song = any_music.generate(seconds=seconds, seed=1)
        codec = any_music.codec
        longest = max((b * s for b, s in codec.bars), default=0) if codec.kind == "voices" else 0
        bar = longest / getattr(codec, "steps_per_beat", 1) * 60 / any_music.preprocessor["tempo"]
        assert song.seconds <= seconds + bar / 2 + 0.01


def test_performances_end_with_a_note_at_the_asked_tick(piano):
    for seed, seconds in enumerate((0.01, 1, 3.21, 8)):
        assert piano.generate(seconds=seconds, seed=seed).seconds == pytest.approx(seconds)


@pytest.mark.parametrize(("length", "bars"), [({"bars": 3}, 3), ({"seconds": 13}, 5)])
def test_a_chorale_ends_with_the_asked_bar(trained, length, bars):
    song = trained.generate(seed=1, tempo=96, **length)
    assert song.seconds == pytest.approx(bars * 4 * 60 / 96, abs=1e-3)


def test_lengths_are_those_of_the_training_data_by_default(trained):
    bar = 4 * 60 / trained.preprocessor["tempo"]
    for seed in range(5):
        bars = trained.generate(seed=seed).seconds / bar
        assert round(bars) in trained.preprocessor["lengths"]


def test_tempo_stretches_the_piece(chorales):
    slow, quick = (chorales.generate(bars=2, seed=1, tempo=tempo) for tempo in (50, 100))
    assert same_notes(slow, quick)
    np.testing.assert_allclose(slow.notes["start"], 2 * quick.notes["start"])
    assert (tempo_of(slow), tempo_of(quick)) == (50, 100)


@pytest.mark.parametrize(("key", "tonic"), [("C major", 0), ("f#", 6), ("A minor", 0)])
def test_notes_keep_to_the_key(trained, key, tonic):
    songs = trained.generate(bars=6, key=key, seed=1, num_outputs=4)
    degrees = [(pitch - tonic) % 12 for song in songs for pitch in song.notes["pitch"]]
    assert np.mean([degree in MAJOR for degree in degrees]) > 0.8


def test_without_chance_all_seeds_give_the_likeliest_piece(any_music, primer):
    given = {"primer": primer, "seconds": 10}  # it has the key and the meter too
    likeliest = any_music.generate(seed=1, temperature=0, **given)
    for controls in ({"temperature": 0}, {"top_k": 1}, {"top_p": 1e-9}, {"temperature": 1e-9}):
        assert rows(any_music.generate(seed=2, **given, **controls)) == rows(likeliest)


def test_a_low_temperature_keeps_to_the_usual(trained):
    calm, bold = (
        trained.generate(bars=6, key="G", seed=1, temperature=temperature, top_p=1)
        for temperature in (0.6, 1.4)
    )
    first, second = trained.predict([calm, bold])
    assert first["nats_per_event"] < second["nats_per_event"]


def test_top_k_and_top_p_leave_the_unlikely_out(trained):
    free, few, likely = (
        trained.generate(bars=6, key="G", seed=1, temperature=1.3, **controls)
        for controls in ({"top_p": None}, {"top_p": None, "top_k": 2}, {"top_p": 0.5})
    )
    wild, *tame = [result["nats_per_event"] for result in trained.predict([free, few, likely])]
    assert max(tame) < wild


def test_several_pieces_differ_and_come_again(any_music):
    songs = any_music.generate(seconds=5, seed=1, num_outputs=3)
    assert len({str(rows(song)) for song in songs}) == 3
    again = any_music.generate(seconds=5, seed=1, num_outputs=3)
    assert [rows(song) for song in again] == [rows(song) for song in songs]


@pytest.mark.parametrize(
    "wrong",
    [
        *[{"seconds": value} for value in (0, -1, float("nan"), float("inf"), "long", True)],
        *[{"bars": value} for value in (0, -2, 2.5, "four")],
        *[{"tempo": value} for value in (0, -1, float("nan"), "fast")],
        *[{"key": value} for value in ("", "H major", "G lydian", 5)],
        *[{"temperature": value} for value in (-1, float("nan"), "hot")],
        *[{"top_k": value} for value in (0, 2.5, "few")],
        *[{"top_p": value} for value in (0, 1.5, "most")],
        *[{"seed": value} for value in (-1, 1.5, "seven")],
        *[{"num_outputs": value} for value in (0, 1.5, None)],
    ],
    ids=str,
)
def test_what_is_out_of_range_is_named(chorales, wrong):
    (name,) = wrong
    with pytest.raises(InputError, match=rf"Expected .*{name}.* Received: .*"):
        chorales.generate(**wrong)
    if name != "num_outputs":
        with pytest.raises(InputError):  # at once, not at the first note
            chorales.stream(**wrong)


def test_one_length_is_enough(chorales):
    with pytest.raises(InputError, match="not both"):
        chorales.generate(seconds=8, bars=4)


@pytest.mark.parametrize("control", [{"bars": 4}, {"tempo": 90}, {"key": "G"}], ids=str)
def test_performances_have_no_bars(piano, control):
    with pytest.raises(InputError, match=f"no {next(iter(control))}.*expressive time"):
        piano.generate(**control)


def test_another_representation_is_refused_by_name():
    from rnnapps import pipeline

    with pytest.raises(InputError, match=r"bach_chorales.*'jazz'"):
        pipeline("music", False, like="jazz")
