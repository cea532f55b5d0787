"""The quantities that a question may ask for, such as ``settlement(enrichment) >= 40``."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from winset.case.cells import ID_PATTERN
from winset.case.ranges import NUMBER

ALL = "all"
_ISSUES = rf"{ID_PATTERN}(?:\s*[&,]\s*{ID_PATTERN})*"
_FORMS = (
    ("agreement", re.compile(rf"agreement\(\s*({_ISSUES})?\s*\)")),
    ("settlement", re.compile(rf"settlement\(\s*({ID_PATTERN})\s*\)\s*(>=|<=)\s*({NUMBER})")),
    (
        "settlement",
        re.compile(
            rf"settlement\(\s*({ID_PATTERN})\s*\)\s+(between)\s+({NUMBER})\s+and\s+({NUMBER})"
        ),
    ),
    ("move", re.compile(rf"move\(\s*({ID_PATTERN})\s*,\s*({ID_PATTERN})\s*\)")),
    ("blame", re.compile(rf"blame\(\s*({ID_PATTERN})\s*\)")),
)
QUANTITY_FORMS = (
    "agreement(issue), agreement(issue & issue), agreement(all), settlement(issue) >= 40, "
    "settlement(issue) <= 40, settlement(issue) between 40 and 60, move(game, action) "
    "or blame(party)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A quantity of a forecast whose value is a probability or a share.

    Attributes:
        kind: what is asked: that ``subject`` is agreed, settles within [low, high], that
            ``action`` is played in game ``subject``, or the share of blame of party ``subject``.
        subject: of an agreement on one issue, its id; empty where several are asked for together.
        low: in the issue's units; minus infinity where there is no lower end.
        high: likewise.
        together: issues that must all be agreed, as written; ``("all",)`` for every issue.
    """

    kind: Literal["agreement", "settlement", "move", "blame"]
    subject: str
    low: float = float("-inf")
    high: float = float("inf")
    action: str = ""
    together: tuple[str, ...] = ()

    @property
    def named_issues(self) -> tuple[str, ...]:
        """The issues that it names, which a case must have."""
        if self.kind not in ("agreement", "settlement"):
            return ()
        if self.subject:
            return (self.subject,)
        return () if self.together == (ALL,) else self.together

    def issues(self, known: Iterable[str]) -> tuple[str, ...]:
        """Return the issues whose agreement is asked for, in the order of ``known``, all issues.

        An issue that is itself called “all” is meant by that word.
        """
        ids = tuple(known)
        named = {self.subject} if self.subject else set(self.together)
        if not named or (named == {ALL} and ALL not in ids):
            return ids
        return tuple(id for id in ids if id in named)


def parse_quantity(text: str) -> Quantity:
    """Return what ``text`` asks for.

    Raises:
        ValueError: when ``text`` has none of the known forms.

    >>> parse_quantity("settlement(enrichment) >= 40").low
    40.0
    >>> parse_quantity("agreement(limits & relief)").issues(["relief", "ban", "limits"])
    ('relief', 'limits')
    """
    for kind, form in _FORMS:
        match = form.fullmatch(text.strip())
        if not match:
            continue
        subject, *rest = match.groups()
        if kind == "agreement":
            names = tuple(dict.fromkeys(re.findall(ID_PATTERN, subject or ALL)))
            if len(names) == 1 and names != (ALL,):
                return Quantity(kind="agreement", subject=names[0])
            return Quantity(kind="agreement", subject="", together=names)
        if kind == "move":
            return Quantity(kind="move", subject=subject, action=rest[0])
        if kind == "blame":
            return Quantity(kind="blame", subject=subject)
        if rest[0] == "between":
            return Quantity(
                kind="settlement", subject=subject, low=float(rest[1]), high=float(rest[2])
            )
        bound = float(rest[1])
        if rest[0] == ">=":
            return Quantity(kind="settlement", subject=subject, low=bound)
        return Quantity(kind="settlement", subject=subject, high=bound)
    raise ValueError(QUANTITY_FORMS)
