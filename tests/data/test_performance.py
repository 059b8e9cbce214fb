import numpy as np
import pytest

from rnnapps.data import datasets
from rnnapps.data.midi import notes_array, notes_of
from rnnapps.data.performance import PerformanceCodec
from rnnapps.errors import InputError

CODEC = PerformanceCodec()
CODECS = {
    "piano": CODEC,
    "one level": PerformanceCodec(60, 75, 10, 4, 1),
    "two levels": PerformanceCodec(60, 75, 10, 3, 2),
    "uneven levels": PerformanceCodec(velocities=20),
    "short notes": PerformanceCodec(60, 75, 10, 4, 2, longest=6),
}


def walk(codec, total, rng):
    """Random tokens that a cursor allows, and the contexts in which they came."""
    cursor = codec.cursor(total)
    tokens, contexts = [], []
    while not cursor.done and len(tokens) < 20_000:
        allowed = np.flatnonzero(cursor.mask())
        assert len(allowed)
        contexts.append(cursor.context())
        tokens.append(int(rng.choice(allowed)))
        cursor.push(tokens[-1])
    assert cursor.done and cursor.time == total
    return np.array(tokens), contexts


def random_notes(rng, count):
    start = rng.uniform(0, 20, count)
    return notes_array(
        zip(
            start,
            start + rng.exponential(0.5, count),
            rng.integers(21, 109, count),
            rng.integers(1, 128, count),
            rng.integers(0, 3, count),
            strict=True,
        )
    )


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
def test_random_performances_come_back(codec):
    rng = np.random.default_rng(1)
    for total in [1, 2, 3, 100, 101, 300, *rng.integers(1, 200, 12).tolist()]:
        tokens, contexts = walk(codec, total, rng)
        notes = codec.decode(tokens)
        assert codec.encode(notes).tolist() == tokens.tolist()
        given = codec.contexts(tokens)["remaining"]
        assert given.tolist() == [context["remaining"] for context in contexts]


def test_no_note_is_held_beyond_the_bound():
    rng = np.random.default_rng(2)
    free, bounded = CODECS["two levels"], CODECS["short notes"]
    longest = []
    for codec in (free, bounded):
        notes = codec.decode(walk(codec, 400, rng)[0])
        longest.append(round((notes["end"] - notes["start"]).max() * codec.ticks_per_second))
    assert longest[0] > longest[1] == bounded.longest


def test_given_notes_may_be_longer_than_the_bound():
    codec = CODECS["short notes"]
    notes = codec.quantize(notes_array([(0, 2, 60, 80, 0), (0.5, 3, 70, 80, 0)]))
    cursor = codec.cursor(40)
    for token in codec.encode(notes)[:-3]:
        cursor.push(token)  # as far as the second note sounds, too long already
    assert [codec.name(token) for token in np.flatnonzero(cursor.mask())] == ["OFF 70"]


@pytest.mark.parametrize("count", [1, 2, 50, 2000])
def test_quantized_notes_come_back(count):
    rng = np.random.default_rng(count)
    notes = random_notes(rng, count)
    exact = CODEC.quantize(notes)
    assert CODEC.quantize(exact).tolist() == exact.tolist()
    tokens = CODEC.encode(notes)
    assert tokens.tolist() == CODEC.encode(exact).tolist()
    assert CODEC.decode(tokens).tolist() == exact.tolist()
    assert tokens.dtype == np.int32 and tokens[-1] == CODEC.end


def test_pitches_that_overlap_and_short_notes():
    notes = notes_array([(0, 2, 60, 80, 0), (1, 1.5, 60, 80, 1), (3, 3.001, 62, 80, 0)])
    assert CODEC.quantize(notes)[["start", "end", "pitch"]].tolist() == [
        (0.0, 1.0, 60),
        (1.0, 1.5, 60),
        (3.0, 3.01, 62),
    ]


def test_order_of_events():
    rows = [(0, 1, 64, 20, 0), (0, 1, 60, 100, 0), (1, 4, 60, 100, 0), (1, 4, 67, 100, 0)]
    assert [CODEC.name(token) for token in CODEC.encode(notes_array(rows))] == [
        *("VELOCITY 25", "ON 60", "VELOCITY 5", "ON 64", "SHIFT 100", "OFF 60", "OFF 64"),
        *("VELOCITY 25", "ON 60", "ON 67", "SHIFT 100", "SHIFT 100", "SHIFT 100"),
        *("OFF 60", "OFF 67", "END"),
    ]


def test_transposition():
    tokens = CODEC.encode(notes_array([(0, 1, 22, 80, 0), (0, 1, 100, 80, 0)]))
    assert CODEC.transpositions(tokens) == (-1, 8)
    assert CODEC.decode(CODEC.transpose(tokens, 8))["pitch"].tolist() == [30, 108]
    for move in (-2, 9):
        with pytest.raises(InputError, match="semitones"):
            CODEC.transpose(tokens, move)


def test_contexts_of_a_beginning():
    tokens = CODEC.encode(notes_array([(0, 70, 60, 80, 0), (70, 130, 62, 80, 0)]))
    part = CODEC.contexts(tokens[:20], total=13_000)["remaining"]
    assert part.tolist() == CODEC.contexts(tokens)["remaining"][:20].tolist()


def test_notes_that_sound_on_are_closed():
    tokens = CODEC.encode(notes_array([(0, 1, 60, 80, 0), (0.5, 2, 64, 80, 0)]))
    notes = CODEC.decode(tokens[:3])
    assert notes[["start", "end", "pitch"]].tolist() == [(0.0, 0.5, 60)]


def test_a_performance_ends_with_its_last_note():
    cursor = CODEC.cursor(50)
    for token in (CODEC.velocity, CODEC.on, CODEC.shift + 9, CODEC.off):
        cursor.push(token)
    assert not cursor.mask()[CODEC.shift + 39]  # silence up to the very end


def test_what_the_grammar_bars_is_refused():
    cursor = CODEC.cursor(50)
    for token in (CODEC.on, CODEC.off, CODEC.end, CODEC.size, -1):
        with pytest.raises(InputError, match="mask"):
            cursor.push(token)
    with pytest.raises(InputError, match="total=0"):
        CODEC.cursor(0)


def test_settings_come_back():
    settings = CODECS["uneven levels"].to_json()
    assert settings["kind"] == "performance"
    assert PerformanceCodec.from_json(settings) == CODECS["uneven levels"]


def test_no_tokens():
    assert CODEC.transpositions(np.array([CODEC.end])) == (0, 0)
    assert CODEC.contexts(np.zeros(0, int))["remaining"].tolist() == []


@pytest.mark.data
def test_pop_songs_come_back():
    for piece in datasets.load("pop909", "valid")[::8]:
        notes = notes_of(piece.read())
        exact = CODEC.quantize(notes)
        tokens = CODEC.encode(notes)
        assert CODEC.decode(tokens).tolist() == exact.tolist()
        cursor = CODEC.cursor(int(CODEC.times(tokens)[-1]))
        for token in tokens.tolist():
            assert cursor.mask()[token]
            cursor.push(token)
        assert cursor.done
