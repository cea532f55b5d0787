"""Doubts about how a case is coded: parties and actors, issues, stances, scenarios, dates."""

from collections import Counter
from collections.abc import Callable, Iterator

from winset.case.doubt import DoubtKind, Sighting
from winset.case.model import Case
from winset.case.parts import Issue, Party, Stance
from winset.case.ranges import Range, number_text
from winset.case.scenarios import apply_scenario
from winset.errors import CaseError

FEWEST_LABELS = 3
HIGHEST_PRICE = 70.0
CLIENT = 0.5


def _likeliest(value: Range) -> float:
    return value.middle if value.mode is None else value.mode


def _name(stance: Stance) -> str:
    end = f" if {stance.condition}" if stance.condition else ""
    return f"{stance.actor} on {stance.issue}{end}"


def _plain(case: Case) -> Iterator[tuple[int, Stance]]:
    return ((k, s) for k, s in enumerate(case.stances) if s.condition is None)


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
            found = f"unity 1 and {threatened[party.id]} intimidation ties on its members"
            yield Sighting(("parties", k, "unity"), party.id, found)


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
        if tie.kind == "dependence" and _likeliest(tie.weight) > CLIENT:
            yield Sighting(("ties", k, "weight"), f"{tie.source} → {tie.target}", str(tie.weight))


def bare_tie(case: Case) -> Iterator[Sighting]:
    """W109."""
    for k, tie in enumerate(case.ties):
        if not tie.statements and not tie.note:
            where = f"{tie.source} → {tie.target}"
            yield Sighting(("ties", k, "statements"), where, "no statement and no note")


def no_stances(case: Case) -> Iterator[Sighting]:
    """W201."""
    for k, issue in enumerate(case.issues):
        if not case.stances_on(issue.id):
            yield Sighting(("issues", k), issue.id, "no row in stances")


def no_reversion(case: Case) -> Iterator[Sighting]:
    """W202."""
    for k, issue in enumerate(case.issues):
        if issue.reversion is None:
            yield Sighting(("issues", k), issue.id, "none")


def few_labels(case: Case) -> Iterator[Sighting]:
    """W203."""
    for k, issue in enumerate(case.issues):
        if len(issue.labels) < FEWEST_LABELS:
            yield Sighting(("issues", k, "labels"), issue.id, str(len(issue.labels)))


def unlabelled_end(case: Case) -> Iterator[Sighting]:
    """W204."""
    for k, issue in enumerate(case.issues):
        ends = (issue.scale.low, issue.scale.high)
        missing = [number_text(end) for end in ends if end not in issue.labels]
        if missing:
            found = f"no label at {' and '.join(missing)}"
            yield Sighting(("issues", k, "labels"), issue.id, found)


def _all_equal(
    case: Case, read: Callable[[Stance], Range | None], fewest: int
) -> Iterator[tuple[int, Issue, Range]]:
    for k, issue in enumerate(case.issues):
        values = [value for stance in case.stances_on(issue.id) if (value := read(stance))]
        if len(values) >= fewest and len(set(values)) == 1:
            yield k, issue, values[0]


def same_positions(case: Case) -> Iterator[Sighting]:
    """W205."""
    for k, issue, value in _all_equal(case, lambda s: s.position, 2):
        yield Sighting(("issues", k), issue.id, f"{value} for everybody")


def same_influence(case: Case) -> Iterator[Sighting]:
    """W206."""
    for k, issue, value in _all_equal(case, lambda s: s.influence, 3):
        yield Sighting(("issues", k), issue.id, f"{value} for everybody")


def same_salience(case: Case) -> Iterator[Sighting]:
    """W207."""
    for k, issue, value in _all_equal(case, lambda s: s.salience, 3):
        yield Sighting(("issues", k), issue.id, f"{value} for everybody")


def bare_stance(case: Case) -> Iterator[Sighting]:
    """W301."""
    for k, stance in enumerate(case.stances):
        if not stance.statements and not stance.note:
            yield Sighting(("stances", k, "statements"), _name(stance), "no statement and no note")


def certain_position(case: Case) -> Iterator[Sighting]:
    """W302."""
    positions = [stance.position for stance in case.stances if stance.position is not None]
    if all(position.certain for position in positions):
        return
    for k, stance in enumerate(case.stances):
        if stance.position is not None and stance.position.certain:
            yield Sighting(("stances", k, "position"), _name(stance), str(stance.position))


def red_line_excludes_position(case: Case) -> Iterator[Sighting]:
    """W303."""
    for k, stance in _plain(case):
        low, high, position = stance.red_line_low, stance.red_line_high, stance.position
        if position is not None and low is not None and position.high < low.low:
            found = f"position {position} below red_line_low {low}"
            yield Sighting(("stances", k, "red_line_low"), _name(stance), found)
        if position is not None and high is not None and position.low > high.high:
            found = f"position {position} above red_line_high {high}"
            yield Sighting(("stances", k, "red_line_high"), _name(stance), found)


def cost_without_line(case: Case) -> Iterator[Sighting]:
    """W304."""
    for k, stance in _plain(case):
        cost = stance.audience_cost
        if cost and cost.high > 0 and stance.red_line_low is stance.red_line_high is None:
            yield Sighting(("stances", k, "audience_cost"), _name(stance), f"{cost}, no red line")


def line_without_cost(case: Case) -> Iterator[Sighting]:
    """W305."""
    for k, stance in _plain(case):
        drawn = [n for n in ("red_line_low", "red_line_high") if getattr(stance, n) is not None]
        if drawn and stance.audience_cost is None:
            found = f"{drawn[0]} {getattr(stance, drawn[0])}, no audience cost"
            yield Sighting(("stances", k, drawn[0]), _name(stance), found)


def desperate(case: Case) -> Iterator[Sighting]:
    """W306."""
    for k, stance in enumerate(case.stances):
        if stance.price is not None and _likeliest(stance.price) > HIGHEST_PRICE:
            yield Sighting(("stances", k, "price"), _name(stance), str(stance.price))


def strongest_not_100(case: Case) -> Iterator[Sighting]:
    """W307."""
    rows = [(k, s.influence) for k, s in enumerate(case.stances) if s.influence is not None]
    if not rows:
        return
    k, strongest = max(rows, key=lambda row: _likeliest(row[1]))
    if _likeliest(strongest) != 100.0:
        found = f"{strongest}, the highest of the case"
        yield Sighting(("stances", k, "influence"), _name(case.stances[k]), found)


def outcome_before(case: Case) -> Iterator[Sighting]:
    """W501."""
    for k, issue in enumerate(case.issues):
        outcome = issue.outcome
        if outcome is not None and outcome.date is not None and outcome.date < case.as_of:
            found = f"{outcome.date}, before {case.as_of}"
            yield Sighting(("issues", k, "outcome", "date"), issue.id, found)


def horizon_before(case: Case) -> Iterator[Sighting]:
    """W504."""
    for k, question in enumerate(case.questions):
        if question.horizon is not None and question.horizon < case.as_of:
            found = f"{question.horizon}, before {case.as_of}"
            yield Sighting(("questions", k, "horizon"), question.id, found)


def idle_scenario(case: Case) -> Iterator[Sighting]:
    """W505."""
    for k, scenario in enumerate(case.scenarios):
        try:
            same = apply_scenario(case, scenario.id) == case
        except CaseError:
            continue
        if same:
            found = f"{len(scenario.changes)} changes, and every number as before"
            yield Sighting(("scenarios", k), scenario.id, found)


def broken_scenario(case: Case) -> Iterator[Sighting]:
    """W506."""
    for k, scenario in enumerate(case.scenarios):
        try:
            apply_scenario(case, scenario.id)
        except CaseError as error:
            yield Sighting(("scenarios", k), scenario.id, str(error.problems[0]))


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
    DoubtKind(
        code="W201",
        title="an issue on which nobody stands",
        why="There is nothing to forecast from; models leave the issue empty.",
        remedy="add stances, or delete the issue",
        example="Issue `borders` in case.yaml, and no row “borders,…” in stances.csv.",
        find=no_stances,
    ),
    DoubtKind(
        code="W202",
        title="an issue without a reversion",
        why="What holds after failure is what every deal is compared with: models of bargaining "
        "and ratification cannot run without it.",
        remedy="give what holds the day after talks fail, with a range",
        example="Add `reversion: 0..10..20`. It is not what anybody wants but what would happen.",
        find=no_reversion,
    ),
    DoubtKind(
        code="W203",
        title="a scale with fewer than three labels",
        why="Two coders agree on 40 only if the scale says what the world looks like around 40.",
        remedy="describe the ends and a point or more between them",
        example="`labels: {0: no limit, 100: no enrichment}` leaves the middle to taste; add "
        "`40: a one-year breakout for ten years`.",
        find=few_labels,
    ),
    DoubtKind(
        code="W204",
        title="a scale with an end that means nothing",
        why="Positions are shares of the scale: an end without a state of the world makes every "
        "number on it arbitrary.",
        remedy="label both ends by states of the world",
        example="Scale 0 to 100, labels at 20 and 80. Say what 0 and 100 would be.",
        find=unlabelled_end,
    ),
    DoubtKind(
        code="W205",
        title="an issue on which all want the same",
        why="Where all positions are equal there is nothing to negotiate, and every model agrees.",
        remedy="check the positions, or drop the issue",
        example="Every row on `timing` says 50: often a column filled down by mistake.",
        find=same_positions,
    ),
    DoubtKind(
        code="W206",
        title="an issue on which all have the same influence",
        why="Equal weights say that the small and the mighty count alike; usually they are a "
        "default that was never coded.",
        remedy="code influence as ratios to the strongest",
        example="100 for all six actors. If it is a vote by heads, write that in a note.",
        find=same_influence,
    ),
    DoubtKind(
        code="W207",
        title="an issue on which all care the same",
        why="Salience decides who fights and who trades; equal values are usually a default.",
        remedy="code salience for each actor",
        example="50 for all. The actor whose survival hangs on the issue is not at 50.",
        find=same_salience,
    ),
    DoubtKind(
        code="W301",
        title="a stance without evidence",
        why="From any number in a report one should get to a sentence, or at least a reason.",
        remedy="name the statements it rests on, or say why in its note",
        example="`quota,france,40,60,80` with empty statements and note. General knowledge is a "
        "reason too: write it, and widen the ranges.",
        find=bare_stance,
    ),
    DoubtKind(
        code="W302",
        title="a position known for certain",
        why="Others in the case have ranges, so this one claims to be known exactly; forecasts "
        "come out narrower than what is known.",
        remedy="give a range: the readings an informed opponent would defend",
        example="`40` among `20..30..45` and `60 to 80`. Write `35..40..48`.",
        find=certain_position,
    ),
    DoubtKind(
        code="W303",
        title="a red line that excludes its own position",
        why="The actor would pay its audience cost for getting what it wants.",
        remedy="check which end of the scale the line guards, or move the position",
        example="Position 40, red_line_low 60: a line above the wish. Often it belongs in "
        "red_line_high.",
        find=red_line_excludes_position,
    ),
    DoubtKind(
        code="W304",
        title="an audience cost without a red line",
        why="The cost is of crossing a line; without a line it is never paid.",
        remedy="add the line as it was said in public, or delete the cost",
        example="audience_cost 30, red_line_low and red_line_high empty.",
        find=cost_without_line,
    ),
    DoubtKind(
        code="W305",
        title="a red line without an audience cost",
        why="An empty cost is 0: the line is crossed for nothing.",
        remedy="give what crossing it would cost; `inf` only where the law forbids it",
        example="red_line_high 60, audience_cost empty. 10 can be explained away, 30 is a bad "
        "week, 60 shakes its standing.",
        find=line_without_cost,
    ),
    DoubtKind(
        code="W306",
        title="a desperate price of no agreement",
        why="Above 70 an actor gives up most of the scale to avoid failure; it will then take "
        "almost anything, whatever the rest of its row says.",
        remedy="check that the issue itself is not counted twice; say why in the note",
        example="price 85 for sanctions whose relief is the issue. The loss is already the "
        "distance to the position.",
        find=desperate,
    ),
    DoubtKind(
        code="W307",
        title="the strongest actor is not at 100",
        why="Influence is a ratio to the strongest, by habit 100; another top makes cases hard to "
        "compare and usually means that the ratios were not thought through.",
        remedy="scale the column so that the strongest is 100",
        example="Influences 40, 30, 10. Write 100, 75, 25: forecasts stay the same.",
        find=strongest_not_100,
    ),
    DoubtKind(
        code="W501",
        title="an outcome before the as-of date",
        why="What had happened already is no forecast: scoring it flatters the model.",
        remedy="correct one of the dates",
        example="`as_of: 2015-08-01` and an outcome of 2015-07-14.",
        find=outcome_before,
    ),
    DoubtKind(
        code="W504",
        title="a question whose horizon is past",
        why="It was settled before the case begins.",
        remedy="correct the horizon or the as-of date",
        example="`as_of: 2015-08-01`, `horizon: 2015-06-30`.",
        find=horizon_before,
    ),
    DoubtKind(
        code="W505",
        title="a scenario that changes nothing",
        why="Its forecast is the base forecast; who reads that it makes no difference is misled.",
        remedy="check whom its changes select, and by how much",
        example="`{quantity: price, role: voter, add: 10}` in a case without voters, or `add: 0`.",
        find=idle_scenario,
    ),
    DoubtKind(
        code="W506",
        title="a scenario that breaks the case",
        why="The changed case no longer holds together, so the scenario cannot be run.",
        remedy="make the change smaller, or select fewer",
        example="Doubling dependences of 0.6 makes them sum to more than 1.",
        find=broken_scenario,
    ),
)
