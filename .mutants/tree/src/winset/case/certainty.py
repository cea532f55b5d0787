"""Whether a case codes how uncertain its numbers are."""

from collections.abc import Iterator

from winset.case.model import Case
from winset.case.parts import PARTY_QUANTITIES, STANCE_QUANTITIES
from winset.case.ranges import Range


def points_sentence(case: Case) -> str:
    """Return that no number of ``case`` has a range and what follows; nothing where one has."""
    if not case.stances or not all(value.certain for value in _numbers(case)):
        return ""
    return (
        "The case codes every number as a point, without a range: apart from the errors of the "
        "model, its forecast is a single point and looks surer than anybody can be."
    )


def _numbers(case: Case) -> Iterator[Range]:
    rows: list[tuple[object, tuple[str, ...]]] = [
        *((issue, ("reversion",)) for issue in case.issues),
        *((party, PARTY_QUANTITIES) for party in case.parties),
        *((stance, STANCE_QUANTITIES) for stance in case.stances),
        *((tie, ("weight",)) for tie in case.ties),
    ]
    for row, names in rows:
        for name in names:
            if (value := getattr(row, name)) is not None:
                yield value
