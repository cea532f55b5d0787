"""A small case that every model can be asked about: two parties, two issues, four actors."""

import datetime
from dataclasses import replace

from winset.case.model import Case
from winset.case.parts import Actor, Issue, Party, Stance, Tie
from winset.case.ranges import parse_range

POSITIONS = ("10..20..30", "25..35..45", "60..70..80", "50..65..75")


def bargain(positions: tuple[str, str, str, str] = POSITIONS) -> Case:
    """Return the case, with these positions on its first issue and ones 5 higher on the second."""
    actors = (
        Actor(id="minister", name="M", party="home", role=("negotiator", "voter")),
        Actor(id="leader", name="L", party="home", role=("veto player",)),
        Actor(id="envoy", name="E", party="abroad", role=("negotiator", "veto player")),
        Actor(id="senate", name="S", party="abroad", role=("voter",)),
    )
    stances = tuple(
        Stance(
            issue=issue,
            actor=actor.id,
            position=parse_range(position).moved(add=shift),
            salience=parse_range("20..30..50"),
            influence=parse_range(str(40 + 20 * k)),
            price=parse_range("5..20..40"),
        )
        for issue, shift in (("x", 0), ("y", 5))
        for k, (actor, position) in enumerate(zip(actors, positions, strict=True))
    )
    return Case(
        title="A bargain",
        as_of=datetime.date(2015, 1, 1),
        parties=(Party(id="home"), Party(id="abroad")),
        issues=tuple(Issue(id=i, title=i, reversion=parse_range("40..50..55")) for i in ("x", "y")),
        actors=actors,
        stances=stances,
        ties=(
            Tie(source="minister", target="leader", kind="dependence", weight=parse_range(".3")),
        ),
    )


def with_bystander(case: Case) -> Case:
    """Return ``case`` with one more actor: of no party, without influence and without salience."""
    nothing = parse_range("0")
    stances = tuple(
        Stance(issue=issue.id, actor="bystander", position=parse_range("93"), salience=nothing,
               influence=nothing, price=nothing)
        for issue in case.issues
    )  # fmt: skip
    return replace(
        case,
        actors=(*case.actors, Actor(id="bystander", name="B")),
        stances=(*case.stances, *stances),
    )


def odd_cases() -> dict[str, Case]:
    """Return cases that a model may refuse, by what is odd about them."""
    case = bargain()
    first = tuple(s for s in case.stances if s.issue == "x")
    return {
        "no reversion": replace(
            case, issues=tuple(replace(issue, reversion=None) for issue in case.issues)
        ),
        "one issue": replace(case, issues=case.issues[:1], stances=first),
        "no stance on an issue": replace(case, stances=first),
        "one actor": replace(
            case,
            actors=case.actors[:1],
            stances=tuple(s for s in case.stances if s.actor == "minister"),
            ties=(),
        ),
        "no party": replace(
            case,
            parties=(),
            actors=tuple(replace(a, party=None, role=()) for a in case.actors),
        ),
        "all at one point": bargain(("50", "50", "50", "50")),
    }
