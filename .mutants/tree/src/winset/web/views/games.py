"""A game of the case: who moves where, how likely each move is, what the players reckon with."""

from dataclasses import replace

import numpy as np

from winset.charts.intervals import Interval, intervals
from winset.charts.text import shown as visible
from winset.charts.tree import game_tree
from winset.charts.view import View
from winset.errors import WinsetError, nearest
from winset.explain.background import reckoned_with
from winset.explain.figures import percent
from winset.games import PlayedGame, estimate, games_of, play
from winset.models import full_model, make_model
from winset.models.defaults import DRAWS
from winset.web.views.kind import (
    Choice,
    Field,
    Progress,
    Subject,
    ViewKind,
    model_field,
    provenance_of,
    sampling_fields,
    scenario_field,
    settled,
)
from winset.web.views.query import ViewQuery
from winset.web.views.result import ViewPart, ViewResult, pictured, rows_table

MOST = 20_000
NONE = "This case has no game yet. Write one in its folder, as games/NAME.yaml."
CHANCES = ("Action", "Players", "Chance", "Monte Carlo error", "10 %", "90 %")


def settle(subject: Subject, query: ViewQuery) -> ViewQuery:
    """Return ``query`` with one of the case's games."""
    settled_query = settled(
        subject.case, query, model=query.model or full_model().name, draws=DRAWS, most=MOST
    )
    names = [game.name for game in games_of(subject.case)]
    if query.game and query.game not in names:
        raise WinsetError(f"no game “{query.game}” in this case; {nearest(query.game, names)}")
    return replace(settled_query, game=query.game or (names[0] if names else ""))


def missing(subject: Subject, query: ViewQuery) -> str:  # noqa: ARG001
    """Return that there is no game, if so."""
    return "" if games_of(subject.case) else NONE


def fields(subject: Subject, query: ViewQuery) -> tuple[Field, ...]:
    """Return the fields of the form."""
    games = games_of(subject.case)
    if not games:
        return ()
    return (
        Field(name="game", label="Game",
              choices=tuple(Choice(value=game.name, label=game.title) for game in games)),
        scenario_field(subject.case),
        replace(model_field(query), label="Model behind an agreement"),
        *sampling_fields(MOST),
    )  # fmt: skip


def make(subject: Subject, query: ViewQuery, progress: Progress) -> ViewResult:
    """Return one game, played in every draw."""
    played = play(
        subject.case,
        query.game,
        draws=query.draws,
        seed=query.seed,
        scenario=query.scenario,
        model=make_model(query.model),
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
        provenance={
            **provenance_of(subject, query, "scenario", "draws", "seed"),
            "game": played.game.name,
            "model": played.made.model,
        },
    )


def _ends(played: PlayedGame) -> ViewPart:
    rows = []
    for end in played.game.ends:
        values = played.reached[end.id]
        share = estimate(values)
        low, high = (float(v) for v in np.quantile(values, [0.1, 0.9]))
        rows.append((end.note or end.id, share.mean, share.error, low, high))
    return ViewPart(
        id="ends",
        title="How it ends",
        caption="The chance of each ending. They add up to 1.",
        table=rows_table(("End", "Chance", "Monte Carlo error", "10 %", "90 %"), rows),
    )


def _chances(played: PlayedGame) -> View:
    rows, drawn, sentences = [], [], []
    for action in played.game.actions:
        values = played.chance(action)
        share = estimate(values)
        low, high = (float(v) for v in np.quantile(values, [0.1, 0.9]))
        who = ", ".join(
            dict.fromkeys(node.player for node in played.game.nodes if action in node.actions)
        )
        name = action.replace("_", " ")
        rows.append((name, who, share.mean, share.error, low, high))
        text = percent(share.mean)
        drawn.append(Interval(name=name, value=share.mean, low=low, high=high, text=text))
        sentences.append(f"{name} {text}")
    title = visible(played.game.title)
    return View(
        title=f"How likely each move is: {title}",
        caption=(
            "Dots are the chances that a move is played at all. They do not add up to 1. "
            f"Bars hold the middle 80 % of {played.draws:,} draws."
        ),
        draw=intervals(drawn, low=0.0, high=1.0, unit="chance that it is played"),
        table=rows_table(CHANCES, rows),
        description=visible(f"Chances of the moves in {title}: {'; '.join(sentences)}."),
    )


def _reckoned(played: PlayedGame) -> ViewPart:
    beliefs = reckoned_with(played)
    formulas = {
        name: formula for name, formula in played.game.quantities.items() if name in beliefs
    }
    return ViewPart(
        id="reckoned",
        title="What each side expects",
        caption=(
            "Chances of an agreement that the game's formulas take from the model, each for the "
            "point of the game at which it is used."
            if beliefs
            else "No formula of this game asks for the chance of an agreement."
        ),
        table=rows_table(
            ("Quantity", "Formula", "Mean", "Monte Carlo error"),
            [
                (name, formulas[name].expression.text, value.mean, value.error)
                for name, value in beliefs.items()
            ],
        ),
    )


def _expected(subject: Subject, played: PlayedGame) -> ViewPart:
    names = {actor.id: actor.name for actor in subject.case.actors}
    rows = []
    for player, values in played.expected.items():
        mean = estimate(values)
        low, high = (float(v) for v in np.quantile(values, [0.1, 0.9]))
        actor = played.game.players[player]
        rows.append((player, names.get(actor, actor), mean.mean, mean.error, low, high))
    return ViewPart(
        id="payoffs",
        title="What each player can expect",
        caption="Expected payoff at the start, in the game's own units.",
        table=rows_table(("Player", "Actor", "Mean", "Monte Carlo error", "10 %", "90 %"), rows),
    )


KIND = ViewKind(
    name="games",
    title="Games",
    explains="Who moves when in a game of the case, how likely each move is, and what each side "
    "expects.",
    takes=("game", "scenario", "model", "draws", "seed"),
    rank=30,
    make=make,
    settle=settle,
    fields=fields,
    missing=missing,
    draws=DRAWS,
)
