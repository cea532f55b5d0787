"""Bargaining between parties that must each ratify at home: the two-level game."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

import numpy as np
from scipy.special import logit

from winset.batch import Batch
from winset.case.ranges import Range
from winset.errors import WinsetError, nearest
from winset.kernels import two_level as kernel
from winset.kernels.shapley import MOST_EXACT, MOST_OBJECTIONS
from winset.models.base import BoolArray, FloatArray, IntArray, Outcome
from winset.models.central import known_reversion

Information = Literal["private", "complete"]
Rule = Literal["nash", "kalai-smorodinsky", "egalitarian", "take-it-or-leave-it"]
STANCE = ("position", "price", "red_line_low", "red_line_high", "audience_cost", "salience",
          "influence")  # fmt: skip
TAU = Range(0.05, 0.20, 0.10)
LEAST_SHARE = 2.0**-54  # stands for a uniform number of 0, below the least other one


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoLevelOutcome(Outcome):
    """What is signed, who ratifies it, and what was in the way where nothing is signed.

    All of it speaks of the issue once it is open: an issue that requires another is solved as if
    that one were agreed, and how likely that is stands in ``open``. Of a draw in which an issue
    cannot open nothing is said: NaN, False, -1.

    Attributes:
        settlement: ``(draw, issue)``, point signed, share of the scale; NaN where none is.
        agreement: ``(draw, issue)``, ``open × signed × Π ratified``, in [0, 1].
        signed: ``(draw, issue)``, whether the negotiators sign, once the issue is open.
        ratified: ``(draw, party, issue)``, probability that the party ratifies what is signed; NaN
            where nothing is or the party is not at the table.
        accepts: ``(draw, actor, issue)``, the same for each ratifier alone; NaN for the others.
        lift: ``(draw, actor, issue)``, by how much its party's probability would grow were the
            ratifier sure to accept; NaN likewise.
        open: ``(draw, issue)``, probability that what the issue requires is agreed.
        bar: ``(draw, issue)``, where nothing is signed, index of the party that finds the fewest
            points possible; else -1.
    """

    signed: BoolArray
    ratified: FloatArray
    accepts: FloatArray
    lift: FloatArray
    open: FloatArray
    bar: IntArray

    @property
    def involuntary_defection(self) -> FloatArray:
        """``(draw, issue)``, probability that what is signed is not ratified."""
        agreement = np.zeros(()) if self.agreement is None else self.agreement
        return np.maximum(self.open * self.signed - agreement, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """The winsets: how likely each point is to pass at home, over draws and types.

    Draws count by the probability that the issue opens; NaN for an issue that never does.

    Attributes:
        point: ``(grid,)``, share of the scale.
        party: ``(party, grid, issue)``, probability that the party ratifies the point; NaN where it
            is not at the table.
        gains: ``(party, grid, issue)``, share of draws in which its negotiator does not lose there.
        joint: ``(grid, issue)``, probability that all parties ratify it.
        zone: ``(grid, issue)``, probability that it lies in the zone of possible agreement: all
            ratify it and no negotiator loses.
    """

    point: FloatArray
    party: FloatArray
    gains: FloatArray
    joint: FloatArray
    zone: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Blame:
    """Whose doing it is where an open issue fails: Shapley values, averaged over such draws.

    Draws count by the probability that the issue opens. NaN where no draw fails.

    Attributes:
        actor: ``(actor, issue)``, share in [0, 1]; the shares of an issue sum to 1.
        party: ``(party, issue)``, sum over the party's actors.
        error: ``(actor, issue)``, Monte Carlo standard error of ``actor``, over draws.
        sampling_error: ``(actor, issue)``, the part of it that is due to sampled permutations; 0
            where all coalitions were looked at.
        failing: ``(issue,)``, probability that the issue opens and fails.
        misjudged: ``(issue,)``, share of failures in which nobody stands in the way: with every
            type known, some point would have passed. They count for nothing above.
    """

    actor: FloatArray
    party: FloatArray
    error: FloatArray
    sampling_error: FloatArray
    failing: FloatArray
    misjudged: FloatArray

    @property
    def overall(self) -> FloatArray:
        """``(party,)``, share over all issues, each counted by its failures that are to blame."""
        weight = np.where(np.isnan(self.misjudged), 0.0, self.failing * (1.0 - self.misjudged))
        if not weight.sum() > 0.0:
            return np.full(len(self.party), math.nan)
        return np.nan_to_num(self.party) @ weight / weight.sum()


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoLevel:
    """Negotiators sign what their own sides may refuse: each party must ratify at home.

    A tied hand bargains better and fails more often: what narrows a party's winset moves the deal
    its way and makes it less likely. Who can refuse, what refusal would cost it, what it has said
    in public and who can hurt it at home decide how wide that winset is.

    Assumptions. One issue is one line with straight losses; issues are tied by ``requires`` and by
    conditional stances only. A draw fixes what is coded: the table knows it. What actor i alone
    knows is ε_i ~ Logistic(0, τ), one per actor, issue and draw. On shares of the scale, q the
    reversion, x position, k price of no agreement, s salience, c influence, [a, b] red line, α
    audience cost, D dependence, T intimidation::

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

    A veto player that also votes votes yes whenever its party can ratify at all: (5) is exact, its
    two conditions not taken as independent. An actor without a stance on an issue has no say in
    it, and what others lend it counts 0. At the table on an issue are the parties whose negotiator
    has a stance there; one with neither voters nor veto players ratifies whatever is signed.

    Other rules take the same payoffs, R_p(y)·g_{n_p}(y) (R = 1 within Z if information is
    complete): Kalai-Smorodinsky the greatest least share of what each could get at best,
    egalitarian the greatest least payoff, both without regard to power. Take-it-or-leave-it: the
    proposer's best g_n(y)·Π_p R_p(y) where no other negotiator loses.

    Linkage. An issue that requires another is solved as if that one were agreed, and its agreement
    is multiplied by the probability of that: exact. A conditional stance that looks at an issue
    thereby agreed looks at its point. If it looks at any other issue, the draw decides by a uniform
    number of that issue's own whether it is ratified: every mean over draws stays unbiased, the
    probability of the issue looked at stays exact, and scenarios are compared under common random
    numbers.

    Points are those of a grid. Equally good ones: the middle of the run, the nearest to the
    reversion of several.

    Own step of this project: putting into one computable model Putnam's winsets, Schelling's tied
    hands, Iida's and Mo's uncertain ratification, Tsebelis's veto players with weighted quotas,
    Fearon's audience costs, Kydd and Walter's spoilers (as intimidation that unity shields from)
    and Friedkin and Johnsen's weighing of others; κ; the lots that decide conditions; blame as a
    Shapley value. Likely to be wrong where issues are traded off against each other rather than in
    sequence, where ratifiers learn from what is signed, where types are correlated, where talks
    can go on after a refusal, and about spoilers who strike at the other side.

    Attributes:
        information: whether the table knows the types. ``complete`` bounds P(agreement) from above
            and is over-confident as a forecast.
        rule: how a point is chosen.
        proposer: id of the party that makes the offer; for take-it-or-leave-it alone.
        tau: spread τ of the types, share of the scale, 0 or more.
        kappa: κ, loss that an actor swallows to whom the issue means nothing, share of the scale.
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
    >>> from winset.batch import sample
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
    (0.53, 0.909)
    """

    name: ClassVar[str] = "two-level"
    idea: ClassVar[str] = "negotiators sign what each side's own veto players and voters may refuse"
    # Types and τ; and with neither, whether an issue that a condition looks at is ratified.
    random: ClassVar[bool] = True
    information: Information = "private"
    rule: Rule = "nash"
    proposer: str = ""
    tau: Range = TAU
    kappa: float = 0.25
    grid: int = 201

    def __post_init__(self) -> None:
        for name, kinds in (("information", Information), ("rule", Rule)):
            if (found := getattr(self, name)) not in get_args(kinds):
                raise ValueError(
                    f"{name} must be one of {', '.join(get_args(kinds))}; found {found}"
                )
        if (self.rule == "take-it-or-leave-it") != bool(self.proposer):
            raise ValueError(
                "proposer must name a party under the rule take-it-or-leave-it and no other; found "
                f"{self.proposer or 'none'} under {self.rule}"
            )
        if not 0.0 <= self.tau.low <= self.tau.high < math.inf:
            raise ValueError(f"tau must be 0 or more and finite; found {self.tau}")
        if not 0.0 <= self.kappa < math.inf:
            raise ValueError(f"kappa must be 0 or more and finite; found {self.kappa}")
        if self.grid < 2:
            raise ValueError(f"grid must be 2 or more; found {self.grid}")

    def solve(self, batch: Batch) -> TwoLevelOutcome:
        """Return what each draw signs and how likely it is to be ratified.

        Raises:
            WinsetError: when an issue has no reversion or no party at its table, or the proposer is
                not there.
        """
        talks = _Talks(self, batch)
        draws, actors, issues = batch.draws, len(batch.actors), len(batch.issues)
        parties = len(batch.parties)
        settlement, agreement = np.full((draws, issues), math.nan), np.zeros((draws, issues))
        signed, opens = np.zeros((draws, issues), np.bool_), np.zeros((draws, issues))
        ratified = np.full((draws, parties, issues), math.nan)
        accepts = np.full((draws, actors, issues), math.nan)
        lift = np.full((draws, actors, issues), math.nan)
        bar = np.full((draws, issues), -1)
        for k, seats in enumerate(talks.seats):
            given = talks.chain(k)
            solved = talks.solved(k, given)
            opens[:, k] = talks.opens(k)
            there = opens[:, k] > 0.0
            signed[:, k] = there & (solved.place >= 0)
            settlement[:, k] = np.where(signed[:, k], talks.point[solved.place], math.nan)
            agreement[:, k] = opens[:, k] * talks.passes(k, given)
            bar[:, k] = np.where(there & (solved.bar >= 0), seats.parties[solved.bar], -1)
            told = np.where(there, 0.0, math.nan)[:, None]
            ratified[:, seats.parties, k] = solved.ratified + told
            accepts[:, seats.ratifiers, k] = solved.accepts + told
            lift[:, seats.ratifiers, k] = solved.lift + told
        return TwoLevelOutcome(
            settlement=settlement,
            agreement=agreement,
            signed=signed,
            ratified=ratified,
            accepts=accepts,
            lift=lift,
            open=opens,
            bar=bar,
        )

    def curves(self, batch: Batch) -> Curves:
        """Return the winset curves, types averaged out exactly whatever ``information`` says.

        A few thousand draws are plenty, and cost some ten times what `solve` costs.
        """
        talks = _Talks(self, batch)
        grid, parties, issues = self.grid, len(batch.parties), len(batch.issues)
        party, gains = np.full((2, parties, grid, issues), math.nan)
        joint, zone = np.full((2, grid, issues), math.nan)
        for k, seats in enumerate(talks.seats):
            weight = talks.opens(k)
            if not weight.sum() > 0.0:
                continue
            table = talks.table(k, talks.chain(k), known=False)
            sums = kernel.winset_sums(table, weight)
            party[seats.parties, :, k] = sums.ratified / weight.sum()
            gains[seats.parties, :, k] = sums.gains / weight.sum()
            joint[:, k], zone[:, k] = sums.joint / weight.sum(), sums.zone / weight.sum()
        return Curves(point=talks.point, party=party, gains=gains, joint=joint, zone=zone)

    def blame(self, batch: Batch, *, permutations: int = 16) -> Blame:
        """Return who stood in the way in the draws that fail.

        Types are drawn. A draw fails if nothing is signed or the types refuse what is. Players are
        all ratifiers and negotiators; ``v(S) = 1`` if some point would pass, at the table and in
        every party, were the members of S to accept everything. Where that holds of nobody at all,
        the table misjudged the types, which is counted apart.

        Args:
            batch: draws of a case.
            permutations: orders sampled in each draw where more than 16 players matter; up to
                there (so always up to 12 ratifiers of four parties) all coalitions are looked at.

        Raises:
            WinsetError: as `solve`, and when an issue has more than 62 ratifiers and negotiators.
        """
        if permutations < 2:
            raise WinsetError(f"permutations must be 2 or more; found {permutations}")
        talks = _Talks(self, batch)
        actors, issues = len(batch.actors), len(batch.issues)
        share, error, sampling = np.full((3, actors, issues), math.nan)
        failing, misjudged = np.zeros(issues), np.full(issues, math.nan)
        for k, seats in enumerate(talks.seats):
            weight = talks.opens(k)
            given = talks.chain(k)
            players, waives = _players(seats, batch.issues[k])
            ended = kernel.blame_draws(
                talks.table(k, given, known=True),
                talks.solved(k, given).place,
                waives=waives,
                orders=_orders(batch, k, players, permutations),
            )
            lost = weight * (ended.end != kernel.AGREED)
            failing[k] = lost.mean()
            if lost.sum() > 0.0:
                misjudged[k] = weight[ended.end == kernel.MISJUDGED].sum() / lost.sum()
            weight = weight * (ended.end == kernel.BLAMED)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """What most often stands between an open issue and an agreement.

    Attributes:
        issue: id.
        kind: ``signing`` where draws fail mostly because no point suits everybody at the table,
            ``ratifying`` where mostly because what is signed is refused, ``none`` where none fail.
        party: id of the party that binds; empty for ``none``.
        actor: id of its negotiator, or of the ratifier whose assurance would help most; may be
            empty.
        share: of draws in which nothing is signed, or the party's probability of ratifying.
        words: all that, as a sentence.
    """

    issue: str
    kind: Literal["signing", "ratifying", "none"]
    party: str
    actor: str
    share: float
    words: str


def binding(batch: Batch, outcome: TwoLevelOutcome) -> tuple[Binding, ...]:
    """Return the binding constraint of each issue, in the order of the batch."""
    return tuple(_binding(batch, outcome, k) for k in range(len(batch.issues)))


def _binding(batch: Batch, outcome: TwoLevelOutcome, k: int) -> Binding:
    issue, opens = batch.issues[k], outcome.open[:, k]
    signed = opens * outcome.signed[:, k]
    refused = outcome.involuntary_defection[:, k].sum()
    missing = opens.sum() - signed.sum()
    if missing + refused <= 1e-9 * opens.sum():
        how = "every draw ends in an agreement" if opens.any() else "the issue never opens"
        words = f"{issue}: nothing binds, {how}"
        return Binding(issue=issue, kind="none", party="", actor="", share=1.0, words=words)
    if missing >= refused:
        counts = [opens[outcome.bar[:, k] == p].sum() for p in range(len(batch.parties))]
        p = int(np.argmax(counts))
        party, actor = batch.parties[p], batch.actors[batch.negotiator[p]]
        share = float(missing / opens.sum())
        words = (
            f"{issue}: in {share:.0%} of the draws nothing is signed, for no point suits everybody "
            f"at the table; {actor} of {party} finds the fewest that would"
        )
        return Binding(
            issue=issue, kind="signing", party=party, actor=actor, share=share, words=words
        )
    chances = _means(outcome.ratified[:, :, k], signed)
    p = int(np.nanargmin(chances))
    party, share = batch.parties[p], float(chances[p])
    lifts = np.where(batch.party_of == p, _means(outcome.lift[:, :, k], signed), math.nan)
    words = (
        f"{issue}: what is signed fails at home; {party} is least likely to ratify ({share:.0%})"
    )
    actor = ""
    if not np.isnan(lifts).all():
        i = int(np.nanargmax(lifts))
        actor = batch.actors[i]
        accepts = _means(outcome.accepts[:, :, k], signed)[i]
        words += (
            f", where {actor} accepts in {accepts:.0%} and its assurance would add "
            f"{100 * lifts[i]:.0f} points"
        )
    return Binding(
        issue=issue, kind="ratifying", party=party, actor=actor, share=share, words=words
    )


def _means(values: FloatArray, weight: FloatArray) -> FloatArray:
    """Return the means over draws of ``(draw, …)``; NaN for columns without a number."""
    total = weight @ ~np.isnan(values)
    means = np.full(values.shape[1], math.nan)
    np.divide(weight @ np.nan_to_num(values), total, out=means, where=total > 0.0)
    return means


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edges:
    """Ties that bear on an issue, row by row."""

    first: IntArray  # (row + 1,)
    source: IntArray  # (edge,), the row's actor
    target: IntArray  # (edge,), actor


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seats:
    """Who matters on one issue, in the order of the kernel; all are indices of the batch."""

    parties: IntArray  # (party,), at the table
    rows: IntArray  # (row,), actors: negotiators, then ratifiers
    first: IntArray  # (party + 1,), first ratifier
    voters: IntArray  # (party,), first ratifier who is no veto player
    actors: IntArray  # (actor,), those whose own gains are needed, ascending
    lean: _Edges  # from each row to its own actor first
    press: _Edges

    @property
    def ratifiers(self) -> IntArray:
        """``(ratifier,)``, actors: by party, veto players before the other voters."""
        return self.rows[len(self.parties) :]


def _pairs(ties: FloatArray) -> list[tuple[int, int]]:
    """Return the source and target of every tie of ``(draw, source, target)`` that ever counts."""
    ever = ties[:1] if ties.strides[0] == 0 else ties
    return [(int(i), int(j)) for i, j in np.argwhere(ever.max(axis=0) > 0.0)]


def _edges(rows: list[int], targets: dict[int, list[int]]) -> _Edges:
    found = [targets.get(i, []) for i in rows]
    return _Edges(
        first=np.cumsum([0, *map(len, found)]),
        source=np.repeat(np.array(rows, np.int64), [len(there) for there in found]),
        target=np.array([j for there in found for j in there], np.int64),
    )


def _seats(
    batch: Batch, k: int, leaning: list[tuple[int, int]], pressing: list[tuple[int, int]]
) -> _Seats:
    present = batch.present[:, k]
    parties = [p for p, n in enumerate(batch.negotiator) if n >= 0 and present[n]]
    ratifiers: list[int] = []
    first, voters = [0], []
    for p in parties:
        members = present & (batch.party_of == p)
        ratifiers += np.flatnonzero(members & batch.veto).tolist()
        voters.append(len(ratifiers))
        ratifiers += np.flatnonzero(members & batch.voter & ~batch.veto).tolist()
        first.append(len(ratifiers))
    negotiators = [int(batch.negotiator[p]) for p in parties]
    lean = {i: [i] for i in (*negotiators, *ratifiers)}
    for i, j in leaning:
        if i in lean and present[j]:
            lean[i].append(j)
    # A pressure group presses its own party, as long as it has no vote there.
    groups = present & batch.pressure & ~batch.voter & ~batch.veto
    press: dict[int, list[int]] = {}
    for g, i in pressing:
        if groups[g] and batch.party_of[g] == batch.party_of[i]:
            press.setdefault(i, []).append(g)
    leans = _edges([*negotiators, *ratifiers], lean)
    presses = _edges(ratifiers, press)
    # The negotiators' rows feel no pressure: it bears on acceptance alone.
    none = np.zeros(len(negotiators), np.int64)
    presses = _Edges(
        first=np.concatenate([none, presses.first]), source=presses.source, target=presses.target
    )
    return _Seats(
        parties=np.array(parties, np.int64),
        rows=np.array([*negotiators, *ratifiers], np.int64),
        first=np.array(first, np.int64),
        voters=np.array(voters, np.int64),
        actors=np.union1d(leans.target, presses.target),
        lean=leans,
        press=presses,
    )


class _Talks:
    """The issues of one batch. Each can be solved in the world where ``given`` ones are agreed."""

    def __init__(self, model: TwoLevel, batch: Batch) -> None:
        self._model, self._batch = model, batch
        self._reversion = known_reversion(batch, model.name)
        self._tau = _plain(batch.drawn(f"{model.name}/tau", model.tau))
        self._leaning, pressing = _pairs(batch.dependence), _pairs(batch.intimidation)
        issues = range(len(batch.issues))
        self.seats = [_seats(batch, k, self._leaning, pressing) for k in issues]
        self.point = np.arange(model.grid) / (model.grid - 1)
        self._solved: dict[tuple[int, frozenset[int]], kernel.Solved] = {}
        self._check()

    def _check(self) -> None:
        batch, model = self._batch, self._model
        if model.proposer and model.proposer not in batch.parties:
            raise WinsetError(
                f"model “{model.name}”: proposer: no party “{model.proposer}” in this case; "
                f"{nearest(model.proposer, batch.parties)}"
            )
        empty, absent = [], []
        for issue, seats in zip(batch.issues, self.seats, strict=True):
            there = [batch.parties[p] for p in seats.parties]
            if not there:
                empty.append(issue)
            elif model.proposer and model.proposer not in there:
                absent.append(issue)
        if empty:
            raise WinsetError(
                f"model “{model.name}” needs a party at the table on every issue; none on "
                f"{', '.join(empty)}; give each party's negotiator the role “negotiator” in "
                "actors.csv and a row on the issue in stances.csv"
            )
        if absent:
            raise WinsetError(
                f"model “{model.name}”: proposer “{model.proposer}” is not at the table on "
                f"{', '.join(absent)}; give its negotiator a row there in stances.csv, or choose "
                "another rule"
            )

    def chain(self, k: int) -> frozenset[int]:
        """Return the issues that must be agreed before issue ``k`` opens."""
        return frozenset(self._required(k))

    def _required(self, k: int) -> Iterator[int]:
        while (k := int(self._batch.requires[k])) >= 0:
            yield k

    def _bearing(self, k: int) -> frozenset[int]:
        """Return the issues whose end may change how ``k`` is solved."""
        looked = {o.when for o in self._batch.overrides if o.issue == k}
        looked |= {r for j in looked for r in self._required(j)}
        return frozenset(looked).union(*(self._bearing(j) for j in looked))

    def solved(self, k: int, given: frozenset[int]) -> kernel.Solved:
        """Return issue ``k`` solved where the issues ``given`` are agreed."""
        key = (k, given & self._bearing(k))
        if key not in self._solved:
            model, batch = self._model, self._batch
            proposer = -1
            if model.proposer:
                at = batch.parties.index(model.proposer)
                proposer = int(np.flatnonzero(self.seats[k].parties == at)[0])
            self._solved[key] = kernel.solve_table(
                self.table(k, given, known=model.information == "complete"),
                rule=get_args(Rule).index(model.rule),
                proposer=proposer,
            )
        return self._solved[key]

    def passes(self, k: int, given: frozenset[int]) -> FloatArray:
        """Return ``(draw,)`` probabilities that an open issue ``k`` is signed and ratified."""
        solved = self.solved(k, given)
        return np.where(solved.place >= 0, solved.ratified.prod(axis=1), 0.0)

    def opens(self, k: int) -> FloatArray:
        """Return ``(draw,)`` probabilities that what issue ``k`` requires is agreed."""
        batch, given = self._batch, self.chain(k)
        chance = np.ones(batch.draws)
        while (needed := int(batch.requires[k])) >= 0:
            within = self._within(needed, batch.required_low[k], batch.required_high[k], given)
            chance *= within * self.passes(needed, given)
            k = needed
        return chance

    def _within(self, k: int, low: float, high: float, given: frozenset[int]) -> BoolArray:
        place = self.solved(k, given).place
        point = self.point[place]
        inside = (point >= low - kernel.EDGE) & (point <= high + kernel.EDGE)
        return np.asarray((place >= 0) & inside)

    def _agreed(self, k: int, low: float, high: float, given: frozenset[int]) -> BoolArray:
        """Return whether the draw has issue ``k`` agreed, and between ``low`` and ``high``."""
        batch = self._batch
        agreed = self._within(k, low, high, given)
        if k not in given:
            lot = batch.shares(f"{self._model.name}/{batch.issues[k]}/ratified")
            agreed &= lot < self.passes(k, given)
            if (needed := int(batch.requires[k])) >= 0:
                bounds = batch.required_low[k], batch.required_high[k]
                agreed &= self._agreed(needed, *bounds, given)
        return agreed

    def _stances(self, k: int, given: frozenset[int]) -> dict[str, FloatArray]:
        """Return each quantity, ``(draw, actor)`` of those seated, conditional stances decided."""
        batch, seats = self._batch, self.seats[k]
        stances = {name: getattr(batch, name)[:, :, k][:, seats.actors] for name in STANCE}
        for override in batch.overrides:
            if override.issue != k or override.actor not in seats.actors:
                continue
            holds = self._agreed(override.when, override.low, override.high, given)
            i = int(np.searchsorted(seats.actors, override.actor))
            for name, values in override.values.items():
                stances[name][:, i] = np.where(holds, values, stances[name][:, i])
        return stances

    def table(self, k: int, given: frozenset[int], *, known: bool) -> kernel.Table:
        """Return issue ``k`` as the kernel takes it, with types if they are ``known``."""
        batch, seats, draws = self._batch, self.seats[k], self._batch.draws
        stances = self._stances(k, given)
        ratifiers = np.searchsorted(seats.actors, seats.ratifiers)
        shift = np.zeros((draws, len(seats.rows)))
        on_ratifiers = shift[:, len(seats.parties) :]
        on_ratifiers[:] = self._model.kappa * (1.0 - stances["salience"][:, ratifiers])
        if known:
            for r, i in enumerate(seats.ratifiers):
                share = batch.shares(f"{batch.issues[k]}/{batch.actors[i]}/type")
                on_ratifiers[:, r] += self._tau * logit(np.maximum(share, LEAST_SHARE))
        shielded = 1.0 - batch.unity[:, batch.party_of[seats.press.source]]
        press = batch.intimidation[:, seats.press.target, seats.press.source] * shielded
        power = batch.power[:, seats.parties]
        mean = power.mean(axis=1, keepdims=True)
        votes, need = self._votes(seats, stances["influence"][:, ratifiers])
        return kernel.Table(
            point=self.point,
            reversion=_plain(self._reversion[:, k]),
            tau=self._tau,
            stance=_plain(np.stack([stances[name] for name in STANCE[:5]], axis=1)),
            lean_first=seats.lean.first,
            lean_on=np.searchsorted(seats.actors, seats.lean.target),
            lean=self._lean(seats),
            press_first=seats.press.first,
            press_by=np.searchsorted(seats.actors, seats.press.target),
            press=_plain(press),
            shift=shift,
            first=seats.first,
            voters=seats.voters,
            votes=votes,
            need=need,
            power=_plain(np.divide(power, mean, out=np.ones(power.shape), where=mean > 0.0)),
            known=known,
        )

    def _lean(self, seats: _Seats) -> FloatArray:
        """Return ``(draw, edge)`` weights; what an actor does not lend it keeps for itself."""
        batch = self._batch
        lean = _plain(batch.dependence[:, seats.lean.source, seats.lean.target])
        for e in np.flatnonzero(seats.lean.source == seats.lean.target):
            kept = np.ones(batch.draws)
            for i, j in self._leaning:
                if i == seats.lean.source[e]:
                    kept -= batch.dependence[:, i, j]
            lean[:, e] = np.where(kept < kernel.TINY, 0.0, kept)
        return lean

    def _votes(self, seats: _Seats, influence: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the votes of those who are no veto players, and how much of them is needed."""
        batch = self._batch
        votes = _plain(influence * batch.voter[seats.ratifiers])
        need = np.empty((batch.draws, len(seats.parties)))
        for p, party in enumerate(seats.parties):
            first, free, last = seats.first[p], seats.voters[p], seats.first[p + 1]
            if last - free > kernel.MOST_REAL:
                votes[:, free:last] = _rounded(votes[:, free:last])
            total = votes[:, first:last].sum(axis=1)
            # Where all veto players accept, those among them who vote have voted yes.
            need[:, p] = (batch.quota[:, party] - kernel.TINY) * total
            need[:, p] -= votes[:, first:free].sum(axis=1)
        return votes, need


def _plain(values: FloatArray) -> FloatArray:
    """Return a copy that the kernels take without being compiled anew."""
    return np.array(values, dtype=float, order="C")


def _rounded(votes: FloatArray) -> FloatArray:
    """Return votes to a thousandth of their sum, or as they are where they are few and whole."""
    total = votes.sum(axis=1, keepdims=True)
    whole = (votes == np.round(votes)).all(axis=1, keepdims=True) & (total <= kernel.UNITS)
    unit = np.where(whole | (total == 0.0), 1.0, total / kernel.UNITS)
    return np.asarray(np.round(votes / unit) * unit)


def _players(seats: _Seats, issue: str) -> tuple[IntArray, IntArray]:
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
    """Return ``(draw, order, player)`` permutations; none where all coalitions are looked at."""
    if len(players) <= MOST_EXACT:
        return np.empty((batch.draws, 0, len(players)), np.int64)
    names = [f"{batch.issues[k]}/{batch.actors[i]}/order" for i in players]
    lots = [[batch.shares(f"{name}/{m}") for name in names] for m in range(permutations)]
    return np.ascontiguousarray(np.argsort(lots, axis=1).transpose(2, 0, 1))
