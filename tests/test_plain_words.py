"""Names say what they hold, sentences are plain, and those of answers lie in one module."""

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

import winset
from pages import ROOT
from winset.charts import words as chart_words
from winset.report import words as report_words

SOURCE = Path(winset.__file__).parent
ROOMS = ("models", "explain", "track_record")
FILES = [path for room in ROOMS for path in sorted((SOURCE / room).rglob("*.py"))]
OPAQUE = {"found", "said", "asked", "kept", "made", "shown", "told", "given", "there", "luck"}
FORMAT = {("records.py", "made")}  # a field of the ledger's entries
PRIVATE = re.compile(r"\b(hangs? on|anew|luck|nobody|whoever|lest)\b", re.IGNORECASE)
NEGATIONS = "never|no|none"  # the regular expression that reads “nobody” in a text


def bound_names(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name.strip("_")


def texts(path):
    """Yield the strings and comments of a file."""
    for token in tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline):
        if token.type in (tokenize.STRING, tokenize.COMMENT):
            yield token.string


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_a_name_says_what_it_holds_and_a_sentence_is_plain(path):
    names = set(bound_names(ast.parse(path.read_text("utf-8")))) & OPAQUE
    assert {name for name in names if (path.name, name) not in FORMAT} == set()
    assert [t for t in texts(path) if PRIVATE.search(t) and NEGATIONS not in t] == []


def test_the_glossary_has_no_private_language():
    assert PRIVATE.search((ROOT / "docs" / "glossary.md").read_text("utf-8")) is None


@pytest.mark.parametrize("name", ["answers.py", "headline.py"])
def test_the_sentences_of_answers_and_headline_lie_in_one_module(name):
    tree = ast.parse((SOURCE / "explain" / name).read_text("utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and isinstance(node.body[0], ast.Expr)
    }
    sentences = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
        and re.search(r"[a-z]{3}.*\.( |$)", node.value)
    ]
    assert sentences == []


READ = [ROOT / "src" / "winset" / room for room in ("charts", "report", "evidence")]
OTHERS = (
    "cli.md",
    "doubts.md",
    "glossary.md",
    "house-rules.md",
)  # generated from other rooms, or kept elsewhere
PAGES = [p for p in sorted((ROOT / "docs").glob("*.md")) if p.name not in OTHERS]
READ_FILES = [
    *PAGES,
    ROOT / "CONTRIBUTING.md",
    *sorted(p for room in READ for p in room.rglob("*") if p.suffix in (".py", ".j2", ".js")),
]
PRIVATE_PHRASES = re.compile(
    r"\b(?:hangs? (?:on|from)|anew|lest|who(?:m)?ever|luck|came of it|what binds|take away"
    r"|come by|held to decisions)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("file", READ_FILES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_no_sentence_uses_private_language(file):
    lines = file.read_text(encoding="utf-8").splitlines()
    private = [
        f"{n}: {line.strip()}" for n, line in enumerate(lines, 1) if PRIVATE_PHRASES.search(line)
    ]
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
