"""One decision of a backtest: who wanted what, what each model forecast, and the outcome."""

from collections.abc import Sequence

import altair as alt

from winset.case.parts import Issue, Scale
from winset.charts import words
from winset.charts.frame import Frame
from winset.charts.marks import middle_batch
from winset.charts.rows import Row
from winset.charts.text import shown
from winset.charts.theme import PALETTE
from winset.charts.view import ChartTable, View
from winset.formats.decisions import Decision
from winset.models.batch import FloatArray
from winset.models.central import stance_weights
from winset.track_record.backtest import CLIMATOLOGY, Backtest, BacktestRow
from winset.track_record.model_table import settled

STRIP = 132.0  # pixels for the actors
ROW = 22.0
STEP = 2.5  # points within which actors are stacked
MOST_STEP = 13.0  # pixels from one to the next
ACTORS, MODELS, OUTCOME = "actors", "models", "outcome"  # what a page fills again
NAMES = 24
POINTS = Issue(id="points", title="Points of 100", scale=Scale(low=0.0, high=100.0))


def model_names(backtest: Backtest) -> tuple[str, ...]:
    """Return the models that settled something, in the order of their rows."""
    return tuple(
        name
        for name in backtest.models
        if name != CLIMATOLOGY and settled(backtest, name, "calibrated")
    )


def decision_view(
    decision: Decision, results: Sequence[BacktestRow], models: Sequence[str]
) -> View:
    """Return the picture of one decision, in points of a scale of 100.

    Its three sources of rows have names (``actors``, ``models``, ``outcome``), so that a page can
    show another decision in the same picture.

    Args:
        decision: what was decided.
        results: rows of a backtest on it.
        models: all that have a row in the picture, whether they settled this one or not.
    """
    actors, rows = actor_rows(decision), model_rows(results, models)
    outcome = 100.0 * (decision.outcome - decision.scale.low) / decision.scale.width
    description = shown(
        f"{decision.id}: the outcome is {outcome:.0f} of 100; "
        + words.listed(
            f"{r['name']} forecast {r['x']:.0f}, {r['low']:.0f} to {r['high']:.0f}" for r in rows
        )
    )  # fmt: skip

    def draw(width: float) -> alt.LayerChart:
        return _drawn(actors, rows, outcome, models, width).chart(description)

    return View(
        title=shown(f"{decision.id}: {decision.case.title}"),
        caption=words.DECISION_CAPTION,
        draw=draw,
        table=ChartTable(
            columns=("Who", "Position or median", "80 % from", "to", "Share of the weight"),
            rows=(
                ("Outcome", round(outcome, 1), "", "", ""),
                *((r["name"], r["x"], r["low"], r["high"], "") for r in rows),
                *((r["name"], r["at"], "", "", r["weight"]) for r in actors),
            ),
        ),
        description=description,
    )


def _drawn(
    actors: list[Row], rows: list[Row], outcome: float, models: Sequence[str], width: float
) -> Frame:
    frame = Frame(POINTS, [words.ACTORS_BY_WEIGHT, *models], width=width)
    frame.bottom = 8.0 + STRIP
    frame.name([{"name": words.ACTORS_BY_WEIGHT, "y": 16.0}])
    places = [{"name": name, "y": _place(k)} for k, name in enumerate(models)]
    frame.name(places)
    base = {"x": alt.value(0), "x2": alt.value("width")}
    lanes = alt.Chart().mark_rule(style="lane")
    frame.add([{"y": p["y"]} for p in places], lanes.encode(frame.y(), **base))
    frame.bottom = _place(len(models)) - ROW / 2
    fallen: Row = {"x": outcome, "y": 0.0, "end": frame.bottom}
    rule = alt.Chart().mark_rule(style="bar", strokeDash=[5, 3])
    _named(frame, OUTCOME, [fallen],
           rule.encode(frame.x(), frame.y(), y2=alt.Y2("end:Q")))  # fmt: skip
    size = alt.Size("weight:Q", scale=alt.Scale(domain=[0, 0.25], range=[18, 620], clamp=True),
                    legend=None)  # fmt: skip
    dots = alt.Chart().mark_point(shape="circle", filled=True, opacity=0.7, color=PALETTE[1])
    tip = [
        alt.Tooltip("name:N", title="Actor"), alt.Tooltip("at:Q", title="Position", format=".0f"),
        alt.Tooltip("weight:Q", title="Share of the weight", format=".0%"),
    ]  # fmt: skip
    _named(frame, ACTORS, actors, dots.encode(frame.x(), frame.y(), size=size, tooltip=tip))
    bar = alt.Chart().mark_rule(strokeWidth=3, opacity=0.6, color=PALETTE[0])
    _named(frame, MODELS, rows, bar.encode(frame.x("low"), frame.y(), x2=alt.X2("high:Q")))
    middle = alt.Chart().mark_point(
        shape="circle", filled=True, size=66, opacity=1, color=PALETTE[0]
    )
    tip = [
        alt.Tooltip("name:N", title="Model"), alt.Tooltip("x:Q", title="Median", format=".0f"),
        alt.Tooltip("low:Q", title="80 % from", format=".0f"),
        alt.Tooltip("high:Q", title="to", format=".0f"),
    ]  # fmt: skip
    _named(frame, MODELS, rows, middle.encode(frame.x(), frame.y(), tooltip=tip))
    frame.axis(states=False)
    return frame


def _named(frame: Frame, name: str, rows: list[Row], layer: alt.Chart) -> None:
    frame.add([{}], layer)  # drawn even if this decision has no such row
    layer.data = alt.InlineData(values=rows, name=name)


def _place(k: int) -> float:
    return 8.0 + STRIP + 16 + (k + 0.5) * ROW


def model_rows(results: Sequence[BacktestRow], models: Sequence[str]) -> list[Row]:
    """Return each model's calibrated forecast, and where it stands in the picture."""
    rows = []
    for row in results:
        if row.calibrated is not None and row.model in models:
            low, high = row.calibrated.intervals[1]
            rows.append(
                {"name": row.model, "x": round(row.calibrated.point, 1), "low": round(low, 1),
                 "high": round(high, 1), "y": _place(list(models).index(row.model))}
            )  # fmt: skip
    return rows


def actor_rows(decision: Decision) -> list[Row]:
    """Return each actor's position and share of the weight, those at one place stacked."""
    batch = middle_batch(decision.case)
    k = batch.issues.index(decision.issue)
    weights: FloatArray = stance_weights(batch, "influence-salience")[0, :, k]
    shares = weights / weights.sum()
    names = {actor.id: actor.name for actor in decision.case.actors}
    stacks: dict[int, list[tuple[float, float, str]]] = {}
    for i, actor in enumerate(batch.actors):
        if batch.present[i, k]:
            at = 100.0 * float(batch.position[0, i, k])
            stack = stacks.setdefault(round(at / STEP), [])
            stack.append((float(shares[i]), at, names[actor]))
    tallest = max(map(len, stacks.values()), default=1)
    step = min(MOST_STEP, (STRIP - 20) / tallest)
    return [
        {"name": shown(name)[:NAMES], "at": round(at, 1), "x": round(place * STEP, 1),
         "y": round(8.0 + STRIP - 10 - height * step, 1), "weight": round(share, 3)}
        for place, stack in sorted(stacks.items())
        for height, (share, at, name) in enumerate(sorted(stack, reverse=True))
    ]  # fmt: skip
