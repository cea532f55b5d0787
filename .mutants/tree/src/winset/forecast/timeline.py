"""The forecast over time: the case as it could have stood at each statement's date."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from winset.case.model import Case
from winset.case.parts import Statement
from winset.errors import WinsetError
from winset.evidence.coding.asof import as_of
from winset.evidence.coding.units import units
from winset.forecast.forecast import IssueSummary, make_forecast
from winset.models import Model
from winset.models.defaults import DRAWS, SEED

MOST_DAYS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What was known and forecast on one day.

    Attributes:
        date: from this day until the next moment.
        statements: accepted ones whose documents came out on it, one row for all their coders.
        summaries: of the forecast, in the order of the issues.
    """

    date: datetime.date
    statements: tuple[Statement, ...]
    summaries: tuple[IssueSummary, ...]

    def summary(self, issue: str) -> IssueSummary:
        """Return what the forecast says of ``issue``."""
        return next(summary for summary in self.summaries if summary.issue == issue)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A forecast made again at each statement's date, draw by draw under the same luck.

    Attributes:
        model: its name.
        moments: by date; the last one is the case's own date.
    """

    model: str
    draws: int
    seed: int
    moments: tuple[Moment, ...]


def statement_dates(case: Case) -> tuple[datetime.date, ...]:
    """Return the days on which accepted statements came out, up to the case's date."""
    published = {d.id: d.published for d in case.documents}
    days = {published[row.document] for row in case.statements if row.status == "accepted"}
    return tuple(sorted(day for day in days if day is not None and day <= case.as_of))


def make_timeline(
    case: Case,
    model: Model,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
    since: datetime.date | None = None,
    raw: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Timeline:
    """Return the forecast of ``model`` on ``case`` at each statement's date and at its own.

    Args:
        case: what stands in it by hand stays; what is derived is derived again at each date.
        model: any model.
        draws: of each forecast.
        seed: the same at each date, so that only what was said makes a difference.
        since: leave earlier days out.
        raw: leave settlements as the model has them.
        progress: called with the number of days done.

    Raises:
        WinsetError: when there are too many days, or the model cannot be applied.
    """
    days = timeline_days(case, since=since)
    moments = []
    for k, day in enumerate(days):
        moments.append(moment_at(case, day, model=model, draws=draws, seed=seed, raw=raw))
        if progress is not None:
            progress(k + 1)
    return Timeline(model=model.name, draws=draws, seed=seed, moments=tuple(moments))


def timeline_days(case: Case, *, since: datetime.date | None = None) -> tuple[datetime.date, ...]:
    """Return the days of a timeline: those of statements from ``since`` on, and the case's own.

    Raises:
        WinsetError: when there are too many.
    """
    days = {day for day in statement_dates(case) if since is None or day >= since}
    if len(days | {case.as_of}) > MOST_DAYS:
        raise WinsetError(f"statements on {len(days):,} days; give a later --since")
    return tuple(sorted(days | {case.as_of}))


def moment_at(
    case: Case, day: datetime.date, *, model: Model, draws: int, seed: int, raw: bool = False
) -> Moment:
    """Return what was known on ``day`` and the forecast made of it; see `make_timeline`."""
    then = as_of(case, day)
    published = {d.id: d.published for d in case.documents}
    return Moment(
        date=day,
        statements=tuple(
            unit.rows[0]
            for unit in units(row for row in then.statements if row.status == "accepted")
            if published[unit.document] == day
        ),
        summaries=make_forecast(then, model, draws=draws, seed=seed, raw=raw).summary(),
    )
