"""One registry of formats stands behind commands, pages and documentation."""

import click
import pytest
from click.testing import CliRunner

from bridge import client, folder, send  # noqa: F401 - fixtures
from pages import ROOT
from unmarked import unmarked
from winset.case.folder import read_case
from winset.case.shipped import open_case, shipped_cases
from winset.cli import cli
from winset.cli.exchange import export, import_
from winset.errors import WinsetError
from winset.formats.adapters import save_imported
from winset.formats.registry import FORMATS, find_format, recognised

PAGE = ROOT / "docs" / "formats.md"
BEGIN, END = "<!-- generated: formats -->\n", "<!-- end -->\n"


def table():
    """Return the table of formats as the documentation has it."""
    lines = [
        "| name | format | out | in | endings | what it cannot carry |",
        "|---|---|---|---|---|---|",
    ]
    for entry in FORMATS.own.values():
        comes_in = "a case" if entry.read else "statements, into a case" if entry.merge else "no"
        lines.append(
            f"| `{entry.name}` | {entry.title}: {entry.explains} "
            f"| {'yes' if entry.write else 'no'} | {comes_in} "
            f"| {', '.join(f'`{suffix}`' for suffix in entry.suffixes)} "
            f"| {'; '.join(entry.cannot_carry)} |"
        )
    return "\n".join(lines) + "\n"


def test_commands_list_what_the_registry_can_do():
    context = click.Context(export)
    writers = {name for name, entry in FORMATS.items() if entry.write}
    readers = {name for name, entry in FORMATS.items() if entry.read or entry.merge}
    assert set(export.list_commands(context)) == writers
    assert set(import_.list_commands(context)) == readers
    for name in writers:
        command = export.get_command(context, name)
        ((file),) = [p for p in command.params if p.name == "file"]
        assert file.type.endings == FORMATS[name].suffixes


def test_the_page_of_exports_lists_every_format_that_goes_out(client):  # noqa: F811
    page = unmarked(client.get("/cases/own/bridge/exports").text)
    for entry in FORMATS.values():
        assert (f"/exports/{entry.file}" in page) == bool(entry.write)
        for words in entry.cannot_carry if entry.write else ():
            assert words in page


def test_the_first_page_lists_every_format_that_makes_a_case(client):  # noqa: F811
    page = client.get("/").text
    for entry in FORMATS.values():
        assert (f"{entry.title} ({entry.suffixes[0]})" in page) == bool(entry.read)


def test_the_documentation_lists_the_registry():
    text = PAGE.read_text("utf-8")
    assert text.split(BEGIN)[1].split(END)[0] == table()


def test_a_case_is_begun_from_a_file_of_a_format(client, folder):  # noqa: F811
    pytest.importorskip("openpyxl", reason="workbooks take the extra “excel”")
    data = find_format("excel").written(open_case("iran-nuclear-2015")).data
    fields = {"id": "iran", "title": "Iran", "as_of": "2024-01-01"}
    answer = send(client, ("Iran.xlsx", data), to="/api/articles", **fields)
    assert answer.status_code == 201, answer.text
    case = read_case(folder / "iran")
    assert case.title == "Iran" and len(case.stances) > 10
    assert client.get("/cases/own/iran").status_code == 200
    fields["id"] = "ktab"
    ktab = find_format("ktab").written(open_case("emission-standards")).data
    answer = send(client, ("emission.csv", ktab), to="/api/articles", **fields)
    assert answer.status_code == 201 and "10 actors" in str(answer.json()["files"][0]["remarks"])
    assert str(read_case(folder / "ktab").as_of) == "2024-01-01"


def test_a_damaged_file_of_a_format_begins_nothing(client, folder):  # noqa: F811
    fields = {"id": "iran", "title": "Iran", "as_of": "2024-01-01"}
    for name, data in {"Iran.xlsx": b"PK damaged", "x.csv": b"no KTAB\n"}.items():
        answer = send(client, (name, data), to="/api/articles", **fields)
        assert answer.status_code == 422 and name in answer.text and "/tmp" not in answer.text
    assert not (folder / "iran").exists()


def test_a_file_is_recognised_by_its_ending_and_its_first_bytes():
    assert recognised("x.dna", b"SQLite format 3\0...").name == "dna"
    assert recognised("x.dna", b"PK") is None
    assert recognised("x.txt", b"PK") is None
    with pytest.raises(WinsetError, match=r"no format “exel”.*excel"):
        find_format("exel")


@pytest.mark.parametrize("command", ["export", "import"])
def test_a_misspelt_format_is_named_with_the_nearest(command):
    done = CliRunner().invoke(cli, [command, "exel", "a", "b"])
    assert done.exit_code == 1 and "no format “exel”; did you mean “excel”?" in done.output


@pytest.mark.parametrize("name", shipped_cases())
def test_every_shipped_case_becomes_a_folder_by_way_of_a_workbook(name, tmp_path):
    pytest.importorskip("openpyxl", reason="workbooks take the extra “excel”")
    entry, case = find_format("excel"), open_case(name)
    (tmp_path / "case.xlsx").write_bytes(entry.written(case).data)
    save_imported(entry.case_in(tmp_path / "case.xlsx"), tmp_path / "case")
    assert read_case(tmp_path / "case") == case
