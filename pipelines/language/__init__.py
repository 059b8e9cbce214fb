"""Language: text that goes on, and how probable a text is."""

TASK = "language"
ALIASES = ("text-generation", "language-model")
DEFAULT = "english"
PIPELINE = "rnnapps.pipelines.language.pipeline:Language"
SUMMARY = "Writes on, completes what is typed, measures how probable a text is."
