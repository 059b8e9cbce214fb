from dataclasses import replace

import numpy as np
import pytest

from rnnapps.data import datasets
from rnnapps.data.voices import Grid, VoicesCodec, estimate_key, grid_from_midi
from rnnapps.errors import InputError

SATB = VoicesCodec(((60, 81), (52, 74), (46, 69), (36, 66)))
FOLK = VoicesCodec(
    ((55, 88), (36, 47), (39, 51), (42, 54), (45, 57)),
    steps_per_beat=12,
    max_shift=48,
    meters=((4, 12), (2, 18), (3, 12), (2, 12), (3, 18)),
)
SMALL = VoicesCodec(((60, 62), (50, 50)), 6, 3, False, (2, (2, 9), 5))
TONIC = VoicesCodec(((54, 87), (46, 80)), tonic=True)
SMALLEST = VoicesCodec(((60, 60),), 1, 1, True, (1,))
CODECS = {"satb": SATB, "folk": FOLK, "small": SMALL, "tonic": TONIC, "smallest": SMALLEST}


def walk(codec, total, rng, **options):
    """Random tokens that a cursor allows, and the contexts in which they came."""
    cursor = codec.cursor(total, **options)
    tokens, contexts = [], []
    while not cursor.done and len(tokens) < 5000:
        allowed = np.flatnonzero(cursor.mask())
        assert len(allowed)
        contexts.append(cursor.context())
        tokens.append(int(rng.choice(allowed)))
        cursor.push(tokens[-1])
    assert cursor.done
    assert np.flatnonzero(cursor.mask()).tolist() == [codec.end]
    return np.array(tokens), contexts


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
def test_random_pieces_come_back(codec):
    rng = np.random.default_rng(1)
    for total in [1, 2, 3, 4, 17, 48, 49, 50, 150, *rng.integers(1, 90, 12).tolist()]:
        tokens, contexts = walk(codec, total, rng)
        grid = codec.decode(tokens)
        assert grid.steps == total
        assert codec.encode(grid).tolist() == tokens.tolist()
        assert codec.decode(codec.encode(grid)) == grid
        given = codec.contexts(tokens)
        for name, values in codec.channels.items():
            assert given[name].dtype == np.int32
            assert given[name].tolist() == [context[name] for context in contexts]
            assert 0 <= given[name].min() <= given[name].max() < values


def test_pieces_of_open_length_come_back():
    rng = np.random.default_rng(2)
    for _ in range(30):
        tokens, contexts = walk(SMALL, None, rng)
        assert SMALL.encode(SMALL.decode(tokens)).tolist() == tokens.tolist()
        assert {context["remaining"] for context in contexts} == {16}


@pytest.mark.parametrize("codec", [SATB, SMALL], ids=["satb", "small"])
def test_given_voices_stay(codec):
    rng = np.random.default_rng(3)
    for total in [1, 2, 5, 60, 120]:
        grid = codec.decode(walk(codec, total, rng)[0])
        for voice in range(len(codec.ranges)):
            tokens, _ = walk(codec, total, rng, barred_voices=(voice,), given=grid)
            other = codec.decode(tokens)
            assert other.pitches[:, voice].tolist() == grid.pitches[:, voice].tolist()
            assert other.onsets[:, voice].tolist() == grid.onsets[:, voice].tolist()
            assert codec.encode(other).tolist() == tokens.tolist()


def test_barred_voices_are_pushed_by_hand_up_to_a_limit():
    cursor = SATB.cursor(8, barred_voices=(0,))
    cursor.push(2)
    first, _, _, _, after = SATB.offs
    assert not cursor.mask()[first : SATB.offs[1]].any()
    cursor.push(first + 5)
    cursor.limit = 3
    shifts = np.flatnonzero(cursor.mask()[SATB.shift : first]) + 1
    assert shifts.tolist() == [1, 2, 3]
    cursor.push(SATB.shift + 2)
    assert not cursor.mask()[SATB.shift : first].any()
    cursor.limit = 100  # not beyond the end
    assert cursor.limit == 8
    cursor.push(first)  # the soprano is silent from here
    assert np.flatnonzero(cursor.mask()[SATB.shift : first]).max() + 1 == 5
    assert cursor.mask()[after - 1 : after].any() != cursor.done
    with pytest.raises(InputError):
        cursor.push(first + 3)  # each voice once a step


def test_pieces_sound_alike_in_every_key_to_a_codec_of_tonics():
    tune = np.array([[72, 48], [74, 55], [71, 47], [72, 48]])
    written = {
        tuple(TONIC.encode(Grid(tune + move, key=move % 12 + minor))[1:].tolist())
        for move in range(-5, 7)
        for minor in (0, 12)
    }
    assert len(written) == 1
    tokens = TONIC.encode(Grid(tune, key=0))
    assert TONIC.transpositions(tokens) == (-5, 6)
    assert TONIC.decode(TONIC.transpose(tokens, -5)) == Grid(tune - 5, key=7)


def test_no_voices_move_in_barred_parallels():
    from rnnapps.pipelines.music.harmony import parallels

    def count(codec):
        rng = np.random.default_rng(3)
        pieces = [codec.decode(walk(codec, 96, rng)[0]).pitches for _ in range(10)]
        return [sum(parallels(piece, interval) for piece in pieces) for interval in (0, 5, 7)]

    codec = VoicesCodec(((60, 67), (55, 62), (48, 55)), max_shift=1)
    free, strict = count(codec), count(replace(codec, barred_parallels=(0, 7)))
    assert min(free) > 0
    assert strict[0] == strict[2] == 0 < strict[1]


def test_given_music_may_have_parallels():
    codec = VoicesCodec(((60, 72), (48, 60)), barred_parallels=(7,))
    grid = Grid([[67, 60], [65, 58], [67, 60]], key=0)
    cursor = codec.cursor(3)
    for token in codec.encode(grid).tolist():
        cursor.push(token)
    assert cursor.done


def test_cursor_refuses_what_the_mask_forbids():
    cursor = SATB.cursor(4)
    for token in (SATB.start, SATB.end, SATB.shift, SATB.size, -1):
        with pytest.raises(InputError, match="mask"):
            cursor.push(token)
    cursor.push(2)
    with pytest.raises(InputError):  # nothing sounds yet
        cursor.push(SATB.offs[0])


@pytest.mark.parametrize(
    "options",
    [
        {"total": 0},
        {"total": 4, "barred_voices": (0, 1, 2, 3)},
        {"total": 4, "barred_voices": (4,)},
        {"total": 4, "barred_voices": (0,), "given": Grid([[60, 60, 60, 60]], key=0)},
    ],
)
def test_impossible_cursors_are_refused(options):
    with pytest.raises(InputError, match=r"Expected .* Received: "):
        SATB.cursor(**options)


def test_transposition():
    grid = Grid([[72, 60, 55, 40], [74, -1, 55, 40]], key=21)
    tokens = SATB.encode(grid)
    low, high = SATB.transpositions(tokens)
    assert (low, high) == (-4, 7)
    for move in range(low, high + 1):
        moved = np.where(grid.pitches < 0, -1, grid.pitches + move)
        expected = replace(grid, pitches=moved, key=12 + (9 + move) % 12)
        assert SATB.decode(SATB.transpose(tokens, move)) == expected
    for move in (low - 1, high + 1):
        with pytest.raises(InputError, match="semitones"):
            SATB.transpose(tokens, move)
    assert SATB.transpositions(tokens[:1]) == (0, 0)


def test_contexts_of_a_beginning():
    grid = Grid([[72, 60, 55, 40]] * 40, np.ones((40, 4)), key=0)
    tokens = SATB.encode(grid)
    whole = SATB.contexts(tokens)
    part = SATB.contexts(tokens[:50], total=40)
    for name in SATB.channels:
        assert part[name].tolist() == whole[name][:50].tolist()
    assert SATB.contexts(tokens[:50], total=10_000)["remaining"].tolist() == [16] * 50
    assert SATB.times(tokens)[-1] == 40
    assert all(len(values) == 0 for values in SATB.contexts(np.zeros(0, int)).values())


def test_a_beginning_is_read_as_far_as_it_goes():
    tokens = SATB.encode(Grid([[72, 60, 55, 40]] * 3, key=4))
    assert SATB.decode(tokens[:3]) == Grid([[72, 60, -1, -1]], key=4)
    assert SATB.decode(np.r_[SATB.start, tokens, tokens]) == SATB.decode(tokens)
    assert SATB.decode([]).steps == 0


@pytest.mark.parametrize(
    ("grid", "match"),
    [
        (Grid([[72, 60]], key=0), "4 voices"),
        (Grid([[59, 60, 55, 40]], key=0), "voice 0.*59 at step 0"),
        (Grid([[72, 60, 55, 40]]), "key"),
        (Grid([[72, 60, 55, 40]], beats_per_bar=3, key=0), "meter"),
        (Grid([[-1] * 4] * 3, key=0), "note"),
    ],
)
def test_unsuitable_pieces_are_refused(grid, match):
    with pytest.raises(InputError, match=match):
        SATB.encode(grid)


@pytest.mark.parametrize("tokens", [[SATB.size], [-1], [[1]]])
def test_bad_tokens_are_refused(tokens):
    for method in (SATB.decode, SATB.contexts, SATB.transpositions):
        with pytest.raises(InputError, match="tokens"):
            method(tokens)


@pytest.mark.parametrize(
    "arguments",
    [
        {"ranges": ()},
        {"ranges": ((61, 60),)},
        {"ranges": ((60, 61),), "meters": ()},
        {"ranges": ((60, 61),), "meters": (4, (4, 4))},
        {"ranges": ((60, 61),), "max_shift": 0},
    ],
)
def test_bad_settings_are_refused(arguments):
    with pytest.raises(InputError, match=r"Expected .* Received: "):
        VoicesCodec(**arguments)


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
def test_settings_survive_json(codec):
    import json

    settings = json.loads(json.dumps(codec.to_json()))
    assert settings["kind"] == "voices"
    assert VoicesCodec.from_json(settings) == codec
    assert len({codec.name(token) for token in range(codec.size)}) == codec.size


@pytest.mark.data
@pytest.mark.parametrize("split", ["train", "valid", "test"])
def test_all_chorales_come_back(split):
    for pitches in datasets.load("jsb_chorales", split):
        grid = Grid(pitches, key=estimate_key(Grid(pitches)))
        assert SATB.decode(SATB.encode(grid)) == grid


@pytest.mark.data
def test_folk_tunes_come_back():
    for piece in datasets.load("nottingham", "valid"):
        grid = grid_from_midi(piece.read(), (1, 4), 12, meters=FOLK.meters)
        tokens = FOLK.encode(grid)
        assert FOLK.decode(tokens) == grid
        cursor = FOLK.cursor(grid.steps)
        for token in tokens:
            cursor.push(token)
        assert cursor.done
