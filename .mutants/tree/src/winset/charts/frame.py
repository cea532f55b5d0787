"""The frame of a chart over one issue's scale: rows, marks, and the scale in words below them."""

from collections.abc import Sequence

import altair as alt

from winset.case.parts import Issue
from winset.charts.canvas import SLIM
from winset.charts.marks import Mark
from winset.charts.metrics import width_of
from winset.charts.placing import Align, balanced, fitted, number, spaced, wrapped
from winset.charts.rows import PLACE, TEXT, Row, Rows
from winset.charts.theme import NAME_SIZE, SMALL_SIZE
from winset.explain.figures import figure

ROW = 23.0
LINE = 14.0
STATE = 260.0  # pixels a line of a state of the world
SHAPES = {
    "mean": "diamond", "median": "triangle-down", "reversion": "square", "outcome": "cross",
    "forecast": "circle",
}  # fmt: skip
DASHES = {
    "mean": [1, 0], "median": [6, 3], "reversion": [2, 3], "outcome": [1, 0], "forecast": [1, 0],
}  # fmt: skip


class Frame(Rows):
    """Layers over the scale of one issue, collected from the top down."""

    def __init__(
        self,
        issue: Issue,
        names: Sequence[str],
        *,
        width: float,
        marks: Sequence[Mark] = (),
    ) -> None:
        """Begin a picture of ``width`` pixels with rows for ``names`` and for ``marks``."""
        self.issue = issue
        scale = issue.scale
        unit = width_of(fitted(scale.unit or "", 60.0, NAME_SIZE), NAME_SIZE) + 12.0
        ends = (number(scale.low), number(scale.high))
        half = max(width_of(end, NAME_SIZE) for end in ends) / 2
        # Room for the value of a mark at the end: before it lines may fall from other marks.
        super().__init__(
            scale.low,
            scale.high,
            [*names, *(mark.name for mark in marks)],
            width=width,
            after=[figure(mark.value, scale) for mark in marks],
            least=max(60.0, unit + half),
        )
        self._top = 0.0

    def key(self, colours: dict[str, str]) -> None:
        """Draw the name of each colour, in as many lines as are needed."""
        super().key(colours)
        self._top = self.bottom

    def mark_rows(self, marks: Sequence[Mark]) -> list[Row]:
        """Give each mark a row: its sign, its range, its value; return what was drawn.

        From left to right downwards, so that no line falling from a mark meets another's value.
        """
        rows: list[Row] = []
        for mark in sorted(marks, key=lambda mark: mark.value):
            text = figure(mark.value, self.issue.scale)
            rows.append(
                {
                    "name": mark.name, "kind": mark.kind, "shape": SHAPES[mark.kind],
                    "x": mark.value, "low": mark.low, "high": mark.high, "y": self.bottom + ROW / 2,
                    "text": text,
                }
            )  # fmt: skip
            names = len(self.name_lines(mark.name))
            self.bottom += ROW + (5.0 if names > 1 else 0.0)
            self.bottom += self.beside_height(mark.low, mark.high, text)
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
        self.words(rows)
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
        numbered = self._ticks()
        ticks = [{"x": at, "y": top, "text": number(at)} for at, _ in numbered]
        whole = [{"x": scale.low, "end": scale.high, "y": top}]
        across = alt.Chart().mark_rule(style="axis").encode(self.x(), self.y(), x2=alt.X2("end:Q"))
        self.add(whole, across)
        self.add(ticks, alt.Chart().mark_tick(style="axis", orient="vertical", size=5, thickness=1)
                 .encode(self.x(), self.y()))  # fmt: skip
        label = alt.Chart().mark_text(style="name", align="left", baseline="top", dy=6, x=PLACE)
        words = [{"px": px, "y": top, "text": number(at)} for at, px in numbered]
        self.add(words, label.encode(self.y(), text=TEXT))
        if scale.unit:
            clear = 10.0 + width_of(number(scale.low), NAME_SIZE) / 2
            room = -self.left - clear
            unit = [{"text": wrapped(scale.unit, room, NAME_SIZE, most=2), "y": top + 6}]
            label = alt.Chart().mark_text(
                style="name", align="right", baseline="top", x=-clear, lineHeight=12
            )
            self.add(unit, label.encode(self.y(), text=TEXT))
            self.bottom += 12.0 * (len(unit[0]["text"]) - 1)  # type: ignore[arg-type]
        self.bottom += 30
        self._guide(top)
        if states:
            self._states(top)

    def _ticks(self) -> list[tuple[float, float]]:
        """Return the labelled points, or quarters of the scale, that have room for a number.

        With where the number begins.
        """
        scale = self.issue.scale
        labelled = sorted(at for at in self.issue.labels if scale.low <= at <= scale.high)
        values = labelled or [scale.low + k * scale.width / 4 for k in range(5)]
        places, words = [self.px(at) for at in values], [number(at) for at in values]
        # The unit ends 10 pixels before the lowest number.
        left = -width_of(number(scale.low), NAME_SIZE) / 2 if scale.unit else self.left
        spots = spaced(places, words, NAME_SIZE, room=(left, self.right), even=not labelled)
        return [(values[k], px) for k, px in spots]

    def _guide(self, axis: float) -> None:
        """Lead the eye from each labelled point up through the rows, behind everything else."""
        rows = [{"x": at, "y": self._top, "end": axis} for at in self.issue.labels]
        rule = alt.Chart().mark_rule(style="guide").encode(self.x(), self.y(), y2=alt.Y2("end:Q"))
        self.behind(rows, rule)

    def _states(self, axis: float) -> None:
        """Write each state of the world below its point of the axis; in a slim picture as a list.

        Each has lines of its own, one under the other.
        """
        labels = [(at, f"{number(at)}\N{EN SPACE}{label}") for at, label in
                  sorted(self.issue.labels.items())]  # fmt: skip
        if self.right - self.left < SLIM:
            rows = [
                {"y": 0.0, "px": self.left, "text": wrapped(text, self.right - self.left,
                                                            SMALL_SIZE)}
                for _, text in labels
            ]  # fmt: skip
            self._list(rows)
            return
        notes: list[Row] = []
        for at, text in labels:
            px = self.px(at)
            after, before = self.right - px - 7.0, px - 7.0 - self.left
            side = "left" if after >= min(before, STATE) else "right"
            wide = min(STATE, after if side == "left" else before)
            state_lines = balanced(text, wide, SMALL_SIZE)
            notes.append({"x": at, "y": self.bottom, "text": state_lines, "side": side,
                         "px": px + 7.0 if side == "left" else px - 7.0})  # fmt: skip
            self.bottom += len(state_lines) * LINE + 6
        stems = [
            {"x": row["x"], "y": axis + 22, "end": row["y"] + len(row["text"]) * LINE - 2}
            for row in notes
        ]
        stem = alt.Chart().mark_rule(style="guide").encode(self.x(), self.y(), y2=alt.Y2("end:Q"))
        self.add(stems, stem)
        sides: tuple[Align, ...] = ("left", "right")
        for side in sides:
            text = alt.Chart().mark_text(align=side, baseline="top", style="small", x=PLACE)
            chosen = [row for row in notes if row["side"] == side]
            self.add(chosen, text.encode(self.y(), text=TEXT))

    def _list(self, rows: list[Row]) -> None:
        for row in rows:
            row["y"] = self.bottom
            self.bottom += len(row["text"]) * LINE + 4
        text = alt.Chart().mark_text(align="left", baseline="top", style="small", x=PLACE)
        self.add(rows, text.encode(self.y(), text=TEXT))
