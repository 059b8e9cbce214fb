import random

import numpy as np

from rnnapps.nn.token_network import token_network


def test_weights_depend_on_the_seed_alone_and_nothing_else_is_seeded():
    def weights(seed):
        return token_network(9, embedding=3, units=4, seed=seed).get_weights()

    random.seed(5)
    expected = random.random()
    random.seed(5)
    one = weights(1)
    assert random.random() == expected
    for mine, same in zip(one, weights(1), strict=True):
        np.testing.assert_array_equal(mine, same)
    assert not np.array_equal(one[0], weights(2)[0])
