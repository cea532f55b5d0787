"""Trajectories: where every actor goes, round by round, and the forecast with them."""

import math
from typing import Any

import altair as alt
import numpy as np

from winset.case.model import Case
from winset.case.parts import Issue, Scale
from winset.charts import words
from winset.charts.canvas import EDGE, sheet
from winset.charts.cast import Player, cast, names_within, one_of, party_key
from winset.charts.metrics import width_of
from winset.charts.placing import apart, fitted
from winset.charts.rows import MOST_GUTTER, SHARE, Row
from winset.charts.text import shown
from winset.charts.theme import NAME_SIZE, SMALL_SIZE
from winset.charts.view import ChartTable, View
from winset.explain.figures import figure, percent
from winset.models.base import FloatArray, Rounds
from winset.models.batch import Batch

LANE, LEAST_HEIGHT = 15.0, 260.0
THIN, THICK = 1.1, 6.0  # of a line, pixels
BEND = 5e-4  # share of the scale: what bends less is drawn straight
DOTS = 400  # moves that can be pointed at; the smaller ones beyond are in the table
ENDED = 0.95  # a fan goes on until this share of the draws has ended
BANDS = ((0.1, 0.9, 0.16), (0.25, 0.75, 0.26))
COLUMNS = ("Actor", "Party", "Influence × salience")
SETTLEMENT = "Forecast"


def trajectories(
    rounds: Rounds, issue: str, *, case: Case, batch: Batch, model: str, draw: int = 0
) -> View:
    """Return where every actor goes in one draw, round by round, and the forecast with them.

    Args:
        rounds: what the model's ``trace`` returned of ``batch``.
        issue: id of the issue.
        case: what the batch was made of.
        batch: what was traced.
        model: what the model is called in the title.
        draw: index of the draw.

    Raises:
        WinsetError: when the case has no such issue.
    """
    entry, players = case.issue(issue), cast(case, batch, issue)
    k = batch.issues.index(issue)
    last = int(rounds.rounds[draw, k])
    path = batch.in_units(rounds.position)[draw, : last + 1, :, k]
    by = rounds.moved_by[draw, : last + 1, :, k]
    settled = batch.in_units(rounds.settlement)[draw, : last + 1, k]
    moves = [
        {
            "actor": player, "x": t, "to": float(path[t, i]), "from": float(path[t - 1, i]),
            "by": int(by[t, i]),
        }
        for player in players
        for i in [player.index]
        for t in range(1, last + 1)
        if by[t, i] >= 0
    ]  # fmt: skip
    converged = bool(rounds.converged[draw, k])
    description = _described(entry, players, path, settled, model)

    def drawn(width: float) -> alt.LayerChart:
        panel = _Panel(entry, players, last, len(players) + 1, width)
        panel.lines(players, path)
        panel.moves(moves)
        panel.settlement(settled)
        panel.names(players, path, float(settled[-1]))
        return panel.chart(description)

    return View(
        title=words.trajectories_title(shown(model), shown(entry.title)),
        caption=words.trajectories_caption(last, len(moves), settled=converged, dots=DOTS),
        draw=drawn,
        table=_table(players, path, moves, settled),
        description=description,
    )


def fan(rounds: Rounds, issue: str, actor: str, *, case: Case, batch: Batch, model: str) -> View:
    """Return where ``actor`` may go, round by round: bands over all draws of ``batch``.

    A draw that ends early stays where it ended. Arguments as for `trajectories`.

    Raises:
        WinsetError: when the case has no such issue, or the actor takes no part in it.
    """
    entry, k = case.issue(issue), batch.issues.index(issue)
    player = one_of(cast(case, batch, issue), actor)
    last = int(np.quantile(rounds.rounds[:, k], ENDED, method="inverted_cdf"))
    rounds_drawn = slice(0, last + 1)
    shares = (0.1, 0.25, 0.5, 0.75, 0.9)
    own = batch.in_units(rounds.position)[:, rounds_drawn, player.index, k]
    bands = np.quantile(own, shares, axis=0)
    settled = np.nanmedian(batch.in_units(rounds.settlement)[:, rounds_drawn, k], axis=0)
    middle = np.repeat(bands[2][:, None], player.index + 1, axis=1)
    low, half, high = (figure(float(bands[j, -1]), entry.scale) for j in (0, 2, 4))
    draws = f"{batch.draws:,} draws" if batch.draws > 1 else "1 draw"
    description = shown(
        f"{player.name} on {entry.title} by “{model}”: after {last} rounds at {half}, 80 % from "
        f"{low} to {high}, over {draws}."
    )

    def draw(width: float) -> alt.LayerChart:
        panel = _Panel(entry, [player], last, 2, width)
        panel.bands(player, dict(zip(shares, bands, strict=True)))
        panel.settlement(settled)
        panel.lines([player], middle, width=2.4)
        panel.names([player], middle, float(settled[-1]))
        return panel.chart(description)

    return View(
        title=words.fan_title(player.name, shown(model), issue=shown(entry.title)),
        caption=words.fan_caption(draws, percent(ENDED)),
        draw=draw,
        table=ChartTable(
            columns=("Round", "10 %", "25 %", "Median", "75 %", "90 %", "Median forecast"),
            rows=tuple(
                (str(t), *(float(value) for value in bands[:, t]), float(settled[t]))
                for t in range(last + 1)
            ),
        ),
        description=description,
    )


class _Panel:
    """Layers over rounds across and the scale of one issue down, in pixels."""

    def __init__(
        self, issue: Issue, players: list[Player], last: int, lanes: int, width: float
    ) -> None:
        self._issue, self._last = issue, max(last, 1)
        self._players, self._powers = players, [player.power for player in players]
        self._height = max(LEAST_HEIGHT, lanes * LANE)
        self._room = min(MOST_GUTTER, SHARE * width)
        self._names = names_within([player.name for player in players], self._room, NAME_SIZE)
        numbers = [figure(at, issue.scale) for at in _quarters(issue.scale)]
        low = max(width_of(text, NAME_SIZE) for text in [*numbers, "round"])
        # The forecast's words are bold.
        names = [width_of(name, NAME_SIZE) for name in self._names]
        names.append(width_of(f"{SETTLEMENT} {max(numbers, key=len)}", NAME_SIZE, bold=True) + 8.0)
        self._left, self._right = low + 10.0, max(names) + 30.0
        self._across = width - 2 * EDGE - self._left - self._right
        key, height = party_key(players, right=self._across + self._right)
        self._top = height + 20.0  # the unit stands above the panel
        self._bottom = 0.0
        self._layers: list[Any] = []
        self._scale(issue.scale)
        self._layers += key
        self._rounds(last)

    def down(self, value: float) -> float:
        """Return the pixels from the top of ``value``, in the issue's units."""
        scale = self._issue.scale
        return round(self._top + self._height * (scale.high - value) / scale.width, 2)

    def x(self, field: str = "x") -> alt.X:
        scale = alt.Scale(domain=[0, self._last], nice=False)
        return alt.X(f"{field}:Q", scale=scale, axis=None)

    def _add(self, rows: list[Row], layer: alt.Chart) -> None:
        if rows:
            layer.data = alt.InlineData(values=rows)
            self._layers.append(layer)

    def _scale(self, scale: Scale) -> None:
        rows = [{"y": self.down(at), "text": figure(at, scale)} for at in _quarters(scale)]
        ends = {"x": alt.value(0), "x2": alt.value("width")}
        self._add(rows, alt.Chart().mark_rule(style="guide").encode(_y(), **ends))
        text = alt.Chart().mark_text(style="name", align="right", baseline="middle", x=-8)
        self._add(rows, text.encode(_y(), text="text:N"))
        room = self._across + self._right
        unit = [{"y": self._top - 12, "text": fitted(scale.unit or "Position", room, SMALL_SIZE)}]
        label = alt.Chart().mark_text(style="small", align="left", baseline="middle", x=0)
        self._add(unit, label.encode(_y(), text="text:N"))

    def _rounds(self, last: int) -> None:
        """Number the rounds along the bottom, as many as there is room for."""
        step = max(1, math.ceil(last * (width_of(str(last), NAME_SIZE) + 10) / self._across))
        # The last round always has its number; one that would touch it gives way.
        at = [t for t in range(0, last, step) if last - t >= step] + [last]
        rows = [{"x": t, "text": str(t)} for t in at]
        base = self._top + self._height + 12
        label = alt.Chart().mark_text(style="small", align="right", baseline="top", x=-8)
        self._add([{"y": base + 0.5, "text": "round"}], label.encode(_y(), text="text:N"))
        text = alt.Chart().mark_text(style="name", baseline="top")
        self._add(rows, text.encode(self.x(), y=alt.value(base), text="text:N"))

    def settlement(self, settled: FloatArray) -> None:
        rows = [{"x": t, "y": self.down(float(v))} for t, v in _bent(settled, self._issue.scale)]
        if len(rows) == 1:
            rows.append({**rows[0], "x": self._last})
        wide = alt.Chart().mark_line(style="wide", strokeOpacity=0.22, strokeWidth=8)
        self._add(rows, wide.encode(self.x(), _y()))
        line = alt.Chart().mark_line(style="bar", strokeDash=[5, 3], strokeWidth=2)
        self._add(rows, line.encode(self.x(), _y()))

    def _width(self, player: Player) -> float:
        thick = THICK if len(self._powers) <= 20 else 0.7 * THICK
        return THIN + (thick - THIN) * player.power / (max(self._powers) or 1.0)

    def lines(self, players: list[Player], path: FloatArray, *, width: float = 0.0) -> None:
        """Draw a line an actor, as thick as it is powerful; the most powerful at the back."""
        rows: list[Row] = []
        for player in sorted(players, key=lambda player: -player.power):
            points = _bent(path[:, player.index], self._issue.scale)
            if len(points) == 1:
                points.append((self._last, points[0][1]))
            rows.append(
                {
                    "n": player.name, "c": player.colour, "k": len(rows),
                    "w": width or round(self._width(player), 2),
                    "x": [t for t, _ in points],
                    "y": [round(self.down(value), 1) for _, value in points],
                }
            )  # fmt: skip
        line = alt.Chart().mark_line(strokeOpacity=0.72, strokeJoin="round")
        encoded = line.transform_flatten(["x", "y"]).encode(
            self.x(), _y(), detail="k:N", color=alt.Color("c:N", scale=None),
            strokeWidth=alt.StrokeWidth("w:Q", scale=None),
            tooltip=alt.Tooltip("n:N", title="Actor"), order=alt.Order("x:Q"),
        )  # fmt: skip
        self._add(rows, encoded)

    def bands(self, player: Player, at: dict[float, FloatArray]) -> None:
        for low, high, strength in BANDS:
            rows: list[Row] = [
                {"x": t, "y": self.down(float(b)), "y2": self.down(float(a))}
                for t, (a, b) in enumerate(zip(at[low], at[high], strict=True))
            ]
            if len(rows) == 1:
                rows.append({**rows[0], "x": self._last})
            area = alt.Chart().mark_area(color=player.colour, opacity=strength, line=False)
            self._add(rows, area.encode(self.x(), _y(), y2=alt.Y2("y2:Q")))

    def moves(self, moves: list[Row]) -> None:
        """Put a dot where a move ends; pointing at it shows from where, and on whose offer."""
        greatest = sorted(moves, key=lambda row: -abs(row["to"] - row["from"]))[:DOTS]
        scale = self._issue.scale
        rows = [
            {
                "x": row["x"], "y": round(self.down(row["to"]), 1), "k": row["actor"].index,
                "b": row["by"],
                "m": f"{figure(row['from'], scale)} → {figure(row['to'], scale)}",
            }
            for row in greatest
        ]  # fmt: skip
        players = [
            {
                "k": player.index, "n": player.name, "c": player.colour,
                "s": round((self._width(player) + 3.0) ** 2 * 0.8, 1),
            }
            for player in self._players
        ]  # fmt: skip
        cast_data = alt.InlineData(values=players)
        dot = alt.Chart().mark_point(filled=True, opacity=1)
        dot = (
            dot.transform_lookup("k", alt.LookupData(cast_data, "k", ["n", "c", "s"]))
            .transform_lookup("b", alt.LookupData(cast_data, "k", ["n"]), **{"as": ["whose"]})
            .transform_calculate(by=f"datum.b === datum.k ? '{words.OWN_BARGAIN}' : datum.whose")
        )
        tip = [
            alt.Tooltip("n:N", title="Actor"),
            alt.Tooltip("x:Q", title="Round"),
            alt.Tooltip("m:N", title="Moves"),
            alt.Tooltip("by:N", title="Offer of"),
        ]
        encoded = dot.encode(
            self.x(), _y(), color=alt.Color("c:N", scale=None), size=alt.Size("s:Q", scale=None),
            tooltip=tip,
        )  # fmt: skip
        self._add(rows, encoded)

    def names(self, players: list[Player], path: FloatArray, settled: float) -> None:
        """Write the names at the right, pushed apart, each joined to the end of its line."""
        shorts = self._names
        rows: list[Row] = [
            {
                "t": short, "full": player.name, "c": player.colour,
                "y": self.down(float(path[-1, player.index])),
            }
            for player, short in zip(players, shorts, strict=True)
        ]  # fmt: skip
        if not math.isnan(settled):
            label = f"{SETTLEMENT} {figure(settled, self._issue.scale)}"
            rows.append({"t": label, "full": label, "c": "", "y": self.down(settled)})
        places = apart(
            [row["y"] for row in rows], LANE, low=self._top, high=self._top + self._height
        )
        for row, place in zip(rows, places, strict=True):
            row["at"] = round(place, 2)
        self._bottom = max([self._bottom, *(place + LANE / 2 for place in places)])
        for forecast in (False, True):
            chosen = [row for row in rows if (row["c"] == "") == forecast]
            leader = alt.Chart().mark_rule(style="line", strokeWidth=1, strokeOpacity=0.6)
            colour = {} if forecast else {"color": alt.Color("c:N", scale=None)}
            self._add(chosen, leader.encode(
                x=alt.value(alt.expr("width + 3")), x2=alt.value(alt.expr("width + 24")),
                y=_y(), y2=alt.Y2("at:Q"), **colour,
            ))  # fmt: skip
            text = alt.Chart().mark_text(
                style="heading" if forecast else "name", align="left", baseline="middle",
                x={"expr": "width + 28"},
            )  # fmt: skip
            tip = alt.Tooltip("full:N", title="Name")
            self._add(chosen, text.encode(_y("at"), text="t:N", tooltip=tip))

    def chart(self, description: str) -> alt.LayerChart:
        return sheet(
            self._layers,
            across=self._across,
            down=max(self._bottom, self._top + self._height + 30),
            left=EDGE + self._left,
            right=EDGE + self._right,
            description=description,
        )


def _quarters(scale: Scale) -> list[float]:
    return [scale.low + k * scale.width / 4 for k in range(5)]


def _y(field: str = "y") -> alt.Y:
    return alt.Y(f"{field}:Q", scale=None, axis=None)


def _bent(path: FloatArray, scale: Scale) -> list[tuple[int, float]]:
    """Return the rounds at which ``path`` bends, with where it is: what is between is straight."""
    present = [t for t in range(len(path)) if not math.isnan(path[t])]
    if len(present) < 3:
        return [(t, float(path[t])) for t in present]
    bends, spans = {present[0], present[-1]}, [(present[0], present[-1])]
    while spans:  # Ramer 1972, Douglas and Peucker 1973
        first, last = spans.pop()
        inner = np.arange(first + 1, last)
        if not len(inner):
            continue
        straight = np.interp(inner, [first, last], [path[first], path[last]])
        off = np.abs(path[first + 1 : last] - straight)
        if np.nanmax(off) > BEND * scale.width:
            far = first + 1 + int(np.nanargmax(off))
            bends.add(far)
            spans += [(first, far), (far, last)]
    return [(t, float(path[t])) for t in sorted(bends)]


def _described(
    entry: Issue,
    players: list[Player],
    path: FloatArray,
    settled: FloatArray,
    model: str,
) -> str:
    last = len(path) - 1
    sentences = [f"{len(players)} actors on {entry.title} over {last} rounds of “{model}”."]
    for player in sorted(players, key=lambda player: -player.power)[:5]:
        a, b = (figure(float(path[t, player.index]), entry.scale) for t in (0, -1))
        sentences.append(
            f"{player.name} stays at {a}." if a == b else f"{player.name}: {a} to {b}."
        )
    if not math.isnan(settled[-1]):
        a, b = (figure(float(settled[t]), entry.scale) for t in (0, -1))
        sentences.append(f"Forecast: {a} at the start, {b} at the end.")
    return shown(" ".join(sentences))


def _table(
    players: list[Player], path: FloatArray, moves: list[Row], settled: FloatArray
) -> ChartTable:
    """Return a row an actor: where it starts, each move in the column of its round, its end.

    Actors are numbered, and a move says by whose number it was made: ``46.5 ←3``.
    """
    last, places = len(path) - 1, {player.index: k + 1 for k, player in enumerate(players)}
    move_of = {(row["actor"].index, row["x"]): row for row in moves}

    def cell(i: int, t: int) -> str:
        if (i, t) not in move_of:
            return ""
        by = move_of[i, t]["by"]
        return f"{move_of[i, t]['to']:.5g} {'*' if by == i else f'←{places[by]}'}"

    rows: list[tuple[str | float, ...]] = [
        (
            f"{places[i]} {player.name}", player.party, player.power, float(path[0, i]),
            *(cell(i, t) for t in range(1, last + 1)), float(path[-1, i]),
        )
        for player in players
        for i in [player.index]
    ]  # fmt: skip
    settlements = ["" if math.isnan(value) else float(value) for value in settled]
    rows.append((SETTLEMENT, "", "", *settlements, settlements[-1]))
    return ChartTable(
        columns=(*COLUMNS, *(str(t) for t in range(last + 1)), "End"), rows=tuple(rows)
    )
