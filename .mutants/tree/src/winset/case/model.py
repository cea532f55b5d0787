"""The case: what is known of one negotiation as of one date. Frozen, checked whole."""

import datetime
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from winset.case.parts import (
    Actor,
    Claim,
    Document,
    Head,
    Issue,
    Party,
    Question,
    Role,
    Scenario,
    Stance,
    Statement,
    Tie,
)
from winset.case.ranges import Range
from winset.case.records import understand
from winset.case.rules import broken_rules
from winset.errors import CaseError, Problem, WinsetError, nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One negotiation as of one date.

    Attributes:
        files: the case files this was read from (path to bytes): kept so that writing changes only
            what changed. Not part of what the case says.
        folder: where it was read from; None for a case built in memory.
        statements: sorted by coder; the order of each coder is kept.
        applied: the case under those of its scenarios that were asked for, kept by
            `winset.case.scenarios.apply_scenario`.

    Raises:
        CaseError: on creation, with every problem found.
    """

    title: str
    as_of: datetime.date
    parties: tuple[Party, ...] = ()
    issues: tuple[Issue, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    questions: tuple[Question, ...] = ()
    actors: tuple[Actor, ...] = ()
    stances: tuple[Stance, ...] = ()
    ties: tuple[Tie, ...] = ()
    documents: tuple[Document, ...] = ()
    statements: tuple[Statement, ...] = ()
    claims: tuple[Claim, ...] = ()
    summary: str = ""
    citation: str = ""
    notes: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict, compare=False, repr=False)
    folder: Path | None = field(default=None, compare=False, repr=False)
    _digest: str = field(default="", init=False, compare=False, repr=False)
    applied: dict[str, "Case"] = field(default_factory=dict, init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        head_values = {name: getattr(self, name) for name in (f.name for f in fields(Head))}
        head, bad = understand(Head, head_values)
        problems = [
            Problem(where=f"case: {b.path[0]}", required=b.required, found=b.found, remedy=b.remedy)
            for b in bad
        ]
        problems += [broken.problem() for broken in broken_rules(self)]
        if problems:
            raise CaseError(problems)
        for name in head_values:
            object.__setattr__(self, name, getattr(head, name))
        by_coder = sorted(self.statements, key=lambda statement: statement.coder)
        object.__setattr__(self, "statements", tuple(by_coder))

    @property
    def digest(self) -> str:
        """SHA-256 of what the case says: unchanged by comments, layout and where it lies.

        Claims do not count: they are judged beside the case's forecasts and inform none.
        """
        if not self._digest:
            object.__setattr__(self, "_digest", self._digested())
        return self._digest

    def _digested(self) -> str:
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.compare}
        del values["claims"]
        plain = json.dumps(values, default=_plain, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(plain.encode()).hexdigest()

    def party(self, id: str) -> Party:
        """Return the party ``id``."""
        return _named(self.parties, "party", id)

    def issue(self, id: str) -> Issue:
        """Return the issue ``id``."""
        return _named(self.issues, "issue", id)

    def actor(self, id: str) -> Actor:
        """Return the actor ``id``."""
        return _named(self.actors, "actor", id)

    def scenario(self, id: str) -> Scenario:
        """Return the scenario ``id``."""
        return _named(self.scenarios, "scenario", id)

    def members(self, party: str, role: Role | None = None) -> tuple[Actor, ...]:
        """Return the actors of ``party``, those with ``role`` only if one is given."""
        return tuple(a for a in self.actors if a.party == party and role in (None, *a.role))

    def stances_on(self, issue: str) -> tuple[Stance, ...]:
        """Return the unconditional stances on ``issue``, in the order of the table."""
        return tuple(s for s in self.stances if s.issue == issue and s.condition is None)


class _Named(Protocol):
    @property
    def id(self) -> str: ...


N = TypeVar("N", bound=_Named)


def _named(things: Iterable[N], kind: str, id: str) -> N:
    things = tuple(things)
    for thing in things:
        if thing.id == id:
            return thing
    raise WinsetError(f"no {kind} “{id}” in this case; {nearest(id, [t.id for t in things])}")


_NAMES: dict[type, tuple[str, ...]] = {}  # of the fields of each kind of part, once asked for


def _plain(value: object) -> object:
    names = _NAMES.get(type(value))
    if names is None:
        whole = is_dataclass(value) and not isinstance(value, Range | type)
        names = tuple(f.name for f in fields(value)) if whole else ()  # type: ignore[arg-type]
        _NAMES[type(value)] = names
    return {name: getattr(value, name) for name in names} if names else str(value)
