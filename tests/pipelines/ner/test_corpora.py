"""What presets learn from sets whose labels are not their own."""

import numpy as np

from rnnapps.pipelines.ner.corpora import without_users
from rnnapps.pipelines.ner.reading import Sentence


def test_names_of_users_are_not_tagged_and_others_stay():
    tags = ["S-PER", "O", "B-PER", "E-PER"]
    assert without_users(Sentence(["@ann", "saw", "Bob", "Roy"], tags)).tags == ["O", *tags[1:]]


def test_a_label_of_another_set_may_be_several_here(pipe):
    (row,) = pipe.rows([Sentence(["Ann", "x"], ["S-NAME", "O"])], {"NAME": ["PER", "LOC"]})
    first, second = ({pipe.tags[n] for n in np.flatnonzero(each)} for each in row["possible"])
    assert (first, second) == ({"S-LOC", "S-PER"}, {"O"})
