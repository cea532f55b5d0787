"""Exchange of voting positions: concessions where little is at stake for gains where much is."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from winset.errors import WinsetError
from winset.models.base import FloatArray, IntArray, Outcome, Rounds
from winset.models.batch import Batch
from winset.models.central import stance_weights
from winset.models.kernels import exchange as kernel


class TooFewIssuesError(WinsetError, ValueError):
    """A case has nothing to trade: fewer than two issues."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """One exchange: each of two actors moves its voting position on one issue to please the other.

    Attributes:
        first: index of the actor that comes first in the case.
        second: index of the other one.
        first_gives: index of the issue on which ``first`` moves.
        second_gives: index of the issue on which ``second`` moves.
        first_shift: share of the scale, by how much it moves; below 0 is down.
        second_shift: likewise.
        gain: of each of the two: the move of the expected outcomes, in shares of the scales,
            weighted with its saliences.
    """

    first: int
    second: int
    first_gives: int
    second_gives: int
    first_shift: float
    second_shift: float
    gain: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Pairs of actors trade votes across issues, the most profitable trade first, until none pays.

    On every issue the expected outcome is the mean of the voting positions, weighted with influence
    × salience. Two actors on opposite sides of it on two issues can each move towards the other on
    the issue that it cares less about, at terms that give both the same gain.

    Assumes that votes can be traded, that utility falls with distance times salience, and that
    partners do not ask what a trade does to third parties. Needs two issues or more.

    Equal gain asks for ``dq = dp (s_ip + s_jp) / (s_iq + s_jq)``, where the outcome moves by
    ``D c s / Σ c s`` if a voting position moves by D. The one who gives p goes all the way if the
    other can pay for it on q, and as far as it can pay for otherwise.

    Settled here, as the source leaves it open: no actor moves past the position of its partner. An
    actor cannot give away again what it gave on an issue: it starts from its voting position, its
    aim stays the partner's own position, and the terms of every candidate that needs the same
    concession are computed again. An actor may give on an issue on which it was given before.
    Gains that differ by less than 1e-12 are ties and go by the order of actors, then issues. An
    independent implementation that breaks ties at random makes 48 exchanges where this reading
    makes 45 (Copenhagen 2009, where two actors are alike on five of seven issues); three of its
    seven outcomes agree, three are off by up to 2 and one by 5 of 100.

    Attributes:
        least_gain: shares of the scale times salience; a trade that gains no more does not happen.

    References:
        Stokman and Van Oosten 1994, The exchange of voting positions: an object-oriented model of
        policy networks, in Bueno de Mesquita and Stokman (eds), European Community Decision Making.

    >>> import datetime
    >>> from winset.models.batch import sample
    >>> from winset.case.model import Case
    >>> from winset.case.parts import Actor, Issue, Stance
    >>> from winset.case.ranges import point
    >>> rows = [("a", "x", 0, 80), ("a", "y", 0, 20), ("b", "x", 100, 20), ("b", "y", 100, 80)]
    >>> case = Case(
    ...     title="Two", as_of=datetime.date(2015, 1, 1),
    ...     issues=tuple(Issue(id=k, title=k) for k in "xy"),
    ...     actors=tuple(Actor(id=k, name=k) for k in "ab"),
    ...     stances=tuple(
    ...         Stance(issue=k, actor=n, position=point(p), influence=point(1), salience=point(s))
    ...         for n, k, p, s in rows),
    ... )
    >>> batch = sample(case, 1)
    >>> Exchange().solve(batch).settlement.tolist()
    [[0.0, 1.0]]
    >>> [round(trade.gain, 6) for trade in Exchange().exchanges(batch)[0]]
    [0.12]
    """

    name: ClassVar[str] = "exchange"
    kernels: ClassVar[tuple[str, ...]] = ("exchange",)
    idea: ClassVar[str] = "actors give way where they care less for gains where they care more"
    source: ClassVar[str] = "Stokman and Van Oosten 1994"
    proof: ClassVar[str] = (
        "tests/test_exchange.py::test_two_actors_and_two_issues_give_what_pencil_and_paper_give"
    )
    random: ClassVar[bool] = False
    least_gain: float = 1e-9

    def __post_init__(self) -> None:
        if not self.least_gain > 0.0:
            raise ValueError(f"least_gain must be greater than 0; found {self.least_gain}")

    def solve(self, batch: Batch) -> Outcome:
        """Return the compromise of the voting positions after all exchanges of each draw.

        Raises:
            TooFewIssuesError: when the batch has fewer than two issues.
        """
        record = self._trade(batch, recorded=0)
        rounds = np.repeat(record.exchanges[:, None], len(batch.issues), axis=1)
        return Outcome(
            settlement=_compromise(batch, record.voting),
            rounds=rounds,
            converged=np.ones(rounds.shape, bool),
        )

    def trace(self, batch: Batch) -> Rounds:
        """Return voting positions and expected outcomes; every exchange is a round.

        Raises:
            TooFewIssuesError: when the batch has fewer than two issues.
        """
        record = self._logged(batch)
        exchanges = record.gain.shape[1]
        position = np.repeat(batch.position[:, None], exchanges + 1, axis=1)
        moved_by = np.full(position.shape, -1)
        for k in range(exchanges):
            draw = np.flatnonzero(record.exchanges > k)
            for giver, partner in ((0, 1), (1, 0)):
                actor, issue = record.actor[draw, k, giver], record.issue[draw, k, giver]
                position[draw, k + 1 :, actor, issue] = record.end[draw, k, giver, None]
                moved_by[draw, k + 1, actor, issue] = record.actor[draw, k, partner]
        settlement = np.stack(
            [_compromise(batch, position[:, k]) for k in range(exchanges + 1)], axis=1
        )
        rounds = np.repeat(record.exchanges[:, None], len(batch.issues), axis=1)
        return Rounds(
            position=position,
            moved_by=moved_by,
            settlement=settlement,
            rounds=rounds,
            converged=np.ones(rounds.shape, bool),
        )

    def exchanges(self, batch: Batch) -> tuple[tuple[Exchanged, ...], ...]:
        """Return the exchanges of each draw in their order.

        Raises:
            TooFewIssuesError: when the batch has fewer than two issues.
        """
        record = self._logged(batch)
        return tuple(
            tuple(_exchanges(record, draw, np.array(batch.position[draw])))
            for draw in range(len(record.exchanges))
        )

    def candidates(self, batch: Batch) -> IntArray:
        """Return ``(draw,)`` numbers of pairs of actors opposed to each other on a pair of issues.

        Raises:
            TooFewIssuesError: when the batch has fewer than two issues.
        """
        return self._trade(batch, recorded=0).candidates

    def _logged(self, batch: Batch) -> kernel.ExchangeRecord:
        """Trade twice: the first run counts the exchanges, the second records them."""
        most = self._trade(batch, recorded=0).exchanges.max(initial=0)
        return self._trade(batch, recorded=int(most))

    def _trade(self, batch: Batch, *, recorded: int) -> kernel.ExchangeRecord:
        if len(batch.issues) < 2:
            raise TooFewIssuesError(
                f"model “{self.name}” needs two issues or more to trade votes across; found "
                f"{len(batch.issues)}; add an issue to case.yaml or choose another model"
            )
        draws = batch.position.shape[0]
        position = np.array(batch.position, order="C")
        record = kernel.ExchangeRecord(
            voting=position.copy(),
            candidates=np.empty(draws, np.int64),
            exchanges=np.empty(draws, np.int64),
            actor=np.empty((draws, recorded, 2), np.int64),
            issue=np.empty((draws, recorded, 2), np.int64),
            end=np.empty((draws, recorded, 2)),
            gain=np.empty((draws, recorded)),
        )
        salience = np.array(batch.salience, order="C")
        weights, least = _weights(batch), self.least_gain
        kernel.trade.over(
            draws, kernel.STEP, position, salience, weights, batch.present, least, record
        )
        return record


def _weights(batch: Batch) -> FloatArray:
    return np.array(stance_weights(batch, "influence-salience"), order="C")


def _compromise(batch: Batch, position: FloatArray) -> FloatArray:
    """Return the ``(draw, issue)`` weighted means of ``(draw, actor, issue)`` positions."""
    weight = _weights(batch)
    total = weight.sum(axis=1)
    settlement = np.full(total.shape, np.nan)  # where no actor is present
    np.divide((weight * position).sum(axis=1), total, out=settlement, where=total > 0.0)
    return settlement.clip(0.0, 1.0)


def _exchanges(record: kernel.ExchangeRecord, draw: int, voting: FloatArray) -> list[Exchanged]:
    """Return the exchanges of a draw; they change its positions ``voting``."""
    exchanges = []
    for k in range(record.exchanges[draw]):
        actor, issue, end = record.actor[draw, k], record.issue[draw, k], record.end[draw, k]
        first_shift, second_shift = end - voting[actor, issue]
        voting[actor, issue] = end
        exchanges.append(
            Exchanged(
                first=int(actor[0]),
                second=int(actor[1]),
                first_gives=int(issue[0]),
                second_gives=int(issue[1]),
                first_shift=float(first_shift),
                second_shift=float(second_shift),
                gain=float(record.gain[draw, k]),
            )
        )
    return exchanges
