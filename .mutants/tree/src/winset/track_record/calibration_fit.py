"""Fits a model's calibration to decisions with known outcomes, and scores it on unseen ones.

The parts of the mixture and the slope are those with the lowest ranked probability score. Then
errors are stretched until the 80 % intervals cover 80 %. Every fold is fitted separately, so its
scores are those of whole groups of decisions that the fit has not seen.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from winset.errors import WinsetError
from winset.forecast.calibration import (
    BORROWED_FROM,
    NEARER,
    Calibration,
    Fitted,
    Fold,
    decision_key,
    deviation,
)
from winset.formats.decisions import Decisions
from winset.models.base import FloatArray
from winset.models.batch import make_batch
from winset.models.central import stance_weights
from winset.models.version import winset_version

FOLDS = 10
LEAST_DECISIONS = 60  # with fewer, errors are borrowed rather than fitted
SLOPES = (0.7, 0.8, 0.9, 1.0)
PARTS = tuple(k / 20 for k in range(13))  # 0 to .6
MOST_PARTS = (1.0, 0.5, 0.35, 0.25, 0.15, 0.0)
STRETCHES = tuple(0.8 + 0.025 * k for k in range(25))
COVERED = 0.8
NEAR = 0.01
ERRORS = 40
OUTCOMES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenDecisions:
    """One decision with a model's settlement, everything in shares of the scale.

    Attributes:
        group: of decisions that were taken together.
        settlement: the model's.
        position: ``(actor,)``.
        weight: ``(actor,)``, influence × salience, not all 0.
        outcome: the settlement.
    """

    group: str
    settlement: float
    position: FloatArray
    weight: FloatArray
    outcome: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _DecisionArrays:
    """Many decisions as arrays; shares are 0 where a decision has fewer actors than another.

    Attributes:
        settlement: ``(case,)``.
        position: ``(case, actor)``.
        share: ``(case, actor)``, of the weight.
        around: ``(case,)``, spread of the positions.
        outcome: ``(case,)``.
    """

    settlement: FloatArray
    position: FloatArray
    share: FloatArray
    around: FloatArray
    outcome: FloatArray


def _stack(cases: Sequence[SeenDecisions]) -> _DecisionArrays:
    most = max(len(case.position) for case in cases)
    position, share = np.zeros((2, len(cases), most))
    for k, case in enumerate(cases):
        position[k, : len(case.position)] = case.position
        share[k, : len(case.position)] = case.weight / case.weight.sum()
    return _DecisionArrays(
        settlement=np.array([case.settlement for case in cases]),
        position=position,
        share=share,
        around=np.array([deviation(case.position, case.weight) for case in cases]),
        outcome=np.array([case.outcome for case in cases]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FitGrid:
    """The values that a fit may choose; each list has at least the one that disables its part."""

    slopes: tuple[float, ...] = SLOPES
    positions: tuple[float, ...] = PARTS
    climatology: tuple[float, ...] = PARTS


def fit(
    name: str, cases: Sequence[SeenDecisions], *, allowed: FitGrid | None = None
) -> Calibration:
    """Return the calibration of the model ``name`` that ``cases`` give.

    If the best mixture gives so little weight to the errors that no stretch of them makes intervals
    cover their share, the weight of the other parts is capped, lower and lower.

    Args:
        name: of the model.
        cases: decisions, each with the model's settlement.
        allowed: which values the fit may choose; by default all.
    """
    may = allowed or FitGrid()
    stack = _stack(cases)
    scored = [
        pair for slope in may.slopes for pair in _mixtures(unmixed(name, slope, stack), stack, may)
    ]
    scored.sort(key=lambda pair: pair[0])
    for most in MOST_PARTS:
        best = next(c for _, c in scored if c.positions + c.climatology <= most + 1e-9)
        calibration, apart = _stretched(best, stack)
        if apart <= NEAR:
            break
    return calibration


def folds(
    groups: Sequence[str], *, count: int = FOLDS, seed: int = 0
) -> tuple[frozenset[str], ...]:
    """Return the groups in ``count`` parts of about equal size, shuffled by ``seed``."""
    names = sorted(set(groups))
    order = np.random.default_rng(seed).permutation(len(names))
    parts = [frozenset(names[k] for k in order[first::count]) for first in range(count)]
    return tuple(part for part in parts if part)


def unmixed(
    name: str, slope: float, cases: _DecisionArrays | Sequence[SeenDecisions]
) -> Calibration:
    """Return the calibration that adds errors and nothing else, for a given ``slope``."""
    stack = cases if isinstance(cases, _DecisionArrays) else _stack(cases)
    residuals = np.abs(stack.outcome - (0.5 + slope * (stack.settlement - 0.5))) / stack.around
    return Calibration(
        name=name,
        slope=slope,
        positions=0.0,
        climatology=0.0,
        errors=_table(residuals, ERRORS),
        outcomes=_table(np.abs(stack.outcome - 0.5), OUTCOMES),
    )


def _table(values: FloatArray, count: int) -> tuple[float, ...]:
    """Return ``count`` equally likely values in place of many."""
    shares = (np.arange(count) + 0.5) / count
    return tuple(float(v) for v in np.quantile(values, shares))


def _parts(calibration: Calibration, stack: _DecisionArrays) -> list[tuple[FloatArray, FloatArray]]:
    """Return values and weights of each part, ``(case, value)``, as `Calibration.distribution`.

    Each part's weights add up to 1.
    """
    centre = calibration.centre(stack.settlement)[:, None]
    errors, outcomes = np.array(calibration.errors), np.array(calibration.outcomes)
    sizes = np.concatenate([-errors, errors])
    own = np.clip(centre + stack.around[:, None] * sizes, 0.0, 1.0)
    won = stack.position + NEARER * (centre - stack.position)
    row = 0.5 + (1.0 - NEARER) * np.concatenate([-outcomes, outcomes])
    past = np.broadcast_to(row, (len(own), len(row)))
    alike = [np.full(values.shape, 1.0 / values.shape[1]) for values in (own, past)]
    return [(own, alike[0]), (won, stack.share), (past, alike[1])]


def _mixed(calibration: Calibration, stack: _DecisionArrays) -> tuple[FloatArray, FloatArray]:
    """Return values and weights of the whole, ``(case, value)``."""
    parts = _parts(calibration, stack)
    c = calibration
    shares = (max(0.0, 1.0 - c.positions - c.climatology), c.positions, c.climatology)
    return (
        np.concatenate([values for values, _ in parts], axis=1),
        np.concatenate([s * w for s, (_, w) in zip(shares, parts, strict=True)], axis=1),
    )


def _apart(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Return ``(case,)`` mean distances of two draws from the same values; weights sum to 1."""
    order = np.argsort(values, axis=1, kind="stable")
    x = np.take_along_axis(values, order, axis=1)
    w = np.take_along_axis(weights, order, axis=1)
    below = np.cumsum(w, axis=1) - w / 2.0
    apart: FloatArray = 2.0 * (w * x * (2.0 * below - 1.0)).sum(axis=1)
    return apart


def _mixtures(
    plain: Calibration, stack: _DecisionArrays, may: FitGrid
) -> list[tuple[float, Calibration]]:
    """Return every mixture with its mean score.

    The score of a mixture is quadratic in its shares, so distances between the parts are enough. An
    even mixture of two parts has a quarter of each part's own distance and half of the distance
    between them.
    """
    parts = _parts(plain, stack)
    away = np.array([(w * np.abs(x - stack.outcome[:, None])).sum(axis=1).mean() for x, w in parts])
    between = np.diag([_apart(x, w).mean() for x, w in parts])
    for a, b in itertools.combinations(range(len(parts)), 2):
        (x, v), (y, w) = parts[a], parts[b]
        both = np.concatenate([x, y], axis=1), np.concatenate([v, w], axis=1) / 2.0
        far = 2.0 * _apart(*both).mean() - (between[a, a] + between[b, b]) / 2.0
        between[a, b] = between[b, a] = far
    mixtures = []
    for positions, climatology in itertools.product(may.positions, may.climatology):
        if positions + climatology <= 1.0:
            shares = np.array([1.0 - positions - climatology, positions, climatology])
            score = float(shares @ away - shares @ between @ shares / 2.0)
            mixed = replace(plain, positions=positions, climatology=climatology)
            mixtures.append((score, mixed))
    return mixtures


def _stretched(calibration: Calibration, stack: _DecisionArrays) -> tuple[Calibration, float]:
    """Return the calibration with errors stretched to cover, and how far coverage is off."""
    candidates = []
    for stretch in STRETCHES:
        wider = replace(calibration, errors=tuple(stretch * error for error in calibration.errors))
        candidates.append(
            (abs(_covered(wider, stack, COVERED) - COVERED), abs(stretch - 1.0), wider)
        )
    apart, _, wider = min(candidates, key=lambda t: t[:2])
    return wider, apart


def coverage(
    calibration: Calibration, cases: Sequence[SeenDecisions], *, share: float = COVERED
) -> float:
    """Return the share of the outcomes that lie in their central intervals of ``share``."""
    return _covered(calibration, _stack(cases), share)


def _covered(calibration: Calibration, stack: _DecisionArrays, share: float) -> float:
    low, high = _ends(calibration, stack, share)
    return float(((low <= stack.outcome) & (stack.outcome <= high)).mean())


def _ends(
    calibration: Calibration, stack: _DecisionArrays, share: float
) -> tuple[FloatArray, FloatArray]:
    """Return both ends of the central intervals of ``share``, ``(case,)`` each."""
    values, weights = _mixed(calibration, stack)
    order = np.argsort(values, axis=1, kind="stable")
    x = np.take_along_axis(values, order, axis=1)
    below = np.cumsum(np.take_along_axis(weights, order, axis=1), axis=1)
    ends = []
    for tail in ((1.0 - share) / 2.0, 1.0 - (1.0 - share) / 2.0):
        target = tail * below[:, -1:] * (1.0 - 1e-12)  # as `winset.track_record.scores.quantiles`
        place = np.minimum((below < target).sum(axis=1), x.shape[1] - 1)
        ends.append(x[np.arange(len(x)), place])
    return ends[0], ends[1]


def mean_crps(calibration: Calibration, cases: Sequence[SeenDecisions]) -> float:
    """Return the mean ranked probability score, share of the scale."""
    return float(each_crps(calibration, cases).mean())


def each_crps(calibration: Calibration, cases: Sequence[SeenDecisions]) -> FloatArray:
    """Return ``(case,)``: the ranked probability score of each, share of the scale."""
    stack = _stack(cases)
    values, weights = _mixed(calibration, stack)
    away = (weights * np.abs(values - stack.outcome[:, None])).sum(axis=1)
    score: FloatArray = away - _apart(values, weights) / 2.0
    return score


def each_inside(
    calibration: Calibration, cases: Sequence[SeenDecisions]
) -> tuple[FloatArray, FloatArray]:
    """Return whether each outcome lies in its 80 % interval (0 or 1), and the widths of these."""
    stack = _stack(cases)
    low, high = _ends(calibration, stack, COVERED)
    return ((low <= stack.outcome) & (stack.outcome <= high)).astype(float), high - low


def fit_models(
    decisions: Decisions,
    settlements: Mapping[str, Mapping[str, float]],
    *,
    source: str,
    progress: Callable[[int], None] | None = None,
) -> Fitted:
    """Return the calibrations of several models, from all decisions and from each part of them.

    A model that settled too few decisions gets none, and borrows another's.

    Args:
        decisions: with outcomes.
        settlements: model to decision to settlement, share of the scale.
        source: where the decisions come from, for readers of the file.
        progress: called with the number of fits done.
    """
    cases = {model: seen_in(decisions, points) for model, points in settlements.items()}
    enough = {model: own for model, own in cases.items() if len(own) >= LEAST_DECISIONS}
    if BORROWED_FROM not in enough:
        raise WinsetError(
            f"model “{BORROWED_FROM}” must settle at least {LEAST_DECISIONS} decisions, since "
            f"others borrow its errors; found {len(cases.get(BORROWED_FROM, ()))}"
        )
    done = 0

    def fitted(unseen: frozenset[str]) -> dict[str, Calibration]:
        nonlocal done
        calibrations = {}
        for model, own in enough.items():
            calibrations[model] = fit(model, [case for case in own if case.group not in unseen])
            done += 1
            if progress is not None:
                progress(done)
        return calibrations

    from_all, parts = fitted(frozenset()), folds(decisions.groups)
    blind = [fitted(part) for part in parts]
    return Fitted(
        source=source,
        table=decisions.digest,
        decisions=len(decisions.decisions),
        groups=len(decisions.groups),
        version=winset_version(),
        calibrations=from_all,
        missed={model: _missed(model, own, parts, blind) for model, own in enough.items()},
        folds=tuple(
            Fold(
                unseen=frozenset(
                    decision_key(d.group, d.id) for d in decisions.decisions if d.group in part
                ),
                calibrations=own,
            )
            for part, own in zip(parts, blind, strict=True)
        ),
    )


def _missed(
    model: str,
    cases: Sequence[SeenDecisions],
    parts: Sequence[frozenset[str]],
    blind: Sequence[Mapping[str, Calibration]],
) -> float:
    """Return the mean error of the median in decisions that a fit has not seen, points of 100."""
    errors = []
    for part, own in zip(parts, blind, strict=True):
        unseen = [case for case in cases if case.group in part]
        if unseen:
            stack = _stack(unseen)
            middle, _ = _ends(own[model], stack, 0.0)
            errors.append(np.abs(middle - stack.outcome))
    return round(100.0 * float(np.concatenate(errors).mean()), 1)


def seen_in(decisions: Decisions, points: Mapping[str, float]) -> list[SeenDecisions]:
    """Return the decisions that a model settled, with its ``points``, shares of the scale."""
    cases = []
    for decision in decisions.decisions:
        if decision.id not in points:
            continue
        batch = make_batch(decision.case, MedianShares())
        k = batch.issues.index(decision.issue)
        present = batch.present[:, k]
        weight = stance_weights(batch, "influence-salience")[0, present, k]
        scale = decision.scale
        cases.append(
            SeenDecisions(
                group=decision.group,
                settlement=points[decision.id],
                position=batch.position[0, present, k],
                weight=weight,
                outcome=(decision.outcome - scale.low) / scale.width,
            )
        )
    return cases


@dataclass(frozen=True, slots=True)
class MedianShares:
    """Shares for a batch of one draw in which every range takes its median."""

    draws: int = 1

    def __call__(self, name: str) -> FloatArray:
        """Return the median's share, whatever the stream."""
        del name
        return np.full(1, 0.5)
