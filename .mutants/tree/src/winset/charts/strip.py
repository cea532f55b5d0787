"""The position strip: every actor of an issue on its scale, a lane each."""

import altair as alt

from winset.case.model import Case
from winset.case.parts import Scale, Stance
from winset.case.ranges import Range, point
from winset.charts import words
from winset.charts.frame import ROW, Frame
from winset.charts.marks import Mark, marks
from winset.charts.rows import Row
from winset.charts.text import shown
from winset.charts.theme import NO_PARTY, party_colours
from winset.charts.view import ChartTable, View
from winset.explain.figures import figure, spread

LARGEST, SMALLEST = 300.0, 12.0  # area of a circle, square pixels
BRACKETS = {"red_low": "M0.4,-1L-0.1,-1L-0.1,1L0.4,1", "red_high": "M-0.4,-1L0.1,-1L0.1,1L-0.4,1"}
COLUMNS = {
    "name": "Actor", "party": "Party", "x": "Position", "low": "Lowest", "high": "Highest",
    "salience": "Salience", "influence": "Influence", "weight": "Influence × salience",
    "red_low": "Accepts from", "red_high": "Accepts up to",
}  # fmt: skip

TIP = {
    "name": "Actor", "party": "Party", "range": "Position", "salience": "Salience",
    "influence": "Influence", "accepts": "Accepts",
}  # fmt: skip


def position_strip(case: Case, issue: str) -> View:
    """Return who wants what on ``issue``, how strongly, and within which red lines.

    Raises:
        WinsetError: when the case has no such issue.
    """
    entry = case.issue(issue)
    beside, rows = marks(case, issue), _rows(case, issue)
    description = _described(case, issue, rows, beside)

    def draw(width: float) -> alt.LayerChart:
        frame = Frame(entry, [row["name"] for row in rows], width=width, marks=beside)
        parties = sorted(rows, key=lambda row: row["order"])
        frame.key({row["party"]: row["colour"] for row in parties})
        drawn = frame.mark_rows(beside)
        frame.bottom += 8
        two_lines = any(len(frame.name_lines(row["name"])) > 1 for row in rows)
        lane = ROW + 3 if two_lines else ROW
        placed = [{**row, "y": frame.bottom + lane * (k + 0.5)} for k, row in enumerate(rows)]
        frame.bottom += lane * len(rows)
        frame.drop(drawn)
        _draw(frame, placed)
        frame.axis()
        return frame.chart(description)

    return View(
        title=words.strip_title(shown(entry.title)),
        caption=words.strip_caption(
            ranges=any(row["low"] < row["high"] for row in rows),
            red_lines=any(row[side] is not None for row in rows for side in BRACKETS),
        ),
        draw=draw,
        table=_table(rows, beside),
        description=description,
    )


def _rows(case: Case, issue: str) -> list[Row]:
    """Return a row an actor, from the low end of the scale to the high one."""
    rows = [_row(case, stance) for stance in case.stances_on(issue)]
    heaviest = max((row["weight"] for row in rows), default=0.0) or 1.0
    for row in rows:
        row["size"] = max(SMALLEST, LARGEST * row["weight"] / heaviest)
    return sorted(rows, key=lambda row: (row["x"], -row["weight"], row["name"]))


def _row(case: Case, stance: Stance) -> Row:
    actor, order = case.actor(stance.actor), [party.id for party in case.parties]
    party = None if actor.party is None else case.party(actor.party)
    # A checked case gives these three on every plain stance.
    position, salience, influence = (
        value or point(0.0) for value in (stance.position, stance.salience, stance.influence)
    )
    scale = case.issue(stance.issue).scale
    return {
        "name": shown(actor.name),
        "party": "No party" if party is None else shown(party.name or party.id),
        "order": len(order) if party is None else order.index(party.id),
        "colour": NO_PARTY if party is None else party_colours(case.parties)[party.id],
        "x": position.middle,
        "low": position.low,
        "high": position.high,
        "salience": salience.middle,
        "influence": influence.middle,
        "weight": influence.middle * salience.middle / 100.0,
        "red_low": _middle(stance.red_line_low),
        "red_high": _middle(stance.red_line_high),
        "range": shown(spread(position, scale)),
        "accepts": _accepts(stance, scale),
    }


def _middle(value: Range | None) -> float | None:
    return None if value is None else value.middle


def _accepts(stance: Stance, scale: Scale) -> str:
    """Return the red lines in words."""
    ends = (("from", stance.red_line_low), ("up to", stance.red_line_high))
    limits = [f"{end} {spread(value, scale)}" for end, value in ends if value is not None]
    return shown(" ".join(limits)) or words.NO_RED_LINE


def _draw(frame: Frame, rows: list[Row]) -> None:
    """Draw the lanes: name, whisker, circle, brackets."""
    frame.name(rows)
    colour = alt.Color("colour:N", scale=None)
    tip = [alt.Tooltip(field=field, title=title, type="nominal") for field, title in TIP.items()]
    ends = {"x": alt.value(0), "x2": alt.value("width")}
    frame.add(rows, alt.Chart().mark_rule(style="lane").encode(frame.y(), **ends))
    frame.add(
        [row for row in rows if row["low"] < row["high"]],
        alt.Chart()
        .mark_rule(strokeWidth=2, strokeOpacity=0.75, strokeCap="round")
        .encode(frame.x("low"), frame.y(), x2=alt.X2("high:Q"), color=colour),
    )
    size = alt.Size("size:Q", scale=None)
    frame.add(
        rows,
        alt.Chart()
        .mark_circle(opacity=0.92)
        .encode(frame.x(), frame.y(), color=colour, size=size, tooltip=tip),
    )
    for side, shape in BRACKETS.items():
        frame.add(
            [row for row in rows if row[side] is not None],
            alt.Chart()
            .mark_point(shape=shape, size=200, style="bracket", filled=False)
            .encode(frame.x(side), frame.y(), tooltip=tip),
        )


def _described(case: Case, issue: str, rows: list[Row], beside: tuple[Mark, ...]) -> str:
    entry = case.issue(issue)
    low, high = figure(entry.scale.low, entry.scale), figure(entry.scale.high, entry.scale)
    sentences = [
        f"Positions of {len(rows)} actors on {entry.title}, on a scale from {low} to {high}."
    ]
    if rows:
        first, last = rows[0], rows[-1]
        sentences.append(f"Lowest: {first['name']} at {figure(first['x'], entry.scale)}.")
        sentences.append(f"Highest: {last['name']} at {figure(last['x'], entry.scale)}.")
    sentences += [f"{mark.name}: {figure(mark.value, entry.scale)}." for mark in beside]
    return shown(" ".join(sentences))


def _table(rows: list[Row], beside: tuple[Mark, ...]) -> ChartTable:
    actors = [tuple("" if row[key] is None else row[key] for key in COLUMNS) for row in rows]
    points = [(m.name, "", m.value, m.low, m.high, "", "", "", "", "") for m in beside]
    return ChartTable(columns=tuple(COLUMNS.values()), rows=(*actors, *points))
