"""Sealed forecasts of a case: what was put down before anybody knew, and how it came out."""

import calendar
import datetime
import hashlib
from dataclasses import dataclass
from typing import Any

from winset.case.chain import LEDGER
from winset.case.ranges import number_text
from winset.charts.intervals import Interval, intervals
from winset.charts.text import shown as visible
from winset.charts.view import View
from winset.explain.figures import percent
from winset.track_record.claims import Rate
from winset.track_record.sealed import (
    Check,
    RunningRecord,
    Score,
    Seal,
    Sealed,
    read_ledger,
    record,
    score,
    verify,
)
from winset.track_record.sealed.resolving import date_words
from winset.track_record.sealed.witness import Witness, existed_by, witnesses_of
from winset.track_record.sealed.witness.files import files_of
from winset.web.views.kind import Progress, Subject, ViewKind, provenance_of
from winset.web.views.query import ViewQuery
from winset.web.views.result import ViewPart, ViewResult, pictured, rows_table
from winset.web.views.seal_form import seal_form

NONE = "No forecast is sealed yet."
COLUMNS = ("Entry", "Sealed", "Question", "Model", "Forecast", "Settled by", "State", "Outcome",
           "On", "Source", "Brier", "Log", "CRPS, share of the scale", "Counts", "Judged by",
           "Reproduced", "What is wrong or changed")  # fmt: skip
AGAIN = {
    "same bytes": "the same, draw by draw",
    "same numbers": "the same numbers",
    "other numbers": "OTHER NUMBERS",
    "cannot be made again": "CANNOT BE REPRODUCED",
    "not made": "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedEntry:
    """A sealed forecast for a reader, with what its form needs.

    Attributes:
        id: digest of the entry.
        words: the forecast in words.
        state: open, overdue, or how it came out.
        by: day by which it is settled.
        since: the same in words.
        outcomes: that may be written down; a number too if ``numeric``.
        least: end of the scale, where a number may come.
        most: the other.
    """

    id: str
    text: str
    words: str
    state: str
    by: str
    since: str
    sealed: str
    rule: str
    no_rule: str
    resolved: bool
    overdue: bool
    scores: str
    again: str
    harm: tuple[str, ...]
    changes: tuple[str, ...]
    dates: str
    witnesses: tuple[str, ...]
    outcomes: tuple[str, ...]
    numeric: bool
    least: float
    most: float


def missing(subject: Subject, query: ViewQuery) -> str:  # noqa: ARG001
    """Return that nothing is sealed, if so."""
    return "" if _folder(subject).joinpath(LEDGER).exists() else NONE


def stamp(subject: Subject) -> str:
    """Return a digest of the ledger, and the day: what is overdue hangs on it."""
    folder = _folder(subject)
    path = folder / LEDGER
    data = path.read_bytes() if path.exists() else b""
    data += b"".join(hashlib.sha256(file.read_bytes()).digest() for file in files_of(folder))
    return f"{hashlib.sha256(data).hexdigest()} {datetime.date.today()}"


def _folder(subject: Subject) -> Any:
    assert subject.opened is not None
    return subject.store.path(subject.opened.name)


def make(subject: Subject, query: ViewQuery, progress: Progress) -> ViewResult:
    """Return every sealed forecast; each made again if that is asked for."""
    folder = _folder(subject)
    checks: dict[str, Check] = {}
    earliest: dict[str, Witness] = {}
    sentences = []
    if query.again:
        count = max(len(read_ledger(folder).sealed), 1)
        # A page asks no git: a repository's own configuration is not the reader's.
        verification = verify(folder, git=False, progress=lambda done: progress(done / count))
        checks = {check.sealed.id: check for check in verification.checks}
        problems = [
            str(problem) for problem in (*verification.problems, *verification.case_problems)
        ]
        sentences += [
            "The ledger is intact, and every forecast was reproduced as it was sealed."
            if verification.sound
            else "NOT SOUND: the ledger is damaged, or a forecast was not reproduced as sealed.",
            *problems,
            *verification.forks,
        ]
        sealed, running = tuple(check.sealed for check in verification.checks), verification.record
        heads = verification.heads
    else:
        ledger = read_ledger(folder)
        entries = ledger.chain.entries
        earliest |= existed_by(entries, witnesses_of(folder, entries, git=False))
        sealed, running = ledger.sealed, record(ledger.sealed, earliest)
        heads = ledger.chain.heads
        sentences += [str(problem) for problem in ledger.problems]
    return ViewResult(
        sentences=(_record(running), *sentences),
        parts=(_table(sealed, checks), *((pictured("chances", _view(sealed)),) if sealed else ())),
        provenance={**provenance_of(subject, query), "heads": list(heads)},
        result={"sealed": sealed, "record": running},
        more={
            "entries": [_entry(s, checks.get(s.id), earliest.get(s.id)) for s in reversed(sealed)],
            "again": query.again,
            "today": datetime.date.today().isoformat(),
        },
    )


def _record(running: RunningRecord) -> str:
    parts = [
        f"{name} {_rate(rate)}"
        for name, rate in (
            ("Brier", running.brier),
            ("log score", running.log_score),
            ("CRPS as a share of the scale", running.crps_share),
        )
        if rate is not None
    ]
    counts = (
        f"{running.sealed} sealed, {running.resolved} resolved, {running.counted} in the record"
    )
    return (
        f"{counts}: {'; '.join(parts)}. {running.dates}" if parts else f"{counts}. {running.dates}"
    )


def _rate(rate: Rate) -> str:
    if rate.low is None or rate.high is None:
        return f"{rate.value:.3f}"
    return f"{rate.value:.3f} (95 % interval {rate.low:.3f} to {rate.high:.3f})"


def forecast_words(seal: Seal) -> str:
    """Return what ``seal`` says, in words."""
    chances = [c for c in seal.chances if not (c.outcome == "no" and len(seal.chances) == 2)]
    phrases = [f"{chance.outcome} {percent(chance.probability)}" for chance in chances]
    settled = seal.settlement
    if settled is not None and settled.quantiles:
        low, middle, high = (
            number_text(float(f"{settled.quantiles[k * len(settled.quantiles) // 10]:.3g}"))
            for k in (1, 5, 9)
        )
        phrases.append(f"settlement {middle} ({low} to {high}) {settled.unit}".strip())
    return "; ".join(phrases) or "no agreement in any draw"


def _day(day: datetime.date) -> str:
    """Return ``day`` in words.

    >>> _day(datetime.date(2026, 6, 30))
    '30 June 2026'
    """
    return f"{day.day} {calendar.month_name[day.month]} {day.year}"


def _overdue(sealed: Sealed) -> bool:
    return sealed.resolution is None and sealed.seal.resolve_by < datetime.date.today()


def _scores(scores: Score | None) -> str:
    if scores is None:
        return ""
    pairs = (("Brier", scores.brier), ("log", scores.log_score), ("CRPS", scores.crps))
    listed = ", ".join(f"{name} {value:.3g}" for name, value in pairs if value is not None)
    return listed if scores.counts else f"not in the record: {scores.why_not}"


def _entry(sealed: Sealed, check: Check | None, witness: Witness | None) -> SealedEntry:
    seal, came = sealed.seal, sealed.resolution
    scale = seal.settlement
    state = f"outcome: {came.outcome}" if came else "overdue" if _overdue(sealed) else "open"
    return SealedEntry(
        id=sealed.id,
        text=seal.text,
        words=f"{forecast_words(seal)} ({seal.made.get('model')}, {seal.made.get('scenario')})",
        state=state,
        by=seal.resolve_by.isoformat(),
        sealed=seal.at.date().isoformat(),
        since=_day(seal.resolve_by),
        rule=seal.rule,
        no_rule=seal.no_rule,
        resolved=came is not None,
        overdue=_overdue(sealed),
        scores=_scores(score(sealed)),
        again="" if check is None else AGAIN[check.verdict],
        harm=() if check is None else check.harm,
        changes=() if check is None else check.changes,
        dates=date_words(sealed, witness if check is None else check.witnessed),
        witnesses=() if check is None else tuple(w.words for w in check.witnesses),
        outcomes=seal.outcomes,
        numeric=scale is not None,
        least=scale.low if scale else 0.0,
        most=scale.high if scale else 0.0,
    )


def _table(sealed: tuple[Sealed, ...], checks: dict[str, Check]) -> ViewPart:
    rows = [_row(one, checks.get(one.id)) for one in sealed]
    return ViewPart(
        id="sealed",
        title="Every sealed forecast",
        caption="Scores use the latest outcome recorded. The digest of an entry is its name.",
        table=rows_table(COLUMNS, rows),
        folded=True,
    )


def _row(sealed: Sealed, check: Check | None) -> tuple[str | float | None, ...]:
    seal, came, scores = sealed.seal, sealed.resolution, score(sealed)
    return (
        sealed.id, seal.at.isoformat(), seal.text, str(seal.made.get("model", "")),
        forecast_words(seal),
        seal.resolve_by.isoformat(),
        "resolved" if came else "overdue" if _overdue(sealed) else "open",
        came.outcome if came else "", came.date.isoformat() if came and came.date else "",
        came.source if came else "",
        *((scores.brier, scores.log_score, scores.crps_share) if scores else (None, None, None)),
        "" if scores is None else "yes" if scores.counts else f"no: {scores.why_not}",
        seal.rule, AGAIN[check.verdict] if check else "",
        "; ".join((*check.harm, *check.changes)) if check else "",
    )  # fmt: skip


def _view(sealed: tuple[Sealed, ...]) -> View:
    rows = []
    for one in sealed:
        seal, came = one.seal, one.resolution
        for chance in seal.chances:
            if chance.outcome == "no" and len(seal.chances) == 2:
                continue
            end = 0.0 if chance.error is None else 2.0 * chance.error
            rows.append(
                Interval(
                    name=f"{seal.text} {chance.outcome}, {seal.at.date()}",
                    value=chance.probability,
                    low=max(chance.probability - end, 0.0),
                    high=min(chance.probability + end, 1.0),
                    text=f"{percent(chance.probability)}"
                    + (f", outcome {came.outcome}" if came else ""),
                    faint=came is None,
                )
            )
    return View(
        title="Probabilities as they were sealed",
        caption="Bars are two Monte Carlo errors either way. A forecast is pale until its "
        "outcome is known.",
        draw=intervals(rows, low=0.0, high=1.0, unit="probability"),
        table=rows_table(
            ("Question and outcome", "Probability", "Low", "High", "Outcome"),
            [(row.name, row.value, row.low, row.high, row.text.partition("outcome ")[2])
             for row in rows],
        ),
        description=visible(
            "Sealed probabilities: " + "; ".join(f"{r.name}: {r.text}" for r in rows) + "."
        ),
    )  # fmt: skip


KIND = ViewKind(
    name="sealed",
    title="Sealed forecasts",
    explains="Forecasts recorded before the outcome was known, checked and scored afterwards.",
    takes=("again",),
    rank=70,
    make=make,
    missing=missing,
    stamp=stamp,
    needs_stances=False,
    template="view_sealed.html.j2",
    beside=seal_form,
)
