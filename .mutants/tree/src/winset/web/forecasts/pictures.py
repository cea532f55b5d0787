"""Pictures for a page that has drawn them before: the frame once, then only the numbers in it."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from winset.case.scenarios import apply_scenario
from winset.charts.blame import who_blocks
from winset.charts.canvas import WIDE, fitting
from winset.charts.outcome import outcome
from winset.charts.ratification import ratification
from winset.charts.render import page_specification, parted
from winset.charts.strip import position_strip
from winset.charts.view import View
from winset.explain.background import Findings
from winset.forecast.forecast import Forecast
from winset.web.forecasts.query import ForecastQuery

ViewName = Literal["positions", "outcome", "ratification", "blame"]
VIEWS: tuple[ViewName, ...] = ("positions", "outcome", "ratification", "blame")
Width = Annotated[float, Field(ge=0, le=20_000)]
Views = Annotated[tuple[ViewName, ...], Field(max_length=len(VIEWS))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture in two parts, and its table twin.

    Attributes:
        frame: digest of the specification without its numbers: while it stays the same, the page
            puts ``values`` into the picture that stands there.
        specification: Vega-Lite without numbers; null if the page said that it knows the frame.
        values: name of a data set to its rows.
        columns: of the table twin.
        rows: of the table twin.
    """

    title: str
    caption: str
    description: str
    frame: str
    specification: dict[str, Any] | None
    values: dict[str, list[Any]]
    columns: tuple[str, ...]
    rows: tuple[tuple[str | float, ...], ...]


def picture(view: View, *, known: str = "", width: float = WIDE) -> Picture:
    """Return ``view`` for a page that has drawn the frame ``known`` and ``width`` pixels of room.

    It is as wide as the widest of `WIDTHS` that fits.
    """
    frame, values = parted(page_specification(view, fitting(width)))
    text = json.dumps(frame, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return Picture(
        title=view.title,
        caption=view.caption,
        description=view.description,
        frame=digest,
        specification=None if digest == known else frame,
        values=values,
        columns=view.table.columns,
        rows=view.table.rows,
    )


def pictures(
    question: ForecastQuery,
    forecast: Forecast,
    *,
    findings: Findings,
    issue: str,
    views: Views,
    known: Mapping[str, str],
    width: float = WIDE,
) -> dict[str, Picture]:
    """Return those of ``views`` that the forecast can fill, by name."""
    changed = apply_scenario(question.case, question.scenario)
    makers: dict[ViewName, Callable[[], View]] = {
        "positions": lambda: position_strip(changed, issue),
        "outcome": lambda: outcome(forecast, issue, case=question.case, states=False),
        "ratification": lambda: ratification(findings, issue, case=changed, states=False),
        "blame": lambda: who_blocks(findings, issue, case=changed),
    }
    available: dict[ViewName, bool] = {
        "positions": bool(changed.stances_on(issue)),
        "outcome": issue in forecast.issues,
        "ratification": findings.curves is not None,
        "blame": findings.blame is not None,
    }
    return {
        name: picture(makers[name](), known=known.get(name, ""), width=width)
        for name in views
        if available[name]
    }
