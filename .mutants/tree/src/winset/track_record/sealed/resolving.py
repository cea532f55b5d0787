"""Resolving: records the outcome of a sealed question, and scores the forecast."""

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from winset.case.appending import append
from winset.case.chain import LEDGER
from winset.errors import CaseError, Problem, WinsetError, nearest, shorten
from winset.track_record.claims import Rate, bootstrapped
from winset.track_record.scores import brier, crps, log_score
from winset.track_record.sealed.records import (
    NO_AGREEMENT,
    VOID,
    Ledger,
    Resolution,
    Seal,
    Sealed,
    as_words,
    in_json,
    read_ledger,
    understand_chain,
)
from winset.track_record.sealed.witness.attested import TITLES, Kind, Witness

__all__ = ["RunningRecord", "Score", "record", "resolve", "score"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The score of a sealed forecast.

    Attributes:
        counts: whether it counts; it does not where the question is void, or had been settled
            before the forecast was sealed.
        why_not: in words, if it does not.
        brier: of yes or no the squared difference; of options half the sum of squared differences,
            including the chance of none of them; of an issue that of the agreement.
        log_score: minus the natural logarithm of the probability given to what happened.
        crps: of an issue on which there was an agreement, in its own units.
        crps_share: the same as a share of the scale.
    """

    counts: bool
    why_not: str = ""
    brier: float | None = None
    log_score: float | None = None
    crps: float | None = None
    crps_share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningRecord:
    """The running record over sealed forecasts.

    Attributes:
        sealed: how many.
        resolved: how many of these are resolved.
        counted: how many of those count.
        witnessed: how many sealed ones have a witness, by the kind of the earliest.
        brier: mean, 95 % interval by resampling whole questions; None without any.
        log_score: likewise.
        crps_share: likewise, share of the scale.
    """

    sealed: int
    resolved: int
    counted: int
    witnessed: Mapping[Kind, int]
    brier: Rate | None
    log_score: Rate | None
    crps_share: Rate | None

    @property
    def dates(self) -> str:
        """Who attests the dates, in a sentence."""
        count = sum(self.witnessed.values())
        if not count:
            return "Dates are the writer's own word."
        kinds = ", ".join(f"{TITLES[kind]} {n}" for kind, n in sorted(self.witnessed.items()))
        if count == self.sealed:
            return f"Every date is witnessed: {kinds}."
        return (
            f"Of {self.sealed} dates {count} are witnessed ({kinds}); "
            "the others are the writer's own word."
        )


def score(sealed: Sealed) -> Score | None:
    """Return the score of ``sealed``; None while it is open."""
    resolution, seal = sealed.resolution, sealed.seal
    if resolution is None:
        return None
    if resolution.outcome == VOID:
        return Score(counts=False, why_not="void")
    result = (_of_issue if seal.asks == "issue" else _of_question)(seal, resolution.outcome)
    if resolution.date is not None and resolution.date < seal.at.date():
        why = f"settled on {resolution.date}, before it was sealed on {seal.at.date()}"
        return replace(result, counts=False, why_not=why)
    return result


def _of_question(seal: Seal, outcome: str) -> Score:
    sealed_chances = {chance.outcome: chance.probability for chance in seal.chances}
    if set(seal.quantities) == {"yes"}:  # "no" is all the rest
        happened = outcome == "yes"
        return Score(
            counts=True,
            brier=float(brier(sealed_chances["yes"], happened)),
            log_score=float(log_score(sealed_chances["yes"], happened)),
        )
    chances = [*sealed_chances.values(), max(0.0, 1.0 - sum(sealed_chances.values()))]
    events = [*(name == outcome for name in sealed_chances), False]
    return Score(
        counts=True,
        brier=float(brier(chances, events).sum()) / 2.0,
        log_score=float(log_score(sealed_chances[outcome], True)),
    )


def _of_issue(seal: Seal, outcome: str) -> Score:
    agreed = outcome != NO_AGREEMENT
    result = Score(counts=True)
    for chance in seal.chances:
        result = replace(
            result,
            brier=float(brier(chance.probability, agreed)),
            log_score=float(log_score(chance.probability, agreed)),
        )
    settled = seal.settlement
    if not agreed or settled is None or not settled.quantiles:
        return result
    distance = crps(settled.quantiles, None, float(outcome))
    return replace(result, crps=distance, crps_share=distance / (settled.high - settled.low))


def record(
    sealed: Iterable[Sealed], witnessed: Mapping[str, Witness] = {}, *, seed: int = 0
) -> RunningRecord:
    """Return the running record over ``sealed``, of one case or of several.

    Forecasts of the same question are resampled together, since they are not independent.

    Args:
        sealed: the forecasts.
        witnessed: the earliest witness of each that has one, by name of the entry.
        seed: of the resampling.
    """
    rows = tuple(sealed)
    scored = [(s, result) for s in rows if (result := score(s)) is not None]
    counted = [(s, result) for s, result in scored if result.counts]
    subjects = [f"{s.seal.case.title}/{s.seal.asks}/{s.seal.subject}" for s, _ in counted]

    def mean(name: str) -> Rate | None:
        return bootstrapped([getattr(result, name) for _, result in counted], subjects, seed=seed)

    return RunningRecord(
        sealed=len(rows),
        resolved=len(scored),
        counted=len(counted),
        witnessed=Counter(witnessed[s.id].kind for s in rows if s.id in witnessed),
        brier=mean("brier"),
        log_score=mean("log_score"),
        crps_share=mean("crps_share"),
    )


def date_words(sealed: Sealed, witness: Witness | None) -> str:
    """Return who attests the date of ``sealed``, given its earliest ``witness``, if any."""
    resolution = sealed.resolution
    if witness is None or witness.time is None:
        return "the date is the writer's own word"
    words = f"existed by {witness.time.isoformat()}: {TITLES[witness.kind]}, {witness.by}"
    if witness.kind == "git":
        words += ", whose word that date is"
    if (
        resolution is not None
        and resolution.date is not None
        and witness.time.date() > resolution.date
    ):
        words += f"; that is after {resolution.date}, when the outcome came about"
    return words


def resolve(
    folder: Path,
    name: str,
    outcome: str,
    *,
    date: datetime.date | None = None,
    source: str = "",
    note: str = "",
    amend: bool = False,
    at: datetime.datetime | None = None,
) -> Sealed:
    """Return the sealed forecast ``name`` with its resolution, which is on disk by then.

    Nothing is edited: a resolution is an entry of its own, and so is one that amends it.

    Args:
        folder: the case folder.
        name: the beginning of the entry's digest, or the id of its question or issue.
        outcome: ``yes``, ``no``, an option, ``void``; of an issue a number in its own units, or
            ``none`` where there was no agreement.
        date: when it came about; required before the sealed day.
        source: who says so.
        note: anything else.
        amend: whether it replaces an earlier resolution.
        at: when it is recorded; by default now.

    Raises:
        CaseError: when the ledger is damaged, or the outcome is impossible or too early.
        WinsetError: when the entry is unknown, or already resolved.
    """
    source, note = as_words("source", source), as_words("note", note)
    if not read_ledger(folder).sealed:
        raise WinsetError(f"{folder}: no forecast is sealed there; run `winset seal` first")
    chosen: list[Sealed] = []

    def make(ledger: Ledger) -> Resolution:
        sealed = ledger.find(name)
        _may_resolve(sealed, amend)
        # The moment is taken while no other process can write, so that dates never fall.
        moment = (at or datetime.datetime.now(datetime.UTC)).astimezone(datetime.UTC)
        answer = outcome.strip()
        problems = [*_outcome(sealed.seal, answer), *_date(sealed.seal, date, moment.date())]
        if problems:
            raise CaseError(problems)
        row = Resolution(
            at=moment.replace(microsecond=0),
            seal=sealed.id,
            outcome=answer,
            date=date,
            source=source,
            note=note,
            amends=_standing(sealed),
        )
        chosen.append(sealed)
        return row

    entry = append(
        folder / LEDGER, lambda chain: ("resolution", in_json(make(understand_chain(chain))))
    )
    ledger = read_ledger(folder)
    assert entry.line <= ledger.chain.lines
    return next(s for s in ledger.sealed if s.id == chosen[0].id)


def _standing(sealed: Sealed) -> tuple[str, ...]:
    amended = {id for row in sealed.resolutions.values() for id in row.amends}
    return tuple(id for id in sealed.resolutions if id not in amended)


def _may_resolve(sealed: Sealed, amend: bool) -> None:
    resolution = sealed.resolution
    if resolution is not None and not amend:
        raise WinsetError(
            f"{sealed.id[:12]} ({sealed.seal.subject}) was already resolved: {resolution.outcome}, "
            f"on {resolution.at.date()}; --amend replaces that resolution, and both stay on record"
        )
    if resolution is None and amend:
        raise WinsetError(
            f"{sealed.id[:12]} ({sealed.seal.subject}) is not resolved yet: leave --amend out"
        )


def _outcome(seal: Seal, outcome: str) -> list[Problem]:
    if seal.allows(outcome):
        return []
    near = nearest(outcome, seal.outcomes) if seal.asks == "question" else ""
    return [
        Problem(where="outcome", required=f"must be {seal.required}", found=shorten(outcome),
                remedy=near)
    ]  # fmt: skip


def _date(seal: Seal, date: datetime.date | None, today: datetime.date) -> list[Problem]:
    """Return what is wrong with the date of the outcome."""
    required, actual = "", str(date)
    if date is None and today < seal.resolve_by:
        required, actual = f"must be given before {seal.resolve_by}, the day it is settled", "none"
        remedy = "if it is already settled, give the date"
    elif date is not None and date > today:
        required, remedy = "must not lie in the future", "wait until it has come about"
    elif date is not None and date > seal.resolve_by:
        required = f"must be {seal.resolve_by} or earlier, the day by which the question is settled"
        remedy = "resolve it by how things stood on that day"
    return (
        [Problem(where="date", required=required, found=actual, remedy=remedy)] if required else []
    )
