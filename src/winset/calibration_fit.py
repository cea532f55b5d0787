"""Finds a model's calibration from decisions whose outcome is known, and scores it on unseen ones.

The parts of the mixture and the slope are those with the least ranked probability score; then
errors are stretched until the 80 % intervals cover 80 %. All of it is found anew in every fold, so
the scores of the folds are those of whole groups of decisions that the fit has not seen.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version

import numpy as np

from winset.batch import make_batch
from winset.calibration import (
    BORROWED_FROM,
    Calibration,
    Fitted,
    Fold,
    decision_key,
    deviation,
)
from winset.errors import WinsetError
from winset.formats.decisions import Decisions
from winset.models.base import FloatArray
from winset.models.central import stance_weights
from winset.scores import crps, quantile

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
class Seen:
    """One decision beside what a model said of it, everything as shares of the scale.

    Attributes:
        group: what it was decided together with.
        settlement: the model's.
        position: ``(actor,)``.
        weight: ``(actor,)``, influence × salience, not all 0.
        outcome: what came of it.
    """

    group: str
    settlement: float
    position: FloatArray
    weight: FloatArray
    outcome: float


def fit(name: str, seen: Sequence[Seen]) -> Calibration:
    """Return the calibration of the model ``name`` that ``seen`` gives.

    Where the best mixture leaves so little to the errors that no stretch of them makes intervals
    cover what they say, the other parts are bounded, ever lower.
    """
    outcomes = np.abs(np.array([case.outcome for case in seen]) - 0.5)
    scored: list[tuple[float, Calibration]] = []
    for slope in SLOPES:
        plain = Calibration(
            name=name,
            slope=slope,
            positions=0.0,
            climatology=0.0,
            errors=_table(_residuals(slope, seen), ERRORS),
            outcomes=_table(outcomes, OUTCOMES),
        )
        scored += _mixtures(plain, seen)
    scored.sort(key=lambda pair: pair[0])
    for most in MOST_PARTS:
        best = next(c for _, c in scored if c.positions + c.climatology <= most + 1e-9)
        found, apart = _stretched(best, seen)
        if apart <= NEAR:
            break
    return found


def folds(
    groups: Sequence[str], *, count: int = FOLDS, seed: int = 0
) -> tuple[frozenset[str], ...]:
    """Return the groups in ``count`` parts of about equal size, shuffled by ``seed``."""
    names = sorted(set(groups))
    order = np.random.default_rng(seed).permutation(len(names))
    parts = [frozenset(names[k] for k in order[first::count]) for first in range(count)]
    return tuple(part for part in parts if part)


def _residuals(slope: float, seen: Sequence[Seen]) -> FloatArray:
    """Return the sizes of the errors in units of the spread."""
    return np.array(
        [
            abs(case.outcome - (0.5 + slope * (case.settlement - 0.5)))
            / deviation(case.position, case.weight)
            for case in seen
        ]
    )


def _table(values: FloatArray, count: int) -> tuple[float, ...]:
    """Return ``count`` equally likely values in place of many."""
    shares = (np.arange(count) + 0.5) / count
    return tuple(float(v) for v in np.quantile(values, shares))


def _mixtures(plain: Calibration, seen: Sequence[Seen]) -> list[tuple[float, Calibration]]:
    """Return every mixture with its mean score.

    The score of a mixture is quadratic in its shares: distances between the parts are enough.
    """
    parts = [plain, replace(plain, positions=1.0), replace(plain, climatology=1.0)]
    away, between = np.zeros(3), np.zeros((3, 3))
    for case in seen:
        drawn = [_kept(part, case) for part in parts]
        for a, (x, v) in enumerate(drawn):
            away[a] += v @ np.abs(x - case.outcome)
            for b, (y, w) in enumerate(drawn[: a + 1]):
                between[a, b] += v @ np.abs(x[:, None] - y) @ w
    away, between = away / len(seen), between / len(seen)
    between = between + np.tril(between, -1).T
    found = []
    for positions, climatology in itertools.product(PARTS, PARTS):
        if positions + climatology <= 1.0:
            shares = np.array([1.0 - positions - climatology, positions, climatology])
            score = float(shares @ away - shares @ between @ shares / 2.0)
            mixed = replace(plain, positions=positions, climatology=climatology)
            found.append((score, mixed))
    return found


def _kept(part: Calibration, case: Seen) -> tuple[FloatArray, FloatArray]:
    values, weights = part.distribution(case.settlement, case.position, case.weight)
    return values[weights > 0.0], weights[weights > 0.0]


def _stretched(found: Calibration, seen: Sequence[Seen]) -> tuple[Calibration, float]:
    """Return ``found`` with errors stretched to cover what intervals say, and what is amiss."""
    tried = []
    for stretch in STRETCHES:
        wider = replace(found, errors=tuple(stretch * error for error in found.errors))
        tried.append((abs(coverage(wider, seen) - COVERED), abs(stretch - 1.0), wider))
    apart, _, wider = min(tried, key=lambda t: t[:2])
    return wider, apart


def coverage(calibration: Calibration, seen: Sequence[Seen], *, share: float = COVERED) -> float:
    """Return the share of the outcomes that lie in their central intervals of ``share``."""
    tail = (1.0 - share) / 2.0
    inside = 0
    for case in seen:
        values, weights = calibration.distribution(case.settlement, case.position, case.weight)
        low, high = (quantile(values, weights, p) for p in (tail, 1.0 - tail))
        inside += low <= case.outcome <= high
    return inside / len(seen)


def mean_crps(calibration: Calibration, seen: Sequence[Seen]) -> float:
    """Return the mean ranked probability score, share of the scale."""
    return float(
        np.mean(
            [
                crps(*calibration.distribution(c.settlement, c.position, c.weight), c.outcome)
                for c in seen
            ]
        )
    )


def fit_models(
    decisions: Decisions,
    said: Mapping[str, Mapping[str, float]],
    *,
    source: str,
    progress: Callable[[int], None] | None = None,
) -> Fitted:
    """Return the calibrations of several models, from all decisions and from each part of them.

    A model that settled too few decisions gets none, and will borrow.

    Args:
        decisions: with outcomes.
        said: model to decision to settlement, share of the scale.
        source: whose decisions they are, for whoever uses the file.
        progress: called with the number of fits done.
    """
    seen = {model: _seen(decisions, points) for model, points in said.items()}
    enough = {model: own for model, own in seen.items() if len(own) >= LEAST_DECISIONS}
    if BORROWED_FROM not in enough:
        raise WinsetError(
            f"model “{BORROWED_FROM}” must settle at least {LEAST_DECISIONS} decisions, since "
            f"others borrow from it; found {len(seen.get(BORROWED_FROM, ()))}"
        )
    done = 0

    def fitted(unseen: frozenset[str]) -> dict[str, Calibration]:
        nonlocal done
        found = {}
        for model, own in enough.items():
            found[model] = fit(model, [case for case in own if case.group not in unseen])
            done += 1
            if progress is not None:
                progress(done)
        return found

    return Fitted(
        source=source,
        table=decisions.digest,
        decisions=len(decisions.decisions),
        groups=len(decisions.groups),
        version=version("winset"),
        calibrations=fitted(frozenset()),
        folds=tuple(
            Fold(
                unseen=frozenset(
                    decision_key(d.group, d.id) for d in decisions.decisions if d.group in part
                ),
                calibrations=fitted(part),
            )
            for part in folds(decisions.groups)
        ),
    )


def _seen(decisions: Decisions, points: Mapping[str, float]) -> list[Seen]:
    found = []
    for decision in decisions.decisions:
        if decision.id not in points:
            continue
        batch = make_batch(decision.case, Middle())
        k = batch.issues.index(decision.issue)
        present = batch.present[:, k]
        weight = stance_weights(batch, "influence-salience")[0, present, k]
        scale = decision.scale
        found.append(
            Seen(
                group=decision.group,
                settlement=points[decision.id],
                position=batch.position[0, present, k],
                weight=weight,
                outcome=(decision.outcome - scale.low) / scale.width,
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Middle:
    """Shares for a batch of one in which every range stands at its median."""

    draws: int = 1

    def __call__(self, name: str) -> FloatArray:
        """Return the median's share, whatever the stream."""
        del name
        return np.full(1, 0.5)
