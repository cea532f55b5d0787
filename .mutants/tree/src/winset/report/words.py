"""Every heading and sentence of the reports, so that they can be read in one go.

The templates take them as ``words``; code stands between double backticks.
"""

from collections.abc import Sequence

# The report on a case -------------------------------------------------------------------------

CONTENTS = "Contents"
ANSWERS, MOVES, SCENARIOS_DO = "Answers", "Moves", "What the scenarios do"
PARTIES, TIES, SCENARIOS = "Parties and ties", "Ties", "Scenarios"
DOUBTS, METHOD, SOURCES = "Doubts", "Method", "Sources"
STATEMENTS = "Statements"

NO_FORECAST = "No forecast yet: this report shows the coding alone."
NO_QUESTION = "The case asks no question; each issue below has what the forecasts say of it."
ANSWERS_TABLE = "The answers as a table"
ANSWER_COLUMNS = ("Question", "Forecast", "Outcome")
ANSWER_NUMBERS = ("Probability", "Monte Carlo error", "If there is an agreement")
CANNOT_SAY = "cannot say"

STANCES = "The stances and what they rest on"
AS_CODED = "As coded: one number, a range “low to high”, or “low..likeliest..high”."
STANCE_COLUMNS = (
    "Actor", "Role", "Position", "Salience", "Influence", "Price", "Accepts from",
    "Accepts up to", "Audience cost",
)  # fmt: skip
POWER = "Where the power stands"

GAMES_NOTE = (
    "What is not a point on a scale is played as a game. Each player picks the action that it "
    "expects to serve it best, the more surely the more is at stake. Payoffs are built from the "
    "coded quantities of the case; the game's file gives the reason for each term."
)
GAME_ENDS = "How it ends, in chances that add up to 1"
GAME_NUMBERS = ("Chance", "Monte Carlo error")
SCENARIOS_NOTE = (
    "Every scenario uses the same draws as the case as coded. Where a scenario works through "
    "several channels, each is shown alone before the whole."
)

NO_PARTIES = "The case names no parties."
SECOND_LOOK = "These points of the coding deserve a second look."
NO_DOUBTS = "None found in the coding."
CODER_NOTES = "The coder's notes"

AGAIN = "To make this forecast again:"
IN_PYTHON = "In Python, with every parameter"
NOT_MADE = "No forecast was made. The digest of the case is"

CITE = "Cite the case as:"
NO_DOCUMENTS = "The case lists no documents."
LOOSE = "Statements on which no number rests"
TABLE_TWIN = "The same as a table"
NEEDS_JAVASCRIPT = "The picture needs JavaScript; the table has the same numbers."


def label(model: str, scenario: str) -> str:
    """Return what a forecast is called; ``scenario`` is empty for the case as coded."""
    return f"Model “{model}”" + (f", “{scenario}”" if scenario else "")


def rounds_title(forecast: str) -> str:
    """Return the heading of the pictures of rounds."""
    return f"How the rounds went: {forecast}"


def obstacle(binding: str) -> str:
    """Return what most often stands between an issue and an agreement."""
    return f"Main obstacle: {binding}."


def chance_note(over: Sequence[str], *, yardstick: str) -> str:
    """Return what the range of a chance is, and what its error; ``over`` are name and range."""
    what = ", ".join(over) or "nothing in this model"
    return (
        "The range of a chance of agreement holds the middle 80 % over what cannot be coded: "
        f"{what}. Words of likelihood are those of {yardstick}. The Monte Carlo error is how far a "
        "number would move with other draws. It does not say how wrong the coding or the model "
        "may be."
    )


def units_note(unit: str) -> str:
    """Return the units of a table of stances."""
    return (
        f"{AS_CODED} Position and red lines are in {unit or 'the units of the issue'}, salience is "
        "0 to 100, influence a ratio, price of no agreement and audience cost are per cent of the "
        "scale."
    )


def opens_note(issue: str, *, at_least: object = None, at_most: object = None) -> str:
    """Return what must be agreed before an issue opens."""
    bounds = [
        f" at {value} or {side}"
        for value, side in ((at_least, "more"), (at_most, "less"))
        if value is not None
    ]
    return f"Opens only once “{issue}” is agreed{''.join(bounds)}."


def left_out_note(count: int) -> str:
    """Return how many pictures were left out, and where they are."""
    return (
        f"To keep this page small, {count} of the pictures of rounds on all issues are left out; "
        "``winset show --rounds`` has every round."
    )


def made_by(version: str) -> str:
    """Return the foot of the report on a case."""
    return (
        f"Made by winset {version}. A forecast is no better than its coding; each number above can "
        "be traced to the statements and notes beside it."
    )


# The report on a backtest ---------------------------------------------------------------------

NO_VERDICT = "No model that looks at the case settled any decision."
BY_MODEL, DUELS, INTERVALS = "By model", "One model against another", "Do the intervals hold?"
INTERVALS_SHORT, DECISIONS, EVENTS = "Intervals", "Every decision", "Events"
CALIBRATED, RAW = "Calibrated", "As the models say"

SCORES_NOTE = (
    "All scores are in points of a scale of 100; less is better. Ranges in brackets are 95 % "
    "intervals from resampling whole groups, since decisions of one group are not independent. The "
    "best of several models looks better here than it is: some of its lead is chance."
)
COLUMNS_NOTE = (
    "CRPS: continuous ranked probability score, the error of a whole distribution; for a single "
    "number it is the absolute error. Error: absolute, of the median. Hits: medians within 10 "
    "points. Log score: of bins of 10 points, base e. Inside: outcomes in the 50, 80 and 90 % "
    "intervals. Saved: how much smaller the CRPS is than that of a forecast from the outcomes of "
    "the other groups alone. A model that settled fewer decisions comes last: its scores are for "
    "other decisions."
)
WITHOUT_FORECAST = "Without a forecast"
DUEL_COLUMNS = (
    "Model", "Decisions", "Score", "Difference (95 %)", "Resolvable", "Verdict",
)  # fmt: skip
DUEL_VERDICTS = {
    "few": "too few groups", "worse": "worse", "better": "better", "open": "no difference shown",
}  # fmt: skip
NEEDS_JAVASCRIPT_HERE = (
    "The picture needs JavaScript; the table below has the numbers of the best model."
)
PREVIOUS, NEXT = "Previous", "Next"
WHO_STOOD_WHERE = "Who stood where"
FIND = "Find an issue"
DECISION_COLUMNS = (
    "Issue", "Title", "Group", "Actors", "Outcome", "Forecast", "80 % from", "to", "Error",
)  # fmt: skip
TOO_FEW_EVENTS = "Too few to tell models apart, and too few to calibrate probabilities on."
EVENT_COLUMNS = ("Model", "Outcomes", "Brier score (95 %)", "Log score")
FILLED_IN, PARAMETERS, NO_PARAMETERS = (
    "What was filled in or left out",
    "Models and their parameters",
    "no parameters",
)


def duels_note(model: str) -> str:
    """Return how to read the table of models beside ``model``."""
    return (
        f"Each model beside “{model}”, calibrated, on the decisions that both settled; above 0 it "
        "is worse. Resolvable is the smallest true difference that such data would show four "
        "times in five."
    )


def decisions_note(best: str | None) -> str:
    """Return how to read and use the table of every decision."""
    forecast = (
        f" The forecast is that of “{best}”, calibrated: its median and 80 % interval."
        if best
        else ""
    )
    return (
        f"Points of a scale of 100.{forecast} Click a heading to sort. Choose an issue by mouse, "
        "or by Enter and the arrow keys, to see it above."
    )


def events_sentence(questions: int, cases: int) -> str:
    """Return how many resolved questions there are."""
    return (
        f"{questions} resolved {'question' if questions == 1 else 'questions'} in {cases} "
        f"{'case' if cases == 1 else 'cases'}."
    )


def backtest_method(calibration: str, borrowed: Sequence[str]) -> str:
    """Return how the forecasts of a backtest were made."""
    names = f": {', '.join(borrowed)}" if borrowed else ""
    return (
        "Each model forecasts each decision from the coded stances alone. Calibrated forecasts "
        "add the errors that the model made on other decisions with a known outcome "
        f"({calibration}). A decision of that collection is calibrated by a fit to the other "
        "groups, a tenth of them left out at a time, so no calibration has seen the decisions "
        f"that it is scored on. A model that was never fitted borrows the errors of another{names}."
    )


def backtest_made_by(version: str) -> str:
    """Return the foot of the report on a backtest."""
    return (
        f"Made by winset {version}. A good score here is no promise: these decisions were chosen "
        "and coded after the fact."
    )
