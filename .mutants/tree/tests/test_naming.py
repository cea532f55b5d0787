"""Names of cases that some system cannot hold are refused, and those that are there are shown."""

import json
import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from winset.case.naming import LONGEST, check_name
from winset.case.shipped import open_case
from winset.cli import cli
from winset.errors import WinsetError
from winset.evidence.coding.decisions import coder_file
from winset.evidence.intake import take_in
from winset.formats.excel import write_workbook
from workbench import a_folder, entered

BAD = {
    "CON": "device", "nul": "device", "Aux.case": "device", "com1": "device", "LPT9.txt": "device",
    "COM²": "device", "CONIN$": "device", "prn .x": "device",
    "line\nend": "line ends", "carriage\rreturn": "line ends", "tab\tbed": "line ends",
    "escape\x1b[2J": "line ends", "line\u2028end": "line ends", "turned\u202eround": "line ends",
    "broken\udcff": "UTF-8",
    "a:b": "“:”", "a?": "“?”", 'a"b': "“\"”", "dot.": "dot or a blank", "blank ": "dot or a blank",
    "x" * (LONGEST + 1): "at most 120",
}  # fmt: skip


@pytest.mark.parametrize(("name", "said"), BAD.items(), ids=map(ascii, BAD))
def test_a_name_that_some_system_cannot_hold_is_refused_by_every_command(tmp_path, name, said):
    """Nothing is written; the error can be printed anywhere."""
    folder = str(tmp_path / name)
    done = CliRunner().invoke(cli, ["new", folder])
    assert done.exit_code == 1
    error = done.output.strip()
    assert said in error and "choose another name" in error
    assert error.encode("utf-8") and error.isprintable()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["console", "com10", "nullarbor", "Café", "a b", "中美", ".x"])
def test_ordinary_names_of_any_language_are_taken(tmp_path, name):
    check_name(name)
    assert CliRunner().invoke(cli, ["new", str(tmp_path / name)]).exit_code == 0


def test_imports_refuse_such_a_name_too(tmp_path):
    workbook = tmp_path / "case.xlsx"
    write_workbook(open_case("emission-standards"), workbook)
    for command in (["excel", str(workbook)], ["ktab", __file__], ["dna", __file__]):
        done = CliRunner().invoke(cli, ["import", *command, str(tmp_path / "NUL")])
        assert done.exit_code == 1
    done = CliRunner().invoke(cli, ["import", "excel", str(workbook), str(tmp_path / "NUL")])
    assert "device of Windows" in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["case.xlsx"]


@pytest.mark.parametrize("name", ["CON", "nul", "com1.txt", "line\nend", "half\ud83d", "a."])
def test_the_page_refuses_such_a_name(tmp_path, name):
    folder = a_folder(tmp_path)
    with entered(folder) as client:
        body = json.dumps({"id": name, "title": "T", "as_of": "2020-01-01"})
        kind = {"content-type": "application/json"}
        answer = client.post("/api/cases", content=body, headers=kind)
        assert answer.status_code == 422
        assert "name" in answer.text or "must be letters" in answer.text
        form = {"title": "T", "as_of": "2020-01-01", "id": name.replace("\ud83d", "")}
        if name != "half\ud83d":  # no form can carry it
            files = {"files": ("a.txt", b"Ann waits.")}
            assert client.post("/api/articles", data=form, files=files).status_code == 422
    assert [path.name for path in folder.iterdir()] == ["split-pie"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_a_folder_whose_name_is_no_utf8_is_listed_with_what_to_do_and_breaks_nothing(tmp_path):
    folder = a_folder(tmp_path)
    try:
        shutil.copytree(folder / "split-pie", os.fsdecode(os.fsencode(folder / "caf") + b"\xe9"))
    except OSError:
        pytest.skip("this file system takes UTF-8 alone")
    shutil.copytree(folder / "split-pie", folder / "line\nend")
    with entered(folder) as client:
        page = client.get("/")
        assert page.status_code == 200 and "caf�" in page.text and "rename it" in page.text
        cases = {case["name"]: case for case in client.get("/api/cases").json()["cases"]}
        assert "rename it" in cases["caf�"]["trouble"] and cases["split-pie"]["trouble"] == ""
        assert client.get(cases["line\nend"]["address"]).status_code == 200


def test_half_a_character_in_a_request_comes_back_in_an_answer(tmp_path):
    with entered(a_folder(tmp_path)) as client:
        answer = client.post(
            "/api/cases/own/split-pie/forecast", content=b'{"model": "\\ud800"}',
            headers={"content-type": "application/json"},
        )  # fmt: skip
        assert answer.status_code == 422 and answer.json()["error"]


def test_no_document_and_no_coder_gets_the_name_of_a_device(pie):
    for name in ("CON.txt", "nul.md", "Aux.txt"):
        document = take_in(pie, b"Ann waits.", name, rules=False).document
        assert document.file.startswith("documents/text-") and document.id != Path(name).stem
    with pytest.raises(WinsetError, match="device of Windows"):
        coder_file(Path(), "con")
