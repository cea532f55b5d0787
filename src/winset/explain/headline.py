"""The answer in a few plain sentences: how likely, where, who, why."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from winset.case.model import Case
from winset.case.quantities import parse_quantity
from winset.explain.answers import (
    NBSP,
    chance_range,
    deal_words,
    figure,
    listed,
    measure,
    percent,
)
from winset.explain.background import Findings
from winset.explain.likelihood import SOURCE, likelihood_clause, likelihood_word
from winset.explain.strongest_drive import Drive, strongest_drive
from winset.explain.structural_range import Structure
from winset.forecast.forecast import Forecast
from winset.models.two_level.model import Binding

INTERVAL = (0.1, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class VariedParameter:
    """A parameter of the model that nobody can code.

    Attributes:
        name: of the parameter.
        range: what it may be, as the model draws it.
    """

    name: str
    range: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """What a forecast comes to, for anyone who reads no further.

    Attributes:
        issues: ids of those whose agreement, all together, it is about.
        probability: that all of them are agreed; None where the model takes it for granted.
        error: Monte Carlo standard error of it; None with a single draw.
        word: for the probability, by ``yardstick``; empty without one.
        yardstick: name of the scale of such words.
        low: 10th percentile of the probability over what nobody can code; None where it was not
            worked out or there is nothing of the kind.
        high: 90th percentile.
        over: what that is.
        sentences: how likely; where it would settle; who stands in the way; why. The first stands
            alone.
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

    Those of the first question that asks for an agreement; all of them where no question does.
    """
    ids = [issue.id for issue in case.issues]
    for question in case.questions:
        if question.answer is not None:
            quantity = parse_quantity(question.answer)
            if quantity.kind == "agreement":
                return quantity.issues(ids)
    return tuple(ids)


def headline(case: Case, forecast: Forecast, findings: Findings | None = None) -> Headline:
    """Return what ``forecast`` of ``case`` comes to.

    Args:
        case: what it was made of.
        forecast: by any model.
        findings: what lies behind it; without them nothing is said of who and why, and no range is
            given.
    """
    behind = Findings(draws=0) if findings is None else findings
    issues = headline_issues(case)
    agreed = forecast.agreed(*issues)
    where = _where(case, forecast, issues)
    if agreed is None:
        first = "This model gives no chance of a deal; it says where one would settle."
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
    clause = likelihood_clause(deal_words(case, issues), probability)
    sentence = f"{clause[0].upper()}{clause[1:]}: {percent(probability)}"
    ends = None if structure is None else structure.ranges.get(issues)
    if ends is None:
        return f"{sentence}."
    return f"{sentence}, range {chance_range(*ends)} over what nobody can code."


def _where(case: Case, forecast: Forecast, issues: tuple[str, ...]) -> Iterator[str]:
    parts: list[str] = []
    for id in issues:
        issue = case.issue(id)
        low, middle, high = forecast.quantiles(id, (INTERVAL[0], 0.5, INTERVAL[1]))
        if math.isnan(middle):
            continue
        name = f"“{issue.title}”" if len(case.issues) > 1 else "It"
        verb = "" if parts else "would settle "
        part = f"{name} {verb}near {measure(middle, issue.scale)}"
        if forecast.draws > 1 and low < high:
            part += f" (80{NBSP}% range {figure(low, issue.scale)}–{figure(high, issue.scale)})"
        parts.append(part)
    if parts:
        yield f"{'; '.join(parts)}."


def _who(
    case: Case, forecast: Forecast, issues: tuple[str, ...], findings: Findings
) -> Iterator[str]:
    """Yield who is likelier to refuse, and who stands in the way where it fails."""
    chosen = _weakest(case, forecast, issues, findings)
    if chosen is None:
        return
    binding, several = chosen, len(_needed(case, issues)) > 1
    on = f"On “{case.issue(binding.issue).title}”, " if several else ""
    yield from _binds(case, binding, on)
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
        names = [f"{case.actors[first].name} ({percent(float(shares[first]))})"]
        if shares[second] >= 0.05:
            names.append(f"{case.actors[second].name} ({percent(float(shares[second]))})")
        verb = "stands" if len(names) == 1 else "stand"
        yield f"Where it fails, {listed(names)} most often {verb} in the way."
    lost = float(failing @ misjudged / failing.sum()) if failing.sum() > 0.0 else 0.0
    if lost >= 0.05:
        yield f"In {percent(lost)} of the failures another deal would have passed."


def _binds(case: Case, binding: Binding, on: str) -> Iterator[str]:
    names = {party.id: party.name or party.id for party in case.parties}
    party = names.get(binding.party, binding.party)
    actor = case.actor(binding.actor).name if binding.actor else ""
    if binding.kind == "signing":
        who = f"; {actor} finds the fewest that would do" if actor else ""
        start = f"{on}no point" if on else "No point"
        yield (
            f"{start} suits everyone at the table in {percent(binding.share)} of the draws{who}."
        )
    elif binding.kind == "ratifying":
        start = f"{on}{party}" if on else party
        yield (
            f"{start} is the likelier side to refuse (it ratifies with {percent(binding.share)})."
        )
        if actor and binding.lift is not None and binding.lift >= 0.005:
            points = f"{100 * binding.lift:.0f}"
            unit = "point" if points == "1" else "points"
            yield f"A certain yes from {actor} would add {points} {unit} to that."


def _weakest(
    case: Case, forecast: Forecast, issues: tuple[str, ...], findings: Findings
) -> Binding | None:
    """Return what binds on the issue that fails most often, of those that must be agreed."""
    needed = _needed(case, issues)
    bindings = [b for b in findings.bindings if b.issue in needed and b.kind != "none"]
    if not bindings:
        return None

    def fails(binding: Binding) -> float:
        k = forecast.index(binding.issue)
        agreed, opens = forecast.counted.agreed(k), forecast.counted.opens(k)
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
        yield (
            f"The coded number that moves the chance most is “{drive.input.label}”: "
            f"{percent(drive.at_low)} where that is low, {percent(drive.at_high)} where it is high."
        )


def _over(structure: Structure | None) -> tuple[VariedParameter, ...]:
    if structure is None:
        return ()
    return tuple(
        VariedParameter(name=name, range=str(value)) for name, value in structure.over.items()
    )
