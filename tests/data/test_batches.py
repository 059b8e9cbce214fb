import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnapps.data.batches import buckets, pad
from rnnapps.errors import InputError

LENGTHS = st.lists(st.integers(1, 20), min_size=1, max_size=30)


@given(LENGTHS, st.integers(1, 8))
def test_order_is_restored(lengths, batch_size):
    rows = [np.arange(length) + 100 * index for index, length in enumerate(lengths)]
    restored = [None] * len(rows)
    for group in buckets(lengths, batch_size):
        padded, sizes = pad([rows[index] for index in group])
        assert 1 <= len(group) <= batch_size
        assert sizes.tolist() == [lengths[index] for index in group]
        assert padded.shape == (len(group), max(sizes))
        for index, row, size in zip(group, padded, sizes, strict=True):
            assert not row[size:].any()
            restored[index] = row[:size].tolist()
    assert restored == [row.tolist() for row in rows]


@given(LENGTHS, st.integers(1, 8))
def test_rows_of_a_group_are_about_equally_long(lengths, batch_size):
    groups = [[lengths[index] for index in group] for group in buckets(lengths, batch_size)]
    assert [length for group in groups for length in group] == sorted(lengths)
    assert all(len(group) == batch_size for group in groups[:-1])


def test_features_and_types_are_kept():
    padded, lengths = pad([np.ones((2, 3), np.float32), np.ones((1, 3), np.float32)])
    assert padded.dtype == np.float32
    assert padded.sum(axis=2).tolist() == [[3, 3], [3, 0]]
    assert lengths.dtype == np.int32


@pytest.mark.parametrize("rows", [[], [np.array([1]), np.array([])]], ids=["none", "empty"])
def test_empty_rows_are_refused(rows):
    with pytest.raises(InputError, match="Received: an empty row"):
        pad(rows)


def test_no_rows_make_no_groups():
    assert list(buckets([], 3)) == []
