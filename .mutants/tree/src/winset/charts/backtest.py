"""A backtest in pictures: how far each model missed, and its forecasts beside what happened."""

from typing import Any

import altair as alt

from winset.case.parts import Issue, Scale
from winset.charts import words
from winset.charts.frame import Frame
from winset.charts.rows import Row
from winset.charts.square import Square
from winset.charts.text import shown
from winset.charts.theme import PALETTE
from winset.charts.view import ChartTable, View
from winset.formats.decisions import Decisions
from winset.track_record.backtest import Backtest
from winset.track_record.model_table import Score, Standing, settled, standings
from winset.track_record.scores import Estimate

ROW = 34.0
POINTS = Issue(id="points", title="Points of 100", scale=Scale(low=0.0, high=100.0))
HUE = PALETTE[0]
QUARTERS = (0.0, 25.0, 50.0, 75.0, 100.0)
CHOSEN = "chosen"  # the parameter that a page sets to the number of a decision


def scores_by_model(backtest: Backtest, score: Score) -> View:
    """Return the mean ``score`` of every model, raw and calibrated, with 95 % intervals."""
    raw = {s.model: s for s in standings(backtest, "raw")}
    ranked = standings(backtest, "calibrated")
    high = max((getattr(s, score).bar[1] for s in [*raw.values(), *ranked]), default=1.0)
    scale = Scale(low=0.0, high=float(10 * (high // 10 + 1)))
    names = [_name(s, ranked[0].decisions) for s in ranked]
    solid, hollow = [], []
    for k, (standing, name) in enumerate(zip(ranked, names, strict=True)):
        middle = 8.0 + ROW * (k + 0.5)
        solid.append(_row(name, middle - 5, getattr(standing, score)))
        hollow.append(_row(name, middle + 5, getattr(raw[standing.model], score)))
    tip = [
        alt.Tooltip("name:N", title="Model"), alt.Tooltip("x:Q", title="Mean", format=".1f"),
        alt.Tooltip("low:Q", title="From", format=".1f"),
        alt.Tooltip("high:Q", title="To", format=".1f"),
    ]  # fmt: skip
    scores_text = "; ".join(
        f"{s.model} {row['x']:.1f} ({row['low']:.1f} to {row['high']:.1f})"
        for s, row in zip(ranked, solid, strict=True)
    )

    def draw(width: float) -> alt.LayerChart:
        entry = Issue(id="score", title=words.SCORE_NAMES[score], scale=scale)
        frame = Frame(entry, names, width=width)
        frame.bottom = 8.0 + ROW * len(solid)
        frame.name([{"name": row["name"], "y": row["y"] + 5} for row in solid])
        for rows, style, bar in ((hollow, "hollow", "line"), (solid, "solid", "bar")):
            colour: dict[str, Any] = {} if style == "hollow" else {"color": HUE}
            across = alt.Chart().mark_rule(style=bar, **colour)
            frame.add(rows, across.encode(frame.x("low"), frame.y(), x2=alt.X2("high:Q")))
            dot = alt.Chart().mark_point(shape="circle", style=style, size=60, **colour)
            frame.add(rows, dot.encode(frame.x(), frame.y(), tooltip=tip))
        frame.axis(states=False)
        return frame.chart(f"Mean {words.SCORE_NAMES[score]} by model, calibrated: {scores_text}.")

    return View(
        title=words.scores_title(score),
        caption=words.SCORES_CAPTION,
        draw=draw,
        table=ChartTable(
            columns=("Model", "Decisions", "Calibrated", "From", "To", "Raw", "From", "To"),
            rows=tuple(
                (s.model, float(s.decisions), one["x"], one["low"], one["high"], two["x"],
                 two["low"], two["high"])
                for s, one, two in zip(ranked, solid, hollow, strict=True)
            ),
        ),
        description=f"Mean {words.SCORE_NAMES[score]} by model, calibrated: {scores_text}.",
    )  # fmt: skip


def _name(standing: Standing, most: int) -> str:
    few = standing.decisions < most
    return f"{standing.model} ({standing.decisions})" if few else standing.model


def _row(name: str, y: float, e: Estimate) -> Row:
    low, high = e.bar
    return {"name": name, "x": e.value, "low": low, "high": high, "y": y}


def forecast_against_outcome(backtest: Backtest, decisions: Decisions, model: str) -> View:
    """Return the calibrated medians of ``model`` across, the outcomes of the decisions upwards.

    A point carries the number of its decision as ``d``; the parameter ``chosen`` rings one.
    """
    rows = settled(backtest, model, "calibrated")
    places = {d.id: (k, d) for k, d in enumerate(decisions.decisions)}
    drawn: list[Row] = []
    for id, own in rows.items():
        k, decision = places[id]
        low, high = own.score.intervals[1]
        drawn.append(
            {
                "d": k, "issue": shown(id), "title": shown(decision.case.title)[:90],
                "x": round(own.score.point, 2), "y": round(own.row.outcome, 2),
                "low": round(low, 1), "high": round(high, 1),
            }
        )  # fmt: skip
    tip = [
        alt.Tooltip("issue:N", title="Issue"), alt.Tooltip("title:N", title="Title"),
        alt.Tooltip("x:Q", title="Forecast", format=".0f"),
        alt.Tooltip("low:Q", title="80 % from", format=".0f"),
        alt.Tooltip("high:Q", title="to", format=".0f"),
        alt.Tooltip("y:Q", title="Outcome", format=".0f"),
    ]  # fmt: skip

    def draw(width: float) -> alt.LayerChart:
        hundred = alt.Scale(domain=[0, 100], nice=False)
        square = Square(
            width,
            across=("x", f"Median of “{shown(model)}”, calibrated"),
            upwards=("y", "Outcome"),
            scales=(hundred, hundred),
            values=(QUARTERS, QUARTERS),
        )
        return square.chart(_scatter(square, drawn, tip)).add_params(
            alt.param(name=CHOSEN, value=-1)
        )

    errors = [own.score.error for own in rows.values()]
    hits = sum(error <= 10.0 for error in errors)
    description = words.scatter_description(len(drawn), model, hits=hits)
    return View(
        title=words.scatter_title(shown(model)),
        caption=words.SCATTER_CAPTION,
        draw=draw,
        table=ChartTable(
            columns=("Issue", "Forecast", "80 % from", "to", "Outcome"),
            rows=tuple((r["issue"], r["x"], r["low"], r["high"], r["y"]) for r in drawn),
        ),
        description=shown(description),
    )


def _scatter(square: Square, drawn: list[Row], tip: list[alt.Tooltip]) -> list[Any]:
    """Return the diagonal, a dot a decision, and the ring around the one that is chosen."""
    across, upwards = square.across, square.upwards
    diagonal = alt.Chart(alt.InlineData(values=[{"x": 0, "y": 0}, {"x": 100, "y": 100}]))
    source = alt.InlineData(values=drawn)
    dots = alt.Chart(source).mark_point(
        shape="circle", filled=True, size=70, opacity=0.55, color=HUE, cursor="pointer"
    )
    ring = alt.Chart(source).mark_point(shape="circle", style="solid", filled=False, size=260)
    return [
        diagonal.mark_line(style="line", strokeDash=[4, 4]).encode(across, upwards),
        dots.encode(across, upwards, tooltip=tip),
        ring.encode(across, upwards).transform_filter(f"datum.d === {CHOSEN}"),
    ]
