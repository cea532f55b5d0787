"""A backtest summed up: the scores of each model, and which differences the data can show."""

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
    """The scores of one model, everything in points of a scale of 100.

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
            both are raw or both calibrated.
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
        resolvable: the smallest true difference that such data would show four times in five.
    """

    model: str
    against: str
    which: Which
    score: Score
    decisions: int
    difference: Estimate
    resolvable: float


def standings(backtest: Backtest, which: Which, *, seed: int = 0) -> tuple[Standing, ...]:
    """Return the scores of each model, the lowest mean ranked probability score first.

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


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledRow:
    """A row with one of its scores."""

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
    """Return whether ``outcome`` lies in ``interval``, ends included, up to rounding."""
    return interval[0] - 1e-9 <= outcome <= interval[1] + 1e-9


def _skill(own: dict[str, SettledRow], reference: dict[str, SettledRow]) -> float | None:
    both = [decision for decision in own if decision in reference]
    if not both:
        return None
    scores = [np.mean([rows[d].score.crps for d in both]) for rows in (own, reference)]
    return skill(float(scores[0]), float(scores[1]))
