import keras
import numpy as np
import pytest

from rnnapps.errors import InputError
from rnnapps.nn.pooling import Pooling
from rnnapps.nn.recurrent import Recurrent
from rnnapps.nn.token_network import token_network
from rnnapps.training.carried import CarriedStates
from rnnapps.training.freezing import (
    discriminative_rates,
    freeze_to,
    frozen_weights,
    layer_groups,
)
from rnnapps.training.sampled_softmax import SampledSoftmax


def names(network):
    return [[layer.name for layer in group] for group in layer_groups(network)]


def classifier():
    words = keras.Input((None,), name="words")
    x = keras.layers.Embedding(5, 3, name="embedding")(words)
    x = keras.layers.Dense(4, name="before")(x)
    x, _ = Recurrent(2, layers=2, direction="bidirectional", name="encoder")(x)
    x = keras.layers.Dense(4, name="between")(x)
    x, _ = Recurrent(2, cell="gru", name="decoder")(x)
    return keras.Model(words, keras.layers.Dense(1, name="head")(Pooling("max")(x)))


def test_groups_go_from_input_to_output():
    network = token_network(5, {"beat": 2}, embedding=3, units=4, layers=2)
    embeddings = ["beat_embedding", "token_embedding"]
    first, *others = names(network)
    assert sorted(first) == embeddings
    assert others == [["forward_0"], ["forward_1"], ["logits"]]
    assert names(classifier()) == [
        ["embedding", "before"],
        ["forward_0", "backward_0"],
        ["forward_1", "backward_1", "between"],
        ["forward_0"],
        ["head"],
    ]


def test_a_network_within_a_model_has_the_same_groups():
    network = token_network(5, embedding=3, units=3, layers=1, tied=True)
    wanted = [["token_embedding"], ["forward_0"], ["features"]]
    assert names(network) == names(CarriedStates(network, 2)) == wanted
    sampled = SampledSoftmax(network, 2, np.ones(5), samples=2)
    assert [sorted(group) for group in names(sampled)] == wanted


def test_every_weight_is_in_one_group():
    network = classifier()
    grouped = [w.path for group in layer_groups(network) for each in group for w in each.weights]
    assert sorted(grouped) == sorted(weight.path for weight in network.weights)
    assert len(set(grouped)) == len(grouped)


@pytest.mark.parametrize(("n", "frozen"), [(0, 0), (2, 2), (-1, 4), (-5, 0), (5, 5)])
@pytest.mark.parametrize("before", ["network", "encoder", "groups"])
def test_groups_before_n_are_frozen(n, frozen, before):
    network = classifier()
    if before == "groups":
        freeze_to(network, -2)
    else:
        (network if before == "network" else network.get_layer(before)).trainable = False
    freeze_to(network, n)
    groups = [[w for each in group for w in each.weights] for group in layer_groups(network)]
    assert frozen_weights(network) == [w.path for group in groups[:frozen] for w in group]
    trained = [weight.path for weight in network.trainable_weights]
    assert sorted(trained) == sorted(w.path for group in groups[frozen:] for w in group)


@pytest.mark.parametrize("n", [-6, 6, 0.5, None])
def test_groups_that_do_not_exist(n):
    with pytest.raises(InputError, match=r"from -5 to 5.* Received: n="):
        freeze_to(classifier(), n)


def test_rates_grow_by_the_same_factor():
    network = classifier()
    rates = discriminative_rates(network, 1e-6, 1e-2)
    assert rates.keys() == {weight.path for weight in network.weights}
    for index, group in enumerate(layer_groups(network)):
        for layer in group:
            for weight in layer.weights:
                assert rates[weight.path] == pytest.approx(10.0 ** (index - 4))


def test_one_group_has_the_highest_rate():
    x = keras.Input((3,))
    network = keras.Model(x, keras.layers.Dense(1)(x))
    assert set(discriminative_rates(network, 1e-5, 1e-3).values()) == {1.0}
