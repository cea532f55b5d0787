"""Numbers with their intervals, one under the other, on one scale: models, authors, levers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from winset.case.ranges import number_text
from winset.charts.text import lines, shown
from winset.charts.theme import PALETTE

ROW = 30.0
NAME = 30  # characters a line of a name in the gutter
HEAD = 15.0  # pixels for the name of a guide
TICKS = 5
ROOM = 0.3  # share of the scale that words beside a mark may need
TEXT = alt.Text("text:N")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """One number of a picture of several.

    Attributes:
        name: whose it is.
        value: it; NaN where there is none, so that only ``text`` stands there.
        low: end of its interval; NaN where it has none.
        high: the other.
        text: what is written beside it.
        before: where it comes from, as an arrow's foot; NaN where it comes from nowhere.
        faint: whether it rests on too little to be looked at first.
    """

    name: str
    value: float
    low: float = math.nan
    high: float = math.nan
    text: str = ""
    before: float = math.nan
    faint: bool = False


def intervals(
    rows: Sequence[Interval],
    *,
    low: float,
    high: float,
    unit: str,
    guides: Mapping[str, float] | None = None,
) -> alt.LayerChart:
    """Return ``rows`` as dots with bars, on a scale from ``low`` to ``high``.

    Args:
        rows: from the top.
        low: end of the scale; what lies beyond stands at the end.
        high: the other; must be greater.
        unit: what the scale counts.
        guides: values to compare with, by name; each a dashed line.
    """
    top = 4.0 + HEAD * len(guides or {})
    bottom = top + len(rows) * ROW
    layers: list[Any] = []
    scale = alt.Scale(domain=[low, high], nice=False, clamp=True)
    x = alt.X("x:Q", scale=scale, axis=None)
    y = alt.Y("y:Q", scale=None, axis=None)

    def add(some: Sequence[Row], layer: alt.Chart) -> None:
        if some:
            layer.data = alt.InlineData(values=list(some))
            layers.append(layer)

    def rule(style: str, **how: Any) -> Any:
        return alt.Chart().mark_rule(style=style, **how)

    lanes = [{"x": low, "to": high, "y": top + (k + 0.5) * ROW} for k in range(len(rows))]
    add(lanes, rule("lane").encode(x, y, x2=alt.X2("to:Q")))
    _guides(add, x, y, guides or {}, bottom=bottom, low=low, high=high)
    drawn = [_row(row, top + (k + 0.5) * ROW) for k, row in enumerate(rows)]
    faint = alt.Opacity("strength:Q", scale=None)
    add(
        [row for row in drawn if row["from"] is not None],
        rule("bar").encode(
            alt.X("from:Q", scale=scale, axis=None), y, x2=alt.X2("to:Q"), opacity=faint
        ),
    )
    add(
        [row for row in drawn if row["before"] is not None],
        alt.Chart()
        .mark_point(size=50, style="hollow")
        .encode(alt.X("before:Q", scale=scale, axis=None), y),
    )
    tip = [
        alt.Tooltip("full:N", title="Name"), alt.Tooltip("x:Q", title="Value", format=".4~g"),
        alt.Tooltip("from:Q", title="From", format=".4~g"),
        alt.Tooltip("to:Q", title="To", format=".4~g"),
    ]  # fmt: skip
    dot = alt.Chart().mark_point(filled=True, size=80, color=PALETTE[0])
    add([r for r in drawn if r["x"] is not None], dot.encode(x, y, opacity=faint, tooltip=tip))
    _words(add, x, y, drawn, low=low, high=high)
    _axis(add, x, y, low=low, high=high, at=bottom + 4.0, unit=unit)
    return alt.LayerChart(layer=layers, width=480, height=bottom + (40.0 if unit else 26.0))


def _row(row: Interval, y: float) -> Row:
    ends = (row.low, row.high)
    known = not any(math.isnan(end) for end in ends)
    there = not math.isnan(row.value)
    return {
        "full": shown(row.name),
        "y": y,
        "x": row.value if there else None,
        "from": row.low if known else None,
        "to": row.high if known else None,
        "before": None if math.isnan(row.before) else row.before,
        "text": shown(row.text),
        "strength": 0.45 if row.faint else 1.0,
        "begin": row.low if known else row.value if there else None,
        "end": row.high if known else row.value if there else None,
    }


def _words(add: Any, x: alt.X, y: alt.Y, drawn: Sequence[Row], *, low: float, high: float) -> None:
    """Write the names into the gutter, and beside each mark its value where there is room."""
    names = [
        {
            "text": (said := lines(row["full"], NAME, most=2)),
            "y": row["y"] - 6 * (len(said) - 1),
            "full": row["full"],
        }
        for row in drawn
    ]
    name = alt.Chart().mark_text(
        align="right", baseline="middle", style="name", lineHeight=12, x=-12
    )
    full = alt.Tooltip("full:N", title="Name")
    add(names, name.encode(y, text=TEXT, tooltip=full))
    beside = [
        {
            "text": row["text"],
            "y": row["y"],
            "x": (row["begin"] if left else row["end"]) if row["end"] is not None else low,
            "left": left,
        }
        for row in drawn
        for left in [_fits_left(row, low, high)]
        if row["text"]
    ]
    for left in (True, False):
        text = alt.Chart().mark_text(
            align="right" if left else "left", baseline="middle", style="small",
            dx=-9 if left else 9,
        )  # fmt: skip
        add([row for row in beside if row["left"] == left], text.encode(x, y, text=TEXT))


def _fits_left(row: Row, low: float, high: float) -> bool:
    """Return whether the words of ``row`` had better stand before its mark than after it."""
    if row["end"] is None:
        return False
    begin, end = ((row[name] - low) / (high - low) for name in ("begin", "end"))
    return bool(end > 1.0 - ROOM and begin > ROOM)


def _guides(
    add: Any,
    x: alt.X,
    y: alt.Y,
    guides: Mapping[str, float],
    *,
    bottom: float,
    low: float,
    high: float,
) -> None:
    rows: list[Row] = [
        {"x": value, "y": HEAD * (k + 0.5) - 4, "end": bottom, "text": shown(name)}
        for k, (name, value) in enumerate(guides.items())
        if low <= value <= high
    ]
    line = alt.Chart().mark_rule(style="line", strokeDash=[5, 3])
    add(rows, line.encode(x, y, y2=alt.Y2("end:Q")))
    for left in (True, False):
        chosen = [dict(row) for row in rows if (row["x"] - low > (high - low) / 2) == left]
        said = alt.Chart().mark_text(
            align="right" if left else "left", baseline="bottom", style="small",
            dx=-4 if left else 4, dy=8,
        )  # fmt: skip
        add(chosen, said.encode(x, y, text=TEXT))


def _axis(add: Any, x: alt.X, y: alt.Y, *, low: float, high: float, at: float, unit: str) -> None:
    ticks = [{"x": value, "y": at, "text": _number(value)} for value in _round(low, high)]
    add([{"x": low, "to": high, "y": at}],
        alt.Chart().mark_rule(style="axis").encode(x, y, x2=alt.X2("to:Q")))  # fmt: skip
    label = alt.Chart().mark_text(style="small", baseline="top", dy=5)
    add(ticks, label.encode(x, y, text=TEXT))
    if unit:
        said = alt.Chart().mark_text(style="small", baseline="top", align="left", dy=20)
        add([{"x": low, "y": at, "text": lines(unit, 70, most=1)}], said.encode(x, y, text=TEXT))


def _number(value: float) -> str:
    return number_text(value).replace("-", "\N{MINUS SIGN}")


def _round(low: float, high: float) -> list[float]:
    """Return round numbers from ``low`` to ``high``, about `TICKS` of them.

    >>> _round(0.0, 1.0)
    [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    """
    rough = (high - low) / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(k * power for k in (1, 2, 5, 10) if k * power >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{k * step:.12g}") for k in range(first, last + 1)]
