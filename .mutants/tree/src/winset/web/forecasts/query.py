"""What a page may ask of a forecast, and the case that it asks about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass as checked

from winset.case.model import Case
from winset.case.parts import Change, Scenario
from winset.case.records import understand
from winset.case.scenarios import BASE
from winset.errors import CaseError, Problem
from winset.models import Model, default_model, make_model
from winset.models.defaults import DRAWS, SEED

STRICT = ConfigDict(extra="forbid")
MOST_DRAWS = 200_000
WHAT_IF = "what-if"
Draws = Annotated[int, Field(ge=1, le=MOST_DRAWS)]
Changes = Annotated[tuple[dict[str, Any], ...], Field(max_length=500)]


@checked(frozen=True, slots=True, kw_only=True, config=STRICT)
class ForecastRequest:
    """A forecast of a case, perhaps under one of its scenarios and with further changes.

    Attributes:
        model: name; empty for the one that fits.
        parameters: of the model, as text.
        draws: how many.
        seed: of the random streams.
        scenario: of the case; ``base`` is the case as coded.
        changes: made after those of the scenario, in the words of a scenario:
            ``{"quantity": "price", "actor": "ann", "issue": "pie", "set": "10..20..30"}``.
    """

    model: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    draws: Draws = DRAWS
    seed: Annotated[int, Field(ge=0, lt=2**63)] = SEED
    scenario: str = BASE
    changes: Changes = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastQuery:
    """A forecast asked for, understood.

    Attributes:
        revision: of the case as it stands on disk.
        case: that case, with what is asked as one scenario more where changes are.
        scenario: the one to forecast under.
        model: with its parameters.
        draws: how many.
        seed: of the random streams.
    """

    revision: str
    case: Case
    scenario: str
    model: Model
    draws: int
    seed: int


def understood(case: Case, body: ForecastRequest, *, revision: str) -> ForecastQuery:
    """Return what ``asked`` asks of ``case``, which has that ``revision``.

    Raises:
        CaseError: when a change makes no sense.
        WinsetError: when there is no such model, parameter or scenario.
    """
    model = make_model(body.model or default_model(case), dict(body.parameters))
    if body.scenario != BASE:
        case.scenario(body.scenario)
    name, changed = body.scenario, case
    if body.changes:
        name = free_name(case, WHAT_IF)
        scenario_changes = () if body.scenario == BASE else case.scenario(body.scenario).changes
        scenario = Scenario(
            id=name, title="Your changes", changes=(*scenario_changes, *read_changes(body.changes))
        )
        changed = replace(case, scenarios=(*case.scenarios, scenario))
    return ForecastQuery(
        revision=revision,
        case=changed,
        scenario=name,
        model=model,
        draws=body.draws,
        seed=body.seed,
    )


def read_changes(changes: Sequence[Mapping[str, Any]]) -> tuple[Change, ...]:
    """Return ``changes`` as records.

    Raises:
        CaseError: with all that is wrong with them.
    """
    read = [understand(Change, change) for change in changes]
    problems = [
        Problem(
            where=f"change {k + 1}: {'.'.join(map(str, bad.path))}",
            required=bad.required,
            found=bad.found,
            remedy=bad.remedy,
        )
        for k, (_, wrong) in enumerate(read)
        for bad in wrong
    ]
    if problems:
        raise CaseError(problems)
    return tuple(change for change, _ in read)


def free_name(case: Case, name: str) -> str:
    """Return ``name``, numbered if a scenario of ``case`` bears it already."""
    taken, free, k = {BASE, *(s.id for s in case.scenarios)}, name, 1
    while free in taken:
        k += 1
        free = f"{name}-{k}"
    return free
