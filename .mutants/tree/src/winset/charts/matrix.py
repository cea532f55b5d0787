"""A matrix of actors against actors: rows named, columns numbered like the rows."""

import math
from collections.abc import Sequence
from typing import Any

import altair as alt

from winset.charts.canvas import EDGE, Drawing, sheet
from winset.charts.cast import names_within
from winset.charts.metrics import width_of
from winset.charts.placing import number, spaced
from winset.charts.rows import MOST_GUTTER, SHARE
from winset.charts.text import shown
from winset.charts.theme import NAME_SIZE, PALETTE, SMALL_SIZE
from winset.charts.view import ChartTable
from winset.models.base import FloatArray

ROW, TOP, RIGHT = 16.0, 18.0, 10.0
ABOVE, BELOW = PALETTE[0], PALETTE[1]
SHADES = 4


def matrix(
    names: Sequence[str],
    values: FloatArray,
    *,
    titles: tuple[str, str, str],
    form: str,
    most: float,
    description: str,
) -> Drawing:
    """Return what draws ``values`` as cells, the stronger in colour the farther from 0.

    Args:
        names: of the rows and, numbered, of the columns.
        values: ``(row, column)``; a cell that is NaN stays empty.
        titles: what a row, a column and a value are called where one points at a cell.
        form: how a value is written, in d3's format.
        most: the value, or its negative, that has the full colour.
        description: what a screen reader says.
    """
    most = most if most > 0.0 else 1.0

    def draw(width: float) -> alt.LayerChart:
        last = f"  {len(names)}"
        room = min(MOST_GUTTER, SHARE * width) - width_of(last, NAME_SIZE)
        rows = [
            {"y": TOP + (k + 0.5) * ROW, "t": f"{name}  {k + 1}"}
            for k, name in enumerate(names_within(names, room, NAME_SIZE))
        ]
        gutter = 8.0 + max((width_of(str(row["t"]), NAME_SIZE) for row in rows), default=60.0)
        across = width - 2 * EDGE - gutter - RIGHT
        places = [(k + 0.5) * across / max(len(names), 1) for k in range(len(names))]
        numbers = [str(k + 1) for k in range(len(names))]
        columns = [{"x": k + 0.5, "t": numbers[k]} for k, _ in spaced(places, numbers, SMALL_SIZE)]
        row = alt.Chart(alt.InlineData(values=rows)).mark_text(
            align="right", baseline="middle", style="name", x=-8
        )
        column = alt.Chart(alt.InlineData(values=columns)).mark_text(
            baseline="bottom", style="small"
        )
        bottom = TOP + len(names) * ROW
        layers = [
            _cells(names, values, titles, form, most),
            row.encode(_y("y"), text="t:N"),
            column.encode(_x("x", len(names)), y=alt.value(TOP - 4), text="t:N"),
            *_shades(most, bool((values < 0.0).any()), form, bottom + 18, -gutter),
        ]
        return sheet(
            layers,
            across=across,
            down=bottom + 42,
            left=EDGE + gutter,
            right=EDGE + RIGHT,
            description=description,
        )

    return draw


def matrix_table(names: Sequence[str], values: FloatArray, *, corner: str) -> ChartTable:
    """Return the numbers of the matrix: rows and columns in the order of the picture."""
    shorts = [f"{k + 1}" for k in range(len(names))]
    return ChartTable(
        columns=(corner, *shorts),
        rows=tuple(
            (
                f"{k + 1} {name}",
                *("" if math.isnan(value) else float(f"{value:.3g}") for value in values[k]),
            )
            for k, name in enumerate(names)
        ),
    )


def _x(field: str, count: int) -> alt.X:
    scale = alt.Scale(domain=[0, max(count, 1)], nice=False)
    return alt.X(f"{field}:Q", scale=scale, axis=None)


def _y(field: str) -> alt.Y:
    return alt.Y(f"{field}:Q", scale=None, axis=None)


def _cells(
    names: Sequence[str], values: FloatArray, titles: tuple[str, str, str], form: str, most: float
) -> Any:
    """Return the layer of cells; names are looked up, so that each is written once."""
    rows = [
        {"i": i, "v": [None if math.isnan(v) else float(f"{v:.3g}") for v in row]}
        for i, row in enumerate(values)
    ]
    by_number = alt.InlineData(values=[{"k": k, "n": shown(name)} for k, name in enumerate(names)])
    tip = [
        alt.Tooltip("row:N", title=titles[0]),
        alt.Tooltip("column:N", title=titles[1]),
        alt.Tooltip("v:Q", title=titles[2], format=form),
    ]
    cell = alt.Chart(alt.InlineData(values=rows)).mark_rect()
    return (
        cell.transform_calculate(j=f"sequence({len(names)})")
        .transform_flatten(["v", "j"])
        .transform_filter("datum.v !== null")
        .transform_lookup("i", alt.LookupData(by_number, "k", ["n"]), **{"as": ["row"]})
        .transform_lookup("j", alt.LookupData(by_number, "k", ["n"]), **{"as": ["column"]})
        .transform_calculate(
            left="datum.j + 0.03",
            right="datum.j + 0.97",
            top=f"{TOP} + datum.i * {ROW} + 0.5",
            bottom=f"{TOP} + (datum.i + 1) * {ROW} - 0.5",
            colour=f"datum.v < 0 ? '{BELOW}' : '{ABOVE}'",
            strength=f"0.05 + 0.95 * min(1, abs(datum.v) / {most!r})",
        )
        .encode(
            _x("left", len(names)),
            _y("top"),
            x2=alt.X2("right:Q"),
            y2=alt.Y2("bottom:Q"),
            color=alt.Color("colour:N", scale=None),
            opacity=alt.Opacity("strength:Q", scale=None),
            tooltip=tip,
        )
    )


def _shades(most: float, both: bool, form: str, y: float, left: float) -> list[Any]:
    """Return a key of what the colours stand for, from the least to the greatest value."""
    first = -SHADES if both else 0
    rows = [
        {
            "px": left + 16.0 + (k - first) * 22.0,
            "c": BELOW if k < 0 else ABOVE,
            "s": 0.05 + 0.95 * abs(k) / SHADES,
            "t": _written(most * k / SHADES, form),
            "y": y,
        }
        for k in range(first, SHADES + 1)
    ]
    data = alt.InlineData(values=rows)
    ends = alt.InlineData(values=[rows[0], rows[-1], *([rows[SHADES]] if both else [])])
    swatch = alt.Chart(data).mark_point(
        shape="square", filled=True, size=180, x={"expr": "datum.px + 8"}
    )
    text = alt.Chart(ends).mark_text(
        style="small", baseline="top", dy=9, x={"expr": "datum.px + 8"}
    )
    return [
        swatch.encode(
            _y("y"),
            color=alt.Color("c:N", scale=None),
            opacity=alt.Opacity("s:Q", scale=None),
        ),
        text.encode(_y("y"), text="t:N"),
    ]


def _written(value: float, form: str) -> str:
    if "%" in form:
        return f"{value:.0%}".replace("%", "\N{NO-BREAK SPACE}%")
    return number(float(f"{value:.2g}"), signed=True)
