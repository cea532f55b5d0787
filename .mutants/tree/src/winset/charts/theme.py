"""Colours and sizes. A theme is a value given to a chart, never a global state."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import altair as alt

from winset.case.parts import Party

# After Okabe and Ito 2008, Color universal design: their hues, each brought to a luminance that
# stands out by 3:1 or more from white and from the dark paper alike (WCAG 2.2, 1.4.11).
PALETTE = (
    "#1F7FC4", "#D55E00", "#009A72", "#B85C92", "#B87A00", "#7B6FD0", "#8A8400", "#A56B3F",
)  # fmt: skip
NO_PARTY = "#767B85"
NAME_SIZE, SMALL_SIZE, TITLE_SIZE = 12.0, 11.5, 14.0  # nothing is written smaller
FONT = '"Helvetica Neue", Helvetica, Arial, "Liberation Sans", "DejaVu Sans", sans-serif'


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """The colours that follow the page.

    Attributes:
        ink: of text and of marks that belong to no party.
        faint: strength of guides and secondary text beside ``ink``, in [0, 1].
        paper: behind everything; None for the page's own.
    """

    ink: str
    paper: str | None
    faint: float = 0.72


LIGHT = Theme(ink="#1b1f24", paper="#ffffff")
DARK = Theme(ink="#e6e9ee", paper="#15181d")
# In a page the style sheet decides: SVG text takes the colour of the text around it.
PAGE = Theme(ink="currentColor", paper=None)


def party_colours(parties: Iterable[Party]) -> dict[str, str]:
    """Return a colour for each party's id, in the order of the case; grey after the eighth."""
    return {
        party.id: PALETTE[k] if k < len(PALETTE) else NO_PARTY for k, party in enumerate(parties)
    }


def config(theme: Theme) -> alt.Config:
    """Return the Vega-Lite configuration of ``theme``."""
    ink, faint = theme.ink, theme.faint
    return alt.Config(**settings(ink, faint), background=theme.paper or "transparent")


def settings(ink: str, faint: float) -> dict[str, Any]:
    """Return every setting that depends on the colour of the ink."""
    text = {"font": FONT, "fontSize": NAME_SIZE, "color": ink, "fontWeight": "normal"}
    small = {**text, "fontSize": SMALL_SIZE, "fillOpacity": faint, "lineHeight": 14}
    return {
        "aria": False,
        "font": FONT,
        "padding": 8,
        "view": {"stroke": None},
        "axis": {
            "labelColor": ink, "titleColor": ink, "domainColor": ink, "tickColor": ink,
            "labelFontSize": SMALL_SIZE, "titleFontSize": SMALL_SIZE, "titleFontWeight": "normal",
            "domainOpacity": 0.6, "tickOpacity": 0.6, "gridColor": ink, "gridOpacity": 0.12,
        },
        "title": {
            "anchor": "start", "frame": "bounds", "color": ink, "fontSize": TITLE_SIZE,
            "fontWeight": 600, "offset": 12,
        },
        "style": {
            "name": text,
            "heading": {**text, "fontWeight": 600},
            "small": small,
            "guide": {"color": ink, "strokeOpacity": 0.16, "strokeWidth": 1},
            "lane": {"color": ink, "strokeOpacity": 0.09, "strokeWidth": 1},
            "line": {"color": ink, "strokeOpacity": 0.55, "strokeWidth": 1.25},
            "bar": {"color": ink, "strokeOpacity": 0.85, "strokeWidth": 2},
            "wide": {"color": ink, "strokeOpacity": 0.45, "strokeWidth": 6},
            "bracket": {"color": ink, "strokeWidth": 1.6, "strokeOpacity": 0.9},
            "axis": {"color": ink, "opacity": 0.6, "strokeWidth": 1},
            "dot": {"color": ink, "filled": True, "opacity": 0.8},
            "solid": {"color": ink, "filled": True, "opacity": 1},
            "hollow": {"color": ink, "filled": False, "strokeWidth": 1.4, "opacity": 0.85},
        },
    }  # fmt: skip
