"""The sheet that a chart is drawn on: exactly as wide as the caller asks.

A picture is drawn once for each of `WIDTHS`, and a page shows the widest that fits: text is never
scaled. Whatever leaves the sheet is cut off, so every chart measures its words.
"""

from collections.abc import Callable, Sequence
from typing import Any

import altair as alt

from winset.charts.text import shown

WIDTHS = (288, 430, 660, 815)  # pixels: pages of 320, 480, 768 and 1,280
WIDE = 660.0  # outside a page
EDGE = 8.0  # pixels around everything
SLIM = 500.0  # below it words go above their row, or into a list
Drawing = Callable[[float], alt.LayerChart]


def fitting(room: float) -> int:
    """Return the widest of `WIDTHS` within ``room`` pixels; the narrowest where none is.

    >>> fitting(448.0), fitting(1200.0), fitting(200.0)
    (430, 815, 288)
    """
    return max((width for width in WIDTHS if width <= room), default=WIDTHS[0])


def sheet(
    layers: Sequence[Any],
    *,
    across: float,
    down: float,
    left: float,
    right: float,
    description: str = "",
) -> alt.LayerChart:
    """Return ``layers`` as one chart with room for words at its sides.

    Args:
        layers: from the back to the front.
        across: pixels of the panel.
        down: likewise.
        left: pixels for words before the panel, the edge included.
        right: likewise after it.
        description: what a screen reader says.
    """
    # In quarters of a pixel, which add up exactly to the width.
    whole = round(left + across + right)
    left, across = round(4 * left) / 4, round(4 * across) / 4
    words: dict[str, Any] = {"description": shown(description)} if description else {}
    return alt.LayerChart(
        layer=list(layers),
        width=across,
        height=down,
        autosize=alt.AutoSizeParams(type="none"),
        padding={"left": left, "right": whole - left - across, "top": EDGE, "bottom": EDGE},
        **words,
    )
