import io
import os
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings

import winset.case.shipped
from any_case import TROUBLE, cases
from winset.case.folder import read_case, write_case
from winset.case.parts import Actor, Scale
from winset.case.ranges import parse_range, point
from winset.errors import CaseError, WinsetError
from winset.formats import workbook
from winset.formats.excel import read_workbook, write_workbook

FOLDERS = [
    Path(__file__).parent / "fixtures" / "split-pie",
    *sorted(p.parent for p in Path(winset.case.shipped.__file__).parent.glob("*/case.yaml")),
]


@pytest.fixture
def path(tmp_path):
    """Where a test may put a workbook."""
    return tmp_path / "case.xlsx"


def edited(path, **cells):
    """Change cells, ``stances_D7="x"``, as somebody in Excel would."""
    book = openpyxl.load_workbook(path)
    for name, value in cells.items():
        sheet, cell = name.rsplit("_", 1)
        book[sheet][cell] = value
    book.save(path)
    return path


def problems(path):
    with pytest.raises(CaseError) as caught:
        read_workbook(path)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_case_comes_back_from_a_workbook_as_it_was(folder, path):
    case = read_case(folder)
    write_workbook(case, path)
    assert read_workbook(path) == case


def test_a_case_comes_back_from_a_workbook_saved_by_another_program(pie, path):
    write_workbook(pie, path)
    edited(path)
    assert read_workbook(path) == pie


@settings(max_examples=4)
@given(cases())
def test_any_case_comes_back_from_a_workbook(tmp_path_factory, case):
    path = tmp_path_factory.mktemp("any") / "case.xlsx"
    write_workbook(case, path)
    assert read_workbook(path) == case


def test_a_workbook_becomes_a_folder_and_back(pie, path, tmp_path):
    write_workbook(pie, path)
    write_case(read_workbook(path), tmp_path / "folder")
    assert read_case(tmp_path / "folder") == pie


def test_numbers_are_numbers_dates_are_dates_and_ranges_are_text(pie, path):
    write_workbook(pie, path)
    book = openpyxl.load_workbook(path)
    assert book["stances"]["G6"].value == 5
    assert book["stances"]["G6"].data_type == "n"
    assert book["stances"]["D2"].value == "60..67..70"
    assert book["questions"]["D2"].is_date
    assert book["labels"]["B5"].value == 0
    assert book["labels"]["B6"].value == 3.5


def test_a_number_that_excel_would_round_is_kept_as_text(pie, path):
    exact = 0.1 + 0.2  # 0.30000000000000004
    case = replace(pie, ties=(replace(pie.ties[0], weight=point(exact)), pie.ties[1]))
    write_workbook(case, path)
    assert openpyxl.load_workbook(path)["ties"]["D2"].value == "0.30000000000000004"
    assert read_workbook(path) == case


def test_sheets_have_a_frozen_header_that_says_its_units_and_choices(pie, path):
    write_workbook(pie, path)
    book = openpyxl.load_workbook(path)
    for page in book.worksheets:
        assert page.freeze_panes == "A2"
        assert page["A1"].font.bold
    stances = book["stances"]
    assert "per cent of the scale" in stances["G1"].comment.text
    rules = {
        str(r.sqref).split(":")[0]: r.formula1 for r in stances.data_validations.dataValidation
    }
    assert rules["A2"].startswith("=issues!$A$2:$A$")
    assert rules["B2"].startswith("=actors!$A$2:$A$")
    kinds = {str(r.sqref)[:2]: r.formula1 for r in book["ties"].data_validations.dataValidation}
    assert kinds["C2"] == '"dependence,intimidation,authority"'
    for page in book.worksheets:
        for rule in page.data_validations.dataValidation:
            assert len(rule.formula1) <= 255  # or Excel calls the file damaged


def test_text_that_looks_like_a_formula_is_never_one(pie, path):
    name = "=HYPERLINK(1)"
    texts = [name, "+1", "-1", "@SUM(1)", "\tx", "\rx", *TROUBLE]
    actors = tuple(Actor(id=f"n{k}", name="n", aliases=(text,)) for k, text in enumerate(texts)
                   if ";" not in text)  # fmt: skip
    case = replace(pie, actors=(*pie.actors, *actors), summary=name)
    write_workbook(case, path)
    book = openpyxl.load_workbook(path)
    cells = [cell for page in book.worksheets for row in page.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type in "fe"]
    dangerous = [
        c for c in cells if isinstance(c.value, str) and c.value.startswith(("=", "+", "@"))
    ]
    assert len(dangerous) >= 6
    assert all(cell.quotePrefix for cell in dangerous)
    assert read_workbook(path) == case


# Problems at their cells


def test_every_problem_is_reported_at_its_cell(pie, path):
    write_workbook(pie, path)
    edited(
        path, case_A3="asof", stances_B4="bobby", stances_D2="60..50..70", stances_E2=140,
        parties_D3="high", issues_D3=9, issues_G2="=A1+1", labels_A3="pies", labels_B4=0,
        scenarios_D2="pirce", scenarios_E2="nroth", ties_D2=1.5, questions_D2="soon",
        options_C2="settle(pie)", documents_G2="../../etc/passwd", statements_A3=None,
        statements_E4="no digits", actors_H2="stray", ties_C3=None,
    )  # fmt: skip
    assert problems(path) == [
        "case!A1: case: as_of: must be given; found nothing",
        "case!A3: case: asof: no such key in a case; found “asof”; did you mean “as_of”?",
        "parties!D3: south: unity: must be a number such as 40, 30 to 50, or 30..40..60; "
        "found “high”",
        "issues!G2: issues: reversion: must be a value, not a formula; found “=A1+1”; "
        "in Excel: copy, then paste as values",
        "issues!D3: plates: scale: low must be below high; found low 9, high 7; "
        "give the low end first",
        "labels!A3: labels: issue: must stand in issues; found “pies”",
        "labels!B4: pie: point: must stand once; found “0”",
        "scenarios!D2: hunger: changes: 1: quantity: must be one of position, salience, "
        "influence, price, red_line_low, red_line_high, audience_cost, reversion, quota, unity, "
        "power, dependence, intimidation or authority; found “pirce”; did you mean “price”?",
        "questions!D2: deal: horizon: must be a date such as 2015-07-14; found “soon”",
        "options!C2: share: north: must be one of agreement(issue), "
        "agreement(issue & issue), agreement(all), settlement(issue) >= "
        "40, settlement(issue) <= 40, settlement(issue) between 40 and 60, move(game, action) or "
        "blame(party); found “settle(pie)”; write the quantity that answers the question",
        "actors!H2: actors: must stand under a header; found “stray”; move it, or clear the cell",
        "stances!D2: ann on pie: position: must be a range whose numbers ascend "
        "(low, mode, high); found “60..50..70”",
        "stances!E2: ann on pie: salience: must be in [0, 100]; found “140”",
        "stances!B4: bobby on pie: actor: must be a known actor; found “bobby”; "
        "did you mean “bob”?",
        "ties!D2: cousins → bob: weight: must be in [0, 1]; found “1.5”",
        "ties!A3: ann → aunt: kind: must be given; found nothing",
        "documents!G2: letters: file: must be a relative path inside the case folder, such as "
        "documents/article.txt; found “../../etc/passwd”; put the text into the folder's "
        "documents/ and name it from there",
        "statements!A3: s2: coder: must be given; found nothing",
        "statements!E4: s3: end: must be a whole number; found “no digits”",
    ]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"stances_D1": "postion"}, "stances!D1: stances: header: must be a known column"),
        ({"stances_D1": "actor"}, "stances!D1: stances: header: must stand once"),
        ({"stances_B1": None}, "stances!A1: stances: header: must have the columns actor"),
        ({"actors_A3": "ann"}, "actors!A3: actors: ann: must stand once"),
        ({"parties_A3": "north"}, "parties!A3: parties: north: must stand once"),
        ({"issues_A3": None}, "issues!A3: issues: row 3: id: must be given"),
        ({"actors_B2": "=cmd|' /C calc'!A0"}, "actors!B2: actors: name: must be a value, not a"),
        ({"actors_B2": "#REF!"}, "actors!B2: actors: name: must be a value, not an error"),
        ({"case_A2": "=1"}, "case!A2: case: key: must be a value, not a formula"),
        ({"case_A3": "title"}, "case!A3: case: key: must stand once"),
        ({"labels_B2": "low"}, "labels!B2: pie: labels: low: must be a number such as"),
        ({"labels_C2": None}, "labels!A2: pie: labels: 0: must be a few words"),
        ({"labels_B4": "0.0"}, "pie: labels: must be one label a point; 0 stands twice"),
        ({"scenarios_A3": "hunger", "scenarios_B3": "Other", "scenarios_D3": "price",
          "scenarios_L3": 5}, "scenarios!B3: hunger: title: must stand on the first row"),
        ({"statements_A2": "../x"}, "statements!A2: s1: coder: must be an id of letters"),
        ({"documents_D2": "=TODAY()"}, "documents!D2: documents: published: must be a value, not"),
    ],
)  # fmt: skip
def test_a_bad_cell_is_named(cells, said, pie, path):
    write_workbook(pie, path)
    found = problems(edited(path, **cells))
    assert any(line.startswith(said) or said in line for line in found), found


def test_a_sheet_of_ones_own_is_left_alone_and_a_misspelt_one_is_not(pie, path):
    write_workbook(pie, path)
    book = openpyxl.load_workbook(path)
    book.create_sheet("_thoughts")["A1"] = "=1+1"
    book.save(path)
    assert read_workbook(path) == pie
    book["ties"].title = "tie"
    book.save(path)
    assert problems(path)[0].startswith("tie: sheet “tie”: must be a known sheet; found “tie”; did")


def test_a_workbook_without_a_case_sheet_says_so(path):
    openpyxl.Workbook().save(path)
    assert any("case: header: must have the columns key, value" in line for line in problems(path))


def test_spaces_and_empty_rows_are_forgiven(pie, path):
    write_workbook(pie, path)
    edited(path, actors_A2=" ann ", ties_A9="  ", stances_B1=" actor ")
    assert read_workbook(path) == pie


def test_what_people_type_in_excel_is_understood(pie, path):
    write_workbook(pie, path)
    edited(path, ties_D3=0.25, stances_D7=2, parties_B2=2024, case_B3=pie.as_of)
    case = read_workbook(path)
    assert case.ties[1].weight == point(0.25)
    assert case.stances[5].position == point(2)
    assert case.parties[0].name == "2024"
    assert case.as_of == pie.as_of


def test_scales_and_long_texts_survive(pie, path):
    wide = replace(pie.issues[0], scale=Scale(low=-10.5, high=1e6, unit="€"))
    pie = replace(pie, notes="line\n" * 4000, issues=(wide, pie.issues[1]))
    write_workbook(pie, path)
    assert read_workbook(path) == pie


def test_a_text_longer_than_a_cell_is_refused_rather_than_cut(pie, path):
    with pytest.raises(WinsetError, match=r"case!B6: value: a cell of Excel must have at most 32"):
        write_workbook(replace(pie, notes="x" * 40_000), path)
    assert not path.exists()


# Files that are no workbook, or a trap


def zipped(path, **entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name.replace("__", "/") + ".xml", data)
    return path


def with_part(source, name, change):
    """The workbook with one part changed."""
    data = Path(source).read_bytes()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            part = old.read(entry)
            new.writestr(entry.filename, change(part) if entry.filename == name else part)
    Path(source).write_bytes(out.getvalue())
    return source


def test_what_is_no_workbook_is_said_to_be_none(path):
    with pytest.raises(WinsetError, match="found nothing"):
        read_workbook(path)
    with pytest.raises(WinsetError, match="found a folder"):
        read_workbook(path.parent)
    path.write_bytes(b"id,name\n")
    with pytest.raises(WinsetError, match="found another kind of file"):
        read_workbook(path)
    path.write_bytes(b"")
    with pytest.raises(WinsetError, match="found another kind of file"):
        read_workbook(path)
    with pytest.raises(WinsetError, match="found a damaged one"):
        read_workbook(zipped(path, a="x"))


def test_half_a_workbook_is_damaged(pie, path):
    write_workbook(pie, path)
    data = path.read_bytes()
    for cut in (100, len(data) // 2, len(data) - 10):
        path.write_bytes(data[:cut])
        with pytest.raises(WinsetError, match=r"damaged|another kind"):
            read_workbook(path)
    write_workbook(pie, path)
    with_part(path, "xl/worksheets/sheet1.xml", lambda part: part[:200])
    with pytest.raises(WinsetError, match="damaged"):
        read_workbook(path)


def test_a_zip_bomb_is_refused_before_it_is_opened(path, monkeypatch):
    monkeypatch.setattr(openpyxl, "load_workbook", lambda *_, **__: pytest.fail("called"))
    with pytest.raises(WinsetError, match="250-fold"):
        read_workbook(zipped(path, xl__workbook=b"\0" * 2_000_000))
    monkeypatch.setattr(workbook, "MOST_UNPACKED", 1000)
    with pytest.raises(WinsetError, match="must unpack to at most"):
        read_workbook(zipped(path, xl__workbook=b"\0" * 2000))
    with pytest.raises(WinsetError, match="found 1,001 and"):
        read_workbook(zipped(path, **{f"p{k}": b"" for k in range(1001)}))


def test_a_huge_file_is_refused_unread(path):
    path.touch()
    os.truncate(path, 200_000_000)  # sparse
    with pytest.raises(WinsetError, match="found 200,000,000"):
        read_workbook(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_entities_are_refused(encoding, pie, path):
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    write_workbook(pie, path)
    with_part(path, "xl/worksheets/sheet1.xml", lambda _: bomb.encode(encoding))
    with pytest.raises(WinsetError, match="no XML document types or entities"):
        read_workbook(path)


def test_a_sheet_with_too_many_rows_is_refused(pie, path, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 5)
    write_workbook(pie, path)
    with pytest.raises(WinsetError, match="must have at most 5 rows"):
        read_workbook(path)


def test_a_cell_far_away_costs_nothing(pie, path):
    write_workbook(pie, path)
    edited(path, actors_XFD2="far")
    assert problems(path) == [
        "actors!XFD2: actors: must stand under a header; found “far”; move it, or clear the cell"
    ]
    edited(path, actors_XFD2=None, actors_A100001="deep")
    with pytest.raises(WinsetError, match="at most 100,000 rows"):
        read_workbook(path)


def test_a_write_that_fails_leaves_the_old_workbook(pie, path, monkeypatch):
    path.write_text("old")

    def fail(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(WinsetError, match="cannot be written: No space left on device"):
        write_workbook(pie, path)
    assert [p.name for p in path.parent.iterdir()] == ["case.xlsx"]
    assert path.read_text() == "old"


def test_without_openpyxl_the_message_says_what_to_install(pie, path, monkeypatch):
    write_workbook(pie, path)
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    for call in (lambda: read_workbook(path), lambda: write_workbook(pie, path)):
        with pytest.raises(WinsetError, match=r"need openpyxl; found none; `pip .*excel"):
            call()


def test_ranges_that_look_like_formulas_are_text(pie, path):
    statements = (replace(pie.statements[0], value=parse_range("-5 to 5")), *pie.statements[1:])
    case = replace(pie, statements=statements)
    write_workbook(case, path)
    assert read_workbook(path) == case
