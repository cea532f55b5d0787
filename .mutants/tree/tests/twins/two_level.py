"""The two-level model in plain Python, one draw at a time, to be read beside the text.

Numbers are looked up in the batch where the text names them. Every coalition of voters, every
point and every coalition of players is gone through.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import product
from random import Random

from winset.models.batch import Batch

EDGE, TINY, TIE = 1e-9, 1e-12, 1e-10


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The parameters of the model."""

    information: str = "private"
    rule: str = "nash"
    proposer: str = ""
    grid: int = 201


@dataclass(kw_only=True)
class Solved:
    """One issue in one draw, given that it is open."""

    point: float | None = None
    ratified: dict[int, float] = field(default_factory=dict)
    accepts: dict[int, float] = field(default_factory=dict)
    lift: dict[int, float] = field(default_factory=dict)

    @property
    def passes(self) -> float:
        return 0.0 if self.point is None else math.prod(self.ratified.values())


@dataclass(kw_only=True, eq=False)
class Issue:
    """One issue in one draw: who is there, and what each would make of a point."""

    batch: Batch
    d: int
    k: int
    tau: float
    kappa: float
    rules: Rules
    changed: dict[tuple[str, int], float]  # by conditional stances: (quantity, actor) to value

    @cache  # noqa: B019 - an issue lives as long as its test
    def of(self, quantity: str, i: int) -> float:
        plain = getattr(self.batch, quantity)[self.d, i, self.k]
        return float(self.changed.get((quantity, i), plain))

    @cache  # noqa: B019
    def tie(self, kind: str, source: int, target: int) -> float:
        return float(getattr(self.batch, kind)[self.d, source, target])

    @cached_property
    def points(self) -> list[float]:
        return [j / (self.rules.grid - 1) for j in range(self.rules.grid)]

    @cached_property
    def actors(self) -> list[int]:
        return [i for i in range(len(self.batch.actors)) if self.batch.present[i, self.k]]

    @cached_property
    def table(self) -> dict[int, int]:
        """Party to negotiator."""
        return {p: int(n) for p, n in enumerate(self.batch.negotiator) if n in self.actors}

    @cache  # noqa: B019
    def vetoes(self, p: int) -> list[int]:
        return [i for i in self.actors if self.batch.party_of[i] == p and self.batch.veto[i]]

    @cache  # noqa: B019
    def voters(self, p: int) -> list[int]:
        return [i for i in self.actors if self.batch.party_of[i] == p and self.batch.voter[i]]

    @cache  # noqa: B019
    def ratifiers(self, p: int) -> list[int]:
        return sorted({*self.vetoes(p), *self.voters(p)})

    def own_gain(self, i: int, y: float) -> float:
        q = self.batch.reversion[self.d, self.k]
        gain = 1 - abs(y - self.of("position", i))
        low, high = self.of("red_line_low", i), self.of("red_line_high", i)
        if y < low - EDGE or y > high + EDGE:
            gain -= self.of("audience_cost", i)
        return gain - (1 - abs(q - self.of("position", i)) - self.of("price", i))

    def gain(self, i: int, y: float) -> float:
        lent = {j: self.tie("dependence", i, j) for j in range(len(self.batch.actors))}
        kept = 1 - sum(lent.values())
        gain = kept * self.own_gain(i, y) if kept > TINY else 0.0
        for j, weight in lent.items():
            if weight > 0 and j in self.actors:
                gain += weight * self.own_gain(j, y)
        return gain

    def pressure(self, i: int, y: float) -> float:
        batch, total = self.batch, 0.0
        for g in self.actors:
            spoils = batch.pressure[g] and not batch.veto[g] and not batch.voter[g]
            if spoils and batch.party_of[g] == batch.party_of[i]:
                hits = batch.intimidation[self.d, g, i] * (
                    1 - batch.unity[self.d, batch.party_of[i]]
                )
                total += hits * max(0.0, -self.own_gain(g, y)) if hits > 0 else 0.0
        return total

    def margin(self, i: int, y: float) -> float:
        forgives = self.kappa * (1 - self.of("salience", i))
        return self.gain(i, y) - self.pressure(i, y) + forgives

    @cache  # noqa: B019
    def luck(self, i: int) -> float:
        name = f"{self.batch.issues[self.k]}/{self.batch.actors[i]}/type"
        share = max(self.batch.shares(name)[self.d], 2.0**-54)
        return self.tau * math.log(share / (1 - share))

    def accepts_knowing(self, i: int, y: float) -> bool:
        return self.margin(i, y) + self.luck(i) >= -TINY

    def acceptance(self, i: int, y: float) -> float:
        if self.rules.information == "complete":
            return float(self.accepts_knowing(i, y))
        if self.tau == 0:
            return float(self.margin(i, y) >= -TINY)
        odds = -self.margin(i, y) / self.tau
        return 0.0 if odds > 700 else 1 / (1 + math.exp(odds))

    def enough(self, p: int, yes: set[int]) -> bool:
        influence = {i: self.of("influence", i) for i in self.voters(p)}
        total = sum(influence.values())
        return (
            sum(influence[i] for i in yes & set(influence))
            >= (self.batch.quota[self.d, p] - TINY) * total
        )

    def ratification(self, p: int, chances: dict[int, float]) -> float:
        """Sum over who accepts: the veto players and enough votes must be among them."""
        total = 0.0
        people = self.ratifiers(p)
        for answer in product((False, True), repeat=len(people)):
            yes = {i for i, said in zip(people, answer, strict=True) if said}
            if set(self.vetoes(p)) <= yes and self.enough(p, yes):
                total += math.prod(chances[i] if i in yes else 1 - chances[i] for i in people)
        return total

    def ratifies(self, p: int, y: float) -> float:
        return self.ratification(p, {i: self.acceptance(i, y) for i in self.ratifiers(p)})

    def solve(self) -> Solved:
        known = self.rules.information == "complete"
        offer = self.rules.rule == "take-it-or-leave-it"
        gains, chances = {}, {}
        for y in self.points:
            gain = {p: self.gain(n, y) for p, n in self.table.items()}
            for p, g in gain.items():
                answers = offer and self.batch.parties[p] != self.rules.proposer
                if not g > (-TINY if known or answers else TINY):
                    break
            else:
                chance = {p: self.ratifies(p, y) for p in self.table}
                if all(r > 0 for r in chance.values()):
                    gains[y] = {p: max(g, 0.0) for p, g in gain.items()}
                    chances[y] = chance
        y = self.choose(gains, chances)
        if y is None:
            return Solved()
        solved = Solved(point=y, ratified=chances[y])
        for p in self.table:
            accepts = {i: self.acceptance(i, y) for i in self.ratifiers(p)}
            solved.accepts |= accepts
            for i in accepts:
                sure = self.ratification(p, accepts | {i: 1.0})
                solved.lift[i] = sure - solved.ratified[p]
        return solved

    def choose(
        self, gains: dict[float, dict[int, float]], chances: dict[float, dict[int, float]]
    ) -> float | None:
        payoff = {y: {p: chances[y][p] * gains[y][p] for p in self.table} for y in gains}
        powers = {p: self.batch.power[self.d, p] for p in self.table}
        mean = sum(powers.values()) / len(powers)
        powers = {p: power / mean if mean > 0 else 1.0 for p, power in powers.items()}
        best = {p: max((u[p] for u in payoff.values()), default=0.0) for p in self.table}
        value = {}
        for y, u in payoff.items():
            match self.rules.rule:
                case "nash":
                    value[y] = math.prod(u[p] ** powers[p] for p in self.table)
                case "kalai-smorodinsky":
                    value[y] = min(u[p] / best[p] if best[p] > 0 else 1.0 for p in self.table)
                case "egalitarian":
                    value[y] = min(u.values())
                case _:
                    proposer = self.batch.parties.index(self.rules.proposer)
                    value[y] = gains[y][proposer] * math.prod(chances[y].values())
        return self.middle_of_best(value)

    def middle_of_best(self, value: dict[float, float]) -> float | None:
        if not value:
            return None
        enough = max(value.values()) * (1 - TIE)
        runs: list[list[float]] = [[]]
        for y in self.points:
            if value.get(y, -1.0) >= enough:
                runs[-1].append(y)
            elif runs[-1]:
                runs.append([])
        middles = []
        for run in filter(None, runs):
            half = len(run) // 2
            middles += [run[half]] if len(run) % 2 else run[half - 1 : half + 1]
        q = self.batch.reversion[self.d, self.k]
        return min(middles, key=lambda y: (round(abs(y - q), 8), y))

    # Who blocks.

    def players(self) -> list[int]:
        found = {*self.table.values()}
        for p in self.table:
            found |= {*self.ratifiers(p)}
        return sorted(found)

    def agreement_exists(self, allies: set[int]) -> bool:
        """Whether some point would pass were the allies to accept everything."""
        for y in self.points:
            signs = all(n in allies or self.gain(n, y) > -TINY for n in self.table.values())
            if signs and all(self.home_accepts(p, y, allies) for p in self.table):
                return True
        return False

    def home_accepts(self, p: int, y: float, allies: set[int]) -> bool:
        yes = {i for i in self.ratifiers(p) if i in allies or self.accepts_knowing(i, y)}
        return set(self.vetoes(p)) <= yes and self.enough(p, yes)

    def shapley(self) -> dict[int, float]:
        players = self.players()
        n = len(players)
        worth = {}
        for bits in product((False, True), repeat=n):
            allies = frozenset(i for i, there in zip(players, bits, strict=True) if there)
            worth[allies] = self.agreement_exists(set(allies))
        share = dict.fromkeys(players, 0.0)
        for allies, wins in worth.items():
            for i in set(players) - allies:
                pivotal = worth[allies | {i}] - wins
                k = len(allies)
                share[i] += pivotal * math.factorial(k) * math.factorial(n - k - 1)
        return {i: total / math.factorial(n) for i, total in share.items()}


@dataclass(kw_only=True)
class Talks:
    """All issues of one draw."""

    batch: Batch
    d: int
    tau: float
    kappa: float
    rules: Rules

    def chain(self, k: int) -> Iterator[int]:
        while (k := int(self.batch.requires[k])) >= 0:
            yield k

    def order(self) -> list[int]:
        waits = {
            k: {int(r) for r in [self.batch.requires[k]] if r >= 0}
            | {o.when for o in self.batch.overrides if o.issue == k}
            for k in range(len(self.batch.issues))
        }
        done: list[int] = []
        while len(done) < len(waits):
            done += [k for k in waits if k not in done and waits[k] <= set(done)][:1]
        return done

    def within(self, point: float | None, low: float, high: float) -> bool:
        return point is not None and low - EDGE <= point <= high + EDGE

    def issue(self, k: int, agreed: dict[int, float | None]) -> Issue:
        changed: dict[tuple[str, int], float] = {}
        for o in self.batch.overrides:
            if o.issue == k and self.within(agreed[o.when], o.low, o.high):
                changed |= {(name, o.actor): float(v[self.d]) for name, v in o.values.items()}
        batch, d = self.batch, self.d
        own = {"tau": self.tau, "kappa": self.kappa, "rules": self.rules}
        return Issue(batch=batch, d=d, k=k, changed=changed, **own)

    def meets(self, k: int, agreed: dict[int, float | None]) -> bool:
        needed = int(self.batch.requires[k])
        low, high = self.batch.required_low[k], self.batch.required_high[k]
        return needed < 0 or self.within(agreed[needed], low, high)

    def world(self, target: int) -> tuple[Issue, Solved, float]:
        """Solve the target where all it requires is agreed; with the probability of that."""
        given, agreed, opens = set(self.chain(target)), {}, 1.0
        for k in self.order():
            issue = self.issue(k, agreed)
            solved = issue.solve()
            if k == target:
                return issue, solved, opens * self.meets(k, agreed)
            if k in given:
                opens *= self.meets(k, agreed) * solved.passes
                agreed[k] = solved.point
            else:
                lot = self.batch.shares(f"two-level/{self.batch.issues[k]}/ratified")[self.d]
                there = self.meets(k, agreed) and lot < solved.passes
                agreed[k] = solved.point if there else None
        raise AssertionError

    def together(self, wanted: set[int]) -> float:
        """Sum over everything that can come of all issues: how likely the wanted are all agreed."""
        order = self.order()

        def chance(place: int, agreed: dict[int, float | None]) -> float:
            if place == len(order):
                return 1.0
            k = order[place]
            solved = self.issue(k, agreed).solve()
            passes = solved.passes if self.meets(k, agreed) else 0.0
            total = 0.0
            if passes > 0:
                total += passes * chance(place + 1, agreed | {k: solved.point})
            if passes < 1 and k not in wanted:
                total += (1 - passes) * chance(place + 1, agreed | {k: None})
            return total

        return chance(0, {})

    def counted_together(self, wanted: set[int], *, times: int, random: Random) -> float:
        """Draw every ratifier's type again and again: the share of times the wanted all pass."""
        solve = cache(lambda k, agreed: self._solved(k, dict(agreed)))
        hits = 0
        for _ in range(times):
            agreed: dict[int, float | None] = {}
            for k in self.order():
                issue, solved = solve(k, tuple(agreed.items()))
                passes = solved.point is not None and self.meets(k, agreed)
                for p in issue.table if passes else ():
                    yes = set()
                    for i in issue.ratifiers(p):
                        luck = random.random()
                        luck = self.tau * math.log(luck / (1 - luck)) if luck > 0 else -math.inf
                        if issue.margin(i, solved.point) + luck >= 0:
                            yes.add(i)
                    passes = passes and set(issue.vetoes(p)) <= yes and issue.enough(p, yes)
                agreed[k] = solved.point if passes else None
            hits += all(agreed[k] is not None for k in wanted)
        return hits / times

    def _solved(self, k: int, agreed: dict[int, float | None]) -> tuple[Issue, Solved]:
        issue = self.issue(k, agreed)
        return issue, issue.solve()

    def agreement(self, target: int) -> float:
        """Sum over everything that can come of the issues before the target."""
        order = self.order()

        def chance(place: int, agreed: dict[int, float | None]) -> float:
            k = order[place]
            solved = self.issue(k, agreed).solve()
            passes = solved.passes if self.meets(k, agreed) else 0.0
            if k == target:
                return passes
            total = 0.0
            if passes > 0:
                total += passes * chance(place + 1, agreed | {k: solved.point})
            if passes < 1:
                total += (1 - passes) * chance(place + 1, agreed | {k: None})
            return total

        return chance(0, {})
