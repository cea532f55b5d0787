"""Several models together: a mixture of their calibrated forecasts, its weights learned and tested.

The ranked probability score of a mixture is quadratic in its weights, so that the distances
between forecasts are all that is needed to find the best ones (on the simplex). Whether the mixture
is worth having is judged where its weights were not learned.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from winset.models.base import FloatArray
from winset.track_record.backtest import Backtest
from winset.track_record.calibration_fit import folds
from winset.track_record.model_table import lazy_forecasters, settled
from winset.track_record.scores import Estimate, estimate, group_weights

RESAMPLES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class EnsembleMember:
    """What one model says of every decision.

    Attributes:
        model: its name.
        grid: ``(decision, value)``, equally likely values, points of a scale of 100.
    """

    model: str
    grid: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Ensemble:
    """A mixture of models beside its best member.

    Attributes:
        models: members, in the order of the weights.
        weights: from all decisions.
        low: end of the 95 % interval of each weight over resampled groups.
        high: the other.
        crps: ``(decision,)``, of mixtures whose weights the decision did not teach.
        best: the member with the least mean score.
        difference: of the mixture's score from that member's, paired; below 0 is better.
    """

    models: tuple[str, ...]
    weights: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    crps: FloatArray
    best: str
    difference: Estimate

    @property
    def better(self) -> bool:
        """Whether the mixture beats its best member by more than chance explains."""
        return self.difference.high < 0.0


def fit_ensemble(
    members: Sequence[EnsembleMember], outcome: FloatArray, groups: Sequence[str], *, seed: int = 0
) -> Ensemble:
    """Return the mixture of ``members`` with the least score, judged by folds of whole groups.

    Args:
        members: two or more.
        outcome: ``(decision,)``, points of a scale of 100.
        groups: ``(decision,)``.
        seed: of folds and resamples.
    """
    away, between = _distances(members, outcome)
    group = np.array(groups)
    crps = np.empty(len(outcome))
    for part in folds(groups, seed=seed):
        unseen = np.isin(group, sorted(part))
        weights = _weights(away[~unseen].mean(axis=0), between[~unseen].mean(axis=0))
        crps[unseen] = _score(weights, away[unseen], between[unseen])
    resampled = group_weights(groups, seed=seed)
    tried = np.array(
        [
            _weights(np.average(away, axis=0, weights=w), np.average(between, axis=0, weights=w))
            for w in resampled[:RESAMPLES]
        ]
    )
    own = np.array([_score(w, away, between) for w in np.eye(len(members))])
    best = int(own.mean(axis=1).argmin())
    low, high = np.quantile(tried, [0.025, 0.975], axis=0)
    return Ensemble(
        models=tuple(member.model for member in members),
        weights=tuple(float(w) for w in _weights(away.mean(axis=0), between.mean(axis=0))),
        low=tuple(float(v) for v in low),
        high=tuple(float(v) for v in high),
        crps=crps,
        best=members[best].model,
        difference=estimate(crps - own[best], resampled),
    )


def _distances(
    members: Sequence[EnsembleMember], outcome: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return distances to the outcome, ``(decision, member)``, and between members."""
    count = len(members)
    away = np.stack([np.abs(m.grid - outcome[:, None]).mean(axis=1) for m in members], axis=1)
    between = np.empty((len(outcome), count, count))
    for a in range(count):
        for b in range(a + 1):
            apart = np.abs(members[a].grid[:, :, None] - members[b].grid[:, None, :])
            between[:, a, b] = between[:, b, a] = apart.mean(axis=(1, 2))
    return away, between


def _score(weights: FloatArray, away: FloatArray, between: FloatArray) -> FloatArray:
    """Return the score of the mixture, for one decision or for each along the first axis."""
    score: FloatArray = (
        away @ weights - np.einsum("...ab,a,b->...", between, weights, weights) / 2.0
    )
    return score


def _weights(away: FloatArray, between: FloatArray) -> FloatArray:
    """Return the weights on the simplex with the least score."""
    from scipy.optimize import minimize

    count = len(away)
    fit = minimize(
        lambda w: float(_score(w, away, between)),
        np.full(count, 1.0 / count),
        jac=lambda w: away - between @ w,
        bounds=[(0.0, 1.0)] * count,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1.0, "jac": np.ones_like},
        method="SLSQP",
        options={"ftol": 1e-10, "maxiter": 200},
    )
    inside = np.clip(fit.x, 0.0, 1.0)
    weights: FloatArray = inside / inside.sum()
    return weights


def fit_mixture(backtest: Backtest, *, seed: int = 0) -> Ensemble | None:
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


NO_MIXTURE = (
    "No mixture of models was tried: that takes two that settled every decision, of two groups or "
    "more."
)


def mixture_sentence(mixture: Ensemble) -> str:
    """Return in words what the mixture of models is worth."""
    shares = ", ".join(
        f"{model} {weight:.2f} ({low:.2f} to {high:.2f})"
        for model, weight, low, high in zip(
            mixture.models, mixture.weights, mixture.low, mixture.high, strict=True
        )
    )
    d = mixture.difference
    beats, so = (
        ("beats", "it is worth using") if mixture.better else ("does not beat", "so none is used")
    )
    return (
        f"A mixture of all models, its weights learned in other groups, {beats} its best member, "
        f"“{mixture.best}”, {so}: CRPS {d.value:+.2f} ({d.low:+.2f} to {d.high:+.2f}). "
        f"Weights: {shares}."
    )
