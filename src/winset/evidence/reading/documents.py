"""Documents as read: bytes in, text with offsets out, nothing changed or left out.

Text and Markdown are only decoded: encoding the text again gives the same bytes. From HTML and PDF
a reader extracts the words, and the result carries its name and version; their digest is that of
the file.
"""

import codecs
import datetime
import hashlib
import logging
import os
import re
import stat
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from winset.errors import WinsetError, shorten
from winset.errors.installing import install_command
from winset.evidence.reading.roles import PageLine, find_date, line_roles
from winset.evidence.reading.sentences import sentences
from winset.evidence.reading.spans import Span

MOST_BYTES = 20_000_000
MOST_FILES = 10_000
MOST_PAGES = 2_000
ENDINGS = (".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml", ".pdf")
_MARKS_OF_ORDER = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A document as read.

    Attributes:
        name: the file's stem, or an id.
        text: the words; offsets everywhere count its code points.
        sha256: digest of the file's bytes.
        encoding: ``text.encode(encoding)`` gives those bytes back; empty for HTML and PDF.
        reader: what extracted the words, with its version.
        title: as the document gives it; empty where it is unclear.
        publisher: as the document gives it; only HTML does.
        published: day of publication, if the document gives one.
        url: where it was published; only HTML gives it.
        lines: every line that is not blank, with its role.
        paragraphs: stretches that belong together: a line, or lines broken at a fixed width.
    """

    name: str
    text: str
    sha256: str
    encoding: str = "utf-8"
    reader: str = "text"
    title: str = ""
    publisher: str = ""
    published: datetime.date | None = None
    url: str = ""
    lines: tuple[PageLine, ...] = ()
    paragraphs: tuple[Span, ...] = ()

    @property
    def sentences(self) -> tuple[Span, ...]:
        """The sentences of every paragraph."""
        return tuple(s for p in self.paragraphs for s in sentences(self.text, p))


def as_text(text: str, *, name: str = "text", markdown: bool = False) -> Text:
    """Return a string as a document of its own."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return _text(name, text, digest, reader="markdown" if markdown else "text")


def read_document(path: str | os.PathLike[str], *, encoding: str | None = None) -> Text:
    """Return the document in the file ``path``.

    Args:
        path: text, Markdown, HTML or PDF, by its ending or else by its first bytes.
        encoding: of a text; by default UTF-8, or what its byte order mark says.

    Raises:
        WinsetError: when the file is too large, empty, no text, wrongly encoded, or broken.
    """
    return parse_document(read_bytes(Path(path)), path, encoding=encoding)


def parse_document(
    data: bytes, path: str | os.PathLike[str], *, encoding: str | None = None
) -> Text:
    """Return the document that ``data``, the bytes of a file called ``path``, holds.

    Raises:
        WinsetError: as :func:`read_document`.
    """
    path = Path(path)
    if not data.strip():
        raise WinsetError(f"{path}: must hold text; found an empty file")
    digest = hashlib.sha256(data).hexdigest()
    kind = path.suffix.casefold()
    if kind == ".pdf" or data.startswith(b"%PDF-"):
        return _read_pdf(path, data, digest)
    text, used = _decode(path, data, encoding)
    if kind in (".html", ".htm", ".xhtml") or re.match(
        r"\ufeff?\s*(?:<!doctype html|<html)", text[:200], re.IGNORECASE
    ):
        return _read_html(path, text, digest)
    reader = "markdown" if kind in (".md", ".markdown") else "text"
    return _text(path.stem, text, digest, encoding=used, reader=reader)


def document_files(path: str | os.PathLike[str]) -> tuple[Path, ...]:
    """Return the files to read at ``path``: itself, or those of known kinds in a folder.

    Hidden files and links out of the folder are passed over.
    """
    path = Path(path)
    if not path.is_dir():
        return (path,)
    root = path.resolve()
    files = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            file = Path(folder) / name
            readable = file.suffix.casefold() in ENDINGS and not name.startswith(".")
            if readable and _inside(file, root):
                files.append(path / file.relative_to(root))
        if len(files) > MOST_FILES:
            raise WinsetError(f"{path}: must hold at most {MOST_FILES:,} documents; found more")
    if not files:
        raise WinsetError(
            f"{path}: must hold documents ({', '.join(ENDINGS)}); found none; check the folder"
        )
    return tuple(files)


def _inside(file: Path, root: Path) -> bool:
    try:
        return file.resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # links that run in a circle
        return False


def read_bytes(path: Path) -> bytes:
    """Return the bytes of an ordinary file that is not too large.

    Raises:
        WinsetError: when it is anything else.
    """
    try:
        # A pipe or device would block or never end: look before opening.
        mode = path.stat()
        if not stat.S_ISREG(mode.st_mode):
            sort = "a folder" if stat.S_ISDIR(mode.st_mode) else "a device or pipe"
            raise WinsetError(f"{path}: must be a file; found {sort}")
        if mode.st_size > MOST_BYTES:
            raise WinsetError(
                f"{path}: must be at most {MOST_BYTES:,} bytes; found {mode.st_size:,}; split it"
            )
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL
        reason = getattr(error, "strerror", None) or error
        raise WinsetError(f"{shorten(path, 300)}: cannot be read: {reason}") from None
    if len(data) > MOST_BYTES:
        raise WinsetError(f"{path}: must be at most {MOST_BYTES:,} bytes; it grew while being read")
    return data


def _decode(path: Path, data: bytes, encoding: str | None) -> tuple[str, str]:
    used = encoding or next(
        (name for mark, name in _MARKS_OF_ORDER if data.startswith(mark)), "utf-8"
    )
    try:
        text = data.decode(used)
    except UnicodeDecodeError as error:
        if b"\0" in data:
            raise WinsetError(
                f"{path}: must be text, Markdown, HTML or PDF; found binary data"
            ) from None
        line = data.count(b"\n", 0, error.start) + 1
        raise WinsetError(
            f"{path}:{line}: must be {used} text; found byte 0x{data[error.start]:02x} at offset "
            f"{error.start:,}; save it as UTF-8, or name its encoding (often cp1252)"
        ) from None
    except LookupError:
        raise WinsetError(
            f"{path}: must have a known encoding; found {shorten(used)}; try utf-8 or cp1252"
        ) from None
    controls = sum(c < " " and c not in "\t\n\r\f\v\x1c\x1d\x1e\x1f" for c in text)
    if "\0" in text or controls > max(2, len(text) // 1_000):
        raise WinsetError(f"{path}: must be text; found control characters, as in binary data")
    if text.encode(used) != data:
        raise WinsetError(
            f"{path}: must be plain {used}; found a form of it that cannot be written back "
            "unchanged; save it as UTF-8"
        )
    return text, used


def _text(
    name: str,
    text: str,
    sha256: str,
    *,
    encoding: str = "utf-8",
    reader: str = "text",
    title: str = "",
    publisher: str = "",
    published: datetime.date | None = None,
    url: str = "",
) -> Text:
    lines = line_roles(text, markdown=reader == "markdown")
    if not title:
        title_line = next((line.span.of(text) for line in lines if line.role == "title"), "")
        title = title_line.lstrip("#\ufeff ").strip()
    if published is None:
        bylines = (line.span.of(text) for line in lines if line.role == "byline")
        published = next((day for words in bylines if (day := find_date(words))), None)
    return Text(
        name=name,
        text=text,
        sha256=sha256,
        encoding=encoding,
        reader=reader,
        title=title,
        publisher=publisher,
        published=published,
        url=url,
        lines=lines,
        paragraphs=(
            tuple(line.span for line in lines)
            if reader.startswith("trafilatura")
            else tuple(_paragraphs(text, lines))
        ),
    )


def _paragraphs(text: str, lines: tuple[PageLine, ...]) -> Iterator[Span]:
    """Yield each line, or lines together that were broken at a fixed width."""
    block: list[PageLine] = []
    for line in (*lines, None):
        follows = (
            line is not None
            and bool(block)
            and line.role == block[-1].role
            and text.count("\n", block[-1].span.end, line.span.start) == 1
        )
        if not follows:
            yield from _joined(text, block)
            block = []
        if line is not None:
            block.append(line)


def _joined(text: str, block: list[PageLine]) -> Iterator[Span]:
    widths = [line.span.end - line.span.start for line in block]
    stops = sum(line.span.of(text)[-1] in '.?!”"' for line in block[:-1])
    even = all(45 <= width <= 100 for width in widths[:-1]) and max(widths, default=0) <= 100
    if len(block) > 1 and even and stops * 2 < len(block):
        yield Span(block[0].span.start, block[-1].span.end)
    else:
        yield from (line.span for line in block)


def _read_html(path: Path, text: str, digest: str) -> Text:
    try:
        with warnings.catch_warnings():
            # The reader's own dependencies warn of future changes.
            warnings.filterwarnings("ignore", category=DeprecationWarning)
            warnings.filterwarnings("ignore", category=FutureWarning)
            import trafilatura

            article = trafilatura.bare_extraction(
                text, with_metadata=True, include_comments=False, include_tables=True
            )
    except ImportError:
        raise _not_installed(path, "trafilatura") from None
    except (ValueError, RecursionError, AttributeError, TypeError) as error:
        raise WinsetError(f"{path}: must be HTML that can be read; {shorten(error)}") from None
    words = getattr(article, "text", None)
    if not words or not words.strip():
        raise WinsetError(
            f"{path}: must hold an article; found no running text; save the page's text as .txt"
        )
    date = str(getattr(article, "date", None) or "")
    try:
        published = datetime.date.fromisoformat(date[:10]) if date else None
    except ValueError:
        published = None
    return _text(
        path.stem,
        words,
        digest,
        encoding="",
        reader=f"trafilatura {trafilatura.__version__}",
        title=str(getattr(article, "title", None) or "").strip(),
        publisher=str(getattr(article, "sitename", None) or "").strip(),
        published=published,
        url=str(getattr(article, "url", None) or "").strip(),
    )


def _read_pdf(path: Path, data: bytes, digest: str) -> Text:
    from io import BytesIO

    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=DeprecationWarning)
            import pypdf
    except ImportError:
        raise _not_installed(path, "pypdf") from None
    pages: list[str] = []
    log = logging.getLogger("pypdf")
    level = log.level
    # The error below says what it would log of a broken file.
    log.setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise WinsetError(f"{path}: must be open to read; found a PDF locked by a password")
        if len(reader.pages) > MOST_PAGES:
            raise WinsetError(
                f"{path}: must have at most {MOST_PAGES:,} pages; found {len(reader.pages):,}"
            )
        for page in reader.pages:
            pages.append(page.extract_text())
            if sum(map(len, pages)) > MOST_BYTES:
                raise WinsetError(f"{path}: must hold at most {MOST_BYTES:,} characters of text")
        title = str((reader.metadata and reader.metadata.title) or "")
    except (WinsetError, MemoryError):
        raise
    except Exception as error:  # a broken PDF raises nearly anything
        raise WinsetError(
            f"{path}: must be a whole PDF; it cannot be read ({type(error).__name__}: "
            f"{shorten(error)}); save it again, or its text as .txt"
        ) from None
    finally:
        log.setLevel(level)
    words = "\n\n".join(page.strip() for page in pages if page.strip())
    words = re.sub(r"[\x00-\x08\x0e-\x1f\ud800-\udfff]", "\ufffd", words)
    if not words:
        raise WinsetError(
            f"{path}: must hold text; found {len(pages)} page{'' if len(pages) == 1 else 's'} of "
            "pictures; run it through text recognition first"
        )
    return _text(
        path.stem, words, digest, encoding="", reader=f"pypdf {pypdf.__version__}",
        title="" if re.search(r"\.(?:docx?|pdf|indd)$", title) else title.strip(),
    )  # fmt: skip


def _not_installed(path: Path, name: str) -> WinsetError:
    return WinsetError(
        f"{path}: must be read with {name}; found no such package; `{install_command('evidence')}`"
    )
