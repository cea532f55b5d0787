"""Scenario differences: what a scenario does, whole and through each channel alone."""

import altair as alt
import numpy as np

from winset.case.model import Case
from winset.charts.frame import Row
from winset.charts.text import lines, shown
from winset.charts.view import Table, View
from winset.comparison import Comparison, Difference

ROW = 30.0
COLUMNS = ("Change", "Quantity", "Mean difference", "Monte Carlo error", "10 %", "90 %")


def scenario_differences(comparison: Comparison, issue: str, *, case: Case) -> View:
    """Return what each scenario of ``comparison`` does on ``issue``, against the first of them.

    Differences in the probability of an agreement, in percentage points; where the model takes
    agreement for granted, differences in the settlement, in the issue's units.
    """
    entry = case.issue(issue)
    effects = [effect for effect in comparison.effects if effect.issue == issue]
    chances = all(effect.agreement is not None for effect in effects)
    quantity = "P(agreement), points" if chances else f"settlement, {entry.scale.unit or 'units'}"
    rows = []
    for effect in effects:
        difference = effect.agreement if chances else effect.settlement
        assert difference is not None
        if np.isnan(difference.value):
            continue
        name = f"only {effect.name}" if effect.part else effect.name
        rows.append(_row(shown(name), effect.part, difference, 100.0 if chances else 1.0))
    for k, row in enumerate(rows):
        row["y"] = (k + 0.5) * ROW
    base = comparison.forecasts[0].made.scenario
    return View(
        title=f"What the scenarios do: {shown(entry.title)}",
        caption=(
            f"Difference in {quantity}, against “{shown(base)}”, draw by draw. Dots are means, "
            "thick bars two Monte Carlo errors, thin bars the middle 80 % over what is not known."
        ),
        chart=_chart(rows, quantity),
        table=Table(
            columns=COLUMNS,
            rows=tuple(
                (r["name"], quantity, r["value"], r["error"], r["low"], r["high"]) for r in rows
            ),
        ),
        description=shown(
            f"Differences in {quantity} against {base}: "
            + "; ".join(f"{row['name']} {row['text']}" for row in rows)
            + "."
        ),
    )


def _row(name: str, part: bool, difference: Difference, unit: float) -> Row:
    value, error = unit * difference.value, unit * difference.error
    return {
        "name": name,
        "said": lines(name, 28, most=1),
        "style": "part" if part else "whole",
        "value": value,
        "error": error,
        "from": value - 2 * error,
        "to": value + 2 * error,
        "low": unit * difference.low,
        "high": unit * difference.high,
        "text": f"{value:+.1f}".replace("-", "\N{MINUS SIGN}"),
    }


def _chart(rows: list[Row], quantity: str) -> alt.LayerChart:
    height = max(ROW, len(rows) * ROW)
    data = alt.InlineData(values=rows)
    ends = [row[key] for row in rows for key in ("low", "high", "from", "to")]
    low, high = min([*ends, 0.0]), max([*ends, 0.0])
    room = 0.14 * max(high - low, 1e-6)
    scale = alt.Scale(domain=[low - room, high + room], nice=False)
    axis = alt.Axis(title=f"Difference in {quantity}", grid=False, format="+~g", tickCount=5)
    y = alt.Y("y:Q", scale=None, axis=None)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", scale=scale, axis=axis)

    zero = alt.Chart(alt.InlineData(values=[{"zero": 0.0}])).mark_rule(style="axis")
    thin = alt.Chart(data).mark_rule(style="bar", strokeOpacity=0.6)
    thick = alt.Chart(data).mark_rule(style="wide")
    dot = alt.Chart(data).mark_point(size=80, style="solid")
    tip = [
        alt.Tooltip("name:N", title="Change"),
        alt.Tooltip("value:Q", title="Mean", format="+.2f"),
        alt.Tooltip("low:Q", title="10 %", format="+.2f"),
        alt.Tooltip("high:Q", title="90 %", format="+.2f"),
    ]
    name = alt.Chart(data).mark_text(align="right", baseline="middle", style="name", x=-12)
    value = alt.Chart(data).mark_text(align="center", baseline="bottom", style="heading", dy=-6)
    return alt.LayerChart(
        layer=[
            zero.encode(x("zero"), y=alt.value(0), y2=alt.value(height)),
            thin.encode(x("low"), y, x2=alt.X2("high:Q")),
            thick.encode(x("from"), y, x2=alt.X2("to:Q")),
            dot.encode(x("value"), y, tooltip=tip),
            name.encode(y, text=alt.Text("said:N")),
            value.encode(x("value"), y, text=alt.Text("text:N")),
        ],
        width=480,
        height=height,
    )
