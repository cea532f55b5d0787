"""Doubts about issues and the stances on them."""

from collections.abc import Callable, Iterator

from winset.case.doubts.doubt import DoubtKind, Sighting
from winset.case.model import Case
from winset.case.parts import Issue, Stance
from winset.case.ranges import Range, number_text

FEWEST_LABELS = 3
HIGHEST_PRICE = 70.0


def _all_equal(
    case: Case, read: Callable[[Stance], Range | None], fewest: int
) -> Iterator[tuple[int, Issue, Range]]:
    for k, issue in enumerate(case.issues):
        values = [value for stance in case.stances_on(issue.id) if (value := read(stance))]
        if len(values) >= fewest and len(set(values)) == 1:
            yield k, issue, values[0]


def _name(stance: Stance) -> str:
    end = f" if {stance.condition}" if stance.condition else ""
    return f"{stance.actor} on {stance.issue}{end}"


def _plain(case: Case) -> Iterator[tuple[int, Stance]]:
    return ((k, s) for k, s in enumerate(case.stances) if s.condition is None)


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
            missing_labels = f"no label at {' and '.join(missing)}"
            yield Sighting(("issues", k, "labels"), issue.id, missing_labels)


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
            numbers = f"position {position} below red_line_low {low}"
            yield Sighting(("stances", k, "red_line_low"), _name(stance), numbers)
        if position is not None and high is not None and position.low > high.high:
            numbers = f"position {position} above red_line_high {high}"
            yield Sighting(("stances", k, "red_line_high"), _name(stance), numbers)


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
            numbers = f"{drawn[0]} {getattr(stance, drawn[0])}, no audience cost"
            yield Sighting(("stances", k, drawn[0]), _name(stance), numbers)


def desperate(case: Case) -> Iterator[Sighting]:
    """W306."""
    for k, stance in enumerate(case.stances):
        if stance.price is not None and stance.price.likeliest > HIGHEST_PRICE:
            yield Sighting(("stances", k, "price"), _name(stance), str(stance.price))


def strongest_not_100(case: Case) -> Iterator[Sighting]:
    """W307."""
    rows = [(k, s.influence) for k, s in enumerate(case.stances) if s.influence is not None]
    if not rows:
        return
    k, strongest = max(rows, key=lambda row: row[1].likeliest)
    if strongest.likeliest != 100.0:
        number = f"{strongest}, the highest of the case"
        yield Sighting(("stances", k, "influence"), _name(case.stances[k]), number)


KINDS = (
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
)
