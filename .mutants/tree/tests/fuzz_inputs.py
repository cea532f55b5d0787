"""What the fuzz command tries: for each kind of input, how one is made and what is done with it.

An input is a mapping of names to bytes, made from a random generator alone, so that it can be made
again from its number and kept as files. Trying it may raise a `WinsetError`; anything else that it
raises, and anything half-written that it leaves, is a finding.
"""

import io
import json
import random
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from winset.case.disposable import FOLDER
from winset.errors import WinsetError

HERE = Path(__file__).parent
FIXTURES = HERE / "fixtures"
Input = dict[str, bytes]

TOKENS = (
    b"", b"\0", b"\n", b"\r\n", b",", b";", b'"', b"'", b":", b"- ", b"#", b"{", b"}", b"[", b"]",
    b"&a ", b"*a", b"!!python/object", b"%", b"~", b"null", b"no", b"nan", b"inf", b"-inf",
    b"1e999", b"-1", b"-0", b"0.1", b"1e-320", b"99999999999999999999", b"9" * 400, b"40..",
    b"..40", b"30..40..60", b"60..40..30", b"30 to 50", b"1 to 1 to 1", b"0x10", b"1_000",
    "∞".encode(), "３".encode(), "é".encode(), b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80",
    "\u202e".encode(), "\u2028".encode(), "a\u0301".encode(), "𝟘".encode(), b"../../etc/passwd",
    b"=1+1", b"<script>", b"x" * 3000, b"(" * 200, b"[" * 200, b"2024-02-30", b"0000-00-00",
    b"9999-12-31T23:59:59Z", b"settlement(pie) >= 1e400", b"true", b"False", b"\x1b[31m",
)  # fmt: skip


def mutated(chance: random.Random, data: bytes, others: tuple[bytes, ...] = ()) -> bytes:
    """Return ``data`` changed in one to a few places; seldom, something else altogether."""
    text = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 1, 1, 1, 2, 2, 3, 10))):
        at = chance.randrange(len(text) + 1)
        until = min(len(text), at + chance.choice((1, 1, 2, 4, 8, 16, 64, 256)))
        what = chance.randrange(12)
        if what == 0 and text:
            text[at % len(text)] ^= 1 << chance.randrange(8)
        elif what == 1:
            del text[at:until]
        elif what == 2:
            text[at:at] = text[at:until] * chance.choice((1, 2, 50))
        elif what in (3, 4):
            text[at:at] = chance.choice(TOKENS)
        elif what in (5, 6):  # a whole cell or word
            words = [m.span() for m in re.finditer(rb"[^,;:\s\"\[\]{}<>]+", bytes(text[:100_000]))]
            if words:
                first, last = chance.choice(words)
                text[first:last] = chance.choice(TOKENS)
        elif what == 7:
            numbers = [m.span() for m in re.finditer(rb"\d+(\.\d+)?", bytes(text[:100_000]))]
            if numbers:
                first, last = chance.choice(numbers)
                text[first:last] = str(chance.choice((0, -1, 7, 1e308, 0.5, 2**63))).encode()
        elif what == 8:
            lines = bytes(text).splitlines(keepends=True)
            chance.shuffle(lines)
            text = bytearray(b"".join(lines) if chance.random() < 0.3 else bytes(text))
        elif what == 9:
            lines = bytes(text).splitlines(keepends=True) or [b""]
            lines.insert(chance.randrange(len(lines)), chance.choice(lines))
            text = bytearray(b"".join(lines))
        elif what == 10 and others:
            other = chance.choice(others)
            start = chance.randrange(len(other) + 1)
            text[at:until] = other[start : start + 256]
        elif what == 11:
            del text[chance.randrange(len(text) + 1) :]
    if chance.random() < 0.01:
        return bytes(text).decode("utf-8", "replace").encode("utf-16")
    return bytes(text)


def changed(chance: random.Random, files: Mapping[str, bytes], most: int = 2) -> Input:
    """Return ``files`` with one or a few of them mutated, or seldom gone or under another name."""
    out = dict(files)
    others = tuple(files.values())
    for name in chance.sample(sorted(out), k=min(len(out), chance.randint(1, most))):
        what = chance.random()
        if what < 0.03:
            del out[name]
        elif what < 0.05:
            out[chance.choice(sorted(files))] = out[name]
        else:
            out[name] = mutated(chance, out[name], others)
    return out


@cache
def base_cases() -> tuple[dict[str, bytes], ...]:
    """Return the files of small cases of all sorts."""
    from winset.case.folder import read_case
    from winset.case.shipped import shipped_cases
    from winset.case.template import template

    folders = (
        *(FIXTURES / name for name in ("split-pie", "two-coders")),
        *shipped_cases().values(),
    )
    read = [dict(read_case(folder).files) for folder in folders]
    read.append({name: text.encode() for name, text in template("A price").items()})
    return tuple(files for files in read if sum(map(len, files.values())) < 60_000)


# Case folders


def make_case(chance: random.Random) -> Input:
    """A case folder with a few places changed."""
    return changed(chance, chance.choice(base_cases()))


def try_case(files: Input, folder: Path) -> None:
    """Read it, look for doubts, read its games, forecast it, write it changed, read it again."""
    from dataclasses import replace

    from winset.case.folder import read_case, write_case
    from winset.evidence.doubts.checks import doubts
    from winset.forecast.forecast import make_forecast
    from winset.games import games_of
    from winset.models import default_model, make_model

    put(files, folder)
    case = read_case(folder)
    doubts(case)
    with suppress(WinsetError):  # a game that does not hold; the case does
        games_of(case)
    with suppress(WinsetError):  # a case of which no model can say anything
        make_forecast(case, make_model(default_model(case)), draws=5)
    done = write_case(replace(case, title="Changed", stances=case.stances[1:]), folder)
    again = read_case(folder)
    if again != done:
        raise AssertionError("what was read back is not what was written")


def put(files: Mapping[str, bytes], folder: Path) -> None:
    """Write ``files`` into ``folder`` as they are."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


# Workbooks and databases


@cache
def base_workbooks() -> tuple[bytes, ...]:
    """Return workbooks of small cases."""
    import tempfile

    from winset.case.folder import parse_case
    from winset.formats.excel import write_workbook

    out = []
    with tempfile.TemporaryDirectory() as place:
        for k, files in enumerate(base_cases()):
            path = Path(place) / f"{k}.xlsx"
            write_workbook(parse_case(files), path)
            out.append(path.read_bytes())
    return tuple(out)


def make_workbook(chance: random.Random) -> Input:
    """A workbook changed in its parts, or in the bytes of the archive."""
    data = chance.choice(base_workbooks())
    if chance.random() < 0.2:
        return {"case.xlsx": mutated(chance, data)}
    return {"case.xlsx": repacked(chance, data, lambda name: name.endswith(".xml"))}


def repacked(chance: random.Random, data: bytes, may: Callable[[str], bool]) -> bytes:
    """Return the zip archive ``data`` with one or two of its members mutated."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    names = sorted(name for name in members if may(name))
    for name in chance.sample(names, k=min(len(names), chance.choice((1, 1, 2)))):
        members[name] = mutated(chance, members[name])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return out.getvalue()


def try_workbook(files: Input, folder: Path) -> None:
    """Import it into a folder."""
    from winset.case.folder import read_case, write_case
    from winset.formats.excel import read_workbook

    put(files, folder)
    case = read_workbook(folder / "case.xlsx")
    write_case(case, folder / "case")
    read_case(folder / "case")


@cache
def base_databases() -> tuple[bytes, ...]:
    """Return Discourse Network Analyzer databases of small cases."""
    from winset.case.folder import read_case
    from winset.formats.dna_export import export_dna

    return tuple(
        export_dna(read_case(FIXTURES / name)).data for name in ("split-pie", "two-coders")
    )


def make_database(chance: random.Random) -> Input:
    """A database with other values, other tables, or other bytes."""
    data = chance.choice(base_databases())
    if chance.random() < 0.4:
        return {"in.dna": mutated(chance, data)}
    base = sqlite3.connect(":memory:")
    base.deserialize(data)
    tables = [name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type='table'")]
    for _ in range(chance.choice((1, 1, 2, 4))):
        table = chance.choice(tables)
        columns = [row[1] for row in base.execute(f'PRAGMA table_info("{table}")')]
        token: object = chance.choice(TOKENS)
        if chance.random() < 0.7:
            token = chance.choice((token.decode("utf-8", "replace"), 0, -1, 2**62, 1e308, None))
        column = chance.choice(columns)
        some = "" if chance.random() < 0.3 else f" WHERE rowid % 3 = {chance.randrange(3)}"
        what = chance.random()
        try:
            if what < 0.8:
                base.execute(f'UPDATE OR IGNORE "{table}" SET "{column}" = ?{some}', (token,))
            elif what < 0.9:
                base.execute(f'DELETE FROM "{table}"{some}')
            elif what < 0.95:
                base.execute(f'DROP TABLE "{table}"')
                tables.remove(table)
            else:
                base.execute(f'ALTER TABLE "{table}" RENAME COLUMN "{column}" TO "x{column}"')
        except sqlite3.Error:
            continue  # a constraint forbids it: the database stays as it is
        if not tables:
            break
    base.commit()
    out = bytes(base.serialize())
    base.close()
    return {"in.dna": out}


def try_database(files: Input, folder: Path) -> None:
    """Import it into a folder."""
    from winset.case.folder import read_case
    from winset.formats.dna import import_dna

    put(files, folder)
    import_dna(folder / "in.dna", folder / "case")
    read_case(folder / "case")


# Saved forecasts


@cache
def base_forecasts() -> tuple[bytes, ...]:
    """Return saved forecasts by several models."""
    import tempfile

    from winset.case.folder import read_case
    from winset.forecast.forecast import make_forecast
    from winset.models import make_model

    case = read_case(FIXTURES / "split-pie")
    out = []
    with tempfile.TemporaryDirectory() as place:
        for name in ("mean", "two-level"):
            path = Path(place) / f"{name}.npz"
            make_forecast(case, make_model(name), draws=20).save(path)
            out.append(path.read_bytes())
    return tuple(out)


@cache
def base_run() -> tuple[dict[str, object], bytes]:
    """Return what a long run depends on, and the state that it left when it was stopped."""
    import tempfile

    from winset.case.folder import read_case
    from winset.forecast.forecast import make_forecast
    from winset.forecast.saved_arrays import read_arrays
    from winset.models import make_model

    def stop(done: int) -> None:
        raise StopIteration

    case = read_case(FIXTURES / "split-pie")
    with tempfile.TemporaryDirectory() as place:
        with suppress(StopIteration):
            make_forecast(case, make_model("mean"), draws=300_000, resume=Path(place),
                          progress=stop)  # fmt: skip
        (path,) = Path(place).iterdir()
        return read_arrays(path)[0]["run"], path.read_bytes()


def make_forecast_file(chance: random.Random) -> Input:
    """A saved forecast changed in its arrays, its words, or the bytes of the archive."""
    data, name = chance.choice(base_forecasts()), "forecast.npz"
    if chance.random() < 0.1:
        data, name = base_run()[1], "state.npz"
    if chance.random() < 0.3:
        return {name: mutated(chance, data)}
    return {name: repacked(chance, data, lambda member: member.endswith(".npy"))}


def try_forecast_file(files: Input, folder: Path) -> None:
    """Load it, and ask it what it says; go on from it where it is the state of a long run."""
    from winset.forecast.long_runs import RunState

    from winset.forecast.forecast import load_forecast

    put(files, folder)
    if "state.npz" in files:
        RunState(path=folder / "state.npz", run=base_run()[0]).load().joined()
        return
    forecast = load_forecast(folder / "forecast.npz")
    for issue in forecast.issues:
        forecast.agreed(issue)
        forecast.quantiles(issue, (0.1, 0.5, 0.9))
    forecast.save(folder / "again.npz")


# Ledgers


@cache
def base_ledger() -> dict[str, bytes]:
    """Return a case folder with seals, a resolution, and what was put away."""
    import datetime
    import tempfile

    from winset.case.folder import read_case
    from winset.models import make_model
    from winset.track_record.sealed import ForecastToSeal, resolve, seal

    at = datetime.datetime(2026, 2, 1, 12, tzinfo=datetime.UTC)
    day = datetime.date(2026, 6, 30)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "case"
        put(base_cases()[0], folder)
        case = read_case(folder)
        for k, asked in enumerate(({"question": "deal"}, {"issue": "pie"}, {"issue": "plates"})):
            model = make_model("two-level", {"grid": 51})
            done = seal(
                case,
                ForecastToSeal(
                    **asked, resolve_by=day, rule="As they say.", draws=10, seed=k, model=model
                ),
                at=at,
            )
        resolve(folder, done.id, "3", date=day, at=at.replace(month=7))
        paths = [path for path in folder.rglob("*") if path.is_file() and FOLDER not in path.parts]
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def make_ledger(chance: random.Random) -> Input:
    """A ledger changed in its lines or in what lies beside it."""
    files = dict(base_ledger())
    if chance.random() < 0.15:
        name = chance.choice(sorted(name for name in files if name.startswith("sealed/")))
        files[name] = mutated(chance, files[name])
    else:
        lines = files["ledger.jsonl"].splitlines(keepends=True)
        at = chance.randrange(len(lines))
        if chance.random() < 0.5:  # a line that still is JSON, and may even have the right name
            lines[at] = relined(chance, lines[at])
        else:
            lines[at] = mutated(chance, lines[at], tuple(lines))
        files["ledger.jsonl"] = b"".join(lines)
    return files


def relined(chance: random.Random, line: bytes) -> bytes:
    """Return a line of a ledger with other values, signed again as its writer would."""
    import hashlib

    from winset.case.chain import canonical

    entry = other(chance, json.loads(line))
    if isinstance(entry, dict) and chance.random() < 0.7:
        entry.pop("sha256", None)
        try:
            entry["sha256"] = hashlib.sha256(canonical(entry).encode()).hexdigest()
        except ValueError:
            entry["sha256"] = "0" * 64
    return json.dumps(entry).encode() + b"\n"


def try_ledger(files: Input, folder: Path) -> None:
    """Verify it, keep its record, append to it, mend its end."""
    from winset.case.appending import append, repair
    from winset.case.chain import LEDGER
    from winset.track_record.sealed import read_ledger, record, verify

    put(files, folder)
    refused = None
    for attempt in (
        lambda: read_ledger(folder),
        lambda: record(read_ledger(folder).sealed),
        lambda: verify(folder, again=False),
        lambda: append(folder / LEDGER, lambda _: ("note", {"text": "fuzz"})),
        lambda: repair(folder / LEDGER),
    ):
        try:
            attempt()
        except WinsetError as error:
            refused = error
    if refused is not None:
        raise refused


# Documents and tables


def pdf(words: str) -> bytes:
    """Return the smallest PDF that says ``words``."""
    stream = f"BT /F1 12 Tf 72 720 Td ({words}) Tj ET".encode("latin-1", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n"
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


PAGE = b"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>The bridge</title><meta property="og:site_name" content="Ferry Gazette">
<meta property="article:published_time" content="2023-05-04T08:00:00Z"></head><body><nav>Home</nav>
<article><h1>The bridge, at last?</h1><p>Mayor Holm said that \xe2\x80\x9ca toll of four crowns is
what the bridge costs us\xe2\x80\x9d. She added that she would never sign less.</p><table><tr><td>a
</td></tr></table><p>Jane Doe said she rejects it &amp; more &#8212; &lt;b&gt;.</p></article></body>
</html>"""


@cache
def base_documents() -> tuple[tuple[str, bytes], ...]:
    """Return documents of each sort that is read, by name."""
    texts = sorted(FIXTURES.glob("*/documents/*.txt"))
    words = "Mayor Holm said on 4 May 2023 that a toll of four crowns is what the bridge costs us."
    return (
        *((path.name, path.read_bytes()) for path in texts),
        ("page.html", PAGE), ("page.htm", PAGE * 3), ("story.pdf", pdf(words)),
        ("notes.md", b"# A title\n\n- Mayor Holm said **four** crowns.\n\n> Quoted: never.\n"),
        ("latin.txt", "L’été à Genève".encode("utf-16")),
    )  # fmt: skip


def make_document(chance: random.Random) -> Input:
    """A document with a few bytes changed, sometimes under the name of another sort."""
    name, data = chance.choice(base_documents())
    if chance.random() < 0.1:
        name = chance.choice(base_documents())[0]
    return {name: mutated(chance, data, tuple(data for _, data in base_documents()))}


def try_document(files: Input, folder: Path) -> None:
    """Take it into a case."""
    from winset.case.folder import read_case
    from winset.evidence.intake import save_intake, take_in

    put(base_cases()[1], folder)
    ((name, data),) = files.items()
    intake = take_in(read_case(folder), data, name, rules=False)
    save_intake(folder, intake)
    if intake.document.id not in {document.id for document in read_case(folder).documents}:
        raise AssertionError("a document that was taken in is not in the case")


@cache
def base_tables() -> dict[str, bytes]:
    """Return what other programs hand over: statements, annotations, a table of KTAB."""
    from winset.case.folder import read_case
    from winset.formats.ktab import write_ktab
    from winset.formats.statements_csv import write_statements
    from winset.formats.webannotation import write_annotations

    case = read_case(FIXTURES / "two-coders")
    return {
        "statements.csv": write_statements(case).encode(),
        "annotations.json": write_annotations(case).encode(),
        "ktab.csv": write_ktab(case).encode(),
    }


def make_table(chance: random.Random) -> Input:
    """One of them, changed."""
    name = chance.choice(sorted(base_tables()))
    data = base_tables()[name]
    if name.endswith(".json") and chance.random() < 0.5:
        return {name: json.dumps(other(chance, json.loads(data))).encode()}
    return {name: mutated(chance, data)}


def try_table(files: Input, folder: Path) -> None:
    """Import it into a case, or as one."""
    from winset.case.folder import read_case, write_case
    from winset.formats.ktab import read_ktab
    from winset.formats.statements_csv import read_statements
    from winset.formats.webannotation import read_annotations

    put(files, folder)
    ((name, data),) = files.items()
    place = folder / "case"
    if name == "ktab.csv":
        write_case(read_ktab(folder / name), place)
    else:
        shutil.copytree(FIXTURES / "two-coders", place)
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return  # the command refuses it before it comes to a reader
        read = read_statements if name == "statements.csv" else read_annotations
        write_case(read(text, read_case(place)).case, place)
    read_case(place)


# Values in JSON


ODD: tuple[object, ...] = (
    None, True, False, 0, -1, 1, 2**63, -(2**70), 0.5, 1e308, -0.0, "", " ", "x", "pie", "ann",
    "holm", "toll", "own", "ida", "m7", "machine", "40", "30..40..60", "30 to 50", "nan", "inf",
    "\0", "\ud800", "∞", "=1+1", "../..", "<b>", "x" * 5000, "2024-02-30", "2024-02-03", [], {},
    [[]], [None], {"a": {}}, ["x"] * 300,
)  # fmt: skip


def other(chance: random.Random, value: object, rate: float = 0.15) -> object:
    """Return ``value`` of JSON with parts of it left out, renamed or replaced."""
    if chance.random() < rate / 3:
        return chance.choice(ODD)
    if isinstance(value, dict):
        out = {}
        for key, part in value.items():
            if chance.random() < rate / 5:
                continue
            name = key + "x" if chance.random() < rate / 10 else key
            out[name] = other(chance, part, rate)
        return out
    if isinstance(value, list):
        out_list = [other(chance, part, rate) for part in value[:50]]
        if out_list and chance.random() < rate / 3:
            out_list *= 2
        return out_list
    return chance.choice(ODD) if chance.random() < rate else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of input.

    Attributes:
        make: one of them, from a random generator alone.
        run: what is done with it in an empty folder.
        often: how many of them come for one of the dearest kind.
    """

    name: str
    make: Callable[[random.Random], Input]
    run: Callable[[Input, Path], None]
    often: int = 1
