"""Nothing acknowledged is lost: every kind of writer, at once, killed, out of room, refused."""

import datetime
import errno
import hashlib
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

import winset.case.atomic as atomic
from winset.case.chain import LEDGER
from winset.case.disposable import FOLDER
from winset.case.folder import parse_case, read_case, write_case, write_file
from winset.case.lock import LOCK, HeldError, write_lock
from winset.case.merging import ChangedError
from winset.case.model import Case
from winset.case.parts import Actor, Document, Issue, Scale, Stance, Statement
from winset.case.ranges import parse_range, point
from winset.cli import cli
from winset.errors import WinsetError
from winset.evidence.coding.decisions import accepted, coder_file, proposals, save_decision
from winset.evidence.coding.propose import CODER
from winset.evidence.coding.renewal import renewed, save_renewal
from winset.evidence.intake import save_intake, take_in
from winset.track_record.sealed import read_ledger
from workbench import PIE, a_folder, entered, row

HERE = Path(__file__).parent
WRITERS = HERE / "writers.py"
TWO_CODERS = HERE / "fixtures" / "two-coders"


@pytest.fixture
def folder(tmp_path, split_pie):
    return Path(shutil.copytree(split_pie, tmp_path / "pie"))


def files_of(folder):
    """What stands in a case folder but for what may be deleted."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in paths
        if FOLDER not in path.relative_to(folder).parts
    }


def with_stance(case, at, **changes):
    stances = list(case.stances)
    stances[at] = replace(stances[at], **changes)
    return replace(case, stances=tuple(stances))


# What was read, and what stands there now


def test_rows_that_different_writers_changed_are_merged(folder):
    ours, theirs = read_case(folder), read_case(folder)
    write_case(with_stance(theirs, 0, salience=point(11)), folder)
    done = write_case(with_stance(ours, 1, salience=point(22)), folder)
    stances = read_case(folder).stances
    assert (stances[0].salience, stances[1].salience) == (point(11), point(22))
    assert done == read_case(folder) and done.files == read_case(folder).files


def test_a_merge_keeps_comments_layout_and_digits_of_the_other_writer(folder):
    case = read_case(folder)
    path = folder / "case.yaml"
    path.write_text(path.read_text().replace("# the fair point", "# the fairest point of all"))
    table = folder / "stances.csv"
    table.write_text(table.read_text().replace("plates,bob,,6 to 7", "plates,bob,,6.50 to 7"))
    write_case(replace(with_stance(case, 0, price=point(3)), title="Three heirs"), folder)
    assert "# the fairest point of all" in path.read_text()
    assert "title: Three heirs" in path.read_text()
    assert "plates,bob,,6.50 to 7" in table.read_text()


def test_a_row_that_two_writers_changed_is_refused_by_name_and_nothing_is_written(folder):
    ours, theirs = read_case(folder), read_case(folder)
    write_case(with_stance(theirs, 0, salience=parse_range("11..22..33")), folder)
    before = files_of(folder)
    mine = with_stance(ours, 0, salience=parse_range("40..55..70"))
    with pytest.raises(ChangedError) as refused:
        write_case(replace(mine, title="Another"), folder)
    (problem,) = refused.value.problems
    assert problem.file == "stances.csv" and problem.where == "ann on pie"
    assert "salience 11..22..33" in problem.found and "salience 40..55..70" in problem.required
    assert "read it again" in problem.remedy
    assert files_of(folder) == before


def test_a_case_that_another_writer_has_broken_is_not_merged_and_its_file_is_named(folder):
    ours = read_case(folder)
    table = folder / "stances.csv"
    table.write_text(table.read_text().replace("plates,bob,,6 to 7", "plates,bob,,many"))
    before = files_of(folder)
    with pytest.raises(ChangedError, match="a whole case to be merged with") as refused:
        write_case(replace(ours, title="Another"), folder)
    assert refused.value.problems[0].where == "stances.csv"
    assert files_of(folder) == before


def test_every_conflict_is_named_at_once(folder):
    ours, theirs = read_case(folder), read_case(folder)
    write_case(replace(with_stance(theirs, 0, price=point(1)), title="Theirs", ties=()), folder)
    tie = replace(ours.ties[0], weight=point(0.9))
    mine = replace(with_stance(ours, 0, price=point(2)), title="Ours", ties=(tie, *ours.ties[1:]))
    with pytest.raises(ChangedError) as refused:
        write_case(mine, folder)
    assert [(p.file, p.found) for p in refused.value.problems] == [
        ("case.yaml", "“Theirs”"), ("stances.csv", "“price 1”"), ("ties.csv", "“no such row”"),
    ]  # fmt: skip


def test_the_same_change_by_two_writers_is_no_conflict(folder):
    ours, theirs = read_case(folder), read_case(folder)
    write_case(with_stance(theirs, 0, price=point(1)), folder)
    write_case(with_stance(ours, 0, price=point(1)), folder)
    assert read_case(folder).stances[0].price == point(1)


def test_rows_added_by_two_writers_stand_where_each_put_them(folder):
    ours, theirs = read_case(folder), read_case(folder)
    zoe, abe = Actor(id="zoe", name="Zoe"), Actor(id="abe", name="Abe")
    write_case(replace(theirs, actors=(*theirs.actors, zoe)), folder)
    write_case(replace(ours, actors=(ours.actors[0], abe, *ours.actors[1:])), folder)
    ids = [actor.id for actor in ours.actors]
    assert [a.id for a in read_case(folder).actors] == [ids[0], "abe", *ids[1:], "zoe"]


def test_changes_that_make_no_case_together_are_refused(folder):
    ours, theirs = read_case(folder), read_case(folder)
    gone = replace(
        theirs,
        actors=tuple(a for a in theirs.actors if a.id != "cousins"),
        stances=tuple(s for s in theirs.stances if s.actor != "cousins"),
        ties=tuple(t for t in theirs.ties if "cousins" not in (t.source, t.target)),
    )
    write_case(gone, folder)
    before = files_of(folder)
    added = replace(ours.stances[3], issue="plates", position=point(2), salience=point(1))
    with pytest.raises(ChangedError, match="another writer changed the case meanwhile"):
        write_case(replace(ours, stances=(*ours.stances, added)), folder)
    assert files_of(folder) == before


def test_a_case_that_no_longer_holds_together_is_not_written_over(folder):
    case = read_case(folder)
    path = folder / "stances.csv"
    path.write_text(path.read_text().replace("plates,bob,,6 to 7", "plates,bob,,6 to 700"))
    before = files_of(folder)
    with pytest.raises(ChangedError, match=r"stances\.csv: must be what was read"):
        write_case(replace(case, title="Another"), folder)
    assert files_of(folder) == before


def test_a_file_that_was_deleted_meanwhile_stays_deleted(folder):
    case = read_case(folder)
    (folder / "ties.csv").unlink()
    write_case(replace(case, title="Another"), folder)
    assert not (folder / "ties.csv").exists() and read_case(folder).title == "Another"


def test_a_case_is_not_written_over_one_that_it_was_not_read_from(folder, pie, tmp_path):
    before = files_of(folder)
    with pytest.raises(WinsetError, match=r"found case\.yaml, which the case was not read from"):
        write_case(replace(pie, title="Another", files={}, folder=None), folder)
    assert files_of(folder) == before


# Commands that have read the case before


def towns(folder):
    """A case with a long table of derived numbers, and one actor of whom nobody said anything."""
    ids = [f"town{k:02}" for k in range(200)]
    case = Case(
        title="Many towns",
        as_of=datetime.date(2024, 1, 1),
        issues=(Issue(id="toll", title="Toll", scale=Scale()),),
        actors=tuple(Actor(id=id, name=id) for id in (*ids, "silent")),
        stances=tuple(
            Stance(issue="toll", actor=id, position=parse_range("0 to 100"), influence=point(10),
                   salience=parse_range("40..55..70"),
                   note="" if id == "silent" else "[derived: position]")
            for id in (*ids, "silent")
        ),
        documents=(Document(id="d", published=datetime.date(2023, 12, 1)),),
        statements=tuple(
            Statement(coder="ida", id=f"s{k}", document="d", start=10 * k, end=10 * k + 9,
                      quote_sha256="0" * 64, speaker=id, issue="toll", kind="position",
                      value=point(k / 2), status="accepted")
            for k, id in enumerate(ids)
        ),
    )  # fmt: skip
    write_case(case, folder)
    return folder


@contextmanager
def held_derive(folder):
    """Start `derive --write`, held once it has read the case; yields what lets it end."""
    import fcntl

    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)  # less than its table: the rest waits
    process = subprocess.Popen(
        [sys.executable, "-m", "winset", "derive", str(folder), "--write"],
        stdout=writing, stderr=subprocess.PIPE,
    )  # fmt: skip
    os.close(writing)
    with process, os.fdopen(reading, "rb") as table:
        assert table.read(1)

        def end():
            out = table.read()
            return process.wait(), out.decode(), process.stderr.read().decode()

        yield end


def edited_on_a_page(cases, name, actor):
    with entered(cases) as client:
        address = f"/api/cases/own/{name}"
        rows = client.get(address).json()["rows"]["stances"]
        seen = next(r for r in rows if r["key"]["actor"] == actor)
        body = {"key": seen["key"], "revision": seen["revision"],
                "fields": {"salience": "11..22..33"}}  # fmt: skip
        assert client.patch(f"{address}/rows/stances", json=body).status_code == 200


@pytest.mark.skipif(sys.platform != "linux", reason="needs a pipe of a given size")
def test_a_pages_edit_survives_a_command_that_had_read_the_case_before(tmp_path):
    folder = towns(tmp_path / "cases" / "towns")
    with held_derive(folder) as end:
        edited_on_a_page(tmp_path / "cases", "towns", "silent")
        status, out, err = end()
    assert (status, err) == (0, "") and "wrote 200 numbers" in out
    stances = {stance.actor: stance for stance in read_case(folder).stances}
    assert stances["silent"].salience == parse_range("11..22..33")
    assert stances["town07"].position != parse_range("0 to 100")


@pytest.mark.skipif(sys.platform != "linux", reason="needs a pipe of a given size")
def test_a_command_that_would_write_over_a_pages_edit_is_refused_with_the_row(tmp_path):
    folder = towns(tmp_path / "cases" / "towns")
    with held_derive(folder) as end:
        edited_on_a_page(tmp_path / "cases", "towns", "town07")
        before = files_of(folder)
        status, out, err = end()
    assert status == 1 and "wrote" not in out
    assert "stances.csv: town07 on toll: must be what was read" in err
    assert "salience 11..22..33" in err and "make the change again" in err
    assert files_of(folder) == before
    assert CliRunner().invoke(cli, ["derive", str(folder), "--write"]).exit_code == 0
    stance = next(s for s in read_case(folder).stances if s.actor == "town07")
    assert stance.salience == parse_range("11..22..33")
    assert stance.position != parse_range("0 to 100")


def test_a_document_whose_entry_was_edited_meanwhile_is_not_written_over(folder):
    case = read_case(folder)
    data = (folder / "documents" / "letters.txt").read_bytes()
    intake = take_in(case, data, "letters.txt", rules=False, url="https://example.org/letters")
    documents = (replace(case.documents[0], title="Letters"), *case.documents[1:])
    write_case(replace(case, documents=documents), folder)
    with pytest.raises(ChangedError, match=r"documents\.csv: letters: must be what was read"):
        save_intake(folder, intake)
    assert read_case(folder).documents[0].title == "Letters"
    save_intake(folder, take_in(read_case(folder), data, "letters.txt", rules=False,
                                url="https://example.org/letters"))  # fmt: skip
    assert read_case(folder).documents[0].url == "https://example.org/letters"


def test_a_proposal_that_was_decided_on_meanwhile_stays(tmp_path):
    folder = Path(shutil.copytree(TWO_CODERS, tmp_path / "bridge"))
    for coder in ("maya", "noor"):
        coder_file(folder, coder).unlink()
    case = read_case(folder)
    document = "letter"
    renewal = renewed(case, document, (), coder=CODER)
    undecided = next(r for r in proposals(case) if r.id in renewal.dropped)
    save_decision(folder, accepted(undecided, "ida", datetime.datetime.now(datetime.UTC)))
    save_renewal(folder, renewal)
    standing = {r.id for r in proposals(read_case(folder)) if r.document == document}
    assert undecided.id in standing and not (set(renewal.dropped) - {undecided.id}) & standing


# One lock


def test_a_writer_waits_and_is_then_told_who_writes(folder):
    case = replace(read_case(folder), title="Another")
    with ThreadPoolExecutor() as threads, write_lock(folder):
        wait = threads.submit(_impatient, folder, lambda: write_case(case, folder))
        with pytest.raises(HeldError, match=rf"{folder}: is being written by .*{os.getpid()} on .* "
                                            r"since .*; try again"):  # fmt: skip
            wait.result()
    write_case(case, folder)


def _impatient(folder, write):
    with write_lock(folder, patience=0.02):
        write()


@pytest.mark.parametrize(
    "writes",
    [
        lambda folder: write_case(read_case(folder), folder),
        lambda folder: save_decision(folder, read_case(folder).statements[0]),
        lambda folder: save_intake(
            folder, take_in(read_case(folder), b"Words.", "w.txt", rules=False)
        ),
        lambda folder: save_renewal(
            folder, renewed(read_case(folder), "letters", (), coder="machine")
        ),
        lambda folder: _run("derive", folder, "--write"),
        lambda folder: _run("reanchor", folder, "--write"),
        lambda folder: _run("add", folder, __file__, "--no-propose"),
        lambda folder: _run("new", folder),
        lambda folder: _run("seal", folder, "--issue", "pie", "--resolve-by", "2999-01-01"),
    ],
    ids=["write_case", "decision", "intake", "renewal", "derive", "reanchor", "add", "new", "seal"],
)
def test_every_writer_waits_for_the_folders_lock(writes, folder, monkeypatch):
    monkeypatch.setattr("winset.case.lock.PATIENCE", 0.02)
    monkeypatch.setattr("winset.case.appending.PATIENCE", 0.02)
    before = files_of(folder)
    with ThreadPoolExecutor() as threads, write_lock(folder):
        job = threads.submit(writes, folder)
        with pytest.raises(WinsetError, match=r"is being written by|empty folder"):
            job.result()
    assert files_of(folder) == before


def _run(*words):
    result = CliRunner().invoke(cli, [str(word) for word in words])
    if result.exit_code:
        raise WinsetError(result.output)


def test_a_lock_ends_with_the_process_that_held_it(folder):
    process = paused_writer(folder)
    with pytest.raises(HeldError, match=f"process {process.pid}"), write_lock(folder, patience=0):
        pass
    kill(process)
    with write_lock(folder, patience=0):
        pass


def test_two_cases_are_not_made_in_one_folder_at_once(tmp_path, pie, monkeypatch):
    """Both found it empty; the second comes when the first has written."""
    folder = tmp_path / "new"
    other = replace(pie, title="Another", files={}, folder=None)
    with ThreadPoolExecutor(2) as threads:
        jobs = [threads.submit(write_case, case, folder) for case in (pie, other)]
    refused = [job.exception() for job in jobs if job.exception()]
    assert len(refused) == 1 and isinstance(refused[0], WinsetError)
    assert read_case(folder) in (pie, other)


# Killed, and out of room


PAUSED = """
import os, sys
from dataclasses import replace
from pathlib import Path
from winset.case.folder import read_case, write_case
import winset.case.atomic as atomic
sync, count = os.fsync, int(sys.argv[2])
def pause(handle):
    global count
    sync(handle)
    count -= 1
    if not count:
        print("paused", flush=True)
        sys.stdin.read()
os.fsync = pause
folder = Path(sys.argv[1])
case = read_case(folder)
actors = tuple(replace(actor, note="killed") for actor in case.actors)
write_case(replace(case, title="Killed", actors=actors), folder)
"""


def paused_writer(folder, after=2):
    """A process that writes, holding still once so many of its files are on disk."""
    process = subprocess.Popen(
        [sys.executable, "-c", PAUSED, str(folder), str(after)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout.readline() == "paused\n"
    return process


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.communicate()


def hidden(folder):
    return sorted(name for name in files_of(folder) if "/." in f"/{name}")


def test_what_a_killed_writer_leaves_is_swept_at_the_next_write(folder):
    before = files_of(folder)
    process = paused_writer(folder)
    assert [name.split(".")[1] for name in hidden(folder)] == ["actors", "case"]
    kill(process)
    assert {name: data for name, data in files_of(folder).items() if name in before} == before
    assert read_case(folder).title == "Two heirs share a pie"
    write_case(replace(read_case(folder), title="Another"), folder)
    assert hidden(folder) == [] and read_case(folder).title == "Another"


def test_a_running_writers_file_is_never_swept(folder):
    process = paused_writer(folder)
    left = hidden(folder)
    with pytest.raises(HeldError), write_lock(folder, patience=0.02):
        pass
    write_file(folder / "report.html", b"<p>no part of the case, and under no lock</p>")
    assert hidden(folder) == left and len(left) == 2
    process.communicate("go on")
    assert process.returncode == 0
    assert hidden(folder) == [] and read_case(folder).title == "Killed"


def test_what_an_older_version_left_is_swept_and_other_hidden_files_are_not(folder):
    ours = [".actors.csv.k3jx_9ab", "statements/.cook.csv.k3jx_9ab", ".case.yaml.00000000.case"]
    theirs = [".gitignore", ".actors.csv.swp", ".notes.csv.k3jx_9ab", ".report.html.0a1b2c3d.tmp"]
    for name in (*ours, *theirs):
        (folder / name).write_text("")
    write_case(replace(read_case(folder), title="Another"), folder)
    assert hidden(folder) == sorted(theirs)


def test_an_abandoned_output_beside_is_swept_once_it_is_old(tmp_path):
    old, new = tmp_path / ".out.json.0a1b2c3d.tmp", tmp_path / ".out.json.0a1b2c3e.tmp"
    old.write_text("")
    new.write_text("")
    os.utime(old, (1, 1))
    write_file(tmp_path / "out.json", b"{}")
    assert sorted(path.name for path in tmp_path.iterdir()) == [new.name, "out.json"]


@pytest.mark.parametrize("name", ["case.yaml", "actors.csv", "stances.csv"])
def test_no_space_left_names_the_file_and_changes_none(name, folder, monkeypatch):
    case = read_case(folder)
    before = files_of(folder)
    actors = tuple(replace(actor, note="more") for actor in case.actors)
    case = replace(with_stance(case, 0, price=point(1)), title="Another", actors=actors)
    fill = atomic._fill

    def full(temporary, data, path):
        if path.name == name:
            temporary.write_bytes(data[: len(data) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fill(temporary, data, path)

    monkeypatch.setattr(atomic, "_fill", full)
    with pytest.raises(WinsetError, match=f"{folder / name}: cannot be written: No space left"):
        write_case(case, folder)
    assert files_of(folder) == before


def test_no_space_left_for_a_seal_names_the_ledger_and_leaves_it_as_it_was(folder, monkeypatch):
    _run("seal", folder, "--issue", "pie", "--resolve-by", "2999-01-01", "--model", "mean",
         "--draws", "10", "--rule", "As they say.")  # fmt: skip
    before = (folder / LEDGER).read_bytes()

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("winset.case.appending.os.write", full)
    result = CliRunner().invoke(
        cli, ["seal", str(folder), "--issue", "pie", "--resolve-by", "2999-01-01",
              "--model", "mean", "--draws", "10", "--seed", "2", "--rule", "As they say."]
    )  # fmt: skip
    assert result.exit_code == 1
    assert f"{folder / LEDGER}: cannot be written: No space left on device" in result.output
    assert (folder / LEDGER).read_bytes() == before


@pytest.fixture
def disk(tmp_path):
    """A small file system of its own, which only root can have."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(place)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run(["mount", "-o", "remount,rw", str(place)], capture_output=True)
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_loses_nothing(disk, split_pie):
    folder = Path(shutil.copytree(split_pie, disk / "pie"))
    write_case(replace(read_case(folder), title="Room"), folder)
    before = files_of(folder)
    case = replace(read_case(folder), notes="é" * 99_000)
    with pytest.raises(WinsetError, match=r"pie/case\.yaml: cannot be written: No space left"):
        write_case(case, folder)
    assert files_of(folder) == before and read_case(folder).title == "Room"


@pytest.fixture
def read_only(request, tmp_path, split_pie):
    """A case folder that can be read and not written."""
    if os.geteuid():  # for root, modes forbid nothing
        folder = Path(shutil.copytree(split_pie, tmp_path / "pie"))
        inside = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
        for path in inside:
            path.chmod(0o555)
        yield folder
        for path in inside:
            path.chmod(0o755)
        return
    place = request.getfixturevalue("disk")
    folder = Path(shutil.copytree(split_pie, place / "pie"))
    subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
    yield folder


@pytest.mark.parametrize(
    "words",
    [
        ["check"], ["show"], ["forecast", "--model", "mean", "--draws", "10"],
        ["trace", "pie", "ann"], ["derive"], ["search", "pie"], ["verify"],
    ],
    ids=lambda words: words[0],
)  # fmt: skip
def test_commands_that_read_work_on_a_read_only_disk(words, read_only):
    if words[0] == "search":
        words = ["search", str(read_only), "pie"]
    else:
        words = [words[0], str(read_only), *words[1:]]
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 0 or words[0] == "verify", result.output
    assert "cannot be written" not in result.output


@pytest.mark.parametrize(
    "words",
    [
        ["derive", "--write"], ["reanchor", "--write"], ["code", "--coder", "ida"],
        ["add", __file__, "--no-propose"],
        ["seal", "--issue", "pie", "--resolve-by", "2999-01-01", "--model", "mean",
         "--rule", "As they say."],
    ],
    ids=lambda words: words[0],
)  # fmt: skip
def test_commands_that_write_name_the_folder_on_a_read_only_disk(words, read_only):
    before = files_of(read_only)
    result = CliRunner().invoke(cli, [words[0], str(read_only), *words[1:]])
    assert result.exit_code == 1 and isinstance(result.exception, SystemExit)
    assert result.output.startswith(f"error: {read_only}: cannot be written: "), result.output
    assert files_of(read_only) == before


def test_a_workbench_on_a_read_only_disk_reads_and_says_what_it_cannot_write(read_only):
    address = PIE.replace("split-pie", "pie")
    with entered(read_only.parent) as client:
        seen = client.get(address).json()["rows"]["case"][0]
        body = {"key": {}, "revision": seen["revision"], "fields": {"title": "Another"}}
        answer = client.patch(f"{address}/rows/case", json=body)
        assert answer.status_code == 422 and "cannot be written" in answer.json()["error"]
        assert str(read_only) in answer.json()["error"]


# The workbench


def test_the_workbench_puts_an_edit_on_top_of_what_an_editor_has_just_saved(tmp_path, monkeypatch):
    """An editor asks for no lock: it saves between the reading and the writing of the workbench."""
    cases = a_folder(tmp_path)
    monkeypatch.setattr(
        "winset.web.cases.store.write_case", after_an_editor(cases / "split-pie", "bob")
    )
    with entered(cases) as client:
        seen = row(client, "stances", issue="pie", actor="ann")
        body = {"key": seen["key"], "revision": seen["revision"], "fields": {"price": "1"}}
        assert client.patch(f"{PIE}/rows/stances", json=body).status_code == 200
    case = read_case(cases / "split-pie")
    assert [stance.price for stance in case.stances_on("pie")[:3:2]] == [point(1), point(99)]


def test_the_workbench_answers_a_conflict_with_both_versions_and_loses_neither(
    tmp_path, monkeypatch
):
    cases = a_folder(tmp_path)
    monkeypatch.setattr(
        "winset.web.cases.store.write_case", after_an_editor(cases / "split-pie", "ann")
    )
    with entered(cases) as client:
        seen = row(client, "stances", issue="pie", actor="ann")
        body = {"key": seen["key"], "revision": seen["revision"], "fields": {"price": "1"}}
        answer = client.patch(f"{PIE}/rows/stances", json=body)
        assert answer.status_code == 409
        told = answer.json()
        assert "since the page was loaded" in told["error"]
        assert (told["yours"]["price"], told["theirs"]["fields"]["price"]) == ("1", "99")
        assert read_case(cases / "split-pie").stances[0].price == point(99)
        body["revision"] = told["theirs"]["revision"]
        assert client.patch(f"{PIE}/rows/stances", json=body).status_code == 200
    assert read_case(cases / "split-pie").stances[0].price == point(1)


def after_an_editor(folder, actor):
    """`write_case`, before whose first call an editor sets a price to 99."""
    path = folder / "stances.csv"
    saves = [True]

    def write(case, place):
        if saves:
            saves.clear()
            stances = [
                replace(s, price=point(99)) if (s.issue, s.actor) == ("pie", actor) else s
                for s in read_case(place).stances
            ]
            copy = replace(read_case(place), stances=tuple(stances))
            path.write_bytes(_rendered(copy)["stances.csv"])
        return write_case(case, place)

    return write


def _rendered(case):
    from winset.case.folder import render_case

    return render_case(case)


def test_a_conflict_that_no_page_can_settle_is_told_as_one(tmp_path, monkeypatch):
    cases = a_folder(tmp_path)

    saves = itertools.count()

    def refuse(case, folder):
        theirs = replace(read_case(folder), title=f"Theirs {next(saves)}")
        (folder / "case.yaml").write_bytes(_rendered(theirs)["case.yaml"])
        return write_case(case, folder)

    monkeypatch.setattr("winset.web.cases.store.write_case", refuse)
    monkeypatch.setattr("winset.web.cases.rows._unchanged", lambda *_: None)
    with entered(cases) as client:
        body = {"key": {}, "revision": "0" * 16, "fields": {"title": "Ours"}}
        answer = client.patch(f"{PIE}/rows/case", json=body)
        assert answer.status_code == 409
        told = answer.json()
        assert "Another program changed the case" in told["error"]
        assert [problem["where"] for problem in told["problems"]] == ["case: title"]
    assert read_case(cases / "split-pie").title == "Theirs 2"


def test_the_workbench_says_who_holds_a_case(tmp_path, monkeypatch):
    cases = a_folder(tmp_path)
    monkeypatch.setattr("winset.web.cases.locks.PATIENCE", 0.02)
    with entered(cases) as client:
        seen = row(client, "case")
        body = {"key": {}, "revision": seen["revision"], "fields": {"title": "Another"}}
        with write_lock(cases / "split-pie"):
            answer = client.patch(f"{PIE}/rows/case", json=body)
        assert answer.status_code == 423
        assert f"process {os.getpid()} on " in answer.json()["error"]
        assert client.patch(f"{PIE}/rows/case", json=body).status_code == 200


# All at once


def raced(tmp_path, seconds):
    """Let writers of every kind loose on one case, two workbenches among them; check all acks."""
    cases = tmp_path / "cases"
    folder = Path(shutil.copytree(TWO_CODERS, cases / "bridge"))
    kinds = [("page", "code", "bring", "derive"), ("page", "add", "edit", "seals")]
    processes = [
        subprocess.Popen(
            [sys.executable, str(WRITERS), str(cases), str(k), str(seconds), *some],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(HERE)},
        )
        for k, some in enumerate(kinds)
    ]  # fmt: skip
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    with ThreadPoolExecutor(len(processes)) as threads:
        outputs = [out for out, _ in threads.map(lambda p: p.communicate(), processes)]
    lines = [json.loads(line) for out in outputs for line in out.splitlines()]
    assert [line["trouble"] for line in lines if "trouble" in line] == []
    done = Counter(line["kind"] for line in lines if "key" in line)
    assert set(done) == {kind for some in kinds for kind in some}, done
    standing = facts(folder)
    for out in outputs:
        words = [json.loads(line) for line in out.splitlines()]
        last = {word["key"]: word["value"] for word in words if "key" in word}
        now = {key: standing.get(key) or None for key in last}
        assert {key: value or None for key, value in last.items()} == now
    assert hidden(folder) == []
    return done, Counter(line["kind"] for line in lines if "refused" in line)


def facts(folder):
    """What stands in the case, by the names under which writers acknowledge it."""
    case = read_case(folder)
    sealed = read_ledger(folder)
    assert sealed.problems == ()
    texts = {d.id: hashlib.sha256((folder / d.file).read_bytes()).hexdigest()
             for d in case.documents if d.file}  # fmt: skip
    return {
        **{f"stance {s.issue} {s.actor}": _plain_note(s.note) for s in case.stances},
        **{f"scenario {s.id}": True for s in case.scenarios},
        **{f"decision {s.coder} {s.id}": s.status for s in case.statements},
        **{f"document {id}": digest for id, digest in texts.items()},
        **{f"seal {s.id}": True for s in sealed.sealed},
        "notes": case.notes,
        "derived": True,
    }


def _plain_note(note):
    return note.partition(" [derived")[0]


@pytest.mark.slow
def test_writers_of_every_kind_race_for_five_seconds_and_lose_nothing(tmp_path):
    print(*raced(tmp_path, 5))


@pytest.mark.long
def test_writers_of_every_kind_race_for_a_minute_and_lose_nothing(tmp_path):
    print(*raced(tmp_path, 60))


@pytest.mark.slow
def test_two_workbenches_on_one_folder_lose_nothing(tmp_path):
    cases = a_folder(tmp_path)

    def add(client, name):
        answers = []
        for k in range(8):
            change = {"quantity": "unity", "party": "north", "set": "0.1"}
            body = {"key": {"id": f"{name}{k}"}, "revision": None, "fields": {"changes": [change]}}
            answers.append(client.patch(f"{PIE}/rows/scenarios", json=body).status_code)
        return answers

    with entered(cases) as one, entered(cases) as two, ThreadPoolExecutor(2) as threads:
        jobs = [threads.submit(add, client, name) for client, name in ((one, "a"), (two, "b"))]
        assert [job.result() for job in jobs] == [[200] * 8] * 2
    ids = {scenario.id for scenario in read_case(cases / "split-pie").scenarios}
    assert ids >= {f"{name}{k}" for name in "ab" for k in range(8)}


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_whoever_may_write_a_shared_folder_may_take_its_lock(folder):
    folder.chmod(0o770)
    write_case(replace(read_case(folder), title="Another"), folder)
    assert (folder / FOLDER).stat().st_mode & 0o777 == 0o770
    assert (folder / FOLDER / LOCK).stat().st_mode & 0o777 == 0o660


def test_the_lock_file_is_left_out_of_git_and_of_the_case(folder):
    write_case(replace(read_case(folder), title="Another"), folder)
    assert (folder / FOLDER / LOCK).exists()
    assert (folder / FOLDER / ".gitignore").read_text() == "*\n"
    assert not any(FOLDER in name for name in read_case(folder).files)
    assert parse_case(read_case(folder).files) == read_case(folder)
    assert coder_file(folder, "ida").parent == folder / "statements"
