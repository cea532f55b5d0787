"""Every format that a case can come in from or go out to: winset's own, and those of others.

Light: what reads and writes a format is imported when it is used. The command line, the pages for
uploads and downloads and the documentation list what stands here.
"""

import datetime
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from winset.errors import WinsetError, nearest
from winset.errors.additions import Additions

if TYPE_CHECKING:
    from winset.case.model import Case
    from winset.formats.carried import ImportedStatements


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFormat:
    """What a format makes of a case.

    Attributes:
        data: the file.
        left_out: what of this case it does not hold, in words.
    """

    data: bytes
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFormat:
    """The case that a file of a format makes.

    Attributes:
        case: not in a folder yet.
        beside: files to stand in its folder that the case is not read from: path to bytes.
        summary: what was read, in a few words.
        remarks: what the reader should know, a line each.
    """

    case: "Case"
    beside: Mapping[str, bytes] = field(default_factory=dict)
    summary: str = ""
    remarks: tuple[str, ...] = ()


Writer = Callable[["Case"], WrittenFormat]
Reader = Callable[[Path, datetime.date | None], ReadFormat]
Merger = Callable[[str, "Case", str | None], "ImportedStatements"]
Kept = Callable[["Case"], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format. What reads and writes it is a function, or its place: ``module:function``.

    Attributes:
        name: on the command line: ``winset export NAME``.
        title: for people.
        noun: one file of it, in a sentence: ``an Excel workbook``.
        explains: what it is for, in a sentence.
        file: what a download is called, after the name of the case; its ending is the usual one.
        media_type: of the file.
        suffixes: endings of its files, with the dot, the usual one first.
        magic: bytes that each of its files begins with; empty where it has none.
        cannot_carry: what of a case it has no place for, in words.
        write: makes a file of a case; empty for a format that only comes in.
        read: makes a case of a file, as of a day that is None where not known; empty for a format
            that makes none.
        merge: reads the statements of a text into a case, as of a coder; empty likewise.
        kept: returns what a case that went out and came in again must have kept, to compare; of a
            format that can do both.
        as_of: what the day of a case that is read must be given for, in words; empty where the
            file says it.
        extra: what must be installed to use it: ``excel``; empty for nothing.
    """

    name: str
    title: str
    noun: str
    explains: str
    file: str
    media_type: str
    suffixes: tuple[str, ...]
    magic: tuple[bytes, ...] = ()
    cannot_carry: tuple[str, ...] = ()
    write: str | Writer = ""
    read: str | Reader = ""
    merge: str | Merger = ""
    kept: str | Kept = ""
    as_of: str = ""
    extra: str = ""

    def written(self, case: "Case") -> WrittenFormat:
        """Return ``case`` in this format.

        Raises:
            WinsetError: when it cannot hold the case.
        """
        return _function(self.write)(case)  # type: ignore[no-any-return]

    def case_in(self, path: Path, *, as_of: datetime.date | None = None) -> ReadFormat:
        """Return the case that the file at ``path`` makes.

        Raises:
            CaseError: with everything in it that makes no case.
            WinsetError: when it is something else.
        """
        return _function(self.read)(path, as_of)  # type: ignore[no-any-return]

    def merged(self, text: str, case: "Case", *, coder: str | None = None) -> "ImportedStatements":
        """Return ``case`` with the statements that ``text`` holds, anchored in its own texts.

        Raises:
            CaseError: with everything that does not fit.
            WinsetError: when it is something else.
        """
        return _function(self.merge)(text, case, coder)  # type: ignore[no-any-return]

    def keeps(self, case: "Case") -> Any:
        """Return what ``case`` must still have once it went out and came in again."""
        return _function(self.kept)(case)

    def fits(self, name: str, data: bytes) -> bool:
        """Return whether a file of that name that begins with ``data`` may be of this format.

        >>> FORMATS["excel"].fits("Case.XLSX", b"PK and so on")
        True
        """
        return name.lower().endswith(self.suffixes) and (
            not self.magic or data.startswith(self.magic)
        )


def _function(place: str | Callable[..., Any]) -> Callable[..., Any]:
    if not isinstance(place, str):
        return place
    module, _, name = place.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function


def _format(name: str, offered: Any) -> Format:
    """Return ``offered`` if it may be a format of that name.

    Raises:
        ValueError: with the reason if not.
    """
    if not isinstance(offered, Format):
        raise ValueError("a format is a winset.formats.registry.Format")
    if offered.name != name:
        raise ValueError(f"it calls itself “{offered.name}”: entry point and name must be the same")
    if not (offered.write or offered.read or offered.merge):
        raise ValueError("a format must be able to write, to read or to merge")
    if not offered.suffixes or not all(suffix.startswith(".") for suffix in offered.suffixes):
        raise ValueError("the suffixes of a format begin with a dot")
    if any(other.file == offered.file for other in _OWN) and offered.write:
        raise ValueError(f"winset writes a “{offered.file}” itself; call the file otherwise")
    return offered


_ADAPTERS = "winset.formats.adapters"
_OWN = (
    Format(
        name="excel",
        title="Excel workbook",
        noun="an Excel workbook",
        explains="One sheet per table; edit it and import it again.",
        file="case.xlsx",
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        suffixes=(".xlsx",),
        magic=(b"PK",),
        cannot_carry=("kept texts", "games", "comments in case.yaml"),
        write=f"{_ADAPTERS}:write_excel",
        read=f"{_ADAPTERS}:read_excel",
        kept=f"{_ADAPTERS}:kept_by_excel",
        extra="excel",
    ),
    Format(
        name="ktab",
        title="KTAB",
        noun="a CSV file for KTAB's spatial model",
        explains="For KTAB's spatial model: ranges at their medians.",
        file="ktab.csv",
        media_type="text/csv; charset=utf-8",
        suffixes=(".csv",),
        cannot_carry=(
            "ranges, of which it has the medians",
            "scales, parties, roles and ties",
            "reversion points, prices, red lines and audience costs",
            "documents, statements, scenarios, questions and games",
            "the date",
        ),
        write=f"{_ADAPTERS}:write_ktab",
        read=f"{_ADAPTERS}:read_ktab",
        kept=f"{_ADAPTERS}:kept_by_ktab",
        as_of="The day that the numbers stand for; required, since the file says none.",
    ),
    Format(
        name="dna",
        title="Discourse Network Analyzer",
        noun="a Discourse Network Analyzer 3 database",
        explains="The accepted statements; the password is “winset”.",
        file="statements.dna",
        media_type="application/vnd.sqlite3",
        suffixes=(".dna", ".sqlite", ".db"),
        magic=(b"SQLite format 3\0",),
        cannot_carry=(
            "statements that are not accepted, or whose text is not kept",
            "statements of a kind other than a position or a red line",
            "stances, parties and everything else that is not a statement",
        ),
        write=f"{_ADAPTERS}:write_dna",
        read=f"{_ADAPTERS}:read_dna",
        kept=f"{_ADAPTERS}:kept_by_dna",
        as_of="The day that the case stands for; the newest document's if not given.",
    ),
    Format(
        name="statements",
        title="Statements",
        noun="a CSV table of statements",
        explains="A row for each statement, with its words, for Excel and R.",
        file="statements.csv",
        media_type="text/csv; charset=utf-8",
        suffixes=(".csv",),
        cannot_carry=("everything but the statements and where they stand",),
        write=f"{_ADAPTERS}:write_statements_table",
        merge=f"{_ADAPTERS}:merge_statements_table",
        kept=f"{_ADAPTERS}:kept_statements",
    ),
    Format(
        name="webannotation",
        title="Web Annotations",
        noun="W3C Web Annotations (JSON-LD)",
        explains="For programs that read the standard of the W3C.",
        file="annotations.jsonld",
        media_type="application/ld+json",
        suffixes=(".jsonld", ".json"),
        cannot_carry=("everything but the statements and where they stand",),
        write=f"{_ADAPTERS}:write_web_annotations",
        merge=f"{_ADAPTERS}:merge_web_annotations",
        kept=f"{_ADAPTERS}:kept_statements",
    ),
    Format(
        name="doccano",
        title="doccano",
        noun="JSON Lines for doccano",
        explains="The kept texts, with the statements as labels, for annotation.",
        file="doccano.jsonl",
        media_type="application/jsonl",
        suffixes=(".jsonl", ".ndjson", ".json"),
        cannot_carry=("documents whose text is not kept", "everything but texts and statements"),
        write=f"{_ADAPTERS}:write_doccano_lines",
    ),
    Format(
        name="refi-qda",
        title="REFI-QDA project",
        noun="a REFI-QDA project",
        explains="For NVivo, ATLAS.ti, MAXQDA, QualCoder and others.",
        file="refi.qdpx",
        media_type="application/octet-stream",
        suffixes=(".qdpx",),
        magic=(b"PK",),
        cannot_carry=("documents whose text is not kept", "stances, scenarios and games"),
        write=f"{_ADAPTERS}:write_refi_project",
    ),
)
FORMATS: Additions[Format] = Additions(
    "winset.formats", {entry.name: entry for entry in _OWN}, what="format", read=_format
)


def find_format(name: str) -> Format:
    """Return the format called ``name``.

    Raises:
        WinsetError: when there is none, with the nearest one.
    """
    if name not in FORMATS:
        raise WinsetError(f"no format “{name}”; {nearest(name, FORMATS)}")
    return FORMATS[name]


def recognised(name: str, data: bytes) -> Format | None:
    """Return the format whose reader makes a case of a file of that name; None where none does.

    >>> recognised("case.xlsx", b"PK").name
    'excel'
    """
    return next(
        (entry for entry in FORMATS.values() if entry.read and entry.fits(name, data)), None
    )
