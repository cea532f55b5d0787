"""Coalitions: who ends up beside whom, over the draws."""

from typing import Any

import altair as alt
import numpy as np

from winset.case.model import Case
from winset.charts import words
from winset.charts.cast import Player, cast, names_within
from winset.charts.frame import Frame
from winset.charts.matrix import matrix, matrix_table
from winset.charts.rows import MOST_GUTTER, SHARE, Row
from winset.charts.text import shown
from winset.charts.theme import NAME_SIZE
from winset.charts.view import ChartTable, View
from winset.explain.figures import percent
from winset.models.base import FloatArray, Rounds
from winset.models.batch import Batch

NEAR = 0.1  # share of the scale
LINKED = 0.6  # share of the draws
LANE = 16.0
BOLDER = 1.15  # the gutter has room for bold names
LARGEST, SMALLEST = 170.0, 14.0  # area of a node
MOST_LINKS = 60
COLUMNS = ("Actor", "Party", "Mean final position", "10 %", "90 %", "Together with")


def together(position: FloatArray, *, near: float = NEAR) -> FloatArray:
    """Return ``(actor, actor)`` shares of draws in which two actors end beside each other.

    Args:
        position: ``(draw, actor)``, final ones, as shares of the scale.
        near: they stand together if they are no farther apart, as a share of the scale.

    >>> together(np.array([[0.0, 0.05, 1.0], [0.0, 0.5, 1.0]])).tolist()
    [[1.0, 0.5, 0.0], [0.5, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    count = position.shape[1]
    shares = np.empty((count, count))
    for i in range(count):
        gap = np.abs(position - position[:, i : i + 1])
        shares[i] = (gap <= near + 1e-9).mean(axis=0)
    return shares


def coalition_matrix(
    rounds: Rounds, issue: str, *, case: Case, batch: Batch, model: str, near: float = NEAR
) -> View:
    """Return the share of the draws in which two actors end up beside each other on ``issue``.

    Two stand together when their final positions are no farther apart than ``near``, a share of
    the scale. This needs no settlement between them, and works for any number of camps.

    Raises:
        WinsetError: when the case has no such issue.
    """
    entry = case.issue(issue)
    players, final, shares = _final(rounds, issue, case, batch, near)
    names = [player.name for player in players]
    values = shares.copy()
    np.fill_diagonal(values, np.nan)
    description = shown(
        f"Who ends up beside whom on {entry.title} by “{model}”, over {len(final):,} draws. "
        + _closest(players, values)
    )
    return View(
        title=words.coalition_matrix_title(shown(model), shown(entry.title)),
        caption=words.coalition_matrix_caption(_near(near, entry.scale.width), len(final)),
        draw=matrix(
            names,
            values,
            titles=("Actor", "Other", "Together"),
            form=".0%",
            most=1.0,
            description=description,
        ),
        table=matrix_table(names, values, corner="Actor"),
        description=description,
    )


def coalition_network(
    rounds: Rounds,
    issue: str,
    *,
    case: Case,
    batch: Batch,
    model: str,
    near: float = NEAR,
    linked: float = LINKED,
) -> View:
    """Return the actors at their mean final positions, those together in most draws linked.

    Args:
        rounds: what the model's ``trace`` returned of ``batch``.
        issue: id of the issue.
        case: what the batch was made of.
        batch: what was traced.
        model: what the model is called in the title.
        near: two stand together if they end no farther apart, as a share of the scale.
        linked: share of the draws in which two must stand together for a link.

    Raises:
        WinsetError: when the case has no such issue.
    """
    entry = case.issue(issue)
    players, final, shares = _final(rounds, issue, case, batch, near)
    rows = _nodes(players, entry.scale.low + final * entry.scale.width)
    links = _links(shares, linked)
    description = shown(
        f"{len(players)} actors on {entry.title} by “{model}” at their mean final positions; "
        f"{len(links)} pairs stand together in {percent(linked)} of the draws or more."
    )

    def draw(width: float) -> alt.LayerChart:
        # A line each: lanes are too narrow for names of two.
        names = [player.name for player in players]
        shorts = names_within(names, min(MOST_GUTTER, SHARE * width) / BOLDER, NAME_SIZE)
        frame = Frame(entry, shorts, width=width)
        frame.key({player.party: player.colour for player in players})
        placed = [{**row, "y": frame.bottom + LANE * (k + 0.5)} for k, row in enumerate(rows)]
        frame.bottom += LANE * len(rows)
        _arcs(frame, placed, links[:MOST_LINKS])
        lanes = zip(shorts, placed, strict=True)
        frame.name([{"name": short, "y": row["y"]} for short, row in lanes])
        _dots(frame, placed)
        frame.bottom += 4
        frame.axis(states=False)
        return frame.chart(description)

    return View(
        title=words.coalition_network_title(shown(model), shown(entry.title)),
        caption=words.coalition_network_caption(
            _near(near, entry.scale.width),
            percent(linked),
            draws=len(final),
            links=len(links),
            drawn=min(len(links), MOST_LINKS),
        ),
        draw=draw,
        table=ChartTable(
            columns=COLUMNS,
            rows=tuple(
                (r["name"], r["party"], r["x"], r["low"], r["high"], _beside(k, players, links))
                for k, r in enumerate(rows)
            ),
        ),
        description=description,
    )


def _final(
    rounds: Rounds, issue: str, case: Case, batch: Batch, near: float
) -> tuple[list[Player], FloatArray, FloatArray]:
    """Return players by mean final position, ``(draw, player)`` positions, shares together."""
    k = batch.issues.index(issue)
    end = rounds.position[:, -1, :, k]
    players = sorted(
        cast(case, batch, issue), key=lambda player: float(end[:, player.index].mean())
    )
    final = end[:, [player.index for player in players]]
    return players, final, together(final, near=near)


def _nodes(players: list[Player], final: FloatArray) -> list[Row]:
    most = max((player.power for player in players), default=0.0) or 1.0
    return [
        {
            "name": player.name, "party": player.party, "c": player.colour,
            "x": float(final[:, k].mean()),
            "low": float(np.quantile(final[:, k], 0.1)),
            "high": float(np.quantile(final[:, k], 0.9)),
            "s": max(SMALLEST, LARGEST * player.power / most),
        }
        for k, player in enumerate(players)
    ]  # fmt: skip


def _links(shares: FloatArray, linked: float) -> list[tuple[int, int, float]]:
    """Return the pairs that are together often enough, the strongest first."""
    pairs = [
        (i, j, float(shares[i, j]))
        for i in range(len(shares))
        for j in range(i + 1, len(shares))
        if shares[i, j] >= linked
    ]
    return sorted(pairs, key=lambda pair: (-pair[2], pair[1] - pair[0], pair[0]))


def _arcs(frame: Frame, rows: list[Row], links: list[tuple[int, int, float]]) -> None:
    """Draw a curve for each link, bowed towards the side where there is room."""
    scale = frame.issue.scale
    points: list[dict[str, Any]] = []
    for n, (i, j, share) in enumerate(links):
        a, b = rows[i], rows[j]
        side = 1 if (a["x"] + b["x"]) / 2 < scale.low + scale.width / 2 else -1
        bow = side * scale.width * (0.03 + 0.3 * (j - i) / max(len(rows), 8))
        width = round(0.5 + 2.2 * max(0.0, (share - 0.5) * 2) ** 2, 2)
        reach = 0.2 * (b["y"] - a["y"])
        across = (a["x"], a["x"] + bow, b["x"] + bow, b["x"])
        points.append(
            {
                "k": n, "w": width, "x": [float(f"{x:.4g}") for x in across],
                "y": [round(y) for y in (a["y"], a["y"] + reach, b["y"] - reach, b["y"])],
            }
        )  # fmt: skip
    strength = round(min(0.4, max(0.12, 12.0 / max(len(links), 1))), 2)
    curve = alt.Chart().mark_line(style="line", interpolate="basis", strokeOpacity=strength)
    curve = curve.transform_flatten(["x", "y"])
    # In the order of the rows, so that the curve runs from one to the next.
    frame.add(
        points,
        curve.encode(
            frame.x(), frame.y(), detail="k:N", order=alt.Order("y:Q"),
            strokeWidth=alt.StrokeWidth("w:Q", scale=None),
        ),
    )  # fmt: skip


def _dots(frame: Frame, rows: list[Row]) -> None:
    colour = alt.Color("c:N", scale=None)
    ends = {"x": alt.value(0), "x2": alt.value("width")}
    frame.add(
        [{"y": row["y"]} for row in rows],
        alt.Chart().mark_rule(style="lane").encode(frame.y(), **ends),
    )
    wide = [row for row in rows if row["low"] < row["high"]]
    whisker = alt.Chart().mark_rule(strokeWidth=2, strokeOpacity=0.6, strokeCap="round")
    frame.add(wide, whisker.encode(frame.x("low"), frame.y(), x2=alt.X2("high:Q"), color=colour))
    tip = [
        alt.Tooltip("name:N", title="Actor"), alt.Tooltip("party:N", title="Party"),
        alt.Tooltip("x:Q", title="Mean final position", format=".4~g"),
        alt.Tooltip("low:Q", title="10 %", format=".4~g"),
        alt.Tooltip("high:Q", title="90 %", format=".4~g"),
    ]  # fmt: skip
    dot = alt.Chart().mark_circle(opacity=0.95)
    size = alt.Size("s:Q", scale=None)
    frame.add(rows, dot.encode(frame.x(), frame.y(), color=colour, size=size, tooltip=tip))


def _near(near: float, width: float) -> str:
    return f"{percent(near)} of the scale ({float(f'{near * width:.3g}'):g})"


def _closest(players: list[Player], values: FloatArray) -> str:
    if len(players) < 2:
        return ""
    i, j = np.unravel_index(int(np.nanargmax(values)), values.shape)
    share = percent(float(values[i, j]))
    return f"Most often together: {players[i].name} and {players[j].name}, {share}."


def _beside(k: int, players: list[Player], links: list[tuple[int, int, float]]) -> str:
    neighbours = sorted(i + j - k for i, j, _ in links if k in (i, j))
    return ", ".join(f"{n + 1}" for n in neighbours) if len(neighbours) > 6 else ", ".join(
        players[n].name for n in neighbours
    )  # fmt: skip
