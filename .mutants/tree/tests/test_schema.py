import json
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

import winset.case.shipped
from winset.case.schema import case_schema

FOLDERS = [
    Path(__file__).parent / "fixtures" / "split-pie",
    *sorted(p.parent for p in Path(winset.case.shipped.__file__).parent.glob("*/case.yaml")),
]


def loaded(text):
    """What an editor sees: numbers as numbers, keys and dates as text."""
    return json.loads(json.dumps(YAML(typ="safe", pure=True).load(text), default=str))


@pytest.fixture
def validator():
    """A validator of case.yaml, its schema checked."""
    schema = case_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_cases_that_can_be_read_fit_the_schema(folder, validator):
    said = loaded((folder / "case.yaml").read_text(encoding="utf-8"))
    assert [error.message for error in validator.iter_errors(said)] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("as_of:", "asof:"),
        ("unity: 0.9\n", "unty: 0.9\n"),
        ("unity: 0.9\n", "unity: high\n"),
        ("unity: 0.6..0.8..0.9", "unity: 0.6..0.8"),
        ("unity: 0.9\n", "unity: [0.9]\n"),
        ("    title: Ann's share of the pie\n", ""),
        ("quantity: price", "quantity: pirce"),
        ("{low: 0, high: 7,", "{lo: 0, high: 7,"),
        ("at_least: 20", "atleast: 20"),
        ("  hunger:", "  hunger games:"),
        ("  hunger:", "  id: x\n  hunger:"),
        ("0: all of it stays south", "0: [all]"),
        ("role: voter", "role: voters"),
    ],
)
def test_what_is_misspelt_or_misplaced_is_marked(old, new, split_pie, validator):
    text = (split_pie / "case.yaml").read_text(encoding="utf-8")
    text = text.replace("        party: north\n", "        party: north\n        role: voter\n")
    assert validator.is_valid(loaded(text))
    assert old in text
    assert not validator.is_valid(loaded(text.replace(old, new, 1)))


def test_editors_can_show_what_a_key_means():
    schema = case_schema()
    party = schema["$defs"]["Party"]["properties"]
    assert party["unity"]["description"].startswith("how united it appears in public")
    assert party["unity"]["default"] == 1.0
    assert schema["properties"]["issues"]["description"]
    assert "id" not in party
