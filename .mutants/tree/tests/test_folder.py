import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

import winset.case.shipped
from any_case import cases
from winset.case.folder import parse_case, read_case, render_case, write_case, write_file
from winset.case.model import Case
from winset.case.parts import Issue, Party
from winset.case.ranges import parse_range, point
from winset.errors import CaseError, WinsetError
from winset.models import Mean
from winset.models.batch import sample

SHIPPED = sorted(p.parent for p in Path(winset.case.shipped.__file__).parent.glob("*/case.yaml"))


def problems(files):
    with pytest.raises(CaseError) as caught:
        parse_case(files)
    return [str(problem) for problem in caught.value.problems]


def swapped(files, name, *swaps):
    text = files[name].decode()
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new, 1)
    return {**files, name: text.encode()}


def changed_lines(before, after):
    before, after = before.splitlines(keepends=True), after.splitlines(keepends=True)
    assert len(before) == len(after)
    return [(old, new) for old, new in zip(before, after, strict=True) if old != new]


# Reading and writing


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_a_shipped_case_read_and_written_is_the_same_to_the_byte(folder, tmp_path):
    case = read_case(folder)
    assert render_case(case) == case.files
    write_case(case, tmp_path)
    for name, data in case.files.items():
        assert (folder / name).read_bytes() == data == (tmp_path / name).read_bytes()


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_a_shipped_case_written_afresh_says_the_same(folder):
    case = read_case(folder)
    assert parse_case(render_case(replace(case, files={}))) == case


def in_csv(change):
    return lambda name, data: change(data) if name.endswith(".csv") else data


VARIANTS = {
    "Windows line ends": lambda _, data: data.replace(b"\n", b"\r\n"),
    "old Macintosh line ends": in_csv(lambda data: data.replace(b"\n", b"\r")),
    "byte order marks": lambda _, data: b"\xef\xbb\xbf" + data,
    "no line end at the end": lambda _, data: data.rstrip(b"\n"),
    "blank lines": in_csv(lambda data: data.replace(b"\n", b"\n\n")),
    "tabs": lambda name, data: data.replace(b",", b"\t") if name == "ties.csv" else data,
}


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
def test_other_layouts_say_the_same_and_stay_as_they_are(variant, pie, pie_files):
    files = {name: variant(name, data) for name, data in pie_files.items()}
    case = parse_case(files)
    assert case == pie
    assert case.digest == pie.digest
    assert render_case(case) == files


def european(text):
    """The ties table as a European Excel saves it."""
    return text.replace(",", ";").replace("0.", "0,")


def test_semicolons_and_decimal_commas_are_read_and_kept(pie, pie_files):
    files = {**pie_files, "ties.csv": european(pie_files["ties.csv"].decode()).encode()}
    case = parse_case(files)
    assert case == pie
    assert render_case(case) == files
    heavier = replace(case, ties=(case.ties[0], replace(case.ties[1], weight=point(0.25))))
    lines = changed_lines(files["ties.csv"], render_case(heavier)["ties.csv"])
    assert lines == [(b"ann;aunt;dependence;0,2;s1\n", b"ann;aunt;dependence;0,25;s1\n")]


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_an_edited_stance_changes_its_cell_only(newline, pie_files):
    files = {name: data.replace(b"\n", newline) for name, data in pie_files.items()}
    case = parse_case(files)
    first = replace(case.stances[0], position=parse_range("61..67..70"))
    after = render_case(replace(case, stances=(first, *case.stances[1:])))
    assert {name for name in files if files[name] != after[name]} == {"stances.csv"}
    [(old, new)] = changed_lines(files["stances.csv"], after["stances.csv"])
    assert new == old.replace(b"60..67..70", b"61..67..70", 1)


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_an_edited_party_changes_its_line_and_keeps_the_comments(newline, pie_files):
    files = {name: data.replace(b"\n", newline) for name, data in pie_files.items()}
    case = parse_case(files)
    north = replace(case.parties[0], name="Far North")
    after = render_case(replace(case, parties=(north, case.parties[1])))
    lines = changed_lines(files["case.yaml"], after["case.yaml"])
    assert lines == [(b"    name: North" + newline, b"    name: Far North" + newline)]


def test_a_new_key_takes_the_indentation_of_its_neighbours(pie, pie_files):
    text = pie_files["case.yaml"].decode()
    head, parties = text.split("parties:\n")
    parties, rest = parties.split("\nissues:", 1)
    wide = "\n".join(
        ("   " if line.startswith("  ") and line[2] != " " else "      ") + line.strip()
        for line in parties.splitlines()
    )
    files = {**pie_files, "case.yaml": f"{head}parties:\n{wide}\n\nissues:{rest}".encode()}
    case = parse_case(files)
    assert case == pie
    south = replace(case.parties[1], note="they wait, too")
    after = render_case(replace(case, parties=(case.parties[0], south)))
    assert after["case.yaml"].decode() == files["case.yaml"].decode().replace(
        "      unity: 0.9\n", "      unity: 0.9\n      note: they wait, too\n"
    )


def test_a_value_put_where_there_was_none_stays_on_its_line(pie_files):
    files = swapped(pie_files, "case.yaml", ("    name: South\n", "    name: South\n    note:\n"))
    case = parse_case(files)
    south = replace(case.parties[1], note="new")
    after = render_case(replace(case, parties=(case.parties[0], south)))
    assert changed_lines(files["case.yaml"], after["case.yaml"]) == [
        (b"    note:\n", b"    note: new\n")
    ]


def test_members_are_written_where_they_stand(pie):
    middle = Party(id="middle", name="Middle")
    case = replace(pie, parties=(pie.parties[0], middle, pie.parties[1]))
    after = render_case(case)
    assert parse_case(after) == case
    assert b"# Ann's family" in after["case.yaml"]


def test_members_can_change_their_order(pie):
    case = replace(pie, parties=pie.parties[::-1])
    assert parse_case(render_case(case)) == case


def test_what_is_taken_out_is_gone_and_the_rest_stays(pie, pie_files):
    case = replace(pie, scenarios=(), questions=pie.questions[:1], ties=pie.ties[1:])
    after = render_case(case)
    assert parse_case(after) == case
    assert b"# the fair point" in after["case.yaml"]
    assert after["stances.csv"] == pie_files["stances.csv"]


def test_a_layout_too_odd_to_patch_is_written_afresh(pie, pie_files):
    text = pie_files["case.yaml"].decode()
    parties = text[text.index("parties:") : text.index("issues:")]
    odd = text.replace(parties, "? parties\n: {north: {name: North, unity: 0.6..0.8..0.9},\n"
                                "   south: {name: South, unity: 0.9}}\n")  # fmt: skip
    case = parse_case({**pie_files, "case.yaml": odd.encode()})
    assert case == pie
    case = replace(case, parties=(replace(case.parties[0], name="N"), case.parties[1]))
    assert parse_case(render_case(case)) == case


@settings(max_examples=8)
@given(cases())
def test_writing_and_reading_gives_any_case_back(case):
    files = render_case(case)
    read = parse_case(files)
    assert read == case
    assert read.digest == case.digest
    assert render_case(read) == files


@settings(max_examples=4)
@given(cases(), cases())
def test_any_case_can_be_written_over_the_files_of_any_other(before, after):
    read = parse_case(render_case(before))
    edited = replace(after, files=read.files)
    assert parse_case(render_case(edited)) == edited


def test_the_order_of_coders_says_nothing(pie):
    other = tuple(replace(s, coder="another") for s in pie.statements)
    assert replace(pie, statements=pie.statements + other) == replace(
        pie, statements=other + pie.statements
    )


def test_kept_texts_and_games_travel_with_the_case(split_pie, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    shutil.copytree(split_pie, first)
    (first / "games").mkdir()
    (first / "games" / "knife.yaml").write_text("# a game\n")
    write_case(read_case(first), second)
    assert (second / "documents" / "letters.txt").exists()
    assert (second / "games" / "knife.yaml").read_text() == "# a game\n"


def test_a_document_never_overwrites_a_table(split_pie, tmp_path):
    shutil.copytree(split_pie, tmp_path / "pie")
    case = read_case(tmp_path / "pie")
    will = replace(case.documents[1], file="actors.csv")
    renamed = (replace(case.actors[0], name="Anna"), *case.actors[1:])
    case = replace(case, documents=(case.documents[0], will), actors=renamed)
    write_case(case, tmp_path / "copy")
    assert read_case(tmp_path / "copy") == case


def test_a_folder_with_tables_of_another_case_is_not_mixed(pie, tmp_path):
    write_case(pie, tmp_path)
    with pytest.raises(WinsetError, match=r"ties\.csv, which is no part of it"):
        write_case(replace(pie, statements=(), ties=(), stances=(), files={}), tmp_path)
    assert read_case(tmp_path) == pie


# All problems at once


def test_every_problem_is_reported_at_its_place(pie_files):
    files = swapped(
        pie_files, "case.yaml",
        ("unity: 0.9\n", "unity: 1.9\n"), ("reversion: 7", "reversion: 8"),
        ("    reversion: 0", "    revrsion: 0"), ("answer: agreement(pie)", "answer: agree(pie)"),
        ("party: north\n", "party: nroth\n"), ("horizon: 2024-04-01", "horizon: soon"),
    )  # fmt: skip
    files = swapped(files, "actors.csv", ("bob,Bob,south,negotiator", "bob,Bob,soth,negotiater"))
    files = swapped(
        files, "stances.csv",
        ("pie,bob,,40..50..60", "pie,bobby,,40..50..160"), ("60..70..80,15..25..35", "-1,x"),
        ("pie,cousins,,10..20..40,50..60..70", "pie,cousins,,40 to 20,"),
        ("plates,ann,pie >= 60", "plates,ann,pie > 60"),
    )  # fmt: skip
    files = swapped(files, "ties.csv", ("intimidation,0.1..0.2..0.3,s3", "fear,0.1 to 1.2,s9"))
    files = swapped(files, "documents.csv", ("2023-11-05", "5.11.2023"))
    files = swapped(files, "statements/cook.csv", ("accepted", "acepted"), ("position", "posture"))
    assert problems(files) == [
        "case.yaml:14:12: south: unity: must be in [0, 1]; found “1.9”",
        "case.yaml:25:15: pie: revrsion: no such field of an issue; found “revrsion”; "
        "did you mean “reversion”?",
        "case.yaml:31:16: plates: reversion: must be in [0, 7]; found 8; "
        "correct the number, or widen the issue's scale",
        "case.yaml:39:16: hunger: change 1: party: must be a known party; found “nroth”; "
        "did you mean “north”?",
        "case.yaml:46:13: deal: answer: must be one of agreement(issue), agreement(issue & issue), "
        "agreement(all), settlement(issue) >= 40, settlement(issue) <= 40, settlement(issue) "
        "between 40 and 60, move(game, action) or blame(party); found “agree(pie)”; write "
        "the quantity that answers the question",
        "case.yaml:47:14: deal: horizon: must be a date such as 2015-07-14; found “soon”",
        "actors.csv:4:9: bob: party: must be a known party; found “soth”; did you mean “south”?",
        "actors.csv:4:14: bob: role: must be roles among leader, negotiator, veto player, voter, "
        "pressure group, outside, separated by “;”; found “negotiater; voter”",
        "stances.csv:2:32: ann on pie: influence: must be 0 or more; found “-1”",
        "stances.csv:2:35: ann on pie: price: must be a number such as 40, 30 to 50, or "
        "30..40..60; found “x”",
        "stances.csv:4:5: bobby on pie: actor: must be a known actor; found “bobby”; "
        "did you mean “bob”?",
        "stances.csv:4:12: bobby on pie: position: must be in [0, 100]; found 40..50..160; "
        "correct the number, or widen the issue's scale",
        "stances.csv:5:14: cousins on pie: position: must be a range whose numbers ascend "
        "(low, mode, high); found “40 to 20”",
        "stances.csv:5:23: cousins on pie: salience: must be given; found an empty cell; "
        "give a number; a wide range if little is known",
        "stances.csv:7:12: ann on plates if pie > 60: if: must be a condition such as "
        "“enrichment agreed” or “enrichment >= 40”; found “pie > 60”",
        "ties.csv:2:13: cousins → bob: kind: must be one of dependence, intimidation or "
        "authority; found “fear”",
        "ties.csv:2:18: cousins → bob: weight: must be in [0, 1]; found “0.1 to 1.2”",
        "ties.csv:2:29: cousins → bob: statements: must be a known statement; found “s9”; "
        "known: s1, s2, s3, s4, s5",
        "documents.csv:3:16: will: published: must be a date such as 2015-07-14; found “5.11.2023”",
        "statements/cook.csv:2:91: s1: kind: must be one of position, red line, conditional "
        "offer, threat, blame, denial or forecast; found “posture”",
        "statements/cook.csv:2:112: s1: status: must be one of proposed, accepted or rejected; "
        "found “acepted”; did you mean “accepted”?",
    ]


BAD = {
    "a misspelt key": ("case.yaml", "as_of:", "asof:", "did you mean “as_of”?"),
    "a misspelt key without a value": ("case.yaml", "    name: South\n", "    nmae:\n", "“name”?"),
    "an id twice in YAML": ("case.yaml", "  south:\n", "  north:\n", "already"),
    "a member that is no mapping": ("case.yaml", "  south:\n    name: South\n    unity: 0.9",
                                    "  south: South", "south: must be a mapping"),
    "a member with an id of its own": ("case.yaml", "    name: South", "    id: s", "of its own"),
    "a list of parties": ("case.yaml", "scenarios:\n  hunger:", "scenarios:\n - hunger:",
                          "scenarios: must be a mapping of ids"),
    "an id twice in a table": ("actors.csv", "bob,Bob", "ann,Bob", "actors: ann: must stand once"),
    "the same tie twice": ("ties.csv", "ann,aunt,dependence,0.2,s1",
                           "cousins,bob,intimidation,0.2,", "must stand once"),
    "two negotiators": ("actors.csv", "veto player", "negotiator", "must have one negotiator"),
    "low above high": ("case.yaml", "low: 0, high: 7", "low: 7, high: 0", "low must be below high"),
    "low equal to high": ("case.yaml", "low: 0, high: 7", "low: 7, high: 7", "must be below high"),
    "NaN": ("stances.csv", "40..50..60", "nan", "must be a number such as 40"),
    "a number too large": ("stances.csv", "20..30..40", "1e999", "that a computer can hold"),
    "a number too long": ("stances.csv", "20..30..40", "9" * 5000, "that a computer can hold"),
    "a decimal comma": ("stances.csv", "40..50..60", '"40,5"', "a decimal point, not a comma"),
    "NaN on a scale": ("case.yaml", "low: 0, high: 7", "low: nan, high: 7", "low: must be a"),
    "a NaN label": ("case.yaml", "7: always Ann}", "nan: always Ann}", "must be a number such as"),
    "a label twice": ("case.yaml", "{0: always Bob", "{7.0: always Bob", "7 stands twice"),
    "an issue that waits for itself": ("case.yaml", "issue: pie, at_least: 20", "issue: plates",
                                       "found plates → plates"),
    "an unknown issue in a condition": ("stances.csv", "pie >= 60", "pies >= 60", "“pie”?"),
    "a path out of the folder": ("documents.csv", "documents/letters.txt", "../../etc/passwd",
                                 "inside the case folder"),
    "an absolute path": ("documents.csv", "documents/letters.txt", "/etc/passwd", "inside"),
    "a path of Windows": ("documents.csv", "documents/letters.txt", "C:\\x", "inside"),
    "a path with a NUL": ("documents.csv", "documents/letters.txt", "x\0y", "inside"),
    "a NUL in a name": ("actors.csv", "Bob,", "B\0b,", "without control characters"),
    "an escape sequence": ("actors.csv", "Bob,", "\x1b[31mBob,", "without control characters"),
    "an id that is none": ("actors.csv", "bob,Bob", "<script>,Bob", "must be an id of letters"),
    "too few cells": ("actors.csv", "aunt,Aunt Nora,", "aunt,", "must have 5 cells; found 4"),
    "too many cells": ("ties.csv", "0.2,s1", "0.2,s1,,", "must have 5 cells; found 7"),
    "an open quote": ("actors.csv", "bob,Bob", 'bob,"Bob', "table: must be CSV"),
    "a quote in the middle": ("actors.csv", '"Bob South, heir"', '"Bob" South', "must be CSV"),
    "an unknown column": ("actors.csv", "id,name,party", "id,name,prty", "“party”?"),
    "a column twice": ("actors.csv", "id,name,party", "id,name,name", "must stand once"),
    "a column missing": ("stances.csv", "issue,actor,", "issue,note,", "must have the column"),
    "a span backwards": ("statements/cook.csv", "letters,", "letters,9", "below end"),
    "an empty span": ("statements/cook.csv", "letters,42,72", "letters,42,42", "below end"),
    "red lines that cross": ("stances.csv", "45..50..55,,", "45..50..55,54.9,",
                             "red_line_low must not lie above red_line_high, ranges included"),
    "a tag": ("case.yaml", "name: South", "name: !!python/object:os.system x", "no tags"),
    "an anchor": ("case.yaml", "name: South", "name: &s South", "no anchors and aliases"),
    "a merge key": ("case.yaml", "    name: South", "    <<: {name: S}", "no such field of a"),
    "two documents": ("case.yaml", "parties:", "---\nparties:", "one document"),
    "deep nesting": ("case.yaml", "title: ", "x: " + "[" * 100_000 + "\ntitle: ", "20 levels"),
    "a tab for indentation": ("case.yaml", "  south:", "\tsouth:", "must be YAML"),
    "a control character": ("case.yaml", "name: South", "name: \x07", "must be YAML"),
    "half a character": ("case.yaml", "name: South", 'name: "\\ud800"', "control characters"),
    "no title": ("case.yaml", "title: Two", "title:  # Two", "title: must be given"),
    "a blank title": ("case.yaml", "title: Two heirs share a pie", 'title: " "', "a few words"),
}  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "said"), BAD.values(), ids=BAD)
def test_bad_input_is_a_problem_and_nothing_else(file, old, new, said, pie_files):
    found = problems(swapped(pie_files, file, (old, new)))
    assert any(said in line and line.startswith(file) for line in found), found
    assert len(found) <= 6, found


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("x,ü".encode("utf-16"), "must be UTF-8 text; found byte 0xff"),
        ("id,name\nä,b".encode("latin-1"), "actors.csv:2: actors.csv: must be UTF-8 text"),
        (b"", "must have the column “id”"),
        (b"\0\0\0", "must be a known column"),
        (b"\n\n", "must have the column “id”"),
        (b'"', "must be CSV"),
        (b"id,name\nx," + b"y" * 200_000, "must be CSV; found field larger than field limit"),
    ],
)
def test_a_file_that_is_no_table_is_one_problem_not_a_hundred(data, said, pie_files):
    found = problems({**pie_files, "actors.csv": data})
    assert any(said in line for line in found), found
    assert all(line.startswith("actors.csv") for line in found), found


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "must be a mapping of keys to values"),
        (b"# only a comment\n", "must be a mapping"),
        (b"- a\n- b\n", "must be a mapping"),
        (b"just words", "must be a mapping"),
        ("title: x".encode("utf-16"), "must be UTF-8"),
        (b"{", "must be YAML"),
        (b"a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n", "no anchors and aliases"),
        (b"? [a, b]\n: c\n", "a key must be a word"),
        (b"a: 1\na: 2\n", "a key must stand once"),
        (b"title: x\n" * 300_000, "at most 2,000,000 characters"),
    ],
)
def test_a_head_that_is_no_mapping_is_one_problem(data, said, pie_files):
    [found] = problems({**pie_files, "case.yaml": data})
    assert said in found


def test_all_circles_are_found(pie_files):
    issues = "".join(
        f"  {id}:\n    title: {id}\n    requires: {{issue: {needed}}}\n"
        for id, needed in [("a", "b"), ("b", "c"), ("c", "a"), ("d", "e"), ("e", "plates")]
    )
    files = swapped(pie_files, "case.yaml", ("  plates:\n", issues + "  plates:\n"))
    stances = files["stances.csv"] + b"pie,ann,d agreed,50,,,,,,,,\n"
    found = problems({**files, "stances.csv": stances})
    circles = [line.split("found ")[1].split(";")[0] for line in found]
    assert circles == ["a → b → c → a", "d → e → plates → pie → d"]


def test_an_issue_on_which_nobody_has_weight_is_a_problem(pie_files):
    stances = (
        "issue,actor,position,salience,influence\npie,ann,50,0,100\npie,bob,50,50,0\n"
        "plates,bob,1,1,1\n"
    )
    [found] = problems({**pie_files, "stances.csv": stances.encode()})
    assert "pie: stances: some actor must have both influence and salience" in found


def test_a_weight_that_may_be_nothing_but_need_not_be_is_enough(pie_files):
    stances = (
        "issue,actor,position,salience,influence\npie,ann,50,0 to 50,0 to 50\npie,bob,50,50,0\n"
        "plates,bob,1,1,1\n"
    )
    case = parse_case({**pie_files, "stances.csv": stances.encode()})
    settlement = Mean().solve(sample(case, 50)).settlement
    assert np.isfinite(settlement).all()


@pytest.mark.parametrize(("low", "high"), [("40", "40"), ("30 to 40", "40..50..60")])
def test_red_lines_that_touch_leave_a_point_and_are_no_problem(pie_files, low, high):
    """One who accepts 40 and nothing else has said so by two lines in one place."""
    stances = pie_files["stances.csv"].replace(b"45..50..55,,", f"{low},{high},".encode())
    stance = parse_case({**pie_files, "stances.csv": stances}).stances_on("pie")[0]
    assert (str(stance.red_line_low), str(stance.red_line_high)) == (low, high)


def test_dependences_of_more_than_one_in_sum_are_a_problem(pie_files):
    ties = pie_files["ties.csv"] + b"ann,bob,dependence,0.5 to 0.9,\n"
    [found] = problems({**pie_files, "ties.csv": ties})
    assert found.startswith("ties.csv:4:20: ann: dependence: must sum to at most 1")


def test_markup_in_a_name_is_text_and_a_cell_beginning_with_equals_is_too(pie_files):
    name = "<script>alert(1)</script>"
    files = swapped(pie_files, "actors.csv", ("bob,Bob,", f"bob,{name},"), ("the aunt", "=1+1"))
    case = parse_case(files)
    assert case.actor("bob").name == name
    assert case.actor("aunt").aliases == ("=1+1",)


def test_a_case_built_in_memory_is_checked_as_one_that_is_read(pie):
    with pytest.raises(CaseError, match="parties: north: must stand once"):
        replace(pie, parties=(*pie.parties, pie.parties[0]))
    with pytest.raises(CaseError, match="case: title: must be a few words"):
        replace(pie, title=" ")


def test_an_issue_without_labels_can_be_changed():
    assert replace(Issue(id="x", title="X"), note="n").labels == {}


# The folder


@pytest.fixture
def folder(split_pie, tmp_path):
    """A copy of the small case, to spoil."""
    return Path(shutil.copytree(split_pie, tmp_path / "pie"))


def state(folder):
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path: path.read_bytes() for path in files if path.parent.name != ".winset"}


def test_a_folder_that_is_not_there_is_said_to_be_nothing(tmp_path):
    with pytest.raises(WinsetError, match="must be a case folder; found nothing"):
        read_case(tmp_path / "no")
    with pytest.raises(WinsetError, match="found nothing"):
        read_case("a\0b")


def test_a_file_is_no_folder(folder):
    with pytest.raises(WinsetError, match="found a file, not a folder"):
        read_case(folder / "case.yaml")


def test_a_folder_without_case_yaml_says_how_to_make_one(tmp_path):
    with pytest.raises(WinsetError, match="winset new"):
        read_case(tmp_path)
    (tmp_path / "case.yaml").mkdir()
    with pytest.raises(WinsetError, match="winset new"):
        read_case(tmp_path)


def test_missing_tables_are_empty_and_missed_where_they_are_needed(folder):
    for name in ("ties.csv", "actors.csv"):
        (folder / name).unlink()
    with pytest.raises(CaseError) as caught:
        read_case(folder)
    assert {problem.file for problem in caught.value.problems} == {
        "stances.csv", "statements/cook.csv",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["case.yaml", "actors.csv", "statements/cook.csv"])
def test_a_huge_file_is_refused_unread(name, folder, monkeypatch):
    os.truncate(folder / name, 200_000_000)  # sparse
    read = Path.read_bytes
    monkeypatch.setattr(
        Path, "read_bytes", lambda path: pytest.fail("called") if path.name in name else read(path)
    )
    with pytest.raises(CaseError, match="found 200,000,000"):
        read_case(folder)


def test_links_out_of_the_folder_are_refused(folder, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("id,name\n")
    (folder / "actors.csv").unlink()
    (folder / "actors.csv").symlink_to(secret)
    with pytest.raises(WinsetError, match=r"actors\.csv: must lie inside the case folder"):
        read_case(folder)


def test_links_in_a_circle_are_as_good_as_no_file(folder):
    (folder / "ties.csv").unlink()
    (folder / "ties.csv").symlink_to(folder / "ties.csv")
    assert read_case(folder).ties == ()


def test_what_is_no_file_is_refused(folder):
    (folder / "ties.csv").unlink()
    os.mkfifo(folder / "ties.csv")
    with pytest.raises(WinsetError, match=r"ties\.csv: must be a file"):
        read_case(folder)
    (folder / "ties.csv").unlink()
    (folder / "ties.csv").mkdir()
    with pytest.raises(WinsetError, match=r"ties\.csv: must be a file"):
        read_case(folder)


def test_a_statements_file_must_be_called_by_its_coder(folder):
    (folder / "statements" / "cook.csv").rename(folder / "statements" / "the cook!.csv")
    with pytest.raises(CaseError, match="must be called by its coder"):
        read_case(folder)


def test_more_files_than_anybody_codes_are_refused_rather_than_left_out(folder):
    for k in range(501):
        (folder / "statements" / f"c{k}.csv").touch()
    with pytest.raises(WinsetError, match="at most 500 files; found 502"):
        read_case(folder)


def test_a_read_that_fails_changes_nothing(folder):
    (folder / "actors.csv").write_bytes(b"\xff\xfe")
    before = state(folder)
    with pytest.raises(CaseError):
        read_case(folder)
    assert state(folder) == before


@pytest.mark.parametrize("function", ["replace", "fsync"])
def test_a_write_that_fails_leaves_the_old_file_and_no_other(function, folder, monkeypatch):
    case = read_case(folder)
    case = replace(case, ties=case.ties[:1])
    before = state(folder)

    def fail(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, function, fail)
    with pytest.raises(WinsetError, match="cannot be written: No space left on device"):
        write_case(case, folder)
    assert state(folder) == before


def test_a_file_that_says_the_same_is_left_alone(folder, monkeypatch):
    case = read_case(folder)
    monkeypatch.setattr(os, "replace", lambda *_: pytest.fail("called"))
    write_case(case, folder)


def test_a_file_keeps_its_mode(tmp_path):
    path = tmp_path / "x"
    path.write_text("old")
    path.chmod(0o640)
    write_file(path, b"new")
    assert path.stat().st_mode & 0o777 == 0o640


def test_nothing_is_written_through_a_link_out_of_the_folder(folder, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    case = read_case(folder)
    shutil.rmtree(folder / "statements")
    (folder / "statements").symlink_to(outside)
    with pytest.raises(WinsetError, match="leads out of the folder"):
        write_case(case, folder)
    assert list(outside.iterdir()) == []


def test_an_empty_case_is_a_case(pie, tmp_path):
    write_case(Case(title="Nothing yet", as_of=pie.as_of), tmp_path)
    assert read_case(tmp_path) == Case(title="Nothing yet", as_of=pie.as_of)


def test_what_another_program_writes_meanwhile_survives_where_the_case_changes_nothing(
    tmp_path, split_pie
):
    folder = tmp_path / "pie"
    shutil.copytree(split_pie, folder)
    case = read_case(folder)
    coded = next((folder / "statements").glob("*.csv"))
    theirs = coded.read_bytes() + b"\n"
    coded.write_bytes(theirs)
    write_case(replace(case, title="Another title"), folder)
    assert coded.read_bytes() == theirs
    assert read_case(folder).title == "Another title"
