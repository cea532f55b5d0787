"""Who blocks: the actors' shares of the responsibility for no agreement."""

import altair as alt
import numpy as np

from winset.answers import percent
from winset.case.model import Case
from winset.charts.frame import Row
from winset.charts.text import lines, shown
from winset.charts.theme import NO_PARTY, party_colours
from winset.charts.view import Table, View
from winset.errors import WinsetError
from winset.findings import Findings

ROW = 30.0
COLUMNS = ("Actor", "Party", "Share", "Monte Carlo error")


def who_blocks(findings: Findings, issue: str, *, case: Case) -> View:
    """Return each actor's Shapley share of the failures on ``issue``, the greatest first.

    Raises:
        WinsetError: when nothing was found of blame, or the case has no such issue.
    """
    blame = findings.blame
    if blame is None:
        raise WinsetError("blame comes from the model “two-level”; forecast the case with it")
    entry, k = case.issue(issue), [other.id for other in case.issues].index(issue)
    parties = {party.id: party.name or party.id for party in case.parties}
    colours = party_colours(case.parties)
    rows: list[Row] = []
    for i in np.argsort(-np.nan_to_num(blame.actor[:, k], nan=-1.0), kind="stable"):
        share, error = float(blame.actor[i, k]), float(blame.error[i, k])
        actor = case.actor(findings.actors[i])
        if np.isnan(share) or actor.party is None or share < 1e-12:
            continue
        rows.append(
            {
                "name": shown(actor.name),
                "party": shown(parties[actor.party]),
                "colour": colours.get(actor.party, NO_PARTY),
                "share": share,
                "error": error,
                "low": max(0.0, share - 2 * error),
                "high": share + 2 * error,
                "text": percent(share),
                "y": (len(rows) + 0.5) * ROW,
            }
        )
    failing = percent(float(blame.failing[k]))
    return View(
        title=f"Who stands in the way: {shown(entry.title)}",
        caption=(
            f"In {failing} of {findings.draws:,} draws the issue opens and fails. Bars: each "
            "actor's Shapley share of that, with two Monte Carlo errors. "
            + _misjudged(float(blame.misjudged[k]))
        ),
        chart=_chart(rows),
        table=Table(
            columns=COLUMNS,
            rows=tuple((r["name"], r["party"], r["share"], r["error"]) for r in rows),
        ),
        description=shown(
            f"Who stands in the way on {entry.title}: "
            + "; ".join(f"{row['name']} {row['text']}" for row in rows)
            + "."
        ),
    )


def _misjudged(share: float) -> str:
    if np.isnan(share):
        return "No draw fails."
    return (
        f"In {percent(share)} of these nobody does: some other point would have passed, had the "
        "table known."
    )


def _chart(rows: list[Row]) -> alt.LayerChart:
    top = max([row["high"] for row in rows] + [0.1]) * 1.15
    data = alt.InlineData(
        values=[
            {
                **row,
                "said": (said := lines(row["name"], 28, most=2)),
                "at": row["y"] - 6 * len(said) + 6,
            }
            for row in rows
        ]
    )
    scale = alt.Scale(domain=[0, top], nice=False)
    x = alt.X("share:Q", scale=scale, axis=None)
    y = alt.Y("y:Q", scale=None, axis=None)
    tip = [
        alt.Tooltip("name:N", title="Actor"), alt.Tooltip("party:N", title="Party"),
        alt.Tooltip("share:Q", title="Share", format=".1%"),
    ]  # fmt: skip
    bar = alt.Chart(data).mark_bar(size=15, cornerRadiusEnd=2, opacity=0.9)
    whisker = alt.Chart(data).mark_rule(style="bar")
    name = alt.Chart(data).mark_text(align="right", baseline="middle", style="name", x=-10,
                                     lineHeight=12)  # fmt: skip
    value = alt.Chart(data).mark_text(align="left", baseline="middle", style="heading", dx=8)
    return alt.LayerChart(
        layer=[
            bar.encode(x, y, x2=alt.datum(0), color=alt.Color("colour:N", scale=None), tooltip=tip),
            whisker.encode(alt.X("low:Q", scale=scale, axis=None), y, x2=alt.X2("high:Q")),
            name.encode(alt.Y("at:Q", scale=None, axis=None), text=alt.Text("said:N")),
            value.encode(alt.X("high:Q", scale=scale, axis=None), y, text=alt.Text("text:N")),
        ],
        width=480,
        height=max(ROW, len(rows) * ROW),
    )
