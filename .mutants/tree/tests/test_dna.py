import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from winset.case.document_files import span_digest
from winset.case.folder import read_case, write_case
from winset.case.ranges import point
from winset.cli import cli
from winset.errors import WinsetError
from winset.formats.dna import ASIDE, import_dna
from winset.formats.dna_export import export_dna
from winset.formats.dna_names import Units
from winset.formats.dna_tables import (
    COLUMNS,
    SCHEMA,
    DnaTables,
    password_hash,
    read_dna_tables,
    write_dna_tables,
)

CASE = Path(__file__).parent / "fixtures" / "two-coders"
SAMPLE = Path(__file__).parents[2] / "shared" / "data" / "dna" / "sample.dna"


@pytest.fixture
def sample():
    if not SAMPLE.is_file():
        pytest.skip("the DNA sample is not beside this checkout")
    return SAMPLE


@pytest.fixture(autouse=True)
def quick_hash(monkeypatch, request):
    """Hashing is slow on purpose; one test asks for the real thing."""
    if "slow_hash" not in request.fixturenames:
        monkeypatch.setattr("winset.formats.dna_tables.password_hash", lambda name: name)


@pytest.fixture
def slow_hash():
    return password_hash


def saved(data, path):
    path.write_bytes(data)
    return path


def test_the_sample_goes_through_a_case_folder_and_back_with_every_table_equal(sample, tmp_path):
    import_dna(sample, tmp_path / "case")
    out = export_dna(read_case(tmp_path / "case"))
    assert out.left_out == ()
    before = read_dna_tables(sample)
    after = read_dna_tables(saved(out.data, tmp_path / "out.dna"))
    for table in COLUMNS:
        assert after[table] == before[table], table
    counts = {table: len(after[table]) for table in ("DOCUMENTS", "STATEMENTS", "ENTITIES")}
    assert counts == {"DOCUMENTS": 7, "STATEMENTS": 41, "ENTITIES": 23}


def test_the_written_database_has_the_very_columns_of_dna(sample, tmp_path):
    path = saved(write_dna_tables(read_dna_tables(sample)), tmp_path / "out.dna")
    with closing(sqlite3.connect(sample)) as one, closing(sqlite3.connect(path)) as other:
        for table in SCHEMA:
            for pragma in ("table_info", "foreign_key_list", "index_list"):
                rows = [
                    sorted(map(str, database.execute(f"PRAGMA {pragma}({table})")))
                    for database in (one, other)
                ]
                assert rows[0] == rows[1], (table, pragma)


def test_statements_of_the_sample_say_who_is_for_what_and_where(sample, tmp_path):
    case = import_dna(sample, tmp_path / "case").case
    first = case.statements[0]
    assert (first.coder, first.speaker, first.issue, str(first.value)) == (
        "coder-1", "joel-bluestein", "co2-legislation-will-not-hurt-the-economy", "0",
    )  # fmt: skip
    assert first.note == "For Energy and Environmental Analysis, Inc."
    text = (tmp_path / "case" / "documents" / f"{first.document}.txt").read_text()
    assert span_digest(text, first.start, first.end) == first.quote_sha256
    assert case.actor("joel-bluestein").note == "Type: Business"


def test_what_a_case_cannot_say_is_named_kept_aside_and_comes_back(sample, tmp_path):
    made = import_dna(sample, tmp_path / "case")
    assert made.aside == ("statement 5 (Annotation): a type without concept and agreement",)
    aside = (tmp_path / "case" / ASIDE).read_text()
    assert "This is a note" in aside


def test_passwords_are_neither_read_nor_kept(sample, tmp_path):
    import_dna(sample, tmp_path / "case")
    assert all("Password" not in row for row in read_dna_tables(sample)["CODERS"])
    assert "Password" not in (tmp_path / "case" / ASIDE).read_text()


def test_a_password_is_hashed_as_jasypt_does(slow_hash):
    import base64
    import hashlib

    hashed = base64.b64decode(slow_hash("Admin"))
    digest = hashed[:16] + b"winset"
    for _ in range(100_000):
        digest = hashlib.sha256(digest).digest()
    assert (len(hashed), hashed[16:]) == (48, digest)
    assert len(slow_hash("Admin")) == 64


def test_an_edit_of_the_case_shows_in_the_database_and_nothing_else_does(sample, tmp_path):
    import_dna(sample, tmp_path / "case")
    case = read_case(tmp_path / "case")
    edited = next(row for row in case.statements if row.id == "dna1")
    dropped = next(row for row in case.statements if row.id == "dna2")
    added = replace(
        edited, id="new", coder="ida", start=edited.start, speaker="unresolved", value=point(80)
    )
    rows = [row for row in case.statements if row not in (edited, dropped)]
    rows += [replace(edited, value=point(100), speaker="bob-slaughter"), added]
    write_case(replace(case, statements=tuple(rows)), tmp_path / "case")
    data = export_dna(read_case(tmp_path / "case")).data
    before, after = read_dna_tables(sample), read_dna_tables(saved(data, tmp_path / "out.dna"))
    ids = {row["ID"] for row in after["STATEMENTS"]}
    assert ids == {row["ID"] for row in before["STATEMENTS"]} - {2} | {42}
    agreed = {r["StatementId"]: r["Value"] for r in after["DATABOOLEAN"]}
    assert (agreed[1], agreed[42]) == (1, 1)
    assert [row["Name"] for row in after["CODERS"]][-1] == "ida"
    same = [r for r in before["DATASHORTTEXT"] if r["StatementId"] not in (1, 2)]
    assert [r for r in after["DATASHORTTEXT"] if r["StatementId"] not in (1, 42)] == same


def test_a_case_that_never_saw_dna_makes_a_database_that_reads_back(tmp_path):
    case = read_case(CASE)
    out = export_dna(case)
    path = saved(out.data, tmp_path / "out.dna")
    again = import_dna(path, tmp_path / "again").case
    told = {
        (row.coder, row.start, row.end, f"mayor-{row.speaker}", row.quote_sha256)
        for row in case.statements
        if row.status == "accepted" and row.kind in ("position", "red line")
    }
    told = {(*said[:3], said[3].replace("mayor-ferry", "the-ferrymen"), said[4]) for said in told}
    assert {(r.coder, r.start, r.end, r.speaker, r.quote_sha256) for r in again.statements} == told
    assert [document.published for document in again.documents][:3] == [
        document.published for document in case.documents
    ][:3]


def test_what_dna_cannot_hold_is_listed(tmp_path):
    out = export_dna(read_case(CASE))
    assert "statement m5 of maya: DNA has no place for a threat" in out.left_out
    assert any("undated" in line for line in out.left_out)
    bare = read_case(CASE)
    bare = replace(bare, documents=tuple(replace(d, file=None) for d in bare.documents))
    assert any("its text is not kept" in line for line in export_dna(bare).left_out)


def test_the_same_case_makes_the_same_bytes():
    case = read_case(CASE)
    assert export_dna(case).data == export_dna(case).data


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_offsets_in_utf_16_units_go_there_and_back(text):
    units = Units(text)
    for k in range(len(text) + 1):
        wide = len(text[:k].encode("utf-16-le")) // 2
        assert units.units(k) == wide
        assert units.characters(wide) == k


def test_statements_after_an_emoji_keep_their_place(tmp_path):
    path = tmp_path / "case"
    shutil.copytree(CASE, path)
    letter = path / "documents" / "letter.txt"
    before = letter.read_text()
    letter.write_text("😀" + before)
    from winset.evidence.anchors import reanchor

    case = reanchor(read_case(path), {"letter": before}).case
    write_case(case, path)
    tables = read_dna_tables(saved(export_dna(read_case(path)).data, tmp_path / "out.dna"))
    row = next(r for r in tables["STATEMENTS"] if r["DocumentId"] == 3)
    assert row["Start"] == 29 + 2
    again = import_dna(tmp_path / "out.dna", tmp_path / "again").case
    assert {r.quote_sha256 for r in again.statements} <= {r.quote_sha256 for r in case.statements}


def broken(path, *commands):
    with closing(sqlite3.connect(path)) as database, database:
        for command in commands:
            database.execute(command)
    return path


@pytest.fixture
def database(tmp_path):
    return saved(export_dna(read_case(CASE)).data, tmp_path / "in.dna")


def test_a_file_that_is_no_database_is_refused_in_words(tmp_path):
    with pytest.raises(WinsetError, match="No such file"):
        read_dna_tables(tmp_path / "none.dna")
    with pytest.raises(WinsetError, match="must be a DNA v3 database"):
        read_dna_tables(saved(b"PK\x03\x04 something", tmp_path / "x.dna"))
    with pytest.raises(WinsetError, match=r"cannot be read|must have the table"):
        read_dna_tables(saved(b"SQLite format 3\0" + b"\xff" * 4096, tmp_path / "y.dna"))


def test_a_database_of_another_program_or_version_is_refused(tmp_path, database):
    other = broken(tmp_path / "other.dna", "CREATE TABLE a(b)")
    with pytest.raises(WinsetError, match="must have the table DOCUMENTS"):
        read_dna_tables(other)
    broken(database, "ALTER TABLE STATEMENTS RENAME COLUMN Stop TO Finish")
    with pytest.raises(WinsetError, match="must have the column Stop"):
        read_dna_tables(database)


def test_a_view_in_place_of_a_table_is_not_asked(database):
    broken(
        database,
        "ALTER TABLE ENTITIES RENAME TO HIDDEN",
        "CREATE VIEW ENTITIES AS SELECT * FROM HIDDEN",
    )
    with pytest.raises(WinsetError, match="must have the table ENTITIES"):
        read_dna_tables(database)


def test_a_blob_or_a_broken_text_is_refused(database):
    broken(database, "UPDATE DOCUMENTS SET Text = x'ff00'")
    with pytest.raises(WinsetError):
        read_dna_tables(database)


@pytest.mark.parametrize(
    "command",
    [
        "UPDATE STATEMENTS SET Stop = 9999999 WHERE ID = 1",
        "UPDATE STATEMENTS SET DocumentId = 77 WHERE ID = 1",
        "UPDATE STATEMENTS SET Coder = NULL WHERE ID = 1",
        "UPDATE STATEMENTS SET StatementTypeId = 9 WHERE ID = 1",
        "DELETE FROM DATASHORTTEXT WHERE StatementId = 1",
        "UPDATE DATASHORTTEXT SET Entity = 999 WHERE StatementId = 1",
    ],
)
def test_a_statement_that_hangs_in_the_air_is_kept_aside(database, tmp_path, command):
    broken(database, command)
    made = import_dna(database, tmp_path / "case")
    assert len(made.aside) == 1
    assert read_case(tmp_path / "case") == made.case


def test_titles_cannot_lead_out_of_the_folder(database, tmp_path):
    broken(
        database,
        "UPDATE DOCUMENTS SET Title = '../../evil' WHERE ID = 1",
        "UPDATE DOCUMENTS SET Title = '../../evil' WHERE ID = 2",
        "UPDATE DOCUMENTS SET Title = char(27) || '[31m' WHERE ID = 3",
    )
    made = import_dna(database, tmp_path / "in" / "case")
    names = [d.file for d in made.case.documents]
    assert names[:3] == ["documents/evil.txt", "documents/evil-2.txt", "documents/31m.txt"]
    assert not (tmp_path / "evil").exists()
    assert export_dna(read_case(tmp_path / "in" / "case")).left_out == ()


def test_reading_does_not_touch_the_file(database):
    before = database.read_bytes()
    read_dna_tables(database)
    assert database.read_bytes() == before
    assert sorted(p.name for p in database.parent.iterdir()) == ["in.dna"]


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"DOCUMENTS": 3}', '{"DOCUMENTS": {"columns": ["Evil"], "rows": []}}',
     '{"CODERS": {"columns": ["ID"], "rows": [[{}]]}}', "[" * 100_000],
)  # fmt: skip
def test_a_damaged_file_of_what_was_kept_aside_is_refused(tmp_path, text):
    shutil.copytree(CASE, tmp_path / "case")
    (tmp_path / "case" / ASIDE).write_text(text)
    with pytest.raises(WinsetError, match="as `winset import dna` wrote it"):
        export_dna(read_case(tmp_path / "case"))


def test_a_row_against_the_rules_of_dna_is_refused():
    rows = {"SETTINGS": ({"Property": "a", "Value": None},)}
    with pytest.raises(WinsetError, match="cannot be written"):
        write_dna_tables(DnaTables(rows))


def test_the_commands_bring_a_database_in_and_out(database, tmp_path):
    done = CliRunner().invoke(cli, ["import", "dna", str(database), str(tmp_path / "case")])
    assert done.exit_code == 0, done.output
    assert "4 documents" in done.output
    newest = max(d.published for d in read_case(tmp_path / "case").documents)
    assert f"as of {newest}, the day of the newest document" in " ".join(done.output.split())
    done = CliRunner().invoke(
        cli, ["export", "dna", str(tmp_path / "case"), str(tmp_path / "out.dna")]
    )
    assert done.exit_code == 0, done.output
    assert read_dna_tables(tmp_path / "out.dna") == read_dna_tables(database)
    again = CliRunner().invoke(cli, ["import", "dna", str(database), str(tmp_path / "case")])
    assert "must be a new or empty folder" in again.output


def test_aside_is_readable_as_json(database, tmp_path):
    import_dna(database, tmp_path / "case")
    said = json.loads((tmp_path / "case" / ASIDE).read_text())
    assert said["STATEMENTS"]["columns"] == list(COLUMNS["STATEMENTS"])


def test_no_date_is_invented_for_a_database_that_has_none(database, tmp_path):
    broken(database, "UPDATE DOCUMENTS SET Date = 9223372036854775807")
    done = CliRunner().invoke(cli, ["import", "dna", str(database), str(tmp_path / "case")])
    assert "must be given, since the database dates no document" in done.output
    assert not (tmp_path / "case").exists()
    command = [str(database), str(tmp_path / "case"), "--as-of", "2020-02-01"]
    output = " ".join(CliRunner().invoke(cli, ["import", "dna", *command]).output.split())
    assert "as of 2020-02-01 undated: " in output
    case = read_case(tmp_path / "case")
    assert str(case.as_of) == "2020-02-01"
    assert {document.published for document in case.documents} == {None}
    write_dna = export_dna(case).data
    assert read_dna_tables(saved(write_dna, tmp_path / "out.dna")) == read_dna_tables(database)
