#!/usr/bin/env python3
"""Try damaged inputs of every kind for a while: no traceback, no hang, no half-written file.

``python tests/fuzz.py --minutes 60`` is the weekly round, about an hour. Each input is made from
the seed, its kind and its number alone; one that fails is kept as files under ``out/fuzz`` with
what it did, and can be tried again: ``python tests/fuzz.py --again out/fuzz/KIND-NUMBER``. The exit
status is 1 if there is a finding.
"""

import argparse
import datetime
import faulthandler
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import threading
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from fuzz_inputs import (  # noqa: E402
    Input,
    Kind,
    make_case,
    make_database,
    make_document,
    make_forecast_file,
    make_ledger,
    make_table,
    make_workbook,
    put,
    try_case,
    try_database,
    try_document,
    try_forecast_file,
    try_ledger,
    try_table,
    try_workbook,
)
from winset.errors import WinsetError  # noqa: E402

LIMIT = 20.0  # seconds for an input
BEGINNING = 600.0  # seconds for what all inputs are made of
MOST_MEMORY = 6 << 30  # bytes of address space
KEPT = Path("out/fuzz")


def _make_request(chance: random.Random) -> Input:
    from fuzz_requests import make_request

    return make_request(chance)


def _try_request(files: Input, folder: Path) -> None:
    from fuzz_requests import try_request

    try_request(files, folder)


def _make_trial(chance: random.Random) -> Input:
    return {"deed": chance.choice((b"well", b"well", b"refused", b"fails", b"hangs", b"dies"))}


def _try_trial(files: Input, folder: Path) -> None:
    """Do what the command must notice; for its own test."""
    deed = files["deed"]
    if deed == b"refused":
        raise WinsetError("refused in words")
    if deed == b"fails":
        raise ValueError("on purpose")
    if deed == b"hangs":
        threading.Event().wait()
    if deed == b"dies":
        os._exit(3)


KINDS = (
    Kind(name="case", make=make_case, run=try_case, often=4),
    Kind(name="workbook", make=make_workbook, run=try_workbook),
    Kind(name="database", make=make_database, run=try_database, often=2),
    Kind(name="forecast", make=make_forecast_file, run=try_forecast_file, often=4),
    Kind(name="ledger", make=make_ledger, run=try_ledger, often=2),
    Kind(name="document", make=make_document, run=try_document, often=2),
    Kind(name="table", make=make_table, run=try_table, often=2),
    Kind(name="request", make=_make_request, run=_try_request, often=4),
    Kind(name="trial", make=_make_trial, run=_try_trial, often=0),  # unless it is named
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """An input that did what none may do."""

    kind: str
    number: int
    what: str


@dataclass(slots=True)
class Counts:
    """What was tried so far, by kind, and what came of it."""

    tried: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)


def order(kinds: tuple[Kind, ...]) -> list[Kind]:
    """Return ``kinds``, each as often as it comes in one turn, well mixed."""
    turn = [kind for kind in kinds for _ in range(max(kind.often, 1))]
    random.Random(0).shuffle(turn)
    return turn


def input_of(kind: Kind, seed: int, number: int) -> Input:
    """Return the input ``number``: always the same one."""
    return kind.make(random.Random(f"{seed} {kind.name} {number}"))


def tried(kind: Kind, files: Input) -> tuple[bool, str]:
    """Return whether the input was refused, and what went wrong; empty if nothing did."""
    with tempfile.TemporaryDirectory(prefix="winset-fuzz-") as place:
        folder = Path(place)
        refused, what = False, ""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                kind.run(files, folder)
        except WinsetError as error:
            refused = True
            if not str(error):
                what = "refused without a word"
        except Exception:
            what = traceback.format_exc()
        return refused, what or half_written(folder)


def half_written(folder: Path) -> str:
    """Return which temporary files a writer left anywhere in ``folder``; empty if none."""
    left = [
        str(path.relative_to(folder))
        for path in folder.rglob(".*")
        if path.is_file() and path.suffix in (".case", ".tmp") and ".winset" not in path.parts
    ]
    return f"left half-written: {', '.join(sorted(left))}" if left else ""


def numbers(first: int, step: int) -> Iterator[int]:
    """Return ``first`` and every ``step``-th number after it."""
    while True:
        yield first
        first += step


def work(names, seed, first, step, until, inputs, limit, place, answers) -> None:
    """Try inputs until the time is over, and say through ``answers`` which is on."""
    _limit_memory()
    turn = order(tuple(kind for kind in KINDS if kind.name in names))
    for kind in turn:
        input_of(kind, seed, 0)  # what all are made of: no part of the time of any
    answers.send(("ready",))
    with (place / f"{first % step}.stack").open("w") as stack:
        for number in numbers(first, step):
            if time.time() >= until or number >= inputs:
                break
            kind = turn[number // step % len(turn)]
            answers.send(("begun", kind.name, number))
            faulthandler.dump_traceback_later(limit * 0.9, file=stack)
            refused, what = tried(kind, input_of(kind, seed, number))
            faulthandler.cancel_dump_traceback_later()
            answers.send(("done", kind.name, number, refused, what))
    if "request" in names:
        import fuzz_requests

        fuzz_requests.close()
    answers.send(("end",))


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


def fuzz(
    *, minutes: float, seed: int, names: tuple[str, ...], jobs: int = 1, keep: Path = KEPT,
    limit: float = LIMIT, inputs: int = sys.maxsize, quiet: bool = False,
) -> Counts:  # fmt: skip
    """Try inputs for so many minutes, and at most so many; return what came of it."""
    counts = Counts()
    until = time.time() + 60 * minutes
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="winset-fuzz-stacks-") as stacks:
        place = Path(stacks)

        def start(first: int):
            ours, theirs = context.Pipe(duplex=False)
            arguments = (names, seed, first, jobs, until, inputs, limit, place, theirs)
            process = context.Process(target=work, args=arguments, daemon=True)
            process.start()
            theirs.close()
            return process, ours

        running = {job: start(job) for job in range(jobs)}
        begun: dict[int, tuple[str, int] | None] = dict.fromkeys(running)
        while running:
            for job, (process, answers) in list(running.items()):
                try:
                    patience = BEGINNING if begun[job] is None else limit
                    answer = answers.recv() if answers.poll(patience) else None
                except EOFError:
                    answer = ("died",)
                if answer is None or answer[0] == "died":
                    process.kill()
                    process.join()
                    if (last := begun[job]) is None:
                        raise SystemExit("fuzz: a worker could not begin")
                    kind, number = last
                    stack = (place / f"{job}.stack").read_text()
                    what = f"hangs for more than {limit:g} s" if answer is None else "dies"
                    counts.tried[kind] += 1
                    keep_finding(counts, Finding(kind=kind, number=number, what=f"{what}\n{stack}"),
                          seed, keep)  # fmt: skip
                    running[job], begun[job] = start(number + jobs), None
                elif answer[0] == "ready":
                    pass
                elif answer[0] == "begun":
                    begun[job] = answer[1:]
                elif answer[0] == "done":
                    _, kind, number, refused, what = answer
                    counts.tried[kind] += 1
                    counts.refused[kind] += bool(refused)
                    if what:
                        keep_finding(
                            counts, Finding(kind=kind, number=number, what=what), seed, keep
                        )
                    if not quiet and sum(counts.tried.values()) % 1000 == 0:
                        print(f"{sum(counts.tried.values()):,} inputs, "
                              f"{len(counts.findings)} findings", flush=True)  # fmt: skip
                else:
                    process.join()
                    del running[job]
    return counts


def keep_finding(counts: Counts, finding: Finding, seed: int, keep: Path) -> None:
    """Count ``finding`` and keep its input."""
    counts.findings.append(finding)
    place = keep / f"{finding.kind}-{seed}-{finding.number}"
    shutil.rmtree(place, ignore_errors=True)
    kind = next(kind for kind in KINDS if kind.name == finding.kind)
    put(input_of(kind, seed, finding.number), place / "input")
    (place / "finding.txt").write_text(finding.what, encoding="utf-8", errors="replace")
    last = finding.what.strip().splitlines()[-1]
    print(f"FINDING {place}: {last[:300]}", flush=True)


def again(place: Path) -> str:
    """Try a kept input once more; return what is wrong with how it went."""
    kind = next(kind for kind in KINDS if place.name.startswith(f"{kind.name}-"))
    paths = [path for path in (place / "input").rglob("*") if path.is_file()]
    files = {path.relative_to(place / "input").as_posix(): path.read_bytes() for path in paths}
    return tried(kind, files)[1]


def main(words: list[str] | None = None) -> int:
    """Run the command; return its exit status."""
    every = tuple(kind.name for kind in KINDS)
    names = tuple(kind.name for kind in KINDS if kind.often)
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=60.0)
    today = datetime.datetime.now(datetime.UTC).toordinal()
    parser.add_argument("--seed", type=int, default=today, help="the day's number if not given")
    parser.add_argument("--kinds", default=",".join(names), help="of: %(default)s")
    parser.add_argument("--inputs", type=int, default=sys.maxsize, help="and at most so many")
    parser.add_argument("--jobs", type=int, default=1, help="processes at once")
    parser.add_argument("--limit", type=float, default=LIMIT, help="seconds for an input")
    parser.add_argument("--keep", type=Path, default=KEPT, help="where failing inputs are kept")
    parser.add_argument("--again", type=Path, help="a kept input to try once more")
    options = parser.parse_args(words)
    if options.again is not None:
        what = again(options.again)
        print(what or "nothing is wrong with it any more")
        return 1 if what else 0
    kinds = tuple(name for name in every if name in options.kinds.split(","))
    if unknown := set(options.kinds.split(",")) - set(every):
        parser.error(f"no such kind: {', '.join(sorted(unknown))}")
    began = time.time()
    counts = fuzz(minutes=options.minutes, seed=options.seed, names=kinds, jobs=options.jobs,
                  limit=options.limit, inputs=options.inputs, keep=options.keep)  # fmt: skip
    print(table(counts, options.seed, time.time() - began))
    return 1 if counts.findings else 0


def table(counts: Counts, seed: int, seconds: float) -> str:
    """Return the figures of a round as Markdown."""
    bad = Counter(finding.kind for finding in counts.findings)
    rows = [
        f"| {kind} | {counts.tried[kind]:,} | {counts.refused[kind]:,} | {bad[kind]} |"
        for kind in sorted(counts.tried)
    ]
    return "\n".join(
        [f"seed {seed}, {seconds / 60:.1f} minutes, {sum(counts.tried.values()):,} inputs",
         "", "| input | tried | refused in words | findings |", "|---|---:|---:|---:|", *rows]
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
