"""The answer in a few plain sentences: how likely, where, who, why."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from winset.case.model import Case
from winset.case.quantities import parse_quantity
from winset.explain import words
from winset.explain.background import Findings
from winset.explain.figures import figure, measure
from winset.explain.likelihood import SOURCE, likelihood_word
from winset.explain.strongest_drive import Drive, strongest_drive
from winset.explain.structural_range import Structure
from winset.forecast.forecast import Forecast
from winset.models.two_level.model import Binding

INTERVAL = (0.1, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class VariedParameter:
    """A parameter of the model that cannot be coded, since no document settles it.

    Attributes:
        name: of the parameter.
        range: what it may be, as the model draws it.
    """

    name: str
    range: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The forecast in brief, for anyone who reads no further.

    Attributes:
        issues: ids of the issues that must all be agreed.
        probability: that all of them are agreed; None where the model assumes an agreement.
        error: Monte Carlo standard error of it; None with a single draw.
        word: for the probability, by ``yardstick``; empty without a probability.
        yardstick: name of the scale of such words.
        low: 10th percentile of the probability over the parameters that cannot be coded; None
            where that was not computed or there are no such parameters.
        high: 90th percentile.
        over: these parameters.
        sentences: how likely; where it would settle; who stands in the way; why. The first can
            stand alone.
    """

    issues: tuple[str, ...]
    probability: float | None
    error: float | None = None
    word: str = ""
    yardstick: str = SOURCE
    low: float | None = None
    high: float | None = None
    over: tuple[VariedParameter, ...] = ()
    sentences: tuple[str, ...] = ()


def headline_issues(case: Case) -> tuple[str, ...]:
    """Return the issues that the headline is about, in the order of the case.

    These are the issues of the first question that asks for an agreement, or else all issues.
    """
    ids = [issue.id for issue in case.issues]
    for question in case.questions:
        if question.answer is not None:
            quantity = parse_quantity(question.answer)
            if quantity.kind == "agreement":
                return quantity.issues(ids)
    return tuple(ids)


def headline(case: Case, forecast: Forecast, findings: Findings | None = None) -> Headline:
    """Return ``forecast`` of ``case`` in brief.

    Args:
        case: the case of the forecast.
        forecast: by any model.
        findings: its background; without it the headline has no range and does not say who and why.
    """
    behind = Findings(draws=0) if findings is None else findings
    issues = headline_issues(case)
    agreed = forecast.agreed(*issues)
    where = _where(case, forecast, issues)
    if agreed is None:
        first = words.no_chance_of_a_deal()
        return Headline(issues=issues, probability=None, sentences=(first, *where))
    drive = None if findings is None else strongest_drive(case, forecast, issues)
    ends = None if behind.structure is None else behind.structure.ranges.get(issues)
    sentences = (
        how_likely(case, issues, agreed[0], behind.structure),
        *where,
        *_who(case, forecast, issues, behind),
        *_why(drive),
    )
    return Headline(
        issues=issues,
        probability=agreed[0],
        error=None if math.isnan(agreed[1]) else agreed[1],
        word=likelihood_word(agreed[0]),
        low=None if ends is None else ends[0],
        high=None if ends is None else ends[1],
        over=_over(behind.structure),
        sentences=sentences,
    )


def how_likely(
    case: Case, issues: tuple[str, ...], probability: float, structure: Structure | None
) -> str:
    """Return the first sentence: the word, the chance, its range."""
    ends = None if structure is None else structure.ranges.get(issues)
    chance = words.chance_of_all(probability, ends)
    return words.how_likely(words.deal_words(case, issues), probability, chance)


def _where(case: Case, forecast: Forecast, issues: tuple[str, ...]) -> Iterator[str]:
    parts = []
    for id in issues:
        issue = case.issue(id)
        low, middle, high = forecast.quantiles(id, (INTERVAL[0], 0.5, INTERVAL[1]))
        if math.isnan(middle):
            continue
        ends = ""
        if forecast.draws > 1 and low < high:
            ends = f"{figure(low, issue.scale)}–{figure(high, issue.scale)}"
        name = issue.title if len(case.issues) > 1 else ""
        parts.append((name, measure(middle, issue.scale), ends))
    if parts:
        yield words.settlements_in_brief(parts)


def _who(
    case: Case, forecast: Forecast, issues: tuple[str, ...], findings: Findings
) -> Iterator[str]:
    """Yield who is likelier to refuse, and who stands in the way where it fails."""
    chosen = _weakest(case, forecast, issues, findings)
    if chosen is None:
        return
    several = len(_needed(case, issues)) > 1
    yield from _binds(case, chosen, case.issue(chosen.issue).title if several else "")
    blame = findings.blame
    if blame is None:
        return
    places = [forecast.index(issue) for issue in _needed(case, issues)]
    failing = blame.failing[places]
    misjudged = np.nan_to_num(blame.misjudged[places])
    weight = failing * (1.0 - misjudged)
    if weight.sum() > 0.0:
        shares = np.nan_to_num(blame.actor[:, places]) @ weight / weight.sum()
        first, second = (int(i) for i in np.argsort(-shares, kind="stable")[:2])
        chosen_actors = [first, second] if shares[second] >= 0.05 else [first]
        yield words.in_the_way([(case.actors[i].name, float(shares[i])) for i in chosen_actors])
    lost = float(failing @ misjudged / failing.sum()) if failing.sum() > 0.0 else 0.0
    if lost >= 0.05:
        yield words.another_deal(lost)


def _binds(case: Case, binding: Binding, issue: str) -> Iterator[str]:
    """Yield the main obstacle; ``issue`` is a title where several issues must be agreed."""
    names = {party.id: party.name or party.id for party in case.parties}
    actor = case.actor(binding.actor).name if binding.actor else ""
    if binding.kind == "signing":
        yield words.no_point_suits(binding.share, issue, actor)
    elif binding.kind == "ratifying":
        party = names.get(binding.party, binding.party)
        yield words.likelier_to_refuse(party, issue, binding.share)
        if actor and binding.lift is not None and binding.lift >= 0.005:
            yield words.certain_yes(actor, binding.lift)


def _weakest(
    case: Case, forecast: Forecast, issues: tuple[str, ...], findings: Findings
) -> Binding | None:
    """Return the main obstacle on the issue that fails most often, of those that must be agreed."""
    needed = _needed(case, issues)
    bindings = [b for b in findings.bindings if b.issue in needed and b.kind != "none"]
    if not bindings:
        return None

    def fails(binding: Binding) -> float:
        agreed, opens = forecast.agreed(binding.issue), forecast.opens(binding.issue)
        return 0.0 if agreed is None else (1.0 if opens is None else opens) - agreed[0]

    return max(bindings, key=fails)


def _needed(case: Case, issues: tuple[str, ...]) -> tuple[str, ...]:
    """Return ``issues`` and all that they require, in the order of the case."""
    needed = set(issues)
    for id in issues:
        issue = case.issue(id)
        while issue.requires is not None:
            issue = case.issue(issue.requires.issue)
            needed.add(issue.id)
    return tuple(issue.id for issue in case.issues if issue.id in needed)


def _why(drive: Drive | None) -> Iterator[str]:
    if drive is not None:
        yield words.strongest_input(drive.input.label, drive.at_low, drive.at_high)


def _over(structure: Structure | None) -> tuple[VariedParameter, ...]:
    if structure is None:
        return ()
    return tuple(
        VariedParameter(name=name, range=str(value)) for name, value in structure.over.items()
    )
