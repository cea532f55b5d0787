"""A game of the case: who moves where, how likely each move is, what the players reckon with."""

from dataclasses import replace

import numpy as np

from winset.charts.intervals import Interval, intervals
from winset.charts.text import shown as visible
from winset.charts.tree import game_tree
from winset.charts.view import View
from winset.errors import WinsetError, nearest
from winset.explain.answers import percent
from winset.explain.background import reckoned_with
from winset.games import PlayedGame, estimate, games_of, play
from winset.models import full_model, make_model
from winset.models.defaults import DRAWS
from winset.web.views.kind import (
    Choice,
    Field,
    Progress,
    Subject,
    ViewKind,
    luck_fields,
    made_of,
    model_field,
    scenario_field,
    settled,
)
from winset.web.views.query import ViewQuery
from winset.web.views.result import ViewPart, ViewResult, pictured, rows_table

MOST = 20_000
NONE = "This case has no game: write one into its folder, games/NAME.yaml."
CHANCES = ("Action", "Players", "Chance", "Monte Carlo error", "10 %", "90 %")


def settle(subject: Subject, asked: ViewQuery) -> ViewQuery:
    """Return ``asked`` with one of the case's games."""
    found = settled(
        subject.case, asked, model=asked.model or full_model().name, draws=DRAWS, most=MOST
    )
    names = [game.name for game in games_of(subject.case)]
    if asked.game and asked.game not in names:
        raise WinsetError(f"no game “{asked.game}” in this case; {nearest(asked.game, names)}")
    return replace(found, game=asked.game or (names[0] if names else ""))


def missing(subject: Subject, asked: ViewQuery) -> str:  # noqa: ARG001
    """Return that there is no game, if so."""
    return "" if games_of(subject.case) else NONE


def fields(subject: Subject, asked: ViewQuery) -> tuple[Field, ...]:
    """Return the fields of the form."""
    games = games_of(subject.case)
    if not games:
        return ()
    return (
        Field(name="game", label="Game",
              choices=tuple(Choice(value=game.name, label=game.title) for game in games)),
        scenario_field(subject.case),
        replace(model_field(asked), label="Model behind an agreement"),
        *luck_fields(MOST),
    )  # fmt: skip


def make(subject: Subject, asked: ViewQuery, progress: Progress) -> ViewResult:
    """Return one game, played in every draw."""
    played = play(
        subject.case,
        asked.game,
        draws=asked.draws,
        seed=asked.seed,
        scenario=asked.scenario,
        model=make_model(asked.model),
    )
    progress(0.8)
    return ViewResult(
        sentences=(played.game.note,) if played.game.note else (),
        parts=(
            pictured("tree", game_tree(played)),
            _ends(played),
            pictured("chances", _chances(played)),
            _reckoned(played),
            _expected(subject, played),
        ),
        made={**made_of(subject, asked, "scenario", "draws", "seed"), "game": played.game.name,
              "model": played.made.model},
    )  # fmt: skip


def _ends(played: PlayedGame) -> ViewPart:
    rows = []
    for end in played.game.ends:
        values = played.reached[end.id]
        found = estimate(values)
        low, high = (float(v) for v in np.quantile(values, [0.1, 0.9]))
        rows.append((end.note or end.id, found.mean, found.error, low, high))
    return ViewPart(
        id="ends",
        title="How it ends",
        caption="Each way the game may end, in chances that add up to 1.",
        table=rows_table(("End", "Chance", "Monte Carlo error", "10 %", "90 %"), rows),
    )


def _chances(played: PlayedGame) -> View:
    rows, drawn, said = [], [], []
    for action in played.game.actions:
        values = played.chance(action)
        found = estimate(values)
        low, high = (float(v) for v in np.quantile(values, [0.1, 0.9]))
        who = ", ".join(
            dict.fromkeys(node.player for node in played.game.nodes if action in node.actions)
        )
        name = action.replace("_", " ")
        rows.append((name, who, found.mean, found.error, low, high))
        text = percent(found.mean)
        drawn.append(Interval(name=name, value=found.mean, low=low, high=high, text=text))
        said.append(f"{name} {text}")
    title = visible(played.game.title)
    return View(
        title=f"How likely each move is: {title}",
        caption=(
            "Dots are chances that a move is played at all, whatever the end; they do not add up "
            f"to 1. Bars hold the middle 80 % of {played.draws:,} draws."
        ),
        draw=intervals(drawn, low=0.0, high=1.0, unit="chance that it is played"),
        table=rows_table(CHANCES, rows),
        description=visible(f"Chances of the moves in {title}: {'; '.join(said)}."),
    )


def _reckoned(played: PlayedGame) -> ViewPart:
    found = reckoned_with(played)
    formulas = {name: formula for name, formula in played.game.quantities.items() if name in found}
    return ViewPart(
        id="reckoned",
        title="What each side expects",
        caption=(
            "Chances of an agreement that the game's formulas ask the model for, each as it would "
            "be if the play came there."
            if found
            else "No formula of this game asks for the chance of an agreement."
        ),
        table=rows_table(
            ("Quantity", "Formula", "Mean", "Monte Carlo error"),
            [
                (name, formulas[name].expression.text, value.mean, value.error)
                for name, value in found.items()
            ],
        ),
    )


def _expected(subject: Subject, played: PlayedGame) -> ViewPart:
    names = {actor.id: actor.name for actor in subject.case.actors}
    rows = []
    for player, values in played.expected.items():
        found = estimate(values)
        low, high = (float(v) for v in np.quantile(values, [0.1, 0.9]))
        actor = played.game.players[player]
        rows.append((player, names.get(actor, actor), found.mean, found.error, low, high))
    return ViewPart(
        id="payoffs",
        title="What each player can expect",
        caption="Expected payoff at the start, in the game's own units.",
        table=rows_table(("Player", "Actor", "Mean", "Monte Carlo error", "10 %", "90 %"), rows),
    )


KIND = ViewKind(
    name="games",
    title="Games",
    explains="Who moves where in a game of the case, how likely each move is, and what the players "
    "reckon with.",
    takes=("game", "scenario", "model", "draws", "seed"),
    make=make,
    settle=settle,
    fields=fields,
    missing=missing,
    draws=DRAWS,
)
