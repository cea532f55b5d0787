import datetime
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from winset.case.folder import read_case, write_case
from winset.case.parts import Actor, Change, Claim, QuestionAnswer, Resolved, Scale, Scenario, Tie
from winset.case.ranges import parse_range, point
from winset.errors import WinsetError
from winset.evidence.doubts.checks import DOUBT_KINDS, doubts, doubts_page, explain

ROOT = Path(__file__).parents[1]


def one(members, index, **changes):
    """``members`` with one of them changed."""
    return (*members[:index], replace(members[index], **changes), *members[index + 1 :])


def each(members, **changes):
    return tuple(replace(member, **changes) for member in members)


def actor(case, index, **changes):
    return replace(case, actors=one(case.actors, index, **changes))


def party(case, index, **changes):
    return replace(case, parties=one(case.parties, index, **changes))


def issue(case, index, **changes):
    return replace(case, issues=one(case.issues, index, **changes))


def stance(case, index, **changes):
    return replace(case, stances=one(case.stances, index, **changes))


def tie(case, index, **changes):
    return replace(case, ties=one(case.ties, index, **changes))


def document(case, index, **changes):
    return replace(case, documents=one(case.documents, index, **changes))


def statement(case, index, **changes):
    return replace(case, statements=one(case.statements, index, **changes))


def scenario(case, *changes):
    return replace(case, scenarios=(Scenario(id="s", changes=changes),))


def twice(case):
    first = case.statements[0]
    copy = replace(first, coder="another", end=first.end + 1)
    return replace(case, statements=(*case.statements, copy))


def over_dependent(case):
    kin = Tie(source="ann", target="bob", kind="dependence", weight=point(0.1), note="kin")
    raised = Change(quantity="dependence", set=point(0.6))
    return scenario(replace(case, ties=(*case.ties, kin)), raised)


def late_claim(case):
    settled = QuestionAnswer(outcome="yes", date=datetime.date(2024, 2, 1))
    claim = Claim(id="c1", statements=("s1",), question="deal", outcome=("yes",))
    questions = one(case.questions, 0, resolution=settled)
    return replace(case, questions=questions, claims=(claim,))


def uncited(**changes):
    """Change a red line that nothing cites any more."""
    return lambda case: statement(stance(case, 0, statements=("s1",)), 1, **changes)


def leaderless(case):
    elder = Actor(id="elder", name="Elder", party="north", role=("leader",))
    ann = replace(case.actors[0], role=("negotiator",))
    return replace(case, actors=(ann, *case.actors[1:], elder))


def superseded(case):
    old = replace(case.statements[0], id="s9", document="letter-of-2010")
    paper = replace(case.documents[1], id="letter-of-2010", published=datetime.date(2010, 1, 1))
    return replace(case, statements=(*case.statements, old), documents=(*case.documents, paper))


LATER = datetime.date(2024, 6, 1)
EARLIER = datetime.date(2023, 6, 1)
EARLY = Resolved(value=point(50), date=EARLIER)

# Code: a change to a case without doubts, and what is then said.
RAISED = {
    "W101": (lambda c: actor(c, 2, role=("voter",)), "south: a party without a negotiator"),
    "W102": (lambda c: actor(c, 1, role=()), "north: a party in which nobody ratifies"),
    "W103": (lambda c: tie(c, 0, kind="authority"), "cousins: a pressure group that intimidates"),
    "W104": (lambda c: actor(c, 3, party=None), "cousins: a pressure group in no party"),
    "W105": (lambda c: party(c, 1, unity=point(1)), "south: full unity hides the intimidation"),
    "W106": (lambda c: replace(c, actors=(*c.actors, Actor(id="dog", name="Rex"))), "dog: an"),
    "W107": (lambda c: replace(c, actors=(*c.actors, Actor(id="Ann", name="A"))), "found “ann”"),
    "W108": (lambda c: tie(c, 1, weight=parse_range("0.4..0.6..0.7")), "ann → aunt: a dependence"),
    "W109": (lambda c: tie(c, 1, statements=()), "ann → aunt: a tie without evidence"),
    "W110": (lambda c: tie(c, 1, kind="authority"), "ann → aunt: a tie that changes nothing"),
    "W111": (leaderless, "north on pie: a party at the table none of whose leaders is coded"),
    "W201": (lambda c: replace(c, stances=c.stances[:4]), "plates: an issue on which nobody"),
    "W202": (lambda c: issue(c, 0, reversion=None), "pie: an issue without a reversion"),
    "W203": (lambda c: issue(c, 0, labels={0: "a", 100: "b"}), "pie: a scale with fewer"),
    "W204": (lambda c: issue(c, 0, labels={1: "a", 50: "b", 99: "c"}), "no label at 0 and 100"),
    "W205": (lambda c: replace(c, stances=tuple(
        replace(s, position=parse_range("1 to 3")) for s in c.stances)), "1 to 3 for everybody"),
    "W206": (lambda c: replace(c, stances=each(c.stances, influence=point(100))), "100 for every"),
    "W207": (lambda c: replace(c, stances=each(c.stances, salience=point(50))), "50 for every"),
    "W301": (lambda c: stance(c, 3, note=""), "cousins on pie: a stance without evidence"),
    "W302": (lambda c: stance(c, 0, position=point(60)), "ann on pie: a position known for cert"),
    "W303": (lambda c: stance(c, 0, red_line_low=point(80)), "position 60..67..70 below red_line"),
    "W304": (lambda c: stance(c, 2, audience_cost=point(5)), "bob on pie: an audience cost with"),
    "W305": (lambda c: stance(c, 0, audience_cost=None), "ann on pie: a red line without an"),
    "W306": (lambda c: stance(c, 5, price=point(71)), "ann on plates if pie >= 60: a desperate"),
    "W307": (lambda c: stance(c, 1, influence=point(99)), "found 99, the highest of the case"),
    "W308": (lambda c: stance(c, 0, red_line_low=point(0)), "ann on pie: a red line of no effect"),
    "W309": (lambda c: stance(c, 0, note="[assumed: salience]"), "found salience 80..90..95"),
    "W401": (lambda c: document(c, 1, file="documents/will.txt"), "documents/will.txt: no such"),
    "W402": (lambda c: document(c, 0, sha256="0" * 64), "letters: a kept text that is not the one"),
    "W403": (lambda c: statement(c, 1, start=c.statements[1].start + 1), "s2: a quotation that is"),
    "W404": (lambda c: statement(c, 1, quote="not less then half"), "s2: a quotation that was alt"),
    "W405": (lambda c: statement(c, 1, value=point(101)), "101, outside [0, 100]"),
    "W406": (lambda c: statement(c, 0, speaker="unresolved"), "s1: an accepted statement of"),
    "W407": (lambda c: statement(c, 0, status="rejected"), "s1: a number that rests on"),
    "W408": (twice, "s1: a cited id that means different spans to two coders"),
    "W409": (lambda c: replace(c, stances=c.stances[1:]), "ann on pie: an accepted statement"),
    "W410": (uncited(value=None), "found s2 (red line): it has no value"),
    "W411": (lambda c: stance(c, 0, red_line_low=None, audience_cost=None), "s2 (red line 50)"),
    "W412": (uncited(), "found s2 (red line 50): the number was coded by hand"),
    "W413": (superseded, "ann on pie: an accepted statement that newer ones supersede"),
    "W414": (lambda c: stance(c, 1, statements=()), "found s4 (denial): statements of its kind"),
    "W501": (lambda c: issue(c, 0, outcome=EARLY), "found 2023-06-01, before"),
    "W502": (lambda c: document(c, 1, published=LATER), "will: a document later than"),
    "W503": (lambda c: document(c, 0, published=LATER), "s1: an accepted statement from after"),
    "W504": (lambda c: replace(c, questions=one(c.questions, 0, horizon=EARLIER)), "deal: a quest"),
    "W505": (lambda c: scenario(c, Change(quantity="price", role="outside", add=9)), "s: a scen"),
    "W506": (over_dependent, "must sum to at most 1"),
    "W507": (late_claim, "claim c1: a claim made when it was settled already"),
    "W508": (lambda c: scenario(c, c.scenarios[0].changes[0], Change(quantity="price", add=0)),
             "found change 2 (price): every number as before"),
}  # fmt: skip


def test_the_small_case_raises_no_doubt(pie):
    assert doubts(pie) == ()


@pytest.mark.parametrize("code", RAISED)
def test_each_doubt_is_raised_by_what_it_is_about(code, pie):
    change, said = RAISED[code]
    raised = [str(doubt) for doubt in doubts(change(pie)) if doubt.code == code]
    assert raised
    assert any(said in line for line in raised), raised


def test_every_kind_of_doubt_is_tested_and_has_a_code_of_its_own():
    assert [kind.code for kind in DOUBT_KINDS] == sorted(RAISED)


def test_doubts_come_by_code_and_in_the_order_of_the_case(pie):
    ties, stances = each(pie.ties, statements=()), each(pie.stances, statements=())
    case = replace(pie, ties=ties, stances=stances)
    found = doubts(case)
    assert [d.code for d in found] == sorted(d.code for d in found)
    assert [d.where for d in found if d.code == "W109"] == ["cousins → bob", "ann → aunt"]


def test_a_doubt_names_the_line_of_a_case_as_it_was_read(pie, tmp_path):
    write_case(stance(pie, 0, position=point(60)), tmp_path)
    [doubt] = doubts(read_case(tmp_path))
    assert (doubt.file, doubt.line, doubt.column) == ("stances.csv", 2, 10)
    assert str(doubt).startswith("stances.csv:2:10: W302 ann on pie: a position known for certain")


def test_a_doubt_finds_its_statement_among_those_of_several_coders(pie, tmp_path):
    late = tuple(replace(s, coder="a-b", id=f"x{s.id}") for s in pie.statements[:1])
    nobody = tuple(
        replace(s, coder="a", id=f"y{s.id}", speaker="unresolved") for s in pie.statements[:2]
    )
    write_case(replace(pie, statements=(*late, *nobody)[::-1], stances=each(
        pie.stances, statements=(), note="x"), ties=each(pie.ties, statements=(), note="x")),
        tmp_path)  # fmt: skip
    found = [d for d in doubts(read_case(tmp_path)) if d.code == "W406"]
    assert [(d.where, d.file, d.line) for d in found] == [
        ("statement ys2", "statements/a.csv", 2), ("statement ys1", "statements/a.csv", 3),
    ]  # fmt: skip


def test_a_doubt_about_a_changed_case_names_no_line(pie):
    [doubt] = doubts(stance(pie, 0, position=point(60)))
    assert (doubt.file, doubt.line) == ("", 0)


def test_a_doubt_about_yaml_names_its_line(pie, tmp_path):
    write_case(issue(pie, 0, reversion=None), tmp_path)
    [doubt] = doubts(read_case(tmp_path))
    lines = (tmp_path / "case.yaml").read_text().splitlines()
    assert lines[doubt.line - 1] == "  pie:"


@pytest.fixture
def folder(split_pie, tmp_path):
    """A copy of the small case, to spoil."""
    return Path(shutil.copytree(split_pie, tmp_path / "pie"))


def codes(folder):
    return {doubt.code for doubt in doubts(read_case(folder))}


def test_windows_line_ends_in_a_kept_text_are_noticed(folder):
    letters = folder / "documents" / "letters.txt"
    letters.write_bytes(letters.read_bytes().replace(b"\n", b"\r\n"))
    assert codes(folder) == {"W402", "W403"}


def test_a_kept_text_that_is_not_utf_8_is_noticed(folder):
    (folder / "documents" / "letters.txt").write_bytes(b"\xff" * 2000)
    assert codes(folder) == {"W402", "W403"}


def test_a_kept_text_that_became_shorter_is_noticed(folder):
    (folder / "documents" / "letters.txt").write_bytes(b"short")
    found = [d.found for d in doubts(read_case(folder)) if d.code == "W403"]
    assert "beyond the text's 5 characters" in found[0]


def test_a_text_outside_the_folder_is_not_read(folder, tmp_path):
    letters = folder / "documents" / "letters.txt"
    letters.rename(tmp_path / "letters.txt")
    letters.symlink_to(tmp_path / "letters.txt")
    [doubt] = doubts(read_case(folder))
    assert doubt.code == "W401"
    assert "a link out of the case folder" in doubt.found


def test_a_folder_in_the_place_of_a_text_is_noticed(folder):
    (folder / "documents" / "letters.txt").unlink()
    (folder / "documents" / "letters.txt").mkdir()
    assert codes(folder) == {"W401"}


def test_a_case_with_one_party_needs_no_negotiator(pie):
    parties = pie.parties[:1]
    actors = tuple(replace(a, party="north", role=()) for a in pie.actors)
    found = doubts(replace(pie, parties=parties, actors=actors, ties=pie.ties[1:]))
    assert {doubt.code for doubt in found} <= {"W110", "W308"}  # ties and lines count at a table


def test_positions_may_be_certain_where_all_are(pie):
    stances = tuple(replace(s, position=s.position and point(s.position.low)) for s in pie.stances)
    assert doubts(replace(pie, stances=stances)) == ()


def test_an_issue_with_a_single_stance_is_not_called_unanimous(pie):
    plates = replace(pie.issues[1], scale=Scale(low=0, high=7))
    case = replace(pie, issues=(pie.issues[0], plates), stances=pie.stances[:5])
    assert [doubt for doubt in doubts(case) if doubt.code < "W4"] == []


def test_a_doubt_is_explained_with_an_example(pie):
    said = explain("w303")
    assert said.startswith("# W303: a red line that excludes its own position\n")
    assert "*Example.*" in said
    with pytest.raises(WinsetError, match="no doubt “W999”; known: W101"):
        explain("W999")


def test_the_page_on_doubts_is_what_the_code_generates():
    assert (ROOT / "docs" / "doubts.md").read_text(encoding="utf-8") == doubts_page()
