"""Layer groups from input to output: which of them are trained, and at which rates."""

from __future__ import annotations

from collections.abc import Iterator

import keras

from rnnapps.errors import InputError
from rnnapps.nn.recurrent import Recurrent


def layer_groups(network: keras.Model) -> list[list[keras.layers.Layer]]:
    """Sorts the layers with weights into groups that are frozen and trained together.

    First all embeddings and whatever else stands before the first recurrent layer, then each
    recurrent layer, both ways together and with what follows it before the next, at last the rest:
    the head. An embedding that is also the output stays in the first group.

    Args:
        network: a functional network, or a model around one.

    Returns:
        The groups from input to output, none of them empty.

    Reference: Howard and Ruder 2018, "Universal Language Model Fine-tuning for Text
    Classification", arXiv:1801.06146, section 3.2.

    Example:
    >>> from rnnapps.nn.token_network import token_network
    >>> from rnnapps.training.freezing import layer_groups
    >>> groups = layer_groups(token_network(10, layers=2))
    >>> [[layer.name for layer in group] for group in groups]
    [['token_embedding'], ['forward_0'], ['forward_1'], ['logits']]
    """
    groups: list[list[keras.layers.Layer]] = [[]]
    rest: list[keras.layers.Layer] = []
    for layer in _layers(network):
        if isinstance(layer, keras.layers.Embedding):
            groups[0].append(layer)
        elif isinstance(layer, Recurrent):
            groups[-1] += rest
            rest, ways = [], len(layer.ways)
            runs = [layer.runs[at : at + ways] for at in range(0, len(layer.runs), ways)]
            norms = [[norm] for norm in layer.norms] or [[]] * len(runs)
            groups += [[*run, *norm] for run, norm in zip(runs, norms, strict=True)]
        else:
            rest.append(layer)
    return [group for group in [*groups, rest] if group]


def freeze_to(network: keras.Model, n: int) -> None:
    """Freezes the groups before one, and unfreezes it and those after it.

    Args:
        network: as `layer_groups` takes it.
        n: index of the first group that is trained; negative counts from the end, 0 trains all,
            the number of the groups none.

    Raises:
        InputError: If there is no such group.

    Example:
    >>> from rnnapps.nn.token_network import token_network
    >>> from rnnapps.training.freezing import freeze_to
    >>> network = token_network(10)
    >>> freeze_to(network, -1)
    >>> [weight.path for weight in network.trainable_weights]
    ['logits/kernel', 'logits/bias']
    """
    groups = layer_groups(network)
    if n not in range(-len(groups), len(groups) + 1):
        raise InputError(
            f"Expected a layer group from {-len(groups)} to {len(groups)}, as the network has "
            f"{len(groups)}. Received: n={n}."
        )
    for layer in network._flatten_layers():  # one by one, as Keras passes over what is True already
        layer.trainable = True
    for group in groups[:n]:
        for layer in group:
            layer.trainable = False


def frozen_weights(network: keras.Model) -> list[str]:
    """Gives the paths of the weights that training leaves as they are.

    Args:
        network: as `layer_groups` takes it.

    Returns:
        The paths in the order of the network.

    Example:
    >>> from rnnapps.nn.token_network import token_network
    >>> from rnnapps.training.freezing import freeze_to, frozen_weights
    >>> network = token_network(10)
    >>> freeze_to(network, 1)
    >>> frozen_weights(network)
    ['token_embedding/embeddings']
    """
    weights = [weight for layer in _layers(network) for weight in layer.weights]
    return [weight.path for weight in weights if not weight.trainable]


def discriminative_rates(network: keras.Model, lowest: float, highest: float) -> dict[str, float]:
    """Spreads learning rates over the groups, each the same number of times the one before.

    Args:
        network: as `layer_groups` takes it.
        lowest: the rate of the first group.
        highest: the rate of the last group.

    Returns:
        By path of each weight its rate as a share of the highest.

    Reference: Howard and Ruder 2018, "Universal Language Model Fine-tuning for Text
    Classification", arXiv:1801.06146, section 3.2; spread as in fastai.

    Example:
    >>> from rnnapps.nn.token_network import token_network
    >>> from rnnapps.training.freezing import discriminative_rates
    >>> rates = discriminative_rates(token_network(10, layers=1), 1e-4, 1e-2)
    >>> [round(rates[path], 4) for path in ("token_embedding/embeddings", "logits/kernel")]
    [0.01, 1.0]
    """
    groups = layer_groups(network)
    last = len(groups) - 1
    return {
        weight.path: (lowest / highest) ** ((last - index) / max(1, last))
        for index, group in enumerate(groups)
        for layer in group
        for weight in layer.weights
    }


def _layers(network: keras.Model) -> Iterator[keras.layers.Layer]:
    """Walks the layers that have weights, those of models within a model in its place."""
    seen: set[int] = set()
    for layer in network.layers:
        for each in _layers(layer) if isinstance(layer, keras.Model) else [layer]:
            if each.weights and id(each) not in seen:
                seen.add(id(each))
                yield each
