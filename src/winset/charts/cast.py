"""Who stands in a chart of a batch, and names written apart from one another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
from scipy.optimize import isotonic_regression

from winset.batch import Batch
from winset.case.model import Case
from winset.charts.text import lines, shown, width_of
from winset.charts.theme import NAME_SIZE, NO_PARTY, party_colours
from winset.errors import WinsetError, nearest

KEY_LINE = 18.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """An actor with a stance on an issue.

    Attributes:
        index: on the actor axis of the batch.
        id: of the actor.
        name: fit to be drawn.
        party: name of its party, likewise.
        colour: of its party.
        power: influence × salience, mean over the draws.
    """

    index: int
    id: str
    name: str
    party: str
    colour: str
    power: float


def cast(case: Case, batch: Batch, issue: str) -> list[Player]:
    """Return who takes part in ``issue``, in the order of ``case``.

    Raises:
        WinsetError: when the case has no such issue.
    """
    case.issue(issue)
    k, colours = batch.issues.index(issue), party_colours(case.parties)
    parties = {party.id: shown(party.name or party.id) for party in case.parties}
    power = batch.weight[:, :, k].mean(axis=0)
    return [
        Player(
            index=i,
            id=name,
            name=shown(actor.name),
            party="No party" if actor.party is None else parties[actor.party],
            colour=NO_PARTY if actor.party is None else colours[actor.party],
            power=float(power[i]),
        )
        for i, name in enumerate(batch.actors)
        for actor in [case.actor(name)]
        if batch.present[i, k]
    ]


def one_of(players: Sequence[Player], actor: str) -> Player:
    """Return the player whose id is ``actor``.

    Raises:
        WinsetError: when it takes no part.
    """
    for player in players:
        if player.id == actor:
            return player
    raise WinsetError(
        f"no actor “{actor}” takes part; {nearest(actor, [player.id for player in players])}"
    )


def apart(wanted: Sequence[float], gap: float, *, low: float, high: float) -> list[float]:
    """Return the places nearest to ``wanted`` that are ``gap`` apart or more, in the same order.

    Least squares, by isotonic regression of what is left once the gaps are taken off. Places stay
    from ``low`` to ``high`` unless there is too little room: then they run on past ``high``.

    >>> apart([5.0, 5.0, 40.0], 10.0, low=0.0, high=100.0)
    [0.0, 10.0, 40.0]
    """
    if not len(wanted):
        return []
    order = np.argsort(wanted, kind="stable")
    steps = gap * np.arange(len(wanted))
    free = isotonic_regression(np.asarray(wanted, float)[order] - steps).x
    places = np.empty(len(wanted))
    places[order] = np.clip(free, low, max(low, high - steps[-1])) + steps
    return [float(place) for place in places]


def brief(names: Sequence[str], most: int) -> list[str]:
    """Return ``names`` in at most ``most`` characters, still told apart where that can be done.

    >>> brief(["Ministry of Finance", "Ministry of Trade", "Iran"], 12)
    ['Minist…nance', 'Minist…Trade', 'Iran']
    """
    said = [" ".join(shown(name).split()) for name in names]
    cut = [name if len(name) <= most else f"{name[: most - 1].rstrip()}…" for name in said]
    tail = most // 2 - 1
    return [
        f"{name[: most - tail - 1].rstrip()}…{name[-tail:].lstrip()}"
        if len(name) > most and cut.count(short) > 1
        else short
        for name, short in zip(said, cut, strict=True)
    ]


def party_key(players: Sequence[Player], *, across: float) -> tuple[list[Any], float]:
    """Return layers that say whose colour is whose within ``across`` pixels, and their height.

    Nothing where all are of one party.
    """
    rows: list[dict[str, Any]] = []
    at = y = 6.0
    for name, colour in {player.party: player.colour for player in players}.items():
        said = lines(name, 60, most=1)[0]
        wide = width_of(said, NAME_SIZE) + 34
        if rows and at + wide > across:
            at, y = 6.0, y + KEY_LINE
        rows.append({"px": at, "y": y, "text": said, "colour": colour})
        at += wide
    if len(rows) < 2:
        return [], 0.0
    data, place = alt.InlineData(values=rows), {"expr": "datum.px"}
    down = alt.Y("y:Q", scale=None, axis=None)
    filled = alt.Color("colour:N", scale=None)
    dot = alt.Chart(data).mark_point(filled=True, size=90, opacity=1, x=place)
    text = alt.Chart(data).mark_text(align="left", baseline="middle", style="name", x=place, dx=9)
    return [dot.encode(down, color=filled), text.encode(down, text="text:N")], y + KEY_LINE
