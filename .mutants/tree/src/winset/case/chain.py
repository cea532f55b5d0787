"""A chain of entries in a file that only grows: lines of canonical JSON, each naming the last.

An entry carries the SHA-256 of its own line and of the entry or entries before it, as a commit of
git does. A changed byte is found in its line, a removed line by what follows it. Where two copies
of a file grew apart and were put together, both sides stay: the next entry follows both.

Dates never fall: an entry is dated no earlier than those it follows. Whether a date is true no
chain can show, nor that its end was cut off: a witness and a published digest can.
"""

import datetime
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from winset.errors import CaseError, Problem, WinsetError, shorten

LEDGER = "ledger.jsonl"
MOST_BYTES = 64_000_000
MOST_LINE = 1_000_000
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MARKS = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")
_RESTORE = "restore the file from a copy, such as git's"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the chain.

    Attributes:
        line: where it stands, from 1.
        sha256: digest of its canonical text without this field; its name.
        previous: names of the entries that it follows; none for the first.
        kind: what it is.
        body: everything else that it says.
    """

    line: int
    sha256: str
    previous: tuple[str, ...]
    kind: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """What a file holds.

    Attributes:
        entries: those that could be read, in the order of the file.
        malformed: lines that are no entries at all.
        broken: entries that were changed, or follow what is not there.
        heads: names of the entries that none follows: more than one after copies were merged.
        forks: where copies grew apart, in words.
        torn: bytes after the last line end: a write that was cut off.
        lines: how many whole lines there are.
        latest: the latest date that an entry bears; None where none is dated.
    """

    entries: tuple[Entry, ...] = ()
    malformed: tuple[Problem, ...] = ()
    broken: tuple[Problem, ...] = ()
    heads: tuple[str, ...] = ()
    forks: tuple[str, ...] = ()
    torn: bytes = b""
    lines: int = 0
    latest: datetime.datetime | None = None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All that is wrong, in the order of the file."""
        problems = [*self.malformed, *self.broken]
        if self.torn:
            problems.append(
                Problem(
                    where="last line",
                    required="must end in a line end",
                    found=f"{len(self.torn):,} bytes of a write that was cut off",
                    remedy="`winset verify CASE --repair` sets them aside; no sealed entry is lost",
                    file=LEDGER,
                    line=self.lines + 1,
                )
            )
        return tuple(sorted(problems, key=lambda problem: problem.line))


def canonical(value: object) -> str:
    """Return ``value`` as JSON in its one form: keys sorted, no blanks, no NaN."""
    return json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )


def read_chain(path: Path) -> Chain:
    """Return the chain in the file at ``path``; an empty one where there is no file.

    Raises:
        WinsetError: when it is no file, leads out of its folder, or is too large.
    """
    if not path.exists() and not path.is_symlink():
        return Chain()
    is_plain(path)
    if (size := path.stat().st_size) > MOST_BYTES:
        raise WinsetError(f"{path}: must be at most {MOST_BYTES:,} bytes; found {size:,}")
    return parse_chain(path.read_bytes())


def parse_chain(data: bytes) -> Chain:
    """Return the chain that ``data`` writes, with all that is wrong with it."""
    *lines, torn = data.split(b"\n")
    reading = _ChainReading()
    for number, line in enumerate(lines, start=1):
        reading.add(line, number)
    return Chain(
        entries=tuple(reading.entries),
        malformed=tuple(reading.malformed),
        broken=tuple(reading.broken),
        heads=reading.heads(),
        forks=tuple(reading.forks()),
        torn=torn,
        lines=len(lines),
        latest=max(reading.dates.values(), default=None),
    )


def date_of(body: Mapping[str, Any]) -> datetime.datetime | None:
    """Return the moment that an entry is dated ``at``; None where it bears none that can be read.

    >>> date_of({"at": "2026-02-01T12:00:00Z"}), date_of({"at": "soon"}), date_of({})
    (datetime.datetime(2026, 2, 1, 12, 0, tzinfo=datetime.timezone.utc), None, None)
    """
    try:
        moment = datetime.datetime.fromisoformat(body["at"])
    except (KeyError, TypeError, ValueError):
        return None
    return moment if moment.tzinfo is not None else None


def check_ledger(folder: Path) -> None:
    """Do nothing if the ledger of the case in ``folder`` is one, or there is none.

    Whether its entries are what they were is for `winset verify` to say.

    Raises:
        CaseError: with every line that is no entry.
    """
    if malformed := read_chain(folder / LEDGER).malformed:
        raise CaseError(malformed)


@dataclass(slots=True)
class _ChainReading:
    """One pass over the lines."""

    entries: list[Entry] = field(default_factory=list)
    malformed: list[Problem] = field(default_factory=list)
    broken: list[Problem] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)  # known name to its line
    dates: dict[str, datetime.datetime] = field(default_factory=dict)  # name to latest so far
    returns: bool = False  # whether Windows line ends were reported

    def add(self, line: bytes, number: int) -> None:
        if line.endswith(b"\r"):
            line = line[:-1]
            if not self.returns:
                self._report(
                    self.broken, number, "must end in a line feed alone", "a Windows line end",
                    "write “*.jsonl -text” into .gitattributes, and " + _RESTORE,
                )  # fmt: skip
            self.returns = True
        body = self._object(line, number)
        if body is None:
            return
        name = body.pop("sha256")
        digest = hashlib.sha256(canonical(body).encode()).hexdigest()
        whole = canonical({**body, "sha256": name}).encode()
        previous, kind = tuple(body.pop("previous")), body.pop("kind")
        if digest != name:
            self._report(
                self.broken, number, f"must have the digest it was written with, {name[:12]}",
                f"{digest[:12]}", f"the line was changed; {_RESTORE}",
            )  # fmt: skip
        elif whole != line:
            self._report(
                self.broken, number, "must be written as it was", "other spacing or order",
                f"the line was changed; {_RESTORE}",
            )  # fmt: skip
        self._links(number, name, previous)
        latest = self._latest(number, previous, date_of(body))
        # Whichever of text and digest was changed, what follows means this line.
        for known in (name, digest):
            self.names.setdefault(known, number)
            if latest is not None:
                self.dates.setdefault(known, latest)
        self.entries.append(
            Entry(line=number, sha256=name, previous=previous, kind=kind, body=body)
        )

    def _links(self, number: int, name: str, previous: tuple[str, ...]) -> None:
        if name in self.names:
            self._report(
                self.broken, number, "must stand once", f"the entry of line {self.names[name]}",
                "delete one of the two lines",
            )  # fmt: skip
        for missing in (p for p in previous if p not in self.names):
            self._report(
                self.broken, number, "must stand below what it follows",
                f"nothing above called {missing[:12]}",
                f"a line was removed or moved; {_RESTORE}",
            )  # fmt: skip

    def _latest(
        self, number: int, previous: tuple[str, ...], own: datetime.datetime | None
    ) -> datetime.datetime | None:
        """Return the latest date up to this entry; report one that falls."""
        before = max((self.dates[name] for name in previous if name in self.dates), default=None)
        if own is None or before is None:
            return own or before
        if own < before:
            self._report(
                self.broken, number,
                f"must be dated no earlier than what it follows, {before.isoformat()}",
                own.isoformat(), f"dates in a ledger never fall; {_RESTORE}, or begin another",
            )  # fmt: skip
        return max(own, before)

    def _object(self, line: bytes, number: int) -> dict[str, Any] | None:
        if line.startswith(tuple(mark.encode() for mark in _MARKS)):
            self._report(
                self.malformed, number, "must be an entry", "the mark of a merge",
                "delete the lines of marks (<<<<<<<, =======, >>>>>>>) and keep the entries of "
                "both sides: the next entry joins them",
            )  # fmt: skip
            return None
        if len(line) > MOST_LINE:
            actual = f"{len(line):,} bytes"
            self._report(self.malformed, number, f"must be at most {MOST_LINE:,} bytes", actual)
            return None
        required = "must be an entry: JSON with kind, previous and sha256"
        try:
            value = json.loads(line.decode("utf-8"), parse_constant=_refuse)
            if _is_entry(value):
                canonical(value).encode()
                return dict(value)
            actual = shorten(line.decode("utf-8"), 40)
        except UnicodeDecodeError:
            actual = "bytes that are no UTF-8"
        except UnicodeEncodeError:
            actual = "half a character"
        except RecursionError:
            actual = "values nested too deep"
        except ValueError as error:
            actual = f"{shorten(line.decode('utf-8'), 40)} ({error})"
        self._report(self.malformed, number, required, actual, f"is this the ledger? {_RESTORE}")
        return None

    def _report(
        self, problems: list[Problem], line: int, required: str, actual: str, remedy: str = _RESTORE
    ) -> None:
        problems.append(
            Problem(where="entry", required=required, found=actual, remedy=remedy, file=LEDGER,
                    line=line)
        )  # fmt: skip

    def heads(self) -> tuple[str, ...]:
        followed = {name for entry in self.entries for name in entry.previous}
        return tuple(e.sha256 for e in self.entries if e.sha256 not in followed)

    def forks(self) -> Iterator[str]:
        after: dict[str, list[int]] = {}
        for entry in self.entries:
            for name in entry.previous or ("",):
                after.setdefault(name, []).append(entry.line)
        for name, lines in after.items():
            if len(lines) > 1:
                where = f"line {self.names[name]}" if name in self.names else "nothing"
                joined = "" if len(self.heads()) == 1 else "; the next entry will follow both"
                listed = " and ".join(map(str, lines))
                yield f"lines {listed} both follow {where}: two copies were put together{joined}"


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


def _is_entry(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    previous, name = value.get("previous"), value.get("sha256")
    return (
        isinstance(value.get("kind"), str)
        and isinstance(previous, list)
        and all(isinstance(p, str) and _DIGEST.fullmatch(p) for p in previous)
        and isinstance(name, str)
        and _DIGEST.fullmatch(name) is not None
    )


def is_plain(path: Path) -> None:
    """Do nothing if ``path`` is a file in its own folder, or nothing.

    Raises:
        WinsetError: otherwise.
    """
    if not path.resolve().is_relative_to(path.parent.resolve()):
        raise WinsetError(f"{path}: must lie inside the case folder; found a link out of it")
    if path.exists() and not path.is_file():
        raise WinsetError(f"{path}: must be a file; found something else; move it away")
