import datetime
import json
from dataclasses import replace

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from winset.case.folder import parse_case, read_case, render_case, write_case
from winset.case.parts import Claim, QuestionAnswer, Resolved, Statement
from winset.case.ranges import parse_range
from winset.case.shipped import open_case
from winset.cli import cli
from winset.errors import CaseError, WinsetError
from winset.evidence.coding.asof import as_of
from winset.track_record.claims import (
    bootstrapped,
    claims_of,
    open_cases,
    tallies,
    uncoded,
    wilson,
)

HEADER = (
    "id,statements,author,outlet,made,question,issue,text,condition,by,outcome,value,probability,"
    "resolution,resolved,source,note\n"
)
TODAY = datetime.date(2024, 6, 1)
DAY = datetime.date(2024, 3, 20)


def with_claims(files, text, header=HEADER):
    return {**files, "claims.csv": (header + text).encode()}


def problems(files):
    with pytest.raises(CaseError) as caught:
        parse_case(files)
    return [str(problem) for problem in caught.value.problems]


def claim(**said):
    probability = said.pop("probability", None)
    value = said.pop("value", None)
    return Claim(
        id=said.pop("id", "c1"),
        probability=None if probability is None else parse_range(probability),
        value=None if value is None else parse_range(value),
        **said,
    )


def resolved(case, id, outcome, date=DAY):
    """``case`` with question ``id`` come out."""
    answered = QuestionAnswer(outcome=outcome, date=date)
    questions = [replace(q, resolution=answered) if q.id == id else q for q in case.questions]
    return replace(case, questions=tuple(questions))


def one(case, **said):
    [scored] = claims_of(replace(case, claims=(claim(**said),)), today=TODAY)
    return scored


# In the case folder


def test_claims_are_read_and_written_back_to_the_byte(pie_files, tmp_path):
    rows = (
        'c1 ,s3,"Doe, J.",The Gazette,2024-02-21,deal,,,,,yes,,0.6..0.7..0.8,,,,\r\n'
        'c2,,,,,,pie,,,,,60 to 70,,,,,"why, then"\r\n'
        "c3,,,,,,,Will it be late?,Ann is away,2024-05-01,no,,,void,2024-05-02,the clock,\r\n"
    )
    files = with_claims(pie_files, rows, HEADER.replace("\n", "\r\n"))
    case = parse_case(files)
    assert render_case(case) == files
    assert [c.id for c in case.claims] == ["c1", "c2", "c3"]
    assert str(case.claims[1].value) == "60 to 70"
    write_case(case, tmp_path)
    assert (tmp_path / "claims.csv").read_bytes() == files["claims.csv"]
    assert read_case(tmp_path) == case


def test_one_changed_claim_changes_one_line(pie_files):
    rows = "c1,s3,,,,deal,,,,,yes,,.7,,,,\nc2 ,,,,,deal,,,,,no,,.2,,,,\n"
    files = with_claims(pie_files, rows)
    case = parse_case(files)
    edited = replace(case, claims=(replace(case.claims[0], note="seen"), case.claims[1]))
    after = render_case(edited)["claims.csv"].decode().splitlines()
    before = files["claims.csv"].decode().splitlines()
    assert [k for k, (a, b) in enumerate(zip(before, after, strict=True)) if a != b] == [1]


def test_a_european_table_of_claims_is_understood(pie_files):
    header = HEADER.replace(",", ";")
    case = parse_case(with_claims(pie_files, "c1;s3;;;;deal;;;;;yes;;0,75;;;;\n", header))
    assert str(case.claims[0].probability) == "0.75"


def test_all_that_is_wrong_with_claims_is_said_at_once_with_its_place(pie_files):
    rows = (
        "c1,s9,,,,deel,,,,,yes,,1.5,,,,\n"
        "c1,,,,tomorrow,deal,,,,,maybe,,,,,,\n"
        "c3,,,,,share,,,,,north;south,,,,,,\n"
        "c4,,,,,,pie,,,,,140,.5,,,,\n"
        "c5,,,,,deal,pie,,,,yes,,,,,,\n"
        "c6,,,,,deal,,,,,yes,,,no,,,\n"
        "c7,,,,,,,Late?,,,yes,,,,2024-01-01,,\n"
        "c8,,,,,,,Late?,,,,3,,,,,\n"
    )
    said = "\n".join(problems(with_claims(pie_files, rows)))
    for expected in (
        "claims.csv:2:4: claim c1: statements: must be a known statement; found “s9”",
        "claims.csv:2:10: claim c1: question: must be a known question; found “deel”; did you "
        "mean “deal”?",
        "claims.csv:2:24: c1: probability: must be in [0, 1]; found “1.5”",
        "claims.csv:3:1: claims: c1: must stand once",
        "claims.csv:3:7: c1: made: must be a date such as 2015-07-14; found “tomorrow”",
        "claims.csv:3:25: claim c1: outcome: must be among yes, no; found “maybe”",
        "claims.csv:4:18: claim c3: outcome: must leave an outcome out",
        "claims.csv:5:17: claim c4: value: must be in [0, 100]; found 140",
        "claims.csv:5:21: claim c4: probability: must be empty where the claim is on an issue",
        "claims.csv:6:1: claim c5: must have exactly one of question, issue and text; found "
        "question and issue",
        "claims.csv:7:23: claim c6: resolution: must be empty or void: the question itself says",
        "claims.csv:8:25: claim c7: resolved: must be empty without a resolution",
        "claims.csv:9:19: claim c8: value: must be empty unless the claim is on an issue",
        "claims.csv:9:18: claim c8: outcome: must be given",
    ):
        assert expected in said, said
    assert len(said.splitlines()) == 14


def test_a_misspelt_column_is_answered_with_the_nearest_one(pie_files):
    said = problems(with_claims(pie_files, "c1,,yes,\n", "id,text,outcome,statments\n"))
    assert "claims.csv:1:17: claims: column 4: must be a known column" in said[0]
    assert "did you mean “statements”?" in said[0]


def test_claims_leave_the_digest_of_the_case_as_it_is(pie):
    case = replace(pie, claims=(claim(question="deal", outcome=("yes",)),))
    assert case.digest == pie.digest
    assert case != pie


def test_as_of_a_day_later_claims_are_hidden(pie):
    said = {"question": "deal", "outcome": ("yes",)}
    rows = (
        claim(id="early", made=datetime.date(2024, 2, 1), **said),
        claim(id="late", made=datetime.date(2024, 2, 20), **said),
        claim(id="undated", **said),
        claim(id="cited", statements=("s1",), **said),
    )
    case = replace(pie, claims=rows)
    assert as_of(case, pie.as_of).claims == rows
    then = as_of(case, datetime.date(2024, 2, 10))
    assert [c.id for c in then.claims] == ["early", "undated"]


# How they come out


def test_author_outlet_and_dates_come_from_statement_document_and_question(pie):
    documents = tuple(replace(d, publisher="Gazette") for d in pie.documents)
    said = one(
        replace(pie, documents=documents), statements=("s3",), question="deal", outcome=("yes",)
    )
    assert (said.author, said.outlet) == ("Bob", "Gazette")
    assert str(said.made_on) == "2024-02-20"
    assert str(said.by) == "2024-04-01"
    own = one(
        pie, statements=("s3",), question="deal", outcome=("yes",), author="Doe", outlet="Radio",
        made=DAY, by=TODAY,
    )  # fmt: skip
    assert (own.author, own.outlet, own.made_on, own.by) == ("Doe", "Radio", DAY, TODAY)


def test_a_claim_is_open_then_overdue_then_right_or_wrong(pie):
    said = {"question": "deal", "outcome": ("yes",), "probability": ".8"}
    case = replace(pie, claims=(claim(**said),))
    [early] = claims_of(case, today=datetime.date(2024, 4, 1))
    [late] = claims_of(case, today=datetime.date(2024, 4, 2))
    assert (early.state, late.state) == ("open", "overdue")
    assert (late.brier, late.hit) == (None, None)
    right, wrong = (one(resolved(pie, "deal", come), **said) for come in ("yes", "no"))
    assert (right.state, right.hit, right.resolved) == ("came about", True, DAY)
    assert right.brier == pytest.approx(0.04)
    assert right.log_score == pytest.approx(0.2231, abs=1e-4)
    assert (wrong.state, wrong.hit) == ("did not", False)
    assert wrong.brier == pytest.approx(0.64)


def test_an_unlikely_outcome_that_stays_away_is_a_hit_and_even_odds_are_neither(pie):
    case = resolved(pie, "deal", "no")
    assert one(case, question="deal", outcome=("yes",), probability=".2").hit is True
    assert one(case, question="deal", outcome=("yes",), probability=".5").hit is None
    flat = one(case, question="deal", outcome=("yes",))
    assert (flat.hit, flat.brier, flat.log_score) == (False, None, None)


def test_a_claim_of_several_options_is_right_if_one_of_them_comes():
    case = open_case("iran-syria-2015")
    said = one(
        case, question="talks-on-syria", outcome=("bilateral", "multilateral"), probability="1"
    )
    assert (said.state, said.brier, said.outcome) == ("came about", 0.0, "multilateral")
    assert said.predicted == "bilateral or multilateral"


def test_a_void_claim_counts_for_nothing(pie):
    case = resolved(pie, "deal", "yes")
    said = one(case, question="deal", outcome=("yes",), probability=".9", resolution="void")
    assert (said.state, said.hit, said.brier) == ("void", None, None)


def test_a_claim_on_an_issue_is_scored_by_distance_as_a_share_of_the_scale(pie):
    outcome = Resolved(value=parse_range("0.5..1..1.5"), date=DAY)
    issues = (pie.issues[0], replace(pie.issues[1], outcome=outcome))
    case = replace(pie, issues=issues)
    sharp = one(case, issue="plates", value="4.5")
    assert (sharp.state, sharp.hit) == ("settled", None)
    assert sharp.crps == pytest.approx(3.5 / 7)
    wide = one(case, issue="plates", value="0 to 7")
    assert wide.hit is True
    # Uniform on [0, 1] at x: ((x^3 + (1-x)^3) / 3.
    x = 1 / 7
    assert wide.crps == pytest.approx((x**3 + (1 - x) ** 3) / 3, abs=1e-4)
    assert one(case, issue="plates", value="5 to 7").hit is False
    assert one(pie, issue="plates", value="4.5").state == "open"


@given(st.lists(st.floats(0, 1), min_size=3, max_size=3).map(sorted), st.booleans())
def test_the_score_lies_within_what_the_coded_range_allows(ends, happened):
    low, mode, high = (round(end, 6) for end in ends)
    said = {"text": "Late?", "outcome": ("yes",), "resolution": "yes" if happened else "no"}
    case = open_case("emission-standards")
    found = one(case, probability=f"{low:.6f}..{mode:.6f}..{high:.6f}", **said)
    assert found.brier_low - 1e-9 <= found.brier <= found.brier_high + 1e-9


# Records


def many(pie, names, outcome="yes", probability=".8"):
    rows = [
        claim(id=f"c{k}", text=f"Event {k}?", outcome=("yes",), author=name, resolution=outcome,
              probability=probability)
        for k, name in enumerate(names)
    ]  # fmt: skip
    return claims_of(replace(pie, claims=tuple(rows)), today=TODAY)


def test_records_are_by_name_and_thin_ones_are_marked_not_hidden(pie):
    scored = many(pie, ["Doe"] * 3 + ["DOE  "] * 2 + ["Roe", ""])
    doe, roe, nobody = tallies(scored, "author")
    assert (doe.name, doe.claims, doe.settled, doe.thin) == ("Doe", 5, 5, False)
    assert (roe.name, roe.thin) == ("Roe", True)
    assert (nobody.name, nobody.settled) == ("unnamed", 1)
    assert tallies(scored, "author", least=6)[0].thin
    [everything] = tallies(scored, "outlet")
    assert (everything.name, everything.settled) == ("unknown outlet", 7)


def test_a_record_counts_what_is_open_overdue_and_void(pie):
    rows = (
        claim(id="a", text="A?", outcome=("yes",), author="Doe", resolution="void"),
        claim(id="b", text="B?", outcome=("yes",), author="Doe", by=DAY),
        claim(id="c", text="C?", outcome=("yes",), author="Doe"),
    )
    [doe] = tallies(claims_of(replace(pie, claims=rows), today=TODAY), "author")
    assert (doe.claims, doe.settled, doe.open, doe.overdue, doe.void) == (3, 0, 1, 1, 1)
    assert (doe.hits, doe.brier, doe.log_score, doe.crps) == (None, None, None, None)


@pytest.mark.parametrize(
    ("right", "count", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611),
     (1, 29, 0.0061, 0.1718)],
)  # fmt: skip
def test_shares_have_the_intervals_of_newcombe_1998_table_1(right, count, low, high):
    rate = wilson(right, count)
    assert (rate.low, rate.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_claims_that_one_event_settles_share_its_luck():
    values, names = [0.1, 0.5, 0.2, 0.9], ["a", "b", "c", "d"]
    once = bootstrapped(values, names)
    assert once.low < once.value < once.high
    twice = bootstrapped(values * 2, names * 2)
    assert (twice.low, twice.high) == (pytest.approx(once.low), pytest.approx(once.high))
    apart = bootstrapped(values * 2, [*names, *"efgh"])
    assert apart.high - apart.low < twice.high - twice.low


def test_one_event_gives_a_mean_without_an_interval():
    rate = bootstrapped([0.1, 0.3, None], ["a", "a", "b"])
    assert (rate.value, rate.low, rate.high, rate.count) == (pytest.approx(0.2), None, None, 2)
    assert bootstrapped([None], ["a"]) is None


# The shipped cases, and folders of cases


def test_the_shipped_cases_carry_their_authors_forecasts():
    [front, *wrecked] = claims_of(open_case("iran-nuclear-2015"), today=TODAY)
    assert (front.outlet, front.state, front.hit) == ("Foreign Affairs", "came about", True)
    assert [row.state for row in wrecked] == ["void", "void"]
    engage, embassies = claims_of(open_case("iran-syria-2015"), today=TODAY)
    assert (engage.outlet, engage.state) == ("Al-Monitor", "came about")
    assert (embassies.author, embassies.state, embassies.by) == ("Hassan Rouhani", "open", None)
    for name in ("iran-nuclear-2015", "iran-syria-2015"):
        assert uncoded(open_case(name)) == ()


def test_a_forecast_without_a_claim_is_listed_once_it_is_accepted(pie):
    row = pie.statements[2]
    forecast = Statement(
        coder=row.coder, id="f1", document=row.document, start=row.start, end=row.end,
        quote_sha256=row.quote_sha256, kind="forecast", status="proposed", speaker="author",
    )  # fmt: skip
    assert uncoded(replace(pie, statements=(*pie.statements, forecast))) == ()
    case = replace(pie, statements=(*pie.statements, replace(forecast, status="accepted")))
    assert [r.id for r in uncoded(case)] == ["f1"]
    cited = claim(statements=("f1",), question="deal", outcome=("yes",))
    assert uncoded(replace(case, claims=(cited,))) == ()


def test_a_folder_of_cases_opens_all_of_them_but_no_sealed_copies(pie, tmp_path):
    write_case(pie, tmp_path / "a")
    write_case(pie, tmp_path / "deep" / "b")
    write_case(pie, tmp_path / "a" / "sealed" / "0123456789abcdef")
    found = open_cases([tmp_path, "iran-syria-2015"])
    assert list(found) == [
        str(tmp_path / "a"), str(tmp_path / "deep" / "b"), "iran-syria-2015",
    ]  # fmt: skip
    with pytest.raises(WinsetError, match="given twice"):
        open_cases([tmp_path, tmp_path / "a"])
    with pytest.raises(WinsetError, match=r"must hold a case\.yaml"):
        open_cases([tmp_path / "deep" / "b" / "documents"])


# The command


def run(*words):
    return CliRunner().invoke(cli, ["claims", *map(str, words)])


def test_the_command_lists_claims_and_records():
    done = run("iran-nuclear-2015", "iran-syria-2015", "--today", "2024-06-01")
    assert done.exit_code == 0, done.output
    assert "came about on 2016-06-15; Brier 0.01 (0.00 to 0.04 over the coded range)" in done.output
    assert "thin: fewer than 5 settled claims" in done.output
    assert max(map(len, done.output.splitlines())) <= 80


def test_the_command_prints_json_with_unrounded_scores():
    said = json.loads(run("iran-nuclear-2015", "--json").output)
    assert said["claims"][0]["brier"] == pytest.approx(0.0184912287450431)
    assert said["by_outlet"][0]["hits"]["value"] == 1.0
    assert said["uncoded"] == []


def test_overdue_claims_and_uncoded_forecasts_stand_out(pie, tmp_path):
    statements = tuple(replace(s, kind="forecast") if s.id == "s4" else s for s in pie.statements)
    rows = (claim(text="Late?", outcome=("yes",), by=DAY, probability=".5 to .7"),)
    write_case(replace(pie, statements=statements, claims=rows), tmp_path)
    output = run(tmp_path, "--today", "2024-06-01").output
    assert "OVERDUE: was to be settled by 2024-03-20" in output
    assert "s4 is a forecast without a claim" in " ".join(output.split())


def test_as_of_hides_later_claims_from_the_command():
    assert run("iran-syria-2015", "--as-of", "2015-11-12").output == "no claims\n"
    assert "Al-Monitor" in run("iran-syria-2015", "--as-of", "2015-11-13").output


def test_wide_records_stay_within_the_line(pie, tmp_path):
    rows = [
        claim(id=f"c{k}", text=f"{k}?", outcome=("yes",), author="A name of some length indeed",
              probability=str(k / 20), resolution="no" if k % 3 else "yes")
        for k in range(1, 19)
    ]  # fmt: skip
    outcome = Resolved(value=parse_range("40"))
    rows += [
        claim(id=f"v{k}", issue=issue.id, value=f"{k} to 7", author="A name of some length indeed")
        for k, issue in enumerate(pie.issues)
    ]
    issues = tuple(replace(i, outcome=replace(outcome, value=i.reversion)) for i in pie.issues)
    write_case(replace(pie, claims=tuple(rows), issues=issues), tmp_path)
    output = run(tmp_path).output
    assert "CRPS" in output
    assert max(map(len, output.splitlines())) <= 80


def test_the_command_says_which_yardstick_reads_words_and_which_words_get_no_number():
    output = " ".join(run("--words", "highly unlikely").output.split())
    assert output.startswith("“highly unlikely”: 0.1 to 0.2 by PHIA (UK Professional Head of")
    denied = run("--words", "a deal is not very likely").output
    assert denied == "“not very likely”: no number, since it stands under a negation\n"
    assert run("--words", "a deal").output == "no words of likelihood\n"
    (only,) = json.loads(run("--words", "bound to", "--json").output)
    assert only == {"words": "bound to", "wording": None, "reason": "no yardstick lists it"}


def test_the_command_needs_a_case():
    assert run().exit_code == 2
    assert run("nowhere").exit_code == 1
