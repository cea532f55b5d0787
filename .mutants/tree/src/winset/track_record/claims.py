"""Claims: what authors and outlets forecast in public, the outcomes, and the scores."""

import datetime
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from winset.case.model import Case
from winset.case.parts import Claim, Statement
from winset.case.ranges import Range
from winset.case.shipped import open_case
from winset.errors import WinsetError
from winset.track_record.scores import brier, crps, estimate, group_weights, log_score

LEAST = 5
POINTS = 200  # of a range, when it is scored as a distribution
State = Literal["came about", "did not", "settled", "void", "open", "overdue"]
Whose = Literal["author", "outlet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredClaim:
    """A claim with all that its case says about it.

    Attributes:
        case: name of the case in this list.
        claim: the row itself.
        author: who made it; empty where that is not known.
        outlet: where; likewise.
        made_on: when; None where that is not known.
        by: day by which it is settled; None where that is not known.
        question: the question that it answers, in words.
        predicted: the outcome that it predicts, in words.
        state: whether that came about; on an issue ``settled``; ``overdue`` if open past its day.
        resolved: when it was settled.
        outcome: what came about, in words; empty while open.
        hit: whether it was right: the likelier outcome came about, or its range holds the value;
            None while open, void, at even odds, or for a single number on an issue.
        brier: of its probability's median; None without one.
        brier_low: the least that a number within the coded range would score; likewise.
        brier_high: the most.
        log_score: minus the natural logarithm of the probability given to what happened.
        crps: of a claim on an issue, as a share of the scale, against the median of the outcome.
        event: name of the event that settles it; claims that share one are not independent.
    """

    case: str
    claim: Claim
    author: str
    outlet: str
    made_on: datetime.date | None
    by: datetime.date | None
    question: str
    predicted: str
    state: State
    resolved: datetime.date | None
    outcome: str
    hit: bool | None
    brier: float | None
    brier_low: float | None
    brier_high: float | None
    log_score: float | None
    crps: float | None
    event: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A mean or a share with its 95 % interval; the ends are None where there is none."""

    value: float
    low: float | None
    high: float | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimCount:
    """The record of one author or outlet.

    Attributes:
        name: of the author or outlet; ``unnamed, Gazette`` where an outlet names no author.
        claims: how many.
        settled: how many of these have an outcome.
        open: how many do not have one yet.
        overdue: how many should have one by now.
        void: how many do not count.
        thin: whether too few are settled for a record.
        hits: share that was right, with Wilson's interval; None without claims that can be.
        brier: mean, interval by resampling whole questions; None where no claim has a score.
        log_score: likewise.
        crps: likewise, share of the scale.
    """

    name: str
    claims: int
    settled: int
    open: int
    overdue: int
    void: int
    thin: bool
    hits: Rate | None
    brier: Rate | None
    log_score: Rate | None
    crps: Rate | None


def open_cases(names: Iterable[str | Path]) -> dict[str, Case]:
    """Return the cases that ``names`` lead to: case folders, shipped cases, or folders of cases.

    A case has the name by which it was given, or its path if it lies inside a folder.

    Raises:
        CaseError: with every problem of the first case that has some.
        WinsetError: when a name leads to no case, or two lead to one.
    """
    cases: dict[str, Case] = {}
    for name in names:
        folder = Path(name)
        paths: list[str | Path] = [name]
        if folder.is_dir() and not (folder / "case.yaml").exists():
            inside = (path.parent for path in sorted(folder.rglob("case.yaml")))
            # The copy of a case's numbers beside a seal is no case of its own.
            unsealed = [path for path in inside if "sealed" not in path.relative_to(folder).parts]
            paths = list(unsealed) or paths
        for path in paths:
            if str(path) in cases:
                raise WinsetError(f"{path}: given twice")
            cases[str(path)] = open_case(path)
    return cases


def claims_of(
    case: Case, *, name: str = "", today: datetime.date | None = None
) -> tuple[ScoredClaim, ...]:
    """Return the claims of ``case``, each with its resolution and scores.

    Args:
        case: the case, with the outcomes of its questions and issues.
        name: of the case in the result.
        today: the day from which claims count as overdue; by default the real one.
    """
    day = datetime.date.today() if today is None else today
    statements = {row.id: row for row in reversed(case.statements)}
    return tuple(_scored(case, claim, name or case.title, day, statements) for claim in case.claims)


def uncoded(case: Case) -> tuple[Statement, ...]:
    """Return the accepted statements of kind forecast that no claim of ``case`` rests on."""
    cited = {id for claim in case.claims for id in claim.statements}
    rows = {row.id: row for row in case.statements if row.status == "accepted"}
    return tuple(row for row in rows.values() if row.kind == "forecast" and row.id not in cited)


def tallies(
    scored: Sequence[ScoredClaim], whose: Whose, *, least: int = LEAST, seed: int = 0
) -> tuple[ClaimCount, ...]:
    """Return the records of authors or outlets, those with most settled claims first.

    Names that differ only in case or spacing are one. An interval of a mean comes from resampling,
    in which claims that one event settled are drawn together, since they are not independent.
    Wilson's interval treats claims as independent, and is too narrow where several share an event.

    Args:
        scored: of any number of cases.
        whose: by author or by outlet.
        least: with fewer settled claims than this a record is marked thin.
        seed: of the resampling.
    """
    groups: dict[str, list[ScoredClaim]] = {}
    for row in scored:
        groups.setdefault(" ".join(_name(row, whose).casefold().split()), []).append(row)
    counts = [_tally(_name(rows[0], whose), rows, least, seed) for rows in groups.values()]
    return tuple(sorted(counts, key=lambda t: (-t.settled, t.name.casefold())))


def _name(row: ScoredClaim, whose: Whose) -> str:
    if whose == "outlet":
        return row.outlet or "unknown outlet"
    return row.author or ", ".join(filter(None, ("unnamed", row.outlet)))


def bootstrapped(
    values: Sequence[float | None], groups: Sequence[str], *, seed: int = 0
) -> Rate | None:
    """Return the mean of the known ``values`` and its interval over resampled ``groups``.

    With fewer than two groups there is a mean and no interval; without values there is neither.
    """
    scored = [(value, group) for value, group in zip(values, groups, strict=True)
             if value is not None]  # fmt: skip
    if not scored:
        return None
    numbers = [value for value, _ in scored]
    names = [group for _, group in scored]
    if len(set(names)) < 2:
        return Rate(value=float(np.mean(numbers)), low=None, high=None, count=len(numbers))
    mean = estimate(numbers, group_weights(names, seed=seed))
    return Rate(value=mean.value, low=mean.low, high=mean.high, count=len(numbers))


def wilson(right: int, count: int) -> Rate | None:
    """Return a share with Wilson's 95 % interval (Wilson 1927); None if ``count`` is 0.

    >>> rate = wilson(4, 5)
    >>> round(rate.low, 2), rate.value, round(rate.high, 2)
    (0.38, 0.8, 0.96)
    """
    from scipy.stats import binomtest

    if not count:
        return None
    ends = binomtest(right, count).proportion_ci(0.95, method="wilson")
    return Rate(value=right / count, low=float(ends.low), high=float(ends.high), count=count)


def _tally(name: str, rows: Sequence[ScoredClaim], least: int, seed: int) -> ClaimCount:
    states = [row.state for row in rows]
    settled = sum(state in ("came about", "did not", "settled") for state in states)
    hits = [row.hit for row in rows if row.hit is not None]
    events = [row.event for row in rows]
    return ClaimCount(
        name=name,
        claims=len(rows),
        settled=settled,
        open=states.count("open"),
        overdue=states.count("overdue"),
        void=states.count("void"),
        thin=settled < least,
        hits=wilson(sum(hits), len(hits)),
        brier=bootstrapped([row.brier for row in rows], events, seed=seed),
        log_score=bootstrapped([row.log_score for row in rows], events, seed=seed),
        crps=bootstrapped([row.crps for row in rows], events, seed=seed),
    )


@dataclass(frozen=True, slots=True)
class _Resolved:
    """The outcome of a claim: words, and whether it happened (events) or the value (issues)."""

    words: str = ""
    happened: bool | None = None
    value: float | None = None
    date: datetime.date | None = None
    void: bool = False


def _scored(
    case: Case,
    claim: Claim,
    name: str,
    today: datetime.date,
    statements: Mapping[str, Statement],
) -> ScoredClaim:
    first = next((statements[id] for id in claim.statements if id in statements), None)
    document = next((d for d in case.documents if first and d.id == first.document), None)
    speaker = next((a.name for a in case.actors if first and a.id == first.speaker), "")
    question = next((q for q in case.questions if q.id == claim.question), None)
    by = claim.by or (question.horizon if question else None)
    resolved = _resolved(case, claim)
    low, high, middle = _briers(claim.probability, resolved.happened)
    return ScoredClaim(
        case=name,
        claim=claim,
        author=claim.author or speaker,
        outlet=claim.outlet or (document.publisher if document else ""),
        made_on=claim.made or (document.published if document else None),
        by=by,
        question=_question_words(case, claim),
        predicted=_predicted_words(case, claim),
        state=_state(resolved, by, today),
        resolved=resolved.date,
        outcome=resolved.words,
        hit=_hit(claim, resolved),
        brier=middle,
        brier_low=low,
        brier_high=high,
        log_score=_log_score(claim.probability, resolved.happened),
        crps=_crps(case, claim, resolved.value),
        event=_event(case, claim),
    )


def _resolved(case: Case, claim: Claim) -> _Resolved:
    if claim.resolution == "void":
        return _Resolved(words="void", date=claim.resolved, void=True)
    if claim.issue is not None:
        outcome = case.issue(claim.issue).outcome
        if outcome is None:
            return _Resolved()
        return _Resolved(words=str(outcome.value), value=outcome.value.middle, date=outcome.date)
    if claim.question is not None:
        resolution = next(q for q in case.questions if q.id == claim.question).resolution
        if resolution is None:
            return _Resolved()
        words, day = resolution.outcome, resolution.date
    elif claim.resolution is None:
        return _Resolved()
    else:
        words, day = claim.resolution, claim.resolved
    return _Resolved(words=words, happened=words in claim.outcome, date=day)


def _state(resolved: _Resolved, by: datetime.date | None, today: datetime.date) -> State:
    if resolved.void:
        return "void"
    if resolved.happened is not None:
        return "came about" if resolved.happened else "did not"
    if resolved.value is not None:
        return "settled"
    return "overdue" if by is not None and by < today else "open"


def _hit(claim: Claim, resolved: _Resolved) -> bool | None:
    if resolved.value is not None and claim.value is not None:
        inside = claim.value.low <= resolved.value <= claim.value.high
        return None if claim.value.certain else inside
    if resolved.happened is None:
        return None
    if claim.probability is None:
        return resolved.happened
    likely = claim.probability.middle
    return None if likely == 0.5 else (likely > 0.5) == resolved.happened


def _briers(
    probability: Range | None, happened: bool | None
) -> tuple[float | None, float | None, float | None]:
    """Return the least, the most and the median probability's score."""
    if probability is None or happened is None:
        return None, None, None
    ends = brier([probability.low, probability.high], [happened, happened])
    return float(ends.min()), float(ends.max()), float(brier(probability.middle, happened))


def _log_score(probability: Range | None, happened: bool | None) -> float | None:
    if probability is None or happened is None:
        return None
    return float(log_score(probability.middle, happened))


def _crps(case: Case, claim: Claim, value: float | None) -> float | None:
    if value is None or claim.value is None or claim.issue is None:
        return None
    points = claim.value.quantile((np.arange(POINTS) + 0.5) / POINTS)
    return crps(points, None, value) / case.issue(claim.issue).scale.width


def _question_words(case: Case, claim: Claim) -> str:
    if claim.issue is not None:
        issue = case.issue(claim.issue)
        return issue.question or issue.title
    if claim.question is not None:
        return next(q.text for q in case.questions if q.id == claim.question)
    return claim.text


def _predicted_words(case: Case, claim: Claim) -> str:
    if claim.issue is not None:
        unit = case.issue(claim.issue).scale.unit
        return " ".join(filter(None, (str(claim.value), unit)))
    return " or ".join(claim.outcome)


def _event(case: Case, claim: Claim) -> str:
    """Return the name of the event that settles ``claim``: one title and date, one case."""
    subject = claim.question or claim.issue or " ".join(claim.text.casefold().split())
    place = hashlib.sha256(f"{case.title}\0{case.as_of}".encode()).hexdigest()[:12]
    return f"{place}/{subject}"


__all__ = [
    "LEAST",
    "ClaimCount",
    "Rate",
    "ScoredClaim",
    "bootstrapped",
    "claims_of",
    "open_cases",
    "tallies",
    "uncoded",
    "wilson",
]  # fmt: skip
