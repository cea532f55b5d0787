import re

import pytest

from winset.case.folder import render_case
from winset.case.shipped import open_case, shipped_cases
from winset.errors import WinsetError
from winset.forecast.forecast import make_forecast
from winset.models import Mean, Median

NAMES = sorted(shipped_cases())


def test_the_catalogue_is_what_it_should_be():
    assert NAMES == [
        "china-cnpc-2014",
        "china-upstream-2014",
        "emission-standards",
        "iran-nuclear-2015",
        "iran-syria-2015",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_case_is_valid_cited_and_written_back_as_it_stands(name):
    case = open_case(name)
    assert case.citation
    assert case.summary
    assert render_case(case) == dict(case.files)
    assert make_forecast(case, Mean(), draws=10).settlement.shape[1] == len(case.issues)


@pytest.mark.parametrize("name", NAMES)
def test_every_stance_rests_on_a_statement_or_says_why_not(name):
    case = open_case(name)
    for stance in case.stances:
        assert stance.statements or stance.note or "Table" in case.citation, stance


@pytest.mark.parametrize(("name", "actors"), [("china-upstream-2014", 26), ("china-cnpc-2014", 34)])
def test_the_published_tables_have_all_their_actors(name, actors):
    assert len(open_case(name).actors) == actors


def test_the_emission_case_begins_where_the_publication_says():
    """Scholz, Calbert and Smith 2011, Table 1: mean 7.39 and median 7 before any round."""
    case = open_case("emission-standards")
    assert make_forecast(case, Mean(), raw=True).settlement.item() == pytest.approx(7.39, abs=0.005)
    assert make_forecast(case, Median(), raw=True).settlement.item() == pytest.approx(7.0)
    assert str(case.issues[0].outcome.value) == "8.833"


def test_the_nuclear_case_has_the_parties_that_must_ratify():
    case = open_case("iran-nuclear-2015")
    assert case.as_of.isoformat() == "2015-02-23"
    assert {p.id for p in case.parties} >= {"iran"}
    (signs,) = case.members("iran", "negotiator")
    assert "Zarif" in signs.name
    assert any("Khamenei" in a.name for a in case.members("iran", "veto player"))
    assert {s.id for s in case.scenarios} >= {"new-sanctions", "open-split", "hardship-eased"}
    assert all(issue.outcome is not None for issue in case.issues)


def test_the_syrian_case_asks_whether_the_ban_is_defied():
    case = open_case("iran-syria-2015")
    horizons = {q.id: str(q.horizon) for q in case.questions}
    assert "2016-06-30" in horizons.values()
    asked = next(q for q in case.questions if len(q.options) == 3)
    assert asked.resolution.outcome == "multilateral"


@pytest.mark.parametrize("name", NAMES)
def test_no_shipped_case_quotes_at_length(name):
    """Short names and figures only: the articles themselves are not ours to ship."""
    for statement in open_case(name).statements:
        assert statement.quote == ""
        assert re.fullmatch(r"[0-9a-f]{64}", statement.quote_sha256)


def test_an_unknown_case_is_answered_with_the_nearest_one():
    with pytest.raises(WinsetError, match="did you mean “iran-syria-2015”"):
        open_case("iran-syria")
