"""Tables of decisions: every shape that is read, every filling that is told, every refusal."""

import csv
import io
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from any_decisions import ACTORS, made_up, read
from winset.case.shipped import shipped_cases
from winset.cli import cli
from winset.errors import CaseError, WinsetError
from winset.formats.council import long_form
from winset.formats.decisions import COLUMNS, read_decisions
from winset.formats.grid import read_grid

DEV = Path(__file__).parents[2] / "shared" / "data" / "deu" / "dev.csv"
needs_dev = pytest.mark.skipif(not DEV.exists(), reason="needs ../shared/data/deu")
ROWS = (("fr", "10", "50", "10"), ("de", "90", "40", "20"), ("uk", "70", "60", "10"))


def table(**changed):
    """Return a small long table; ``changed`` replaces a column's name, or its cells if a list."""
    columns = {
        "issue": ["a"] * 3, "actor": [r[0] for r in ROWS], "position": [r[1] for r in ROWS],
        "group": ["g"] * 3, "title": ["Milk"] * 3, "salience": [r[2] for r in ROWS],
        "influence": [r[3] for r in ROWS], "reversion": ["0"] * 3, "outcome": ["60"] * 3,
    }  # fmt: skip
    named = {new if isinstance(new, str) else old: columns.get(old, new) if isinstance(new, str)
             else new for old, new in {**{k: k for k in columns}, **changed}.items()}  # fmt: skip
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(named)
    writer.writerows(zip(*named.values(), strict=True))
    return out.getvalue()


def said(decision):
    """Return everything that counts of a decision, whatever its columns were called."""
    case = decision.case
    stances = [
        (s.actor, s.position.low, s.salience.middle, s.influence.middle) for s in case.stances
    ]
    reversion = case.issues[0].reversion
    return (decision.id, decision.group, case.title, decision.outcome, reversion, stances)


@pytest.mark.parametrize(
    ("ours", "alias"),
    [(ours, alias) for ours, known in COLUMNS.items() for alias in known[1:] if ours in table()],
)
def test_a_long_table_may_call_its_columns_by_any_known_name(tmp_path, ours, alias):
    usual = read(tmp_path, table()).decisions
    assert [said(d) for d in read(tmp_path, table(**{ours: alias})).decisions] == [
        said(d) for d in usual
    ]


def test_a_table_without_salience_says_that_all_are_taken_as_alike(tmp_path):
    found = read(tmp_path, table(salience="remark"))
    assert "issues of a table without salience, taken as alike for all actors: 1" in found.notes
    assert {s.salience.low for s in found.decisions[0].case.stances} == {50}


def test_own_names_of_columns_come_before_others_and_what_is_not_read_is_told(tmp_path):
    found = read(tmp_path, table(council_votes=["1", "1", "1"], colour=["red"] * 3))
    assert [s.influence.low for s in found.decisions[0].case.stances] == [10, 20, 10]
    assert "columns not read: “council_votes”, “colour”" in found.notes


def test_scales_other_than_0_to_100_are_kept_in_their_own_units(tmp_path):
    text = table(low=["-10"] * 3, high=["110"] * 3, position=["-10", "50", "110"])
    (decision,) = read(tmp_path, text).decisions
    assert (decision.scale.low, decision.scale.width) == (-10, 120)
    assert decision.outcome == 60


def test_ranges_and_decimal_commas_are_read_and_the_commas_are_told(tmp_path):
    found = read(tmp_path, table(position=["10,5", "80 to 90", "60..70..80"]))
    ranges = [stance.position for stance in found.decisions[0].case.stances]
    assert ranges[0].low == 10.5 and not ranges[1].certain and ranges[2].mode == 70
    assert "decimal commas read as points: 1" in found.notes


def test_every_filling_is_told_with_its_count(tmp_path):
    rows = [
        "issue,actor,position,salience,influence,outcome",
        "a,fr,10,50,10,60", "a,de,,40,20,60", "a,uk,70,,10,60", "a,it,30,0,,60",
        "b,fr,10,50,10,", "b,de,20,50,10,",
        "c,fr,,50,10,40",
        "d,fr,5,50,10,40", "d,de,6,50,10,40",
    ]  # fmt: skip
    found = read(tmp_path, "\n".join(rows))
    assert [d.id for d in found.decisions] == ["a", "d"]
    assert set(found.notes) == {
        "actors without a position on an issue, left out there: 2",
        "saliences of 0 (by custom not a member or no stake), weight 0: 1",
        "missing salience, taken as the mean of the others on the issue: 1",
        "missing influence, taken as the mean of the others on the issue: 1",
        "issues without an outcome, left out: 1",
        "issues on which no actor has a position, left out: 1",
        "issues with fewer than three actors, kept: 1",
    }
    first = {s.actor: s for s in found.decisions[0].case.stances}
    assert first["uk"].salience.low == 25.0  # the mean of 50 and 0
    assert first["it"].influence.low == 10.0
    assert found.decisions[0].group == "a"  # an issue of its own


def test_what_is_said_once_of_an_issue_holds_for_all_its_lines(tmp_path):
    once = read(tmp_path, table(outcome=["", "60.0", ""], reversion=["0", "", "0.0"]))
    assert said(once.decisions[0]) == said(read(tmp_path, table()).decisions[0])


def test_all_problems_come_at_once_each_with_its_line(tmp_path):
    rows = [
        "issue,actor,position,salience,influence,outcome,group,low,high",
        "a,fr,140,50,10,60,g,,", "a,fr,20,x,10,61,g,,", "a,de,20,50,-3,60,h,,",
        "b,,20,50,10,60,g,,", "b,de,1e999,101,inf,60,g,,",
        "c,fr,5,5,5,7,g,9,9",
        ",fr,5,5,5,7,g,,",
    ]  # fmt: skip
    with pytest.raises(CaseError) as caught:
        read(tmp_path, "\n".join(rows))
    found = {(p.line, p.where.rpartition(": ")[2]) for p in caught.value.problems}
    assert found >= {
        (2, "position"), (3, "actor"), (3, "salience"), (3, "outcome"), (4, "influence"),
        (4, "group"), (5, "actor"), (6, "position"), (6, "salience"), (6, "influence"),
        (7, "low"), (8, "issue"),
    }  # fmt: skip
    assert all(p.file == "trees.csv" and p.remedy for p in caught.value.problems)
    assert "fr on a: position: must lie in [0, 100]; found “140”" in str(caught.value)
    assert "found “61” after “60”" in str(caught.value)


def test_a_column_that_must_be_there_is_missed_by_name(tmp_path):
    with pytest.raises(CaseError, match=r"column “outcome”; found .*did you mean “outcom”"):
        read(tmp_path, table(outcome="outcom"))
    with pytest.raises(CaseError, match=r"fr_pos and fr_sal"):
        read(tmp_path, table(actor="who"))


def test_a_table_without_any_outcome_says_that_nothing_can_be_scored(tmp_path):
    with pytest.raises(WinsetError, match="no issue in it has an outcome"):
        read(tmp_path, table(outcome=["", "na", "."]))


WIDE = """issue,proposal,name,wave,{0},rp,out,remark
1,7,Milk,DEU1,10,50,90,40,70,60,,,0,60,x
2,7,Milk,DEU1,10,50,-9,40,70,999,-99,,0,60,x
x3,8,Grain,,10,50,90,40,70,60,20,30,-9,30,x
x4,8,Grain,DEU3,,,,,,,,,-9,30,x
"""
SHAPES = (
    ("fr_pos,fr_sal,bg_pos,bg_sal,gr_pos,gr_sal,com_pos,com_sal"),
    ("pos_fr,sal_fr,pos_bu,sal_bu,pos_el,sal_el,pos_cec,sal_cec"),
    ("frpos,frsal,bgpos,bgsal,elpos,elsal,compos,comsal"),
    ("posfr,salfr,posbg,salbg,posgr,salgr,poscom,salcom"),
    ("fr,fr_s,bu,bu_s,el,el_s,com,com_s"),
)


@pytest.mark.parametrize("columns", SHAPES)
def test_a_wide_table_is_read_whatever_its_columns_are_made_of(tmp_path, columns):
    found = read(tmp_path, WIDE.format(columns))
    assert [(d.id, d.group, d.case.title) for d in found.decisions] == [
        ("7i1", "7", "Milk"), ("7i2", "7", "Milk"), ("x3", "8", "Grain")
    ]  # fmt: skip
    first, second, third = ({s.actor: s for s in d.case.stances} for d in found.decisions)
    assert set(first) == {"fr", "bu", "el"} and set(second) == {"fr", "el"}
    assert third["com"].position.low == 20
    assert first["fr"].influence.low == 10  # of the Council of fifteen
    assert third["fr"].influence.low == 29 == third["com"].influence.low  # Nice, as Bulgaria votes
    assert second["el"].salience.low == 50  # filled: the mean of the others
    assert found.decisions[2].case.issues[0].reversion is None
    notes = "\n".join(found.notes)
    assert "cells with the code “-9” for a missing number, emptied: 3" in notes
    assert "cells with the code “999” for a missing number, emptied: 1" in notes
    assert "issues on which no actor has a position, left out: 1" in notes
    assert "columns not read: “remark”" in notes and "weighted votes" in notes


def test_a_long_table_keeps_codes_for_missing_numbers_out_instead_of_guessing(tmp_path):
    with pytest.raises(CaseError, match=r"must lie in \[0, 100\]; found “-9”"):
        read(tmp_path, table(salience=["-9", "5", "5"]))


def test_a_long_table_passes_through_unchanged(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(table())
    grid = read_grid(path)
    assert long_form(grid) == (grid, [])


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8-sig", "utf-16"])
def test_texts_of_any_usual_encoding_are_read(tmp_path, encoding):
    path = tmp_path / "t.csv"
    path.write_bytes(table(title=["Käse für Gödöllő" if "utf" in encoding else "Käse"] * 3)
                     .encode(encoding))  # fmt: skip
    assert read_decisions(path).decisions[0].case.title.startswith("Käse")


def test_semicolons_and_tabs_separate_as_well_as_commas(tmp_path):
    usual = said(read(tmp_path, table()).decisions[0])
    for mark, name in ((";", "t.csv"), ("\t", "t.tsv")):
        assert said(read(tmp_path, table().replace(",", mark), name).decisions[0]) == usual


def test_excel_and_stata_say_the_same_as_text(tmp_path):
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_csv(io.StringIO(made_up(4)))
    frame.to_excel(tmp_path / "trees.xlsx", index=False)
    frame.to_stata(tmp_path / "trees.dta", write_index=False)
    usual = read(tmp_path, made_up(4))
    for name in ("trees.xlsx", "trees.dta"):
        found = read_decisions(tmp_path / name)
        assert [said(d)[1:4] for d in found.decisions] == [said(d)[1:4] for d in usual.decisions]
        for one, other in zip(found.decisions, usual.decisions, strict=True):
            assert [s.position for s in one.case.stances] == [
                s.position for s in other.case.stances
            ]


def test_a_formula_in_a_workbook_is_no_number(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in csv.reader(io.StringIO(table(position=["=1+1", "20", "30"]))):
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(CaseError, match="found “=1\\+1”; put the value of the formula"):
        read_decisions(tmp_path / "t.xlsx")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("t.csv", table().replace("Milk", "Mi\0lk").encode(), "NUL bytes"),
        ("t.csv", table().replace("Milk", "Mi\x1blk").encode(), "none of them a control character"),
        ("t.csv", table().replace("Milk", "M" * 600).encode(), "at most 500 characters"),
        ("t.csv", table().replace("Milk", "M" * 200_000).encode(), "must be CSV"),
        ("t.csv", table().replace("Milk", '"Milk').encode(), "must be CSV"),
        ("t.csv", table().replace(",Milk", ",Milk,more").encode(), "must have 9 cells"),
        ("t.csv", table().replace("title", "group").encode(), "“group” twice"),
        ("t.csv", b"", "at least two actors"),
        ("t.xlsx", b"PK\3\4 no", "must be an Excel workbook"),
        ("t.dta", b"<stata_dta>no", "must be a Stata file"),
        ("t.pdf", b"%PDF", "a table must be one of"),
    ],
)
def test_a_hostile_or_broken_file_is_refused_with_a_sentence(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(WinsetError, match=said):
        read_decisions(tmp_path / name)
    done = CliRunner().invoke(cli, ["backtest", str(tmp_path / name)])
    assert done.exit_code == 1 and said in done.stderr and "Traceback" not in done.output


def test_formulas_in_text_cells_stay_text(tmp_path):
    (decision,) = read(tmp_path, table(title=['=HYPERLINK("http://x")'] * 3)).decisions
    assert decision.case.title.startswith("=HYPERLINK")


def test_names_that_cannot_be_ids_get_one_and_keep_the_name(tmp_path):
    (decision,) = read(tmp_path, table(actor=["West Germany", "West-Germany", "Österreich"]))\
        .decisions  # fmt: skip
    ids = [actor.id for actor in decision.case.actors]
    assert len(set(ids)) == 3 and ids[0] == "West-Germany"
    assert [a.name for a in decision.case.actors] == ["West Germany", "West-Germany", "Österreich"]


def test_issues_of_a_group_stand_together_for_models_that_trade(tmp_path):
    found = read(tmp_path, made_up(2, 3))
    together = found.together(found.decisions[4])
    assert [i.id for i in together.case.issues] == ["i1-0", "i1-1", "i1-2"]
    assert together.issue == "i1-1" and {a.name for a in together.case.actors} == set(ACTORS)
    alone = read(tmp_path, made_up(1, 1))
    assert alone.together(alone.decisions[0]) is None


def test_a_folder_of_cases_gives_every_issue_with_an_outcome(tmp_path):
    for name in ("emission-standards", "iran-nuclear-2015"):
        shutil.copytree(shipped_cases()[name], tmp_path / name)
    found = read_decisions(tmp_path)
    assert {d.group for d in found.decisions} == {"emission-standards", "iran-nuclear-2015"}
    delay = next(d for d in found.decisions if d.id == "emission-standards/delay")
    assert delay.outcome == pytest.approx(8.833, abs=1e-3)
    one = read_decisions(tmp_path / "emission-standards")
    assert [d.id for d in one.decisions] == ["emission-standards/delay"]


def test_a_case_folder_named_by_a_dot_has_its_own_name(tmp_path, monkeypatch):
    shutil.copytree(shipped_cases()["emission-standards"], tmp_path / "standards")
    monkeypatch.chdir(tmp_path / "standards")
    found = read_decisions(".")
    assert found.name == "standards" and found.decisions[0].group == "standards"


def test_problems_of_all_cases_come_at_once_each_with_its_folder(tmp_path):
    for name in ("a", "b"):
        shutil.copytree(shipped_cases()["emission-standards"], tmp_path / name)
        with (tmp_path / name / "stances.csv").open("a") as file:
            file.write("nothing,nobody,5\n")
    with pytest.raises(CaseError) as caught:
        read_decisions(tmp_path)
    assert {p.file for p in caught.value.problems} == {"a/stances.csv", "b/stances.csv"}


def test_a_folder_without_a_case_is_no_collection(tmp_path):
    with pytest.raises(WinsetError, match=r"without any case\.yaml"):
        read_decisions(tmp_path)
    (tmp_path / "trees.csv").write_text(made_up(1))
    with pytest.raises(WinsetError, match=r"no such file; did you mean “trees\.csv”"):
        read_decisions(tmp_path / "treees.csv")


def test_the_digest_follows_what_the_decisions_say_and_nothing_else(tmp_path):
    usual = read(tmp_path, table()).digest
    assert read(tmp_path, table(colour=["x"] * 3), "other.csv").digest == usual
    assert read(tmp_path, table(outcome=["61"] * 3)).digest != usual


@needs_dev
def test_the_development_collection_reads_as_it_is_described():
    found = read_decisions(DEV)
    assert (len(found.decisions), len(found.groups)) == (250, 94)
    assert "issues without an outcome, left out: 8" in found.notes
    assert {d.rule for d in found.decisions} >= {"QMV"}


@needs_dev
def test_the_development_collection_made_wide_is_read_back_with_the_same_votes(tmp_path):
    pandas = pytest.importorskip("pandas")
    long = pandas.read_csv(DEV)
    keys = ["issue", "proposal", "name", "wave", "reference_point", "outcome"]
    wide = long.set_index([*keys, "actor"])[["position", "salience"]].unstack("actor")
    wide.columns = [f"{actor}_{what[:3]}" for what, actor in wide.columns]
    wide.reset_index().to_csv(tmp_path / "wide.csv", index=False)
    ours = {d.id: d for d in read_decisions(tmp_path / "wide.csv").decisions}
    theirs = read_decisions(DEV).decisions
    assert set(ours) == {d.id for d in theirs}
    differ = 0
    for decision in theirs:
        one, other = ({s.actor: s for s in d.case.stances} for d in (decision, ours[decision.id]))
        assert {a: s.position for a, s in one.items()} == {a: s.position for a, s in other.items()}
        assert decision.outcome == ours[decision.id].outcome
        shares = [
            {a: s.influence.low / max(t.influence.low for t in own.values())
             for a, s in own.items()} for own in (one, other)
        ]  # fmt: skip
        differ += any(abs(shares[0][a] - shares[1][a]) > 0.01 for a in one)
    assert differ == 0
