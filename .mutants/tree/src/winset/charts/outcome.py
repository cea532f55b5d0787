"""The outcome: where a forecast says that an issue settles, in dots that can be counted."""

import math
from collections.abc import Sequence

import altair as alt

from winset.case.model import Case
from winset.case.parts import Issue, Scale
from winset.case.scenarios import apply_scenario
from winset.charts import words
from winset.charts.frame import Frame
from winset.charts.marks import Mark, marks
from winset.charts.rows import Row
from winset.charts.text import shown
from winset.charts.view import ChartTable, View
from winset.explain.figures import figure, measure, percent
from winset.forecast.forecast import Forecast

DOTS = 50
BINS = 40
IN_A_ROW = 10
HEIGHT, LEAST, MOST = 210.0, 4.5, 13.0  # of the tallest stack; of one dot, pixels
COLUMNS = ("What", "Value", "From", "To", "Dots")


def outcome(
    forecast: Forecast,
    issue: str,
    *,
    case: Case,
    beside: Sequence[Mark] | None = None,
    states: bool = True,
) -> View:
    """Return where ``issue`` settles by ``forecast``, beside what else is known.

    Args:
        forecast: of any model.
        issue: id of the issue.
        case: what the forecast was made of.
        beside: points to compare with; those of `marks` unless given.
        states: whether to write what the world looks like at the labelled points.

    Raises:
        WinsetError: when the case or the forecast has no such issue.
    """
    case = apply_scenario(case, forecast.made.scenario)
    entry = case.issue(issue)
    beside = marks(case, issue) if beside is None else beside
    settled, refused = _counts(forecast, issue)
    middle = _middle(forecast, issue)
    half = _half(forecast, issue, middle)
    stacks = _stacks(forecast, issue, entry.scale, settled)
    description = _described(forecast, issue, entry, middle, refused)

    def draw(width: float) -> alt.LayerChart:
        points = [*middle, *beside]
        frame = Frame(entry, ["No agreement", "Settlement"], width=width, marks=points)
        drawn = frame.mark_rows(points)
        _draw_half(frame, half, drawn)
        frame.bottom += 6
        _draw_stacks(frame, stacks, settled)
        _draw_refusals(frame, refused)
        frame.drop(drawn)
        frame.axis(states=states)
        return frame.chart(description)

    return View(
        title=words.outcome_title(forecast.made.model, shown(entry.title)),
        caption=words.outcome_caption(
            settled + refused, refused, chance=forecast.agreement is not None
        ),
        draw=draw,
        table=_table(
            [*middle, *half, *beside],
            [*_stack_rows(stacks, entry.scale), *_refusal_rows(entry, refused)],
        ),
        description=description,
    )


def _middle(forecast: Forecast, issue: str) -> list[Mark]:
    """Return the median with its 80 % interval, unless no draw ends in an agreement."""
    low, middle, high = forecast.quantiles(issue, (0.1, 0.5, 0.9))
    if math.isnan(middle):
        return []
    return [Mark(kind="forecast", name="Forecast", value=middle, low=low, high=high)]


def _half(forecast: Forecast, issue: str, middle: list[Mark]) -> list[Mark]:
    """Return the 50 % interval, if there is an 80 % one."""
    low, median, high = forecast.quantiles(issue, (0.25, 0.5, 0.75))
    return [
        Mark(kind="half", name="Forecast, 50 % interval", value=median, low=low, high=high)
        for _ in middle
    ]


def _draw_half(frame: Frame, half: list[Mark], drawn: list[Row]) -> None:
    """Draw the 50 % interval over the forecast's row."""
    rows = [
        {"low": mark.low, "high": mark.high, "y": row["y"]}
        for mark in half
        for row in drawn
        if row["kind"] == "forecast"
    ]
    wide = alt.Chart().mark_rule(style="wide")
    frame.add(rows, wide.encode(frame.x("low"), frame.y(), x2=alt.X2("high:Q")))


def _counts(forecast: Forecast, issue: str) -> tuple[int, int]:
    """Return how many dots settle and how many end without an agreement."""
    agreed = forecast.agreed(issue)
    share = 1.0 if agreed is None else agreed[0]
    total = 1 if forecast.draws == 1 and share in (0.0, 1.0) else DOTS
    settled = round(total * share) if len(forecast.settled(issue)[0]) else 0
    return settled, total - settled


def _stacks(forecast: Forecast, issue: str, scale: Scale, dots: int) -> dict[int, list[float]]:
    """Return equally likely settlements by the bin of the scale that they lie in."""
    step = scale.width / BINS
    stacks: dict[int, list[float]] = {}
    for value in forecast.quantiles(issue, [(k + 0.5) / dots for k in range(dots)]):
        place = min(int((value - scale.low) / step), BINS - 1)
        stacks.setdefault(place, []).append(value)
    return stacks


def _draw_stacks(frame: Frame, stacks: dict[int, list[float]], dots: int) -> None:
    """Draw equally likely settlements as stacks of dots."""
    scale = frame.issue.scale
    step = scale.width / BINS
    tallest = max((len(stack) for stack in stacks.values()), default=0)
    if not tallest:
        return
    size = min(max(HEIGHT / tallest, LEAST), MOST)
    top, frame.bottom = frame.bottom, frame.bottom + tallest * size + 8
    rows = [
        {"x": scale.low + (place + 0.5) * step if dots > 1 else value, "value": value,
         "y": frame.bottom - 2 - (k + 0.5) * size}
        for place, stack in stacks.items()
        for k, value in enumerate(stack)
    ]  # fmt: skip
    frame.name([{"name": "Settlement", "y": (top + frame.bottom) / 2}])
    base = {"x": alt.value(0), "x2": alt.value("width")}
    frame.add([{"y": frame.bottom}], alt.Chart().mark_rule(style="guide").encode(frame.y(), **base))
    frame.add(
        rows,
        alt.Chart()
        .mark_point(shape="circle", style="dot", size=_fitting(size))
        .encode(
            frame.x(), frame.y(), tooltip=alt.Tooltip("value:Q", title="Settles", format=".4~g")
        ),
    )


def _stack_rows(stacks: dict[int, list[float]], scale: Scale) -> list[Row]:
    """Return a row a stack, for the table."""
    step = scale.width / BINS
    return [
        {"name": "Settlement", "x": scale.low + (place + 0.5) * step,
         "low": scale.low + place * step, "high": scale.low + (place + 1) * step,
         "dots": len(stack)}
        for place, stack in sorted(stacks.items())
    ]  # fmt: skip


def _draw_refusals(frame: Frame, refused: int) -> None:
    """Draw the outcomes without an agreement apart, in rows of ten that begin at the reversion."""
    if not refused:
        return
    scale, reversion = frame.issue.scale, frame.issue.reversion
    start = scale.low if reversion is None else reversion.middle
    step, size = scale.width / BINS, MOST - 1
    onward = 1 if start - scale.low <= scale.width / 2 else -1
    top = frame.bottom + 6
    rows = [
        {"x": start + onward * (k % IN_A_ROW) * step, "start": start,
         "y": top + (k // IN_A_ROW + 0.5) * size}
        for k in range(refused)
    ]  # fmt: skip
    frame.bottom = max(row["y"] for row in rows) + size / 2 + 8
    frame.name([{"name": "No agreement", "y": (top + frame.bottom - 8) / 2}])
    tip = alt.Tooltip("start:Q", title="No agreement: stays at", format=".4~g")
    frame.add(
        rows,
        alt.Chart()
        .mark_point(shape="square", style="hollow", size=_fitting(size - 3))
        .encode(frame.x(), frame.y(), tooltip=tip),
    )


def _refusal_rows(entry: Issue, refused: int) -> list[Row]:
    """Return the row of the outcomes without an agreement, for the table."""
    if not refused:
        return []
    reversion = entry.reversion
    row: Row = {"name": "No agreement", "x": "", "low": "", "high": "", "dots": refused}
    if reversion is not None:
        row |= {"x": reversion.middle, "low": reversion.low, "high": reversion.high}
    return [row]


def _fitting(size: float) -> dict[str, str]:
    """Return the area of a dot that fits both ``size`` pixels and a bin of the scale."""
    return {"expr": f"pow(0.9 * min({size:g}, width / {BINS}), 2)"}


def _described(
    forecast: Forecast, issue: str, entry: Issue, middle: list[Mark], refused: int
) -> str:
    sentences = [f"Where {entry.title} settles by model {forecast.made.model}."]
    agreed = forecast.agreed(issue)
    if agreed is not None:
        sentences.append(f"Chance of an agreement: {percent(agreed[0])}.")
    for mark in middle:
        low, high = figure(mark.low, entry.scale), figure(mark.high, entry.scale)
        sentences.append(
            f"Median settlement: {measure(mark.value, entry.scale)}; 80 % from {low} to {high}."
        )
    if refused:
        sentences.append(f"{refused} dots end without an agreement.")
    return shown(" ".join(sentences))


def _table(points: Sequence[Mark], dots: list[Row]) -> ChartTable:
    full_names = {"forecast": "Forecast, 80 % interval"}
    rows: list[tuple[str | float, ...]] = [
        (full_names.get(mark.kind, mark.name), mark.value, mark.low, mark.high, "")
        for mark in points
    ]
    rows += [(row["name"], row["x"], row["low"], row["high"], row["dots"]) for row in dots]
    return ChartTable(columns=COLUMNS, rows=tuple(rows))
