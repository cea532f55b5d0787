import datetime
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from winset.case.appending import append, repair
from winset.case.chain import LEDGER, canonical, parse_chain, read_chain
from winset.case.folder import parse_case, read_case, write_case, write_file
from winset.case.lock import write_lock
from winset.case.parts import Question, QuestionAnswer
from winset.case.template import template
from winset.cli import cli
from winset.errors import CaseError, WinsetError
from winset.forecast.forecast import make_forecast
from winset.models import make_model
from winset.track_record.scores import brier, crps, log_score
from winset.track_record.sealed import (
    ForecastToSeal,
    read_ledger,
    record,
    resolve,
    score,
    seal,
    verify,
)
from winset.track_record.sealed.records import in_json, understand_chain
from winset.track_record.sealed.sealing import content_digest, draft, seal_draft

AT = datetime.datetime(2026, 2, 1, 12, tzinfo=datetime.UTC)
LATER = datetime.datetime(2026, 7, 1, 12, tzinfo=datetime.UTC)
DUE = datetime.date(2026, 6, 30)
FAST = make_model("two-level", {"grid": 51})
APPENDER = Path(__file__).with_name("appender.py")


@pytest.fixture
def folder(tmp_path):
    """A case folder with a question of yes and no and one with options, nothing sealed."""
    case = parse_case({name: text.encode() for name, text in template("A price").items()})
    options = {"low": "settlement(price) <= 30", "high": "settlement(price) >= 30"}
    questions = (*case.questions, Question(id="where", text="Low or high?", options=options))
    write_case(replace(case, questions=questions), tmp_path / "case")
    return tmp_path / "case"


def sealed(folder, question="agreement", at=AT, draws=60, **said):
    if "no_rule" not in said:
        said.setdefault("rule", "A text signed by both sides")
    subject = {"issue": said.pop("issue")} if "issue" in said else {"question": question}
    return seal(
        read_case(folder),
        ForecastToSeal(
            **subject,
            resolve_by=said.pop("resolve_by", DUE),
            draws=draws,
            model=said.pop("model", FAST),
            **said,
        ),
        at=at,
    )


def edit(folder, name, old, new):
    path = folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def noted(path, count, start=0):
    for k in range(start, start + count):
        append(path, lambda _, k=k: ("note", {"number": k, "text": "é…"}))


# The chain


def test_entries_follow_one_another_and_name_themselves(tmp_path):
    path = tmp_path / LEDGER
    noted(path, 3)
    chain = read_chain(path)
    assert chain.problems == ()
    assert [e.previous for e in chain.entries] == [
        (), (chain.entries[0].sha256,), (chain.entries[1].sha256,),
    ]  # fmt: skip
    assert chain.heads == (chain.entries[2].sha256,)
    assert [e.body["number"] for e in chain.entries] == [0, 1, 2]


def test_a_changed_byte_anywhere_is_found_in_its_line(tmp_path):
    noted(tmp_path / LEDGER, 3)
    data = (tmp_path / LEDGER).read_bytes()
    for place, byte in enumerate(data):
        line = data.count(b"\n", 0, place) + 1
        for other in {byte ^ 1, byte ^ 0x20, 0x20, 0x0A, 0x30, 0xFF} - {byte}:
            spoilt = data[:place] + bytes([other]) + data[place + 1 :]
            found = [problem.line for problem in parse_chain(spoilt).problems]
            assert line in found, (place, byte, other, found)


def test_a_byte_too_many_or_too_few_is_found(tmp_path):
    noted(tmp_path / LEDGER, 2)
    data = (tmp_path / LEDGER).read_bytes()
    for place in range(len(data)):
        assert parse_chain(data[:place] + data[place + 1 :]).problems
        assert parse_chain(data[:place] + b" " + data[place:]).problems


def test_a_line_removed_moved_or_doubled_is_found_where_it_shows(tmp_path):
    noted(tmp_path / LEDGER, 4)
    lines = (tmp_path / LEDGER).read_bytes().splitlines(keepends=True)

    def found(*order):
        return [(p.line, p.required) for p in parse_chain(b"".join(lines[k] for k in order)).broken]

    assert found(0, 1, 2, 3) == []
    assert found(0, 2, 3) == [(2, "must stand below what it follows")]
    assert found(1, 2, 3) == [(1, "must stand below what it follows")]
    assert found(0, 2, 1, 3) == [(2, "must stand below what it follows")]
    assert found(0, 1, 1, 2, 3) == [(3, "must stand once")]


def test_a_cut_end_is_found_by_who_kept_the_last_digest(folder):
    first = sealed(folder)
    last = sealed(folder, seed=1)
    lines = (folder / LEDGER).read_bytes().splitlines(keepends=True)
    assert verify(folder, head=last.id[:16], again=False).sound
    (folder / LEDGER).write_bytes(lines[0])
    assert verify(folder, head=first.id, again=False).sound
    [problem] = verify(folder, head=last.id[:16], again=False).problems
    assert "the end was cut off" in str(problem)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"hello", "must be an entry"),
        (b"", "must be an entry"),
        (b"{}", "must be an entry"),
        (b"[1,2]", "must be an entry"),
        (b'{"kind":1,"previous":[],"sha256":"' + b"0" * 64 + b'"}', "must be an entry"),
        (b'{"kind":"seal","previous":"x","sha256":"' + b"0" * 64 + b'"}', "must be an entry"),
        (b'{"kind":"seal","previous":[],"sha256":"xyz"}', "must be an entry"),
        (b'{"kind":"seal","previous":[[]],"sha256":"' + b"0" * 64 + b'"}', "must be an entry"),
        (b'{"kind":"a","previous":[],"sha256":NaN}', "NaN is no number"),
        (b"[" * 200_000, "values nested too deep"),
        (b'{"kind":"a","n":' + b"9" * 5000 + b"}", "must be an entry"),
        (b'{"kind":"a","previous":[],"sha256":"' + b"0" * 64 + b'","t":"\\ud800"}', "half a char"),
        (b"\xff\xfe", "bytes that are no UTF-8"),
        (b'"' + b"x" * 1_000_001, "must be at most 1,000,000 bytes"),
        (b"<<<<<<< HEAD", "the mark of a merge"),
        (b"=======", "keep the entries of both sides"),
        (b"\x00" * 10, "must be an entry"),
    ],
)
def test_a_hostile_line_is_named_and_the_case_says_so(line, said, folder):
    sealed(folder)
    with (folder / LEDGER).open("ab") as out:
        out.write(line + b"\n")
    for reading in (read_case, sealed):
        with pytest.raises(CaseError) as caught:
            reading(folder)
        [problem] = caught.value.problems
        assert (problem.file, problem.line) == (LEDGER, 2)
        assert said in str(problem)
        assert len(str(problem)) < 500
    found = verify(folder)
    assert not found.sound
    assert found.checks[0].verdict == "same bytes"


def test_a_ledger_that_is_no_file_or_leads_out_is_refused(folder, tmp_path):
    (folder / LEDGER).mkdir()
    with pytest.raises(WinsetError, match="must be a file"):
        read_case(folder)
    (folder / LEDGER).rmdir()
    (tmp_path / "elsewhere").write_text("")
    (folder / LEDGER).symlink_to(tmp_path / "elsewhere")
    for reading in (read_case, sealed, verify):
        with pytest.raises(WinsetError, match="a link out of it"):
            reading(folder)


def test_windows_line_ends_are_named_for_what_they_are(folder):
    sealed(folder)
    sealed(folder, seed=1)
    sealed(folder, seed=2)
    data = (folder / LEDGER).read_bytes()
    (folder / LEDGER).write_bytes(data.replace(b"\n", b"\r\n"))
    read_case(folder)
    [problem] = verify(folder, again=False).problems
    assert problem.line == 1
    assert ".gitattributes" in str(problem)


# Dates


def test_an_entry_dated_before_the_one_it_follows_is_found_in_its_line(folder):
    sealed(folder)
    year_end = datetime.date(2026, 12, 31)
    sealed(folder, seed=1, at=LATER, resolve_by=year_end)
    first, second = (json.loads(line) for line in (folder / LEDGER).read_bytes().splitlines())
    early = {**second, "at": "2026-01-31T00:00:00Z"}
    del early["sha256"]
    early["sha256"] = hashlib.sha256(canonical(early).encode()).hexdigest()
    third = {"kind": "note", "at": "2026-01-31T12:00:00Z", "previous": [early["sha256"]]}
    third["sha256"] = hashlib.sha256(canonical(third).encode()).hexdigest()
    lines = [canonical(entry).encode() + b"\n" for entry in (first, early, third)]
    problems = parse_chain(b"".join(lines)).problems
    assert [(p.line, "dated no earlier" in p.required) for p in problems] == [(2, True), (3, True)]
    assert "2026-01-31" in problems[0].found
    (folder / LEDGER).write_bytes(b"".join(lines[:2]))
    assert not verify(folder, again=False).sound
    with pytest.raises(CaseError, match="dates never decrease in a ledger"):
        sealed(folder, at=LATER, resolve_by=year_end)


def test_nothing_is_appended_with_a_date_before_the_last(folder):
    done = sealed(folder, at=LATER, resolve_by=datetime.date(2026, 12, 31))
    before = (folder / LEDGER).read_bytes(), sorted((folder / "sealed").iterdir())
    edit(folder, "stances.csv", "20..30..40", "21..30..40")
    for write in (
        lambda: sealed(folder),
        lambda: resolve(folder, done.id, "yes", date=AT.date(), at=AT),
        lambda: append(folder / LEDGER, lambda _: ("note", {"at": "2026-07-01T11:59:59Z"})),
    ):
        with pytest.raises(WinsetError, match="dated no earlier than the one it follows"):
            write()
    assert ((folder / LEDGER).read_bytes(), sorted((folder / "sealed").iterdir())) == before
    assert sealed(folder, at=LATER, resolve_by=datetime.date(2026, 12, 31)).line == 2


def test_copies_that_grew_apart_may_be_dated_across_but_what_joins_them_may_not(folder):
    sealed(folder)
    other = folder.with_name("other")
    shutil.copytree(folder, other)
    sealed(folder, seed=1, at=LATER, resolve_by=datetime.date(2026, 12, 31))
    sealed(other, seed=2)
    with (folder / LEDGER).open("ab") as out:
        out.write((other / LEDGER).read_bytes().splitlines(keepends=True)[-1])
    assert verify(folder, again=False).problems == ()
    with pytest.raises(WinsetError, match="dated no earlier"):
        sealed(folder, seed=3)


def test_the_moment_is_that_of_the_writing_and_not_of_the_call(folder, monkeypatch):
    drafted = draft(
        read_case(folder),
        ForecastToSeal(
            question="agreement",
            resolve_by=datetime.date(2999, 1, 1),
            rule="As signed",
            model=FAST,
            draws=20,
        ),
    )
    sealed(folder, at=None, resolve_by=datetime.date(2999, 1, 1))
    assert seal_draft(replace(drafted, seal=replace(drafted.seal, at=AT))).seal.at > AT
    assert verify(folder, again=False).problems == ()


# Rules


def test_without_a_rule_nothing_is_sealed_unless_the_reason_is_stored(folder):
    with pytest.raises(CaseError) as caught:
        sealed(folder, rule="  ", resolve_by=datetime.date(2026, 1, 31), question="agreemant")
    assert [p.where for p in caught.value.problems] == ["question", "rule", "resolve_by"]
    with pytest.raises(CaseError, match="must be empty where there is a rule"):
        sealed(folder, rule="As signed", no_rule="No time")
    assert not (folder / LEDGER).exists()
    done = sealed(folder, no_rule="Only for teaching")
    assert (done.seal.rule, done.seal.no_rule) == ("", "Only for teaching")
    assert read_ledger(folder).sealed[0].seal == done.seal


def test_a_ledger_sealed_before_rules_were_needed_is_still_sound(folder):
    sealed(folder)
    body = in_json(read_ledger(folder).sealed[0].seal)
    del body["no_rule"]
    (folder / LEDGER).unlink()
    append(folder / LEDGER, lambda _: ("seal", {**body, "format": 1, "rule": ""}))
    assert verify(folder).sound


def test_what_a_draft_shows_is_what_is_sealed(folder):
    drafted = draft(
        read_case(folder),
        ForecastToSeal(
            question="agreement", resolve_by=DUE, rule="As signed", model=FAST, draws=20
        ),
        at=AT,
    )
    assert not (folder / LEDGER).exists()
    seal_draft(drafted, at=AT)
    entry = json.loads((folder / LEDGER).read_text())
    for name in ("at", "previous", "sha256"):
        del entry[name]
    assert canonical(entry) == drafted.text


# Writes that are cut off, and many at once


def test_a_write_cut_off_anywhere_is_set_aside_and_loses_no_whole_entry(tmp_path):
    path = tmp_path / LEDGER
    noted(path, 2)
    whole = path.read_bytes()
    noted(path, 1, start=2)
    last = path.read_bytes()
    for cut in range(len(whole) + 1, len(last)):
        path.write_bytes(last[:cut])
        with pytest.raises(CaseError, match="cut off"):
            noted(path, 1)
        assert path.read_bytes() == last[:cut]
        did = repair(path)
        if cut == len(last) - 1:  # only the line end was missing
            assert (did, path.read_bytes()) == ("completed", last)
        else:
            assert (did, path.read_bytes()) == ("set aside", whole)
        assert read_chain(path).problems == ()
    assert (tmp_path / "ledger.torn").read_bytes().count(b"\n") == len(last) - len(whole) - 2
    assert repair(path) == "nothing"


def test_repair_touches_no_whole_line(tmp_path):
    path = tmp_path / LEDGER
    path.write_bytes(b"hello\ncut")
    assert repair(path) == "set aside"
    assert path.read_bytes() == b"hello\n"
    assert repair(tmp_path / "none") == "nothing"


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    import os

    path = tmp_path / LEDGER
    noted(path, 1)
    before, write = path.read_bytes(), os.write

    def half(handle, data):
        write(handle, bytes(data[:40]))
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(WinsetError, match=f"{path}: cannot be written: No space left"):
        noted(path, 1)
    monkeypatch.undo()
    assert path.read_bytes() == before


def appender(path, name, count):
    return subprocess.Popen(
        [sys.executable, str(APPENDER), str(path), name, str(count)], stdout=subprocess.PIPE
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_in_the_middle_no_acknowledged_entry_is_lost(tmp_path):
    path = tmp_path / LEDGER
    acknowledged = []
    for turn in range(4):
        process = appender(path, f"turn {turn}", 100_000)
        acknowledged += [process.stdout.readline().decode().strip() for _ in range(5 + 7 * turn)]
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate()
        # A line that the kill cut short acknowledges nothing.
        acknowledged += rest.decode().split("\n")[:-1]
        assert process.returncode == -signal.SIGKILL
        repair(path)
        chain = read_chain(path)
        assert chain.problems == ()
        assert set(acknowledged) <= {entry.sha256 for entry in chain.entries}
    assert len(acknowledged) > 60
    assert len(chain.heads) == 1


def test_two_processes_take_turns(tmp_path):
    path = tmp_path / LEDGER
    both = [appender(path, name, 60) for name in ("a", "b")]
    said = [set(process.communicate()[0].decode().split()) for process in both]
    chain = read_chain(path)
    assert (chain.problems, chain.forks, len(chain.entries)) == ((), (), 120)
    assert said[0] | said[1] == {entry.sha256 for entry in chain.entries}
    for name in "ab":
        assert [e.body["number"] for e in chain.entries if e.body["by"] == name] == [*range(60)]


def test_who_waits_too_long_for_the_lock_is_told(tmp_path, monkeypatch):
    path = tmp_path / LEDGER
    monkeypatch.setattr("winset.case.appending.PATIENCE", 0.02)
    with ThreadPoolExecutor() as threads, write_lock(tmp_path):
        waiting = threads.submit(append, path, lambda _: ("note", {}))
        with pytest.raises(WinsetError, match=f"is being written by .*process {os.getpid()}"):
            waiting.result()
    assert not path.exists()


# Two copies put together


def copies(folder):
    """A ledger sealed on two copies after a common first entry: their lines, as git merges them."""
    sealed(folder)
    other = folder.with_name("other")
    shutil.copytree(folder, other)
    ours, theirs = sealed(folder, seed=1), sealed(other, seed=2)
    shutil.copytree(other / "sealed", folder / "sealed", dirs_exist_ok=True)
    return ours, theirs, (other / LEDGER).read_bytes().splitlines(keepends=True)[-1]


def test_two_copies_put_together_stay_whole_and_are_joined_by_the_next_entry(folder):
    ours, theirs, line = copies(folder)
    with (folder / LEDGER).open("ab") as out:
        out.write(line)
    found = verify(folder, again=False)
    assert found.problems == ()
    assert set(found.heads) == {ours.id, theirs.id}
    assert found.forks == (
        "lines 2 and 3 both follow line 1: two copies were put together; the next entry will "
        "follow both",
    )
    last = sealed(folder, seed=3)
    found = verify(folder)
    assert (found.sound, found.heads) == (True, (last.id,))
    assert read_chain(folder / LEDGER).entries[-1].previous == (ours.id, theirs.id)
    assert "next entry" not in found.forks[0]


def test_marks_of_a_merge_are_explained(folder):
    _, _, line = copies(folder)
    lines = (folder / LEDGER).read_bytes().splitlines(keepends=True)
    merged = [lines[0], b"<<<<<<< HEAD\n", lines[1], b"=======\n", line, b">>>>>>> other\n"]
    (folder / LEDGER).write_bytes(b"".join(merged))
    problems = verify(folder, again=False).problems
    assert [p.line for p in problems] == [2, 4, 6]
    assert "delete the lines of marks" in str(problems[0])
    kept = [part for part in merged if not part.startswith((b"<", b"=", b">"))]
    (folder / LEDGER).write_bytes(b"".join(kept))
    assert verify(folder, again=False).sound


def test_two_sides_that_resolve_otherwise_are_found_and_amended(folder):
    first = sealed(folder)
    other = folder.with_name("other")
    shutil.copytree(folder, other)
    resolve(folder, first.id, "yes", at=LATER)
    resolve(other, first.id, "no", at=LATER)
    with (folder / LEDGER).open("ab") as out:
        out.write((other / LEDGER).read_bytes().splitlines(keepends=True)[-1])
    [problem] = verify(folder, again=False).problems
    assert "must be resolved once" in str(problem)
    done = resolve(folder, first.id, "yes", amend=True, at=LATER)
    assert (done.resolution.outcome, len(done.resolutions)) == ("yes", 3)
    assert verify(folder, again=False).sound


# Sealing


def test_a_seal_holds_what_the_forecast_said_and_how_it_was_made(folder):
    case = read_case(folder)
    done = sealed(folder, rule="A signed text", scenario="hardship", seed=7)
    forecast = make_forecast(case, FAST, draws=60, seed=7, scenario="hardship")
    said = done.seal
    chance, error = forecast.agreed("price")
    assert (said.subject, said.text, said.rule) == (
        "agreement",
        "Will they agree?",
        "A signed text",
    )
    assert {c.outcome: c.probability for c in said.chances}["yes"] == pytest.approx(chance)
    assert said.chances[0].error == pytest.approx(error)
    assert (said.made["model"], said.made["seed"], said.draws) == ("two-level", 7, 60)
    assert said.made["scenario"] == "hardship"
    assert said.made["parameters"]["grid"] == 51
    assert said.case.digest == case.digest
    assert said.forecast == content_digest(forecast)
    assert read_ledger(folder).sealed[0].seal == said


def test_a_seal_changes_neither_the_case_nor_its_digest(folder):
    before = read_case(folder)
    sealed(folder)
    after = read_case(folder)
    assert (after, after.digest, dict(after.files)) == (before, before.digest, dict(before.files))
    write_case(after, folder)
    assert verify(folder).checks[0].changes == ()


def test_a_copy_of_the_case_begins_without_a_ledger(folder, tmp_path):
    sealed(folder)
    write_case(read_case(folder), tmp_path / "copy")
    assert not (tmp_path / "copy" / LEDGER).exists()


def test_what_is_put_away_holds_numbers_and_no_texts(split_pie, tmp_path):
    folder = Path(shutil.copytree(split_pie, tmp_path / "pie"))
    done = sealed(folder, question="share")
    place = folder / done.seal.archive.folder
    assert sorted(p.name for p in place.iterdir()) == [
        "actors.csv", "case.yaml", "stances.csv", "ties.csv",
    ]  # fmt: skip
    assert "statements" in (place / "stances.csv").read_text().splitlines()[0]
    assert "s1" not in (place / "stances.csv").read_text()
    read_case(place)
    again = sealed(folder, question="deal")
    assert again.seal.archive == done.seal.archive
    assert len(list((folder / "sealed").iterdir())) == 1


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"question": "agreemant"}, "did you mean “agreement”"),
        ({"issue": "prize"}, "did you mean “price”"),
        ({"resolve_by": datetime.date(2026, 1, 31)}, "must be today or later"),
        ({"resolve_by": None}, "say by which day"),
        ({"model": make_model("mean")}, "gives no chance of an agreement"),
        ({"rule": "half a character: \ud800"}, "rule: must be text without control"),
        ({"note": "\x1b[31m"}, "note: must be text without control"),
        ({"scenario": "none"}, "none"),
        ({"draws": 0}, "draws must be 1 or more"),
    ],
)
def test_what_cannot_be_sealed_is_refused_and_nothing_is_written(said, message, folder):
    with pytest.raises(WinsetError, match=message):
        sealed(folder, **said)
    assert not (folder / LEDGER).exists()
    assert not (folder / "sealed").exists()


def test_what_is_settled_already_is_not_sealed(folder):
    case = read_case(folder)
    came = replace(case.questions[0], resolution=QuestionAnswer(outcome="yes"))
    with pytest.raises(WinsetError, match="already says how it came out"):
        seal(
            replace(case, questions=(came,)),
            ForecastToSeal(question="agreement", resolve_by=DUE, rule="As signed"),
            at=AT,
        )
    with pytest.raises(WinsetError, match="in a folder"):
        seal(
            replace(case, folder=None), ForecastToSeal(question="agreement", resolve_by=DUE), at=AT
        )
    with pytest.raises(WinsetError, match="either a question"):
        seal(
            case,
            ForecastToSeal(question="agreement", issue="price", resolve_by=DUE, rule="As signed"),
            at=AT,
        )


def test_moves_are_sealed_from_the_game_and_blame_is_not(tmp_path):
    from winset.case.shipped import open_case

    case = open_case("iran-nuclear-2015")
    open_ones = tuple(replace(q, resolution=None) for q in case.questions)
    write_case(replace(case, questions=open_ones), tmp_path)
    for name, data in case.files.items():
        if name.startswith("games/"):
            write_file(tmp_path / name, data)
    done = sealed(tmp_path, question="front-breaks", draws=40)
    assert (tmp_path / done.seal.archive.folder / "games" / "united_front.yaml").exists()
    assert verify(tmp_path).checks[0].verdict == "same bytes"
    with pytest.raises(WinsetError, match="a share of blame"):
        sealed(tmp_path, question="who-blocks", draws=40)


def test_nothing_is_put_away_outside_the_case_folder(folder, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (folder / "sealed").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WinsetError, match="leads out of the case folder"):
        sealed(folder)
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert not (folder / LEDGER).exists()


def test_the_digest_of_a_forecast_is_of_what_came_out(folder):
    case = read_case(folder)
    made = make_forecast(case, FAST, draws=50)
    again = make_forecast(replace(case, title="Other"), FAST, draws=50)
    assert content_digest(made) == content_digest(again)
    spoilt = made.settlement.copy()
    spoilt[0, 0] += 1e-12
    assert content_digest(replace(made, settlement=spoilt)) != content_digest(made)


# Verifying


def test_a_sealed_forecast_comes_out_the_same_after_the_case_was_edited(folder):
    sealed(folder)
    sealed(folder, issue="price")
    edit(folder, "stances.csv", "20..30..40", "60..70..80")
    edit(folder, "case.yaml", "Will they agree?", "Will they?")
    found = verify(folder)
    assert found.sound
    yes_no, settlement = found.checks
    assert (yes_no.verdict, settlement.verdict) == ("same bytes", "same bytes")
    assert yes_no.changes == (
        "edited since then: case.yaml, stances.csv",
        "the case has another wording of the question; the sealed wording counts",
    )


def test_a_case_that_cannot_be_read_now_is_no_fault_of_the_ledger(folder):
    sealed(folder)
    edit(folder, "actors.csv", "minister,", "minster,")
    found = verify(folder)
    assert found.sound
    assert "must be a known actor" in str(found.case_problems[0])


def test_a_changed_copy_of_the_numbers_is_found(folder):
    done = sealed(folder)
    edit(folder, f"{done.seal.archive.folder}/stances.csv", "20..30..40", "60..70..80")
    edit(folder, "stances.csv", "20..30..40", "21..30..40")
    [check] = verify(folder).checks
    assert check.verdict == "cannot be made again"
    assert check.harm == (f"{done.seal.archive.folder}/stances.csv was changed",)
    assert not verify(folder).sound
    edit(folder, "stances.csv", "21..30..40", "20..30..40")
    with pytest.raises(WinsetError, match="was changed"):
        sealed(folder)


def test_a_lost_copy_is_made_good_by_a_case_that_still_says_the_same(folder):
    sealed(folder)
    shutil.rmtree(folder / "sealed")
    [check] = verify(folder).checks
    assert check.verdict == "same bytes"
    assert "is missing" in check.harm[0]
    edit(folder, "stances.csv", "20..30..40", "21..30..40")
    assert verify(folder).checks[0].verdict == "cannot be made again"


def doctored(folder, **changes):
    """Append a sealed entry that says something else than its forecast did."""
    body = in_json(read_ledger(folder).sealed[0].seal)
    return append(folder / LEDGER, lambda _: ("seal", {**body, "forecast": "0" * 64, **changes}))


def test_other_numbers_are_told_by_how_much(folder):
    done = sealed(folder)
    yes, no = in_json(done.seal.chances)
    doctored(folder, chances=[{**yes, "probability": yes["probability"] - 0.1}, no])
    doctored(folder)
    first, other, same = verify(folder).checks
    assert (first.verdict, other.verdict, same.verdict) == (
        "same bytes", "other numbers", "same numbers",
    )  # fmt: skip
    assert other.difference == pytest.approx(0.1)
    assert other.errors == pytest.approx(0.1 / yes["error"])
    assert not verify(folder).sound


def test_another_version_is_named(folder):
    done = sealed(folder)
    doctored(folder, made={**done.seal.made, "version": "0.0.1"})
    changes = verify(folder).checks[1].changes
    assert any(change.startswith("sealed by winset 0.0.1, repeated by ") for change in changes)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ({"future": 1}, "does not know: future"),
        ({"model": "crystal"}, "no model “crystal”"),
        ({"parameters": {"grid": "wide"}}, "grid"),
        ({"parameters": 7}, "cannot be understood"),
        ({"scenario": "lost"}, "lost"),
        ({"seed": "x"}, ""),
    ],
)
def test_what_cannot_be_made_again_says_why(made, said, folder):
    done = sealed(folder)
    doctored(folder, made={**done.seal.made, **made})
    check = verify(folder).checks[1]
    if check.verdict != "cannot be made again":
        assert (made, check.verdict) == ({"seed": "x"}, "other numbers")
    assert said in " ".join(check.harm)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"format": 3}, "must be at most 2"),
        ({"rule": ""}, "must say how the outcome will be judged"),
        ({"format": "x"}, "must be a whole number"),
        ({"chances": [{"outcome": "yes", "probability": 7, "error": None, "draws": 1}]}, "chances"),
        ({"chances": 3}, "chances"),
        ({"chances": []}, "must give the outcomes"),
        ({"asks": "fate"}, "must be one of"),
        ({"asks": "issue"}, "settlement"),
        ({"draws": 0}, "draws"),
        ({"resolve_by": "soon"}, "must be a date"),
        ({"archive": {"folder": "../up", "files": {}}}, "must be a relative path"),
        ({"case": None}, "case"),
        ({"surprise": 1}, "no such field"),
    ],
)
def test_a_whole_entry_of_the_wrong_kind_is_named(changes, said, folder):
    sealed(folder)
    doctored(folder, **changes)
    ledger = read_ledger(folder)
    assert len(ledger.sealed) == 1
    assert any(p.line == 2 and said in str(p) for p in ledger.problems), ledger.problems
    assert not verify(folder, again=False).sound


def test_entries_of_unknown_kind_and_stray_resolutions_are_named(folder):
    done = sealed(folder)
    append(folder / LEDGER, lambda _: ("prophecy", {}))
    stray = {"at": "2026-07-01T00:00:00Z", "outcome": "yes", "date": None, "source": "",
             "note": "", "amends": []}  # fmt: skip
    append(folder / LEDGER, lambda _: ("resolution", {**stray, "seal": "0" * 64}))
    odd = {**stray, "seal": done.id, "outcome": "maybe"}
    append(folder / LEDGER, lambda _: ("resolution", odd))
    said = [str(problem) for problem in read_ledger(folder).problems]
    assert len(said) == 3
    assert "must be seal or resolution; found prophecy" in said[0]
    assert "must name a sealed forecast above it" in said[1]
    assert "must say one of yes, no, void; found “maybe”" in said[2]
    assert read_ledger(folder).sealed[0].resolution is None


# Resolving and scoring


def test_yes_and_no_are_scored_as_they_should(folder):
    p = sealed(folder).seal.chances[0].probability
    done = resolve(folder, "agreement", "no", source="the press", at=LATER)
    found = score(done)
    assert found.counts
    assert found.brier == pytest.approx(float(brier(p, 0)))
    assert found.log_score == pytest.approx(float(log_score(p, 0)))
    assert (done.resolution.source, done.resolution.date) == ("the press", None)


def test_options_are_scored_with_what_was_left_for_none_of_them(folder):
    chances = {c.outcome: c.probability for c in sealed(folder, question="where").seal.chances}
    rest = 1 - sum(chances.values())
    assert rest > 0.01
    found = score(resolve(folder, "where", "high", at=LATER))
    expected = (chances["low"] ** 2 + (1 - chances["high"]) ** 2 + rest**2) / 2
    assert found.brier == pytest.approx(expected)
    assert found.log_score == pytest.approx(float(log_score(chances["high"], 1)))


def test_a_settlement_is_scored_from_its_sealed_quantiles(folder):
    done = sealed(folder, issue="price", draws=400)
    settled = done.seal.settlement
    assert len(settled.quantiles) == 100
    found = score(resolve(folder, "price", "31.5", at=LATER))
    forecast = make_forecast(read_case(folder), FAST, draws=400)
    assert found.crps == crps(settled.quantiles, None, 31.5)
    assert found.crps == pytest.approx(crps(*forecast.settled("price"), 31.5), abs=0.05)
    assert found.crps_share == pytest.approx(found.crps / 100)
    assert found.brier == pytest.approx(float(brier(done.seal.chances[0].probability, 1)))


def test_without_an_agreement_only_the_agreement_is_scored(folder):
    p = sealed(folder, issue="price").seal.chances[0].probability
    found = score(resolve(folder, "price", "none", at=LATER))
    assert (found.crps, found.brier) == (None, pytest.approx(p**2))


def test_a_resolution_comes_once_and_an_amendment_stands_beside_it(folder):
    sealed(folder)
    resolve(folder, "agreement", "yes", at=LATER)
    with pytest.raises(WinsetError, match="was already resolved: yes"):
        resolve(folder, "agreement", "no", at=LATER)
    done = resolve(folder, "agreement", "no", note="recount", amend=True, at=LATER)
    assert done.resolution.outcome == "no"
    assert [r.outcome for r in done.resolutions.values()] == ["yes", "no"]
    again = resolve(folder, "agreement", "void", amend=True, at=LATER)
    assert len(again.resolutions) == 3
    assert verify(folder, again=False).sound
    late = sealed(folder, seed=9, at=LATER, resolve_by=LATER.date())
    with pytest.raises(WinsetError, match="not resolved yet"):
        resolve(folder, late.id[:9], "no", amend=True, at=LATER)


def test_before_the_day_only_what_is_settled_already_is_resolved(folder):
    sealed(folder)
    early = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
    with pytest.raises(WinsetError, match="if it is already settled, give the date"):
        resolve(folder, "agreement", "yes", at=early)
    with pytest.raises(WinsetError, match="must not lie in the future"):
        resolve(folder, "agreement", "yes", date=datetime.date(2026, 3, 2), at=early)
    with pytest.raises(WinsetError, match="or earlier, the day by which the question is settled"):
        resolve(folder, "agreement", "yes", date=datetime.date(2026, 7, 1), at=LATER)
    done = resolve(folder, "agreement", "yes", date=datetime.date(2026, 2, 20), at=early)
    assert score(done).counts


def test_what_had_come_about_before_it_was_sealed_does_not_count(folder):
    sealed(folder)
    done = resolve(folder, "agreement", "yes", date=datetime.date(2026, 1, 20), at=LATER)
    found = score(done)
    assert not found.counts
    assert "before it was sealed" in found.why_not
    assert found.brier is not None
    assert record([done]).brier is None


@pytest.mark.parametrize("outcome", ["maybe", "Yes", "", "31"])
def test_an_outcome_that_was_not_asked_for_is_refused(outcome, folder):
    sealed(folder)
    with pytest.raises(WinsetError, match="must be one of yes, no, void"):
        resolve(folder, "agreement", outcome, at=LATER)
    assert read_ledger(folder).sealed[0].resolution is None


@pytest.mark.parametrize("outcome", ["101", "-1", "nan", "inf", "yes"])
def test_a_value_off_the_scale_is_refused(outcome, folder):
    sealed(folder, issue="price")
    with pytest.raises(WinsetError, match=r"must be a number in \[0, 100\]"):
        resolve(folder, "price", outcome, at=LATER)


def test_entries_are_found_by_digest_or_question(folder):
    first, second = sealed(folder), sealed(folder, seed=1)
    assert read_ledger(folder).find(second.id[:8]).id == second.id
    with pytest.raises(WinsetError, match="may mean 2 sealed forecasts"):
        read_ledger(folder).find("agreement")
    resolve(folder, first.id, "yes", at=LATER)
    assert read_ledger(folder).find("agreement").id == second.id
    with pytest.raises(WinsetError, match="did you mean “agreement”"):
        read_ledger(folder).find("agreemnt")
    with pytest.raises(WinsetError, match="no forecast is sealed there"):
        resolve(folder / "sealed", "agreement", "yes", at=LATER)


def test_the_record_is_over_what_counts_and_draws_questions_whole(folder):
    rows = [sealed(folder, seed=k) for k in range(3)]
    rows.append(sealed(folder, question="where"))
    rows.append(sealed(folder, issue="price"))
    for row, outcome in zip(rows, ["yes", "yes", "void", "low"], strict=False):
        resolve(folder, row.id, outcome, at=LATER)
    found = record(read_ledger(folder).sealed)
    assert (found.sealed, found.resolved, found.counted) == (5, 4, 3)
    scores = [score(s).brier for s in read_ledger(folder).sealed if s.resolution]
    assert found.brier.value == pytest.approx(sum(filter(None, scores)) / 3)
    assert found.brier.low <= found.brier.value <= found.brier.high
    alone = record(s for s in read_ledger(folder).sealed if s.seal.subject == "agreement")
    assert (alone.counted, alone.brier.low) == (2, None)
    assert found.crps_share is None


def test_a_case_that_says_otherwise_is_pointed_out(folder):
    sealed(folder)
    resolve(folder, "agreement", "no", at=LATER)
    edit(folder, "case.yaml", "    answer: agreement(price)\n",
         "    answer: agreement(price)\n    resolution: {outcome: yes}\n")  # fmt: skip
    changes = verify(folder).checks[0].changes
    assert "case.yaml gives the outcome yes; the ledger counts" in changes


def test_a_half_character_leaves_no_empty_ledger(tmp_path):
    with pytest.raises(WinsetError, match="must be text"):
        append(tmp_path / LEDGER, lambda _: ("note", {"text": "\ud800"}))
    with pytest.raises(WinsetError, match="must be at most 1,000,000 bytes"):
        append(tmp_path / LEDGER, lambda _: ("note", {"text": "x" * 1_000_000}))
    assert [path.name for path in tmp_path.iterdir()] == [".winset"]


# Canonical text


def test_entries_are_written_in_one_form(folder):
    sealed(folder)
    line = (folder / LEDGER).read_text().removesuffix("\n")
    assert canonical(json.loads(line)) == line
    assert understand_chain(parse_chain(line.encode() + b"\n")).problems == ()


# The commands


def run(*words):
    return CliRunner().invoke(cli, [*map(str, words)])


def test_the_commands_seal_resolve_and_verify(folder):
    tomorrow = datetime.date.today() + datetime.timedelta(days=1)
    today = datetime.date.today()
    done = run("seal", folder, "--question", "agreement", "--resolve-by", tomorrow, "--draws", 50,
               "--set", "grid=51", "--rule", "A text signed by both sides")  # fmt: skip
    assert done.exit_code == 0, done.output
    id = done.output.split()[-1]
    early = run("resolve", folder, id[:10], "--outcome", "yes")
    assert early.exit_code == 1 and "--date: must be given before" in early.output
    done = run("resolve", folder, id[:10], "--outcome", "yes", "--date", today, "--source", "me")
    assert done.exit_code == 0, done.output
    assert "Record: 1 sealed, 1 resolved, 1 counted; Brier" in done.output
    done = run("verify", folder, "--head", id)
    assert done.exit_code == 0, done.output
    assert "made again by the same code: every draw is the same" in done.output
    assert max(map(len, done.output.splitlines())) <= 80
    said = json.loads(run("verify", folder, "--json").output)
    assert said["sound"] is True
    assert said["verified"]["checks"][0]["score"]["counts"] is True


def test_the_command_refuses_a_seal_without_a_rule_and_names_the_options(folder):
    words = ["seal", folder, "--question", "agreement", "--draws", 20, "--set", "grid=51"]
    refused = run(*words)
    assert refused.exit_code == 1
    assert "--rule: must say how the outcome will be judged" in refused.output
    assert "--no-rule WHY" in refused.output and "--resolve-by: must say" in refused.output
    assert not (folder / LEDGER).exists()
    done = run(*words, "--resolve-by", datetime.date.today(), "--no-rule", "A dry run")
    assert done.exit_code == 0, done.output
    assert "without a rule: A dry run" in run("verify", folder, "--chain-only").output


def test_a_changed_ledger_makes_the_command_fail_with_its_line(folder):
    sealed(folder)
    edit(folder, LEDGER, "Will they", "Would they")
    done = run("verify", folder, "--chain-only")
    assert done.exit_code == 1
    assert "ledger.jsonl:1: entry: must have the digest" in " ".join(done.output.split())


def test_the_command_repairs_and_says_so(folder):
    sealed(folder)
    with (folder / LEDGER).open("ab") as out:
        out.write(b'{"at":')
    assert run("verify", folder, "--chain-only").exit_code == 1
    assert run("check", folder).exit_code == 0
    done = run("verify", folder, "--chain-only", "--repair")
    assert done.exit_code == 0
    assert "ledger.torn" in done.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["seal", "iran-syria-2015", "--question", "talks-on-syria"], "comes with winset"),
        (["verify", "iran-syria-2015"], "no forecast is sealed there"),
        (["resolve", "nowhere", "x", "--outcome", "yes"], "no forecast is sealed there"),
    ],
)
def test_the_commands_say_what_is_missing(words, said):
    done = run(*words)
    assert done.exit_code == 1
    assert said in done.output
