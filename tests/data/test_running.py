import numpy as np

from rnnapps.data.running import Running
from rnnapps.data.windows import Windows

DOCUMENTS = [np.arange(10 * i, 10 * i + i, dtype=np.int32) for i in range(1, 8)]


def text_of(examples):
    return np.concatenate([examples[0]["tokens"][:1], *[row["targets"] for row in examples]])


def test_rows_put_together_are_the_documents_with_boundaries():
    for rows in (1, 2, 5):
        text = text_of(Running(DOCUMENTS, rows, shuffle=False)(np.random.default_rng(0)))
        expected = [part for document in DOCUMENTS for part in ([0], document)] + [[0]]
        assert text.tolist() == np.concatenate(expected).tolist()


def test_each_token_is_told_what_follows():
    for row in Running(DOCUMENTS, 3)(np.random.default_rng(0)):
        np.testing.assert_array_equal(row["tokens"][1:], row["targets"][:-1])


def test_the_order_is_new_each_epoch_and_the_same_for_a_seed():
    running = Running(DOCUMENTS, 2)
    texts = [text_of(running(np.random.default_rng(seed))).tolist() for seed in (0, 0, 1)]
    assert texts[0] == texts[1] != texts[2]
    assert sorted(texts[0]) == sorted(texts[2])


def test_windows_read_it_without_a_break():
    windows = Windows(Running(DOCUMENTS, 2, shuffle=False), 2, window=4, shuffle=False)
    inputs = [batch[0] for batch in windows]
    assert [batch["carry"][0] for batch in inputs] == [0.0] + [1.0] * (len(inputs) - 1)
    assert sum(int(batch[2].sum()) for batch in windows) == sum(map(len, DOCUMENTS)) + 7


def test_counts_are_those_of_the_targets():
    running = Running(DOCUMENTS, 3)
    targets = np.concatenate([row["targets"] for row in running(np.random.default_rng(0))])
    np.testing.assert_array_equal(running.counts(80), np.bincount(targets, minlength=80))
