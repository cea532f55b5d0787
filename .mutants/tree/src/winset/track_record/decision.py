"""One decision on which several models are tested, with the same draws for all of them."""

from dataclasses import dataclass, replace

import numpy as np

from winset.errors import WinsetError
from winset.forecast.calibration import Calibration
from winset.forecast.draws import compute_draws
from winset.formats.decisions import Decision, Decisions
from winset.models import Model
from winset.models.base import FloatArray, Outcome

Draws = tuple[FloatArray, FloatArray, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SolvedDecision:
    """The outcome of a decision in a model.

    Attributes:
        decision: as it was solved: alone, or among all issues of its group.
        model: that solved it.
        outcome: of one draw where nothing varies, or else of all.
    """

    decision: Decision
    model: Model
    outcome: Outcome


class Trial:
    """A decision with its draws, which are those of a forecast.

    Args:
        decision: to be forecast.
        decisions: the collection that it belongs to.
        draws: for each model.
        seed: of the random streams.
    """

    def __init__(self, decision: Decision, decisions: Decisions, *, draws: int, seed: int) -> None:
        self.decision = decision
        own_group = tuple(d for d in decisions.decisions if d.group == decision.group)
        self._decisions = replace(decisions, decisions=own_group)
        self._draws, self._seed = draws, seed
        self._together: Decision | None = None

    def solve(self, model: Model) -> SolvedDecision:
        """Return the issue solved by ``model``, alone or else among all issues of its group.

        Raises:
            WinsetError: when the model can do neither.
        """
        try:
            return self._solve(self.decision, model)
        except WinsetError:
            self._together = self._together or self._decisions.together(self.decision)
            if self._together is None:
                raise
            return self._solve(self._together, model)

    def calibrate(self, solved: SolvedDecision, calibration: Calibration) -> SolvedDecision:
        """Return ``solved`` with calibrated settlements, as many draws as were asked for."""
        return self._solve(solved.decision, solved.model, calibration)

    def _solve(
        self, decision: Decision, model: Model, calibration: Calibration | None = None
    ) -> SolvedDecision:
        outcome = compute_draws(
            decision.case, model, draws=self._draws, seed=self._seed, calibration=calibration
        )
        return SolvedDecision(decision=decision, model=model, outcome=outcome)


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
