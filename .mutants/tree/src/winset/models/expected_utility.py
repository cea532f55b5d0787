"""Bueno de Mesquita's group decision model: challenges, offers and moves, round by round."""

from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

import numpy as np

from winset.models.base import ChallengeGains, FloatArray, Outcome, Rounds
from winset.models.batch import Batch
from winset.models.kernels import expected_utility as kernel
from winset.models.kernels.challenges import ChallengeRules

Variant = Literal["printed", "replication"]
Forecast = Literal["median", "mean"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenges:
    """What actors expect from challenges in the first round, each in its own view.

    ``own`` and ``other`` are the two axes of the paper's figures 7 and 8: where both are plotted
    for one viewer, the quadrant says who would win, offer a compromise or give way.

    Attributes:
        own: ``(draw, viewer, other, issue)``, expected utility to the viewer of challenging the
            other, over that of not doing so; 0 on the diagonal, NaN where either is absent.
        other: likewise, what the other expects of challenging the viewer, as the viewer sees it.
    """

    own: FloatArray
    other: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedUtility:
    """Actors challenge whom they expect to beat, and those who expect to lose move, in rounds.

    In each round every actor weighs challenging every other one, given who would back whom; it
    then takes, of the offers that move it, a confrontation before a compromise before a
    capitulation and the least move within a class. All move at once, on each issue by itself.

    Assumes that utility falls with distance on one line, that third parties side with the nearer
    rival in proportion to influence × salience, and that an agreement comes about. What an actor
    risks follows from how safe its position is.

    Utilities eqs 15-16 and 22-24, success 31, risk 32-34 (numbers of the ICAART version of Scholz
    et al.). ``variant="printed"`` follows these equations. They do not give the results printed
    beside them; ``"replication"`` does, to .061 in the means and .072 in the medians but for round
    2 (docs/decisions/0004-two-variants-of-expected-utility.md).

    Settled here, as the paper leaves them open. A run stops after a number of rounds, or earlier if
    no actor moves. Differences below 1e-12 are ties, and offers that tie go by the order of the
    actors. An offer of the actor's own position is no offer. Rivals are equally strong where no
    actor with weight prefers either. Where no actor has any weight, all who are present count
    equally.

    Attributes:
        variant: which reading of the paper.
        forecast: what is forecast after the last round: the position that beats all others in a
            vote (the weighted median, the lower one on ties) or the weighted mean.
        rounds: played at most, 1 or more. ``Outcome.rounds`` counts those in which an actor moved.
        q: chance in [0, 1] that the status quo holds without a challenge; the paper prints 1 and
            0.5.
        tolerance: share of the scale; a run has converged if the median moved less in the last
            round.

    References:
        Bueno de Mesquita 1984, Forecasting policy decisions, PS 17; 1994 and 1997. Scholz, Calbert
        and Smith 2011, Unravelling Bueno de Mesquita's group decision model, Journal of
        Theoretical Politics 23(4), 510-531; ICAART 2011, 18-30.

    >>> import datetime
    >>> from winset.models.batch import sample
    >>> from winset.case.model import Case
    >>> from winset.case.parts import Actor, Issue, Stance
    >>> from winset.case.ranges import point
    >>> rows = [("a", 0, 40, 90), ("b", 40, 60, 50), ("c", 100, 100, 80)]
    >>> case = Case(
    ...     title="Three", as_of=datetime.date(2015, 1, 1), issues=(Issue(id="x", title="x"),),
    ...     actors=tuple(Actor(id=n, name=n) for n, *_ in rows),
    ...     stances=tuple(
    ...         Stance(issue="x", actor=n, position=point(p), influence=point(c),
    ...                salience=point(s)) for n, p, c, s in rows),
    ... )
    >>> model = ExpectedUtility(rounds=3)
    >>> model.trace(sample(case, 1)).settlement[0, :, 0].round(3).tolist()
    [1.0, 0.672, 0.672, 0.672]
    """

    name: ClassVar[str] = "expected-utility"
    kernels: ClassVar[tuple[str, ...]] = ("expected_utility",)
    idea: ClassVar[str] = "who expects to lose a challenge, given who backs whom, moves beforehand"
    source: ClassVar[str] = "Bueno de Mesquita 1984; Scholz, Calbert and Smith 2011"
    proof: ClassVar[str] = (
        "tests/test_expected_utility.py::test_the_replication_variant_reproduces_the_table"
    )
    random: ClassVar[bool] = False
    variant: Variant = "printed"
    forecast: Forecast = "median"
    rounds: int = 10
    q: float = 1.0
    tolerance: float = 1e-3

    def __post_init__(self) -> None:
        if self.variant not in get_args(Variant):
            raise ValueError(
                f"variant must be one of {', '.join(get_args(Variant))}; found {self.variant}"
            )
        if self.forecast not in get_args(Forecast):
            raise ValueError(
                f"forecast must be one of {', '.join(get_args(Forecast))}; found {self.forecast}"
            )
        if self.rounds < 1:
            raise ValueError(f"rounds must be 1 or more; found {self.rounds}")
        if not 0.0 <= self.q <= 1.0:
            raise ValueError(f"q must be in [0, 1]; found {self.q}")
        if not self.tolerance > 0.0:
            raise ValueError(f"tolerance must be greater than 0; found {self.tolerance}")

    def solve(self, batch: Batch) -> Outcome:
        """Return the forecast of each draw after the last round."""
        record = self._play(batch, recorded=0)
        return Outcome(
            settlement=record.settlement,
            rounds=record.rounds,
            converged=record.last_move < self.tolerance,
        )

    def trace(self, batch: Batch) -> Rounds:
        """Return the positions, offers taken and forecasts of every round of each draw."""
        record = self._play(batch, recorded=self.rounds + 1)
        return Rounds(
            position=record.path,
            moved_by=record.moved_by,
            settlement=record.forecasts,
            rounds=record.rounds,
            converged=record.last_move < self.tolerance,
        )

    def challenges(self, batch: Batch) -> Challenges:
        """Return what every actor expects of every challenge in the first round."""
        draws, actors, issues = batch.position.shape
        shape = (draws, actors, actors, issues)
        own, other = np.full(shape, np.nan), np.full(shape, np.nan)
        kernel.challenges(*_stances(batch), batch.present, self._rules(), own, other)
        return Challenges(own=own, other=other)

    def challenge_gains(self, batch: Batch) -> ChallengeGains:
        """Return `challenges`, as models in which actors challenge one another tell them."""
        expected = self.challenges(batch)
        return ChallengeGains(
            own=expected.own, other=expected.other, perceived=True, one_space=False
        )

    def _rules(self) -> ChallengeRules:
        return ChallengeRules(
            replication=self.variant == "replication",
            mean=self.forecast == "mean",
            rounds=self.rounds,
            q=float(self.q),
        )

    def _play(self, batch: Batch, *, recorded: int) -> kernel.ChallengeRecord:
        draws, actors, issues = batch.position.shape
        stances = _stances(batch)
        record = kernel.ChallengeRecord(
            settlement=np.empty((draws, issues)),
            last_move=np.empty((draws, issues)),
            rounds=np.empty((draws, issues), np.int64),
            path=np.repeat(stances[0][:, None], recorded, axis=1),
            moved_by=np.full((draws, recorded, actors, issues), -1),
            forecasts=np.empty((draws, recorded, issues)),
        )
        rules = self._rules()
        kernel.play.over(draws, kernel.STEP, *stances, batch.present, rules, record)
        return record


def _stances(batch: Batch) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return positions, saliences and influences in plain C order.

    The kernel is compiled for that alone, not for each way in which a batch may lie in memory.
    """
    position, salience, influence = (
        np.array(array, order="C") for array in (batch.position, batch.salience, batch.influence)
    )
    return position, salience, influence
