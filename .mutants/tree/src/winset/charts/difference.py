"""Scenario differences: what a scenario changes, as a whole and through each channel alone."""

import altair as alt
import numpy as np

from winset.case.model import Case
from winset.charts import words
from winset.charts.canvas import Drawing
from winset.charts.metrics import width_of
from winset.charts.placing import inside
from winset.charts.rows import PLACE, TEXT, Row, Rows
from winset.charts.text import shown
from winset.charts.theme import NAME_SIZE
from winset.charts.view import ChartTable, View
from winset.forecast.scenario_effects import Comparison, Difference

ROW = 34.0
COLUMNS = ("Change", "Quantity", "Mean difference", "Monte Carlo error", "10 %", "90 %")


def scenario_differences(comparison: Comparison, issue: str, *, case: Case) -> View:
    """Return what each scenario of ``comparison`` changes on ``issue``, against the first one.

    Differences in the chance of an agreement, in percentage points; for a model that gives no such
    chance, differences in the settlement, in the issue's units.
    """
    entry = case.issue(issue)
    effects = [effect for effect in comparison.effects if effect.issue == issue]
    chances = all(effect.agreement is not None for effect in effects)
    quantity = words.differences_quantity(entry.scale.unit or "units", chance=chances)
    rows = []
    for effect in effects:
        difference = effect.agreement if chances else effect.settlement
        assert difference is not None
        if np.isnan(difference.value):
            continue
        name = f"only {effect.name}" if effect.part else effect.name
        rows.append(_row(shown(name), effect.part, difference, 100.0 if chances else 1.0))
    base = comparison.forecasts[0].made.scenario
    return View(
        title=words.differences_title(shown(entry.title)),
        caption=words.differences_caption(quantity, shown(base)),
        draw=_drawn(rows, quantity),
        table=ChartTable(
            columns=COLUMNS,
            rows=tuple(
                (r["name"], quantity, r["value"], r["error"], r["low"], r["high"]) for r in rows
            ),
        ),
        description=shown(
            f"Differences in {quantity} from {base}: "
            + words.listed(f"{row['name']} {row['text']}" for row in rows)
        ),
    )


def _row(name: str, part: bool, difference: Difference, unit: float) -> Row:
    value, error = unit * difference.value, unit * difference.error
    return {
        "name": name,
        "style": "part" if part else "whole",
        "value": value,
        "error": error,
        "from": value - 2 * error,
        "to": value + 2 * error,
        "low": unit * difference.low,
        "high": unit * difference.high,
        "text": f"{value:+.1f}".replace("-", "\N{MINUS SIGN}"),
    }


def _drawn(rows: list[Row], quantity: str) -> Drawing:
    ends = [row[key] for row in rows for key in ("low", "high", "from", "to")]
    low, high = min([*ends, 0.0]), max([*ends, 0.0])
    room = 0.05 * (high - low) or 1.0

    def draw(width: float) -> alt.LayerChart:
        names = [row["name"] for row in rows]
        frame = Rows(low - room, high + room, names, width=width, stack=True)
        placed = [{**row, "y": frame.row(row["name"], ROW)} for row in rows]
        frame.bottom = max(frame.bottom, ROW)
        zero = {"zero": 0.0, "y": 0.0, "end": frame.bottom}
        upright = alt.Chart().mark_rule(style="axis")
        frame.add([zero], upright.encode(frame.x("zero"), frame.y(), y2=alt.Y2("end:Q")))
        thin = alt.Chart().mark_rule(style="bar", strokeOpacity=0.6)
        frame.add(placed, thin.encode(frame.x("low"), frame.y(), x2=alt.X2("high:Q")))
        thick = alt.Chart().mark_rule(style="wide")
        frame.add(placed, thick.encode(frame.x("from"), frame.y(), x2=alt.X2("to:Q")))
        tip = [
            alt.Tooltip("name:N", title="Change"),
            alt.Tooltip("value:Q", title="Mean", format="+.2f"),
            alt.Tooltip("low:Q", title="10 %", format="+.2f"),
            alt.Tooltip("high:Q", title="90 %", format="+.2f"),
        ]
        dot = alt.Chart().mark_point(size=80, style="solid")
        frame.add(placed, dot.encode(frame.x("value"), frame.y(), tooltip=tip))
        frame.name([{"name": row["name"], "y": row["y"]} for row in placed], height=ROW)
        _values(frame, placed)
        frame.numbers(unit=f"Difference in {quantity}", signed=True)
        return frame.chart()

    return draw


def _values(frame: Rows, rows: list[Row]) -> None:
    """Write each mean above its dot."""
    labels = []
    for row in rows:
        wide = width_of(row["text"], NAME_SIZE, bold=True)
        begin = frame.px(row["value"]) - wide / 2
        px = inside(begin, wide, room=(0.0, frame.right))
        labels.append({"px": px, "y": row["y"] - 6.0, "text": row["text"]})
    text = alt.Chart().mark_text(align="left", baseline="bottom", style="heading", x=PLACE)
    frame.add(labels, text.encode(frame.y(), text=TEXT))
