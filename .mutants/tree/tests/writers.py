"""A program that writes a case in several ways at once, and says what it was told is on disk.

``python tests/writers.py FOLDER NAME SECONDS KIND...``: a thread a kind of writer. It prints
``ready``, waits for a line, writes for so many seconds, and prints a JSON object a line: what was
acknowledged (``{"key": …, "value": …}``; of two with the same key the later one holds), or what
went wrong (``{"trouble": …}``). A refusal is neither: whoever asked knows that nothing was written.
"""

import csv
import datetime
import hashlib
import io
import itertools
import json
import sys
import threading
import time
import traceback
from dataclasses import replace
from pathlib import Path

from winset.case.folder import read_case, write_case
from winset.case.lock import HeldError
from winset.case.merging import ChangedError
from winset.case.ranges import parse_range
from winset.evidence.coding.decisions import accepted, drop_decision, proposals, save_decision
from winset.evidence.coding.derive import derive_stances
from winset.evidence.intake import save_intake, take_in
from winset.formats.statements_csv import read_statements, write_statements

CASE = "bridge"
ROWS = (("toll", "ferry"), ("opening", "ferry"))  # a stance of its own for each page


class RefusedByPageError(Exception):
    """The workbench said no."""


def page(folder, name, note, numbers):
    """Edit a row of its own, over and over, and add scenarios and remove every other one."""
    from workbench import entered

    address = f"/api/cases/own/{CASE}"
    issue, actor = ROWS[name % 2]
    with entered(folder) as client:
        for k in numbers:
            rows = client.get(address).json()["rows"]["stances"]
            key = {"issue": issue, "actor": actor, "condition": ""}
            seen = next(r for r in rows if r["key"] == key)["revision"]
            fields = {"salience": str(k % 101), "note": f"{name} wrote {k}"}
            body = {"key": key, "revision": seen, "fields": fields}
            _http(client.patch(f"{address}/rows/stances", json=body))
            note(f"stance {issue} {actor}", fields["note"])
            id = f"p{name}-{k}"
            change = {"quantity": "unity", "party": "east", "set": "0.1"}
            body = {"key": {"id": id}, "revision": None, "fields": {"changes": [change]}}
            saved = _http(client.patch(f"{address}/rows/scenarios", json=body)).json()
            note(f"scenario {id}", True)
            if k % 2:
                body = {"key": {"id": id}, "revision": saved["row"]["revision"]}
                _http(client.request("DELETE", f"{address}/rows/scenarios", json=body))
                note(f"scenario {id}", False)
            yield


def _http(answer):
    if answer.status_code in (409, 423):
        raise RefusedByPageError(answer.text)
    assert answer.status_code == 200, answer.text
    return answer


def derive(folder, name, note, numbers):
    """Derive positions as the command does: read, think, write."""
    path = folder / CASE
    while True:
        result = derive_stances(read_case(path))
        yield  # whatever the others do meanwhile
        write_case(result.case, path)
        note("derived", True)


def code(folder, name, note, numbers):
    """Decide on proposals, take decisions back, decide otherwise."""
    path, coder = folder / CASE, f"coder{name}"
    now = datetime.datetime.now(datetime.UTC)
    while True:
        for row in proposals(read_case(path))[:4]:
            done = accepted(row, coder, now)
            save_decision(path, done)
            note(f"decision {coder} {row.id}", "accepted")
            yield
            drop_decision(path, done)
            note(f"decision {coder} {row.id}", None)
            save_decision(path, replace(done, status="rejected"))
            note(f"decision {coder} {row.id}", "rejected")
            yield


def bring(folder, name, note, numbers):
    """Import statements from a table, under new ids."""
    path, coder = folder / CASE, f"table{name}"
    for k in numbers:
        id = f"i{name}-{k}"
        case = read_case(path)
        first = next(csv.DictReader(io.StringIO(write_statements(case))))
        table = io.StringIO()
        rows = csv.DictWriter(table, first)
        rows.writeheader()
        rows.writerow({**first, "id": id, "coder": coder, "status": "accepted"})
        received = read_statements(table.getvalue(), case)
        yield
        write_case(received.case, path)
        note(f"decision {coder} {id}", "accepted")


def add(folder, name, note, numbers):
    """Put one document after another into the case."""
    path = folder / CASE
    for k in numbers:
        text = f"Text {k} of {name}: the toll stays.\n"
        intake = take_in(read_case(path), text.encode(), f"d{name}-{k}.txt", rules=False)
        yield
        save_intake(path, intake)
        note(f"document {intake.document.id}", hashlib.sha256(text.encode()).hexdigest())


def seals(folder, name, note, numbers):
    """Seal one forecast after another."""
    from winset.models import make_model
    from winset.track_record.sealed import ForecastToSeal, seal

    path = folder / CASE
    day = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=30)
    for k in numbers:
        case = read_case(path)
        done = seal(
            case,
            ForecastToSeal(
                issue="toll",
                resolve_by=day,
                model=make_model("mean"),
                draws=10,
                seed=k,
                rule="As the two towns publish it.",
            ),
        )
        note(f"seal {done.id}", True)
        yield


def edit(folder, name, note, numbers):
    """Change the head of the case through the library, as a script does."""
    path = folder / CASE
    for k in numbers:
        case = read_case(path)
        yield
        stances = [
            replace(row, price=parse_range(str(k % 101)), note=f"script {k}")
            if (row.issue, row.actor) == ("opening", "rask")
            else row
            for row in case.stances
        ]
        write_case(replace(case, stances=tuple(stances), notes=f"script {k}"), path)
        note("notes", f"script {k}")
        note("stance opening rask", f"script {k}")


KINDS = {function.__name__: function for function in (page, derive, code, bring, add, seals, edit)}
PATIENCE = 60.0  # seconds
REFUSALS = (ChangedError, HeldError, RefusedByPageError)


def main(folder, name, seconds, kinds):
    guard = threading.Lock()
    begun = threading.Event()
    ends = [0.0]

    def say(**words):
        with guard:
            print(json.dumps(words), flush=True)

    def work(kind):
        acknowledged = []

        def note(key, value):
            acknowledged.append(key)
            say(key=key, value=value, kind=kind)

        begun.wait()
        numbers = itertools.count()  # goes on where a refusal broke off
        writer = KINDS[kind](folder, name, note, numbers)
        # On a machine at work on something else, until each has written something.
        while time.monotonic() < ends[0] + (0 if acknowledged else PATIENCE):
            try:
                next(writer)
            except REFUSALS as error:
                say(refused=str(error), kind=kind)
                writer = KINDS[kind](folder, name, note, numbers)
            except BaseException:
                say(trouble=traceback.format_exc(), kind=kind)
                return
        writer.close()

    threads = [threading.Thread(target=work, args=(kind,)) for kind in kinds]
    for thread in threads:
        thread.start()
    print("ready", flush=True)
    sys.stdin.readline()
    ends[0] = time.monotonic() + seconds
    begun.set()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.argv[4:])
