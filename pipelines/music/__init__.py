"""Music: chorales in four voices, folk tunes with chords, expressive piano."""

TASK = "music"
ALIASES = ("music-generation", "text-to-music", "midi")
DEFAULT = "bach_chorales"
PIPELINE = "rnnapps.pipelines.music.pipeline:Music"
SUMMARY = "Composes, continues and harmonises: chorales, folk tunes, piano."
