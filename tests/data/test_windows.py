import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnapps.data.windows import Windows

LENGTHS = st.lists(st.integers(1, 12), min_size=1, max_size=12)
SIZES = st.integers(1, 4)


def rows(lengths):
    """Rows whose every target differs from all others and from 0, the padding."""
    ends = np.cumsum(lengths)
    return [
        {"tokens": np.arange(end - length, end), "targets": np.arange(end - length, end) + 1}
        for length, end in zip(lengths, ends, strict=True)
    ]


def windows_of(lengths, batch_size=2, window=3, **options):
    return Windows(lambda rng: rows(lengths), batch_size, window, **options)


def read(windows):
    return [
        ({name: values.tolist() for name, values in inputs.items()}, y.tolist(), w.tolist())
        for inputs, y, w in windows
    ]


@given(LENGTHS, SIZES, SIZES, st.booleans())
def test_every_token_comes_once(lengths, batch_size, window, shuffle):
    windows = windows_of(lengths, batch_size, window, shuffle=shuffle)
    assert len(windows) == windows.num_batches == len(list(windows))
    seen = []
    for inputs, targets, weights in windows:
        assert inputs["tokens"].shape == targets.shape == weights.shape == (batch_size, window)
        assert weights.any()
        assert not targets[weights == 0].any()
        assert not inputs["tokens"][weights == 0].any()
        assert (inputs["tokens"] == targets - 1)[weights == 1].all()
        seen += targets[weights == 1].tolist()
    assert sorted(seen) == list(range(1, sum(lengths) + 1))


@given(LENGTHS, SIZES, SIZES)
def test_sequences_go_on_in_their_row_and_carry_is_zero_where_they_begin(
    lengths, batch_size, window
):
    firsts = {int(row["targets"][0]) for row in rows(lengths)}
    last = np.zeros(batch_size)
    for inputs, targets, weights in windows_of(lengths, batch_size, window):
        carry = inputs["carry"]
        assert carry.dtype == np.float32
        assert carry.shape == (batch_size,)
        for row in np.flatnonzero(weights[:, 0]):
            assert carry[row] == (targets[row, 0] not in firsts)
            assert targets[row, 0] == last[row] + 1 or not carry[row]
        last = targets.max(axis=1)


def test_an_epoch_depends_on_seed_and_number_alone():
    lengths = list(range(1, 20))
    there, back = windows_of(lengths, seed=3), windows_of(lengths, seed=3)
    back.start(7, 2)
    back.start(1, 0)
    first = read(there)
    assert read(there) == first
    there.start(1, 0)
    assert read(there) == read(back) != first
    there.start(0, 0)
    assert read(there) == first
    assert read(windows_of(lengths, seed=4)) != first


def test_examples_are_made_anew_each_epoch():
    def make(rng):
        return [{"tokens": np.zeros(1, int), "targets": rng.integers(1, 1000, 1)}]

    windows, twin = Windows(make, 1, 1), Windows(make, 1, 1)
    drawn = []
    for epoch in range(4):
        windows.start(epoch, 0)
        twin.start(epoch, 0)
        assert read(windows) == read(twin)
        drawn.append(read(windows)[0][1][0][0])
    assert len(set(drawn)) == 4


@pytest.mark.parametrize("epoch", [0, 5])
def test_start_goes_on_where_it_is_told(epoch):
    windows = windows_of(range(1, 12), seed=1)
    windows.start(epoch, 0)
    whole = read(windows)
    for first in range(len(whole) + 1):
        windows.start(epoch, first)
        assert (windows.epoch, windows.first) == (epoch, first)
        assert len(windows) == len(whole) - first
        assert read(windows) == whole[first:]


def test_validation_keeps_its_order():
    windows = windows_of([5, 1, 9, 3], shuffle=False)
    order = read(windows)
    windows.start(1, 0)
    assert read(windows) == order
    assert order[0][1] == [[6, 0, 0], [16, 17, 18]]  # the shortest rows first


def test_windows_end():
    windows = windows_of([4])
    for index in (-1, len(windows)):
        with pytest.raises(IndexError):
            windows[index]


def test_features_keep_their_fractions_and_their_width():
    row = {"x": np.array([[0.25, 1.5], [2.5, 3.75]]), "targets": np.array([0.5, -0.5])}
    ((inputs, targets, weights),) = Windows(lambda rng: [row], batch_size=1, window=3)
    assert inputs["x"].tolist() == [[[0.25, 1.5], [2.5, 3.75], [0.0, 0.0]]]
    assert targets.tolist() == [[0.5, -0.5, 0.0]]
    assert weights.tolist() == [[1.0, 1.0, 0.0]]
