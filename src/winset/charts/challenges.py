"""The challenge map: what actors expect to gain of challenging one another in the first round."""

from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np

from winset.batch import Batch
from winset.case.model import Case
from winset.charts.cast import Player, cast, one_of, party_key
from winset.charts.matrix import matrix, matrix_table
from winset.charts.text import lines, shown, width_of
from winset.charts.theme import SMALL_SIZE
from winset.charts.view import Table, View
from winset.models import Model
from winset.models.base import FloatArray
from winset.models.expected_utility import ExpectedUtility
from winset.models.spatial import SpatialPolitics

HEIGHT, ACROSS = 340.0, 300.0  # of the map; its width in a window of 480, in pixels
SMALLEST, LARGEST = 18.0, 260.0  # area of a dot
NAME = 22  # characters of a name at a dot
TIE = 1e-9
FIELDS = {
    "confrontation": ("Confrontation", "both expect to gain"),
    "compromise +": ("Compromise +", "the other one gives way"),
    "compromise −": ("Compromise −", "gives way itself"),
    "stalemate": ("Stalemate", "neither expects to gain"),
}
COLUMNS = ("Actor", "Other", "Own expected gain", "Gain to the other", "Field")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gains:
    """What actors expect of challenges at the start of one draw, in units of utility.

    Attributes:
        own: ``(actor, other)``, to the actor of challenging the other one, in its own view; NaN
            where either takes no part.
        other: ``(actor, other)``, to the other one of challenging the actor.
        seen: whether ``other`` is as the actor sees it; else as the other one itself does.
    """

    own: FloatArray
    other: FloatArray
    seen: bool


def expected_gains(model: Model, batch: Batch, issue: str, *, draw: int = 0) -> Gains | None:
    """Return what ``model`` has actors expect of challenges, None for one without challenges.

    The spatial model has one space: its gains are the same on every issue.
    """
    k = batch.issues.index(issue)
    if isinstance(model, ExpectedUtility):
        found = model.challenges(batch)
        return Gains(own=found.own[draw, :, :, k], other=found.other[draw, :, :, k], seen=True)
    if isinstance(model, SpatialPolitics):
        gain = model.expected_gain(batch)[draw]
        return Gains(own=gain, other=gain.T, seen=False)
    return None


def field(own: float, other: float) -> str:
    """Return the field in which a pair lies.

    >>> field(0.4, 0.1), field(0.4, -0.1), field(-0.4, 0.1), field(-0.4, 0.0)
    ('confrontation', 'compromise +', 'compromise −', 'stalemate')
    """
    if own > TIE:
        return "confrontation" if other > TIE else "compromise +"
    return "compromise −" if other > TIE else "stalemate"


def challenge_map(
    gains: Gains, issue: str, *, case: Case, batch: Batch, actor: str | None = None
) -> View:
    """Return the gain to the other against the own one: for ``actor``, or else for all pairs.

    Raises:
        WinsetError: when the case has no such issue, or the actor takes no part in it.
    """
    entry, players = case.issue(issue), cast(case, batch, issue)
    viewers = players if actor is None else [one_of(players, actor)]
    rows = _rows(gains, viewers, players)
    whose = "all pairs" if actor is None else viewers[0].name
    counts = {name: sum(row["field"] == name for row in rows) for name in FIELDS}
    said = ", ".join(f"{name} {count}" for name, count in counts.items())
    description = shown(f"Challenges on {entry.title}, {whose}: {said}.")
    top = 8.0
    key, height = party_key(players, across=ACROSS)
    layers = [*key, *_panel(rows, top + height, named=actor is not None)]
    return View(
        title=f"Who expects to gain of a challenge, {whose}: {shown(entry.title)}",
        caption=_caption(gains, actor is not None, whose),
        chart=alt.LayerChart(
            layer=layers, width=480, height=top + height + HEIGHT + 44, description=description
        ),
        table=Table(
            columns=COLUMNS,
            rows=tuple((r["viewer"], r["n"], r["x"], r["z"], r["field"]) for r in rows),
        ),
        description=description,
    )


def challenge_matrix(gains: Gains, issue: str, *, case: Case, batch: Batch) -> View:
    """Return what every actor expects to gain of challenging every other one, as a matrix.

    Raises:
        WinsetError: when the case has no such issue.
    """
    entry, k = case.issue(issue), batch.issues.index(issue)
    at = batch.position[0, :, k]
    players = sorted(cast(case, batch, issue), key=lambda player: float(at[player.index]))
    chosen = [player.index for player in players]
    values = np.array(gains.own[np.ix_(chosen, chosen)])
    np.fill_diagonal(values, np.nan)
    names = [player.name for player in players]
    there = np.abs(values[~np.isnan(values)])
    eager = int((values > TIE).sum())
    description = shown(
        f"Expected gains of challenges on {entry.title} among {len(names)} actors: "
        f"{eager} of {len(there)} challenges promise a gain."
    )
    return View(
        title=f"Who would challenge whom: {shown(entry.title)}",
        caption=(
            "What the actor of the row expects to gain, in units of utility, of challenging that "
            "of the column, numbered alike, at the start and in its own view: blue a gain, orange "
            "a loss. Actors are ordered by position."
        ),
        chart=matrix(
            names,
            values,
            said=("Challenger", "Challenged", "Expected gain"),
            form="+.2~g",
            most=float(there.max(initial=0.0)),
            description=description,
        ),
        table=matrix_table(names, values, corner="Challenger"),
        description=description,
    )


def _rows(gains: Gains, viewers: list[Player], players: list[Player]) -> list[Row]:
    most = max((player.power for player in players), default=0.0) or 1.0
    rows = []
    for viewer in viewers:
        for other in players:
            own = float(gains.own[viewer.index, other.index])
            theirs = float(gains.other[viewer.index, other.index])
            if other is viewer or np.isnan(own) or np.isnan(theirs):
                continue
            rows.append(
                {
                    "viewer": viewer.name, "n": other.name, "x": own, "z": theirs,
                    "c": other.colour, "field": field(own, theirs),
                    "s": max(SMALLEST, LARGEST * other.power / most),
                }
            )  # fmt: skip
    return rows


def _panel(rows: list[Row], top: float, *, named: bool) -> list[Any]:
    """Return the map: four fields, their names in the corners, the dots and what they are called."""
    most = 1.12 * max((abs(row[key]) for row in rows for key in ("x", "z")), default=0.0)
    most = most if most > TIE else 1.0
    scale = alt.Scale(domain=[-most, most], nice=False)

    def x(name: str) -> alt.X:
        return alt.X(f"{name}:Q", scale=scale, axis=None)

    middle, bottom = top + HEIGHT / 2, top + HEIGHT
    for row in rows:
        row["y"] = round(middle - HEIGHT / 2 * row["z"] / most, 2)
    layers = _ground(top, most, x)
    if not named:
        for row in rows:
            row["s"] = 22.0
    tip = [alt.Tooltip("n:N", title="Other")]
    tip += [] if named else [alt.Tooltip("viewer:N", title="Actor")]
    tip += [
        alt.Tooltip("x:Q", title="Own gain", format="+.2f"),
        alt.Tooltip("z:Q", title="Gain to the other", format="+.2f"),
        alt.Tooltip("field:N", title="Field"),
    ]
    keep = ("n", "x", "y", "z", "c", "s", "field") if named else (
        "viewer", "n", "x", "y", "z", "c", "s", "field")  # fmt: skip
    if rows:
        dots = [{key: row[key] for key in keep} for row in sorted(rows, key=lambda r: -r["s"])]
        dot = alt.Chart(alt.InlineData(values=dots)).mark_point(
            filled=True, opacity=0.9 if named else 0.6
        )
        layers.append(
            dot.encode(
                x("x"), _y(), color=alt.Color("c:N", scale=None),
                size=alt.Size("s:Q", scale=None), tooltip=tip,
            )
        )  # fmt: skip
        if named:
            layers += _labels(rows, most, (top, bottom), x)
    return layers


def _ground(top: float, most: float, x: Any) -> list[Any]:
    """Return the axes through nothing, the diagonals beyond which one compels, and the corners."""
    middle, bottom = top + HEIGHT / 2, top + HEIGHT
    cross = [{"y": middle}]
    whole = {"x": alt.value(0), "x2": alt.value("width")}
    box = [{"y": top}, {"y": bottom}]
    corners = [
        {"f": "confrontation", "y": top, "right": True},
        {"f": "compromise −", "y": top, "right": False},
        {"f": "compromise +", "y": bottom - 30, "right": True},
        {"f": "stalemate", "y": bottom - 30, "right": False},
    ]
    ends = [{"a": -most, "b": 0.0, "y": top, "y2": middle},
            {"a": 0.0, "b": most, "y": middle, "y2": bottom}]  # fmt: skip
    layers = [
        _layer(box).mark_rule(style="lane").encode(_y(), **whole),
        _layer(cross).mark_rule(style="axis").encode(_y(), **whole),
        _layer([{"x": 0.0, "y": top, "y2": bottom}])
        .mark_rule(style="axis")
        .encode(x("x"), _y(), y2=alt.Y2("y2:Q")),
        _layer(ends)
        .mark_rule(style="line", strokeDash=[2, 4], strokeOpacity=0.4)
        .encode(x("a"), _y(), x2=alt.X2("b:Q"), y2=alt.Y2("y2:Q")),
    ]
    for right in (True, False):
        at = {"expr": "width - 4"} if right else 4
        align = "right" if right else "left"
        rows = [
            {"y": c["y"] + 4, "t": FIELDS[c["f"]][0], "u": FIELDS[c["f"]][1]}
            for c in corners
            if c["right"] == right
        ]
        name = _layer(rows).mark_text(style="heading", align=align, baseline="top", x=at)
        plain = _layer(rows).mark_text(style="small", align=align, baseline="top", dy=14, x=at)
        layers += [name.encode(_y(), text="t:N"), plain.encode(_y(), text="u:N")]
    # Numbers at the ends of both axes; what is measured, written along them.
    sides = [{"v": -most, "y": bottom + 6}, {"v": 0.0, "y": bottom + 6}, {"v": most, "y": bottom + 6}]
    number = _layer(sides).mark_text(style="small", baseline="top")
    layers.append(number.encode(x("v"), _y(), text=alt.Text("v:Q", format="+.2~g")))
    said = _layer([{"y": bottom + 22, "t": "Own expected gain →"}]).mark_text(
        style="name", baseline="top", align="center", x={"expr": "width / 2"}
    )
    layers.append(said.encode(_y(), text="t:N"))
    down = [{"v": v, "y": middle - HEIGHT / 2 * v / most} for v in (-most, 0.0, most)]
    tick = _layer(down).mark_text(style="small", align="right", baseline="middle", x=-6)
    layers.append(tick.encode(_y(), text=alt.Text("v:Q", format="+.2~g")))
    upright = _layer([{"y": middle, "t": "Gain to the other →"}]).mark_text(
        style="name", baseline="bottom", align="center", angle=270, x=-36
    )
    layers.append(upright.encode(_y(), text="t:N"))
    return layers


def _labels(rows: list[Row], most: float, ends: tuple[float, float], x: Any) -> list[Any]:
    """Return names beside the dots, the most powerful first, each only where there is room.

    Worked out for the narrowest window: in a wider one everything moves apart.
    """
    top, bottom = ends
    middles = {id(row): (ACROSS * (row["x"] / most + 1) / 2, row["y"]) for row in rows}
    taken = [
        (cx - r, cy - r, cx + r, cy + r)
        for row in rows
        for cx, cy in [middles[id(row)]]
        for r in [(row["s"] / np.pi) ** 0.5]
    ]
    corner = 150.0
    taken += [(0, top, corner, top + 34), (ACROSS - corner, top, ACROSS, top + 34),
              (0, bottom - 34, corner, bottom), (ACROSS - corner, bottom - 34, ACROSS, bottom)]  # fmt: skip
    placed: dict[bool, list[Row]] = {True: [], False: []}
    for row in sorted(rows, key=lambda row: -row["s"]):
        cx, cy = middles[id(row)]
        text = lines(row["n"], NAME, most=1)[0]
        wide, off = width_of(text, SMALL_SIZE) + 4, (row["s"] / np.pi) ** 0.5 + 3
        for right, dy in ((True, 0), (False, 0), (True, -9), (False, -9), (True, 9), (False, 9)):
            left = cx + off if right else cx - off - wide
            box = (left, cy + dy - 6.5, left + wide, cy + dy + 6.5)
            inside = box[0] >= 0 and box[2] <= ACROSS and box[1] >= top and box[3] <= bottom
            if inside and not any(_meet(box, other) for other in taken):
                taken.append(box)
                placed[right].append(
                    {"x": row["x"], "y": cy + dy, "t": text, "d": off if right else -off}
                )
                break
    layers = []
    for right, chosen in placed.items():
        if chosen:
            text_mark = _layer(chosen).mark_text(
                style="small", align="left" if right else "right", baseline="middle",
                fillOpacity=0.95, dx={"expr": "datum.d"},
            )  # fmt: skip
            layers.append(text_mark.encode(x("x"), _y(), text="t:N"))
    return layers


def _meet(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _layer(rows: list[Row]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=rows))


def _y(name: str = "y") -> alt.Y:
    return alt.Y(f"{name}:Q", scale=None, axis=None)


def _caption(gains: Gains, focal: bool, whose: str) -> str:
    view = "as the first one sees it" if gains.seen else "each in its own view"
    dot = (
        f"A dot is a rival of {whose}, its area influence × salience; where there is no room for a "
        "name, pointing at the dot tells it."
        if focal
        else "A dot is an actor's view of another one, in the colour of that one's party."
    )
    return (
        f"{dot} Across: what challenging the rival promises, in units of utility; upwards: what "
        f"the rival expects of challenging in turn, {view}, at the start. Beyond the dotted "
        "diagonal a compromise becomes a capitulation: the loser expects to lose more than the "
        "winner to gain."
    )
