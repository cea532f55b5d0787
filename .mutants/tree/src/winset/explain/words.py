"""Every sentence of an answer and of the headline, to be read in one go.

Each function takes numbers and names and returns text; nothing is computed here. Levers and
sensitivity have their own: `winset.explain.levers.words` and `winset.explain.sensitivity.words`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from winset.case.model import Case
from winset.explain.figures import NBSP, capital, chance_range, listed, percent
from winset.explain.likelihood import likelihood_clause

# What the model cannot say


def no_chance_of_a_deal() -> str:
    """Return what the headline says where the model assumes an agreement."""
    return "This model gives no chance of a deal; it says where one would settle."


def agreement_assumed(model: str, alternative: str = "") -> str:
    """Return that ``model`` assumes an agreement, and which model to use instead."""
    use = f"; use “{alternative}”" if alternative else ""
    return f"Model “{model}” gives no chance of an agreement{use}."


def game_not_played(model: str, game: str) -> str:
    """Return why there is no answer about a move."""
    return f"Model “{model}” plays no games, so its forecast says nothing about “{game}”."


def blame_unknown(model: str) -> str:
    """Return why there is no answer about blame."""
    return f"Model “{model}” does not say who is to blame if the talks fail."


def blame_on_none(model: str) -> str:
    """Return that there is no blame to share out."""
    return f"In model “{model}” no draw fails because of an actor."


def issue_left_out(model: str, issue: str) -> str:
    """Return why there is no answer about an issue."""
    return f"The forecast of model “{model}” leaves out “{issue}”."


# How likely


def deal_words(case: Case, issues: tuple[str, ...]) -> str:
    """Return what is agreed if all ``issues`` are, to stand within a sentence."""
    if len(issues) == len(case.issues):
        return "a deal" if len(issues) == 1 else "a deal on all issues"
    titles = [f"“{case.issue(issue).title}”" for issue in issues]
    return f"a deal on {listed(titles)}"


def how_likely(deal: str, probability: float, chance: str) -> str:
    """Return the word for a chance of ``deal``, and the chance as text."""
    return f"{capital(likelihood_clause(deal, probability))}: {chance}."


def chance_of_all(probability: float, ends: tuple[float, float] | None) -> str:
    """Return the chance in the headline, and its range."""
    if ends is None:
        return percent(probability)
    return f"{percent(probability)}, range {chance_range(*ends)} over what cannot be coded"


def chance_in_answer(
    probability: float, *, single: bool, draws: int, ends: tuple[float, float] | None
) -> str:
    """Return a chance and its range, and what a chance of 0 or 1 rests on."""
    text = percent(probability)
    if single:
        return f"{text} (a single run)"
    if probability in (0.0, 1.0):
        return f"{text} ({'all' if probability else 'none'} of {draws:,} draws)"
    return text if ends is None else f"{text}, range {chance_range(*ends)}"


def other_models(low: tuple[str, float], high: tuple[str, float]) -> str:
    """Return what the models with the lowest and the highest chance of an agreement say."""
    return (
        f"Other models of this case give {percent(low[1])} ({low[0]}) to {percent(high[1])} "
        f"({high[0]}). None has been tested on past talks."
    )


def chance_of_move(game: str, action: str, chance: str) -> str:
    """Return how likely a move is."""
    return f"Game “{game}” puts the chance of “{action.replace('_', ' ')}” at {chance}."


def chance_of_settlement(where: str, chance: str, model: str) -> str:
    """Return how likely a settlement within bounds is in a model that assumes an agreement."""
    return (
        f"The chance of a settlement {where} is {chance}. Model “{model}” assumes that there is an "
        "agreement."
    )


def chance_of_agreement_within(where: str, chance: str, given_agreement: float | None) -> str:
    """Return how likely an agreement within bounds is, and how likely the bounds are given one."""
    within = f"The chance of an agreement that settles {where} is {chance}."
    if given_agreement is None:
        return f"{within} No draw ends in an agreement."
    return f"{within} If there is an agreement, the chance is {percent(given_agreement)}."


def chances_of_options(source: str, chances: Mapping[str, str]) -> str:
    """Return how likely each option of a question is."""
    listing = "; ".join(f"“{option}” {chance}" for option, chance in chances.items())
    return f"{source} gives these chances: {listing}."


def chance_of_none(rest: float) -> str:
    """Return how likely it is that no option comes about."""
    return f"That leaves {percent(rest)} for none of these."


def share_of_blame(party: str, share: str, failing: float) -> str:
    """Return how much of the blame is a party's, and how often the talks fail."""
    return (
        f"Where the talks fail, {party} bears {share} of the blame: the Shapley shares of its "
        f"actors. Up to {percent(failing)} of the draws fail on an issue."
    )


# Where it would settle


def no_agreement(reversion: str) -> list[str]:
    """Return that no draw ends in an agreement, and what holds then."""
    sentences = ["No draw ends in an agreement."]
    if reversion:
        sentences.append(f"What holds without one lies at {reversion}.")
    return sentences


def settlement_of_one_run(value: str) -> str:
    """Return where a single run settles."""
    return f"The single run settles at {value}; one run has no range."


def settlement_of_every_draw(value: str, *, agreement_assumed: bool) -> str:
    """Return where all draws settle alike."""
    draws = "Every draw" if agreement_assumed else "Every draw that ends in an agreement"
    return f"{draws} settles at {value}."


def settlement_range(middle: str, low: str, high: str, *, agreement_assumed: bool) -> str:
    """Return the median settlement and its 80 % range."""
    start = "The" if agreement_assumed else "If there is an agreement, the"
    return f"{start} median settlement is {middle} (80{NBSP}% range {low} to {high})."


def settlement_lies(where: str, *, single: bool) -> str:
    """Return where a settlement lies on the scale."""
    return f"{'It' if single else 'The median'} lies {where}."


def beside_reversion(distance: str, *, above: bool, reversion: str) -> str:
    """Return how far a settlement lies from what holds without an agreement."""
    if not distance.strip("0."):
        return f"at what holds without an agreement, {reversion}"
    side = "above" if above else "below"
    return f"{distance} {side} what holds without an agreement, {reversion}"


def still_moving(share: float) -> str:
    """Return how often a model with rounds ran out of them."""
    return f"In {percent(share)} of the draws the actors were still moving in the last round."


def settlements_in_brief(parts: Sequence[tuple[str, str, str]]) -> str:
    """Return where the issues would settle: name, value, range; the name empty of a single one."""
    texts: list[str] = []
    for name, value, ends in parts:
        verb = "" if texts else "would settle "
        text = f"“{name}” {verb}near {value}" if name else f"It {verb}near {value}"
        texts.append(f"{text} (80{NBSP}% range {ends})" if ends else text)
    return f"{'; '.join(texts)}."


# Who and why


def no_point_suits(share: float, issue: str, actor: str) -> str:
    """Return how often no point suits everyone at the table, and who accepts the fewest."""
    on = f" on “{issue}”" if issue else ""
    who = f"; {actor} accepts the fewest" if actor else ""
    return f"In {percent(share)} of the draws no point{on} suits everyone at the table{who}."


def likelier_to_refuse(party: str, issue: str, ratifies: float) -> str:
    """Return which side is likelier to refuse."""
    start = f"On “{issue}”, {party}" if issue else party
    return f"{start} is the likelier side to refuse (it ratifies with {percent(ratifies)})."


def certain_yes(actor: str, lift: float) -> str:
    """Return what a certain yes from an actor would add to its party's chance of ratifying."""
    points = f"{100 * lift:.0f}"
    unit = "point" if points == "1" else "points"
    return f"A certain yes from {actor} would add {points} {unit} to that."


def in_the_way(shares: Sequence[tuple[str, float]]) -> str:
    """Return who most often stands in the way where it fails."""
    names = [f"{name} ({percent(share)})" for name, share in shares]
    verb = "stands" if len(names) == 1 else "stand"
    return f"Where it fails, {listed(names)} most often {verb} in the way."


def another_deal(share: float) -> str:
    """Return how many failures the table could have avoided."""
    return f"In {percent(share)} of the failures another deal would have passed."


def strongest_input(label: str, at_low: float, at_high: float) -> str:
    """Return which coded number moves the chance most."""
    return (
        f"The coded number that moves the chance most is “{label}”: {percent(at_low)} where that "
        f"is low, {percent(at_high)} where it is high."
    )


# Outcomes and calibration


def outcome_of_question(outcome: str, details: Sequence[str]) -> str:
    """Return how a question was settled, when and by which source."""
    return f"Outcome: {outcome}" + (f" ({', '.join(details)})." if details else ".")


def outcome_of_issue(value: str, date: str, *, inside: bool | None, model: str) -> str:
    """Return where an issue settled, and on which side of the forecast's 80 % range, if any."""
    outcome = f"Outcome: {value}" + (f" on {date}" if date else "")
    if inside is None:
        return f"{outcome}."
    side = "inside" if inside else "outside"
    return f"{outcome}, {side} the 80{NBSP}% range of model “{model}”."


def uncalibrated() -> str:
    """Return that settlements were not calibrated."""
    return "Settlements are the model's own, without its past errors."


def calibrated(calibration: Mapping[str, Any], borrowed_by: str) -> str:
    """Return how settlements were calibrated; ``borrowed_by`` is a model without own errors."""
    borrowed = f" “{borrowed_by}” itself could not be scored on them." if borrowed_by else ""
    return (
        f"Settlements are widened by the errors of model “{calibration['measured_on']}” on "
        f"{calibration['decisions']} decisions in {calibration['groups']} groups "
        f"({calibration['source']}): it missed by {calibration['missed']:.0f} points of 100 on "
        f"average.{borrowed} The chance of an agreement is not calibrated."
    )
