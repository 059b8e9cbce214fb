"""Named entities, and any other tags of words."""

TASK = "ner"
ALIASES = ("token-classification", "named-entity-recognition")
DEFAULT = "conll2003"
PIPELINE = "rnnapps.pipelines.ner.pipeline:NamedEntities"
SUMMARY = "Finds names in texts, and tags words as your own examples do."
