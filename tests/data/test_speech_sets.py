"""Recordings with what is said in them."""

import json
import zipfile

import pytest

from rnnapps.data import datasets
from rnnapps.data.audio import read_audio
from rnnapps.data.speech_sets import read_manifest, read_wide

SIZES = {
    "librispeech": (None, None, 2620),
    "librispeech_wide": (3079, 238, 616),
    "common_voice_v1": (3495, 188, 393),
    "common_voice_delta": (1853, 91),
    "kathleen": (1489, 52, 79),
    "spoken_digits": (2400, 300, 300),
}


def test_files_are_read_by_themselves_and_from_archives(tmp_path):
    rows = [
        {"audio": "a/x.opus", "text": "HELLO", "speaker": "s", "split": "dev"},
        {"audio": "b.zip/y.opus", "text": "Hi.", "speaker": None, "split": "train"},
    ]
    rows[0]["split_wide"], rows[1]["split_wide"] = "test", "train"
    text = "\n".join(json.dumps({**row, "seconds": 1.5}) for row in rows)
    (tmp_path / "manifest.jsonl").write_text(text + "\n")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.opus").write_bytes(b"one")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("y.opus", b"two")
    (first,), (second,) = (read_manifest(tmp_path, split) for split in ("valid", "train"))
    assert (first.text, first.speaker, first.seconds, first.sound.read()) == (
        "HELLO",
        "s",
        1.5,
        b"one",
    )
    assert (second.speaker, second.sound.read()) == (None, b"two")
    assert read_wide(tmp_path, "test") == [first]


@pytest.mark.data
@pytest.mark.parametrize("name", SIZES)
def test_public_sets_have_their_sizes_and_can_be_heard(name):
    for split, size in zip(("train", "valid", "test"), SIZES[name], strict=False):
        utterances = datasets.load(name, split)
        assert size is None or len(utterances) == size
        heard = read_audio(utterances[0].sound.read(), 16_000)
        assert len(heard) / 16_000 == pytest.approx(utterances[0].seconds, abs=0.02)
