"""Who stands furthest apart, issue by issue."""

from collections.abc import Callable

from winset.web.views.kind import Subject, ViewKind
from winset.web.views.query import ViewQuery
from winset.web.views.result import ViewPart, ViewResult, rows_table


def make(subject: Subject, query: ViewQuery, progress: Callable[[float], None]) -> ViewResult:  # noqa: ARG001
    """Return the two extremes of every issue."""
    case, rows = subject.case, []
    for issue in case.issues:
        placed = [s for s in case.stances_on(issue.id) if s.position is not None]
        if placed:
            low = min(placed, key=lambda s: s.position.middle)
            high = max(placed, key=lambda s: s.position.middle)
            rows.append(
                (issue.title, low.actor, low.position.middle, high.actor, high.position.middle)
            )
    progress(1.0)
    table = rows_table(("Issue", "Lowest", "Position", "Highest", "Position "), rows)
    return ViewResult(
        sentences=tuple(
            f"{title}: {low} and {high} stand furthest apart." for title, low, _, high, _ in rows
        ),
        parts=(
            ViewPart(id="extremes", title="Extremes", caption="Likeliest positions.", table=table),
        ),
    )


EXTREMES = ViewKind(
    name="extremes",
    title="Extremes",
    explains="Who stands furthest apart, issue by issue.",
    takes=(),
    make=make,
)
