"""Makes a preset of a trained pipeline: measures it on the test parts and writes its card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rnnapps.data import datasets
from rnnapps.data.tags import OUTSIDE, Span, spans
from rnnapps.pipelines.ner.corpora import measured_sentences
from rnnapps.pipelines.ner.evaluation import measured
from rnnapps.pipelines.ner.pipeline import NamedEntities
from rnnapps.pipelines.ner.recipes import RECIPES
from rnnapps.precision import precisions


def release(name: str, pipe: NamedEntities, chosen: Mapping[str, float], directory: Path) -> None:
    """Writes a preset directory with its figures.

    Args:
        name: Name of the preset.
        pipe: The trained pipeline.
        chosen: What was chosen on the validation part.
        directory: Where the preset goes.
    """
    recipe = RECIPES[name]
    ways = precisions(pipe)
    measured = {
        f"{kind}, {TITLES[each]}": measured_on(way, each, recipe.meanings.get(each))
        for each in recipe.datasets
        for kind, way in ways.items()
    }
    title, *others = (TITLES[each] for each in recipe.datasets)
    pipe.save(
        directory,
        compact=True,
        metadata={
            "name": name,
            "summary": SUMMARIES[name],
            "description": f"Under `test` and by label stand the figures on {title}.",
            "license": "Apache-2.0",
            "data": [datasets.DATASETS[each].credit for each in (*recipe.datasets, "glove")],
            "metrics": {
                "test": measured[f"int8, {title}"],
                **{f"{other}, test": measured[f"int8, {other}"] for other in others},
            },
            "precision": measured,
            "labels": by_label(ways["int8"], recipe.datasets[0]),
            "training": {
                "command": f"python -m rnnapps.pipelines.ner.train {name}",
                "seed": recipe.seed,
                "network": recipe.network,
                **({"first training, on all sets": recipe.first} if recipe.first else {}),
                **recipe.training,
                **chosen,
                "gradient clipping (global norm)": 1.0,
                "words with public vectors, and their dimensions": recipe.vectors,
                "dimensions that are guessed of other words": recipe.guessed,
            },
            "limits": LIMITS[name],
        },
    )


def measured_on(
    pipe: NamedEntities, dataset: str, meanings: Mapping[str, Sequence[str]] | None
) -> dict[str, float]:
    """Measures on the test part of a set, a set of other labels by these.

    Args:
        pipe: The pipeline.
        dataset: Name of the set.
        meanings: What its labels may be for the pipeline, as in `rnnapps.data.tags.possible`.

    Returns:
        F1, precision and recall of spans, among other figures where the labels are the same.
    """
    own = measured_sentences(dataset)
    if not meanings:
        return dict(pipe.evaluate(own))
    theirs = {name: label for label, names in meanings.items() for name in names}
    labels = [theirs[label] for label in pipe.labels]
    answers = pipe.forward([pipe.preprocess(each.words) for each in own])
    found = [
        [Span(a, b, labels[n]) for a, b, n in each["spans"].tolist() if labels[n] != OUTSIDE]
        for each in answers
    ]
    return measured([spans(each.tags, "BIOES") for each in own], found)


def by_label(pipe: NamedEntities, dataset: str) -> list[dict[str, Any]]:
    """Tells what each label means, and how well it is found in the test part of a set.

    Args:
        pipe: The pipeline.
        dataset: Name of the set.

    Returns:
        For each label its name, meaning, F1, precision and recall, and its number of spans.
    """
    table = pipe.evaluate(measured_sentences(dataset)).tables["by label"]
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    return [{"label": row["label"], "meaning": MEANINGS[row["label"]], **row} for row in rows]


MEANINGS = {
    "PER": "persons",
    "LOC": "countries, towns, regions, waters",
    "ORG": "firms, parties, offices, teams",
    "MISC": "peoples, languages, events, works and other names",
    "person": "persons",
    "location": "countries, towns, regions, buildings",
    "corporation": "firms",
    "group": "bands, teams, parties, offices",
    "product": "things that are made and sold",
    "creative-work": "titles of films, songs, books, games",
}
TITLES = {
    "conll2003": "CoNLL-2003",
    "wnut17": "WNUT 2017",
    "btc": "Broad Twitter Corpus",
    "wikigold": "WikiGold",
    "wikiann_en": "WikiANN",
}
SUMMARIES = {
    "conll2003": "Persons, places, organisations and other names in English news.",
    "open": "Persons, places, firms, groups, products and works in English posts and articles.",
}
LIMITS = {
    "conll2003": [
        "English, and news of 1996: newer names are told by spelling and neighbours alone.",
        "The texts of CoNLL-2003 are licensed for research only; the preset has none of them.",
        "Look at your own rights before you sell what you build on it; `open` has no such texts.",
        "Names in small letters are mostly missed, as in posts: there `open` is better.",
        "On WikiANN and the Broad Twitter Corpus, which have no MISC, spans of it do not count.",
        "Sentences are read one by one; of others a text only helps by the names that it repeats.",
        "Of a word with more than 20 characters the first and last ten are read.",
    ],
    "open": [
        "English. Names in posts are often missed, products and titles mostly: see the figures.",
        "On the Broad Twitter Corpus, names of users (`@name`) are not asked for; none is tagged.",
        "On it and WikiGold a firm or group counts as ORG, on WikiGold a product or work as MISC.",
        "Each sentence is read by itself: a name told once does not help the next sentence.",
        "Of a word with more than 20 characters the first and last ten are read.",
    ],
}
