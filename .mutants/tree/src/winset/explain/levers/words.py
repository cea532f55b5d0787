"""Every sentence about levers. They speak of a model and never of the world."""

import math

from winset.case.model import Case
from winset.case.parts import Scale
from winset.case.ranges import number_text
from winset.explain.figures import NBSP, figure, percent
from winset.explain.levers.find import Lever, LeverMove, Levers
from winset.explain.levers.movable import Move, Who
from winset.explain.sensitivity.words import change


def headline(case: Case, levers: Levers) -> str:
    """Return the target, for whom it is sought and in which model."""
    return (
        f"Target for {case.actor(levers.actor).name}: the {levers.summary.words(case)} at "
        f"{percent(levers.reach)} or more, in model “{levers.model}”, uncalibrated."
    )


def standing(levers: Levers) -> str:
    """Return whether the case as coded meets the target, and what is listed."""
    chance = f"As coded it is at {percent(levers.chance)}"
    if levers.reached:
        return f"{chance}, so the target is met. These changes would lose it."
    return f"{chance}, so the target is not met. These changes would meet it."


def group_title(case: Case, levers: Levers, who: Who) -> str:
    """Return the heading over the levers in the hands of ``who``."""
    name = case.actor(levers.actor).name
    return {
        "self": f"What {name} could change alone",
        "persuade": f"Whom {name} would have to persuade",
        "structure": "What no single actor controls, and ties among others",
    }[who]


def nothing_sentence(levers: Levers, who: Who) -> str:
    """Return that no lever of ``who`` is enough; empty where one is."""
    if levers.of(who):
        return ""
    verb = "lose" if levers.reached else "meet"
    return (
        f"No single change, and no pair that was tried, would {verb} the target within plausible "
        "ranges." + (" Closest:" if any(lever.who == who for lever in levers.closest) else "")
    )


def lever_sentence(case: Case, levers: Levers, lever: Lever) -> str:
    """Return what changes, what that does in the model, and what it costs the actor."""
    moves = "; and ".join(move_words(move) for move in lever.moves)
    return " ".join(
        filter(None, (f"{moves}.", _effect(case, levers, lever), _cost(case, levers, lever)))
    )


def _effect(case: Case, levers: Levers, lever: Lever) -> str:
    """Return what a lever does; of a single run, which has no chances, where it settles."""
    if math.isnan(levers.error) and not levers.summary.together:
        scale = case.issue(levers.summary.subject).scale
        ends = (levers.settlement, lever.settlement)
        before, after = (
            "no agreement" if math.isnan(end) else figure(end, Scale(high=scale.width / 10))
            for end in ends
        )
        unit = f"{NBSP}{scale.unit}" if scale.unit else ""
        return f"In this model a single run would settle at {after}{unit} instead of {before}."
    before, after = percent(levers.chance), percent(lever.chance)
    if before == after:
        effect = f"In this model the chance would stay near {after}"
    else:
        verb = "raise" if lever.effect.value > 0.0 else "lower"
        effect = f"In this model this would {verb} the chance from {before} to {after}"
    if math.isnan(lever.effect.error):
        return f"{effect}."
    return f"{effect} ({_points(lever.effect)})."


def move_words(move: Move) -> str:
    """Return what is moved, from where to where, and how much of its range that is.

    Numbers are medians of what is coded and of what is moved.
    """
    entry = move.movable.input
    scale = Scale(low=move.movable.low, high=move.movable.high)
    unit = f"{NBSP}{entry.unit}" if entry.unit else ""
    before, after = entry.range.middle, move.after.middle
    start = number_text(before) if entry.range.certain else figure(before, scale)
    stop = number_text(after) if move.after.certain and move.share == 1.0 else figure(after, scale)
    size = percent(move.size)
    return f"{entry.label} from {start} to {stop}{unit} ({size} of its plausible range)"


def _points(effect: LeverMove) -> str:
    value = change(effect.value, chance=True)
    error = f"{100 * effect.error:.1f}" if effect.error >= 0.0005 else "under 0.1"
    return f"{value} ± {error} points"


def _cost(case: Case, levers: Levers, lever: Lever) -> str:
    """Return what the lever means for the actor, in its own coded terms."""
    if lever.worth is None:
        return ""
    name = case.actor(levers.actor).name
    amount = f"{abs(lever.worth.value):.1f}"
    error = "" if math.isnan(lever.worth.error) else f" ± {lever.worth.error:.1f}"
    if amount == "0.0":
        sentence = f"{name} would be about as well off by its own coded stances"
    else:
        better = "better" if lever.worth.value > 0.0 else "worse"
        sentence = (
            f"{name} would be {amount}{error}{NBSP}% of a scale {better} off by its own stances"
        )
    if lever.distance is None or math.isnan(lever.distance.value):
        return f"{sentence}."
    issue = case.issue(levers.summary.subject)
    scale = Scale(low=0.0, high=issue.scale.width / 10)
    apart = figure(abs(lever.distance.value), scale)
    if not apart.strip("0."):
        return f"{sentence}, with the settlement as far from its position as before."
    direction = "further from" if lever.distance.value > 0.0 else "nearer to"
    unit = f"{NBSP}{issue.scale.unit}" if issue.scale.unit else ""
    return f"{sentence}, with the settlement {apart}{unit} {direction} its position."
