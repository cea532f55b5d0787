"""Tornado: what moves a forecast, how much of its variance, and how much evidence is behind it.

Three columns share one horizontal scale from 0 to 1, so that the picture stretches as one;
rows are pixels from the top.
"""

import math
from collections.abc import Sequence

import altair as alt

from winset.case.model import Case
from winset.charts import words
from winset.charts.metrics import width_of
from winset.charts.placing import inside, number, spaced, ticks, wrapped
from winset.charts.rows import PLACE, TEXT, Row, Rows, key_layers, key_rows
from winset.charts.square import share
from winset.charts.text import shown
from winset.charts.theme import NAME_SIZE, PALETTE, SMALL_SIZE
from winset.charts.view import ChartTable, View
from winset.explain.sensitivity.analysis import Driver, Sensitivity
from winset.explain.sensitivity.words import change, coded_range, headline

ROW = 34.0
HEAD = 70.0  # pixels for the key and the headings
BAR = 10.0
LINE = 14.0  # pixels of a line of a heading
MOST = 20
SWINGS, SHARES, COUNT = (0.12, 0.54), (0.64, 0.85), 0.97  # where the columns lie across
ENDS = {"low": PALETTE[0], "high": PALETTE[1]}
COLUMNS = (
    "Input", "Coded", "At 10 %", "At 90 %", "Change at 10 %", "Change at 90 %",
    "First-order index", "Total index", "Total, low", "Total, high", "Accepted statements",
)  # fmt: skip
COUNTED = width_of(words.STATEMENTS, NAME_SIZE, bold=True) + 8.0  # pixels of the last column


def tornado(sensitivity: Sensitivity, *, case: Case, most: int = MOST) -> View:
    """Return the ``most`` inputs that swing ``sensitivity`` the widest, the widest first."""
    drivers = [driver for driver in sensitivity.drivers if not driver.idle][:most]
    quantity = sensitivity.summary.words(case)
    unit = "percentage points" if sensitivity.summary.is_chance else sensitivity.summary.unit(case)
    rest = len(sensitivity.drivers) - len(drivers)
    width = (
        1.0
        if sensitivity.summary.is_chance
        else case.issue(sensitivity.summary.subject).scale.width
    )

    def change_text(value: float) -> str:
        return change(value, chance=sensitivity.summary.is_chance, width=width)

    return View(
        title=words.tornado_title(shown(quantity)),
        caption=words.tornado_caption(headline(case, sensitivity), unit, rest=rest),
        draw=lambda wide: _chart(drivers, sensitivity, width, unit, wide),
        table=ChartTable(columns=COLUMNS, rows=tuple(_cells(driver) for driver in drivers)),
        description=shown(
            f"What drives the {quantity}: "
            + words.listed(
                f"{d.input.label} {change_text(d.swing.low)} to {change_text(d.swing.high)}"
                for d in drivers
            )
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
        return ticks(self.low, self.high, about=count)


def _chart(
    drivers: Sequence[Driver], sensitivity: Sensitivity, width: float, unit: str, wide: float
) -> alt.LayerChart:
    chance = sensitivity.summary.is_chance
    factor = 100.0 if chance else 1.0
    changes = [factor * value for d in drivers for value in (d.swing.low, d.swing.high)]
    changes = [value for value in changes if not math.isnan(value)]
    low, high = min([*changes, 0.0]), max([*changes, 0.0])
    room = 1e-9 + 0.02 * (high - low)
    swings = _Column(SWINGS, low - room, high + room)
    tops = [d.total.high for d in drivers if d.total]
    shares = _Column(SHARES, 0.0, max([*tops, 0.1]))
    painter = _Painter([driver.input.label for driver in drivers], wide)
    painter.key()
    painter.headings(
        {SWINGS[0]: f"Change, {unit}", SHARES[0]: words.SHARE_OF_VARIANCE, COUNT: words.STATEMENTS}
    )
    tops_of = painter.names([driver.input.label for driver in drivers])
    bottom = painter.bottom
    painter.guides([swings(0.0)], style="axis")
    painter.guides([shares(at) for at in shares.ticks(2)])
    steps = swings.ticks(5)
    step = steps[1] - steps[0] if len(steps) > 1 else 0.0
    painter.axis(
        [(swings(at), number(at, signed=True, step=step)) for at in steps], (0.0, SHARES[0] - 0.03)
    )
    painter.axis([(shares(at), share(at)) for at in shares.ticks(2)], (SHARES[0] - 0.03, 1.0))
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
    return painter.chart(bottom + 26)


class _Painter:
    """Layers over the common scale: names in the gutter, or above their rows in a slim picture."""

    def __init__(self, names: Sequence[str], width: float) -> None:
        self._rows = Rows(0.0, 1.0, names, width=width, stack=True)
        self._head = self.bottom = HEAD
        self._middles: list[float] = []

    def _x(self, field: str) -> alt.X:
        return self._rows.x(field)

    @staticmethod
    def _y(field: str = "y") -> alt.Y:
        return alt.Y(f"{field}:Q", scale=None, axis=None)

    def _add(self, rows: list[Row], layer: alt.Chart) -> None:
        self._rows.add(rows, layer)

    def chart(self, down: float) -> alt.LayerChart:
        self._rows.bottom = down
        return self._rows.chart()

    def guides(self, places: list[float], *, style: str = "guide") -> None:
        whole = [(self._head - 4.0, self.bottom)]
        # No line runs through the names that stand above their rows.
        spans = [(y - ROW / 2, y + ROW / 2) for y in self._middles] if self._rows.stacked else whole
        rows = [{"x": x, "y": top, "end": end} for x in places for top, end in spans]
        rule = alt.Chart().mark_rule(style=style)
        self._rows.behind(rows, rule.encode(self._x("x"), self._y(), y2=alt.Y2("end:Q")))

    def key(self) -> None:
        """Draw the key: which colour is which end of the range."""
        colours = {name: ENDS[end] for end, name in words.TORNADO_ENDS.items()}
        left = self._rows.left + 6.0 if self._rows.stacked else 6.0
        rows, height = key_rows(colours, left=left, right=self._rows.right, top=8.0)
        for layer in key_layers(rows, square=True):
            self._rows.put(layer)
        self.bottom = height + 4.0

    def headings(self, headings: dict[float, str]) -> None:
        """Write the heading of each column above it, broken where the next one begins.

        In a slim picture the middle one stands above the others, up to the right edge.
        """
        (change_at, changes), (share_at, variance), (_, counted) = headings.items()
        rows, slim = self._rows, self._rows.stacked
        last = min(rows.px(COUNT) + COUNTED / 2, rows.right) - COUNTED
        first = rows.left if slim else max(rows.px(change_at) - 40.0, 0.0)
        end = last if slim else rows.px(share_at)
        middle = (rows.right if slim else last) - rows.px(share_at)
        parts = {
            first: wrapped(changes, end - first - 8.0, NAME_SIZE, bold=True),
            rows.px(share_at): wrapped(variance, middle - 8.0, NAME_SIZE, bold=True),
            last: wrapped(counted, COUNTED, NAME_SIZE, bold=True),
        }
        tall = {px: LINE * len(part) for px, part in parts.items()}
        lift = max(tall[first], tall[last]) if slim else 0.0
        need = max(tall[first], tall[last], tall[rows.px(share_at)] + lift)
        self._head = max(HEAD, self.bottom + need + 10.0)
        labels: list[Row] = []
        for px, part in parts.items():
            up = lift if px == rows.px(share_at) else 0.0
            y = self._head - 10.0 - LINE * (len(part) - 1) - up
            labels.append({"px": px, "y": y, "text": part})
        text = alt.Chart().mark_text(
            align="left", baseline="bottom", style="heading", lineHeight=LINE, x=PLACE
        )
        self._add(labels, text.encode(self._y(), text=TEXT))
        self.bottom = self._head

    def axis(self, ticks: list[tuple[float, str]], span: tuple[float, float]) -> None:
        room = (self._rows.px(span[0]) if span[0] else self._rows.left, self._rows.px(span[1]))
        places, labels = [self._rows.px(x) for x, _ in ticks], [label for _, label in ticks]
        rows: list[Row] = [
            {"px": px, "y": self.bottom + 8, "text": labels[k]}
            for k, px in spaced(places, labels, SMALL_SIZE, room=room)
        ]
        text = alt.Chart().mark_text(align="left", baseline="top", style="small", x=PLACE)
        self._add(rows, text.encode(self._y(), text=TEXT))

    def names(self, names: Sequence[str]) -> list[float]:
        """Write the names; return where each row begins."""
        self._rows.bottom = self._head
        middles = self._middles = [self._rows.row(name, ROW) for name in names]
        rows = [{"name": name, "y": y} for name, y in zip(names, middles, strict=True)]
        self._rows.name(rows, height=ROW)
        self.bottom = self._rows.bottom
        return [middle - ROW / 2 for middle in middles]

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
        labels = [self._beside(row) for row in rows]
        text = alt.Chart().mark_text(align="left", baseline="middle", style="small", x=PLACE)
        self._add(labels, text.encode(self._y(), text=TEXT))

    def _beside(self, row: Row) -> Row:
        """Return where a bar's number stands: beyond its end, within what the column has room."""
        wide = width_of(row["text"], SMALL_SIZE)
        begin, end = sorted((self._rows.px(row["from"]), self._rows.px(row["to"])))
        left = self._rows.left if self._rows.stacked else 0.0
        room = (left, self._rows.px(SHARES[0]) - 6.0)
        less = row["to"] < row["from"]
        at = begin - 4.0 - wide if less else end + 4.0
        if at < room[0] or at + wide > room[1]:
            at = end + 4.0 if less else begin - 4.0 - wide
        px = inside(at, wide, room=room)
        return {"y": row["y"], "px": px, "text": row["text"], "name": row["name"]}

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
        rows: list[Row] = [{"x": COUNT, "y": y, "text": count} for y, count in counted if count]
        text = alt.Chart().mark_text(baseline="middle", style="name")
        self._add(rows, text.encode(self._x("x"), self._y(), text=TEXT))
