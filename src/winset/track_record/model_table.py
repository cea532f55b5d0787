"""A backtest summed up: how each model fared, beside whom, and what the data can tell apart."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from winset.models import baseline_models
from winset.track_record.backtest import (
    CLIMATOLOGY,
    HIT,
    SHARES,
    Backtest,
    BacktestRow,
    ScoredDecision,
)
from winset.track_record.ensemble import Ensemble, EnsembleMember, fit_ensemble
from winset.track_record.scores import Estimate, estimate, group_weights, resolvable, skill

Which = Literal["raw", "calibrated"]
Score = Literal["crps", "error"]
SCORES: tuple[Score, ...] = ("crps", "error")
REFERENCES = ("mean", "reversion", CLIMATOLOGY)


def lazy_forecasters() -> tuple[str, ...]:
    """Return the names of what is scored for comparison only, and never ranked."""
    return (*baseline_models(), CLIMATOLOGY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one model fared, everything in points of a scale of 100.

    Attributes:
        model: its name.
        which: whether its draws were calibrated.
        decisions: how many it settled.
        groups: in how many groups.
        error: mean absolute error of the median.
        hits: share of medians within 10 points.
        crps: mean continuous ranked probability score.
        log: mean binned log score.
        coverage: share of outcomes inside the 50, 80 and 90 % intervals.
        width: mean widths of these.
        skill: by reference, share of its ranked probability score saved, on decisions both settle;
            the references speak in the same way, raw or calibrated.
    """

    model: str
    which: Which
    decisions: int
    groups: int
    error: Estimate
    hits: Estimate
    crps: Estimate
    log: Estimate
    coverage: tuple[Estimate, ...]
    width: tuple[float, ...]
    skill: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedComparison:
    """Two models on the decisions that both settle; below 0 the first is better.

    Attributes:
        model: the first.
        against: the second.
        which: whether calibrated.
        score: ``crps`` or ``error``.
        decisions: how many both settle.
        difference: mean of first minus second, paired.
        resolvable: the smallest true difference such data would show four times in five.
    """

    model: str
    against: str
    which: Which
    score: Score
    decisions: int
    difference: Estimate
    resolvable: float


def standings(backtest: Backtest, which: Which, *, seed: int = 0) -> tuple[Standing, ...]:
    """Return how each model fared, the least mean ranked probability score first.

    A model that settled fewer decisions than others comes after them: `duels` compares it.
    """
    rows = [
        _standing(model, own, backtest, which=which, seed=seed)
        for model in backtest.models
        if (own := settled(backtest, model, which))
    ]
    return tuple(sorted(rows, key=lambda s: (-s.decisions, s.crps.value)))


def duels(
    backtest: Backtest, which: Which, *, against: str = "mean", seed: int = 0
) -> tuple[PairedComparison, ...]:
    """Return every model beside ``against``, by both scores, on the decisions that both settle."""
    theirs = settled(backtest, against, which)
    comparisons = []
    for model in backtest.models:
        own = settled(backtest, model, which)
        both = [decision for decision in own if decision in theirs]
        if model == against or not both:
            continue
        resampled = group_weights([own[decision].row.group for decision in both], seed=seed)
        for score in SCORES:
            apart = [getattr(own[d].score, score) - getattr(theirs[d].score, score) for d in both]
            difference = estimate(apart, resampled)
            comparisons.append(
                PairedComparison(
                    model=model,
                    against=against,
                    which=which,
                    score=score,
                    decisions=len(both),
                    difference=difference,
                    resolvable=resolvable(difference),
                )
            )
    return tuple(comparisons)


def ensemble(backtest: Backtest, *, seed: int = 0) -> Ensemble | None:
    """Return the mixture of all models that settled every decision.

    None if fewer than two did, or if all decisions are of one group.
    """
    everywhere = {row.decision for row in backtest.rows}
    rows = {
        model: own
        for model in backtest.models
        if model not in lazy_forecasters()
        and (own := settled(backtest, model, "calibrated")).keys() == everywhere
    }
    if len(rows) < 2 or len({row.group for row in backtest.rows}) < 2:
        return None
    first = list(next(iter(rows.values())).values())
    return fit_ensemble(
        [
            EnsembleMember(model=model, grid=np.array([s.score.grid for s in own.values()]))
            for model, own in rows.items()
        ],
        np.array([s.row.outcome for s in first]),
        [s.row.group for s in first],
        seed=seed,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledRow:
    """A row with the score looked at."""

    row: BacktestRow
    score: ScoredDecision


def settled(backtest: Backtest, model: str, which: Which) -> dict[str, SettledRow]:
    """Return the rows of ``model`` that have a score, by decision, in the order of the table."""
    return {
        row.decision: SettledRow(row=row, score=score)
        for row in backtest.of(model)
        if (score := row.raw if which == "raw" else row.calibrated) is not None
    }


def _standing(
    model: str, own: dict[str, SettledRow], backtest: Backtest, *, which: Which, seed: int
) -> Standing:
    rows = list(own.values())
    resampled = group_weights([s.row.group for s in rows], seed=seed)

    def mean(values: list[float]) -> Estimate:
        return estimate(values, resampled)

    return Standing(
        model=model,
        which=which,
        decisions=len(rows),
        groups=len({s.row.group for s in rows}),
        error=mean([s.score.error for s in rows]),
        hits=mean([float(s.score.error <= HIT + 1e-9) for s in rows]),
        crps=mean([s.score.crps for s in rows]),
        log=mean([s.score.log for s in rows]),
        coverage=tuple(
            mean([float(_inside(s.score.intervals[k], s.row.outcome)) for s in rows])
            for k in range(len(SHARES))
        ),
        width=tuple(
            float(np.mean([s.score.intervals[k][1] - s.score.intervals[k][0] for s in rows]))
            for k in range(len(SHARES))
        ),
        skill={
            reference: saved
            for reference in REFERENCES
            if reference != model
            and (saved := _skill(own, settled(backtest, reference, which))) is not None
        },
    )


def _inside(interval: tuple[float, float], outcome: float) -> bool:
    """Ends count; what differs by less than a number's last digits is the same."""
    return interval[0] - 1e-9 <= outcome <= interval[1] + 1e-9


def _skill(own: dict[str, SettledRow], reference: dict[str, SettledRow]) -> float | None:
    both = [decision for decision in own if decision in reference]
    if not both:
        return None
    scores = [np.mean([rows[d].score.crps for d in both]) for rows in (own, reference)]
    return skill(float(scores[0]), float(scores[1]))
