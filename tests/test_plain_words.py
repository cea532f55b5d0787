"""Names say what they hold; the sentences of answers, charts and reports lie in one module each."""

import ast
import re
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


def bound_names(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name.strip("_")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_a_name_says_what_it_holds(path):
    names = set(bound_names(ast.parse(path.read_text("utf-8")))) & OPAQUE
    assert {name for name in names if (path.name, name) not in FORMAT} == set()


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
