"""Every title, caption and description of a picture, so that they can be read in one go.

Names of columns and of what pointing at a mark shows stay beside the marks.
"""

from collections.abc import Iterable, Mapping, Sequence

RESAMPLED = "95 % intervals from resampling whole groups"
NO_CHANCE = "This model gives no chance of an agreement."


def listed(parts: Iterable[str]) -> str:
    """Return ``parts`` as one sentence, semicolons between them."""
    return "; ".join(parts) + "."


# The shape of one issue -----------------------------------------------------------------------

NO_RED_LINE = "no red line coded"


def strip_title(issue: str) -> str:
    """Return the title of the position strip."""
    return f"Who wants what: {issue}"


def strip_caption(*, ranges: bool, red_lines: bool) -> str:
    """Return how to read a position strip that has ``ranges``, or ``red_lines``."""
    sentences = [
        "A circle stands at the middle of an actor's position; its area is influence × salience."
    ]
    if ranges:
        sentences.append("A whisker is the range of the position.")
    if red_lines:
        sentences.append(
            "Brackets are red lines: the actor has said that it accepts nothing beyond them."
        )
    return " ".join(sentences)


def outcome_title(model: str, issue: str) -> str:
    """Return the title of the outcome in dots."""
    return f"Where it settles by “{model}”: {issue}"


SINGLE_OUTCOME = "A single run of a case without ranges: one outcome, no spread."


def outcome_caption(dots: int, refused: int, *, chance: bool) -> str:
    """Return how to read ``dots`` of which ``refused`` end without an agreement.

    ``chance``: whether the model gives a chance of an agreement.
    """
    if dots == 1:
        return SINGLE_OUTCOME
    sentences = [f"Each dot is 1 of {dots} equally likely outcomes."]
    if refused:
        sentences.append(
            "Hollow squares are outcomes without an agreement; their rows begin at the middle of "
            "the reversion."
        )
    if refused < dots:
        condition = ", if there is an agreement" if chance else ""
        sentences.append(f"The bars hold 50 and 80 % of the settlements{condition}.")
    if not chance:
        sentences.append(NO_CHANCE)
    return " ".join(sentences)


def power_title(issue: str) -> str:
    """Return the title of the power landscape."""
    return f"Where the power stands: {issue}"


def power_caption(median: str) -> str:
    """Return how to read the landscape whose weighted median is ``median``; empty for none."""
    return (
        "Each block is an actor, as high as its influence × salience, stacked at its position. "
        "Colours are parties. The most powerful are named. Dashed: the weighted median, with half "
        f"of the power on either side. {median_sentence(median)}"
    ).strip()


def median_sentence(median: str) -> str:
    """Return where the weighted median lies; nothing for none."""
    return f"The weighted median is {median}." if median else ""


# Agreement and blame --------------------------------------------------------------------------

NO_POINT = "No point is likely to pass on every side."
NO_WINSET = "no party is likely to ratify anything"
NO_COMMON_POINT = "no point is likely to pass on every side"


def ratification_title(issue: str) -> str:
    """Return the title of the winsets."""
    return f"Who could ratify what: {issue}"


def ratification_caption(sentences: Sequence[str]) -> str:
    """Return how to read the winsets, and ``sentences`` on whether they meet."""
    return " ".join(
        [
            "A line is the probability that a party ratifies each point; the shaded area, that all "
            "parties do. A bar shows where a party is likelier than not to ratify.",
            *sentences,
        ]
    )


def winset_sentence(party: str, ends: tuple[str, str] | None) -> str:
    """Return where ``party`` is likelier than not to ratify; ``ends`` is None for nowhere."""
    if ends is None:
        return f"{party} is not likely to ratify any point."
    return f"{party} is likelier than not to ratify from {ends[0]} to {ends[1]}."


def meeting_sentence(size: str, *, meet: bool) -> str:
    """Return by how much the winsets overlap, or how far apart they are."""
    if meet:
        return f"The winsets overlap by {size}."
    return f"No point passes on both sides; they are {size} apart."


def meeting_label(size: str, *, meet: bool) -> str:
    """Return the same as a label beside the mark."""
    return f"they overlap by {size}" if meet else f"a gap of {size}"


NO_BLAME = "No actor stands in the way."


def blame_title(issue: str) -> str:
    """Return the title of who stands in the way."""
    return f"Who stands in the way: {issue}"


def blame_caption(failing: str, draws: int, *, avoidable: str) -> str:
    """Return how to read the shares of blame.

    Args:
        failing: share of the draws that fail.
        draws: how many there are.
        avoidable: share of the failures in which another deal would have passed; empty where no
            draw fails.
    """
    last = (
        f"In {avoidable} of the failures another deal would have passed."
        if avoidable
        else "No draw fails."
    )
    return (
        f"In {failing} of {draws:,} draws the issue is negotiated and ends without an agreement. "
        "Each bar is an actor's Shapley share of these failures, with two Monte Carlo errors. "
        f"{last}"
    )


# Rounds ---------------------------------------------------------------------------------------

OWN_BARGAIN = "its own bargain"


def trajectories_title(model: str, issue: str) -> str:
    """Return the title of the moves of all actors."""
    return f"Who moves where by “{model}”: {issue}"


def trajectories_caption(last: int, moves: int, *, settled: bool, dots: int) -> str:
    """Return how to read ``last`` rounds with ``moves``, of which at most ``dots`` are drawn."""
    sentences = [
        "Each line is an actor, as thick as its influence × salience. Dots are moves: point at "
        "one to see whose offer caused it. Dashed: the forecast after each round. The table has a "
        "column for each round: “46 ←3” is a move to 46 on the offer of actor 3, “46 *” a move by "
        "a bargain that the actor made itself."
    ]
    rounds = "1 round" if last == 1 else f"{last} rounds"
    if last == 0:
        sentences.append("No actor moves.")
    elif settled:
        sentences.append(f"Positions settle after {rounds}.")
    else:
        sentences.append(f"The run stops after {rounds}, before positions settle.")
    if moves > dots:
        sentences.append(f"The {dots} largest of {moves} moves have a dot; the table has all.")
    return " ".join(sentences)


def fan_title(actor: str, model: str, *, issue: str) -> str:
    """Return the title of where one actor may go."""
    return f"Where {actor} may go by “{model}”: {issue}"


def fan_caption(draws: str, ended: str) -> str:
    """Return how to read the fan over ``draws``, which stops when the share ``ended`` has ended."""
    return (
        f"The line is the median position over {draws}; the bands hold 50 and 80 % of them. "
        "Dashed: the median forecast after each round. A draw that ends early stays where it "
        f"ended. The picture stops when {ended} of the draws have ended."
    )


def challenge_map_title(whose: str, issue: str) -> str:
    """Return the title of the challenge map of ``whose`` challenges."""
    return f"Who expects to gain from a challenge, {whose}: {issue}"


def challenge_map_caption(actor: str, *, perceived: bool) -> str:
    """Return how to read the challenge map of ``actor``, or of all pairs where that is empty.

    ``perceived``: whether the rival's gain is as the actor sees it.
    """
    dot = (
        f"Each dot is a rival of {actor}; its area is influence × salience. Point at a dot without "
        "a name to read it."
        if actor
        else "Each dot is one actor's view of another, in the colour of that other actor's party."
    )
    view = "as the actor sees it" if perceived else "as the rival sees it"
    return (
        f"{dot} Across: what the actor expects to gain from challenging the rival, in units of "
        f"utility. Upwards: what the rival expects to gain from challenging the actor, {view}. "
        "Both are at the start. Below the dotted diagonal, the side that gives way expects to "
        "lose more than the other expects to gain: it capitulates."
    )


def challenge_matrix_title(issue: str) -> str:
    """Return the title of the matrix of challenges."""
    return f"Who would challenge whom: {issue}"


CHALLENGE_MATRIX_CAPTION = (
    "What the actor in the row expects to gain from challenging the actor in the column: at the "
    "start, in its own view, in units of utility. Blue is a gain, orange a loss. Actors are "
    "ordered by position; columns are numbered like rows."
)
CHALLENGE_FIELDS: Mapping[str, tuple[str, str]] = {
    "confrontation": ("Confrontation", "both expect to gain"),
    "compromise +": ("Compromise +", "the rival gives way"),
    "compromise −": ("Compromise −", "the actor gives way"),
    "stalemate": ("Stalemate", "neither expects to gain"),
}
OWN_GAIN, RIVAL_GAIN = "Own expected gain →", "Gain to the other →"


def coalition_matrix_title(model: str, issue: str) -> str:
    """Return the title of who ends up beside whom."""
    return f"Who ends up beside whom by “{model}”: {issue}"


def coalition_matrix_caption(near: str, draws: int) -> str:
    """Return how to read the matrix of actors that end within ``near`` of each other."""
    return (
        f"Share of the draws in which the final positions of two actors are within {near} of each "
        "other. Actors are ordered by mean final position; columns are numbered like rows. "
        f"{_over(draws)}"
    )


def coalition_network_title(model: str, issue: str) -> str:
    """Return the title of the camps."""
    return f"Camps at the end by “{model}”: {issue}"


def coalition_network_caption(near: str, linked: str, *, draws: int, links: int, drawn: int) -> str:
    """Return how to read the camps: ``drawn`` of ``links`` arcs are in the picture."""
    more = f" The {drawn} strongest of {links} links are drawn." if links > drawn else ""
    return (
        "Circles stand at mean final positions; their area is influence × salience. Whiskers hold "
        f"80 % of the draws. Arcs link actors that end within {near} of each other in {linked} of "
        f"the draws or more. {_over(draws)}{more}"
    )


def _over(draws: int) -> str:
    return f"Over {draws:,} draws." if draws > 1 else "Over one draw."


# Games, scenarios, time, drivers --------------------------------------------------------------


def tree_title(game: str) -> str:
    """Return the title of a game tree."""
    return f"Which moves are likely: {game}"


def tree_caption(expected: Sequence[str]) -> str:
    """Return how to read the tree; ``expected`` are the chances of an agreement behind it."""
    chances = f" Chance of an agreement: {', '.join(expected)}." if expected else ""
    return (
        "Quantal response equilibrium, means over draws. The number on a branch is the chance that "
        "its player takes it there. The thicker a branch, the likelier it is; the chances of the "
        f"ends add up to 1. Colours are players.{chances}"
    )


def differences_title(issue: str) -> str:
    """Return the title of what scenarios do."""
    return f"What the scenarios do: {issue}"


def differences_quantity(unit: str, *, chance: bool) -> str:
    """Return what differs: the chance of an agreement, or else the settlement in ``unit``."""
    return "chance of agreement, points" if chance else f"settlement, {unit}"


def differences_caption(quantity: str, base: str) -> str:
    """Return how to read the differences of ``quantity`` from the scenario ``base``."""
    return (
        f"Difference in {quantity} from “{base}”, draw by draw. Dots are means. Thick bars are two "
        "Monte Carlo errors on either side; thin bars hold 80 % of the draws."
    )


def timeline_title(issue: str, model: str) -> str:
    """Return the title of a forecast over time."""
    return f"How the forecast moved: {issue} — model “{model}”"


TIMELINE_CAPTION = (
    "The line is the median settlement; the band holds 80 % of the settlements. Each tick is a "
    "statement on the issue, on the day when its document was published, in the row of its "
    "speaker. Numbers coded by hand stay as they are; derived ones follow the statements."
)


def tornado_title(quantity: str) -> str:
    """Return the title of what drives ``quantity``."""
    return f"What drives the {quantity}"


def tornado_caption(headline: str, unit: str, *, rest: int) -> str:
    """Return how to read the tornado, after its ``headline``; ``rest`` inputs are not in it."""
    return (
        f"{headline} Bars: the change in {unit} when one input is held where 10 % or 90 % of its "
        "range lies below, while all others vary as they do. Dots: the total Sobol index, the "
        "share of the variance that would remain if every other input were known, with its 95 % "
        f"interval. {rest} other inputs move the forecast less or not at all."
    )


TORNADO_ENDS = {"low": "input at its 10 %", "high": "at its 90 %"}
SHARE_OF_VARIANCE, STATEMENTS = "Share of variance", "Statements"

# Track record ---------------------------------------------------------------------------------

POINTS = "Points of 100"
SCORE_NAMES = {"crps": "ranked probability score", "error": "absolute error of the median"}


def scores_title(score: str) -> str:
    """Return the title of a score by model."""
    return f"Mean {SCORE_NAMES[score]}, by model"


SCORES_CAPTION = (
    "Points of a scale of 100; less is better. Solid: calibrated. Hollow: as the model says. Bars "
    f"are {RESAMPLED}. A number in brackets counts a model's decisions, where it settled fewer "
    "than the first."
)


def scatter_title(model: str) -> str:
    """Return the title of forecasts against outcomes."""
    return f"Forecasts of “{model}”, and the outcomes"


SCATTER_CAPTION = (
    "Each dot is a decision, in points of a scale of 100. On the dashed line the forecast was "
    "right. Choose a dot to see its decision below; the table there does the same without a mouse."
)


def scatter_description(count: int, model: str, *, hits: int) -> str:
    """Return what the scatter shows: ``hits`` medians lie near the outcome."""
    return (
        f"{count} decisions: the median of {model} across, the outcome upwards; {hits} medians lie "
        "within 10 points of the outcome."
    )


DECISION_CAPTION = (
    "Above: where the actors stood; a larger dot has more influence × salience. Below: each "
    "model's calibrated forecast, its median with the 80 % interval. Dashed: the outcome. Points "
    "of a scale of 100."
)
ACTORS_BY_WEIGHT = "Actors, by weight"


def coverage_title(model: str) -> str:
    """Return the title of how often intervals hold."""
    return f"Do the intervals of “{model}” hold as many outcomes as they should?"


COVERAGE_CAPTION = (
    "How often the outcome lay within a central interval, against how often it should. On the "
    f"dashed line the two agree; below it the forecasts are too sure. The band shows {RESAMPLED}; "
    "thin lines are the other models. No calibration had seen the decisions that it is shown on."
)


def transforms_title(model: str) -> str:
    """Return the title of where outcomes fall within forecasts."""
    return f"Where outcomes fall within the forecasts of “{model}”"


TRANSFORMS_CAPTION = (
    "Level, within the bars, if the forecasts are honest. Higher at both ends: the forecasts are "
    "too sure. Higher in the middle: not sure enough. Sloping: they lean to one side. Bars are "
    f"{RESAMPLED}."
)


def events_title(model: str) -> str:
    """Return the title of probabilities and what happened."""
    return f"Probabilities of “{model}”, and what happened"


def events_caption(count: int, *, thin: bool) -> str:
    """Return how to read the bins; ``thin``: there are too few to conclude anything."""
    warning = " These are far too few to conclude anything." if thin else ""
    return (
        f"{count} outcomes of resolved questions, in bins of a tenth; a larger dot holds more. On "
        f"the dashed line things happened as often as the forecasts said.{warning}"
    )
