"""Rows of any length in windows that overlap."""

import numpy as np
import pytest

from rnnapps.runtime.windows import run_windows


class Neighbours:
    """Adds to each step its neighbours, two on either side."""

    inputs, states, sequences, quantized = ["x"], {}, ["y"], False

    def __init__(self):
        self.longest = 0

    def run(self, arrays):
        x = arrays["x"]
        self.longest = max(self.longest, x.shape[1])
        wide = np.pad(x, [(0, 0), (2, 2)])
        return {"y": sum(wide[:, i : i + x.shape[1]] for i in range(5))}, {}


@pytest.mark.parametrize("lengths", [(1,), (7, 3), (10, 11, 40), (200, 1)])
def test_a_step_is_told_as_if_its_row_was_read_at_once(lengths):
    rows = [{"x": np.arange(1.0, length + 1)} for length in lengths]
    session = Neighbours()
    found = run_windows(session, rows, "y", window=10, overlap=2, together=3)
    assert session.longest <= 14
    for row, y in zip(rows, found, strict=True):
        np.testing.assert_array_equal(y, Neighbours().run({"x": row["x"][None]})[0]["y"][0])
