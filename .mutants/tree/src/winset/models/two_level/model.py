"""Bargaining between parties that must each ratify at home: the two-level game."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Literal, get_args

import numpy as np

from winset.case.ranges import Range
from winset.errors import WinsetError
from winset.models.base import FloatArray, IntArray, Model, Outcome
from winset.models.batch import Batch
from winset.models.kernels.blame import AGREED, BLAMED, MISJUDGED, blame_draws
from winset.models.kernels.shapley import MOST_EXACT, MOST_OBJECTIONS
from winset.models.kernels.winsets import winset_sums
from winset.models.two_level.binding import Binding, binding
from winset.models.two_level.issue_order import Talks
from winset.models.two_level.ratifiers import Seats
from winset.models.two_level.solving import Solving
from winset.models.two_level.winsets import Blame, Curves, TwoLevelOutcome

Information = Literal["private", "complete"]
Rule = Literal["nash", "kalai-smorodinsky", "egalitarian", "take-it-or-leave-it"]
TAU = Range(0.05, 0.20, 0.10)
KAPPA = Range(0.0, 0.5, 0.25)

__all__ = [
    "Binding",
    "Blame",
    "Curves",
    "Information",
    "Rule",
    "TwoLevel",
    "TwoLevelOutcome",
    "binding",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoLevel:
    """Negotiators sign what their own sides may refuse: each party must ratify at home.

    A tied hand bargains better and fails more often: what narrows a party's winset moves the deal
    its way and makes it less likely. The width of a winset depends on who can refuse, what refusal
    would cost them, what they have committed to in public and who can hurt them at home.

    Assumptions. An issue is a line, and losses grow linearly with distance. Issues are linked only
    by ``requires`` and by conditional stances. A draw fixes all coded numbers, τ and κ; everyone at
    the table knows them. Only actor i knows its type ε_i ~ Logistic(0, τ), one for each actor,
    issue and draw. In shares of the scale, q is the reversion, x position, k price of no agreement,
    s salience, c influence, [a, b] red line, α audience cost, D dependence, T intimidation::

        h_i(y) = |q − x_i| + k_i − |y − x_i| − α_i·[y outside [a_i, b_i]]               (1)
        g_i(y) = (1 − Σ_j D_ij) h_i(y) + Σ_j D_ij h_j(y)                                (2)
        σ_i(y) = (1 − unity_p) Σ_g T_gi max(0, −h_g(y)), g pressure groups of i's party
                 that neither vote nor veto                                             (3)
        i accepts y  iff  g_i(y) − σ_i(y) + κ (1 − s_i) + ε_i >= 0                      (4)
        p ratifies y iff every veto player accepts and Σ_{voters accepting} c_i
                 >= quota · Σ_{voters} c_i;  R_p(y) is its probability over ε           (5)
        private:  y† = argmax_y Π_p (R_p(y) · max(g_{n_p}(y), 0))^{β_p}                 (6)
                  Pr[agreement] = Π_p R_p(y†)                                           (7)
        complete: y* = argmax Π_p g_{n_p}(y)^{β_p} over Z, the points that every party
                  ratifies and no negotiator n_p loses by; Z empty: no agreement        (8)

    A veto player with a vote votes yes whenever its party can ratify at all, so (5) is exact: its
    two conditions are not treated as independent. An actor without a stance on an issue has no say
    in it, and what others lend it counts 0. A party is at the table on an issue if its negotiator
    has a stance there. A party with neither voters nor veto players ratifies whatever is signed.

    Other rules take the same payoffs, R_p(y)·g_{n_p}(y) (R = 1 within Z if information is
    complete). Kalai-Smorodinsky maximises the least share of what each could get at best,
    egalitarian the least payoff, both without regard to power. Take-it-or-leave-it takes the
    proposer's best g_n(y)·Π_p R_p(y) where no other negotiator loses.

    Linkage. An issue that requires another is solved as if that one were agreed, and its agreement
    is multiplied by the probability of that, which is exact. A conditional stance that looks at an
    issue thereby agreed looks at its point. If it looks at any other issue, a uniform number of
    that issue's own decides in each draw whether it is ratified. Every mean over draws stays
    unbiased, the probability of the issue looked at stays exact, and scenarios are compared under
    common random numbers.

    Points are those of a grid. Among equally good points the middle of the run is chosen, and among
    several runs the one nearest to the reversion.

    This project's own step is to put into one computable model Putnam's winsets, Schelling's tied
    hands, Iida's and Mo's uncertain ratification, Tsebelis's veto players with weighted quotas,
    Fearon's audience costs, Kydd and Walter's spoilers (as intimidation that unity shields from)
    and Friedkin and Johnsen's weighing of others. κ, the random numbers that decide conditions and
    blame as a Shapley value are its own too. The model is likely to be wrong where issues are
    traded off against each other rather than in sequence, where ratifiers learn from what is
    signed, where types are correlated, where talks can go on after a refusal, and about spoilers
    who strike at the other side.

    Attributes:
        information: whether the table knows the types. ``complete`` bounds P(agreement) from above
            and is over-confident as a forecast.
        rule: how a point is chosen.
        proposer: id of the party that makes the offer; only for take-it-or-leave-it.
        tau: spread τ of the types, share of the scale, 0 or more.
        kappa: κ, loss that an actor tolerates if the issue means nothing to it, share of the scale;
            0 or more. Like τ it is a convention that no document settles, so it is drawn.
        grid: how many points, both ends included.

    References:
        Putnam 1988, Diplomacy and domestic politics, International Organization 42. Schelling 1960,
        The Strategy of Conflict. Iida 1993, When and how do domestic constraints matter?, Journal
        of Conflict Resolution 37. Mo 1995, Domestic institutions and international bargaining,
        American Political Science Review 89. Milner and Rosendorff 1997, Democratic politics and
        international trade negotiations, Journal of Conflict Resolution 41. Tarar 2001,
        International bargaining with two-sided domestic constraints, Journal of Conflict Resolution
        45. Tsebelis 2002, Veto Players. Fearon 1994, Domestic political audiences and the
        escalation of international disputes, American Political Science Review 88. Kydd and Walter
        2002, Sabotaging the peace, International Organization 56. Friedkin and Johnsen 1990, Social
        influence and opinions, Journal of Mathematical Sociology 15. Romer and Rosenthal 1978,
        Political resource allocation, controlled agendas, and the status quo, Public Choice 33.
        Kalai and Smorodinsky 1975, Other solutions to Nash's bargaining problem, Econometrica 43.

    >>> import datetime
    >>> from winset.models.batch import sample
    >>> from winset.case.model import Case
    >>> from winset.case.parts import Actor, Issue, Party, Stance
    >>> from winset.case.ranges import point
    >>> rows = [("north", 20, ("negotiator",)), ("south", 80, ("negotiator", "veto player"))]
    >>> case = Case(
    ...     title="Two", as_of=datetime.date(2015, 1, 1),
    ...     parties=tuple(Party(id=n) for n, _, _ in rows),
    ...     issues=(Issue(id="water", title="Water", reversion=point(50)),),
    ...     actors=tuple(Actor(id=f"{n}-head", name=n, party=n, role=r) for n, _, r in rows),
    ...     stances=tuple(
    ...         Stance(issue="water", actor=f"{n}-head", position=point(x), salience=point(100),
    ...                influence=point(1), price=point(20)) for n, x, _ in rows),
    ... )
    >>> outcome = TwoLevel(tau=point(0.1)).solve(sample(case, 1))
    >>> round(outcome.settlement.item(), 3), round(outcome.agreement.item(), 3)
    (0.52, 0.9)
    """

    name: ClassVar[str] = "two-level"
    kernels: ClassVar[tuple[str, ...]] = ("two_level", "winsets", "blame", "logistic")
    idea: ClassVar[str] = "negotiators sign what each side's own veto players and voters may refuse"
    source: ClassVar[str] = "Putnam 1988 and others; putting them together is this project's own"
    proof: ClassVar[str] = "tests/test_two_level.py::test_every_draw_is_what_the_twin_works_out"
    # Types, τ and κ; and with none of them, whether an issue that a condition looks at is ratified.
    random: ClassVar[bool] = True
    information: Information = "private"
    rule: Rule = "nash"
    proposer: str = ""
    tau: Range = TAU
    kappa: Range = KAPPA
    grid: int = 201

    def __post_init__(self) -> None:
        for name, kinds in (("information", Information), ("rule", Rule)):
            if (value := getattr(self, name)) not in get_args(kinds):
                raise ValueError(
                    f"{name} must be one of {', '.join(get_args(kinds))}; found {value}"
                )
        if (self.rule == "take-it-or-leave-it") != bool(self.proposer):
            raise ValueError(
                "proposer must name a party under the rule take-it-or-leave-it and no other; found "
                f"{self.proposer or 'none'} under {self.rule}"
            )
        if not 0.0 <= self.tau.low <= self.tau.high < math.inf:
            raise ValueError(f"tau must be 0 or more and finite; found {self.tau}")
        if not 0.0 <= self.kappa.low <= self.kappa.high < math.inf:
            raise ValueError(f"kappa must be 0 or more and finite; found {self.kappa}")
        if self.grid < 2:
            raise ValueError(f"grid must be 2 or more; found {self.grid}")

    def solve(self, batch: Batch, *, solving: Solving | None = None) -> TwoLevelOutcome:
        """Return what each draw signs and how likely it is to be ratified.

        Args:
            batch: draws of a case.
            solving: what solves an issue's table; by default one that does not solve again what it
                solved for ``batch`` or for one that ``batch`` was made from.

        Raises:
            WinsetError: when an issue has no reversion or no party at its table, or the proposer is
                not there.
        """
        talks = Talks(self, batch, solving)
        draws, actors, issues = batch.draws, len(batch.actors), len(batch.issues)
        settlement, agreement, opens = np.zeros((3, issues, draws))
        signed, bar = np.zeros((issues, draws), np.bool_), np.full((issues, draws), -1)
        ratified = np.full((issues, draws, len(batch.parties)), math.nan)
        accepts, lift = np.full((2, issues, draws, actors), math.nan)
        for k, seats in enumerate(talks.seats):
            agreed_issues = talks.chain(k)
            solved = talks.solved(k, agreed_issues)
            opens[k] = talks.opens(k)
            can_open = opens[k] > 0.0
            signed[k] = can_open & (solved.place >= 0)
            settlement[k] = np.where(signed[k], talks.point[solved.place], math.nan)
            agreement[k] = opens[k] * talks.passes(k, agreed_issues)
            bar[k] = np.where(can_open & (solved.bar >= 0), seats.parties[solved.bar], -1)
            ratified[k][:, seats.parties] = solved.ratified
            accepts[k][:, seats.ratifiers] = solved.accepts
            lift[k][:, seats.ratifiers] = solved.lift
            for array in (ratified, accepts, lift):
                array[k, ~can_open] = math.nan
        return TwoLevelOutcome(
            settlement=settlement.T,
            agreement=agreement.T,
            signed=signed.T,
            ratified=np.moveaxis(ratified, 0, -1),
            accepts=np.moveaxis(accepts, 0, -1),
            lift=np.moveaxis(lift, 0, -1),
            open=opens.T,
            bar=bar.T,
        )

    def readings(self) -> Mapping[str, Model]:
        """Return the usual ways to read it: private or complete information, either solution."""
        other = replace(self, rule="kalai-smorodinsky", proposer="")
        return {
            self.name: self,
            f"{self.name}, complete information": replace(self, information="complete"),
            f"{self.name}, Kalai-Smorodinsky": other,
        }

    def binding(
        self, batch: Batch, outcome: TwoLevelOutcome, *, names: Mapping[str, str] | None = None
    ) -> tuple[Binding, ...]:
        """Return what most often stands between each issue and an agreement.

        Args:
            batch: draws of a case.
            outcome: what `solve` returned of them.
            names: what the words call the parties and actors of an id; by the id itself if not.
        """
        return binding(batch, outcome, names=names)

    def together(self, batch: Batch, outcome: Outcome, issues: tuple[int, ...]) -> FloatArray:
        """Return ``(draw,)`` probabilities that all of ``issues`` are agreed.

        The probability of an issue includes that of the issue it requires. The result is read from
        ``outcome`` if conditions look only at required issues. Otherwise the issues are solved
        again in the world where all of them are agreed.
        """
        talks = Talks(self, batch)
        needed = frozenset(issues).union(*(talks.chain(k) for k in issues))
        if any(talks.looks_elsewhere(k) for k in needed):
            return talks.together(issues)
        assert outcome.agreement is not None and outcome.open is not None
        for k in needed:
            if needed == talks.chain(k) | {k}:
                return np.asarray(outcome.agreement[:, k])
        chance = np.ones(batch.draws)
        for k in sorted(needed):
            opens = outcome.open[:, k]
            passes = np.zeros(batch.draws)
            np.divide(outcome.agreement[:, k], opens, out=passes, where=opens > 0.0)
            chance *= passes
        return chance

    def curves(self, batch: Batch) -> Curves:
        """Return the winset curves, with types averaged out exactly under any ``information``.

        A few thousand draws are plenty; the curves take about ten times as long as `solve`.
        """
        talks = Talks(self, batch)
        grid, parties, issues = self.grid, len(batch.parties), len(batch.issues)
        party, gains = np.full((2, parties, grid, issues), math.nan)
        joint, zone = np.full((2, grid, issues), math.nan)
        for k, seats in enumerate(talks.seats):
            weight = talks.opens(k)
            if not weight.sum() > 0.0:
                continue
            table = talks.table(k, talks.chain(k), known=False)
            sums = winset_sums(table, weight)
            party[seats.parties, :, k] = sums.ratified / weight.sum()
            gains[seats.parties, :, k] = sums.gains / weight.sum()
            joint[:, k], zone[:, k] = sums.joint / weight.sum(), sums.zone / weight.sum()
        return Curves(point=talks.point, party=party, gains=gains, joint=joint, zone=zone)

    def blame(self, batch: Batch, *, permutations: int = 16) -> Blame:
        """Return who stood in the way in the draws that fail.

        Types are drawn. A draw fails if nothing is signed, or if the types refuse what is signed.
        Players are all ratifiers and negotiators; ``v(S) = 1`` if some point would pass, at the
        table and in every party, if the members of S accepted everything. Where that holds for the
        empty S, the table misjudged the types; such draws are counted separately.

        Args:
            batch: draws of a case.
            permutations: orders sampled in each draw where more than 16 players matter; with fewer
                (so always up to 12 ratifiers of four parties) all coalitions are counted.

        Raises:
            WinsetError: as `solve`, and when an issue has more than 62 ratifiers and negotiators.
        """
        if permutations < 2:
            raise WinsetError(f"permutations must be 2 or more; found {permutations}")
        talks = Talks(self, batch)
        actors, issues = len(batch.actors), len(batch.issues)
        share, error, sampling = np.full((3, actors, issues), math.nan)
        failing, misjudged = np.zeros(issues), np.full(issues, math.nan)
        for k, seats in enumerate(talks.seats):
            weight = talks.opens(k)
            agreed_issues = talks.chain(k)
            players, waives = _players(seats, batch.issues[k])
            ended = blame_draws(
                talks.table(k, agreed_issues, known=True),
                talks.solved(k, agreed_issues).place,
                waives=waives,
                orders=_orders(batch, k, players, permutations),
            )
            lost = weight * (ended.end != AGREED)
            failing[k] = lost.mean()
            if lost.sum() > 0.0:
                misjudged[k] = weight[ended.end == MISJUDGED].sum() / lost.sum()
            weight = weight * (ended.end == BLAMED)
            if not (total := weight.sum()) > 0.0:
                continue
            mean = weight @ ended.share / total
            spread = np.sqrt(weight**2 @ (ended.share - mean) ** 2) / total
            within = ended.share * (1.0 - ended.share) / (permutations - 1)
            within[ended.exact] = 0.0
            share[:, k] = error[:, k] = sampling[:, k] = 0.0
            share[players, k], error[players, k] = mean, spread
            sampling[players, k] = np.sqrt(weight**2 @ within) / total
        members = np.arange(len(batch.parties))[:, None] == batch.party_of
        return Blame(
            actor=share,
            party=np.where(np.isnan(share).all(axis=0), math.nan, members @ np.nan_to_num(share)),
            error=error,
            sampling_error=sampling,
            failing=failing,
            misjudged=misjudged,
        )


def _players(seats: Seats, issue: str) -> tuple[IntArray, IntArray]:
    """Return the actors whose consent counts, and as bits the rows that are each one's."""
    if len(seats.rows) > MOST_OBJECTIONS:
        raise WinsetError(
            f"blame on {issue}: at most {MOST_OBJECTIONS} ratifiers and negotiators; found "
            f"{len(seats.rows)}; join some that stand together"
        )
    bits: dict[int, int] = {}
    for row, actor in enumerate(seats.rows.tolist()):
        bits[actor] = bits.get(actor, 0) | 1 << row
    return np.array(list(bits), np.int64), np.array(list(bits.values()), np.int64)


def _orders(batch: Batch, k: int, players: IntArray, permutations: int) -> IntArray:
    """Return ``(draw, order, player)`` permutations; none where all coalitions are counted."""
    if len(players) <= MOST_EXACT:
        return np.empty((batch.draws, 0, len(players)), np.int64)
    names = [f"{batch.issues[k]}/{batch.actors[i]}/order" for i in players]
    lots = [[batch.shares(f"{name}/{m}") for name in names] for m in range(permutations)]
    return np.ascontiguousarray(np.argsort(lots, axis=1).transpose(2, 0, 1))
