"""Who blocks: the actors' shares of the responsibility for no agreement."""

import altair as alt
import numpy as np

from winset.case.model import Case
from winset.charts import words
from winset.charts.canvas import Drawing
from winset.charts.rows import Row, Rows
from winset.charts.text import shown
from winset.charts.theme import NO_PARTY, party_colours
from winset.charts.view import ChartTable, View
from winset.errors import WinsetError
from winset.explain.background import Findings
from winset.explain.figures import percent

ROW = 30.0
COLUMNS = ("Actor", "Party", "Share", "Monte Carlo error")


def who_blocks(findings: Findings, issue: str, *, case: Case) -> View:
    """Return each actor's Shapley share of the failures on ``issue``, the greatest first.

    Raises:
        WinsetError: when the model gives no blame, or the case has no such issue.
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
            }
        )
    description = shown(
        f"Who stands in the way on {entry.title}: "
        + words.listed(f"{row['name']} {row['text']}" for row in rows)
    )
    misjudged = float(blame.misjudged[k])
    return View(
        title=words.blame_title(shown(entry.title)),
        caption=words.blame_caption(
            percent(float(blame.failing[k])),
            findings.draws,
            avoidable="" if np.isnan(misjudged) else percent(misjudged),
        ),
        draw=_drawn(rows, description),
        table=ChartTable(
            columns=COLUMNS,
            rows=tuple((r["name"], r["party"], r["share"], r["error"]) for r in rows),
        ),
        description=description,
    )


def _drawn(rows: list[Row], description: str) -> Drawing:
    top = max([row["high"] for row in rows] + [0.1])

    def draw(width: float) -> alt.LayerChart:
        after = [row["text"] for row in rows]
        frame = Rows(0.0, top, [row["name"] for row in rows], width=width, stack=True, after=after)
        placed = [{**row, "y": frame.row(row["name"], ROW)} for row in rows]
        if not rows:
            frame.note(words.NO_BLAME)
        tip = [
            alt.Tooltip("name:N", title="Actor"), alt.Tooltip("party:N", title="Party"),
            alt.Tooltip("share:Q", title="Share", format=".1%"),
        ]  # fmt: skip
        bar = alt.Chart().mark_bar(size=15, cornerRadiusEnd=2, opacity=0.9)
        colour = alt.Color("colour:N", scale=None)
        x2 = alt.datum(0)
        frame.add(placed, bar.encode(frame.x("share"), frame.y(), x2=x2, color=colour, tooltip=tip))
        whisker = alt.Chart().mark_rule(style="bar")
        frame.add(placed, whisker.encode(frame.x("low"), frame.y(), x2=alt.X2("high:Q")))
        frame.name([{"name": row["name"], "y": row["y"]} for row in placed], height=ROW)
        frame.words([{**row, "low": 0.0} for row in placed])
        return frame.chart(description)

    return draw
