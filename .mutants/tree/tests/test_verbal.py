"""Words of likelihood: what each yardstick makes of a phrase, and which phrases get no number."""

from collections import defaultdict
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from winset.explain.likelihood_words import DENIED, UNLISTED, WORDINGS, suggestions

TABLE = YAML(typ="safe").load(
    (Path(__file__).parent / "published" / "words_of_likelihood.yaml").read_text(encoding="utf-8")
)


def readings(text):
    return {
        one.wording.yardstick.name: [one.wording.probability.low, one.wording.probability.high]
        for one in suggestions(text)
        if one.wording is not None
    }


def test_the_table_has_at_least_sixty_phrases():
    assert len(TABLE["listed"]) + len(TABLE["unlisted"]) >= 60


@pytest.mark.parametrize("text", TABLE["listed"])
def test_a_listed_phrase_is_read_by_exactly_the_yardsticks_that_print_it(text):
    expected = {name: pytest.approx(ends) for name, ends in TABLE["listed"][text].items()}
    assert readings(text) == expected


@pytest.mark.parametrize("text", TABLE["unlisted"])
def test_a_phrase_outside_the_yardsticks_gets_no_number_and_a_reason(text):
    assert readings(text) == {}
    assert {one.reason for one in suggestions(text)} <= {DENIED, UNLISTED}
    assert suggestions(text), "the phrase is named, so that its reader sees that it was read"


@pytest.mark.parametrize("text", TABLE["silent"])
def test_other_words_suggest_nothing(text):
    assert suggestions(text) == ()


def test_a_phrase_is_named_with_its_degree_and_its_negation():
    assert [one.words for one in suggestions("A deal is not very likely.")] == ["not very likely"]
    assert [one.words for one in suggestions("That isn't likely.")] == ["isn't likely"]
    assert [one.words for one in suggestions("It is quite likely.")] == ["quite likely"]


def test_every_term_of_every_yardstick_is_read_by_it():
    for wording in WORDINGS:
        for words in wording.words:
            text = f"It is {words}"
            assert wording.yardstick.name in readings(text), text


def test_a_text_is_read_phrase_by_phrase_in_its_order():
    text = "A deal is likely, war highly unlikely; they will probably not meet."
    phrases = defaultdict(list)
    for one in suggestions(text):
        phrases[one.words].append(one.wording.yardstick.name)
    assert dict(phrases) == {
        "likely": ["ICD 203", "PHIA", "IPCC"],
        "highly unlikely": ["PHIA"],
        "probably not": ["Kent"],
    }
