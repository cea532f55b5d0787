"""A game as a tree, with how likely each branch is to be taken."""

from typing import Any

import altair as alt

from winset.answers import percent
from winset.charts.text import lines, shown, width_of
from winset.charts.theme import NAME_SIZE, PALETTE
from winset.charts.view import Table, View
from winset.findings import reckoned_with
from winset.moves import Game, Played, estimate

ROW, KEY = 44.0, 34.0
BEND = 0.08  # of a column: where a branch has come to its own height
COLUMNS = ("Node", "Player", "Action", "Leads to", "Probability there", "Probability overall")


def game_tree(played: Played) -> View:
    """Return the tree of a game: who moves where, and the mean probability of every action.

    The thicker a branch, the likelier it is; an end shows how likely it is overall.
    """
    game = played.game
    places = _places(game)
    colours = {player: PALETTE[k % len(PALETTE)] for k, player in enumerate(game.players)}
    reached = {name: estimate(values).mean for name, values in played.reached.items()}
    branches, rows = [], []
    for node in game.nodes:
        for action, target in node.actions.items():
            share = estimate(played.strategy[node.id][action]).mean
            overall = estimate(played.reached[node.id] * played.strategy[node.id][action]).mean
            (x, y), (x2, y2) = places[node.id], places[target]
            name = shown(action.replace("_", " "))
            branches.append(
                {
                    "x": x, "y": y, "x2": x2, "y2": y2, "width": 1.2 + 10.0 * overall,
                    "text": f"{name}  {percent(share)}", "overall": overall,
                    "colour": colours[node.player],
                }
            )  # fmt: skip
            rows.append((node.id, node.player, name, target, share, overall))
    names = {player: _player(player, actor) for player, actor in game.players.items()}
    dots = [
        {"x": x, "y": y, "name": names[node.player], "colour": colours[node.player]}
        for node in game.nodes
        for x, y in [places[node.id]]
    ]
    ends = [
        {
            "x": places[end.id][0], "y": places[end.id][1],
            "text": percent(reached[end.id]), "note": lines(end.note or end.id, 36, most=2),
            "payoffs": "; ".join(
                f"{player} {estimate(values).mean:+.2f}"
                for player, values in played.payoffs[end.id].items()
            ),
        }
        for end in game.ends
    ]  # fmt: skip
    said = "; ".join(
        f"{(end.note or end.id).rstrip('.')}: {percent(reached[end.id])}" for end in game.ends
    )
    return View(
        title=f"What will be played: {shown(game.title)}",
        caption=(
            "Quantal response equilibrium, means over draws. Beside each branch: how likely its "
            "player takes it there. The thicker a branch, the likelier it is; the chances of the "
            "ends add up to 1. Colours are players'." + _reckoned(played)
        ),
        chart=_chart(branches, dots, ends, {names[p]: colour for p, colour in colours.items()}),
        table=Table(columns=COLUMNS, rows=tuple(rows)),
        description=shown(f"{game.title}. How it ends: {said}."),
    )


def _reckoned(played: Played) -> str:
    chances = [
        f"{name.replace('_', ' ')} {percent(value.mean)}"
        for name, value in reckoned_with(played).items()
    ]
    return f" Chance of an agreement: {', '.join(chances)}." if chances else ""


def _player(player: str, actor: str) -> str:
    return shown(player if player == actor else f"{player} ({actor})")


def _places(game: Game) -> dict[str, tuple[float, float]]:
    """Return where each node and end stands: depth across, leaves evenly down the page."""
    actions = {node.id: list(node.actions.values()) for node in game.nodes}
    places: dict[str, tuple[float, float]] = {}
    leaves = 0

    def place(name: str, depth: int) -> float:
        nonlocal leaves
        if name not in actions:
            y = KEY + (leaves + 0.5) * ROW
            leaves += 1
        else:
            inner = [place(target, depth + 1) for target in actions[name]]
            y = (inner[0] + inner[-1]) / 2
        places[name] = (float(depth), y)
        return y

    place(game.start, 0)
    return places


def _chart(
    branches: list[dict[str, Any]],
    dots: list[dict[str, Any]],
    ends: list[dict[str, Any]],
    players: dict[str, str],
) -> alt.LayerChart:
    deepest = max(end["x"] for end in ends)
    x_scale = alt.Scale(domain=[-0.05, deepest + 1.45], nice=False)
    at, key = 8.0, []
    for name, player_colour in players.items():
        key.append({"px": at, "name": name, "colour": player_colour})
        at += width_of(name, NAME_SIZE) + 36

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", scale=x_scale, axis=None)

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", scale=None, axis=None)

    def layer(rows: list[dict[str, Any]]) -> alt.Chart:
        return alt.Chart(alt.InlineData(values=rows))

    colour = alt.Color("colour:N", scale=None)
    across = [{**row, "bend": row["x"] + BEND} for row in branches]
    tip = [
        alt.Tooltip("text:N", title="Branch"),
        alt.Tooltip("overall:Q", title="Overall", format=".1%"),
    ]
    width = alt.StrokeWidth("width:Q", scale=None)
    down = layer(across).mark_rule(strokeOpacity=0.75)
    along = layer(across).mark_rule(strokeOpacity=0.75)
    label = layer(across).mark_text(align="left", baseline="bottom", style="small", dx=5, dy=-4)
    dot = layer(dots).mark_point(size=150, filled=True, opacity=1)
    place, top = {"expr": "datum.px"}, alt.value(8)
    swatch = layer(key).mark_point(size=90, filled=True, opacity=1, x=place)
    who = layer(key).mark_text(align="left", baseline="middle", style="name", x=place, dx=9)
    chance = layer(ends).mark_text(align="left", baseline="bottom", style="heading", dx=8, dy=-5)
    note = layer(ends).mark_text(align="left", baseline="top", style="small", dx=8, dy=-4,
                                 lineHeight=12)  # fmt: skip
    return alt.LayerChart(
        layer=[
            down.encode(x("x"), y("y"), x2=alt.X2("bend:Q"), y2=alt.Y2("y2:Q"), color=colour,
                        strokeWidth=width),
            along.encode(x("bend"), y("y2"), x2=alt.X2("x2:Q"), color=colour, strokeWidth=width,
                         tooltip=tip),
            label.encode(x("bend"), y("y2"), text=alt.Text("text:N")),
            dot.encode(x("x"), y("y"), color=colour, tooltip=alt.Tooltip("name:N", title="Moves")),
            swatch.encode(y=top, color=colour),
            who.encode(y=top, text=alt.Text("name:N")),
            chance.encode(x("x"), y("y"), text=alt.Text("text:N")),
            note.encode(x("x"), y("y"), text=alt.Text("note:N"),
                        tooltip=alt.Tooltip("payoffs:N", title="Expected payoffs")),
        ],
        width=660,
        height=KEY + max(ROW, len(ends) * ROW),
    )  # fmt: skip
