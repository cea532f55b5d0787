"""Whether the forecasts of a backtest are as uncertain as they say."""

from typing import Any

import altair as alt
import numpy as np

from winset.charts import words
from winset.charts.placing import ticks
from winset.charts.rows import Row
from winset.charts.square import Square, share
from winset.charts.text import shown
from winset.charts.theme import PALETTE
from winset.charts.view import ChartTable, View
from winset.track_record.backtest import CLIMATOLOGY, Backtest
from winset.track_record.backtest_words import interval_coverage, probability_transforms
from winset.track_record.model_table import settled
from winset.track_record.resolved_questions import ModelEvents
from winset.track_record.scores import estimate, group_weights

BINS = 10
HUE = PALETTE[0]
SHARE = alt.Scale(domain=[0, 1], nice=False)
_FIFTHS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


def coverage(backtest: Backtest, model: str) -> View:
    """Return how often outcomes lay in the intervals of ``model``, beside how often they should.

    Other models that settled something are thin lines behind it.
    """
    measured = interval_coverage(backtest, model)
    rows = [
        {"model": model, "x": share, "y": e.value, "low": e.bar[0], "high": e.bar[1]}
        for share, e in measured
    ]
    others = [
        {"model": shown(other), "x": share, "y": e.value}
        for other in backtest.models
        if other not in (model, CLIMATOLOGY) and settled(backtest, other, "calibrated")
        for share, e in interval_coverage(backtest, other)
    ]
    tip = [
        alt.Tooltip("model:N", title="Model"), alt.Tooltip("x:Q", title="Interval", format=".0%"),
        alt.Tooltip("y:Q", title="Inside", format=".0%"),
    ]  # fmt: skip
    shares_text = ", ".join(f"{r['y']:.0%} in the {r['x']:.0%} intervals" for r in rows)
    description = shown(f"Coverage of the calibrated intervals of {model}: {shares_text}.")

    def draw(width: float) -> alt.LayerChart:
        square = _shares(width, "Interval", "Outcomes inside")
        return square.chart(_coverage(square, rows, others, tip), description)

    return View(
        title=words.coverage_title(shown(model)),
        caption=words.COVERAGE_CAPTION,
        draw=draw,
        table=ChartTable(
            columns=("Interval, %", "Outcomes inside, %", "From", "To"),
            rows=tuple(
                (f"{r['x']:.0%}", *(round(100 * float(str(r[k])), 1) for k in ("y", "low", "high")))
                for r in rows
            ),
        ),
        description=description,
    )


def _coverage(
    square: Square, rows: list[Row], others: list[Row], tip: list[alt.Tooltip]
) -> list[Any]:
    """Return the diagonal, the other models, and the band and the line of the one."""
    across, upwards = square.across, square.upwards
    own = alt.InlineData(values=rows)
    layers: list[Any] = [
        _diagonal(across, upwards),
        alt.Chart(alt.InlineData(values=others))
        .mark_line(style="line", strokeWidth=1)
        .encode(across, upwards, detail="model:N", tooltip=tip),
        alt.Chart(own).mark_area(color=HUE, opacity=0.22)
        .encode(across, alt.Y("low:Q", scale=SHARE), y2=alt.Y2("high:Q")),
        alt.Chart(own).mark_line(color=HUE, strokeWidth=2.4).encode(across, upwards),
        alt.Chart(own).mark_point(shape="circle", filled=True, size=55, opacity=1, color=HUE)
        .encode(across, upwards, tooltip=tip),
    ]  # fmt: skip
    if not others:
        del layers[1]
    return layers


def transforms(backtest: Backtest, model: str) -> View:
    """Return where outcomes fell within the forecasts of ``model``: level if these are honest."""
    groups, inside = probability_transforms(backtest, model, bins=BINS)
    resampled = group_weights(groups)
    rows = []
    for k in range(BINS):
        e = estimate(inside[:, k], resampled)
        rows.append(
            {"x": k / BINS, "end": (k + 1) / BINS, "middle": (k + 0.5) / BINS, "zero": 0.0,
             "y": e.value, "low": e.bar[0], "high": e.bar[1]}
        )  # fmt: skip
    tallest = max(0.25, *(row["high"] for row in rows))
    ends = rows[0]["y"] + rows[-1]["y"]
    description = shown(
        f"Outcomes by the share of the forecast of {model} below them: "
        + ", ".join(f"{row['y']:.0%}" for row in rows)
        + f"; {ends:.0%} in the outer two tenths, where 20% belong."
    )
    tip = [
        alt.Tooltip("x:Q", title="From", format=".0%"),
        alt.Tooltip("end:Q", title="To", format=".0%"),
        alt.Tooltip("y:Q", title="Outcomes", format=".1%"),
    ]

    def draw(width: float) -> alt.LayerChart:
        heights = alt.Scale(domain=[0, tallest], nice=False)
        square = Square(
            width,
            across=("x", "Share of the forecast below the outcome"),
            upwards=("y", "Outcomes"),
            scales=(SHARE, heights),
            values=(_FIFTHS, ticks(0.0, tallest)),
            form=(share, share),
            grid=(False, True),
        )
        return square.chart(_tenths(square, rows, heights, tip), description)

    return View(
        title=words.transforms_title(shown(model)),
        caption=words.TRANSFORMS_CAPTION,
        draw=draw,
        table=ChartTable(
            columns=("Share of the forecast below", "Outcomes, %", "From", "To"),
            rows=tuple(
                (f"{row['x']:.0%} to {row['end']:.0%}",
                 *(round(100 * row[name], 1) for name in ("y", "low", "high")))
                for row in rows
            ),
        ),
        description=description,
    )  # fmt: skip


def _tenths(
    square: Square, rows: list[Row], heights: alt.Scale, tip: list[alt.Tooltip]
) -> list[Any]:
    """Return a bar for each tenth with its interval, and the line where all would be equal."""
    source, across, upwards = alt.InlineData(values=rows), square.across, square.upwards
    return [
        alt.Chart(source).mark_rect(color=HUE, opacity=0.5, xOffset=1, x2Offset=-1)
        .encode(across, upwards, x2=alt.X2("end:Q"), y2=alt.Y2("zero:Q"), tooltip=tip),
        alt.Chart(source).mark_rule(style="bracket")
        .encode(alt.X("middle:Q", scale=SHARE), alt.Y("low:Q", scale=heights),
                y2=alt.Y2("high:Q")),
        alt.Chart(alt.InlineData(values=[{"y": 1 / BINS}])).mark_rule(style="line",
                                                                      strokeDash=[4, 4])
        .encode(upwards),
    ]  # fmt: skip


def events_reliability(model: ModelEvents, *, thin: bool) -> View:
    """Return how often things happened, beside the probabilities that one model gave them.

    Args:
        model: how the model fared.
        thin: whether there are too few questions to conclude anything; the caption says so.
    """
    rows = [
        {"x": b.forecast, "y": b.happened, "count": b.count}
        for b in model.reliability
        if b.count and not np.isnan(b.forecast)
    ]
    tip = [
        alt.Tooltip("count:Q", title="Outcomes"),
        alt.Tooltip("x:Q", title="Forecast", format=".0%"),
        alt.Tooltip("y:Q", title="Happened", format=".0%"),
    ]
    size = alt.Size("count:Q", scale=alt.Scale(domain=[0, 30], range=[40, 500]), legend=None)
    dots = alt.Chart(alt.InlineData(values=rows)).mark_point(
        shape="circle", filled=True, opacity=0.75, color=HUE
    )
    description = shown(
        f"What happened beside the probabilities of {model.model}: "
        + words.listed(f"{r['count']} at {r['x']:.0%}, {r['y']:.0%} happened" for r in rows)
    )

    def draw(width: float) -> alt.LayerChart:
        square = _shares(width, "Forecast", "Happened")
        across, upwards = square.across, square.upwards
        layers = [
            _diagonal(across, upwards),
            dots.encode(across, upwards, size=size, tooltip=tip),
        ]
        return square.chart(layers, description)

    return View(
        title=words.events_title(shown(model.model)),
        caption=words.events_caption(model.count, thin=thin),
        draw=draw,
        table=ChartTable(
            columns=("Forecast, %", "Happened, %", "Outcomes"),
            rows=tuple(
                (round(100 * r["x"], 1), round(100 * r["y"], 1), float(r["count"])) for r in rows
            ),
        ),
        description=description,
    )


def _shares(width: float, across: str, upwards: str) -> Square:
    return Square(
        width,
        across=("x", across),
        upwards=("y", upwards),
        scales=(SHARE, SHARE),
        values=(_FIFTHS, _FIFTHS),
        form=(share, share),
    )


def _diagonal(across: alt.X, upwards: alt.Y) -> alt.Chart:
    ends = alt.Chart(alt.InlineData(values=[{"x": 0, "y": 0}, {"x": 1, "y": 1}]))
    line: alt.Chart = ends.mark_line(style="line", strokeDash=[4, 4]).encode(across, upwards)
    return line
