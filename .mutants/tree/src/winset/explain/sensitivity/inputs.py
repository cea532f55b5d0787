"""The numbers that a forecast rests on, with their owners and their evidence."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from winset.case.model import Case
from winset.case.parts import PARTY_QUANTITIES, STANCE_QUANTITIES, Condition, Stance
from winset.case.ranges import Range
from winset.evidence.coding.units import units
from winset.models.batch import cells

ON_SCALE = ("position", "red_line_low", "red_line_high")
IN_PER_CENT = ("salience", "price", "audience_cost")
Kind = Literal["issue", "party", "stance", "tie", "model"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One number of a case, or a model's own uncertain parameter.

    Attributes:
        name: of its stream of random numbers; unique.
        label: its name for a reader.
        kind: what it belongs to; ``model`` for a parameter that no case holds.
        quantity: ``position``, ``quota``, ``reversion``, ``dependence`` or another.
        range: as coded, in its own units.
        limits: the lowest and highest value that its quantity allows, in the same units.
        unit: of it; empty for pure numbers.
        statements: how many accepted statements its row cites; one coded by several counts once.
        actor: whose stance it is, or the source of a tie.
        target: of a tie.
        party: whose quota, unity or power it is.
        issue: of a stance or a reversion.
        condition: of a conditional stance.
    """

    name: str
    label: str
    kind: Kind
    quantity: str
    range: Range
    limits: tuple[float, float] = (-math.inf, math.inf)
    unit: str = ""
    statements: int = 0
    actor: str | None = None
    target: str | None = None
    party: str | None = None
    issue: str | None = None
    condition: Condition | None = None


def case_inputs(case: Case) -> tuple[Input, ...]:
    """Return every number of ``case`` that a model may read, certain ones too, in its order."""
    return tuple(
        replace(entry, name=cell.name, range=cell.range)
        for cell, entry in zip(cells(case), _described(case), strict=True)
    )


def uncertain_inputs(case: Case) -> tuple[Input, ...]:
    """Return the numbers of ``case`` that are ranges."""
    return tuple(entry for entry in case_inputs(case) if not entry.range.certain)


def parameter_input(name: str, value: Range) -> Input:
    """Return a model's own uncertain parameter as an input."""
    return Input(name=name, label=name, kind="model", quantity="parameter", range=value)


def _described(case: Case) -> Iterator[Input]:
    """Yield the description of each cell, in the order of `winset.models.batch.cells`."""
    support = _support(case)
    names = {actor.id: actor.name for actor in case.actors}
    several = len(case.issues) > 1

    def entry(kind: Kind, quantity: str, label: str, **values: Any) -> Input:
        return Input(
            name="", kind=kind, quantity=quantity, label=label, range=Range(0.0, 0.0), **values
        )

    for issue in case.issues:
        if issue.reversion is not None:
            label = f"Reversion, {issue.id}" if several else "Reversion"
            ends = (issue.scale.low, issue.scale.high)
            yield entry("issue", "reversion", label, limits=ends, unit=issue.scale.unit,
                        issue=issue.id)  # fmt: skip
    for party in case.parties:
        for quantity in PARTY_QUANTITIES:
            limits = (0.0, math.inf if quantity == "power" else 1.0)
            label = f"{party.name or party.id}: {quantity}"
            yield entry("party", quantity, label, limits=limits, party=party.id)
    for stance in case.stances:
        for quantity in STANCE_QUANTITIES:
            if getattr(stance, quantity) is None:
                continue
            limits, unit = _measured(case, stance, quantity)
            yield entry(
                "stance",
                quantity,
                _stance_label(stance, names[stance.actor], quantity, several=several),
                limits=limits,
                unit=unit,
                statements=support(stance.statements),
                actor=stance.actor,
                issue=stance.issue,
                condition=stance.condition,
            )
    for tie in case.ties:
        label = f"{names[tie.source]} → {names[tie.target]}: {tie.kind}"
        yield entry("tie", tie.kind, label, limits=(0.0, 1.0), actor=tie.source,
                    target=tie.target, statements=support(tie.statements))  # fmt: skip


def _stance_label(stance: Stance, name: str, quantity: str, *, several: bool) -> str:
    label = f"{name}: {quantity.replace('_', ' ')}"
    if several:
        label += f", {stance.issue}"
    return f"{label}, if {stance.condition}" if stance.condition else label


def _measured(case: Case, stance: Stance, quantity: str) -> tuple[tuple[float, float], str]:
    """Return the limits of a quantity of ``stance``, and its unit."""
    scale = case.issue(stance.issue).scale
    if quantity in ON_SCALE:
        return (scale.low, scale.high), scale.unit
    if quantity in IN_PER_CENT:
        return (0.0, math.inf if quantity == "audience_cost" else 100.0), "%"
    return (0.0, math.inf), ""


def _support(case: Case) -> Any:
    """Return a function that counts the accepted statements among the ids that a row cites."""
    accepted = [
        {row.id for row in unit.rows}
        for unit in units(row for row in case.statements if row.status == "accepted")
    ]

    def count(cited: tuple[str, ...]) -> int:
        return sum(1 for ids in accepted if ids & set(cited))

    return count
