"""Documents are parsed in a process of their own, within limits, and with the same result."""

import os
import signal
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from winset.case.folder import read_case
from winset.cli import cli
from winset.errors import WinsetError
from winset.evidence.intake import take_in
from winset.evidence.reading import apart
from winset.evidence.reading.apart import MEGABYTE, Apart, Limits
from winset.evidence.reading.reader import HERE
from winset.web.cases import uploads as taking_in
from workbench import PIE, a_folder, entered

TALK = b'"We will never give in," said Bob. Ann said that half of the pie was enough.\n'
PAGE = b"<html><body><article>%s</article></body></html>" % (
    b"<p>Ann said that half of the pie was enough, and that she would wait.</p>" * 10
)
# What took 22 seconds, and more than 45, before anything was bounded.
ATTRIBUTES = b"<html><body><article><p %s>Ann waits.</p></article></body></html>" % b" ".join(
    b'a%d="x"' % k for k in range(40_000)
)
PARAGRAPHS = b"<html><body><article>%s</article></body></html>" % (
    b"<p>Ann said that half of the pie was enough, and that she would wait.</p>" * 260_000
)
LINES = b"Ann said that half of the pie was enough, and that she would wait.\n\n" * 30_000
linux = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="bounds memory by /proc")


@pytest.fixture(scope="module")
def plain():
    made = Apart()
    yield made
    made.close()


@pytest.fixture(scope="module")
def strict():
    made = Apart(Limits(seconds=0.5))
    yield made
    made.close()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (PAGE, "page.html"),
        (TALK, "talk.txt"),
        (b"# Talk\n\n" + TALK, "talk.md"),
        ("\ufeffAnn: „Nein“ 😀\r\n\r\nBob".encode("utf-16"), "old.txt"),
        (b"BBC News\n14 July 2015\n\n" + TALK, "dated.txt"),
    ],
)
def test_a_document_is_read_apart_as_it_is_here(plain, pie, data, name):
    text = plain.document(data, name)
    assert text == HERE.document(data, name)
    assert plain.text(text.text, name="x", markdown=True) == HERE.text(
        text.text, name="x", markdown=True
    )
    assert plain.statements(text, pie) == HERE.statements(text, pie)
    assert plain.statements(text) == HERE.statements(text)


def test_a_case_takes_in_the_same_apart_as_here(plain, pie):
    one, other = take_in(pie, TALK, "a.txt", reading=plain), take_in(pie, TALK, "a.txt")
    assert one.proposed.renewal == other.proposed.renewal and one.proposed.renewal.rows
    assert (one.document, one.text, one.text_bytes) == (
        other.document,
        other.text,
        other.text_bytes,
    )
    kept = one.case.documents[-1]
    assert kept.file == "documents/a.txt"


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\xff", b"<html></html>"])
def test_what_is_wrong_with_a_document_is_said_apart_as_it_is_here(plain, data):
    with pytest.raises(WinsetError) as here:
        HERE.document(data, "a.html")
    with pytest.raises(WinsetError) as there:
        plain.document(data, "a.html")
    assert str(there.value) == str(here.value)


def test_one_process_reads_many_documents(plain):
    plain.document(TALK, "a.txt")
    first = plain._child
    plain.document(PAGE, "b.html")
    plain.statements(plain.document(TALK, "a.txt"))
    assert plain._child is first


def test_a_missing_language_model_is_said_apart_as_it_is_here(plain):
    with pytest.raises(WinsetError, match=r"en_core_no_such_model.+install"):
        plain.ready("en_core_no_such_model")


@pytest.mark.parametrize("data", [ATTRIBUTES, PARAGRAPHS], ids=["attributes", "paragraphs"])
def test_a_document_that_takes_too_long_is_refused_by_name_and_the_next_one_is_read(strict, data):
    with pytest.raises(WinsetError, match=r"^slow\.html: must be readable in 0\.5 seconds; found"):
        strict.document(data, "slow.html")
    assert strict.document(TALK, "next.txt").name == "next"


@linux
def test_a_document_that_takes_too_much_memory_is_refused_by_name_and_the_next_one_is_read():
    narrow = Apart(Limits(memory=10 * MEGABYTE))
    with pytest.raises(WinsetError, match=r"^much\.html: must be readable in 10 MB of memory;"):
        narrow.document(PARAGRAPHS[:MEGABYTE], "much.html")
    with pytest.raises(WinsetError, match=r"^much\.txt: must be readable.+ memory"):
        narrow.document(LINES, "much.txt")
    assert narrow.document(TALK, "next.txt").name == "next"
    narrow.close()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs signals")
def test_a_reader_that_breaks_off_is_said_and_the_next_document_is_read(plain):
    plain.document(TALK, "a.txt")
    os.kill(plain._child._process.pid, signal.SIGKILL)
    with pytest.raises(WinsetError, match=r"^a\.txt: must be readable; found .+\(signal 9, "):
        plain.document(TALK, "a.txt")
    assert plain.document(TALK, "a.txt").name == "a"


@pytest.mark.parametrize("program", ["", "/no/such/python", sys.prefix])
def test_where_no_process_can_be_started_nothing_is_read(monkeypatch, program):
    monkeypatch.setattr(sys, "executable", program)
    with pytest.raises(WinsetError, match=r"^a\.txt: must be read in a process of its own; found"):
        Apart().document(TALK, "a.txt")


def test_a_process_that_cannot_begin_says_why(monkeypatch):
    monkeypatch.setattr(apart, "_CHILD", "raise ImportError('no such reader')")
    with pytest.raises(WinsetError, match="no such reader"):
        Apart().document(TALK, "a.txt")


def test_nothing_is_imported_from_the_folder_that_the_user_is_in(tmp_path, monkeypatch):
    for name in ("trafilatura", "pydantic", "json", "winset"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('taken over')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    made = Apart()
    assert "half of the pie" in made.document(PAGE, "a.html").text
    process = made._child._process
    made.close()
    assert process.returncode is not None and made._child is None
    made.close()


# The command line and the page.


@pytest.fixture
def folder(tmp_path, strict, monkeypatch):
    monkeypatch.setattr(apart, "shared", lambda: strict)
    monkeypatch.setattr(taking_in, "shared", lambda: strict)
    return a_folder(tmp_path)


def test_the_commands_name_the_document_that_takes_too_long_and_do_the_others(folder, tmp_path):
    slow, good = tmp_path / "slow.html", tmp_path / "good.txt"
    slow.write_bytes(ATTRIBUTES)
    good.write_bytes(TALK)
    case = str(folder / "split-pie")
    done = CliRunner().invoke(cli, ["add", case, str(slow), str(good), "--no-propose"])
    assert done.exit_code == 1 and f"error: {slow}: must be readable in 0.5 s" in done.output
    assert [d.id for d in read_case(case).documents][-1] == "good"


def test_extract_and_propose_name_the_document_too(folder, tmp_path, monkeypatch):
    long = tmp_path / "long.txt"
    long.write_bytes(TALK * 300)
    case = str(folder / "split-pie")
    assert CliRunner().invoke(cli, ["add", case, str(long), "--no-propose"]).exit_code == 0
    hurried = Apart(Limits(statement_seconds=0.001, statement_characters=10**9))
    monkeypatch.setattr(apart, "shared", lambda: hurried)
    done = CliRunner().invoke(cli, ["extract", str(long)])
    assert done.exit_code == 1 and "error: long: must have its statements extracted" in done.output
    done = CliRunner().invoke(cli, ["propose", case, "long"])
    assert done.exit_code == 1 and "error: long: must have its statements extracted" in done.output
    hurried.close()


def test_the_page_names_the_document_that_takes_too_long_and_does_the_others(folder):
    with entered(folder) as client:
        slow, good = ("slow.html", ATTRIBUTES), ("good.txt", TALK)
        both = [("files", good), ("files", slow)]
        files = client.post(f"{PIE}/documents", files=both).json()["files"]
        assert [f["document"] for f in files] == ["good", ""]
        assert files[1]["error"].startswith("slow.html: must be readable in 0.5 seconds")
        alone = client.post(f"{PIE}/documents", files=[("files", slow)])
        assert alone.status_code == 422
        assert alone.json()["problems"][0]["where"] == "slow.html"
