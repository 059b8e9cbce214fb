"""The gradient of a function of tensors, on the backend of Keras."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras


def gradients(function: Callable[[dict[str, Any]], Any], tensors: dict[str, Any]) -> dict[str, Any]:
    """Gives the gradient of a scalar function of tensors.

    Args:
        function: Takes the tensors and gives a scalar; changes no weights.
        tensors: Tensors by name.

    Returns:
        The gradients by name, of the shapes of the tensors; zero where one does not matter.

    Example:
    >>> from keras import ops
    >>> from rnnapps.training.gradients import gradients
    >>> found = gradients(lambda given: ops.sum(given["x"] ** 2), {"x": ops.array([1.0, 2.0])})
    >>> ops.convert_to_numpy(found["x"]).tolist()
    [2.0, 4.0]
    """
    if keras.backend.backend() == "jax":
        import jax

        return jax.grad(function)(tensors)
    if keras.backend.backend() == "torch":
        import torch

        tensors = {name: each.detach().requires_grad_() for name, each in tensors.items()}
        found = torch.autograd.grad(
            function(tensors), list(tensors.values()), allow_unused=True, materialize_grads=True
        )
        return dict(zip(tensors, found, strict=True))
    import tensorflow as tf

    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(tensors)
        value = function(tensors)
    return tape.gradient(value, tensors, unconnected_gradients=tf.UnconnectedGradients.ZERO)
