import csv
import datetime
from pathlib import Path

import pytest

from winset.errors import CaseError, WinsetError
from winset.formats.ktab import parse_ktab, read_ktab, write_ktab

SHARED = Path(__file__).parents[2] / "shared" / "data" / "spatial"
DAY = datetime.date(2015, 1, 1)
PLAIN = """Energy,Who reforms,2,1
Actor,Description,Power,Position,Salience
Ministry,The ministry,100,30.5,40
Firm,"The firm, old",20,70,95
"""


def parse(text):
    return parse_ktab(text, "file.csv", DAY)


def test_actors_positions_and_power_arrive_as_they_stand():
    case = parse(PLAIN)
    assert [a.name for a in case.actors] == ["Ministry", "Firm"]
    assert case.actors[1].note == "The firm, old"
    firm = case.stances[1]
    assert (str(firm.position), str(firm.salience), str(firm.influence)) == ("70", "95", "20")
    assert (case.title, case.summary) == ("Energy", "Who reforms")


def test_a_trailing_comma_changes_nothing():
    trailing = "".join(line + ",\n" for line in PLAIN.splitlines())
    assert parse(trailing) == parse(PLAIN)


def test_writing_and_reading_again_gives_the_same_case():
    case = parse(PLAIN)
    assert parse(write_ktab(case)) == case


def test_names_that_cannot_be_ids_are_made_ids_and_kept_as_names():
    case = parse("T,,2,1\nh,,,,\nÄ b,,1,2,3\nÄ b,,1,2,3\n")
    assert [a.id for a in case.actors] == ["b", "b-2"]
    assert [a.name for a in case.actors] == ["Ä b", "Ä b"]


def test_all_problems_come_at_once_each_with_its_place():
    with pytest.raises(CaseError) as caught:
        parse("T,,3,1\nh,,,,\nA,,x,20,30\nB,,1,120,nan\nC,,1\n")
    said = [str(problem) for problem in caught.value.problems]
    assert [s.split(": ")[0] for s in said] == [
        "file.csv:3:4",
        "file.csv:4:6",
        "file.csv:4:10",
        "file.csv:5",
    ]


@pytest.mark.parametrize("text", ["", "a,b\n", "T,,two,1\nh\n", "T,,1,0\nh\nA,,1\n", "T,,1,999\n"])
def test_a_file_in_another_layout_is_refused_in_words(text):
    with pytest.raises(CaseError, match="must be name, description, number of actors"):
        parse(text)


def test_a_missing_or_mis_encoded_file_is_refused_in_words(tmp_path):
    with pytest.raises(WinsetError, match="No such file"):
        read_ktab(tmp_path / "none.csv", as_of=DAY)
    (tmp_path / "x.csv").write_bytes("Ä,,1,1".encode("latin-1"))
    with pytest.raises(CaseError, match="UTF-8"):
        read_ktab(tmp_path / "x.csv", as_of=DAY)


def test_an_actor_without_a_stance_cannot_be_exported():
    case = parse(PLAIN)
    import dataclasses

    short = dataclasses.replace(case, stances=case.stances[:1])
    with pytest.raises(WinsetError, match="Firm has no stance on dimension-1"):
        write_ktab(short)


def ktab_layout(path):
    """A reference input turned into KTAB's own layout."""
    rows = list(csv.DictReader(path.read_text().splitlines()))
    dimensions = sum(name.startswith("pos_") for name in rows[0])
    lines = [f"{path.stem},from the reference runs,{len(rows)},{dimensions},"]
    lines.append("Name,Description,Power," + "Pos,Sal," * dimensions)
    for row in rows:
        cells = [row["actor"], "", row["capability"]]
        for k in range(dimensions):
            cells += [row[f"pos_{k}"], row[f"sal_{k}"]]
        lines.append(",".join(cells) + ",")
    return "\n".join(lines) + "\n", rows, dimensions


@pytest.mark.parametrize("name", ["SOE-Policy", "dummyData-a040", "dummyData_3Dim"])
def test_the_reference_cases_come_in_whole(name):
    if not SHARED.is_dir():
        pytest.skip("the reference runs are not beside this checkout")
    text, rows, dimensions = ktab_layout(SHARED / f"{name}.input.csv")
    case = parse(text)
    assert [a.id for a in case.actors] == [row["actor"] for row in rows]
    assert len(case.issues) == dimensions
    for k, row in enumerate(rows):
        for d in range(dimensions):
            stance = case.stances[k * dimensions + d]
            assert stance.position.low == float(row[f"pos_{d}"])
            assert stance.salience.low == float(row[f"sal_{d}"])
            assert stance.influence.low == float(row["capability"])
