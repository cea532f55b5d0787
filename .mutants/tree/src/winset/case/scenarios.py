"""Scenarios: a case with a named set of changes made to it."""

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from winset.case.model import Case
from winset.case.parts import PARTY_QUANTITIES, STANCE_QUANTITIES, Change, Scenario
from winset.case.ranges import Range

BASE = "base"


def apply_scenario(case: Case, scenario: str | None) -> Case:
    """Return ``case`` under the scenario ``scenario``; itself for None or ``base``.

    Raises:
        WinsetError: when the case has no such scenario.
    """
    if scenario is None or scenario == BASE:
        return case
    if scenario not in case.applied:
        case.applied[scenario] = apply_changes(case, case.scenario(scenario).changes)
    return case.applied[scenario]


def apply_changes(case: Case, changes: Iterable[Change]) -> Case:
    """Return ``case`` with ``changes`` made one after the other.

    A range is changed as a whole and then kept inside what its quantity allows, so that the same
    share of luck falls on the same place of the range before and after.
    """
    for change in changes:
        case = _apply(case, change)
    return case


def channels(scenario: Scenario) -> dict[str, tuple[Change, ...]]:
    """Return the changes of ``scenario`` by the channel they work through, in order.

    A change that names no channel counts under its quantity.
    """
    by_channel: dict[str, tuple[Change, ...]] = {}
    for change in scenario.changes:
        name = change.through or change.quantity.replace("_", " ")
        by_channel[name] = (*by_channel.get(name, ()), change)
    return by_channel


def _apply(case: Case, change: Change) -> Case:
    quantity = change.quantity
    if quantity in STANCE_QUANTITIES:
        chosen = {
            actor.id
            for actor in case.actors
            if change.actor in (None, actor.id)
            and change.party in (None, actor.party)
            and change.role in (None, *actor.role)
        }
        scales = {issue.id: issue.scale for issue in case.issues}

        def stance_limits(stance: Any) -> tuple[float, float]:
            scale = scales[stance.issue]
            if quantity in ("position", "red_line_low", "red_line_high"):
                return scale.low, scale.high
            return 0.0, 100.0 if quantity in ("salience", "price") else math.inf

        stances = _changed(
            case.stances,
            change,
            lambda s: s.actor in chosen and change.issue in (None, s.issue),
            stance_limits,
        )
        return replace(case, stances=stances)
    if quantity == "reversion":
        issues = _changed(
            case.issues,
            change,
            lambda issue: change.issue in (None, issue.id),
            lambda issue: (issue.scale.low, issue.scale.high),
        )
        return replace(case, issues=issues)
    if quantity in PARTY_QUANTITIES:
        limit = math.inf if quantity == "power" else 1.0
        parties = _changed(
            case.parties,
            change,
            lambda party: change.party in (None, party.id),
            lambda _: (0.0, limit),
        )
        return replace(case, parties=parties)
    by_id = {actor.id: actor for actor in case.actors}
    ties = _changed(
        case.ties,
        change,
        lambda tie: (
            tie.kind == quantity
            and change.source in (None, tie.source)
            and change.target in (None, tie.target)
            and change.party in (None, by_id[tie.source].party)
            and change.role in (None, *by_id[tie.source].role)
        ),
        lambda _: (0.0, 1.0),
        field="weight",
    )
    return replace(case, ties=ties)


def _changed(
    members: tuple[Any, ...],
    change: Change,
    chosen: Callable[[Any], bool],
    limits: Callable[[Any], tuple[float, float]],
    field: str = "",
) -> tuple[Any, ...]:
    field = field or change.quantity
    changed = []
    for member in members:
        before: Range | None = getattr(member, field)
        if not chosen(member) or (before is None and change.set is None):
            changed.append(member)
            continue
        after = change.set if change.set is not None else before
        assert after is not None
        if change.set is None:
            factor = 1.0 if change.multiply is None else change.multiply
            after = after.moved(add=change.add or 0.0, multiply=factor)
        changed.append(replace(member, **{field: after.clipped(*limits(member))}))
    return tuple(changed)
