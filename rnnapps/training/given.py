"""For models that tell their own loss: what Keras takes it for, and data that gives the targets."""

from __future__ import annotations

from typing import Any

import keras

from rnnapps.data.rows import Rows
from rnnapps.data.windows import Windows


class Given(keras.losses.Loss):
    """Takes what a model gives for its loss."""

    def call(self, y_true, y_pred):
        return y_pred


class GivenMean(keras.metrics.MeanMetricWrapper):
    """The weighted mean of what a model gives."""

    def __init__(self, name: str = "nats", dtype: Any = None):
        super().__init__(fn=lambda y_true, y_pred: y_pred, name=name, dtype=dtype)


class _TargetsToo:
    """Gives the targets of another data set as the input `"targets"` as well."""

    def __getitem__(self, index: int):
        inputs, targets, weights = super().__getitem__(index)  # type: ignore[misc]
        return {**inputs, "targets": targets}, targets, weights


class WindowsWithTargets(_TargetsToo, Windows):
    """Windows that give their targets as the input `"targets"` as well."""


class RowsWithTargets(_TargetsToo, Rows):
    """Rows that give their targets as the input `"targets"` as well."""
