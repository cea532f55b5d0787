"""Names say what they hold, sentences are plain, and those of answers lie in one module."""

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

import winset
from pages import ROOT

SOURCE = Path(winset.__file__).parent
ROOMS = ("models", "explain", "track_record")
RESEARCH = ("ablation.py", "ensemble.py", "backtest_words.py")  # for docs/findings.md alone
FILES = [
    path
    for room in ROOMS
    for path in sorted((SOURCE / room).rglob("*.py"))
    if path.name not in RESEARCH
]
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
