"""Speech to text, offline and live."""

TASK = "speech"
ALIASES = ("automatic-speech-recognition", "speech-to-text")
DEFAULT = "english"
PIPELINE = "rnnapps.pipelines.speech.pipeline:Speech"
SUMMARY = "Writes down what is said, with the time of each word."
