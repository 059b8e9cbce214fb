"""Sentiment: what a text thinks of its subject, and any other label for a text."""

TASK = "sentiment"
ALIASES = ("sentiment-analysis", "text-classification")
DEFAULT = "imdb"
PIPELINE = "rnnapps.pipelines.sentiment.pipeline:Sentiment"
SUMMARY = "Labels texts: praise or blame, or labels of your own."
