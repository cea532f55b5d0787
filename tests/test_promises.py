"""Every model, format and view of winset runs through the laws that other packages can run."""

import ast
import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest

from winset.case.ranges import parse_range
from winset.formats.registry import FORMATS
from winset.models import MODELS, make_model
from winset.models.batch import sample
from winset.promises.bargain import bargain
from winset.promises.format_laws import *  # noqa: F403
from winset.promises.model_laws import *  # noqa: F403
from winset.promises.view_laws import *  # noqa: F403
from winset.web.views.registry import view_kinds

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "winset"
NAMES = sorted(MODELS.own)


@pytest.fixture(params=NAMES)
def promised_model(request):
    return make_model(request.param)


@pytest.fixture(params=sorted(FORMATS.own))
def promised_format(request):
    return FORMATS[request.param]


@pytest.fixture(params=sorted(view_kinds()))
def promised_view(request):
    return view_kinds()[request.param]


@pytest.fixture(scope="module", params=NAMES)
def model(request):
    return make_model(request.param)


def test_its_docstring_says_what_it_assumes_or_that_it_is_a_baseline(model):
    text = type(model).__doc__
    assert "For skill scores only" in text or ("Assum" in text and "References:" in text)


def test_the_unit_of_influence_does_not_matter(model):
    case = bargain()
    tenfold = tuple(
        dataclasses.replace(s, influence=s.influence.moved(multiply=16)) for s in case.stances
    )
    before = model.solve(sample(case, 32)).settlement
    after = model.solve(sample(dataclasses.replace(case, stances=tenfold), 32)).settlement
    assert np.allclose(before, after, atol=2e-3, equal_nan=True)


def test_the_names_of_actors_do_not_matter_to_a_case_without_ranges(model):
    case = bargain(("20", "35", "70", "65"))
    renamed = {"minister": "aa", "leader": "bb", "envoy": "cc", "senate": "dd"}
    other = dataclasses.replace(
        case,
        actors=tuple(dataclasses.replace(a, id=renamed[a.id]) for a in case.actors),
        stances=tuple(
            dataclasses.replace(s, actor=renamed[s.actor], salience=parse_range("30"),
                                price=parse_range("20"))
            for s in case.stances
        ),
        ties=(),
        issues=tuple(dataclasses.replace(i, reversion=parse_range("50")) for i in case.issues),
    )  # fmt: skip
    same = dataclasses.replace(
        case,
        stances=tuple(
            dataclasses.replace(s, salience=parse_range("30"), price=parse_range("20"))
            for s in case.stances
        ),
        ties=(),
        issues=tuple(dataclasses.replace(i, reversion=parse_range("50")) for i in case.issues),
    )
    left = model.solve(sample(same, 1)).settlement
    right = model.solve(sample(other, 1)).settlement
    assert np.allclose(left, right, equal_nan=True, atol=1e-12)


def proof_of(model):
    file, _, test = model.proof.partition("::")
    path = ROOT / file
    tests = {
        node.name: node
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    assert test in tests, f"{model.name}: {file} has no test {test}"
    return path.read_text("utf-8"), tests[test]


@pytest.mark.parametrize("name", NAMES)
def test_no_model_is_without_a_published_table_or_a_law_with_a_closed_form(name):
    kind = MODELS[name]
    assert kind.source
    text, test = proof_of(kind)
    assert any(isinstance(node, ast.Assert) for node in ast.walk(test))
    named = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    assert kind.__name__ in named, f"{kind.proof} does not use {kind.__name__}"


def test_a_departure_from_a_law_names_a_law_that_there_is():
    for name in NAMES:
        for law_name, reason in getattr(MODELS[name], "departures", {}).items():
            assert f"test_{law_name}" in globals()
            assert len(reason) > 20


def capability_names():
    tree = ast.parse((SOURCE / "models" / "capabilities.py").read_text("utf-8"))
    protocols = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    return protocols | {kind.__name__ for kind in MODELS.values()} | {"Model", "RoundsModel"}


def test_outside_models_no_class_and_no_name_of_a_model_is_compared():
    classes, wrong = capability_names() - {"Exchange"}, []
    names = {
        "two-level",
        "nash",
        "expected-utility",
        "spatial",
        "exchange",
    }  # no word of anything else
    for path in SOURCE.rglob("*.py"):
        if path.is_relative_to(SOURCE / "models") or path.is_relative_to(SOURCE / "promises"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            place = f"{path.relative_to(SOURCE)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
                "isinstance",
                "issubclass",
            ):
                checked = {n.id for n in ast.walk(node.args[1]) if isinstance(n, ast.Name)}
                wrong += [f"{place}: isinstance of {name}" for name in checked & classes]
            elif isinstance(node, ast.Compare):
                values = {n.value for n in ast.walk(node) if isinstance(n, ast.Constant)}
                compared = {value for value in values if isinstance(value, str)} & names
                wrong += [f"{place}: compares with “{name}”" for name in compared]
            elif isinstance(node, ast.ImportFrom) and node.module == "winset.models.fitting":
                wrong += [f"{place}: {a.name}" for a in node.names if a.name in ("FULL", "LESSER")]
    assert wrong == []


def test_the_table_of_models_in_the_readme_is_the_registry():
    page = (ROOT / "README.md").read_text("utf-8")
    table = page[page.index("## The models") :]
    rows = re.findall(r"^\| (`.*?) \|", table[: table.index("\n\n", 20)], re.MULTILINE)
    rows = rows or re.findall(r"^\| (`[^|]*`) \|", table[:4000], re.MULTILINE)
    listed = [name for row in rows for name in re.findall(r"`([\w-]+)`", row) if name != "--model"]
    assert listed == list(MODELS.own)
