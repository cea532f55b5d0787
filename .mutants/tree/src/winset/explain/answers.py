"""What a forecast answers to each question and on each issue; `words` has the sentences."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from winset.case.model import Case
from winset.case.parts import Issue, Question
from winset.case.quantities import Quantity, parse_quantity
from winset.case.ranges import number_text
from winset.case.scenarios import apply_scenario
from winset.explain import words
from winset.explain.background import Findings
from winset.explain.figures import bounds, figure, measure, spread
from winset.explain.model_spread import widened
from winset.forecast.forecast import Forecast
from winset.models import doubting_models

INTERVAL = (0.1, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """How likely one outcome of a question is.

    Attributes:
        outcome: ``yes``, ``no`` or an option of the question.
        probability: in [0, 1]; None where the forecast cannot say.
        error: Monte Carlo standard error of ``probability``; None with a single draw.
        draws: how many draws it was counted over.
        given_agreement: the probability if there is an agreement; None where that is the same
            number or no draw ends in an agreement.
        low: the lowest probability of all models that give a chance of an agreement; None unless
            the question asks for an agreement and several models give a chance.
        high: the highest, likewise.
        structure_low: 10th percentile of the probability over the parameters that cannot be coded;
            None unless the question asks for an agreement and this range was computed.
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
    """The answer of one forecast to a question or on an issue.

    Attributes:
        id: of the question or issue.
        text: the question as asked.
        sentence: the answer in words.
        chances: the numbers behind the words, outcome by outcome.
        resolution: the outcome in words; empty while it is not known.
    """

    id: str
    text: str
    sentence: str
    chances: tuple[Chance, ...] = ()
    resolution: str = ""


def answers(case: Case, forecast: Forecast, findings: Findings | None = None) -> tuple[Answer, ...]:
    """Return the answers of ``forecast`` to the questions of ``case``.

    Questions of blame and of moves are answered from ``findings``, the background of the forecast.
    """
    behind = Findings(draws=0) if findings is None else findings
    return tuple(_answer(case, question, forecast, behind) for question in case.questions)


def issue_answers(
    case: Case, forecast: Forecast, findings: Findings | None = None
) -> tuple[Answer, ...]:
    """Return what ``forecast`` says on each issue: agreement, settlement, place on the scale."""
    behind = Findings(draws=0) if findings is None else findings
    changed = apply_scenario(case, forecast.made.scenario)
    return tuple(_on_issue(i, forecast, behind) for i in changed.issues if i.id in forecast.issues)


def calibration_sentence(forecast: Forecast) -> str:
    """Return whether and how the settlements were calibrated, in words."""
    provenance = forecast.made
    if provenance.calibration is None:
        return words.uncalibrated()
    return words.calibrated(provenance.calibration, provenance.model if provenance.borrowed else "")


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
    """Return why there is no answer; empty where there is one."""
    model = forecast.made.model
    if quantity.kind == "move":
        known = quantity.subject in findings.games
        return "" if known else words.game_not_played(model, quantity.subject)
    if quantity.kind == "blame":
        if findings.blame is None:
            return words.blame_unknown(model)
        return words.blame_on_none(model) if np.isnan(findings.blame.overall).all() else ""
    for issue in quantity.named_issues:
        if issue not in forecast.issues:
            return words.issue_left_out(model, issue)
    if quantity.kind == "agreement" and forecast.agreement is None:
        return words.agreement_assumed(model, doubting_models()[0].name)
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
    return words.share_of_blame(name, _sure(chance), failing)


def _error(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float | None:
    return None if len(values) < 2 else float(values.std(ddof=1) / math.sqrt(len(values)))


def _source(quantities: list[Quantity], forecast: Forecast) -> str:
    """Return what gives the chances: the game where moves are asked for, else the model."""
    kinds = {quantity.kind for quantity in quantities}
    if kinds == {"move"} and len({quantity.subject for quantity in quantities}) == 1:
        return f"Game “{quantities[0].subject}”"
    return f"Model “{forecast.made.model}”"


def _yes(case: Case, quantity: Quantity, chance: Chance, forecast: Forecast) -> str:
    if quantity.kind == "move":
        return words.chance_of_move(quantity.subject, quantity.action, _sure(chance))
    if quantity.kind == "agreement":
        deal = words.deal_words(case, quantity.issues(issue.id for issue in case.issues))
        return words.how_likely(deal, chance.probability or 0.0, _sure(chance))
    where = bounds(quantity.low, quantity.high, case.issue(quantity.subject).scale)
    if forecast.agreement is None:
        return words.chance_of_settlement(where, _sure(chance), forecast.made.model)
    return words.chance_of_agreement_within(where, _sure(chance), chance.given_agreement)


def _options(chances: list[Chance], silence: dict[str, str], source: str) -> str:
    known = [chance for chance in chances if chance.probability is not None]
    sentences = []
    if known:
        texts = {chance.outcome: _sure(chance) for chance in known}
        sentences.append(words.chances_of_options(source, texts))
    rest = 1.0 - sum(chance.probability or 0.0 for chance in known)
    if len(known) == len(chances) and rest > 1e-9:
        sentences.append(words.chance_of_none(rest))
    return " ".join([*sentences, *dict.fromkeys(filter(None, silence.values()))])


def _sure(chance: Chance) -> str:
    """Return a known chance with its range."""
    assert chance.probability is not None
    low, high = chance.structure_low, chance.structure_high
    return words.chance_in_answer(
        chance.probability,
        single=chance.error is None,
        draws=chance.draws,
        ends=None if low is None or high is None else (low, high),
    )


def _resolution(question: Question) -> str:
    resolution = question.resolution
    if resolution is None:
        return ""
    date = resolution.date.isoformat() if resolution.date else ""
    details = [text for text in (date, resolution.source) if text]
    return words.outcome_of_question(resolution.outcome, details)


def _others(issues: tuple[str, ...], forecast: Forecast, findings: Findings) -> str:
    """Return what other models say of the chance of an agreement; empty where none does."""
    agreed = forecast.agreed(*issues)
    ends = None if agreed is None else widened(findings.model_chances, issues, agreed[0])
    return "" if ends is None else f" {words.other_models(*ends)}"


def _on_issue(issue: Issue, forecast: Forecast, findings: Findings) -> Answer:
    chances = []
    sentences = [words.agreement_assumed(forecast.made.model)]
    if forecast.agreement is not None:
        quantity = Quantity(kind="agreement", subject=issue.id)
        chances = [_chance("agreement", quantity, forecast, findings)]
        likely = words.how_likely(
            "an agreement on it", chances[0].probability or 0.0, _sure(chances[0])
        )
        sentences = [likely + _others((issue.id,), forecast, findings)]
    sentences += _settlement(issue, forecast)
    calm = forecast.settles_down(issue.id)
    if calm is not None and calm < 1.0:
        sentences.append(words.still_moving(1.0 - calm))
    return Answer(
        id=issue.id,
        text=issue.question or issue.title,
        sentence=" ".join(sentences),
        chances=tuple(chances),
        resolution=_outcome_sentence(issue, forecast),
    )


def _settlement(issue: Issue, forecast: Forecast) -> list[str]:
    low, middle, high = forecast.quantiles(issue.id, (INTERVAL[0], 0.5, INTERVAL[1]))
    scale, assumed, single = issue.scale, forecast.agreement is None, forecast.draws == 1
    if math.isnan(middle):
        return words.no_agreement(spread(issue.reversion, scale) if issue.reversion else "")
    if single:
        sentence = words.settlement_of_one_run(measure(middle, scale))
    elif forecast.alike(issue.id):
        sentence = words.settlement_of_every_draw(measure(middle, scale), agreement_assumed=assumed)
    else:
        ends = figure(low, scale), figure(high, scale)
        sentence = words.settlement_range(measure(middle, scale), *ends, agreement_assumed=assumed)
    places = _where(issue, middle)
    return [sentence, *(words.settlement_lies(place, single=single) for place in places)]


def _where(issue: Issue, value: float) -> Iterator[str]:
    """Yield where ``value`` lies: among the labels of the scale, and beside the reversion."""
    named = {at: f"“{label}” ({number_text(at)})" for at, label in issue.labels.items()}
    near = [at for at in named if abs(at - value) <= 0.02 * issue.scale.width]
    below = max((at for at in named if at < value), default=None)
    above = min((at for at in named if at > value), default=None)
    if near:
        yield f"near {named[min(near, key=lambda at: abs(at - value))]}"
    elif below is not None and above is not None:
        yield f"between {named[below]} and {named[above]}"
    if issue.reversion is not None:
        apart = value - issue.reversion.middle
        yield words.beside_reversion(
            figure(abs(apart), issue.scale),
            above=apart > 0.0,
            reversion=spread(issue.reversion, issue.scale),
        )


def _outcome_sentence(issue: Issue, forecast: Forecast) -> str:
    if issue.outcome is None:
        return ""
    value, date = issue.outcome.value, issue.outcome.date
    low, high = forecast.quantiles(issue.id, INTERVAL)
    known = not math.isnan(low) and forecast.draws > 1
    return words.outcome_of_issue(
        spread(value, issue.scale),
        date.isoformat() if date else "",
        inside=low <= value.middle <= high if known else None,
        model=forecast.made.model,
    )
