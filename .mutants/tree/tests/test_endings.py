"""Every accepted statement ends in a number of the case, or in a named reason why not."""

import datetime
import itertools
from dataclasses import replace

import pytest
from click.testing import CliRunner

from bridge import BRIDGE, client, folder  # noqa: F401
from winset.case.folder import read_case, write_case
from winset.case.model import Case
from winset.case.parts import Actor, Claim, Document, Issue, Scale, Stance, Statement, Tie
from winset.case.ranges import parse_range, point
from winset.cli import cli
from winset.evidence.coding.derive import derive_stances, marked
from winset.evidence.coding.endings import Reason, endings, idle
from winset.evidence.doubts.checks import doubts

DAY = datetime.date(2015, 2, 1)


def statement(id, kind="position", value=None, **more):
    start = 10 * int(id[1:])
    return Statement(
        coder=more.pop("coder", "ida"),
        id=id,
        document=more.pop("document", "d0"),
        start=start,
        end=start + 9,
        quote_sha256="0" * 64,
        speaker=more.pop("speaker", "ann"),
        issue=more.pop("issue", "pie"),
        kind=kind,
        value=None if value is None else parse_range(value),
        status=more.pop("status", "accepted"),
        **more,
    )


def case_of(*statements, stances=None, **more):
    """A case with Ann's stance on the pie; the leader has none."""
    ann = Stance(
        issue="pie", actor="ann", position=point(40), salience=point(50), influence=point(100)
    )
    return Case(
        title="A pie",
        as_of=DAY,
        issues=(Issue(id="pie", title="Pie", scale=Scale()),),
        actors=(Actor(id="ann", name="Ann"), Actor(id="leader", name="The Leader")),
        documents=(
            Document(id="d0", published=DAY),
            Document(id="old", published=DAY - datetime.timedelta(days=3_000)),
        ),
        stances=(ann,) if stances is None else stances,
        statements=statements,
        **more,
    )


FORBIDDEN = statement("s1", "red line", "0 to 25", speaker="leader")
ANN = case_of().stances[0]
DERIVED = marked(ANN, ("position",))


def reason(case, id="s1"):
    (ending,) = (e for e in endings(case) if e.statement.id == id)
    return ending.reason


@pytest.mark.parametrize(
    ("wanted", "case", "remedy"),
    [
        (Reason.NO_STANCE, case_of(FORBIDDEN), "Add a stance of leader on pie"),
        (Reason.NO_SPEAKER, case_of(statement("s1", value="4", speaker="unresolved")), "Name the"),
        (Reason.AUTHOR, case_of(statement("s1", value="4", speaker="author")), "Name the actor"),
        (Reason.NO_ISSUE, case_of(statement("s1", value="4", issue=None)), "Choose the issue"),
        (Reason.NO_VALUE, case_of(statement("s1", "red line")), "Give its value"),
        (Reason.FORECAST, case_of(statement("s1", "forecast")), "claims.csv"),
        (Reason.KIND, case_of(statement("s1", "threat")), "Cite s1 in the `statements`"),
        (Reason.KIND, case_of(statement("s1", "blame", "4")), "Cite s1"),
        (Reason.BY_HAND, case_of(statement("s1", value="60")), "Cite s1 in that stance"),
        (Reason.NOT_WRITTEN, case_of(statement("s1", "red line", "20")), "winset derive"),
        (
            Reason.NO_SIDE,
            case_of(statement("s1", "red line", "20"), stances=(DERIVED,)),
            "“at least” or “at most”",
        ),
        (
            Reason.TOO_OLD,
            case_of(statement("s1", value="60", document="old"), statement("s2", value="50")),
            "Superseded by s2",
        ),
    ],
    ids=lambda value: value.name if isinstance(value, Reason) else "",
)
def test_each_reason_is_named_and_says_what_would_make_the_statement_count(wanted, case, remedy):
    (ending,) = (e for e in endings(case) if e.statement.id == "s1")
    assert ending.reason is wanted
    assert remedy in ending.remedy
    assert ending.counts == ()


def test_red_lines_that_cross_are_named():
    low = statement("s1", "red line", "80", condition="at least")
    high = statement("s2", "red line", "10", condition="at most")
    stance = replace(ANN, red_line_high=point(10), statements=("s2",))
    assert reason(case_of(low, high, stances=(stance,))) is Reason.CROSSED


def test_a_statement_that_a_stance_a_tie_or_a_claim_cites_counts():
    row = statement("s1", "threat")
    stance = replace(ANN, statements=("s1",))
    tie = Tie(source="ann", target="leader", kind="dependence", weight=point(0.2),
              statements=("s1",))  # fmt: skip
    claim = Claim(id="c1", statements=("s1",), text="War?", outcome=("yes",))
    for more in ({"stances": (stance,)}, {"ties": (tie,)}, {"claims": (claim,)}):
        (ending,) = endings(case_of(row, **more))
        assert ending.reason is None and len(ending.counts) == 1


def test_a_cited_red_line_whose_cell_is_empty_is_not_in_the_numbers():
    row = statement("s1", "red line", "20")
    assert reason(case_of(row, stances=(replace(ANN, statements=("s1",)),))) is Reason.NOT_WRITTEN


def test_proposed_and_rejected_statements_are_not_looked_at():
    rows = (statement("s1", value="4", status="proposed"), statement("s2", status="rejected"))
    assert endings(case_of(*rows)) == ()


def test_every_accepted_statement_has_an_ending_and_only_one_kind_of_it():
    kinds = ("position", "red line", "conditional offer", "threat", "blame", "denial", "forecast")
    cells = itertools.product(
        kinds, ("4", "0 to 25", None), ("ann", "leader", "author", "unresolved"), ("pie", None)
    )
    rows = [
        statement(f"s{k}", kind, value, speaker=speaker, issue=issue)
        for k, (kind, value, speaker, issue) in enumerate(cells, 1)
    ]
    for case in (case_of(*rows), case_of(*rows, stances=(DERIVED,)), case_of(*rows, stances=())):
        for told in (case, derive_stances(case).case):
            found = endings(told)
            assert [e.statement for e in found] == rows
            assert all(bool(e.counts) == (e.reason is None) for e in found)
            assert all(bool(e.remedy) == (e.reason is not None) for e in found)
    assert not {e.reason for e in idle(derive_stances(case_of(*rows)).case)} & {Reason.NOT_WRITTEN}


# The same on the command line, in the check and on the page


def test_derive_names_the_red_line_of_a_leader_without_a_stance(tmp_path):
    write_case(case_of(FORBIDDEN), tmp_path)
    done = CliRunner().invoke(cli, ["derive", str(tmp_path)])
    output = " ".join(done.output.split())
    assert done.exit_code == 0
    assert "counted nowhere, since its speaker has no stance on the issue: s1 (leader on pie, red "
    assert "red line 0 to 25). Add a stance of leader on pie" in output


def test_derive_offers_to_add_the_stance_where_a_position_was_stated(tmp_path):
    write_case(case_of(statement("s1", value="10", speaker="leader")), tmp_path)
    command = ["derive", str(tmp_path)]
    output = " ".join(CliRunner().invoke(cli, command).output.split())
    assert "With --salience and --influence, --write adds the stances of leader on pie." in output
    done = CliRunner().invoke(cli, [*command, "--write", "--salience", "50", "--influence", "90"])
    assert "counted nowhere" not in done.output
    assert idle(read_case(tmp_path)) == ()


def test_the_check_names_every_idle_statement_once():
    rows = (
        FORBIDDEN,
        statement("s2", "threat"),
        statement("s3", value="9", speaker="unresolved"),
        statement("s4"),
        statement("s5", "red line", "20"),
        statement("s6", value="60"),
    )
    raised = [d for d in doubts(case_of(*rows)) if d.code == "W406" or "W409" <= d.code < "W500"]
    for row in rows:
        assert sum(f"{row.id} (" in d.found or row.id in d.where for d in raised) == 1, row.id
    (leader,) = (d for d in raised if d.code == "W409")
    assert leader.where == "leader on pie"
    assert leader.found == "s1 (red line 0 to 25): its speaker has no stance on the issue"


def test_the_page_and_its_interface_name_an_accepted_red_line_without_a_stance(client, folder):  # noqa: F811
    path = folder / "bridge" / "stances.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join(x for x in lines if not x.startswith("toll,rask")) + "\n")
    entries = client.get(f"{BRIDGE}/derivation").json()["idle"]
    named = {entry["id"]: entry for entry in entries}
    assert named["m8"]["reason"] == "its speaker has no stance on the issue"
    assert named["m8"]["remedy"].startswith("Add a stance of rask on toll")
    assert (named["m8"]["speaker"], named["m8"]["kind"]) == ("Mayor Rask", "red line")
    assert client.get(named["m8"]["address"]).status_code == 200
    page = client.get("/cases/own/bridge/evidence").text
    assert "its speaker has no stance on the issue" in page
    document = named["m8"]["address"].split("/")[-1].split("?")[0]
    told = client.get(f"{BRIDGE}/documents/{document}").json()["statements"]
    idle_words = {row["id"]: row["idle"] for row in told if row["status"] == "accepted"}
    assert "Add a stance of rask on toll" in idle_words["m8"]
