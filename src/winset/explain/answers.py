"""What a forecast says, in sentences whose every number is computed from its draws."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from winset.case.model import Case
from winset.case.parts import Issue, Question, Scale
from winset.case.quantities import Quantity, parse_quantity
from winset.case.ranges import Range, number_text
from winset.case.scenarios import apply_scenario
from winset.explain.background import Findings
from winset.explain.likelihood import likelihood_clause
from winset.explain.model_spread import widened
from winset.forecast.forecast import Forecast
from winset.models import doubting_models

NBSP = "\N{NO-BREAK SPACE}"
INTERVAL = (0.1, 0.9)


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
        low: the least probability over all models that doubt an agreement; None unless it is an
            agreement that is asked for, and several models can say.
        high: the greatest, likewise.
        structure_low: 10th percentile of the probability over what nobody can code; None unless it
            is an agreement that is asked for and that was worked out.
        structure_high: 90th percentile.
    """

    outcome: str
    probability: float | None
    error: float | None = None
    draws: int = 1
    given_agreement: float | None = None
    low: float | None = None
    high: float | None = None
    structure_low: float | None = None
    structure_high: float | None = None


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


def answers(case: Case, forecast: Forecast, findings: Findings | None = None) -> tuple[Answer, ...]:
    """Return what ``forecast`` says to each question of ``case``.

    Questions of blame and of moves are answered from ``findings``, what lies behind the forecast.
    """
    behind = Findings(draws=0) if findings is None else findings
    return tuple(_answer(case, question, forecast, behind) for question in case.questions)


def issue_answers(
    case: Case, forecast: Forecast, findings: Findings | None = None
) -> tuple[Answer, ...]:
    """Return what ``forecast`` says of each issue: agreement, settlement, and beside what."""
    behind = Findings(draws=0) if findings is None else findings
    changed = apply_scenario(case, forecast.made.scenario)
    return tuple(_on_issue(i, forecast, behind) for i in changed.issues if i.id in forecast.issues)


def calibration_sentence(forecast: Forecast) -> str:
    """Return whether and how the settlements were calibrated, in words."""
    calibration = forecast.made.calibration
    if calibration is None:
        return "Settlements are as the model has them: by how far it misses is not counted in."
    errors = f"the errors of model “{calibration['measured_on']}”"
    reason = ""
    if forecast.made.borrowed:
        reason = f", since “{forecast.made.model}” could not be scored on them"
    return (
        f"Settlements are calibrated by {errors} on {calibration['decisions']} decisions in "
        f"{calibration['groups']} groups ({calibration['source']}){reason}: there it missed by "
        f"{calibration['missed']:.0f} points of 100 on average. Whether there is an "
        "agreement is not calibrated."
    )


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


def chance_range(low: float, high: float) -> str:
    r"""Return a range of chances in whole per cent.

    >>> chance_range(0.451, 0.82), chance_range(0.0, 0.031)
    ('45–82\xa0%', '0–3\xa0%')
    """
    return f"{100 * low:.0f}–{100 * high:.0f}{NBSP}%"


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


def coded(value: float, scale: Scale) -> str:
    """Return a number of the case with its unit, all its digits kept."""
    return NBSP.join(filter(None, (number_text(value), scale.unit)))


def spread(value: Range, scale: Scale) -> str:
    """Return a coded number with its unit and, if it has one, its range.

    >>> spread(Range(3, 25, 12), Scale()), spread(Range(10, 10), Scale(low=4, high=10))
    ('13 (3 to 25)', '10')
    """
    if value.certain:
        return coded(value.low, scale)
    between = f"{number_text(value.low)} to {number_text(value.high)}"
    return f"{measure(value.middle, scale)} ({between})"


def _answer(case: Case, question: Question, forecast: Forecast, findings: Findings) -> Answer:
    quantities = {name: parse_quantity(text) for name, text in question.options.items()}
    if question.answer is not None:
        quantities = {"yes": parse_quantity(question.answer)}
    silence = {
        name: _cannot_say(quantity, forecast, findings) for name, quantity in quantities.items()
    }
    chances = [
        Chance(outcome=name, probability=None)
        if silence[name]
        else _chance(name, quantity, forecast, findings)
        for name, quantity in quantities.items()
    ]
    if question.answer is None:
        sentence = _options(chances, silence, _source(list(quantities.values()), forecast))
    elif quantities["yes"].kind == "blame":
        sentence = silence["yes"] or _blame(case, quantities["yes"], chances[0], findings)
    else:
        sentence = silence["yes"] or _yes(case, quantities["yes"], chances[0], forecast)
        if quantities["yes"].kind == "agreement" and not silence["yes"]:
            sentence += _others(quantities["yes"].issues(forecast.issues), forecast, findings)
        yes = chances[0].probability
        no = None if yes is None else 1.0 - yes
        chances.append(_refused(chances[0], no))
    return Answer(
        id=question.id,
        text=question.text,
        sentence=sentence,
        chances=tuple(chances),
        resolution=_resolution(question),
    )


def _refused(yes: Chance, probability: float | None) -> Chance:
    """Return the chance of no beside that of yes."""
    low = None if yes.high is None else 1.0 - yes.high
    high = None if yes.low is None else 1.0 - yes.low
    ends = yes.structure_low, yes.structure_high
    return replace(
        yes,
        outcome="no",
        probability=probability,
        given_agreement=None,
        low=low,
        high=high,
        structure_low=None if ends[1] is None else 1.0 - ends[1],
        structure_high=None if ends[0] is None else 1.0 - ends[0],
    )


def _cannot_say(quantity: Quantity, forecast: Forecast, findings: Findings) -> str:
    model = f"Model “{forecast.made.model}”"
    if quantity.kind == "move":
        if quantity.subject in findings.games:
            return ""
        return (
            f"{model} plays no game: what is played in “{quantity.subject}” is not in its forecast."
        )
    if quantity.kind == "blame":
        if findings.blame is None:
            return f"{model} says nothing of who is to blame if no agreement comes about."
        if np.isnan(findings.blame.overall).all():
            return f"{model} finds no draw that fails by anybody's doing."
        return ""
    for issue in quantity.named_issues:
        if issue not in forecast.issues:
            return f"{model} was not asked about “{issue}”."
    if quantity.kind == "agreement" and forecast.agreement is None:
        return f"{model} takes agreement for granted: use “{doubting_models()[0].name}”."
    return ""


def _chance(outcome: str, quantity: Quantity, forecast: Forecast, findings: Findings) -> Chance:
    if quantity.kind == "move":
        played = findings.games[quantity.subject].chance(quantity.action)
        return Chance(
            outcome=outcome,
            probability=float(played.mean()),
            error=_error(played),
            draws=len(played),
        )
    if quantity.kind == "blame":
        return _share_of_blame(outcome, quantity.subject, findings)
    issues = (
        quantity.issues(forecast.issues) if quantity.kind == "agreement" else (quantity.subject,)
    )
    agreed = forecast.agreed(*issues)
    low = high = None
    ends: tuple[float, float] | tuple[None, None] = (None, None)
    if quantity.kind == "agreement" and agreed is not None:
        probability, error = agreed
        if apart := widened(findings.model_chances, issues, probability):
            low, high = apart[0][1], apart[1][1]
        if findings.structure is not None:
            ends = findings.structure.ranges[issues]
    else:
        probability, error = forecast.chance(quantity.subject, quantity.low, quantity.high)
    given_agreement = None
    if quantity.kind == "settlement" and agreed is not None and agreed[0] > 0.0:
        given_agreement = probability / agreed[0]
    return Chance(
        outcome=outcome,
        probability=probability,
        error=None if math.isnan(error) else error,
        draws=forecast.draws,
        given_agreement=given_agreement,
        low=low,
        high=high,
        structure_low=ends[0],
        structure_high=ends[1],
    )


def _share_of_blame(outcome: str, party: str, findings: Findings) -> Chance:
    """Errors of a party's actors are added up as they stand: no less than the party's own."""
    blame = findings.blame
    assert blame is not None
    p = findings.parties.index(party)
    own = ~np.isnan(blame.actor) & (findings.party_of == p)[:, None]
    counted = np.where(np.isnan(blame.misjudged), 0.0, blame.failing * (1.0 - blame.misjudged))
    error = np.where(own, np.nan_to_num(blame.error), 0.0).sum(axis=0) @ counted / counted.sum()
    share = float(blame.overall[p])
    return Chance(outcome=outcome, probability=share, error=float(error), draws=findings.draws)


def _blame(case: Case, quantity: Quantity, chance: Chance, findings: Findings) -> str:
    name, blame = case.party(quantity.subject).name or quantity.subject, findings.blame
    assert blame is not None
    failing = float(np.nan_to_num(blame.failing).max())
    return (
        f"Of what stands in the way where talks fail, {_sure(chance)} is the doing of {name}, by "
        f"its actors' Shapley shares; up to {percent(failing)} of the draws fail on an issue."
    )


def _error(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float | None:
    return None if len(values) < 2 else float(values.std(ddof=1) / math.sqrt(len(values)))


def _source(quantities: list[Quantity], forecast: Forecast) -> str:
    """Return what speaks: the game where moves are asked for, else the model."""
    if {quantity.kind for quantity in quantities} == {"move"} and len(
        {quantity.subject for quantity in quantities}
    ) == 1:
        return f"Game “{quantities[0].subject}”"
    return f"Model “{forecast.made.model}”"


def _yes(case: Case, quantity: Quantity, chance: Chance, forecast: Forecast) -> str:
    model = _source([quantity], forecast)
    if quantity.kind == "move":
        action = quantity.action.replace("_", " ")
        return f"{model} puts the chance of “{action}” at {_sure(chance)}."
    if quantity.kind == "agreement":
        issues = quantity.issues(issue.id for issue in case.issues)
        clause = likelihood_clause(deal_words(case, issues), chance.probability or 0.0)
        return f"{clause[0].upper()}{clause[1:]}: {_sure(chance)}."
    scale = case.issue(quantity.subject).scale
    if math.isinf(quantity.high):
        where = f"at {coded(quantity.low, scale)} or more"
    elif math.isinf(quantity.low):
        where = f"at {coded(quantity.high, scale)} or less"
    else:
        where = f"between {number_text(quantity.low)} and {coded(quantity.high, scale)}"
    if forecast.agreement is None:
        return (
            f"{model}, which takes agreement for granted, puts the chance that it settles {where} "
            f"at {_sure(chance)}."
        )
    condition = "no draw ends in an agreement"
    if chance.given_agreement is not None:
        condition = f"if there is one, the chance is {percent(chance.given_agreement)}"
    return (
        f"{model} puts the chance of an agreement that settles {where} at {_sure(chance)}; "
        f"{condition}."
    )


def _options(chances: list[Chance], silence: dict[str, str], source: str) -> str:
    known = [chance for chance in chances if chance.probability is not None]
    listing = "; ".join(f"“{chance.outcome}” {_sure(chance)}" for chance in known)
    sentences = [f"{source} puts the chances at: {listing}."] if known else []
    rest = 1.0 - sum(chance.probability or 0.0 for chance in known)
    if len(known) == len(chances) and rest > 1e-9:
        sentences.append(f"For none of these it leaves {percent(rest)}.")
    return " ".join([*sentences, *dict.fromkeys(filter(None, silence.values()))])


def _sure(chance: Chance) -> str:
    """Return the probability and its range; of a chance that is nought or one, what that means."""
    if chance.probability is None:
        return "a chance that it cannot give"
    figure_text = percent(chance.probability)
    if chance.error is None:
        return f"{figure_text} (a single run)"
    if chance.probability in (0.0, 1.0):
        return (
            f"{figure_text} ({'all' if chance.probability else 'none'} of {chance.draws:,} draws)"
        )
    if chance.structure_low is not None and chance.structure_high is not None:
        return f"{figure_text}, range {chance_range(chance.structure_low, chance.structure_high)}"
    return figure_text


def deal_words(case: Case, issues: tuple[str, ...]) -> str:
    """Return what is agreed if all ``issues`` are, to stand within a sentence."""
    if len(issues) == len(case.issues):
        return "a deal" if len(issues) == 1 else "a deal on all issues"
    titles = [f"“{case.issue(issue).title}”" for issue in issues]
    return f"a deal on {listed(titles)}"


def listed(names: Sequence[str]) -> str:
    """Return ``names`` as a list in a sentence.

    >>> listed(["one", "two", "three"])
    'one, two and three'
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _resolution(question: Question) -> str:
    resolution = question.resolution
    if resolution is None:
        return ""
    behind = ", ".join(
        filter(None, (resolution.date.isoformat() if resolution.date else "", resolution.source))
    )
    return f"It came out: {resolution.outcome}" + (f" ({behind})." if behind else ".")


def _others(issues: tuple[str, ...], forecast: Forecast, findings: Findings) -> str:
    """Return what other models say of the chance of an agreement: it widens the forecast's own."""
    agreed = forecast.agreed(*issues)
    apart = None if agreed is None else widened(findings.model_chances, issues, agreed[0])
    if apart is None:
        return ""
    (least, low), (most, high) = apart
    return (
        f" Other models of this case give {percent(low)} ({least}) to {percent(high)} ({most}). "
        "None has been tested on past talks."
    )


def _on_issue(issue: Issue, forecast: Forecast, findings: Findings) -> Answer:
    model, chances = f"Model “{forecast.made.model}”", []
    sentences = [f"{model} takes agreement for granted."]
    if forecast.agreement is not None:
        quantity = Quantity(kind="agreement", subject=issue.id)
        chances = [_chance("agreement", quantity, forecast, findings)]
        clause = likelihood_clause("an agreement on it", chances[0].probability or 0.0)
        sentences = [
            f"{clause[0].upper()}{clause[1:]}: {_sure(chances[0])}."
            + _others((issue.id,), forecast, findings)
        ]
    sentences += _settlement(issue, forecast)
    calm = forecast.counted.converged(forecast.index(issue.id))
    if calm is not None and calm < 1.0:
        share = percent(1.0 - calm)
        sentences.append(f"In {share} of the draws the rounds had not settled when they stopped.")
    return Answer(
        id=issue.id,
        text=issue.question or issue.title,
        sentence=" ".join(sentences),
        chances=tuple(chances),
        resolution=_outcome_sentence(issue, forecast),
    )


def _settlement(issue: Issue, forecast: Forecast) -> list[str]:
    low, middle, high = forecast.quantiles(issue.id, (INTERVAL[0], 0.5, INTERVAL[1]))
    scale = issue.scale
    if math.isnan(middle):
        sentences = ["No draw ends in an agreement."]
        if issue.reversion is not None:
            sentences.append(f"What holds then lies at {spread(issue.reversion, scale)}.")
        return sentences
    if forecast.draws == 1:
        sentences = [
            f"Its single run settles at {measure(middle, scale)}, a point without a spread."
        ]
    elif forecast.counted.alike(forecast.index(issue.id)):
        who = "Every draw" if forecast.agreement is None else "Every draw that agrees"
        sentences = [f"{who} settles at {measure(middle, scale)}."]
    else:
        opening = "The" if forecast.agreement is None else "If there is one, the"
        sentences = [
            f"{opening} median settlement is {measure(middle, scale)}; the middle 80{NBSP}% lie "
            f"between {figure(low, scale)} and {figure(high, scale)}."
        ]
    sentences += [
        f"{'It' if forecast.draws == 1 else 'The median'} lies {where}."
        for where in _where(issue, middle)
    ]
    return sentences


def _where(issue: Issue, value: float) -> Iterator[str]:
    """Yield where ``value`` lies: among the labelled states of the world, beside the reversion."""
    named = {at: f"“{label}” ({number_text(at)})" for at, label in issue.labels.items()}
    near = [at for at in named if abs(at - value) <= 0.02 * issue.scale.width]
    below = max((at for at in named if at < value), default=None)
    above = min((at for at in named if at > value), default=None)
    if near:
        yield f"near {named[min(near, key=lambda at: abs(at - value))]}"
    elif below is not None and above is not None:
        yield f"between {named[below]} and {named[above]}"
    if issue.reversion is None:
        return
    apart, holds = value - issue.reversion.middle, spread(issue.reversion, issue.scale)
    distance = figure(abs(apart), issue.scale)
    if distance.strip("0."):
        side = "above" if apart > 0.0 else "below"
        yield f"{distance} {side} what holds without an agreement, {holds}"
    else:
        yield f"at what holds without an agreement, {holds}"


def _outcome_sentence(issue: Issue, forecast: Forecast) -> str:
    if issue.outcome is None:
        return ""
    value, when = issue.outcome.value, issue.outcome.date
    sentence = f"It came out at {spread(value, issue.scale)}" + (f" on {when}" if when else "")
    low, high = forecast.quantiles(issue.id, INTERVAL)
    if math.isnan(low) or forecast.draws == 1:
        return f"{sentence}."
    within = "inside" if low <= value.middle <= high else "outside"
    return f"{sentence}, {within} the 80{NBSP}% interval of model “{forecast.made.model}”."
