"""A game as a tree, with how likely each branch is to be taken."""

from typing import Any

import altair as alt

from winset.charts import words
from winset.charts.canvas import EDGE, sheet
from winset.charts.metrics import width_of
from winset.charts.placing import wrapped
from winset.charts.rows import PLACE, TEXT, Row, key_layers, key_rows
from winset.charts.text import shown
from winset.charts.theme import NAME_SIZE, PALETTE, SMALL_SIZE
from winset.charts.view import ChartTable, View
from winset.explain.background import reckoned_with
from winset.explain.figures import percent
from winset.games import Game, PlayedGame, estimate

ROW, KEY, LINE = 44.0, 34.0, 14.0
SIDE, INDENT = 8.0, 22.0  # pixels at either side; of a step of the outline
LAST = 1.45  # columns for the words after the last nodes
BEND = 0.08  # of a column: where a branch has come to its own height
COLOUR = alt.Color("colour:N", scale=None)
WIDTH = alt.StrokeWidth("width:Q", scale=None)
COLUMNS = ("Node", "Player", "Action", "Leads to", "Probability there", "Probability overall")


def game_tree(played: PlayedGame) -> View:
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
                    "colour": colours[node.player], "from": node.id, "to": target,
                }
            )  # fmt: skip
            rows.append((node.id, node.player, name, target, share, overall))
    names = {player: _player(player, actor) for player, actor in game.players.items()}
    dots = [
        {"x": x, "y": y, "name": names[node.player], "colour": colours[node.player],
         "id": node.id}
        for node in game.nodes
        for x, y in [places[node.id]]
    ]  # fmt: skip
    ends = [
        {
            "x": places[end.id][0], "y": places[end.id][1],
            "text": percent(reached[end.id]), "note": shown(end.note or end.id), "id": end.id,
            "payoffs": "; ".join(
                f"{player} {estimate(values).mean:+.2f}"
                for player, values in played.payoffs[end.id].items()
            ),
        }
        for end in game.ends
    ]  # fmt: skip
    colours_of = {names[p]: colour for p, colour in colours.items()}

    def draw(width: float) -> alt.LayerChart:
        drawn = _Tree(branches, dots, ends, colours_of, width)
        return drawn.spread() if drawn.fits else drawn.outline()

    ends_text = "; ".join(
        f"{(end.note or end.id).rstrip('.')}: {percent(reached[end.id])}" for end in game.ends
    )
    return View(
        title=words.tree_title(shown(game.title)),
        caption=words.tree_caption(_expected(played)),
        draw=draw,
        table=ChartTable(columns=COLUMNS, rows=tuple(rows)),
        description=shown(f"{game.title}. How it ends: {ends_text}."),
    )


def _expected(played: PlayedGame) -> list[str]:
    """Return the chances of an agreement that each side expects, in words."""
    return [
        f"{name.replace('_', ' ')} {percent(value.mean)}"
        for name, value in reckoned_with(played).items()
    ]


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


class _Tree:
    """The drawing of a tree: spread out where its words have room, else as an outline.

    Attributes:
        fits: whether every word has room between one column of nodes and the next.
    """

    def __init__(
        self,
        branches: list[Row],
        dots: list[Row],
        ends: list[Row],
        players: dict[str, str],
        width: float,
    ) -> None:
        self._branches, self._dots, self._ends = branches, dots, ends
        self._across = width - 2 * EDGE - 2 * SIDE
        self._key, self._below = key_rows(players, left=0.0, right=self._across, top=8.0)
        self._deepest = max(end["x"] for end in ends)
        self._column = self._across / (self._deepest + 0.05 + LAST)
        room = self._column * (1.0 - BEND) - 16.0
        longest = max((width_of(row["text"], SMALL_SIZE) for row in branches), default=0.0)
        tall = max(len(self._note(end)) for end in ends)
        self.fits = longest <= room and tall <= 2

    def _note(self, end: Row) -> list[str]:
        """Return the lines of an end's note, beside it."""
        return wrapped(end["note"], self._room(end), SMALL_SIZE, most=3)

    def _room(self, end: Row) -> float:
        """Return the pixels from an end to the right edge: nothing else stands beside it."""
        at: float = self._column * (end["x"] + 0.05)
        return self._across + SIDE - at - 10.0

    def spread(self) -> alt.LayerChart:
        """Return the tree with its depth across and its ends evenly down the page."""
        down = self._below - KEY
        x_scale = alt.Scale(domain=[-0.05, self._deepest + LAST], nice=False)

        def x(field: str) -> alt.X:
            return alt.X(f"{field}:Q", scale=x_scale, axis=None)

        across = [
            {**row, "bend": row["x"] + BEND, "y": row["y"] + down, "y2": row["y2"] + down}
            for row in self._branches
        ]
        dots = [{**row, "y": row["y"] + down} for row in self._dots]
        ends = [{**row, "y": row["y"] + down, "note": self._note(row)} for row in self._ends]
        downward = _layer(across).mark_rule(strokeOpacity=0.75)
        along = _layer(across).mark_rule(strokeOpacity=0.75)
        label = _layer(across).mark_text(
            align="left", baseline="bottom", style="small", dx=5, dy=-4
        )
        dot = _layer(dots).mark_point(size=150, filled=True, opacity=1)
        chance = _layer(ends).mark_text(align="left", baseline="bottom", style="heading", dx=8,
                                        dy=-5)  # fmt: skip
        note = _layer(ends).mark_text(align="left", baseline="top", style="small", dx=8, dy=-4,
                                      lineHeight=12)  # fmt: skip
        y2, moves = alt.Y2("y2:Q"), alt.Tooltip("name:N", title="Moves")
        return self._chart(
            [
                downward.encode(x("x"), _y(), x2=alt.X2("bend:Q"), y2=y2, color=COLOUR,
                                strokeWidth=WIDTH),
                along.encode(x("bend"), _y("y2"), x2=alt.X2("x2:Q"), color=COLOUR,
                             strokeWidth=WIDTH, tooltip=_overall()),
                label.encode(x("bend"), _y("y2"), text=TEXT),
                dot.encode(x("x"), _y(), color=COLOUR, tooltip=moves),
                chance.encode(x("x"), _y(), text=TEXT),
                note.encode(x("x"), _y(), text=alt.Text("note:N"), tooltip=_payoffs()),
            ],
            self._below + max(ROW, len(ends) * ROW),
        )  # fmt: skip

    def outline(self) -> alt.LayerChart:
        """Return the tree as an outline: a line a branch, farther in the deeper it is."""
        ends = {end["id"]: end for end in self._ends}
        below: dict[str, list[Row]] = {}
        for branch in self._branches:
            below.setdefault(branch["from"], []).append(branch)
        step = min(INDENT, 0.3 * self._across / max(self._deepest, 1.0))
        stems: list[Row] = []
        words: dict[str, list[Row]] = {"small": [], "heading": [], "note": []}
        nodes: dict[str, Row] = {}
        y = self._below + 8.0

        def write(kind: str, px: float, text: str, *, bold: bool = False, **more: Any) -> None:
            nonlocal y
            size = NAME_SIZE if bold else SMALL_SIZE
            parts = wrapped(text, self._across + SIDE - px, size, bold=bold)
            words[kind].append({"px": px, "y": y, "text": parts, **more})
            y += LINE * len(parts)

        def descend(name: str, depth: int) -> None:
            nonlocal y
            nodes[name] = {"px": depth * step, "y": y}
            y += 14.0
            for branch in below[name]:
                px, middle = depth * step, y
                stem = {"px": px, "px2": px + step, "y": nodes[name]["y"], "y2": middle,
                        "width": 0.6 * branch["width"]}  # fmt: skip
                same = ("colour", "text", "overall")
                stems.append({**stem, **{key: branch[key] for key in same}})
                write("small", px + step + 9.0, branch["text"])
                if branch["to"] in below:
                    y += 2.0
                    descend(branch["to"], depth + 1)
                else:
                    end = ends[branch["to"]]
                    payoffs = {"payoffs": end["payoffs"]}
                    write("heading", px + step + 9.0, end["text"], bold=True)
                    write("note", px + step + 9.0, end["note"], **payoffs)
                    y += 8.0

        descend(self._branches[0]["from"] if self._branches else self._ends[0]["id"], 0)
        dots = [{**row, **nodes[row["id"]]} for row in self._dots]
        place: dict[str, Any] = {"x": PLACE, "x2": {"expr": "datum.px2"}}
        upright = _layer(stems).mark_rule(strokeOpacity=0.75, x=PLACE)
        along = _layer(stems).mark_rule(strokeOpacity=0.75, **place)
        dot = _layer(dots).mark_point(size=110, filled=True, opacity=1, x=PLACE)
        layers = [
            upright.encode(_y(), y2=alt.Y2("y2:Q"), color=COLOUR, strokeWidth=WIDTH),
            along.encode(_y("y2"), color=COLOUR, strokeWidth=WIDTH, tooltip=_overall()),
            dot.encode(_y(), color=COLOUR, tooltip=alt.Tooltip("name:N", title="Moves")),
        ]
        for kind, rows in words.items():
            text = _layer(rows).mark_text(
                align="left", baseline="middle", lineHeight=LINE, x=PLACE,
                style="heading" if kind == "heading" else "small",
            )  # fmt: skip
            tip = {"tooltip": _payoffs()} if kind == "note" else {}
            layers.append(text.encode(_y(), text=TEXT, **tip))
        return self._chart(layers, y)

    def _chart(self, layers: list[Any], down: float) -> alt.LayerChart:
        return sheet(
            [*key_layers(self._key), *layers],
            across=self._across,
            down=down,
            left=EDGE + SIDE,
            right=EDGE + SIDE,
        )


def _y(field: str = "y") -> alt.Y:
    return alt.Y(f"{field}:Q", scale=None, axis=None)


def _layer(rows: list[Row]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=rows))


def _overall() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("text:N", title="Branch"),
        alt.Tooltip("overall:Q", title="Overall", format=".1%"),
    ]


def _payoffs() -> alt.Tooltip:
    return alt.Tooltip("payoffs:N", title="Expected payoffs")
