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
FONT = '"Helvetica Neue", Helvetica, Arial, "Liberation Sans", "DejaVu Sans", sans-serif'


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """The colours that follow the page.

    Attributes:
        ink: of text and of marks that belong to nobody.
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
    text = {"font": FONT, "fontSize": 11, "fill": ink, "fontWeight": "normal"}
    small = {**text, "fontSize": 10.5, "fillOpacity": faint, "lineHeight": 13}
    return {
        "aria": False,
        "font": FONT,
        "padding": 8,
        "view": {"stroke": None},
        "title": {
            "anchor": "start", "frame": "bounds", "color": ink, "fontSize": 14, "offset": 12,
            "fontWeight": 600,
        },
        "axis": {
            "grid": False, "domainColor": ink, "domainOpacity": 0.6, "tickColor": ink,
            "tickOpacity": 0.6, "tickSize": 4, "labelColor": ink, "labelFontSize": 11,
            "labelPadding": 4, "titleColor": ink, "titleFontSize": 11, "titleFontWeight": "normal",
            "titleOpacity": faint, "titleAnchor": "end", "titlePadding": 4,
        },
        "style": {
            "name": text,
            "heading": {**text, "fontWeight": 600},
            "small": small,
            "guide": {"stroke": ink, "strokeOpacity": 0.16, "strokeWidth": 1},
            "lane": {"stroke": ink, "strokeOpacity": 0.09, "strokeWidth": 1},
            "line": {"stroke": ink, "strokeOpacity": 0.55, "strokeWidth": 1.25},
            "bar": {"stroke": ink, "strokeOpacity": 0.85, "strokeWidth": 2},
            "wide": {"stroke": ink, "strokeOpacity": 0.45, "strokeWidth": 6},
            "solid": {"fill": ink, "stroke": ink, "fillOpacity": 1, "strokeOpacity": 1},
            "hollow": {"stroke": ink, "fill": "transparent", "strokeWidth": 1.3, "opacity": 0.8},
        },
    }  # fmt: skip
