"""The forecast over time: a moving band, and the statements that moved it as ticks below."""

import datetime
import math
from typing import Any

import altair as alt

from winset.case.model import Case
from winset.case.parts import Issue, Statement
from winset.charts import words
from winset.charts.canvas import EDGE, sheet
from winset.charts.cast import names_within
from winset.charts.metrics import width_of
from winset.charts.rows import MOST_GUTTER, SHARE
from winset.charts.text import shown
from winset.charts.theme import NAME_SIZE, NO_PARTY, SMALL_SIZE, party_colours
from winset.charts.view import ChartTable, View
from winset.explain.figures import figure
from winset.forecast.timeline import Timeline

HEIGHT, TICK, LANE = 200.0, 14.0, 18.0
DATE = width_of("30 May 2000", NAME_SIZE) + 4.0  # pixels of a date, as long as they come
COLUMNS = ("Date", "Median", "80 % from", "80 % to", "Agreement", "Statements")
Row = dict[str, Any]


def timeline(course: Timeline, issue: str, *, case: Case) -> View:
    """Return how the forecast on ``issue`` moved, and which statements came out when.

    Args:
        course: what `winset.forecast.timeline.make_timeline` returned.
        issue: id of the issue.
        case: what it was made of.

    Raises:
        WinsetError: when the case has no such issue.
    """
    entry = case.issue(issue)
    rows, ticks = _rows(course, issue), _ticks(course, issue, case)
    description = _described(entry, rows, ticks)

    def draw(width: float) -> alt.LayerChart:
        limit = min(MOST_GUTTER, SHARE * width)
        speakers = list(dict.fromkeys(row["speaker"] for row in ticks))
        shorts = dict(zip(speakers, names_within(speakers, limit, SMALL_SIZE), strict=True))
        numbers = [figure(at, entry.scale) for at in _quarters(entry)]
        gutter = 10.0 + max(
            *(width_of(name, SMALL_SIZE) for name in [*shorts.values(), ""]),
            *(width_of(text, NAME_SIZE) for text in numbers),
            DATE / 2 - 8.0,
        )
        across = width - 2 * EDGE - gutter - DATE / 2
        return sheet(
            [
                *_scale(entry),
                *_course(entry, rows),
                *_statements(ticks, shorts),
                *_dates(rows, ticks, across),
            ],
            across=across,
            down=_base(ticks) + 26,
            left=EDGE + gutter,
            right=EDGE + DATE / 2,
            description=description,
        )

    return View(
        title=words.timeline_title(shown(entry.title), course.model),
        caption=words.TIMELINE_CAPTION,
        draw=draw,
        table=_table(rows),
        description=description,
    )


def _rows(course: Timeline, issue: str) -> list[Row]:
    rows = []
    for moment in course.moments:
        summary = moment.summary(issue)
        rows.append(
            {
                "day": moment.date.isoformat(),
                "median": summary.quantiles[0.5],
                "low": summary.quantiles[0.1],
                "high": summary.quantiles[0.9],
                "agreement": summary.agreement,
                "statements": ", ".join(r.id for r in moment.statements if r.issue == issue),
            }
        )
    return rows


def _ticks(course: Timeline, issue: str, case: Case) -> list[Row]:
    """Return a row a statement, in a lane a speaker, lanes in the order of the actors."""
    dated = [
        (moment.date, row)
        for moment in course.moments
        for row in moment.statements
        if row.issue == issue
    ]
    speakers = dict.fromkeys([a.id for a in case.actors] + [row.speaker for _, row in dated])
    used = [name for name in speakers if any(row.speaker == name for _, row in dated)]
    return [_tick(day, row, case, used.index(row.speaker)) for day, row in dated]


def _tick(day: datetime.date, row: Statement, case: Case, lane: int) -> Row:
    actor = next((actor for actor in case.actors if actor.id == row.speaker), None)
    party = None if actor is None else actor.party
    return {
        "day": day.isoformat(),
        "y": HEIGHT + 24 + lane * LANE,
        "speaker": shown(actor.name if actor else row.speaker),
        "colour": party_colours(case.parties)[party] if party else NO_PARTY,
        "kind": row.kind,
        "value": "" if row.value is None else str(row.value),
        "id": row.id,
    }


def _base(ticks: list[Row]) -> float:
    return max((row["y"] for row in ticks), default=HEIGHT) + 16


def _x(field: str = "day") -> alt.X:
    return alt.X(f"{field}:T", axis=None, scale=alt.Scale(type="utc"))


def _y(field: str = "y") -> alt.Y:
    return alt.Y(f"{field}:Q", scale=None, axis=None)


def _height(entry: Issue, value: float) -> float:
    """Return how many pixels down ``value`` of the scale stands."""
    return HEIGHT * (entry.scale.high - value) / entry.scale.width


def _layer(rows: list[Row], mark: alt.Chart) -> list[Any]:
    if not rows:
        return []
    mark.data = alt.InlineData(values=rows)
    return [mark]


def _quarters(entry: Issue) -> list[float]:
    return [entry.scale.low + k * entry.scale.width / 4 for k in range(5)]


def _scale(entry: Issue) -> list[Any]:
    """Return guides across at quarters of the scale, each with its number."""
    rows = [{"y": _height(entry, at), "text": figure(at, entry.scale)} for at in _quarters(entry)]
    ends = {"x": alt.value(0), "x2": alt.value("width")}
    guide = alt.Chart().mark_rule(style="guide").encode(_y(), **ends)
    text = alt.Chart().mark_text(style="name", align="right", baseline="middle", x=-8)
    return [*_layer(rows, guide), *_layer(rows, text.encode(_y(), text="text:N"))]


def _course(entry: Issue, rows: list[Row]) -> list[Any]:
    """Return the band and the line, level from each moment to the next."""
    settled = [row for row in rows if not math.isnan(row["median"])]
    drawn = [
        {**row, "y": _height(entry, row["median"]), "top": _height(entry, row["high"]),
         "bottom": _height(entry, row["low"])}
        for row in settled
    ]  # fmt: skip
    tip = [
        alt.Tooltip("day:T", title="From"),
        alt.Tooltip("median:Q", title="Median", format=".4~g"),
        alt.Tooltip("low:Q", title="80 % from", format=".4~g"),
        alt.Tooltip("high:Q", title="80 % to", format=".4~g"),
        alt.Tooltip("statements:N", title="Statements"),
    ]
    band = alt.Chart().mark_area(
        style="guide", interpolate="step-after", fillOpacity=0.16, strokeOpacity=0
    )
    line = alt.Chart().mark_line(style="bar", interpolate="step-after")
    point = alt.Chart().mark_point(shape="circle", style="solid", size=26)
    return [
        *_layer(drawn, band.encode(_x(), _y("top"), y2="bottom:Q")),
        *_layer(drawn, line.encode(_x(), _y())),
        *_layer(drawn, point.encode(_x(), _y(), tooltip=tip)),
    ]


def _statements(ticks: list[Row], shorts: dict[str, str]) -> list[Any]:
    names = {row["y"]: row["speaker"] for row in ticks}
    lanes = [{"y": y, "text": shorts[name]} for y, name in names.items()]
    tip = [alt.Tooltip("day:T", title="Published")]
    tip += [
        alt.Tooltip(f"{name}:N", title=name.capitalize())
        for name in ("speaker", "kind", "value", "id")
    ]
    text = alt.Chart().mark_text(style="small", align="right", baseline="middle", x=-8)
    mark = alt.Chart().mark_tick(orient="vertical", size=TICK, thickness=2.5, opacity=0.9)
    colour = alt.Color("colour:N", scale=None)
    return [
        *_layer(lanes, text.encode(_y(), text="text:N")),
        *_layer(ticks, mark.encode(_x(), _y(), color=colour, tooltip=tip)),
    ]


def _dates(rows: list[Row], ticks: list[Row], across: float) -> list[Any]:
    """Return the first, the last and the middle day that have room, below everything."""
    days = [row["day"] for row in rows]
    first, last = (datetime.date.fromisoformat(day) for day in (days[0], days[-1]))
    span, y = max((last - first).days, 1), _base(ticks)
    chosen: list[str] = []
    for day in (days[0], days[-1], *days[1:-1]):
        at = [(datetime.date.fromisoformat(d) - first).days / span for d in (*chosen, day)]
        if all(abs(at[-1] - other) * across > DATE + 8.0 for other in at[:-1]):
            chosen.append(day)
    marks = [{"day": day, "y": y, "top": 0.0} for day in chosen]
    text = alt.Chart().mark_text(style="name", baseline="top", dy=4)
    guide = alt.Chart().mark_rule(style="lane")
    return [
        *_layer(marks, guide.encode(_x(), _y(), y2="top:Q")),
        *_layer(marks, text.encode(_x(), _y(), text=alt.Text("day:T", format="%-d %b %Y"))),
    ]


def _described(entry: Issue, rows: list[Row], ticks: list[Row]) -> str:
    settled = [row for row in rows if not math.isnan(row["median"])]
    sentences = [f"How the forecast on {entry.title} moved; {len(ticks)} statements."]
    for row in dict.fromkeys(id(r) for r in (settled[:1] + settled[-1:])):
        end_row = next(r for r in settled if id(r) == row)
        sentences.append(
            f"On {end_row['day']}: median {figure(end_row['median'], entry.scale)}, 80 % from "
            f"{figure(end_row['low'], entry.scale)} to {figure(end_row['high'], entry.scale)}."
        )
    return shown(" ".join(sentences))


def _table(rows: list[Row]) -> ChartTable:
    cells = tuple(
        (
            row["day"],
            *("" if math.isnan(row[key]) else row[key] for key in ("median", "low", "high")),
            "" if row["agreement"] is None else row["agreement"],
            row["statements"],
        )
        for row in rows
    )
    return ChartTable(columns=COLUMNS, rows=cells)
