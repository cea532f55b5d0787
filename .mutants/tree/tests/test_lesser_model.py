"""The model that answers is never a lesser one without a word, and rounds find a model."""

import json

import pytest
from click.testing import CliRunner

from any_talks import player, talks
from bridge import BRIDGE, client, folder  # noqa: F401
from unmarked import unmarked
from winset.case.certainty import points_sentence
from winset.case.folder import read_case, write_case
from winset.case.shipped import open_case
from winset.cli import cli
from winset.models import default_model, lacks, lesser_sentence

PAIR = (
    player("a", "north", "negotiator; voter", "10..20..30", price=20),
    player("b", "south", "negotiator; voter", 80, price=20),
)
ALONE = (PAIR[0], player("b", "south", "voter", 80, price=20))


def named(case):
    return [(lack.table, lack.id, lack.field) for lack in lacks(case)]


def blank(case):
    """The case without a reversion on its first issue."""
    from dataclasses import replace

    first = replace(case.issues[0], reversion=None)
    return replace(case, issues=(first, *case.issues[1:]))


def run(*words):
    done = CliRunner().invoke(cli, [*map(str, words)])
    assert done.exit_code == 0, done.output
    return " ".join(done.output.replace("two-\n  level", "two-level").split())


def test_a_case_that_lacks_nothing_is_answered_by_two_levels_without_a_word():
    case = talks(PAIR)
    assert (default_model(case), lacks(case), lesser_sentence(case)) == ("two-level", (), "")


@pytest.mark.parametrize(
    ("case", "missing", "words"),
    [
        (blank(talks(PAIR)), [("issues", "x", "reversion")], "reversion of the issue x"),
        (talks(ALONE), [("actors", "b", "role")], "a negotiator of south"),
        (talks(PAIR[:1]), [("parties", "", "name")], "two parties at the table, each with a neg"),
        (
            blank(talks(ALONE)),
            [("issues", "x", "reversion"), ("actors", "b", "role")],
            "reversion of the issue x); a negotiator of south",
        ),
    ],
)
def test_what_is_missing_for_the_full_answer_is_named_field_by_field(case, missing, words):
    assert default_model(case) == "mean"
    assert named(case) == missing
    assert words in lesser_sentence(case)


@pytest.mark.parametrize("command", ["forecast", "sensitivity", "compare"])
def test_each_command_says_what_is_missing_where_no_model_is_named(command, tmp_path):
    write_case(blank(talks(PAIR)), tmp_path)
    more = ["--draws", "20"] if command == "forecast" else ["--draws", "256"]
    more += ["--scenario", "base", "--scenario", "base"] if command == "compare" else []
    assert "It needs: what holds if talks fail on “x”" in run(command, tmp_path, *more)
    assert "lacks" not in run(command, tmp_path, *more, "--model", "mean")


def test_json_stays_json_and_the_word_goes_to_standard_error(tmp_path):
    write_case(blank(talks(PAIR)), tmp_path)
    done = CliRunner().invoke(cli, ["forecast", str(tmp_path), "--draws", "20", "--json"])
    assert json.loads(done.stdout)["made"]["model"] == "mean"
    assert "It needs: what holds if talks fail" in " ".join(done.stderr.split())


def test_the_page_names_what_is_missing_and_leads_to_the_field(client, folder):  # noqa: F811
    assert client.get(BRIDGE).json()["lacks"] == []
    assert 'id="lacks"' not in client.get("/cases/own/bridge").text
    write_case(blank(read_case(folder / "bridge")), folder / "bridge")
    (lack,) = client.get(BRIDGE).json()["lacks"]
    assert (lack["table"], lack["id"], lack["field"]) == ("issues", "toll", "reversion")
    page = unmarked(client.get("/cases/own/bridge").text)
    assert "/cases/own/bridge/parts?table=issues&amp;row=toll&amp;field=reversion" in page
    assert "It takes agreement for granted" in page


# Rounds


def test_rounds_asked_for_without_a_model_choose_one_that_plays_them_and_say_which(tmp_path):
    table = tmp_path / "rounds.csv"
    output = run("forecast", "emission-standards", "--rounds", table, "--draws", "20")
    assert "Model “expected-utility” was chosen, since --rounds asks for one that" in output
    assert "It needs" not in output
    assert table.read_text().startswith("draw,round,actor,issue,position\n0,0,")


def test_rounds_of_a_named_model_are_its_own_and_a_model_without_rounds_is_refused(tmp_path):
    table = tmp_path / "rounds.csv"
    command = ["forecast", "emission-standards", "--draws", "20", "--rounds", str(table)]
    assert "was chosen" not in run(*command, "--model", "spatial")
    done = CliRunner().invoke(cli, [*command, "--model", "mean"])
    assert done.exit_code == 1 and "model “mean” plays no rounds" in done.output


# A case without ranges


def test_a_case_without_a_single_range_says_so_where_its_forecast_is_shown(client):  # noqa: F811
    words = "The case codes every number as a point, without a range"
    assert points_sentence(open_case("emission-standards")).startswith(words)
    output = run("forecast", "emission-standards", "--raw")
    assert words in output and "a single draw, for nothing is coded as uncertain" in output
    assert words in unmarked(client.get("/cases/shipped/emission-standards").text)
    assert points_sentence(open_case("iran-nuclear-2015")) == ""


def test_the_emission_case_says_that_its_source_gives_no_ranges():
    notes = " ".join(open_case("emission-standards").notes.split())
    assert "RANGES. The source gives none" in notes
    assert "the forecast is a single point" in notes


def test_the_report_says_it_too(tmp_path):
    report = tmp_path / "report.html"
    run("forecast", "emission-standards", "--draws", "20", "--report", report)
    text = " ".join(unmarked(report.read_text()).split())
    assert "The case codes every number as a point" in text
    assert "It needs: two parties at the table" in text
