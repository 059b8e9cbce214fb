"""The public sets that presets learn from and are measured on."""

from __future__ import annotations

from rnnapps.data import datasets
from rnnapps.data.tags import bioes, spans
from rnnapps.pipelines.ner.data import tagged
from rnnapps.pipelines.ner.reading import Sentence


def sentences(dataset: str, split: str) -> list[Sentence]:
    """Reads the sentences of a data set.

    Args:
        dataset: Name of the data set.
        split: Name of the split.

    Returns:
        The sentences, tagged in BIOES. Names of users, which some sets tag and others do not, are
        not tagged.
    """
    return [without_users(each) for each in tagged(datasets.load(dataset, split))]


def measured_sentences(dataset: str) -> list[Sentence]:
    """Reads the sentences of a test part, as they are published.

    Args:
        dataset: Name of the data set. Of BTC, which tags most names of users, these are left out.
    """
    if dataset == "btc":
        return sentences(dataset, "test")
    return tagged(datasets.load(dataset, "test"))


def without_users(sentence: Sentence) -> Sentence:
    """Leaves spans that begin with the name of a user untagged."""
    words, tags, document = sentence
    kept = [span for span in spans(tags, "BIOES") if not words[span.first].startswith("@")]
    return Sentence(words, bioes(kept, len(words)), document)
