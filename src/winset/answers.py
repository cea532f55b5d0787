"""What a forecast says, in sentences whose every number is computed from its draws."""

import math
from dataclasses import dataclass

import numpy as np

from winset.case.model import Case
from winset.case.parts import Issue, Question, Scale
from winset.case.quantities import Asked, parse_quantity
from winset.case.ranges import Range
from winset.case.scenarios import apply_scenario
from winset.forecast import Forecast
from winset.models import MODELS

NBSP = "\N{NO-BREAK SPACE}"
INTERVAL = (0.1, 0.9)
# Models that do not take agreement for granted, the one made for the purpose first.
_DOUBTERS = ("two-level", "nash")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """How likely one outcome of a question is.

    Attributes:
        outcome: ``yes``, ``no`` or an option of the question.
        probability: in [0, 1]; None where the forecast cannot say.
        error: Monte Carlo standard error of ``probability``; None with a single draw.
        draws: how many draws it was counted over.
        given_agreement: the probability if there is an agreement; None where that is not another
            number or there is no agreement.
    """

    outcome: str
    probability: float | None
    error: float | None = None
    draws: int = 1
    given_agreement: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A question, or an issue, and what one forecast says of it.

    Attributes:
        id: of the question or issue.
        text: the question as asked.
        sentence: the answer in words.
        chances: the numbers behind the words, outcome by outcome.
        resolution: how it came out, in words; empty while nobody knows.
    """

    id: str
    text: str
    sentence: str
    chances: tuple[Chance, ...] = ()
    resolution: str = ""


def answers(case: Case, forecast: Forecast) -> tuple[Answer, ...]:
    """Return what ``forecast`` says to each question of ``case``."""
    return tuple(_answer(case, question, forecast) for question in case.questions)


def issue_answers(case: Case, forecast: Forecast) -> tuple[Answer, ...]:
    """Return what ``forecast`` says of each issue: agreement, settlement, and beside what."""
    changed = apply_scenario(case, forecast.made.scenario)
    return tuple(_on_issue(issue, forecast) for issue in changed.issues)


def percent(share: float) -> str:
    r"""Return ``share`` in whole per cent, never rounded to certainty.

    >>> percent(0.624), percent(0.0004), percent(1.0)
    ('62\xa0%', 'under 1\xa0%', '100\xa0%')
    """
    if 0.0 < share < 0.005:
        return f"under 1{NBSP}%"
    if 0.995 <= share < 1.0:
        return f"over 99{NBSP}%"
    return f"{share:.0%}".replace("%", f"{NBSP}%")


def figure(value: float, scale: Scale) -> str:
    """Return ``value`` with as many digits as a hundredth of the scale is worth.

    >>> figure(8.8333, Scale(low=4, high=10)), figure(46.2, Scale())
    ('8.8', '46')
    """
    decimals = max(0, math.ceil(1.5 - math.log10(scale.width)))
    text = f"{value:,.{decimals}f}"
    return text[1:] if text.startswith("-") and not text.strip("-0.,") else text


def measure(value: float, scale: Scale) -> str:
    r"""Return ``value`` with its unit.

    >>> measure(46.2, Scale(unit="points"))
    '46\xa0points'
    """
    return NBSP.join(filter(None, (figure(value, scale), scale.unit)))


def spread(value: Range, scale: Scale) -> str:
    """Return a coded number with its unit and, if it has one, its range."""
    middle = measure(value.middle, scale)
    if value.certain:
        return middle
    return f"{middle} ({figure(value.low, scale)} to {figure(value.high, scale)})"


def _answer(case: Case, question: Question, forecast: Forecast) -> Answer:
    asked = {name: parse_quantity(text) for name, text in question.options.items()}
    if question.answer is not None:
        asked = {"yes": parse_quantity(question.answer)}
    silence = {name: _cannot_say(quantity, forecast) for name, quantity in asked.items()}
    chances = [
        Chance(outcome=name, probability=None) if silence[name] else _chance(name, it, forecast)
        for name, it in asked.items()
    ]
    if question.answer is not None:
        sentence = silence["yes"] or _yes(case, asked["yes"], chances[0], forecast)
        sure = chances[0].probability
        no = None if sure is None else 1.0 - sure
        chances.append(
            Chance(outcome="no", probability=no, error=chances[0].error, draws=forecast.draws)
        )
    else:
        sentence = _options(chances, silence, forecast)
    return Answer(
        id=question.id,
        text=question.text,
        sentence=sentence,
        chances=tuple(chances),
        resolution=_resolution(question),
    )


def _cannot_say(asked: Asked, forecast: Forecast) -> str:
    model = f"Model “{forecast.made.model}”"
    if asked.kind == "move":
        return f"{model} plays no game: what is played in “{asked.subject}” is not in its forecast."
    if asked.kind == "blame":
        return f"{model} says nothing of who is to blame if no agreement comes about."
    if asked.kind == "agreement" and forecast.agreement is None:
        other = next((f": use “{name}”" for name in _DOUBTERS if name in MODELS), "")
        return f"{model} takes agreement for granted{other}."
    return ""


def _chance(outcome: str, asked: Asked, forecast: Forecast) -> Chance:
    k = forecast.index(asked.subject)
    agreement = np.ones(forecast.draws) if forecast.agreement is None else forecast.agreement[:, k]
    if asked.kind == "agreement":
        drawn = agreement
    else:
        values = forecast.settlement[:, k]
        # A draw without an agreement has NaN there, which lies within no bounds.
        drawn = np.where((values >= asked.low) & (values <= asked.high), agreement, 0.0)
    probability, agreed = float(drawn.mean()), float(agreement.mean())
    conditional = asked.kind == "settlement" and forecast.agreement is not None and agreed > 0.0
    return Chance(
        outcome=outcome,
        probability=probability,
        error=_error(drawn),
        draws=forecast.draws,
        given_agreement=probability / agreed if conditional else None,
    )


def _error(drawn: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float | None:
    return None if len(drawn) < 2 else float(drawn.std(ddof=1) / math.sqrt(len(drawn)))


def _yes(case: Case, asked: Asked, chance: Chance, forecast: Forecast) -> str:
    model = f"Model “{forecast.made.model}”"
    if asked.kind == "agreement":
        return f"{model} puts the chance of an agreement at {_sure(chance)}."
    scale = case.issue(asked.subject).scale
    if math.isinf(asked.high):
        where = f"at {measure(asked.low, scale)} or more"
    elif math.isinf(asked.low):
        where = f"at {measure(asked.high, scale)} or less"
    else:
        where = f"between {figure(asked.low, scale)} and {measure(asked.high, scale)}"
    if forecast.agreement is None:
        return (
            f"{model}, which takes agreement for granted, puts the chance that it settles {where} "
            f"at {_sure(chance)}."
        )
    given = "no draw ends in an agreement"
    if chance.given_agreement is not None:
        given = f"if there is one, the chance is {percent(chance.given_agreement)}"
    return (
        f"{model} puts the chance of an agreement that settles {where} at {_sure(chance)}; {given}."
    )


def _options(chances: list[Chance], silence: dict[str, str], forecast: Forecast) -> str:
    known = [chance for chance in chances if chance.probability is not None]
    said = "; ".join(f"“{chance.outcome}” {_sure(chance)}" for chance in known)
    sentences = [f"Model “{forecast.made.model}” puts the chances at: {said}."] if known else []
    rest = 1.0 - sum(chance.probability or 0.0 for chance in known)
    if len(known) == len(chances) and rest > 1e-9:
        sentences.append(f"For none of these it leaves {percent(rest)}.")
    return " ".join([*sentences, *dict.fromkeys(filter(None, silence.values()))])


def _sure(chance: Chance) -> str:
    """Return the probability and how much of it is the luck of the draws."""
    if chance.probability is None:
        return "a chance that it cannot give"
    return f"{percent(chance.probability)} ({_luck(chance)})"


def _luck(chance: Chance) -> str:
    if chance.error is None:
        return "a single run"
    if chance.probability in (0.0, 1.0):
        return f"{'all' if chance.probability else 'none'} of {chance.draws:,} draws"
    size = f"{100 * chance.error:.1f}" if chance.error >= 0.0005 else "under 0.1"
    return f"Monte Carlo error {size}{NBSP}%"


def _resolution(question: Question) -> str:
    came = question.resolution
    if came is None:
        return ""
    behind = ", ".join(filter(None, (came.date.isoformat() if came.date else "", came.source)))
    return f"It came out: {came.outcome}" + (f" ({behind})." if behind else ".")


def _on_issue(issue: Issue, forecast: Forecast) -> Answer:
    summary = forecast.summary()[forecast.index(issue.id)]
    model, chances = f"Model “{forecast.made.model}”", []
    if summary.agreement is None:
        said = [f"{model} takes agreement for granted."]
    else:
        error = None if math.isnan(summary.agreement_error or 0.0) else summary.agreement_error
        chance = Chance(
            outcome="agreement", probability=summary.agreement, error=error, draws=forecast.draws
        )
        chances.append(chance)
        said = [f"{model} puts the chance of an agreement at {_sure(chance)}."]
    said += _settlement(issue, forecast)
    if summary.converged is not None and summary.converged < 1.0:
        share = percent(1.0 - summary.converged)
        said.append(f"In {share} of the draws the rounds had not settled down when they stopped.")
    return Answer(
        id=issue.id,
        text=issue.question or issue.title,
        sentence=" ".join(said),
        chances=tuple(chances),
        resolution=_came_out(issue, forecast),
    )


def _settlement(issue: Issue, forecast: Forecast) -> list[str]:
    low, middle, high = (forecast.quantile(issue.id, p) for p in (INTERVAL[0], 0.5, INTERVAL[1]))
    scale = issue.scale
    if math.isnan(middle):
        said = ["No draw ends in an agreement."]
        if issue.reversion is not None:
            said.append(f"What holds then lies at {spread(issue.reversion, scale)}.")
        return said
    if forecast.draws == 1:
        said = [f"Its single run settles at {measure(middle, scale)}, a point without a spread."]
    else:
        given = "" if forecast.agreement is None else "If there is one, "
        text = (
            f"{given}the settlement has its median at {measure(middle, scale)} and lies between "
            f"{figure(low, scale)} and {figure(high, scale)} in 80{NBSP}% of the draws."
        )
        said = [text[0].upper() + text[1:]]
    said += [_state(issue, middle), _beside_reversion(issue, middle)]
    return [sentence for sentence in said if sentence]


def _state(issue: Issue, value: float) -> str:
    """Return which labelled states of the world ``value`` lies near or between."""
    named = {at: f"“{label}” ({figure(at, issue.scale)})" for at, label in issue.labels.items()}
    near = [at for at in named if abs(at - value) <= 0.02 * issue.scale.width]
    if near:
        return f"That is near {named[min(near, key=lambda at: abs(at - value))]}."
    below = max((at for at in named if at < value), default=None)
    above = min((at for at in named if at > value), default=None)
    if below is None or above is None:
        return ""
    return f"That is between {named[below]} and {named[above]}."


def _beside_reversion(issue: Issue, middle: float) -> str:
    if issue.reversion is None:
        return ""
    apart, holds = middle - issue.reversion.middle, spread(issue.reversion, issue.scale)
    distance = figure(abs(apart), issue.scale)
    if not distance.strip("0."):
        return f"The median is what holds without an agreement: {holds}."
    side = "above" if apart > 0.0 else "below"
    return f"The median lies {distance} {side} what holds without an agreement: {holds}."


def _came_out(issue: Issue, forecast: Forecast) -> str:
    if issue.outcome is None:
        return ""
    value, when = issue.outcome.value, issue.outcome.date
    said = f"It came out at {spread(value, issue.scale)}" + (f" on {when}." if when else ".")
    low, high = (forecast.quantile(issue.id, share) for share in INTERVAL)
    if math.isnan(low) or forecast.draws == 1:
        return said
    within = "inside" if low <= value.middle <= high else "outside"
    return f"{said} That is {within} the forecast's 80{NBSP}% interval."
