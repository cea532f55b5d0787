"""Cases with parties that must ratify: written in a few lines, or any at all."""

import datetime
import math

from hypothesis import strategies as st

from winset.case.model import Case
from winset.case.parts import Actor, Condition, Issue, Party, Requirement, Stance, Tie
from winset.case.ranges import parse_range

QUANTITIES = ("position", "salience", "influence", "price", "red_line_low", "red_line_high",
              "audience_cost")  # fmt: skip


def cell(value):
    return None if value is None else parse_range(str(value))


def player(name, party, role, position, *, salience=100, influence=10, **rest):
    """One actor with the same stance on every issue; ``role`` as in actors.csv."""
    stance = {"position": position, "salience": salience, "influence": influence, **rest}
    return name, party or None, role, stance


def talks(players, *, parties=None, issues=None, ties=(), conditional=(), only=None):
    """A case from players; ``conditional`` holds (issue, actor, condition, changes).

    ``only`` maps an actor to the issues on which it has a stance.
    """
    ids = list(dict.fromkeys(party for _, party, _, _ in players if party))
    parties = {id: {} for id in ids} | (parties or {})
    issues = issues or {"x": {"reversion": 50}}
    return Case(
        title="Talks",
        as_of=datetime.date(2015, 1, 1),
        parties=tuple(
            Party(id=id, **{name: cell(value) for name, value in given.items()})
            for id, given in parties.items()
        ),
        issues=tuple(
            Issue(
                id=id,
                title=id,
                reversion=cell(given.get("reversion", 50)),
                requires=Requirement(**given["requires"]) if given.get("requires") else None,
            )
            for id, given in issues.items()
        ),
        actors=tuple(
            Actor(id=name, name=name, party=party, role=role) for name, party, role, _ in players
        ),
        stances=(
            *(
                Stance(issue=issue, actor=name, **{q: cell(v) for q, v in stance.items()})
                for issue in issues
                for name, _, _, stance in players
                if issue in (only or {}).get(name, issues)
            ),
            *(
                Stance(
                    issue=issue,
                    actor=name,
                    condition=condition,
                    **{q: cell(v) for q, v in changes.items()},
                )
                for issue, name, condition, changes in conditional
            ),
        ),
        ties=tuple(
            Tie(source=source, target=target, kind=kind, weight=cell(weight))
            for source, target, kind, weight in ties
        ),
    )


@st.composite
def any_talks(draw, *, issues=3, certain=False, parties=3):
    """Any case with parties at the table on every issue."""
    random = draw(st.randoms(use_true_random=False))

    def number(low, high):
        kind = random.choice(("round", "real", "real") if certain else ("round", "real", "range"))
        if kind == "round":
            return 5 * random.randint(math.ceil(low / 5), math.floor(high / 5))
        if kind == "real":
            return round(random.uniform(low, high), 3)
        return "..".join(str(v) for v in sorted(round(random.uniform(low, high)) for _ in range(3)))

    def share():
        return random.choice((0, 0.25, 0.5, 0.75, 1)) if random.random() < 0.5 else random.random()

    def lines():
        found = {}
        if random.random() < 0.4:
            found["red_line_low"] = number(0, 50)
        if random.random() < 0.4:
            found["red_line_high"] = number(50, 100)
        if found:
            found["audience_cost"] = random.choice((5, 20, 50, "inf"))
        return found

    def stance():
        return {
            "position": number(0, 100),
            "salience": number(5, 100),
            "influence": random.choice((0, 1, 2, 3, 10, 7.3)),
            "price": random.choice((0, 10, number(0, 60))),
            **lines(),
        }

    names = [f"p{k}" for k in range(random.randint(1, parties))]
    ids = [f"i{k}" for k in range(random.randint(1, issues))]
    players = []
    for party in names:
        role = random.choice(("negotiator", "negotiator; veto player", "negotiator; voter"))
        players.append((f"{party}-n", party, role, stance() | {"influence": 5}))
        for k in range(random.randint(0, 3)):
            role = random.choice(
                ("voter", "voter", "veto player", "veto player; voter", "pressure group", "leader",
                 "pressure group; voter")
            )  # fmt: skip
            players.append((f"{party}-{k}", party, role, stance()))
    if random.random() < 0.5:
        players.append(("far", None, "outside", stance()))
    actors = [name for name, *_ in players]
    ties = []
    for i in actors:
        left = 1.0
        for j in actors:
            if i != j and random.random() < 0.2:
                weight = random.choice((0, left, left / 2, left * random.random()))
                ties.append((i, j, "dependence", repr(weight)))
                left = max(0.0, left - weight - 1e-9)
            if i != j and random.random() < 0.3:
                ties.append((i, j, "intimidation", share()))
    given, conditional = {}, []
    for k, id in enumerate(ids):
        given[id] = {"reversion": number(0, 100)}
        if k and random.random() < 0.5:
            ends = {"at_least": 30} if random.random() < 0.3 else {}
            given[id]["requires"] = {"issue": random.choice(ids[:k]), **ends}
        for other in ids[:k]:
            if random.random() < 0.5:
                name = random.choice([i for i in actors if i.endswith("-n")])
                relation = random.choice(("agreed", ">=", "<="))
                at = None if relation == "agreed" else float(random.choice((30, 50, 70)))
                condition = Condition(issue=other, relation=relation, point=at)
                conditional.append((id, name, condition, {"position": number(0, 100)}))
    only = {
        name: [id for id in ids if random.random() < 0.8]
        for name in actors
        if not name.endswith("-n")
    }
    return talks(
        players,
        parties={
            name: {"quota": share(), "unity": share(), "power": random.choice((1, 1, 2, 0))}
            for name in names
        },
        issues=given,
        ties=ties,
        conditional=conditional,
        only=only,
    )
