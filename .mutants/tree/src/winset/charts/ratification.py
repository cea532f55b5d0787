"""The winsets: how likely each point is to pass at home, and whether the winsets meet."""

from dataclasses import dataclass

import altair as alt
import numpy as np

from winset.case.model import Case
from winset.case.parts import Scale
from winset.charts import words
from winset.charts.frame import Frame
from winset.charts.placing import wrapped
from winset.charts.rows import TEXT, Row
from winset.charts.text import shown
from winset.charts.theme import NAME_SIZE, NO_PARTY, party_colours
from winset.charts.view import ChartTable, View
from winset.errors import WinsetError
from winset.explain.background import Findings
from winset.explain.figures import figure, measure, percent
from winset.models.base import FloatArray

LIKELY = 0.5  # a bar holds the points that are likelier than not to pass
HEIGHT = 170.0
TOGETHER = "All together"
COLUMNS = ("Point", "Probability that all ratify it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """Whether the parties' winsets meet, in the issue's own units.

    Attributes:
        winsets: party to the interval in which it is likelier than not to ratify; None if nowhere.
        low: of the zone in which all are, or of the gap between those that lie farthest apart; NaN
            where a party has no winset.
        high: likewise.
        meet: whether it is a zone rather than a gap.
    """

    winsets: dict[str, tuple[float, float] | None]
    low: float
    high: float
    meet: bool


def meeting(point: FloatArray, curves: dict[str, FloatArray]) -> Meeting:
    """Return where the winsets of ``curves`` (party to ``(grid,)``) over ``point`` meet.

    >>> x = np.linspace(0, 100, 5)
    >>> far = {"a": np.array([1, 1, 0, 0, 0]), "b": np.array([0, 0, 0, 1, 1])}
    >>> zone = meeting(x, far)
    >>> zone.meet, zone.low, zone.high
    (False, 25.0, 75.0)
    """
    winsets: dict[str, tuple[float, float] | None] = {}
    for party, curve in curves.items():
        inside = point[curve >= LIKELY]
        winsets[party] = (float(inside.min()), float(inside.max())) if len(inside) else None
    intervals = [interval for interval in winsets.values() if interval is not None]
    if len(intervals) < len(winsets) or not intervals:
        return Meeting(winsets=winsets, low=float("nan"), high=float("nan"), meet=False)
    low, high = max(a for a, _ in intervals), min(b for _, b in intervals)
    return Meeting(winsets=winsets, low=min(low, high), high=max(low, high), meet=low <= high)


def ratification(findings: Findings, issue: str, *, case: Case, states: bool = True) -> View:
    """Return each party's chance to ratify each point of ``issue``, and where all would.

    Args:
        findings: what lies behind a forecast of the two-level model.
        issue: id of the issue.
        case: what the forecast was made of.
        states: whether to write what the world looks like at the labelled points.

    Raises:
        WinsetError: when the model has no winsets, or the case has no such issue.
    """
    if findings.curves is None:
        raise WinsetError("winsets come from the model “two-level”; forecast the case with it")
    entry = case.issue(issue)
    k = [other.id for other in case.issues].index(issue)
    point = entry.scale.low + findings.curves.point * entry.scale.width
    curves = {
        case.party(party).name or party: findings.curves.party[p, :, k]
        for p, party in enumerate(findings.parties)
        if not np.isnan(findings.curves.party[p, :, k]).any()
    }
    by_party = party_colours(case.parties)
    colours = {party.name or party.id: by_party.get(party.id, NO_PARTY) for party in case.parties}
    joint, zone = findings.curves.joint[:, k], meeting(point, curves)
    sentences = _sentences(zone, entry.scale)
    description = shown(f"{entry.title}. {' '.join(sentences)}")

    def draw(width: float) -> alt.LayerChart:
        frame = Frame(entry, [*curves, TOGETHER], width=width)
        frame.key({name: colours[name] for name in curves})
        _winsets(frame, zone, colours)
        _zone(frame, zone)
        top = frame.bottom + 14
        for name, curve in curves.items():
            _curve(frame, top, point, curve, colours[name], name)
        _joint(frame, top, point, joint)
        _heights(frame, top)
        frame.bottom = top + HEIGHT + 10
        frame.axis(states=states)
        return frame.chart(description)

    return View(
        title=words.ratification_title(shown(entry.title)),
        caption=words.ratification_caption(sentences),
        draw=draw,
        table=_table(point, curves, joint),
        description=description,
    )


def _winsets(frame: Frame, zone: Meeting, colours: dict[str, str]) -> None:
    """Give each party a bar over the interval in which it is likelier than not to ratify."""
    for name, interval in zone.winsets.items():
        lane = 23.0 if len(frame.name_lines(name)) == 1 else 27.0
        y = frame.bottom + lane / 2
        frame.name([{"name": name, "y": y}])
        if interval is not None:
            rows = [{"low": interval[0], "high": interval[1], "y": y, "party": shown(name)}]
            bar = alt.Chart().mark_rule(strokeWidth=7, strokeCap="round", color=colours[name])
            tip = [
                alt.Tooltip("party:N", title="Party"),
                alt.Tooltip("low:Q", title="From", format=".4~g"),
                alt.Tooltip("high:Q", title="To", format=".4~g"),
            ]
            frame.add(rows, bar.encode(frame.x("low"), frame.y(), x2=alt.X2("high:Q"), tooltip=tip))
        frame.bottom += lane


def _zone(frame: Frame, zone: Meeting) -> None:
    """Say in the next row where all winsets meet, or how wide the gap is between them."""
    y, scale = frame.bottom + 12, frame.issue.scale
    frame.name([{"name": TOGETHER, "y": y, "kind": "zone"}], bold="zone")
    frame.bottom += 26
    if not zone.low <= zone.high:
        text = words.NO_COMMON_POINT if any(zone.winsets.values()) else words.NO_WINSET
        parts = wrapped(text, frame.right, NAME_SIZE, bold=True)
        nothing = alt.Chart().mark_text(
            style="heading", align="left", baseline="middle", lineHeight=14, x=0
        )
        frame.add([{"y": y, "text": parts}], nothing.encode(frame.y(), text=TEXT))
        frame.bottom += 14.0 * (len(parts) - 1)
    else:
        span = [{"low": zone.low, "high": zone.high, "y": y}]
        line = alt.Chart().mark_rule(style="wide" if zone.meet else "line", strokeDash=[
            1, 0] if zone.meet else [3, 3])  # fmt: skip
        frame.add(span, line.encode(frame.x("low"), frame.y(), x2=alt.X2("high:Q")))
        ends = [{"x": end, "y": y} for end in (zone.low, zone.high)]
        tick = alt.Chart().mark_tick(style="bracket", orient="vertical", size=13, thickness=1.6)
        frame.add(ends, tick.encode(frame.x(), frame.y()))
        size = measure(zone.high - zone.low, scale)
        text = words.meeting_label(size, meet=zone.meet)
        rows: list[Row] = [{**span[0], "text": text}]
        frame.bottom += frame.beside_height(zone.low, zone.high, text)
        frame.words(rows)


def _curve(
    frame: Frame, top: float, point: FloatArray, curve: FloatArray, colour: str, name: str
) -> None:
    rows = [
        {
            "x": float(f"{x:.6g}"),
            "y": round(top + HEIGHT * (1.0 - float(p)), 2),
            "share": round(float(p), 4),
            "name": shown(name),
        }
        for x, p in zip(point, curve, strict=True)
    ]
    line = alt.Chart().mark_line(strokeWidth=2.4, strokeOpacity=1, color=colour)
    tip = [
        alt.Tooltip("name:N", title="Party"),
        alt.Tooltip("x:Q", title="Point", format=".4~g"),
        alt.Tooltip("share:Q", title="Ratifies", format=".0%"),
    ]
    frame.add(rows, line.encode(frame.x(), frame.y(), order="x:Q", tooltip=tip))


def _joint(frame: Frame, top: float, point: FloatArray, joint: FloatArray) -> None:
    base = top + HEIGHT
    rows = [
        {
            "x": float(f"{x:.6g}"),
            "y": round(base - HEIGHT * float(p), 2),
            "base": base,
            "share": round(float(p), 4),
        }
        for x, p in zip(point, joint, strict=True)
    ]
    area = alt.Chart().mark_area(style="dot", opacity=0.22, line=False)
    tip = [
        alt.Tooltip("x:Q", title="Point", format=".4~g"),
        alt.Tooltip("share:Q", title="All ratify", format=".0%"),
    ]
    frame.add(rows, area.encode(frame.x(), frame.y(), y2=alt.Y2("base:Q"), tooltip=tip))


def _heights(frame: Frame, top: float) -> None:
    """Draw guides at 0, 50 and 100 per cent."""
    rows = [
        {"y": top + HEIGHT * (1.0 - share), "text": f"{share:.0%}".replace("%", "\u00a0%")}
        for share in (0.0, 0.5, 1.0)
    ]
    across = {"x": alt.value(0), "x2": alt.value("width")}
    frame.add(rows, alt.Chart().mark_rule(style="guide").encode(frame.y(), **across))
    label = alt.Chart().mark_text(style="small", align="right", baseline="middle", x=-12)
    frame.add(rows, label.encode(frame.y(), text=TEXT))


def _sentences(zone: Meeting, scale: Scale) -> list[str]:
    sentences = [
        words.winset_sentence(
            name,
            None if ends is None else (figure(ends[0], scale), measure(ends[1], scale)),
        )
        for name, ends in zone.winsets.items()
    ]
    if zone.low <= zone.high:
        size = measure(zone.high - zone.low, scale)
        sentences.append(words.meeting_sentence(size, meet=zone.meet))
    elif any(zone.winsets.values()):
        sentences.append(words.NO_POINT)
    return sentences


def _table(point: FloatArray, curves: dict[str, FloatArray], joint: FloatArray) -> ChartTable:
    """Return about every twentieth part of the curves, which are smooth."""
    chosen = range(0, len(point), max(1, (len(point) - 1) // 20))
    return ChartTable(
        columns=(COLUMNS[0], *(shown(name) for name in curves), COLUMNS[1]),
        rows=tuple(
            (
                float(point[j]),
                *(percent(float(curve[j])) for curve in curves.values()),
                percent(float(joint[j])),
            )
            for j in chosen
        ),
    )
