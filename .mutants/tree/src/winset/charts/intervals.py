"""Numbers with their intervals, one under the other, on one scale: models, authors, levers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import altair as alt

from winset.charts.canvas import Drawing
from winset.charts.rows import Row, Rows
from winset.charts.text import shown
from winset.charts.theme import PALETTE

ROW = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """One number of a picture of several.

    Attributes:
        name: of the row.
        value: the number; NaN for none, in which case only ``text`` is written.
        low: end of its interval; NaN where it has none.
        high: the other.
        text: what is written beside it.
        before: the value before a change, drawn as a hollow dot; NaN for none.
        faint: whether it rests on too little data to stand out.
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
) -> Drawing:
    """Return what draws ``rows`` as dots with bars, on a scale from ``low`` to ``high``.

    Args:
        rows: from the top.
        low: end of the scale; what lies beyond stands at the end.
        high: the other; must be greater.
        unit: what the scale counts.
        guides: values to compare with, by name; each a dashed line.
    """

    def draw(width: float) -> alt.LayerChart:
        names = [row.name for row in rows]
        frame = Rows(low, high, names, width=width, stack=True)
        falling = frame.guides(dict(guides or {}))
        drawn = [_row(frame, row) for row in rows]
        lanes = [{"y": row["y"]} for row in drawn]
        whole = {"x": alt.value(0), "x2": alt.value("width")}
        frame.add(lanes, alt.Chart().mark_rule(style="lane").encode(frame.y(), **whole))
        _marks(frame, drawn)
        frame.name([{"name": row["full"], "y": row["y"]} for row in drawn], height=ROW)
        frame.words([row for row in drawn if row["text"]], bold=False)
        frame.bottom += 4.0
        frame.fall(falling)
        frame.numbers(unit=unit)
        return frame.chart()

    return draw


def _marks(frame: Rows, drawn: Sequence[Row]) -> None:
    """Draw a bar, a dot, and a hollow dot for the value before."""
    faint = alt.Opacity("strength:Q", scale=None)
    frame.add(
        [row for row in drawn if row["from"] is not None],
        alt.Chart()
        .mark_rule(style="bar")
        .encode(frame.x("from"), frame.y(), x2=alt.X2("to:Q"), opacity=faint),
    )
    frame.add(
        [row for row in drawn if row["before"] is not None],
        alt.Chart().mark_point(size=50, style="hollow").encode(frame.x("before"), frame.y()),
    )
    tip = [
        alt.Tooltip("full:N", title="Name"), alt.Tooltip("x:Q", title="Value", format=".4~g"),
        alt.Tooltip("from:Q", title="From", format=".4~g"),
        alt.Tooltip("to:Q", title="To", format=".4~g"),
    ]  # fmt: skip
    dot = alt.Chart().mark_point(filled=True, size=80, color=PALETTE[0])
    frame.add(
        [row for row in drawn if row["x"] is not None],
        dot.encode(frame.x(), frame.y(), opacity=faint, tooltip=tip),
    )


def _row(frame: Rows, row: Interval) -> Row:
    """Return what is drawn of ``row``, and make room for it."""
    has_interval = not (math.isnan(row.low) or math.isnan(row.high))
    has_value = not math.isnan(row.value)
    text = shown(row.text)
    # Words without a mark stand where the scale begins; beside a mark they keep clear of it all.
    places = (
        [row.value, *((row.low, row.high) if has_interval else ())] if has_value else [frame.low]
    )
    if not math.isnan(row.before):
        places.append(row.before)
    low, high = min(places), max(places)
    y = frame.row(row.name, ROW)
    if text:
        frame.bottom += frame.beside_height(low, high, text, bold=False)
    return {
        "full": shown(row.name),
        "y": y,
        "x": row.value if has_value else None,
        "from": row.low if has_interval else None,
        "to": row.high if has_interval else None,
        "before": None if math.isnan(row.before) else row.before,
        "text": text,
        "strength": 0.45 if row.faint else 1.0,
        "low": low,
        "high": high,
    }
