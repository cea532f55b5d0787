"""A backtest in words: who is best, whether that can be told, what calibrating earns."""

import math
from dataclasses import dataclass

import numpy as np

from winset.models.base import FloatArray
from winset.track_record.backtest import CLIMATOLOGY, SHARES, Backtest
from winset.track_record.model_table import (
    Score,
    Standing,
    duels,
    lazy_forecasters,
    settled,
    standings,
)
from winset.track_record.scores import FEW_GROUPS, Estimate, estimate, group_weights

EIGHTY = SHARES.index(0.8)


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestVerdict:
    """What a backtest comes to.

    Attributes:
        best: the model with the least mean ranked probability score, calibrated, of those that
            settled the most decisions; what a lazy forecaster would say is no model.
        next: the one after it; None if there is no other.
        sentences: for a reader, the most important first.
    """

    best: Standing
    next: Standing | None
    sentences: tuple[str, ...]


def verdict(backtest: Backtest) -> BacktestVerdict | None:
    """Return what ``backtest`` comes to; None where no model settled anything."""
    skipped = lazy_forecasters()
    found = [s for s in standings(backtest, "calibrated") if s.model not in skipped]
    if not found:
        return None
    level = [s for s in found if s.decisions == found[0].decisions]
    best, other = level[0], level[1] if len(level) > 1 else None
    sentences = [_best(best, len(level)), *few_groups(best.groups)]
    if other is not None:
        sentences.append(_beside(backtest, best, other))
    if best.model in backtest.borrowed:
        sentences.append(f"Model “{best.model}” was never calibrated; it borrows another's errors.")
    sentences += [_calibration(backtest, best), _coverage(best)]
    if (skilled := best.skill.get(CLIMATOLOGY)) is not None:
        sentences.append(
            f"Of the error of somebody who knows all other outcomes and nothing of the case, it "
            f"saves {100 * skilled:.0f} %."
        )
    return BacktestVerdict(best=best, next=other, sentences=tuple(sentences))


def few_groups(groups: int) -> tuple[str, ...]:
    """Return the warning that there are too few groups to tell anything; empty where enough."""
    if groups >= FEW_GROUPS:
        return ()
    many = "one group" if groups == 1 else f"{groups} groups"
    return (
        f"All of this rests on {many}: intervals from fewer than {FEW_GROUPS} are too narrow, and "
        "no model can be told from another.",
    )


def _best(best: Standing, models: int) -> str:
    among = f"Of {models} models that settled as many decisions, " if models > 1 else ""
    return (
        f"{among}“{best.model}” has the least mean ranked probability score: "
        f"{points(best.crps)} points of 100, over {best.decisions} decisions in {best.groups} "
        "groups."
    )


def _beside(backtest: Backtest, best: Standing, other: Standing) -> str:
    duel = next(
        d
        for d in duels(backtest, "calibrated", against=best.model)
        if d.model == other.model and d.score == "crps"
    )
    behind = f"The next, “{other.model}”, is {signed(duel.difference)} behind"
    if best.groups < FEW_GROUPS:
        return f"{behind}."
    can = "can" if duel.difference.low > 0.0 else "cannot"
    return (
        f"{behind}, which these decisions {can} tell apart: the smallest true difference that "
        f"they would show four times in five is {duel.resolvable:.1f}."
    )


def gain(backtest: Backtest, model: str, score: Score, *, seed: int = 0) -> Estimate | None:
    """Return calibrated less raw score of ``model``, paired; below 0 calibrating helps."""
    raw, calibrated = (settled(backtest, model, which) for which in ("raw", "calibrated"))
    both = [decision for decision in raw if decision in calibrated]
    if not both:
        return None
    resampled = group_weights([raw[d].row.group for d in both], seed=seed)
    apart = [getattr(calibrated[d].score, score) - getattr(raw[d].score, score) for d in both]
    return estimate(apart, resampled)


def _calibration(backtest: Backtest, best: Standing) -> str:
    crps, error = (gain(backtest, best.model, score) for score in ("crps", "error"))
    if crps is None or error is None:
        return "What calibrating earns cannot be said."
    verb = "gains" if crps.high < 0.0 else "costs" if crps.low > 0.0 else "neither gains nor costs"
    return (
        f"Calibrating “{best.model}” {verb}: its ranked probability score moves by "
        f"{signed(crps)}, the error of its median by {signed(error)}."
    )


def _coverage(best: Standing) -> str:
    covered, width = best.coverage[EIGHTY], best.width[EIGHTY]
    return (
        f"Its 80 % intervals hold {share(covered)} of the outcomes and are {width:.0f} of 100 "
        "points wide."
    )


def points(e: Estimate, digits: int = 1) -> str:
    """Return an estimate with its interval.

    >>> points(Estimate(value=16.42, low=14.8, high=18.1, error=1.0))
    '16.4 (14.8 to 18.1)'
    """
    known = "" if math.isnan(e.low) else f" ({e.low:.{digits}f} to {e.high:.{digits}f})"
    return f"{e.value:.{digits}f}{known}"


def share(e: Estimate) -> str:
    """Return a share in per cent with its interval.

    >>> share(Estimate(value=0.79, low=0.73, high=0.85, error=0.03))
    '79 % (73 to 85)'
    """
    known = "" if math.isnan(e.low) else f" ({100 * e.low:.0f} to {100 * e.high:.0f})"
    return f"{100 * e.value:.0f} %{known}"


def signed(e: Estimate, digits: int = 1) -> str:
    """Return a difference with its interval.

    >>> signed(Estimate(value=0.31, low=-0.3, high=0.9, error=0.3))
    '+0.3 (-0.3 to +0.9)'
    """
    value, low, high = (round(v, digits) + 0.0 for v in (e.value, e.low, e.high))  # no “-0.0”
    known = "" if math.isnan(low) else f" ({low:+.{digits}f} to {high:+.{digits}f})"
    return f"{value:+.{digits}f}{known}"


def probability_transforms(
    backtest: Backtest, model: str, *, calibrated: bool = True, bins: int = 10
) -> tuple[list[str], FloatArray]:
    """Return groups and ``(decision, bin)``: where outcomes fall within what was said of them.

    The probability integral transform (Dawid 1984). An outcome that shares its place with some of
    the equally likely values is spread over all bins that these reach, so rows add up to 1.
    """
    rows = settled(backtest, model, "calibrated" if calibrated else "raw")
    grid = np.array([s.score.grid for s in rows.values()])
    outcome = np.array([s.row.outcome for s in rows.values()])[:, None]
    low = (grid < outcome - 1e-9).mean(axis=1)[:, None]
    high = (grid <= outcome + 1e-9).mean(axis=1)[:, None]
    edges = np.linspace(0.0, 1.0, bins + 1)
    width = np.maximum(high - low, 1e-9)
    low = np.minimum(low, 1.0 - 1e-9)  # beyond all values: in the outermost bin
    inside = np.clip((edges - low) / width, 0.0, 1.0)
    return [s.row.group for s in rows.values()], np.diff(inside, axis=1)


def interval_coverage(
    backtest: Backtest, model: str, *, calibrated: bool = True
) -> tuple[tuple[float, Estimate], ...]:
    """Return how often outcomes lie in the central intervals of every tenth share, ends included.

    From the equally likely values, whose outermost ones bound what can be said.
    """
    rows = settled(backtest, model, "calibrated" if calibrated else "raw")
    grid = np.array([s.score.grid for s in rows.values()])
    outcome = np.array([s.row.outcome for s in rows.values()])
    resampled = group_weights([s.row.group for s in rows.values()])
    count = grid.shape[1]
    found = []
    for share in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.96):
        tail = round(count * (1.0 - share) / 2.0)
        low, high = grid[:, tail] - 1e-9, grid[:, count - 1 - tail] + 1e-9
        inside = ((low <= outcome) & (outcome <= high)).astype(float)
        found.append((share, estimate(inside, resampled)))
    return tuple(found)
