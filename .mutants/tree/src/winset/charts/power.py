"""The effective power landscape: influence × salience stacked where it stands on the scale."""

import altair as alt

from winset.case.model import Case
from winset.case.parts import Scale
from winset.charts import words
from winset.charts.cast import cast
from winset.charts.frame import Frame
from winset.charts.marks import Mark, middle_batch
from winset.charts.metrics import width_of
from winset.charts.placing import Align, fitted
from winset.charts.rows import PLACE, TEXT, Row
from winset.charts.text import shown
from winset.charts.theme import NAME_SIZE
from winset.charts.view import ChartTable, View
from winset.explain.figures import figure, percent
from winset.models.central import Median

BINS = 32
HEIGHT, FLAG = 150.0, 15.0
LEGIBLE = 50.0  # pixels of a name that can still be read
NAMED, MOST_NAMED = 0.8, 14  # the greatest are named: this share of the power, at most so many
MEDIAN = "Weighted median"
COLUMNS = ("Actor", "Party", "Position", "Influence × salience", "Share", "Cumulative share")


def power_landscape(case: Case, issue: str) -> View:
    """Return where power on ``issue`` stands, every range at its median, and its weighted median.

    Raises:
        WinsetError: when the case has no such issue.
    """
    entry, batch = case.issue(issue), middle_batch(case)
    k, players = batch.issues.index(issue), cast(case, batch, issue)
    total = sum(player.power for player in players) or 1.0
    at = batch.in_units(batch.position)[0, :, k]
    rows: list[Row] = [
        {
            "name": player.name, "party": player.party, "colour": player.colour,
            "x": float(at[player.index]), "power": player.power, "share": player.power / total,
        }
        for player in players
    ]  # fmt: skip
    rows.sort(key=lambda row: (row["x"], -row["power"], row["name"]))
    passed = 0.0
    for row in rows:
        passed += row["share"]
        row["passed"] = passed
    _choose_named(rows)
    median = float(batch.in_units(Median().solve(batch).settlement)[0, k]) if rows else 0.0
    middle = Mark(kind="median", name=MEDIAN, value=median, low=median, high=median)
    median_text = figure(median, entry.scale) if rows else ""
    greatest = "; ".join(
        f"{row['name']} {percent(row['share'])} at {figure(row['x'], entry.scale)}"
        for row in sorted(rows, key=lambda row: -row["power"])[:5]
    )
    description = shown(
        f"Power on {entry.title}. Greatest shares: {greatest}. "
        + words.median_sentence(median_text)
    )

    def draw(width: float) -> alt.LayerChart:
        frame = Frame(entry, [], width=width, marks=[middle])
        frame.key({row["party"]: row["colour"] for row in rows})
        placed = [dict(row) for row in rows]
        flagged = [row for row in placed if row["named"]]
        base = frame.bottom + len(flagged) * FLAG + HEIGHT + 8
        tallest = max(_heights(placed, entry.scale).values(), default=1.0)
        _stack(placed, entry.scale, base, HEIGHT / tallest)
        _flags(frame, flagged)
        top = frame.bottom + 8
        _bars(frame, placed, base)
        frame.bottom = base + 6
        if rows:
            _median(frame, middle, top)
        frame.axis(states=False)
        return frame.chart(description)

    return View(
        title=words.power_title(shown(entry.title)),
        caption=words.power_caption(median_text),
        draw=draw,
        table=ChartTable(
            columns=COLUMNS,
            rows=tuple(
                (r["name"], r["party"], r["x"], r["power"], r["share"], r["passed"]) for r in rows
            ),
        ),
        description=description,
    )


def _place(row: Row, scale: Scale) -> int:
    share: float = (row["x"] - scale.low) / scale.width
    return round(share * BINS)


def _heights(rows: list[Row], scale: Scale) -> dict[int, float]:
    """Return how much power stands in each bin."""
    heights: dict[int, float] = {}
    for row in rows:
        heights[_place(row, scale)] = heights.get(_place(row, scale), 0.0) + row["share"]
    return {place: height for place, height in heights.items() if height > 0.0}


def _choose_named(rows: list[Row]) -> None:
    """Note on each row whether its actor is among the most powerful, named above the stacks."""
    chosen: list[Row] = []
    passed = 0.0
    for row in sorted(rows, key=lambda row: -row["share"]):
        if chosen and (passed >= NAMED or len(chosen) >= MOST_NAMED):
            break
        chosen.append(row)
        passed += row["share"]
    for row in rows:
        row["named"] = any(row is other for other in chosen)


def _stack(rows: list[Row], scale: Scale, base: float, pixels: float) -> None:
    """Give every actor its block; the named ones of a bin lie on top, each with its own stem."""
    width = scale.width / BINS
    bins: dict[int, list[Row]] = {}
    for row in rows:
        bins.setdefault(_place(row, scale), []).append(row)
    for place, members in bins.items():
        members.sort(key=lambda row: (row["named"], row["share"]))
        named = [row for row in members if row["named"]]
        left, y = scale.low + (place - 0.44) * width, base
        for row in members:
            row["left"], row["right"] = left, left + 0.88 * width
            row["y2"], row["y"] = y, y - pixels * row["share"]
            y = row["y"]
        for n, row in enumerate(reversed(named)):
            row["stem"] = left + 0.88 * width * (n + 0.5) / len(named)


def _flags(frame: Frame, flagged: list[Row]) -> None:
    """Name the greatest above the stacks, a row each: after its stem, or before it near the end.

    Names before their stems come first, from right to left downwards; names after them follow,
    from left to right. So no stem meets the name of another.
    """
    before: list[Row] = []
    after: list[Row] = []
    edge = frame.right
    for row in sorted(flagged, key=lambda row: -float(row["stem"])):
        stem, tail = frame.px(row["stem"]), f"  {percent(row['share'])}"
        tail_wide = width_of(tail, NAME_SIZE) + 5.0
        ahead, behind = frame.right - stem, stem - frame.left
        whole = width_of(" ".join(row["name"].split()), NAME_SIZE) + tail_wide
        # Only where little is left of a name before its stem may another stem run through it.
        first = stem + whole > edge and (behind - tail_wide > LEGIBLE or behind > ahead)
        name = fitted(row["name"], (behind if first else ahead) - tail_wide - 1.0, NAME_SIZE)
        flag: Row = {
            "x": row["stem"], "end": (row["y"] + row["y2"]) / 2, "full": row["name"],
            "text": name + tail,
        }  # fmt: skip
        if first:
            before.append({**flag, "px": stem - 4.0, "align": "right"})
            edge = stem
        else:
            after.append({**flag, "px": stem + 4.0, "align": "left"})
    rows = [*before, *reversed(after)]
    for row in rows:
        row["y"] = frame.bottom + FLAG / 2
        frame.bottom += FLAG
    line = alt.Chart().mark_rule(style="line", strokeOpacity=0.45, strokeWidth=1)
    frame.add(rows, line.encode(frame.x(), frame.y(), y2=alt.Y2("end:Q")))
    tip = alt.Tooltip("full:N", title="Actor")
    sides: tuple[Align, ...] = ("left", "right")
    for align in sides:
        name = alt.Chart().mark_text(style="name", align=align, baseline="middle", x=PLACE)
        chosen = [dict(row) for row in rows if row["align"] == align]
        frame.add(chosen, name.encode(frame.y(), text=TEXT, tooltip=tip))


def _bars(frame: Frame, rows: list[Row], base: float) -> None:
    line = {"x": alt.value(0), "x2": alt.value("width")}
    frame.add([{"y": base}], alt.Chart().mark_rule(style="guide").encode(frame.y(), **line))
    keys = ("name", "party", "colour", "x", "power", "share", "left", "right", "y", "y2")
    drawn = [{key: row[key] for key in keys} for row in rows if row["power"] > 0.0]
    # A gap of a pixel, where there is room, tells one block from the next.
    for row in drawn:
        row["y2"] -= 1.0 if row["y2"] - row["y"] > 2.5 else 0.0
    tip = [
        alt.Tooltip("name:N", title="Actor"), alt.Tooltip("party:N", title="Party"),
        alt.Tooltip("x:Q", title="Position", format=".4~g"),
        alt.Tooltip("power:Q", title="Influence × salience", format=".3~g"),
        alt.Tooltip("share:Q", title="Share", format=".1%"),
    ]  # fmt: skip
    bar = alt.Chart().mark_rect(opacity=0.88)
    colour = alt.Color("colour:N", scale=None)
    frame.add(drawn, bar.encode(frame.x("left"), frame.y(), x2=alt.X2("right:Q"),
                                y2=alt.Y2("y2:Q"), color=colour, tooltip=tip))  # fmt: skip
    # The stems end on their blocks: seen above them, not under.
    ends = [
        {"x": row["stem"], "y": (row["y"] + row["y2"]) / 2}
        for row in rows
        if row["named"] and row["power"] > 0.0
    ]
    dot = alt.Chart().mark_point(style="solid", size=9)
    frame.add(ends, dot.encode(frame.x(), frame.y()))


def _median(frame: Frame, middle: Mark, top: float) -> None:
    """Mark the weighted median below the stacks, a line rising from it."""
    (row,) = frame.mark_rows([middle])
    rise = [{"x": middle.value, "y": row["y"] - 6, "end": top}]
    line = alt.Chart().mark_rule(style="line", strokeDash=[6, 3], strokeOpacity=0.85)
    frame.add(rise, line.encode(frame.x(), frame.y(), y2=alt.Y2("end:Q")))
