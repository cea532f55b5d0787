"""Doubts about parties, actors and what binds them."""

from collections import Counter
from collections.abc import Iterator

from winset.case.doubts.doubt import DoubtKind, Sighting
from winset.case.model import Case
from winset.case.parts import Party

CLIENT = 0.5


def _sides(case: Case) -> Iterator[tuple[int, Party]]:
    """Return the parties, unless there is but one table and no game at two levels."""
    return iter(enumerate(case.parties) if len(case.parties) > 1 else ())


def no_negotiator(case: Case) -> Iterator[Sighting]:
    """W101."""
    for k, party in _sides(case):
        if not case.members(party.id, "negotiator"):
            yield Sighting(("parties", k), party.id, "no actor with the role “negotiator”")


def nobody_ratifies(case: Case) -> Iterator[Sighting]:
    """W102."""
    for k, party in _sides(case):
        if not case.members(party.id, "veto player") and not case.members(party.id, "voter"):
            yield Sighting(("parties", k), party.id, "no veto player and no voter")


def idle_pressure_group(case: Case) -> Iterator[Sighting]:
    """W103."""
    threatening = {tie.source for tie in case.ties if tie.kind == "intimidation"}
    for k, actor in enumerate(case.actors):
        if "pressure group" in actor.role and actor.id not in threatening:
            yield Sighting(("actors", k, "role"), actor.id, "no intimidation tie from it")


def homeless_pressure_group(case: Case) -> Iterator[Sighting]:
    """W104."""
    for k, actor in enumerate(case.actors):
        if "pressure group" in actor.role and actor.party is None:
            yield Sighting(("actors", k, "party"), actor.id, "no party")


def unity_hides_threat(case: Case) -> Iterator[Sighting]:
    """W105."""
    party_of = {actor.id: actor.party for actor in case.actors}
    threatened = Counter(party_of[t.target] for t in case.ties if t.kind == "intimidation")
    for k, party in enumerate(case.parties):
        if party.unity.low == 1.0 and threatened[party.id]:
            numbers = f"unity 1 and {threatened[party.id]} intimidation ties on its members"
            yield Sighting(("parties", k, "unity"), party.id, numbers)


def no_stance(case: Case) -> Iterator[Sighting]:
    """W106."""
    standing = {stance.actor for stance in case.stances}
    for k, actor in enumerate(case.actors):
        if actor.id not in standing:
            yield Sighting(("actors", k, "id"), actor.id, "no row in stances")


def ids_alike(case: Case) -> Iterator[Sighting]:
    """W107."""
    for name in ("parties", "issues", "scenarios", "questions", "actors", "documents"):
        first: dict[str, str] = {}
        for k, part in enumerate(getattr(case, name)):
            other = first.setdefault(part.id.casefold(), part.id)
            if other != part.id:
                yield Sighting((name, k, "id"), part.id, f"“{other}” beside it")


def client(case: Case) -> Iterator[Sighting]:
    """W108."""
    for k, tie in enumerate(case.ties):
        if tie.kind == "dependence" and tie.weight.likeliest > CLIENT:
            yield Sighting(("ties", k, "weight"), f"{tie.source} → {tie.target}", str(tie.weight))


def bare_tie(case: Case) -> Iterator[Sighting]:
    """W109."""
    for k, tie in enumerate(case.ties):
        if not tie.statements and not tie.note:
            where = f"{tie.source} → {tie.target}"
            yield Sighting(("ties", k, "statements"), where, "no statement and no note")


KINDS = (
    DoubtKind(
        code="W101",
        title="a party without a negotiator",
        why="Two-level models let one actor a party sign; without one the party cannot make or "
        "take an offer, and those models leave the case out.",
        remedy="give the role to whoever signs",
        example="Party `south` has a president and a parliament, both voters. Add “negotiator” to "
        "the role of the president, or add the foreign minister who sits at the table.",
        find=no_negotiator,
    ),
    DoubtKind(
        code="W102",
        title="a party in which nobody ratifies",
        why="With neither a veto player nor a voter everything is ratified, so the party's winset "
        "is the whole scale and the domestic game disappears.",
        remedy="make somebody veto player or voter",
        example="Party `north` has a negotiator only. If she decides alone, make her a veto player "
        "too; otherwise add the cabinet, the leader or the street that can undo her signature.",
        find=nobody_ratifies,
    ),
    DoubtKind(
        code="W103",
        title="a pressure group that intimidates nobody",
        why="The role works through intimidation ties; without one the group changes nothing.",
        remedy="add an intimidation tie from it, or take the role away",
        example="`militia` is a pressure group, and ties.csv has no row “militia,…,intimidation”. "
        "Add whom it can punish and how hard.",
        find=idle_pressure_group,
    ),
    DoubtKind(
        code="W104",
        title="a pressure group in no party",
        why="Pressure is felt inside a party whose unity is less than full; from outside it is not "
        "counted.",
        remedy="name its party, or make it “outside”",
        example="`lobby` has an empty party cell. Write the party whose leaders fear it.",
        find=homeless_pressure_group,
    ),
    DoubtKind(
        code="W105",
        title="full unity hides the intimidation inside",
        why="A party that speaks with one voice gives its pressure groups nobody to single out: at "
        "unity 1 the intimidation ties change nothing at all.",
        remedy="give unity a range below 1, or write why it is certain",
        example="`unity: 1` (or no unity, which means 1) beside three intimidation ties. Write "
        "`unity: 0.7..0.85..0.95` unless no leader has ever contradicted another.",
        find=unity_hides_threat,
    ),
    DoubtKind(
        code="W106",
        title="an actor without a stance",
        why="Models see actors through their stances; this one is nowhere but in the list.",
        remedy="add its stances, or delete it",
        example="`press` stands in actors.csv only. A speaker of statements alone may stay so: "
        "then the doubt is right and harmless.",
        find=no_stance,
    ),
    DoubtKind(
        code="W107",
        title="ids that differ by capitals only",
        why="A typing error then names another actor instead of failing, and a folder copied to "
        "Windows or macOS may merge files so named.",
        remedy="rename one",
        example="Actors `EU` and `eu`. Call them `eu-council` and `eu-envoy`.",
        find=ids_alike,
    ),
    DoubtKind(
        code="W108",
        title="a dependence above 0.5",
        why="Above one half the source counts the target's gains for more than its own: a client, "
        "whose own position hardly matters.",
        remedy="lower it, or write why this is a client",
        example="`proxy,patron,dependence,0.8`. Right for a client government; for an ally that "
        "can say no, 0.2 to 0.4.",
        find=client,
    ),
    DoubtKind(
        code="W109",
        title="a tie without evidence",
        why="Nobody can check, or argue with, a number that gives no reason.",
        remedy="name the statements it rests on, or say why in its note",
        example="`guards,president,intimidation,0.3` with empty statements and note.",
        find=bare_tie,
    ),
)
