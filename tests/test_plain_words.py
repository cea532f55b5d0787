"""Sentences that people read are free of the package's private language."""

import re
from pathlib import Path

import pytest

from winset.charts import words as chart_words
from winset.report import words as report_words

ROOT = Path(__file__).parents[1]
ROOMS = [ROOT / "src" / "winset" / room for room in ("charts", "report", "evidence")]
OTHERS = ("cli.md", "doubts.md", "glossary.md")  # generated from other rooms, or kept elsewhere
PAGES = [p for p in sorted((ROOT / "docs").glob("*.md")) if p.name not in OTHERS]
FILES = [
    *PAGES,
    ROOT / "CONTRIBUTING.md",
    *sorted(p for room in ROOMS for p in room.rglob("*") if p.suffix in (".py", ".j2", ".js")),
]
PRIVATE = re.compile(
    r"\b(?:hangs? (?:on|from)|anew|lest|who(?:m)?ever|luck|came of it|what binds|take away"
    r"|come by|held to decisions)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("file", FILES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_no_sentence_uses_private_language(file):
    lines = file.read_text(encoding="utf-8").splitlines()
    private = [f"{n}: {line.strip()}" for n, line in enumerate(lines, 1) if PRIVATE.search(line)]
    assert not private, "write it again in plain English"


def test_charts_and_reports_have_their_sentences_in_one_place():
    """A picture or a page that writes a caption of its own would hide it from its readers."""
    sentence = re.compile(r'(?:title|caption)=\(?\s*f?"[A-Z][^"]* [^"]*"')
    own = [
        f"{path.name}: {match[0]}"
        for path in sorted((ROOT / "src" / "winset" / "charts").glob("*.py"))
        for match in sentence.finditer(path.read_text(encoding="utf-8"))
        if path.name != "words.py" and "Tooltip" not in path.read_text()[: match.start()][-80:]
    ]
    assert not own
    for template in (ROOT / "src" / "winset" / "report" / "templates").glob("*.j2"):
        bare = re.sub(r"{[{%].*?[%}]}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
        prose = re.findall(r">([^<>]*[a-z]{3,} [a-z]{2,} [a-z]{2,}[^<>]*)<", bare)
        assert not [p for p in prose if "Skip to the answers" not in p], template.name
    for module in (chart_words, report_words):
        assert module.__doc__ and "in one go" in module.__doc__
