"""What an actor, or others for it, could change to reach a goal, and what that costs the actor."""

import math
from dataclasses import dataclass, replace

from winset.case.model import Case
from winset.charts.intervals import Interval, intervals
from winset.charts.text import shown as visible
from winset.charts.view import View
from winset.explain.figures import percent
from winset.explain.levers import (
    ORDER,
    Lever,
    Levers,
    Who,
    find_levers,
    headline,
    lever_sentence,
    read_goal,
    standing,
)
from winset.explain.levers.words import group_title, move_words, nothing_sentence
from winset.models import make_model
from winset.web.views.driving import goals
from winset.web.views.kind import (
    Field,
    Progress,
    Subject,
    ViewKind,
    actor_field,
    model_field,
    provenance_of,
    sampling_fields,
    scenario_field,
    settled,
)
from winset.web.views.query import ViewQuery
from winset.web.views.result import ViewPart, ViewResult, pictured, rows_table

DRAWS, MOST = 256, 2_048
FORESEEN = 400  # runs of the case that a search takes, about
COLUMNS = ("Who can move it", "Change", "Chance", "Effect on the chance", "Error",
           "Reaches", "Size", "Worth to the actor", "Error of worth", "Settlement",
           "Falls short")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One lever for a reader."""

    moves: tuple[str, ...]
    chance: str
    effect: str
    words: str
    reaches: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LeverGroup:
    """The levers in the hands of somebody."""

    title: str
    nothing: str
    cards: tuple[Card, ...]


def settle(subject: Subject, query: ViewQuery) -> ViewQuery:
    """Return ``query`` with the goal checked."""
    settled_query = settled(subject.case, query, draws=DRAWS, most=MOST)
    if query.goal:
        goal = read_goal(subject.case, query.goal, issue=query.issue or None)
        settled_query = replace(settled_query, goal=str(goal), issue="")
    return settled_query


def missing(subject: Subject, query: ViewQuery) -> str:  # noqa: ARG001
    """Return what must be said still."""
    if query.actor and query.goal:
        return ""
    return "Choose an actor and a goal."


def fields(subject: Subject, query: ViewQuery) -> tuple[Field, ...]:
    """Return the fields of the form."""
    case = subject.case
    return (
        actor_field(case, "For whom", none="" if query.actor else "choose …"),
        Field(name="goal", label="Goal", kind="text",
              choices=goals(case, bounded=True), hint="choose or write one",
              note="agreement(ISSUE), settlement(ISSUE) >= 60, <= 60, between 40 and 60, or a "
                   "question"),
        Field(name="reach", label="Chance that is enough", kind="number", least=0.05, most=1,
              step=0.05),
        model_field(query),
        scenario_field(case),
        Field(name="beyond", label="Beyond the coded ranges, % of scale", kind="number", least=0,
              most=100, step=1, fine=True, note="Above 0, numbers coded as certain can move too."),
        *sampling_fields(MOST),
    )  # fmt: skip


def make(subject: Subject, query: ViewQuery, progress: Progress) -> ViewResult:
    """Return the smallest changes after which the goal is reached."""
    case = subject.case
    levers = find_levers(
        case,
        make_model(query.model),
        actor=query.actor,
        goal=query.goal,
        reach=query.reach,
        beyond=query.beyond / 100.0,
        draws=query.draws,
        seed=query.seed,
        scenario=query.scenario,
        # The number of runs is not known: the bar nears its end and never reaches it.
        progress=lambda solved: progress(1.0 - math.exp(-solved / (FORESEEN * query.draws))),
    )
    hands = tuple(_hands(case, levers, who) for who in ORDER)
    listed = [*levers.levers, *levers.closest]
    parts: tuple[ViewPart, ...] = (_table(levers, listed),)
    if listed and not math.isnan(levers.error):
        parts = (pictured("chances", _view(case, levers, listed)), *parts)
    return ViewResult(
        sentences=(headline(case, levers), standing(levers)),
        parts=parts,
        provenance={
            **provenance_of(
                subject, query, "model", "scenario", "actor", "goal", "reach", "beyond", "seed"
            ),
            "draws": levers.draws,
            "solved": levers.solved,
        },
        result=levers,
        more={"hands": hands},
    )


def _hands(case: Case, levers: Levers, who: Who) -> LeverGroup:
    cards = [*levers.of(who), *(lever for lever in levers.closest if lever.who == who)]
    return LeverGroup(
        title=group_title(case, levers, who),
        nothing=nothing_sentence(levers, who),
        cards=tuple(_card(case, levers, lever) for lever in cards),
    )


def _card(case: Case, levers: Levers, lever: Lever) -> Card:
    words = lever_sentence(case, levers, lever)
    moves = tuple(move_words(move) for move in lever.moves)
    remark = words.removeprefix("; and ".join(moves) + ".").strip()
    return Card(
        moves=moves,
        chance=percent(lever.chance),
        effect="" if math.isnan(levers.error) else f"from {percent(levers.chance)}",
        words=remark,
        reaches=lever.reaches,
    )


def _table(levers: Levers, listed: list[Lever]) -> ViewPart:
    rows = [
        (
            {"self": "its own", "persuade": "persuade", "structure": "no single actor"}[lever.who],
            "; and ".join(move_words(move) for move in lever.moves),
            lever.chance, lever.effect.value, lever.effect.error,
            "yes" if lever.reaches else "no", lever.size,
            lever.worth.value if lever.worth else None, lever.worth.error if lever.worth else None,
            lever.settlement, "yes" if lever in levers.closest else "no",
        )
        for lever in listed
    ]  # fmt: skip
    return ViewPart(
        id="levers",
        title="Every lever",
        caption="Size: the moved shares of the plausible ranges, added up. Worth: change in "
        "the actor's own expected worth, per cent of a scale. Errors are Monte Carlo standard "
        "errors, draws paired.",
        table=rows_table(COLUMNS, rows),
        folded=True,
    )


def _view(case: Case, levers: Levers, listed: list[Lever]) -> View:
    rows = [
        Interval(
            name="; and ".join(move.movable.input.label for move in lever.moves),
            value=lever.chance,
            low=max(lever.chance - 2 * lever.effect.error, 0.0),
            high=min(lever.chance + 2 * lever.effect.error, 1.0),
            text=percent(lever.chance),
            before=levers.chance,
            faint=not lever.reaches,
        )
        for lever in listed
    ]
    goal = visible(levers.summary.words(case))
    return View(
        title=f"What each lever does to the {goal}",
        caption=(
            "Dots are chances after the change, bars two Monte Carlo errors either way, circles "
            "the chance as coded. Pale: the closest change, which still falls short."
        ),
        draw=intervals(
            rows,
            low=0.0,
            high=1.0,
            unit="chance in the model",
            guides={f"counts as {'lost' if levers.reached else 'reached'}": levers.reach},
        ),
        table=rows_table(
            ("Lever", "Chance", "Low", "High", "As coded"),
            [(row.name, row.value, row.low, row.high, row.before) for row in rows],
        ),
        description=visible(
            f"The {goal} after each change, as coded {percent(levers.chance)}: "
            + "; ".join(f"{row.name} {row.text}" for row in rows)
            + "."
        ),
    )


KIND = ViewKind(
    name="levers",
    title="Levers",
    explains="The smallest changes that would reach a goal, who would have to make them, and what "
    "they cost.",
    takes=("actor", "goal", "reach", "model", "scenario", "beyond", "issue", "draws", "seed"),
    rank=45,
    make=make,
    settle=settle,
    fields=fields,
    missing=missing,
    draws=DRAWS,
    template="view_levers.html.j2",
)
