"""The evidence for the numbers of a case: from a stance to the sentences it rests on."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from winset.case.model import Case
from winset.case.parts import STANCE_QUANTITIES, Change, Stance, Statement
from winset.case.ranges import number_text

SELECTORS = ("party", "actor", "role", "source", "target", "issue")


def stance_rows(case: Case, issue: str) -> list[dict[str, Any]]:
    """Return the stances on ``issue``, conditional ones too, with what each rests on."""
    return [_stance(case, stance) for stance in case.stances if stance.issue == issue]


def _stance(case: Case, stance: Stance) -> dict[str, Any]:
    return {
        "actor": case.actor(stance.actor),
        "condition": "" if stance.condition is None else f"if {stance.condition}",
        "cells": [
            "" if (value := getattr(stance, name)) is None else str(value)
            for name in STANCE_QUANTITIES
        ],
        "note": stance.note,
        "statements": statement_rows(case, stance.statements),
    }


def statement_rows(case: Case, ids: Iterable[str]) -> list[dict[str, Any]]:
    """Return the statements ``ids``, by every coder who has one of that id."""
    return [_statement(case, s) for id in ids for s in case.statements if s.id == id]


def loose_statements(case: Case) -> list[dict[str, Any]]:
    """Return the statements that no stance and no tie rests on."""
    used = {id for stance in case.stances for id in stance.statements}
    used |= {id for tie in case.ties for id in tie.statements}
    return [_statement(case, s) for s in case.statements if s.id not in used]


def _statement(case: Case, statement: Statement) -> dict[str, Any]:
    names = {actor.id: actor.name for actor in case.actors}
    speakers = {"author": "the author", "unresolved": "a speaker not resolved"}
    document = next(d for d in case.documents if d.id == statement.document)
    return {
        "statement": statement,
        "speaker": names.get(statement.speaker) or speakers.get(statement.speaker, ""),
        "document": document,
        "value": "" if statement.value is None else str(statement.value),
    }


def change_text(change: Change) -> str:
    """Return one change of a scenario in words.

    >>> from winset.case.parts import Change
    >>> change_text(Change(quantity="price", party="iran", add=10.0))
    'price of party iran: plus 10'
    """
    whose = ", ".join(
        f"{name} {value}" for name in SELECTORS if (value := getattr(change, name)) is not None
    )
    steps = []
    if change.set is not None:
        steps.append(f"set to {change.set}")
    if change.multiply is not None:
        steps.append(f"times {number_text(change.multiply)}")
    if change.add is not None:
        sign = "minus" if change.add < 0 else "plus"
        steps.append(f"{sign} {number_text(abs(change.add))}")
    of = f" of {whose}" if whose else ""
    return f"{change.quantity}{of}: {', '.join(steps)}"


def web_address(url: str) -> str:
    """Return ``url`` if it is a plain web address, which a reader may follow; else nothing.

    >>> web_address("https://example.org/a"), web_address("javascript:alert(1)")
    ('https://example.org/a', '')
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    return url.strip() if parts.scheme in ("http", "https") and parts.netloc else ""
