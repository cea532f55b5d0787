"""The actors in a chart of a batch, and names short enough to fit and still distinct."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from winset.case.model import Case
from winset.charts.metrics import width_of
from winset.charts.placing import fitted
from winset.charts.rows import key_layers, key_rows
from winset.charts.text import shown
from winset.charts.theme import NO_PARTY, party_colours
from winset.errors import WinsetError, nearest
from winset.models.batch import Batch


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
    """Return the actors with a stance on ``issue``, in the order of ``case``.

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


def brief(names: Sequence[str], most: int) -> list[str]:
    """Return ``names`` in at most ``most`` characters, still distinct where possible.

    >>> brief(["Ministry of Finance", "Ministry of Trade", "Iran"], 12)
    ['Minist…nance', 'Minist…Trade', 'Iran']
    """
    clean = [" ".join(shown(name).split()) for name in names]
    cut = [name if len(name) <= most else f"{name[: most - 1].rstrip()}…" for name in clean]
    tail = most // 2 - 1
    return [
        f"{name[: most - tail - 1].rstrip()}…{name[-tail:].lstrip()}"
        if len(name) > most and cut.count(short) > 1
        else short
        for name, short in zip(clean, cut, strict=True)
    ]


def names_within(names: Sequence[str], wide: float, size: float) -> list[str]:
    """Return ``names`` in at most ``wide`` pixels each, still distinct where possible."""
    for most in range(60, 4, -1):
        shorts = brief(names, most)
        if all(width_of(short, size) <= wide for short in shorts):
            return shorts
    return [fitted(short, wide, size) for short in brief(names, 5)]


def party_key(players: Sequence[Player], *, right: float) -> tuple[list[Any], float]:
    """Return layers that name the party of each colour, from 0 to ``right``, and their height.

    Nothing where all are of one party.
    """
    colours = {player.party: player.colour for player in players}
    if len(colours) < 2:
        return [], 0.0
    rows, height = key_rows(colours, left=6.0, right=right, top=6.0)
    return key_layers(rows), height
