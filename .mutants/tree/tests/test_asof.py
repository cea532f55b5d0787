import datetime
import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from winset.case.folder import read_case
from winset.charts.render import rendered
from winset.charts.timeline import timeline as drawn
from winset.cli.timeline import timeline as command
from winset.evidence.coding.asof import as_of
from winset.forecast.timeline import make_timeline, statement_dates
from winset.models import make_model

CASE = Path(__file__).parent / "fixtures" / "two-coders"
JUNE = datetime.date(2023, 6, 1)


def stance(case, issue, actor):
    return next(s for s in case.stances_on(issue) if s.actor == actor)


def test_later_documents_and_their_statements_are_hidden_and_undated_ones_stay():
    then = as_of(read_case(CASE), JUNE)
    assert [d.id for d in then.documents] == ["gazette-may", "minutes"]
    assert {row.document for row in then.statements} == {"gazette-may", "minutes"}
    assert then.as_of == JUNE


def test_the_day_itself_is_not_later():
    day = datetime.date(2023, 5, 4)
    assert "gazette-may" in {d.id for d in as_of(read_case(CASE), day).documents}
    before = as_of(read_case(CASE), day - datetime.timedelta(days=1))
    assert "gazette-may" not in {d.id for d in before.documents}


def test_derived_numbers_are_derived_again_and_others_stay():
    case = read_case(CASE)
    then = as_of(case, JUNE)
    assert str(stance(then, "toll", "holm").position) == "3.5..4..4.5"
    assert stance(then, "toll", "holm").statements == ("m1", "m2")
    assert stance(then, "toll", "rask").red_line_high is None
    assert stance(then, "opening", "rask") == stance(case, "opening", "rask")
    assert stance(then, "toll", "ferry") == stance(case, "toll", "ferry")


def test_before_anybody_spoke_a_derived_position_is_the_whole_scale():
    then = as_of(read_case(CASE), datetime.date(2020, 1, 1))
    assert str(stance(then, "toll", "holm").position) == "0 to 5"


def test_as_of_its_own_date_a_case_is_itself():
    case = read_case(CASE)
    assert as_of(case, case.as_of) == case


def test_going_back_in_two_steps_or_one_is_the_same():
    case = read_case(CASE)
    step = as_of(as_of(case, datetime.date(2023, 8, 1)), JUNE)
    assert step == as_of(case, JUNE)


def test_nothing_later_can_be_told_from_the_earlier_case():
    """Whatever later documents and statements say, the case as of then is the same."""
    case = read_case(CASE)
    other = replace(
        case,
        documents=tuple(
            replace(d, title="Other") if d.published and d.published > JUNE else d
            for d in case.documents
        ),
        statements=tuple(
            row
            if row.document in ("gazette-may", "minutes")
            else replace(row, status="rejected", note="changed")
            for row in case.statements
        ),
    )
    assert as_of(other, JUNE).digest == as_of(case, JUNE).digest


def test_a_timeline_has_a_moment_a_statement_date_and_the_last_one_is_the_case():
    case = read_case(CASE)
    course = make_timeline(case, make_model("mean", {}), draws=200)
    assert [m.date for m in course.moments] == [*statement_dates(case), case.as_of]
    assert [len(m.statements) for m in course.moments] == [3, 3, 3, 0]
    forecasts = [m.summary("toll").quantiles[0.5] for m in course.moments]
    assert forecasts[0] != forecasts[1]
    assert forecasts[2] == forecasts[3]


def test_a_timeline_makes_each_forecast_from_the_case_as_of_then():
    from winset.forecast.forecast import make_forecast

    case, model = read_case(CASE), make_model("mean", {})
    course = make_timeline(case, model, draws=200, seed=4, since=JUNE)
    assert course.moments[0].date > JUNE
    then = as_of(case, course.moments[0].date)
    assert course.moments[0].summaries == make_forecast(then, model, draws=200, seed=4).summary()


def test_the_chart_and_its_table_say_the_same():
    case = read_case(CASE)
    course = make_timeline(case, make_model("mean", {}), draws=100)
    view = drawn(course, "toll", case=case)
    assert [row[0] for row in view.table.rows] == [m.date.isoformat() for m in course.moments]
    assert [row[5] for row in view.table.rows] == ["m1, m2, m3", "m4, m6", "m7, m8", ""]
    assert rendered(view, ".svg").startswith(b"<svg")
    said = json.dumps(view.themed().to_dict())
    assert "Mayor Rask" in said


def test_a_forecast_without_any_agreement_leaves_the_band_out():
    case = read_case(CASE)
    course = make_timeline(case, make_model("mean", {}), draws=10)
    silent = replace(
        course,
        moments=tuple(
            replace(
                m,
                summaries=tuple(
                    replace(s, quantiles=dict.fromkeys(s.quantiles, math.nan)) for s in m.summaries
                ),
            )
            for m in course.moments
        ),
    )
    assert rendered(drawn(silent, "toll", case=case), ".svg").startswith(b"<svg")


def test_the_command_prints_a_line_a_date(tmp_path):
    chart = tmp_path / "t.svg"
    options = ["--issue", "toll", "--model", "mean", "--draws", "50", "--chart", str(chart)]
    done = CliRunner().invoke(command, [str(CASE), *options])
    assert done.exit_code == 0, done.output
    assert "2023-06-20" in done.output and "holm m4" in done.output
    assert chart.read_bytes().startswith(b"<svg")


@pytest.mark.parametrize("name", ["emission-standards", "china-cnpc-2014"])
def test_a_case_without_statements_has_one_moment(name):
    import winset

    case = winset.open_case(name)
    course = make_timeline(case, make_model("mean", {}), draws=20)
    assert [m.date for m in course.moments] == [case.as_of]
    assert rendered(drawn(course, case.issues[0].id, case=case), ".svg").startswith(b"<svg")
