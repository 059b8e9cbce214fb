"""What the controls of `generate` and `stream` do."""

import time

import pytest

from rnnapps import pipeline
from rnnapps.errors import InputError

PROMPTS = ("", "The cat", "The cat ", "The ca", "The cow came\n", "Cäsar “sat”", "the cat 🌹 sat")


@pytest.mark.parametrize("prompt", PROMPTS)
def test_a_text_begins_with_its_prompt_and_goes_on(language, prompt):
    for controls in ({"seed": 1}, {"num_beams": 3}, {"temperature": 0}):
        text = language.generate(prompt, max_tokens=12, **controls)
        assert text.startswith(prompt) and len(text) > len(prompt)
        assert "\N{REPLACEMENT CHARACTER}" not in text


@pytest.mark.parametrize("prompt", PROMPTS)
@pytest.mark.parametrize("controls", [{}, {"max_tokens": 7}, {"stop": ["cat", "mat."]}], ids=str)
def test_a_stream_gives_what_generate_adds(language, prompt, controls):
    whole = language.generate(prompt, seed=3, **controls)
    assert prompt + "".join(language.stream(prompt, seed=3, **controls)) == whole


def test_a_space_at_the_end_is_not_doubled(language):
    for seed in range(20):
        assert "  " not in language.generate("The cat ", seed=seed)


def test_what_was_learnt_comes_again(language):
    for controls in ({"temperature": 0}, {"num_beams": 4}):
        text = language.generate("The cat sat", sentences=1, **controls)
        assert text == "The cat sat on the mat."


@pytest.mark.parametrize("sentences", [1, 2])
@pytest.mark.parametrize("controls", [{"seed": 5}, {"num_beams": 2}], ids=str)
def test_as_many_sentences_as_asked(language, sentences, controls):
    text = language.generate("The cow", sentences=sentences, **controls).strip()
    assert text.endswith(".") and text.count(".") == sentences


def test_as_many_tokens_as_asked_at_most(language):
    for length in (1, 2, 9):
        pieces = list(language.stream("The", max_tokens=length, seed=1))
        assert len(pieces) == length
        text = language.generate("The", max_tokens=length, num_beams=3)
        assert len(language.reader.ids(text)) <= length + 1


@pytest.mark.parametrize("stop", ["castle", ["castle", "cat"], "e. The", ["\n"]])
@pytest.mark.parametrize("controls", [{"temperature": 0}, {"num_beams": 2}], ids=str)
def test_it_ends_before_a_stop(language, stop, controls):
    text = language.generate("The cow saw", max_tokens=60, stop=stop, **controls)
    stops = [stop] if isinstance(stop, str) else stop
    assert not any(each in text for each in stops)
    learnt = "The cow saw a castle. The cat can't come.\n"
    assert text == learnt[: min(learnt.index(each) for each in stops)]


def test_a_stop_within_the_prompt_does_not_count(language):
    assert language.generate("The cat", max_tokens=5, stop="The cat", seed=1) != "The cat"


def test_several_texts_differ_and_the_first_is_the_one_alone(language):
    texts = language.generate("The", seed=1, num_outputs=4, temperature=1.5)
    assert len(set(texts)) > 1
    assert texts[0] == language.generate("The", seed=1, temperature=1.5)
    beams = language.generate("The", num_beams=4, num_outputs=3, sentences=1)
    assert len(set(beams)) == 3
    assert beams[0] == language.generate("The", num_beams=4, sentences=1)


@pytest.mark.parametrize("controls", [{"sentences": 1}, {"stop": ["\n", "castle"]}], ids=str)
def test_the_texts_of_beams_are_all_different(language, controls):
    for prompt in ("The cat sat on the", "The cow", ""):
        texts = language.generate(prompt, num_beams=6, num_outputs=6, **controls)
        assert len(set(texts)) == len(texts) == 6


def test_beams_find_likelier_texts_than_taking_the_likeliest_each_time(language):
    nats = [
        language.predict(language.generate("A", max_tokens=8, **controls))["nats_per_token"]
        for controls in ({"num_beams": 8}, {"temperature": 0})
    ]
    assert nats[0] <= nats[1] + 1e-9


@pytest.mark.parametrize(
    "wrong",
    [
        *[{"max_tokens": value} for value in (0, 2.5, "few")],
        *[{"sentences": value} for value in (0, -1, "two")],
        *[{"temperature": value} for value in (-1, "hot")],
        *[{"top_k": value} for value in (0, 1.5)],
        *[{"top_p": value} for value in (0, 1.5)],
        *[{"seed": value} for value in (-1, "x")],
        *[{"stop": value} for value in ("", ["a", ""], [5], 5)],
    ],
    ids=str,
)
def test_what_is_out_of_range_is_told_at_once(language, wrong):
    for make in (language.generate, language.stream):
        with pytest.raises(InputError, match=r"^Expected .* Received: "):
            make(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"num_beams": 0},
        {"num_outputs": 0},
        {"num_beams": 2, "num_outputs": 3},
        {"num_beams": 2, "temperature": 0.5},
        {"num_beams": 2, "top_k": 5},
    ],
    ids=str,
)
def test_beams_and_outputs_that_do_not_go_together(language, wrong):
    with pytest.raises(InputError, match=f"{next(iter(wrong))}"):
        language.generate(**wrong)


@pytest.mark.parametrize("prompt", [None, 5, ["The cat"], b"The cat", "\ud800"])
def test_a_prompt_that_is_no_text(language, prompt):
    for make in (language.generate, language.stream, language.complete):
        with pytest.raises(InputError, match=r"^Expected a text.* Received: "):
            make(prompt)


@pytest.mark.parametrize("prompt", ["😀🌹", "Привет, мир", "猫は座った"])
def test_a_prompt_in_strange_characters(language, prompt):
    with pytest.raises(InputError, match=r"%.*pipeline\(\"language\", False\)"):
        language.generate(prompt)


def test_a_prompt_of_a_megabyte_takes_no_time(language):
    begin = time.perf_counter()
    prompt = "The cat sat on the mat. " * 45_000
    assert language.generate(prompt, max_tokens=3, seed=1).startswith(prompt)
    assert time.perf_counter() - begin < 5


def test_the_presets_own_sampling_is_taken_by_default(saved):
    language = pipeline("language", saved)
    language.preprocessor["sampling"] = {"temperature": 0}
    texts = {language.generate("The", seed=seed) for seed in range(3)}
    assert texts == {language.generate("The", temperature=0)}
    assert len({language.generate("A", seed=s, temperature=2.0) for s in range(5)}) > 1
