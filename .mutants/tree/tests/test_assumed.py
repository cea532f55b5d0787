"""Salience and influence that nobody coded: required, or marked and shown as assumed."""

import shutil
from dataclasses import replace

import pytest
from click.testing import CliRunner

from bridge import BRIDGE, FIXTURE, client, folder  # noqa: F401
from winset.case.assumed import assumed_cells, assumed_sentence, with_assumed
from winset.case.folder import read_case, write_case
from winset.case.ranges import point
from winset.cli import cli
from winset.errors import CaseError
from winset.evidence.coding.derive import derive_stances, derived_cells
from winset.evidence.coding.trace import trace
from winset.evidence.doubts.checks import doubts


def without_row(path, start):
    lines = path.read_text().splitlines()
    path.write_text("\n".join(line for line in lines if not line.startswith(start)) + "\n")


def run(*words):
    done = CliRunner().invoke(cli, [*map(str, words)])
    return " ".join(done.output.split())


@pytest.fixture
def derived(tmp_path):
    """The case of two coders, with one row that derivation had to add."""
    path = tmp_path / "bridge"
    shutil.copytree(FIXTURE, path)
    without_row(path / "stances.csv", "opening,holm")
    run("derive", path, "--write", "--salience", "50", "--influence", "100")
    return path


def added(path):
    (row,) = (s for s in read_case(path).stances_on("opening") if s.actor == "holm")
    return row


@pytest.mark.parametrize("quantity", ["salience", "influence"])
def test_a_blank_salience_or_influence_is_refused_not_filled_in(quantity):
    case = read_case(FIXTURE)
    stances = (replace(case.stances[0], **{quantity: None}), *case.stances[1:])
    with pytest.raises(CaseError, match=f"holm on toll: {quantity}: must be given"):
        replace(case, stances=stances)


def test_a_row_that_derivation_adds_marks_its_salience_and_influence_as_assumed(derived):
    row = added(derived)
    assert assumed_cells(row) == ("salience", "influence")
    assert derived_cells(row) == ("position",)
    again = derive_stances(read_case(derived)).case
    assert again.stances == read_case(derived).stances


def test_the_check_the_forecast_and_the_trace_name_what_is_assumed(derived):
    found = [d for d in doubts(read_case(derived)) if d.code == "W309"]
    assert [(d.where, d.found) for d in found] == [
        ("holm on opening", "salience 50"), ("holm on opening", "influence 100"),
    ]  # fmt: skip
    assert (
        "Assumed, not coded: salience and influence of Mayor Holm on Year the bridge opens."
        in run("forecast", derived, "--model", "mean", "--draws", "50")
    )
    assert "salience: 50, assumed" in run("trace", derived, "opening", "holm")
    cells = {
        cell.quantity: cell.origin for cell in trace(read_case(derived), "opening", "holm").cells
    }
    assert (cells["salience"], cells["influence"]) == ("assumed", "assumed")


def test_a_case_without_assumed_numbers_says_nothing_of_them():
    assert assumed_sentence(read_case(FIXTURE)) == ""
    assert "Assumed" not in run("forecast", FIXTURE, "--model", "mean", "--draws", "50")


def test_a_number_coded_on_a_page_is_no_longer_marked(client, folder):  # noqa: F811
    path = folder / "bridge"
    case = read_case(path)
    write_case(
        replace(
            case,
            stances=tuple(
                with_assumed(s, ("salience", "influence")) if s.actor == "holm" else s
                for s in case.stances
            ),
        ),
        path,
    )
    told = client.get(BRIDGE).json()
    (row,) = (r for r in told["rows"]["stances"]
              if (r["fields"]["actor"], r["fields"]["issue"]) == ("holm", "toll"))  # fmt: skip
    body = {"key": row["key"], "revision": row["revision"], "fields": {"salience": "70"}}
    assert client.patch(f"{BRIDGE}/rows/stances", json=body).status_code == 200
    (after,) = (s for s in read_case(path).stances_on("toll") if s.actor == "holm")
    assert (after.salience, assumed_cells(after)) == (point(70), ("influence",))
    page = client.get("/cases/own/bridge/trace/toll/holm").text
    assert page.count("Assumed for a start") == 1
