"""What others forecast in public about this negotiation, and who was right."""

import datetime

from winset.charts.intervals import Interval, intervals
from winset.charts.text import shown as visible
from winset.charts.view import View
from winset.track_record.claims import (
    LEAST,
    ClaimCount,
    Rate,
    ScoredClaim,
    Whose,
    claims_of,
    tallies,
    uncoded,
)
from winset.web.views.kind import Progress, Subject, ViewKind, provenance_of
from winset.web.views.query import ViewQuery
from winset.web.views.result import ViewPart, ViewResult, pictured, rows_table

ABOUT = (
    "Brier score: 0 is best, 1 is worst, and always saying even odds gives 0.25. Log score: minus "
    "the natural logarithm of the probability given to what happened. CRPS: a share of the scale. "
    "Intervals are 95 %: Wilson's for the share that was right, and from resampling whole "
    "questions for the scores."
)
SCORES = ("Name", "Claims", "Settled", "Open", "Overdue", "Void", "Thin",
          "Right", "Right, low", "Right, high", "Brier", "Brier, low", "Brier, high",
          "Log", "Log, low", "Log, high", "CRPS", "CRPS, low", "CRPS, high")  # fmt: skip
CLAIMS = ("Claim", "Author", "Outlet", "Made", "Asked", "Says", "Probability", "Condition", "By",
          "State", "Resolved", "Came", "Right", "Brier", "Log", "CRPS")  # fmt: skip
NONE = (
    "This case has no claims by others yet. Write them into its file claims.csv; they are scored "
    "here once their outcome is known."
)


def missing(subject: Subject, query: ViewQuery) -> str:  # noqa: ARG001
    """Return that there are no claims, if so."""
    case = subject.case
    return "" if case.claims or uncoded(case) else NONE


def make(subject: Subject, query: ViewQuery, progress: Progress) -> ViewResult:
    """Return the claims of the case with their scores, by author and by outlet."""
    case = subject.case
    scored = claims_of(case)
    authors, outlets = (tallies(scored, whose) for whose in ("author", "outlet"))
    progress(0.5)
    settled = sum(t.settled for t in authors)
    parts = [
        pictured("authors", _view("author", authors)),
        pictured("outlets", _view("outlet", outlets)),
        _claims(scored),
    ]
    waiting = uncoded(case)
    if waiting:
        parts.append(
            ViewPart(
                id="uncoded",
                title="Forecasts without a claim",
                caption="Accepted forecasts that no claim is based on.",
                table=rows_table(
                    ("Statement", "Document", "Note"),
                    [(row.id, row.document, row.note) for row in waiting],
                ),
            )
        )
    sentence = f"{len(scored)} claims, of which {settled} are settled."
    thin = f" Fewer than {LEAST} settled claims say almost nothing about who forecasts well."
    return ViewResult(
        sentences=(sentence + (thin if any(t.thin for t in (*authors, *outlets)) else ""),),
        parts=tuple(parts),
        provenance=provenance_of(subject, query),
        result={"claims": scored, "by_author": authors, "by_outlet": outlets},
    )


def _view(whose: Whose, rows: tuple[ClaimCount, ...]) -> View:
    drawn = [
        Interval(
            name=t.name,
            value=float("nan") if t.brier is None else t.brier.value,
            low=_or_none(t.brier.low if t.brier else None),
            high=_or_none(t.brier.high if t.brier else None),
            text=_said(t),
            faint=t.thin,
        )
        for t in rows
    ]
    summary = "; ".join(f"{row.name} {row.text}" for row in drawn)
    return View(
        title=f"Scores by {whose}",
        caption=f"Mean Brier scores. A record of few claims is pale. {ABOUT}",
        draw=intervals(drawn, low=0.0, high=1.0, unit="Brier score, 0 is best",
                        guides={"always even odds": 0.25}),
        table=rows_table(SCORES, [_row(t) for t in rows]),
        description=visible(f"Brier scores by {whose}: {summary or 'none'}."),
    )  # fmt: skip


def _said(row: ClaimCount) -> str:
    score = "no score" if row.brier is None else f"{row.brier.value:.2f}"
    return f"{score}, {row.settled} settled" if row.settled else "none settled"


def _or_none(value: float | None) -> float:
    return float("nan") if value is None else value


def _rate(rate: Rate | None) -> tuple[float | None, ...]:
    return (None, None, None) if rate is None else (rate.value, rate.low, rate.high)


def _row(t: ClaimCount) -> tuple[str | float | None, ...]:
    return (
        t.name, t.claims, t.settled, t.open, t.overdue, t.void, "yes" if t.thin else "no",
        *_rate(t.hits), *_rate(t.brier), *_rate(t.log_score), *_rate(t.crps),
    )  # fmt: skip


def _day(day: datetime.date | None) -> str:
    return "" if day is None else day.isoformat()


def _claims(scored: tuple[ScoredClaim, ...]) -> ViewPart:
    rows = [
        (
            row.claim.id, row.author, row.outlet, _day(row.made_on), row.question, row.predicted,
            "" if row.claim.probability is None else str(row.claim.probability),
            row.claim.condition, _day(row.by), row.state, _day(row.resolved), row.outcome,
            "" if row.hit is None else "yes" if row.hit else "no",
            row.brier, row.log_score, row.crps,
        )
        for row in scored
    ]  # fmt: skip
    return ViewPart(
        id="claims",
        title="Every claim",
        caption="Overdue: the date has passed, and no outcome is recorded.",
        table=rows_table(CLAIMS, rows),
    )


def today(subject: Subject) -> str:  # noqa: ARG001
    """Return the day: what is overdue hangs on it."""
    return datetime.date.today().isoformat()


KIND = ViewKind(
    name="claims",
    title="Claims",
    explains="What authors and outlets forecast in public, the outcome, and their scores.",
    takes=(),
    rank=60,
    make=make,
    missing=missing,
    stamp=today,
    needs_stances=False,
)
