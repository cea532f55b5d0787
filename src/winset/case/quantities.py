"""The quantities that a question may ask for, such as ``settlement(enrichment) >= 40``."""

import re
from dataclasses import dataclass
from typing import Literal

from winset.case.cells import ID_PATTERN
from winset.case.ranges import NUMBER

_FORMS = (
    ("agreement", re.compile(rf"agreement\(\s*({ID_PATTERN})\s*\)")),
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
    "agreement(issue), settlement(issue) >= 40, settlement(issue) <= 40, "
    "settlement(issue) between 40 and 60, move(game, action) or blame(party)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A quantity of a forecast whose value is a probability or a share.

    Attributes:
        kind: what is asked: that ``subject`` is agreed, settles within [low, high], that
            ``action`` is played in game ``subject``, or the share of blame of party ``subject``.
        low: in the issue's units; minus infinity where there is no lower end.
        high: likewise.
    """

    kind: Literal["agreement", "settlement", "move", "blame"]
    subject: str
    low: float = float("-inf")
    high: float = float("inf")
    action: str = ""


def parse_quantity(text: str) -> Asked:
    """Return what ``text`` asks for.

    Raises:
        ValueError: when ``text`` has none of the known forms.

    >>> parse_quantity("settlement(enrichment) >= 40").low
    40.0
    """
    for kind, form in _FORMS:
        match = form.fullmatch(text.strip())
        if not match:
            continue
        subject, *rest = match.groups()
        if kind == "agreement":
            return Asked(kind="agreement", subject=subject)
        if kind == "move":
            return Asked(kind="move", subject=subject, action=rest[0])
        if kind == "blame":
            return Asked(kind="blame", subject=subject)
        if rest[0] == "between":
            return Asked(
                kind="settlement", subject=subject, low=float(rest[1]), high=float(rest[2])
            )
        bound = float(rest[1])
        if rest[0] == ">=":
            return Asked(kind="settlement", subject=subject, low=bound)
        return Asked(kind="settlement", subject=subject, high=bound)
    raise ValueError(QUANTITY_FORMS)
