from pathlib import Path

import pytest
from click.testing import CliRunner

from winset.cli import cli
from winset.errors import WinsetError
from winset.explain.glossary import FILE, find_term, glossary

PAGE = Path(__file__).parents[1] / "docs" / "glossary.md"


def test_the_page_is_what_the_command_reads():
    assert PAGE.read_text() == FILE.read_text()


def test_every_heading_is_a_term_with_one_sentence_and_a_source():
    headings = [line[3:] for line in FILE.read_text().splitlines() if line.startswith("## ")]
    assert list(glossary()) == headings
    assert headings == sorted(headings, key=str.casefold)
    for term in glossary().values():
        assert term.sentence.endswith(".") and term.source, term.name
        assert ". " not in term.sentence, term.name


def test_a_term_is_found_in_any_capitals_and_in_the_plural():
    assert find_term("RED  LINES").name == "red line"
    assert find_term("stances").name == "stance"


def test_an_unknown_term_is_refused_with_the_nearest():
    with pytest.raises(WinsetError, match=r"no term “salienec” .*salience"):
        find_term("salienec")


def test_the_command_explains_a_term_or_lists_all_of_them():
    done = CliRunner().invoke(cli, ["explain", "audience", "cost"])
    assert done.exit_code == 0
    assert done.stdout.startswith("audience cost: What a leader loses at home")
    assert "Fearon 1994" in done.stdout
    every = CliRunner().invoke(cli, ["explain"]).stdout
    assert every.count("\n") >= len(glossary())
    assert CliRunner().invoke(cli, ["explain", "nonsense"]).exit_code == 1
