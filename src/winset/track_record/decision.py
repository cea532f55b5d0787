"""One decision on which several models are tried, with the same draws for all of them."""

from dataclasses import dataclass

import numpy as np

from winset.errors import WinsetError
from winset.forecast.calibration import Calibration
from winset.forecast.tasks import certain, repeated
from winset.formats.decisions import Decision, Decisions
from winset.models import Model
from winset.models.base import FloatArray, Outcome
from winset.models.batch import Batch, sample

Draws = tuple[FloatArray, FloatArray, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SolvedDecision:
    """What a model made of a decision.

    Attributes:
        decision: as it was solved: alone, or among all issues of its group.
        outcome: of one draw where nothing varies, or else of all.
    """

    decision: Decision
    outcome: Outcome


class Trial:
    """A decision with its draws, each made when first asked for. The streams are a forecast's own.

    Args:
        decision: to be forecast.
        decisions: the collection that it belongs to.
        draws: for each model.
        seed: of the random streams.
    """

    def __init__(self, decision: Decision, decisions: Decisions, *, draws: int, seed: int) -> None:
        self._decision, self._decisions = decision, decisions
        self._draws, self._seed = draws, seed
        self._together: Decision | None = None
        self._batches: dict[tuple[bool, int], Batch] = {}

    def solve(self, model: Model) -> SolvedDecision:
        """Return what ``model`` makes of the issue alone, or else among all issues of its group.

        Raises:
            WinsetError: when it can do neither.
        """
        try:
            return self._solve(self._decision, model)
        except WinsetError:
            self._together = self._together or self._decisions.together(self._decision)
            if self._together is None:
                raise
            return self._solve(self._together, model)

    def calibrate(self, solved: SolvedDecision, calibration: Calibration) -> SolvedDecision:
        """Return ``solved`` with calibrated settlements, as many draws as were asked for."""
        outcome = solved.outcome
        if len(outcome.settlement) < self._draws:
            outcome = repeated(outcome, self._draws)
        calibrated = calibration.apply(self._batch(solved.decision, self._draws), outcome)
        return SolvedDecision(decision=solved.decision, outcome=calibrated)

    def _solve(self, decision: Decision, model: Model) -> SolvedDecision:
        draws = 1 if certain(decision.case, model) else self._draws
        return SolvedDecision(decision=decision, outcome=model.solve(self._batch(decision, draws)))

    def _batch(self, decision: Decision, draws: int) -> Batch:
        key = (decision is self._decision, draws)
        if key not in self._batches:
            self._batches[key] = sample(decision.case, draws, seed=self._seed)
        return self._batches[key]


def settlement_draws(solved: SolvedDecision) -> Draws:
    """Return settlements in points of a scale of 100, their weights, and P(agreement)."""
    outcome, decision = solved.outcome, solved.decision
    k = [issue.id for issue in decision.case.issues].index(decision.issue)
    values = 100.0 * outcome.settlement[:, k]
    weights, agreement = np.ones(len(values)), None
    if outcome.agreement is not None:
        weights = outcome.agreement[:, k]
        agreement = float(weights.mean())
    settles = ~np.isnan(values) & (weights > 0.0)
    return values[settles], weights[settles], agreement
