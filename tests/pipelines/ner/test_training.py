"""What a tagger chooses on sentences that it has not been trained on."""

import numpy as np
from keras import ops

from rnnapps.data.rows import Rows
from rnnapps.pipelines.ner import train, training
from rnnapps.pipelines.ner.data import tagged
from rnnapps.pipelines.ner.recipes import Recipe
from rnnapps.pipelines.ner.training import errors, favour_spans


def _held_out(pipe, rows):
    given = pipe.rows(tagged(rows))
    return given, Rows(given, np.zeros(len(given), np.float32), 2, shuffle=False)


def test_beginnings_of_spans_are_favoured_until_those_that_were_missed_are_found(pipe, rows):
    given, held_out = _held_out(pipe, rows[:3])
    with pipe.training(1) as network:
        bias = network.get_layer("scores").bias
        begins = np.array([tag[:2] in ("B-", "S-") for tag in pipe.tags])
        while not (before := errors(network, held_out, pipe.tags)):
            bias.assign(ops.convert_to_numpy(bias) - begins)
        kept = ops.convert_to_numpy(bias)
        favour = favour_spans(network, given, pipe.tags)
        assert 0 < favour <= 1
        np.testing.assert_allclose(ops.convert_to_numpy(bias) - kept, favour * begins, atol=1e-6)
        assert errors(network, held_out, pipe.tags) == 0 < before


def test_nothing_is_favoured_where_nothing_is_missed(pipe, rows):
    given, _ = _held_out(pipe, rows[:3])
    with pipe.training(1) as network:
        assert favour_spans(network, given, pipe.tags) == 0


def test_sentences_whose_tags_are_known_in_part_decide_nothing(pipe):
    given, held_out = _held_out(pipe, [(["Ann", "met", "Bob"], ["O", "O", "O"])])
    given[0]["possible"][0] = True
    with pipe.training(1) as network:
        assert errors(network, held_out, pipe.tags) == 1
        assert favour_spans(network, given, pipe.tags) == 0


def test_a_first_training_is_on_all_sets_and_the_next_on_the_first_alone(
    pipe, rows, tmp_path, monkeypatch
):
    sets = {"own": tagged(rows[:6]), "other": tagged([(["Cy", "left"], ["S-NAME", "O"])])}
    monkeypatch.setattr(train, "sentences", lambda name, split: sets[name])
    run, seen = training.train, []

    def noted(network, rows, held_out, **options):
        seen.append((len(rows), len(held_out), options["epochs"]))
        return run(network, rows, held_out, **options)

    monkeypatch.setattr(training, "train", noted)
    recipe = Recipe(
        datasets=("own", "other"),
        first={"batch_size": 4, "epochs": 2},
        training={"batch_size": 4, "epochs": 1},
        meanings={"other": {"NAME": ("PER", "LOC")}},
    )
    chosen = train.train(pipe, recipe, tmp_path, verbose=0)
    assert seen == [(7, 6, 2), (6, 6, 1)]
    assert chosen["validation F1 with these, own"] == pipe.evaluate(sets["own"])["f1"]
    assert (tmp_path / "first").is_dir()
