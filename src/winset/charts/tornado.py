"""Tornado: what moves a forecast, how much of its variance, and how much evidence is behind it.

Three columns share one horizontal scale from 0 to 1, so that the whole stretches with its place;
rows are pixels from the top.
"""

import math
from collections.abc import Sequence
from typing import Any, Literal

import altair as alt

from winset.case.model import Case
from winset.charts.frame import Row
from winset.charts.text import lines, shown, width_of
from winset.charts.theme import NAME_SIZE, PALETTE
from winset.charts.view import Table, View
from winset.sensitivity.analysis import Driver, Sensitivity
from winset.sensitivity.words import change, coded_range, headline

ROW = 34.0
HEAD = 70.0  # pixels for the key and the headings
BAR = 10.0
NAME = 32  # characters a line of a name in the gutter
HEADING = 12  # characters a line of a heading, for columns on a narrow page
MOST = 20
SWINGS, SHARES, COUNT = (0.12, 0.54), (0.64, 0.85), 0.97  # where the columns lie across
ENDS = {"low": PALETTE[0], "high": PALETTE[1]}
COLUMNS = (
    "Input", "Coded", "At 10 %", "At 90 %", "Change at 10 %", "Change at 90 %",
    "First-order index", "Total index", "Total, low", "Total, high", "Accepted statements",
)  # fmt: skip
TEXT = alt.Text("text:N")


def tornado(found: Sensitivity, *, case: Case, most: int = MOST) -> View:
    """Return the ``most`` inputs that swing ``found`` the widest, the widest first."""
    drivers = [driver for driver in found.drivers if not driver.idle][:most]
    words = found.summary.words(case)
    unit = "percentage points" if found.summary.is_chance else found.summary.unit(case)
    rest = len(found.drivers) - len(drivers)
    width = 1.0 if found.summary.is_chance else case.issue(found.summary.subject).scale.width

    def said(value: float) -> str:
        return change(value, chance=found.summary.is_chance, width=width)

    return View(
        title=f"What drives the {shown(words)}",
        caption=(
            f"{headline(case, found)} Bars: its change in {unit} with one input held where 10 % or "
            "90 % of the belief lies below, all others drawn as they are. Dots: total Sobol index, "
            "the share of the variance that would stay if all but that input were known, with its "
            f"95 % interval. {rest} other inputs move it less or not at all."
        ),
        chart=_chart(drivers, found, width, unit),
        table=Table(columns=COLUMNS, rows=tuple(_cells(driver) for driver in drivers)),
        description=shown(
            f"What drives the {words}: "
            + "; ".join(
                f"{d.input.label} {said(d.swing.low)} to {said(d.swing.high)}" for d in drivers
            )
            + "."
        ),
    )


def _cells(driver: Driver) -> tuple[str | float, ...]:
    first, total = driver.first, driver.total
    return (
        shown(driver.input.label),
        coded_range(driver.input),
        driver.at_low,
        driver.at_high,
        driver.swing.low,
        driver.swing.high,
        first.value if first else "",
        total.value if total else "",
        total.low if total else "",
        total.high if total else "",
        "" if driver.input.kind == "model" else driver.input.statements,
    )


class _Column:
    """A column with a scale of its own, laid into part of the common one."""

    def __init__(self, span: tuple[float, float], low: float, high: float) -> None:
        self.span, self.low, self.high = span, low, high

    def __call__(self, value: float) -> float:
        left, right = self.span
        share = (value - self.low) / (self.high - self.low)
        return left + (right - left) * min(max(share, 0.0), 1.0)

    def ticks(self, count: int) -> list[float]:
        """Return round numbers inside, about ``count`` of them."""
        rough = (self.high - self.low) / count
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(k * power for k in (1, 2, 5, 10) if k * power >= rough)
        first = math.ceil(self.low / step)
        return [k * step for k in range(first, math.floor(self.high / step) + 1)]


def _chart(
    drivers: Sequence[Driver], found: Sensitivity, width: float, unit: str
) -> alt.LayerChart:
    chance = found.summary.is_chance
    factor = 100.0 if chance else 1.0
    changes = [factor * value for d in drivers for value in (d.swing.low, d.swing.high)]
    changes = [value for value in changes if not math.isnan(value)]
    low, high = min([*changes, 0.0]), max([*changes, 0.0])
    room = 1e-9 + 0.02 * (high - low)
    swings = _Column(SWINGS, low - room, high + room)
    tops = [d.total.high for d in drivers if d.total]
    shares = _Column(SHARES, 0.0, max([*tops, 0.1]))
    bottom = HEAD + len(drivers) * ROW
    painter = _Painter(bottom)
    painter.guides([swings(0.0)], style="axis")
    painter.guides([shares(at) for at in shares.ticks(2)])
    painter.key()
    painter.heading(0.0, "left", f"Change, {unit}")
    painter.heading(SHARES[0], "left", "Share of variance")
    painter.heading(COUNT, "center", "State- ments")
    painter.axis([(swings(at), f"{at:+g}" if at else "0") for at in swings.ticks(5)])
    painter.axis([(shares(at), f"{100 * at:.0f} %") for at in shares.ticks(2)])
    tops_of = [HEAD + k * ROW for k in range(len(drivers))]
    painter.names([(y + ROW / 2, d.input.label) for y, d in zip(tops_of, drivers, strict=True)])
    bars, dots = [], []
    for y, driver in zip(tops_of, drivers, strict=True):
        for end, dy in (("low", -BAR / 2 - 0.5), ("high", BAR / 2 + 0.5)):
            value = getattr(driver.swing, end)
            if not math.isnan(value):
                bars.append(
                    {
                        "from": swings(0.0), "to": swings(factor * value), "y": y + ROW / 2 + dy,
                        "text": change(value, chance=chance, width=width), "colour": ENDS[end],
                        "name": shown(driver.input.label), "coded": coded_range(driver.input),
                        "at": getattr(driver, f"at_{end}"),
                    }
                )  # fmt: skip
        if driver.total is not None:
            dots.append(
                {
                    "name": shown(driver.input.label), "y": y + ROW / 2,
                    "x": shares(driver.total.value), "from": shares(driver.total.low),
                    "to": shares(driver.total.high), "total": driver.total.value,
                    "first": driver.first.value if driver.first else None,
                }
            )  # fmt: skip
    painter.bars(bars)
    painter.dots(dots)
    painter.counts(
        [
            (y + ROW / 2, "" if d.input.kind == "model" else str(d.input.statements))
            for y, d in zip(tops_of, drivers, strict=True)
        ]
    )
    return alt.LayerChart(layer=painter.layers, width=480, height=bottom + 26)


class _Painter:
    """Layers over the common scale."""

    def __init__(self, bottom: float) -> None:
        self.layers: list[Any] = []
        self._bottom = bottom

    @staticmethod
    def _x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", scale=alt.Scale(domain=[0, 1], nice=False), axis=None)

    @staticmethod
    def _y(field: str = "y") -> alt.Y:
        return alt.Y(f"{field}:Q", scale=None, axis=None)

    def _add(self, rows: list[Row], layer: alt.Chart) -> None:
        if rows:
            layer.data = alt.InlineData(values=rows)
            self.layers.append(layer)

    def guides(self, places: list[float], *, style: str = "guide") -> None:
        rows = [{"x": x, "y": HEAD - 4, "end": self._bottom} for x in places]
        rule = alt.Chart().mark_rule(style=style)
        self._add(rows, rule.encode(self._x("x"), self._y(), y2=alt.Y2("end:Q")))

    def key(self) -> None:
        """Say which colour is which end of the belief."""
        rows: list[Row] = []
        at = 0.0
        for end, said in (("low", "input at its 10 %"), ("high", "at its 90 %")):
            rows.append({"px": at, "y": 8.0, "text": said, "colour": ENDS[end]})
            at += width_of(said, NAME_SIZE) + 34
        place = {"expr": "datum.px"}
        dot = alt.Chart().mark_point(filled=True, shape="square", size=90, opacity=1, x=place)
        self._add(rows, dot.encode(self._y(), color=alt.Color("colour:N", scale=None)))
        text = alt.Chart().mark_text(align="left", baseline="middle", style="name", x=place, dx=9)
        self._add([dict(row) for row in rows], text.encode(self._y(), text=TEXT))

    def heading(self, x: float, align: Literal["left", "center"], said: str) -> None:
        text = alt.Chart().mark_text(align=align, baseline="bottom", style="heading", lineHeight=14)
        parts = lines(said, HEADING if align == "left" else 6)
        row = {"x": x, "y": HEAD - 10 - 14 * (len(parts) - 1), "text": parts}
        self._add([row], text.encode(self._x("x"), self._y(), text=TEXT))

    def axis(self, ticks: list[tuple[float, str]]) -> None:
        rows: list[Row] = [
            {"x": x, "y": self._bottom + 8, "text": said.replace("-", "\N{MINUS SIGN}")}
            for x, said in ticks
        ]
        text = alt.Chart().mark_text(baseline="top", style="small")
        self._add(rows, text.encode(self._x("x"), self._y(), text=TEXT))

    def names(self, named: list[tuple[float, str]]) -> None:
        rows: list[Row] = [
            {"text": (said := lines(name, NAME, most=2)), "y": y - 6 * (len(said) - 1),
             "full": shown(name)}
            for y, name in named
        ]  # fmt: skip
        text = alt.Chart().mark_text(
            align="right", baseline="middle", style="name", lineHeight=12, x=-12
        )
        self._add(rows, text.encode(self._y(), text=TEXT,
                                    tooltip=alt.Tooltip("full:N", title="Input")))  # fmt: skip

    def bars(self, rows: list[Row]) -> None:
        tip = [
            alt.Tooltip("name:N", title="Input"), alt.Tooltip("coded:N", title="Coded"),
            alt.Tooltip("at:Q", title="Held at", format=".4~g"),
            alt.Tooltip("text:N", title="Change"),
        ]  # fmt: skip
        bar = alt.Chart().mark_bar(size=BAR, opacity=0.9)
        colour = alt.Color("colour:N", scale=None)
        x2 = alt.X2("to:Q")
        self._add(rows, bar.encode(self._x("from"), self._y(), x2=x2, color=colour, tooltip=tip))
        for left in (True, False):
            chosen = [dict(row) for row in rows if (row["to"] < row["from"]) == left]
            text = alt.Chart().mark_text(
                align="right" if left else "left", baseline="middle", style="small",
                dx=-4 if left else 4,
            )  # fmt: skip
            self._add(chosen, text.encode(self._x("to"), self._y(), text=TEXT))

    def dots(self, rows: list[Row]) -> None:
        tip = [
            alt.Tooltip("name:N", title="Input"),
            alt.Tooltip("total:Q", title="Total index", format=".3f"),
            alt.Tooltip("first:Q", title="First-order index", format=".3f"),
        ]
        rule = alt.Chart().mark_rule(style="bar")
        self._add(rows, rule.encode(self._x("from"), self._y(), x2=alt.X2("to:Q")))
        dot = alt.Chart().mark_point(size=70, style="solid")
        self._add([dict(row) for row in rows], dot.encode(self._x("x"), self._y(), tooltip=tip))

    def counts(self, counted: list[tuple[float, str]]) -> None:
        rows: list[Row] = [{"x": COUNT, "y": y, "text": said} for y, said in counted if said]
        text = alt.Chart().mark_text(baseline="middle", style="name")
        self._add(rows, text.encode(self._x("x"), self._y(), text=TEXT))
