"""The frame of a chart over one issue's scale: rows from the top in pixels, named in the gutter.

Places down the page are pixels that Python computes, so no two rows ever overlap. Across, only the
scale stretches: what fits at `NARROW` fits in any wider window.
"""

import math
from collections.abc import Sequence
from typing import Any

import altair as alt

from winset.answers import figure
from winset.case.parts import Issue
from winset.case.ranges import number_text
from winset.charts.marks import Mark
from winset.charts.text import balanced, lines, shown, width_of
from winset.charts.theme import NAME_SIZE, SMALL_SIZE

ROW = 23.0
LINE = 14.0
NARROW = 230.0  # pixels of the scale in a window of 480
NAME = 28  # characters a line of a name in the gutter
STATE = 44  # characters a line of a state of the world
SHAPES = {
    "mean": "diamond", "median": "triangle-down", "reversion": "square", "outcome": "cross",
    "forecast": "circle",
}  # fmt: skip
DASHES = {
    "mean": [1, 0], "median": [6, 3], "reversion": [2, 3], "outcome": [1, 0], "forecast": [1, 0],
}  # fmt: skip
TEXT = alt.Text("text:N")
Row = dict[str, Any]


class Frame:
    """Layers over the scale of one issue, collected from the top down.

    Attributes:
        bottom: pixels used so far.
    """

    def __init__(self, issue: Issue, names: Sequence[str]) -> None:
        self.issue = issue
        self.bottom = 0.0
        self._top = 0.0
        self._layers: list[Any] = []
        widest = max(
            (width_of(part, NAME_SIZE) for name in names for part in lines(name, NAME)), default=0
        )
        self._gutter = max(60.0, widest) + 18

    def x(self, field: str = "x") -> alt.X:
        """Return the channel that places ``field`` on the scale."""
        scale = alt.Scale(domain=[self.issue.scale.low, self.issue.scale.high], nice=False)
        return alt.X(f"{field}:Q", scale=scale, axis=None)

    def y(self, field: str = "y") -> alt.Y:
        """Return the channel that takes ``field`` as pixels from the top."""
        return alt.Y(f"{field}:Q", scale=None, axis=None)

    def add(self, rows: Sequence[Row], layer: alt.Chart) -> None:
        """Draw ``layer`` with ``rows``, unless there are none."""
        if rows:
            layer.data = alt.InlineData(values=list(rows))
            self._layers.append(layer)

    def name(self, rows: Sequence[Row], *, bold: str = "") -> None:
        """Write ``name`` of each row into the gutter, at its ``y``; kind ``bold`` is bold."""
        for heavy in (False, True):
            chosen = [
                {
                    "text": (said := lines(row["name"], NAME, most=2)),
                    "y": row["y"] - (len(said) - 1) * 6,
                    "full": shown(row["name"]),
                }
                for row in rows
                if (row.get("kind", "") == bold != "") == heavy
            ]
            text = alt.Chart().mark_text(
                align="right", baseline="middle", style="heading" if heavy else "name",
                lineHeight=12, x=-12,
            )  # fmt: skip
            full = alt.Tooltip("full:N", title="Name")
            self.add(chosen, text.encode(self.y(), text=TEXT, tooltip=full))

    def key(self, colours: dict[str, str]) -> None:
        """Draw whose colour is whose, in as many lines as the narrowest window needs."""
        rows: list[Row] = []
        at, y = -self._gutter + 14, self.bottom + 6
        for name, colour in colours.items():
            said = lines(name, 60, most=1)[0]
            wide = width_of(said, NAME_SIZE) + 34
            if rows and at + wide > NARROW:
                at, y = -self._gutter + 14, y + 18
            rows.append({"px": at, "y": y, "text": said, "colour": colour})
            at += wide
        place = {"expr": "datum.px"}
        dot = alt.Chart().mark_point(filled=True, size=90, opacity=1, x=place)
        self.add(rows, dot.encode(self.y(), color=alt.Color("colour:N", scale=None)))
        text = alt.Chart().mark_text(align="left", baseline="middle", style="name", x=place, dx=9)
        self.add(rows, text.encode(self.y(), text=TEXT))
        self._top = self.bottom = y + 18 if rows else self.bottom

    def mark_rows(self, marks: Sequence[Mark]) -> list[Row]:
        """Give each mark a row: its sign, its range, its value; return what was drawn.

        From left to right downwards, so that no line falling from a mark meets another's value.
        """
        rows: list[Row] = []
        for mark in sorted(marks, key=lambda mark: mark.value):
            rows.append(
                {
                    "name": mark.name, "kind": mark.kind, "shape": SHAPES[mark.kind],
                    "x": mark.value, "low": mark.low, "high": mark.high, "y": self.bottom + ROW / 2,
                    "text": figure(mark.value, self.issue.scale),
                }
            )  # fmt: skip
            self.bottom += ROW
        self.name(rows, bold="forecast")
        bar = (
            alt.Chart().mark_rule(style="bar").encode(self.x("low"), self.y(), x2=alt.X2("high:Q"))
        )
        self.add([row for row in rows if row["low"] < row["high"]], bar)
        tip = [
            alt.Tooltip("name:N", title="Mark"), alt.Tooltip("x:Q", title="Value", format=".4~g"),
            alt.Tooltip("low:Q", title="From", format=".4~g"),
            alt.Tooltip("high:Q", title="To", format=".4~g"),
        ]  # fmt: skip
        for style in ("hollow", "solid"):
            chosen = [row for row in rows if (row["kind"] == "reversion") == (style == "hollow")]
            sign = alt.Chart().mark_point(size=66, style=style)
            shape = alt.Shape("shape:N", scale=None)
            self.add(chosen, sign.encode(self.x(), self.y(), shape=shape, tooltip=tip))
        value = alt.Chart().mark_text(align="left", baseline="middle", style="heading", dx=9)
        self.add(rows, value.encode(self.x("high"), self.y(), text=TEXT))
        return rows

    def drop(self, rows: Sequence[Row]) -> None:
        """Let a line fall from each mark to where the frame ends now."""
        for row in rows:
            line = {"x": row["x"], "y": row["y"] + 6, "end": self.bottom}
            rule = alt.Chart().mark_rule(style="line", strokeDash=DASHES[row["kind"]])
            self.add([line], rule.encode(self.x(), self.y(), y2=alt.Y2("end:Q")))

    def axis(self, *, states: bool = True) -> None:
        """Put the axis here; below it, if wanted, what the world looks like at labelled points."""
        scale, top = self.issue.scale, self.bottom
        ticks = [{"x": at, "y": top, "text": number_text(at)} for at in self._ticks()]
        whole = [{"x": scale.low, "end": scale.high, "y": top}]
        across = alt.Chart().mark_rule(style="axis").encode(self.x(), self.y(), x2=alt.X2("end:Q"))
        self.add(whole, across)
        self.add(ticks, alt.Chart().mark_tick(style="axis", orient="vertical", size=5, thickness=1)
                 .encode(self.x(), self.y()))  # fmt: skip
        label = alt.Chart().mark_text(style="name", baseline="top", dy=6)
        self.add(ticks, label.encode(self.x(), self.y(), text=TEXT))
        if scale.unit:
            unit = [{"text": lines(scale.unit, NAME, most=1), "y": top + 6}]
            clear = -16 - width_of(number_text(scale.low), NAME_SIZE) / 2
            label = alt.Chart().mark_text(style="name", align="right", baseline="top", x=clear)
            self.add(unit, label.encode(self.y(), text=TEXT))
        self.bottom += 30
        self._guide(top)
        if states:
            self._states(top)

    def _ticks(self) -> list[float]:
        """Return the labelled points, or quarters of the scale, that have room for a number."""
        scale = self.issue.scale
        quarters = [scale.low + k * scale.width / 4 for k in range(5)]
        kept: list[float] = []
        for at in sorted(self.issue.labels) or quarters:
            room = NARROW * (at - kept[-1]) / scale.width if kept else math.inf
            if room >= width_of(number_text(at), NAME_SIZE) + 8:
                kept.append(at)
        return kept

    def _guide(self, axis: float) -> None:
        """Lead the eye from each labelled point up through the rows, behind everything else."""
        rows = [{"x": at, "y": self._top, "end": axis} for at in self.issue.labels]
        rule = alt.Chart().mark_rule(style="guide").encode(self.x(), self.y(), y2=alt.Y2("end:Q"))
        self.add(rows, rule)
        if rows:
            self._layers.insert(0, self._layers.pop())

    def _states(self, axis: float) -> None:
        """Hang each state of the world on its point of the axis, one under the other."""
        scale = self.issue.scale
        rows: list[Row] = []
        for at, label in sorted(self.issue.labels.items()):
            share = (at - scale.low) / scale.width
            after, before = NARROW * (1.0 - share), NARROW * share + self._gutter
            width = min(STATE, int(max(after, before) / width_of("a", SMALL_SIZE)))
            said = balanced(f"{number_text(at)}\N{NO-BREAK SPACE}\N{EN SPACE}{label}", width)
            rows.append({"x": at, "y": self.bottom, "text": said, "left": after >= before})
            self.bottom += len(said) * LINE + 6
        stems = [
            {"x": row["x"], "y": axis + 22, "end": row["y"] + len(row["text"]) * LINE - 2}
            for row in rows
        ]
        stem = alt.Chart().mark_rule(style="guide").encode(self.x(), self.y(), y2=alt.Y2("end:Q"))
        self.add(stems, stem)
        for left in (True, False):
            text = alt.Chart().mark_text(
                align="left" if left else "right", baseline="top", style="small",
                dx=7 if left else -7,
            )  # fmt: skip
            chosen = [row for row in rows if row["left"] == left]
            self.add(chosen, text.encode(self.x(), self.y(), text=TEXT))

    def chart(self, description: str) -> alt.LayerChart:
        """Return the layers as one chart, its scale 480 pixels wide where no page says else."""
        return alt.LayerChart(
            layer=self._layers, width=480, height=self.bottom, description=shown(description)
        )
