"""What each part of a calibration earns, and on which decisions forecasts are better or worse."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from winset.forecast.calibration import deviation
from winset.formats.decisions import Decision, Decisions
from winset.models.base import FloatArray
from winset.track_record.backtest import Backtest
from winset.track_record.backtest_words import EIGHTY
from winset.track_record.calibration_fit import (
    FitGrid,
    SeenDecisions,
    each_crps,
    each_inside,
    fit,
    folds,
    seen_in,
)
from winset.track_record.model_table import SettledRow, settled
from winset.track_record.scores import Estimate, estimate, group_weights

OFF = (0.0,)
FULL = (1.0,)
LADDER: dict[str, FitGrid] = {
    "errors only": FitGrid(slopes=FULL, positions=OFF, climatology=OFF),
    "+ somebody has his way": FitGrid(slopes=FULL, climatology=OFF),
    "+ the case tells nothing": FitGrid(slopes=FULL),
    "+ pulled to the middle": FitGrid(),
}
LEAST = 10  # decisions of a kind


@dataclass(frozen=True, slots=True, kw_only=True)
class AblationStep:
    """A calibration with some of its parts, scored on decisions that its fits had not seen.

    Attributes:
        name: the part that this one has more than the one before.
        crps: mean continuous ranked probability score, points of 100.
        gained: of it, less that of the one before, paired; None for the first.
        inside: share of the outcomes in the 80 % intervals.
        width: mean width of these, points of 100.
    """

    name: str
    crps: Estimate
    gained: Estimate | None
    inside: Estimate
    width: float


def ladder(
    model: str, decisions: Decisions, points: Mapping[str, float]
) -> tuple[AblationStep, ...]:
    """Return what each part of the calibration of ``model`` earns, one added after the other.

    Every fit is made anew without a tenth of the groups, which it is then scored on.

    Args:
        model: its name.
        decisions: of known outcome, of two groups or more.
        points: decision to settlement, share of the scale: `settlements` of
            `winset.track_record.backtest`.
    """
    seen = seen_in(decisions, points)
    resampled = group_weights([case.group for case in seen])
    found: list[AblationStep] = []
    before: FloatArray | None = None
    for name, allowed in LADDER.items():
        crps, inside, width = _unseen_scores(model, seen, allowed)
        found.append(
            AblationStep(
                name=name,
                crps=estimate(100.0 * crps, resampled),
                gained=None if before is None else estimate(100.0 * (crps - before), resampled),
                inside=estimate(inside, resampled),
                width=100.0 * float(width.mean()),
            )
        )
        before = crps
    return tuple(found)


def _unseen_scores(
    model: str, seen: Sequence[SeenDecisions], allowed: FitGrid
) -> tuple[FloatArray, FloatArray, FloatArray]:
    crps, inside, width = np.empty((3, len(seen)))
    for part in folds([case.group for case in seen]):
        own = np.array([case.group in part for case in seen])
        chosen = [case for case in seen if case.group in part]
        taught = fit(model, [case for case in seen if case.group not in part], allowed=allowed)
        crps[own] = each_crps(taught, chosen)
        inside[own], width[own] = each_inside(taught, chosen)
    return crps, inside, width


@dataclass(frozen=True, slots=True, kw_only=True)
class Ablation:
    """How a model fared on the decisions of one kind.

    Attributes:
        name: of the kind.
        decisions: how many.
        groups: in how many groups.
        error: absolute, of the calibrated median, points of 100.
        crps: of the calibrated forecast, points of 100.
        inside: share of the outcomes in the 80 % intervals.
        width: mean width of these, points of 100.
    """

    name: str
    decisions: int
    groups: int
    error: Estimate
    crps: Estimate
    inside: Estimate
    width: float


def by_spread(backtest: Backtest, decisions: Decisions, model: str) -> tuple[Ablation, ...]:
    """Return how ``model`` fared by the spread of positions, points of 100, in thirds."""
    spreads = {d.id: 100.0 * _spread(d) for d in decisions.decisions}
    return _thirds(backtest, decisions, model, lambda d: round(spreads[d.id]))


def by_actors(backtest: Backtest, decisions: Decisions, model: str) -> tuple[Ablation, ...]:
    """Return how ``model`` fared by the number of actors with a position, in thirds."""
    return _thirds(backtest, decisions, model, lambda d: len(d.case.stances_on(d.issue)))


def by_rule(backtest: Backtest, decisions: Decisions, model: str) -> tuple[Ablation, ...]:
    """Return how ``model`` fared by voting rule; empty where the table names none."""
    rules = dict.fromkeys(d.rule for d in decisions.decisions if d.rule)
    chosen = {rule: [d for d in decisions.decisions if d.rule == rule] for rule in rules}
    return _kinds(backtest, model, chosen)


def _spread(decision: Decision) -> float:
    (case,) = seen_in(_only(decision), {decision.id: 0.5})
    return deviation(case.position, case.weight)


def _only(decision: Decision) -> Decisions:
    return Decisions(name="", digest="", decisions=(decision,))


def _thirds(
    backtest: Backtest, decisions: Decisions, model: str, size: Callable[[Decision], int]
) -> tuple[Ablation, ...]:
    """Cut into thirds of about equal size; like values stay together."""
    sizes = np.array([size(d) for d in decisions.decisions])
    ends = [-1, *np.quantile(sizes, [1 / 3, 2 / 3], method="inverted_cdf"), sizes.max()]
    chosen = {}
    for low, high in itertools.pairwise(ends):
        inside = (sizes > low) & (sizes <= high)
        if inside.any():
            own = sizes[inside]
            name = f"{own.min()}" if own.min() == own.max() else f"{own.min()} to {own.max()}"
            chosen[name] = [d for d, here in zip(decisions.decisions, inside, strict=True) if here]
    return _kinds(backtest, model, chosen)


def _kinds(
    backtest: Backtest, model: str, chosen: Mapping[str, Sequence[Decision]]
) -> tuple[Ablation, ...]:
    rows = settled(backtest, model, "calibrated")
    found = []
    for name, members in chosen.items():
        own = [rows[d.id] for d in members if d.id in rows]
        if len(own) >= LEAST:
            found.append(_kind(name, own))
    return tuple(found)


def _kind(name: str, own: Sequence[SettledRow]) -> Ablation:
    groups = [s.row.group for s in own]
    resampled = group_weights(groups)
    ends = [s.score.intervals[EIGHTY] for s in own]
    inside = [
        low - 1e-9 <= s.row.outcome <= high + 1e-9 for s, (low, high) in zip(own, ends, strict=True)
    ]
    return Ablation(
        name=name,
        decisions=len(own),
        groups=len(set(groups)),
        error=estimate([s.score.error for s in own], resampled),
        crps=estimate([s.score.crps for s in own], resampled),
        inside=estimate(np.array(inside, float), resampled),
        width=float(np.mean([high - low for low, high in ends])),
    )
