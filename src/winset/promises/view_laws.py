"""What every view keeps, whatever it shows."""

import csv
import dataclasses
import io
from pathlib import Path
from typing import Any

import pytest

from winset.case.shipped import shipped_cases
from winset.errors import WinsetError
from winset.web.cases.store import CaseName, Store
from winset.web.views.kind import Subject, ViewKind
from winset.web.views.query import ViewQuery
from winset.web.views.result import ViewResult, as_csv
from winset.web.views.view_cache import wanted

FEW = 8  # draws, where a view takes draws


def _subjects(kind: ViewKind, folder: Path) -> list[Subject]:
    store = Store(folder)
    if kind.of_folder:
        return [Subject(store=store)]
    names = [CaseName(place="shipped", name=name) for name in shipped_cases()]
    return [Subject(store=store, opened=store.open(name)) for name in names]


def _query(kind: ViewKind) -> ViewQuery:
    return ViewQuery(draws=FEW) if "draws" in kind.takes else ViewQuery()


def _result(kind: ViewKind, subject: Subject, query: ViewQuery) -> ViewResult | None:
    """Return what the view shows; None where it says what is missing."""
    view = wanted(kind, subject, query)
    if view.missing:
        return None
    shares: list[float] = []
    result = kind.result(subject, kind.core(view.query), shares.append)
    assert all(0.0 <= share <= 1.0 for share in shares)
    return kind.finish(subject, view.query, result)


def test_a_view_says_what_it_is_and_what_it_takes(promised_view: Any) -> None:
    """Its name stands in its address; what it takes are fields of the query."""
    assert isinstance(promised_view, ViewKind)
    assert promised_view.name and promised_view.title and promised_view.explains
    known = {field.name for field in dataclasses.fields(ViewQuery)}
    assert set(promised_view.takes) <= known


def test_every_shipped_case_has_a_result_or_a_word_on_what_is_missing(
    promised_view: Any, tmp_path: Path
) -> None:
    """Sentences or parts; every part has a table of whole rows, readable as CSV."""
    for subject in _subjects(promised_view, tmp_path):
        try:
            result = _result(promised_view, subject, _query(promised_view))
        except WinsetError as error:
            assert str(error)
            continue
        if result is None:
            continue
        assert isinstance(result, ViewResult)
        assert result.sentences or result.parts
        ids = [part.id for part in result.parts]
        assert len(ids) == len(set(ids))
        for part in result.parts:
            rows = list(csv.reader(io.StringIO(as_csv(part.table).decode(), newline="")))
            assert all(len(row) == len(part.table.columns) for row in rows), part.id
            assert part.title and (part.view is None or part.view.description), part.id


def test_the_same_query_gives_the_same_tables(promised_view: Any, tmp_path: Path) -> None:
    """On the smallest shipped case that it has a result for."""
    query = _query(promised_view)
    for subject in sorted(_subjects(promised_view, tmp_path), key=_size):
        try:
            one = _result(promised_view, subject, query)
        except WinsetError:
            continue
        if one is None:
            continue
        two = _result(promised_view, subject, query)
        assert two is not None
        assert one.sentences == two.sentences
        for part, other in zip(one.parts, two.parts, strict=True):
            assert as_csv(part.table) == as_csv(other.table), part.id
        return
    pytest.skip("no shipped case has a result")


def _size(subject: Subject) -> int:
    return 0 if subject.opened is None else len(subject.case.stances)
