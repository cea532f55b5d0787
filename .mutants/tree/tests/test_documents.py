"""Reading documents: nothing changed or left out, and a clear word where one cannot be read."""

import datetime
import hashlib
import os
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winset.case.folder import read_case, write_case
from winset.case.model import Case
from winset.case.parts import Document
from winset.errors import WinsetError
from winset.evidence.reading.documents import as_text, document_files, read_document
from winset.evidence.reading.sentences import sentences
from winset.evidence.search import INDEX, search

SEEDS = Path(__file__).parents[2] / "shared" / "data" / "seeds"
PAGE = """Ferry talks stall

By Ana Duarte

Published 13 November 2015

The two ministers met on Monday. “We will never sign,” Ms Rao said.

A ferry leaves the old port at dusk. Jo Lund / Courtesy Reuters

Loading, please wait...

Most Read Articles

This site uses cookies to improve your user experience. Click here to learn more.
"""
HTML = """<html><head><title>Ferry talks stall</title>
<meta property="og:site_name" content="The Gazette">
<meta property="article:published_time" content="2015-11-13T10:00:00Z"></head>
<body><nav>Menu</nav><article><h1>Ferry talks stall</h1>
<p>The minister said on Friday that the talks had stalled because of the storm in the strait.</p>
<p>“We will never sign such a text,” Ms Rao told reporters in the capital on Friday evening.</p>
</article><footer>Copyright 2015</footer></body></html>"""


def roles(text):
    return [(line.role, line.span.of(text.text)) for line in text.lines]


def test_every_line_has_a_role_and_none_is_left_out():
    text = as_text(PAGE)
    assert [role for role, _ in roles(text)] == [
        "title", "byline", "byline", "body", "caption", "clutter", "clutter", "clutter",
    ]  # fmt: skip
    assert "".join(words for _, words in roles(text)) == "".join(
        line.strip() for line in PAGE.split("\n")
    )
    assert text.title == "Ferry talks stall"
    assert text.published == datetime.date(2015, 11, 13)


@pytest.mark.parametrize("words", [
    "Loading docks were shut on Monday after the strike began.",
    "Most in the party want a vote.",
    "Terms of the deal were not disclosed.",
    "Copyright law stays as it is, the minister said.",
    "Follow the money, she said.",
    "More than 40 died.",
    "Subscribers to the treaty met in Geneva.",
])  # fmt: skip
def test_running_text_is_not_taken_for_clutter(words):
    text = as_text(f"A title\n\nA first sentence.\n\n{words}\n\nA last sentence.\n")
    assert (("body", words)) in roles(text)


@given(st.text(max_size=400))
def test_text_is_kept_and_offsets_hold(words):
    text = as_text(words)
    assert text.text == words
    for line in text.lines:
        assert line.span.of(words).strip() == line.span.of(words) != ""
    spans = [*text.paragraphs]
    assert all(a.end <= b.start for a, b in pairwise(spans))
    inside = "".join(p.of(words) for p in text.paragraphs)
    assert "".join(inside.split()) == "".join(words.split())
    for paragraph in text.paragraphs:
        parts = sentences(words, paragraph)
        joined = "".join(part.of(words) for part in parts)
        assert "".join(joined.split()) == "".join(paragraph.of(words).split())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_text_can_be_written_back_byte_for_byte(tmp_path, encoding):
    data = "Café talks\r\n\r\n“No,” she said.\r\n".encode(encoding)
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    text = read_document(path)
    assert text.text.encode(text.encoding) == data
    assert text.sha256 == hashlib.sha256(data).hexdigest()
    assert read_document(path) == text


def test_lines_broken_at_a_fixed_width_are_one_paragraph():
    broken = (
        "The ministers met for the third time this year in the old hall by the lake,\n"
        "where they had signed the first accord, and spoke for two hours about fish\n"
        "and about the bridge.\n\nThen they left.\n"
    )
    text = as_text(broken)
    assert len(text.paragraphs) == 2
    assert [s.of(broken).replace("\n", " ")[:13] for s in text.sentences] == [
        "The ministers", "Then they lef",
    ]  # fmt: skip


def test_sentences_do_not_end_at_short_forms():
    words = (
        "Sen. J. R. Roe of the U.S. Senate spoke at 5 p.m. on Monday. He left. “Why?” she asked."
    )
    assert [s.of(words)[:8] for s in sentences(words)] == ["Sen. J. ", "He left.", "“Why?” s"]


@pytest.mark.parametrize(("name", "data", "said"), [
    ("a.txt", b"", "empty"),
    ("a.txt", b" \n ", "empty"),
    ("a.txt", b"a\0b", "binary"),
    ("a.txt", bytes(range(256)), "binary"),
    ("a.txt", "Café".encode("cp1252"), "byte 0xe9 at offset 3"),
    ("a.txt", b"\xed\xa0\x80", "must be utf-8"),
    ("a.txt", b"a" * 20_000_001, "at most 20,000,000 bytes"),
])  # fmt: skip
def test_what_is_no_text_is_refused_with_a_reason(tmp_path, name, data, said):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(WinsetError, match=said):
        read_document(path)


def test_only_ordinary_files_are_opened(tmp_path):
    pipe = tmp_path / "pipe.txt"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path, tmp_path / "none.txt", "a\0b"):
        with pytest.raises(WinsetError):
            read_document(path)


def test_another_encoding_is_read_when_named(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("Café".encode("cp1252"))
    assert read_document(path, encoding="cp1252").text == "Café"
    with pytest.raises(WinsetError, match="known encoding"):
        read_document(path, encoding="klingon")


def test_a_folder_gives_its_documents_in_order_and_nothing_hidden_or_outside(tmp_path):
    outside = tmp_path / "outside.txt"
    outside.write_text("x", encoding="utf-8")
    folder = tmp_path / "texts"
    (folder / "sub").mkdir(parents=True)
    for name in ("b.txt", "a.md", ".hidden.txt", "c.csv", "sub/d.html"):
        (folder / name).write_text("x", encoding="utf-8")
    (folder / "link.txt").symlink_to(outside)
    found = [str(path.relative_to(folder)) for path in document_files(folder)]
    assert found == ["a.md", "b.txt", "sub/d.html"]
    (tmp_path / "nothing").mkdir()
    with pytest.raises(WinsetError, match="found none"):
        document_files(tmp_path / "nothing")


def test_html_gives_title_publisher_and_date(tmp_path):
    pytest.importorskip("trafilatura", reason="reading HTML takes the extra “evidence”")
    path = tmp_path / "a.html"
    path.write_text(HTML, encoding="utf-8")
    text = read_document(path)
    assert (text.title, text.publisher) == ("Ferry talks stall", "The Gazette")
    assert text.published == datetime.date(2015, 11, 13)
    assert "Ms Rao told reporters" in text.text and "Menu" not in text.text
    assert text.reader.startswith("trafilatura ")
    assert len(text.paragraphs) == 3
    path.write_text("<html></html>", encoding="utf-8")
    with pytest.raises(WinsetError, match="no running text"):
        read_document(path)


def test_pdf_gives_its_text_and_a_broken_one_a_reason(tmp_path):
    pytest.importorskip("pypdf", reason="reading PDF takes the extra “evidence”")
    path = tmp_path / "a.pdf"
    path.write_bytes(_pdf("We will never sign, Ms Rao said."))
    text = read_document(path)
    assert text.text == "We will never sign, Ms Rao said."
    assert text.reader.startswith("pypdf ")
    path.write_bytes(_pdf(""))
    with pytest.raises(WinsetError, match="1 page of pictures"):
        read_document(path)
    path.write_bytes(b"%PDF-1.7 and no more")
    with pytest.raises(WinsetError, match="whole PDF"):
        read_document(path)


def _pdf(words: str) -> bytes:
    """Return the smallest PDF that shows ``words``."""
    drawn = f"BT /F1 12 Tf 72 720 Td ({words}) Tj ET" if words else ""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = len(out)
    rows = "".join(f"{place:010d} 00000 n \n" for place in places)
    out += f"xref\n0 6\n0000000000 65535 f \n{rows}"
    return f"{out}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n".encode()


@pytest.fixture
def kept(tmp_path):
    (tmp_path / "documents").mkdir()
    data = PAGE.encode()
    (tmp_path / "documents" / "ferry.txt").write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    document = Document(id="ferry", sha256=digest, file="documents/ferry.txt")
    write_case(
        Case(title="Ferry", as_of=datetime.date(2015, 11, 20), documents=(document,)), tmp_path
    )
    return read_case(tmp_path)


@pytest.mark.parametrize(("query", "found"), [
    ("ministers", ["ministers"]),
    ("never sign", ["never", "sign"]),
    ("“never sign”", ["never sign"]),
    ("minist*", ["ministers"]),
    ("sign never monday", ["Monday", "never", "sign"]),
    ("sign absent", []),
    ('"sign never"', []),
    ("NEAR(sign OR 1=1) -- ' never", []),
])  # fmt: skip
def test_search_finds_words_at_their_places(kept, query, found):
    hits = search(kept, query)
    words = [span.of(PAGE) for hit in hits for span in hit.matches]
    assert words == found
    assert all(hit.paragraph.of(PAGE) == hit.words for hit in hits)


def test_the_index_may_be_thrown_away_broken_or_stale(kept):
    index = kept.folder / INDEX
    assert search(kept, "ministers") and index.exists()
    assert (index.parent / ".gitignore").read_text(encoding="utf-8") == "*\n"
    index.write_bytes(b"no database")
    assert search(kept, "ministers")
    index.unlink()
    assert search(kept, "ministers", keep=False) and not index.exists()
    search(kept, "ministers")
    changed = PAGE.replace("ministers", "envoys")
    (kept.folder / "documents" / "ferry.txt").write_text(changed, encoding="utf-8")
    with pytest.raises(WinsetError, match="changed after it was entered"):
        search(kept, "envoys")


def test_a_search_without_a_word_is_refused(kept):
    with pytest.raises(WinsetError, match="a word to search for"):
        search(kept, " - ")


@pytest.mark.skipif(not SEEDS.is_dir(), reason=f"{SEEDS} is absent")
def test_the_clutter_of_the_seed_articles_is_marked_and_kept():
    first, second = (read_document(path) for path in sorted(SEEDS.glob("*.txt")))
    assert [words for role, words in roles(first) if role == "clutter"] == [
        "Loading, please wait...",
        "Most Read Articles",
        "Related Articles",
        "This site uses cookies to improve your user experience. Click here to learn more.",
    ]
    assert [words[:20] for role, words in roles(second) if role == "clutter"] == [
        "Skip to main content", "Access the Middle Ea", "Join our community o",
        "Only $100 per year.",
    ]  # fmt: skip
    assert first.title == "Undivided Tehran"
    assert [role for role, _ in roles(first)].count("caption") == 1
    assert first.text.encode() == sorted(SEEDS.glob("*.txt"))[0].read_bytes()
