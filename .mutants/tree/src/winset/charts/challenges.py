"""The challenge map: what actors expect to gain from challenging one another at the start."""

from dataclasses import dataclass
from typing import Any, Literal

import altair as alt
import numpy as np

from winset.case.model import Case
from winset.charts import words
from winset.charts.canvas import EDGE, sheet
from winset.charts.cast import Player, cast, names_within, one_of, party_key
from winset.charts.matrix import matrix, matrix_table
from winset.charts.metrics import width_of
from winset.charts.placing import Box, number, wrapped
from winset.charts.text import shown
from winset.charts.theme import NAME_SIZE, SMALL_SIZE
from winset.charts.view import ChartTable, View
from winset.models import Model, has_challenges
from winset.models.base import FloatArray
from winset.models.batch import Batch

HEIGHT = 340.0  # of the map
GUTTER, RIGHT, LINE = 60.0, 10.0, 14.0
SMALLEST, LARGEST = 18.0, 260.0  # area of a dot
NAME = 160.0  # pixels of a name at a dot
TIE = 1e-9
FIELDS = words.CHALLENGE_FIELDS
COLUMNS = ("Actor", "Other", "Own expected gain", "Gain to the other", "Field")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gains:
    """What actors expect from challenges at the start of one draw, in units of utility.

    Attributes:
        own: ``(actor, other)``, the actor's gain from challenging the other, in its own view; NaN
            where either takes no part.
        other: ``(actor, other)``, the other's gain from challenging the actor.
        perceived: whether ``other`` is as the actor sees it; else as the other sees it.
    """

    own: FloatArray
    other: FloatArray
    perceived: bool


def expected_gains(model: Model, batch: Batch, issue: str, *, draw: int = 0) -> Gains | None:
    """Return what actors expect from challenges by ``model``; None for one without challenges."""
    if not has_challenges(model):
        return None
    k, gains = batch.issues.index(issue), model.challenge_gains(batch)
    own, other = gains.own[draw, :, :, k], gains.other[draw, :, :, k]
    return Gains(own=own, other=other, perceived=gains.perceived)


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
    """Return each rival's gain against the actor's own: for ``actor``, or else for all pairs.

    Raises:
        WinsetError: when the case has no such issue, or the actor takes no part in it.
    """
    entry, players = case.issue(issue), cast(case, batch, issue)
    viewers = players if actor is None else [one_of(players, actor)]
    rows = _rows(gains, viewers, players)
    whose = "all pairs" if actor is None else viewers[0].name
    counts = {name: sum(row["field"] == name for row in rows) for name in FIELDS}
    counts_text = ", ".join(f"{name} {count}" for name, count in counts.items())
    description = shown(f"Challenges on {entry.title}, {whose}: {counts_text}.")

    def draw(width: float) -> alt.LayerChart:
        ground = _Ground(rows, players, width)
        layers = [*ground.key, *_panel(rows, ground, named=actor is not None)]
        return sheet(
            layers,
            across=ground.wide,
            down=ground.bottom + ground.beside + 2 * LINE + 10.0,
            left=EDGE + GUTTER,
            right=EDGE + RIGHT,
            description=description,
        )

    return View(
        title=words.challenge_map_title(whose, shown(entry.title)),
        caption=words.challenge_map_caption(
            "" if actor is None else whose, perceived=gains.perceived
        ),
        draw=draw,
        table=ChartTable(
            columns=COLUMNS,
            rows=tuple((r["viewer"], r["n"], r["x"], r["z"], r["field"]) for r in rows),
        ),
        description=description,
    )


def challenge_matrix(gains: Gains, issue: str, *, case: Case, batch: Batch) -> View:
    """Return what every actor expects to gain from challenging every other one, as a matrix.

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
    sizes = np.abs(values[~np.isnan(values)])
    eager = int((values > TIE).sum())
    description = shown(
        f"Expected gains of challenges on {entry.title} among {len(names)} actors: "
        f"{eager} of {len(sizes)} challenges promise a gain."
    )
    return View(
        title=words.challenge_matrix_title(shown(entry.title)),
        caption=words.CHALLENGE_MATRIX_CAPTION,
        draw=matrix(
            names,
            values,
            titles=("Challenger", "Challenged", "Expected gain"),
            form="+.2~g",
            most=float(sizes.max(initial=0.0)),
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


def _panel(rows: list[Row], ground: "_Ground", *, named: bool) -> list[Any]:
    """Return the map: four fields, their names beside the corners, the dots and their names."""
    rows = [{**row, "y": ground.down(row["z"]), "s": row["s"] if named else 22.0} for row in rows]
    layers = ground.layers()
    fields = {"n": "Other"} if named else {"viewer": "Actor", "n": "Other"}
    tip = [alt.Tooltip(f"{name}:N", title=title) for name, title in fields.items()]
    tip += [
        alt.Tooltip("x:Q", title="Own gain", format="+.2f"),
        alt.Tooltip("z:Q", title="Gain to the other", format="+.2f"),
        alt.Tooltip("field:N", title="Field"),
    ]
    if not rows:
        return layers
    keep = (*fields, "x", "y", "z", "c", "s", "field")
    dots = [{key: row[key] for key in keep} for row in sorted(rows, key=lambda r: -r["s"])]
    dot = _layer(dots).mark_point(filled=True, opacity=0.9 if named else 0.6)
    colour, size = alt.Color("c:N", scale=None), alt.Size("s:Q", scale=None)
    layers.append(dot.encode(ground.x("x"), _y(), color=colour, size=size, tooltip=tip))
    return layers + (_labels(rows, ground) if named else [])


class _Ground:
    """What a challenge map is drawn on.

    Attributes:
        key: layers that name the party of each colour.
        wide: pixels across.
        beside: pixels above and below it for the names of the fields.
        top: pixels down to its upper edge.
        across: the greatest own gain or loss shown.
    """

    def __init__(self, rows: list[Row], players: list[Player], width: float) -> None:
        self.wide = width - 2 * EDGE - GUTTER - RIGHT
        self.key, height = party_key(players, right=self.wide)
        half = self.wide / 2 - 4.0
        self.words = {
            name: (
                wrapped(title, half, NAME_SIZE, bold=True),
                wrapped(meaning, half, SMALL_SIZE),
            )
            for name, (title, meaning) in FIELDS.items()
        }
        self.beside = 10.0 + LINE * max(len(a) + len(b) for a, b in self.words.values())
        own, theirs = (max((abs(row[key]) for row in rows), default=0.0) for key in ("x", "z"))
        most = max(own, theirs)
        most = most if most > TIE else 1.0
        # Each axis has the room it needs, but never so little that a tiny gain looks large.
        self.across, self._down = (1.12 * max(value, most / 3) for value in (own, theirs))
        self.top = 8.0 + height + self.beside

    @property
    def bottom(self) -> float:
        return self.top + HEIGHT

    def down(self, value: float) -> float:
        """Return the pixels from the top of a gain to the other."""
        return round(self.top + HEIGHT / 2 * (1.0 - value / self._down), 2)

    def x(self, name: str) -> alt.X:
        scale = alt.Scale(domain=[-self.across, self.across], nice=False)
        return alt.X(f"{name}:Q", scale=scale, axis=None)

    def layers(self) -> list[Any]:
        """Return the axes, the diagonal of compulsion, and the names of the fields."""
        whole = {"x": alt.value(0), "x2": alt.value("width")}
        least = min(self.across, self._down)
        edges = [{"y": self.top}, {"y": self.bottom}]
        upright = [{"x": 0.0, "y": self.top, "y2": self.bottom}]
        ends = [
            {"a": -least, "b": 0.0, "y": self.down(least), "y2": self.down(0.0)},
            {"a": 0.0, "b": least, "y": self.down(0.0), "y2": self.down(-least)},
        ]
        y2 = alt.Y2("y2:Q")
        return [
            _layer(edges).mark_rule(style="guide").encode(_y(), **whole),
            _layer([{"y": self.down(0.0)}]).mark_rule(style="axis").encode(_y(), **whole),
            _layer(upright).mark_rule(style="axis").encode(self.x("x"), _y(), y2=y2),
            _layer(ends)
            .mark_rule(style="line", strokeDash=[2, 4], strokeOpacity=0.5)
            .encode(self.x("a"), _y(), x2=alt.X2("b:Q"), y2=y2),
            *self._fields(),
            *self._numbers(),
        ]

    def _fields(self) -> list[Any]:
        """Return the names of the fields, above and below the panel: no dot meets them."""
        above, below = self.top - self.beside + 2, self.bottom + 6
        corners = {
            False: {"compromise −": above, "stalemate": below},
            True: {"confrontation": above, "compromise +": below},
        }
        layers = []
        for right, fields in corners.items():
            place = {"expr": "width"} if right else 0
            align: Literal["left", "right"] = "right" if right else "left"
            titles, plain = [], []
            for name, y in fields.items():
                title, meaning = self.words[name]
                titles.append({"y": y, "t": title})
                plain.append({"y": y + LINE * len(title), "t": meaning})
            for style, rows in (("heading", titles), ("small", plain)):
                text = _layer(rows).mark_text(
                    style=style, align=align, baseline="top", lineHeight=LINE, x=place
                )
                layers.append(text.encode(_y(), text="t:N"))
        return layers

    def _numbers(self) -> list[Any]:
        """Return the numbers at the ends of both axes, and what is measured along them."""
        y, middle = self.bottom + self.beside + 2, self.down(0.0)
        across = [{"v": v, "y": y, "t": _signed(v)} for v in (-self.across, self.across)]
        down = [{"y": self.down(v), "t": _signed(v)} for v in (-self._down, 0.0, self._down)]
        left = _layer(across[:1]).mark_text(style="small", align="left", baseline="top")
        right = _layer(across[1:]).mark_text(style="small", align="right", baseline="top")
        beside_axis = _layer(down).mark_text(style="small", align="right", baseline="middle", x=-6)
        # Between the numbers where there is room, else on a line below them.
        numbers_wide = (
            2 * max(width_of(_signed(row), SMALL_SIZE) for row in (-self.across, self.across))
            + 16.0
        )
        beside = numbers_wide + width_of(words.OWN_GAIN, NAME_SIZE) <= self.wide
        own = _layer([{"y": y if beside else y + LINE, "t": words.OWN_GAIN}]).mark_text(
            style="name", baseline="top", align="center", x={"expr": "width / 2"}
        )
        theirs = _layer([{"y": middle, "t": words.RIVAL_GAIN}]).mark_text(
            style="name", baseline="bottom", align="center", angle=270, x=-44
        )
        return [
            left.encode(self.x("v"), _y(), text="t:N"),
            right.encode(self.x("v"), _y(), text="t:N"),
            *(mark.encode(_y(), text="t:N") for mark in (beside_axis, own, theirs)),
        ]


def _signed(value: float) -> str:
    return number(float(f"{value:.2g}"), signed=True)


def _labels(rows: list[Row], ground: _Ground) -> list[Any]:
    """Return names beside the dots, the most powerful first, each only where there is room."""
    across = ground.wide
    middles = {id(row): (across * (row["x"] / ground.across + 1) / 2, row["y"]) for row in rows}
    occupied = [
        Box(cx - r, cy - r, cx + r, cy + r)
        for row in rows
        for cx, cy in [middles[id(row)]]
        for r in [(row["s"] / np.pi) ** 0.5]
    ]
    placed: dict[bool, list[Row]] = {True: [], False: []}
    shorts = names_within([row["n"] for row in rows], min(NAME, 0.45 * across), SMALL_SIZE)
    for row, text in sorted(zip(rows, shorts, strict=True), key=lambda pair: -pair[0]["s"]):
        cx, cy = middles[id(row)]
        wide, off = width_of(text, SMALL_SIZE) + 4, (row["s"] / np.pi) ** 0.5 + 3
        for dy, right in ((dy, right) for dy in (0, -9, 9) for right in (True, False)):
            left = cx + off if right else cx - off - wide
            box = Box(left, cy + dy - 6.5, left + wide, cy + dy + 6.5)
            inside = left >= 0 and box.right <= across
            inside = inside and ground.top <= box.top and box.bottom <= ground.bottom
            if inside and not any(box.meets(other) for other in occupied):
                occupied.append(box)
                place = {"x": row["x"], "y": cy + dy, "t": text, "d": off if right else -off}
                placed[right].append(place)
                break
    layers = []
    for right, chosen in placed.items():
        if chosen:
            mark = _layer(chosen).mark_text(
                style="small", align="left" if right else "right", baseline="middle",
                fillOpacity=0.95, dx={"expr": "datum.d"},
            )  # fmt: skip
            layers.append(mark.encode(ground.x("x"), _y(), text="t:N"))
    return layers


def _layer(rows: list[Row]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=rows))


def _y(name: str = "y") -> alt.Y:
    return alt.Y(f"{name}:Q", scale=None, axis=None)
