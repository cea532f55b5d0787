"""The KTAB spatial model of politics: challenges, bargains and probabilistic elections."""

import math
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from winset.errors import WinsetError
from winset.models.base import ChallengeGains, FloatArray, Outcome, Rounds
from winset.models.batch import Batch
from winset.models.kernels import condorcet, spatial_turn
from winset.models.kernels import spatial as kernel

Vote = Literal["binary", "propbin", "proportional", "propcubic", "cubic"]
Victory = Literal["linear", "square", "quartic", "octic", "binary"]
Election = Literal["conditional", "markov"]
Risk = Literal["min", "mid", "max"]
Views = Literal["0", "1/3", "1/2", "2/3", "1"]
Commitment = Literal["uncommitted", "semi-committed", "fully committed"]
Bargain = Literal["s2p2", "s1p1"]
Interim = Literal["deterministic", "stochastic"]

_T = TypeVar("_T", bound=np.generic)

_VIEWS = {"0": 0.0, "1/3": 1 / 3, "1/2": 1 / 2, "2/3": 2 / 3, "1": 1.0}

# Parameter to the names that it takes, in the order of the kernel's codes.
CHOICES: dict[str, tuple[str, ...]] = {
    "vote": condorcet.VOTES,
    "victory": condorcet.VICTORIES,
    "election": condorcet.METHODS,
    "risk": spatial_turn.RISKS,
    "views": tuple(_VIEWS),
    "third_parties": spatial_turn.COMMITMENTS,
    "bargain": spatial_turn.BARGAINS,
    "interim": spatial_turn.INTERIMS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SpatialOutcome(Outcome):
    """Where each draw settles, and the final positions whose weighted mean that is.

    Attributes:
        position: ``(draw, actor, issue)``, share of the scale: where each actor ends.
        probability: ``(draw, actor)``, that the actor's final position wins the last election.
            Positions nearer than 1e-3 are one and each actor there carries the whole of it, so a
            row sums to 1 over distinct positions only; 0 for actors who take no part.
    """

    position: FloatArray
    probability: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class SpatialPolitics:
    """Actors challenge rivals from whom they expect gains, and elections choose among their offers.

    In each turn every actor picks the rival from whom it expects most, given who would back whom,
    and offers it a bargain; the actors then choose, for each one, the most probable of its bargains
    and of staying put, and all move at once. All issues are one space. The settlement is the mean
    of the distinct final positions, weighted with the probability that each beats all others.

    Assumes that utility falls with the distance weighted by salience, that third parties vote by
    what either side's win is worth to them, that an actor as likely to prevail as the likeliest is
    risk averse and the one least likely risk seeking, and that an agreement comes about.

    Step numbers are those of the kernels: risk attitudes 1, views 2, the worth of a challenge 3,
    targets 4, bargains 5, queues and the interim election 6-7, moves 8, ideals 9, end 10.

    Settled here, as the source leaves it open, or where the reference program fails. Actors without
    salience take no part; where no actor has any, the distinct positions are equally likely.
    Saliences that sum to more than 1 over the issues are divided by their sum. Influence is the
    mean over the issues on which an actor has a stance; on an issue where it has none it stands at
    the mean of the actors who have one. Actors who are all at one point stay there. Products of
    chances too small for floating point are computed by logarithms. The stochastic vote depends on
    the draw, the turn and the actor alone, so that it can be repeated. An actor weighs challenges
    in its own view only: O(actor³) a turn instead of O(actor⁴), with the same result.

    Attributes:
        vote: how the size of a vote follows from the difference of utilities.
        victory: how the chance to win follows from the strengths of two coalitions.
        election: how the winner among many follows from the chances of all pairs.
        risk: range of the risk attitudes: [0, 1], [-1/2, 1] or [-1, 1].
        views: how far an actor sees another's risk attitude as it is rather than as its own.
        third_parties: whether they pay for having backed the loser; if they are uncommitted or
            fully committed the rivals stand alone.
        bargain: powers of salience and chance that weigh the two sides.
        interim: whether the actors take the likeliest of the bargains or draw one.
        max_turns: turns after which a run is cut off, 1 or more.
        stop: a run has converged once a turn moves less than this share of what the first moved.
        interdependence: ``(actor, actor)`` pull of each position on each actor's ideal point after
            a turn, in the order of the case; None lets every ideal point follow its own actor.

    References:
        Wise, Lester and Efird 2015, An introduction to the KAPSARC Toolkit for Behavioral Analysis
        (KTAB) using one-dimensional spatial models, KAPSARC discussion paper.

    >>> import datetime
    >>> from winset.models.batch import sample
    >>> from winset.case.model import Case
    >>> from winset.case.parts import Actor, Issue, Stance
    >>> from winset.case.ranges import point
    >>> rows = [("a", 10, 40, 90), ("b", 40, 60, 50), ("c", 90, 90, 80)]
    >>> case = Case(
    ...     title="Three", as_of=datetime.date(2015, 1, 1), issues=(Issue(id="x", title="x"),),
    ...     actors=tuple(Actor(id=n, name=n) for n, *_ in rows),
    ...     stances=tuple(
    ...         Stance(issue="x", actor=n, position=point(p), salience=point(s),
    ...                influence=point(c)) for n, p, s, c in rows),
    ... )
    >>> outcome = SpatialPolitics().solve(sample(case, 1))
    >>> outcome.position[0, :, 0].tolist(), outcome.probability[0].round(3).tolist()
    ([0.1, 0.4, 0.9], [0.37, 0.34, 0.29])
    """

    name: ClassVar[str] = "spatial"
    kernels: ClassVar[tuple[str, ...]] = ("spatial",)
    idea: ClassVar[str] = "whoever expects to gain offers a bargain, and elections decide on it"
    source: ClassVar[str] = "Wise, Lester and Efird 2015 (KTAB)"
    proof: ClassVar[str] = (
        "tests/test_spatial.py::test_every_turn_of_the_reference_program_is_reproduced"
    )
    vote: Vote = "proportional"
    victory: Victory = "linear"
    election: Election = "conditional"
    risk: Risk = "mid"
    views: Views = "1/3"
    third_parties: Commitment = "semi-committed"
    bargain: Bargain = "s2p2"
    interim: Interim = "deterministic"
    max_turns: int = 100
    stop: float = 0.02
    interdependence: tuple[tuple[float, ...], ...] | None = None

    def __post_init__(self) -> None:
        for parameter, names in CHOICES.items():
            if (value := getattr(self, parameter)) not in names:
                raise ValueError(f"{parameter} must be one of {', '.join(names)}; found {value}")
        if self.max_turns < 1:
            raise ValueError(f"max_turns must be 1 or more; found {self.max_turns}")
        if not 0.0 <= self.stop < math.inf:
            raise ValueError(f"stop must be 0 or more; found {self.stop}")
        if self.interdependence is not None:
            object.__setattr__(self, "interdependence", _square(self.interdependence))

    @property
    def random(self) -> bool:
        """Whether bargains are chosen by chance."""
        return self.interim == "stochastic"

    def solve(self, batch: Batch) -> SpatialOutcome:
        """Return where each draw ends, the same on all issues for rounds and convergence."""
        record = self._play(batch, recorded=0)
        return SpatialOutcome(
            settlement=np.clip(record.settlement, 0.0, 1.0),
            rounds=_on_every_issue(record.rounds, batch),
            converged=_on_every_issue(record.converged, batch),
            position=record.position,
            probability=record.probability,
        )

    def trace(self, batch: Batch) -> Rounds:
        """Return the positions, bargains taken and forecasts of every turn of each draw.

        An actor who moves by a bargain of its own has itself in ``moved_by``.
        """
        recorded = int(self._play(batch, recorded=0).rounds.max(initial=0)) + 1
        record = self._play(batch, recorded=recorded)
        return Rounds(
            position=record.path,
            moved_by=record.moved_by,
            settlement=np.clip(record.forecasts, 0.0, 1.0),
            rounds=_on_every_issue(record.rounds, batch),
            converged=_on_every_issue(record.converged, batch),
        )

    def expected_gain(self, batch: Batch) -> FloatArray:
        """Return ``(draw, actor, other)`` gains that actors expect from challenges at the start.

        In units of utility, in the challenger's own view (step 3); 0 on the diagonal, NaN where
        either takes no part. An actor challenges if the greatest gain of its row exceeds 1e-5.
        """
        draws, actors, _ = batch.position.shape
        gain = np.full((draws, actors, actors), np.nan)
        kernel.first_gains(*_stances(batch), batch.present.any(axis=1), self._rules(), gain)
        return gain

    def challenge_gains(self, batch: Batch) -> ChallengeGains:
        """Return `expected_gain` on every issue, which are one space here."""
        own = np.repeat(self.expected_gain(batch)[..., None], len(batch.issues), axis=3)
        return ChallengeGains(own=own, other=own.swapaxes(1, 2), perceived=False, one_space=True)

    def _rules(self) -> spatial_turn.TurnRules:
        code = {key: names.index(getattr(self, key)) for key, names in CHOICES.items()}
        return spatial_turn.TurnRules(
            vote=code["vote"],
            victory=code["victory"],
            election=code["election"],
            risk=code["risk"],
            commitment=code["third_parties"],
            bargain=code["bargain"],
            interim=code["interim"],
            views=_VIEWS[self.views],
            max_turns=int(self.max_turns),
            stop=float(self.stop),
        )

    def _play(self, batch: Batch, *, recorded: int) -> kernel.SpatialRecord:
        draws, actors, issues = batch.position.shape
        position, salience, influence = _stances(batch)
        record = kernel.SpatialRecord(
            settlement=np.empty((draws, issues)),
            probability=np.zeros((draws, actors)),
            position=position.copy(),
            rounds=np.empty(draws, np.int64),
            converged=np.empty(draws, np.bool_),
            path=np.repeat(position[:, None], recorded, axis=1),
            moved_by=np.full((draws, recorded, actors, issues), -1),
            forecasts=np.empty((draws, recorded, issues)),
        )
        kernel.play.over(
            draws,
            kernel.STEP,
            position,
            salience,
            influence,
            batch.present.any(axis=1),
            self._keys(batch),
            self._pulls(batch),
            self._rules(),
            record,
        )
        return record

    def _keys(self, batch: Batch) -> NDArray[np.uint64]:
        """Return ``(draw,)`` seeds of the stochastic vote: the same however draws are cut."""
        if not self.random:
            return np.zeros(batch.draws, np.uint64)
        return (batch.shares("spatial/interim vote") * 2.0**53).astype(np.uint64)

    def _pulls(self, batch: Batch) -> FloatArray:
        if self.interdependence is None:
            return np.empty((0, 0))
        if len(self.interdependence) != len(batch.actors):
            raise WinsetError(
                f"model “{self.name}”: interdependence must have one row per actor "
                f"({len(batch.actors)}); found {len(self.interdependence)}"
            )
        return np.array(self.interdependence)


def _square(rows: object) -> tuple[tuple[float, ...], ...]:
    """Return ``rows`` as the numbers of a square matrix."""
    try:
        matrix = np.array(rows, dtype=float)
    except (TypeError, ValueError):
        matrix = np.empty(0)
    if matrix.ndim != 2 or len(set(matrix.shape)) > 1 or not np.isfinite(matrix).all():
        raise ValueError("interdependence must be a square table of finite numbers")
    return tuple(tuple(row) for row in matrix.tolist())


def _on_every_issue(values: NDArray[_T], batch: Batch) -> NDArray[_T]:
    return np.repeat(values[:, None], len(batch.issues), axis=1)


def _stances(batch: Batch) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return positions and saliences ``(draw, actor, issue)`` and influences ``(draw, actor)``."""
    present = np.broadcast_to(batch.present, batch.position.shape)
    many = np.einsum("dai->di", present.astype(float))
    mean = np.einsum("dai->di", np.where(present, batch.position, 0.0)) / np.maximum(many, 1.0)
    position = np.where(present, batch.position, mean[:, None])
    salience = np.where(present, batch.salience, 0.0)
    salience /= np.maximum(np.einsum("dai->da", salience), 1.0)[:, :, None]
    # Measured from the least, so that equal influences have exactly that mean.
    least = np.where(present, batch.influence, np.inf).min(axis=2)
    least = np.where(np.isinf(least), 0.0, least)
    above = np.where(present, batch.influence - least[:, :, None], 0.0)
    issues = np.maximum(np.einsum("dai->da", present.astype(float)), 1.0)
    influence = least + np.einsum("dai->da", above) / issues
    # One memory layout: the kernel is compiled for that, not for each way a batch is laid out.
    return (
        np.ascontiguousarray(position),
        np.ascontiguousarray(salience),
        np.ascontiguousarray(influence),
    )
